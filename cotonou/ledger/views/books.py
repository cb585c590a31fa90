"""Reading the books: trial balance, an account's lines, one entry. Each figure leads to what makes it."""

import datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.money import format_xof
from cotonou.core.templatetags.portal import date_fr
from cotonou.ledger import balances
from cotonou.ledger.forms import RangeForm
from cotonou.ledger.models import Account, Entry, Line
from cotonou.territory.dates import local_today

PAGE = 100


def _range(request: HttpRequest) -> tuple[RangeForm, datetime.date | None, datetime.date | None]:
    """This year unless asked otherwise; an unreadable date is shown on the form and filters nothing."""
    initial = {"du": local_today().replace(month=1, day=1), "au": local_today()}
    form = RangeForm(request.GET if {"du", "au"} & set(request.GET) else initial)
    found = form.cleaned_data if form.is_valid() else {}
    return form, found.get("du"), found.get("au")


def _query(start: datetime.date | None, end: datetime.date | None) -> str:
    return urlencode({"du": start or "", "au": end or ""})


def _columns(*labels: str, numeric: int) -> list[dict]:
    """The last ``numeric`` columns hold figures."""
    first = len(labels) - numeric
    return [{"label": label, "numeric": i >= first} for i, label in enumerate(labels)]


@require_GET
@require_permission(Permission.LEDGER_VIEW)
def trial_balance(request: HttpRequest) -> HttpResponse:
    form, start, end = _range(request)
    found = balances.trial_balance(actor=request.actor, start=start, end=end)
    query = _query(start, end)

    def cell(row: balances.TrialRow, amount_xof: int, until_end: bool = True) -> dict:
        href = reverse("ledger:account", args=[row.account.code])
        return {"text": format_xof(amount_xof), "href": f"{href}?{query if until_end else _before(start)}"}

    rows = [
        [
            {
                "text": str(row.account),
                "href": f"{reverse('ledger:account', args=[row.account.code])}?{query}",
            },
            cell(row, row.opening_xof, until_end=False),
            cell(row, row.debit_xof),
            cell(row, row.credit_xof),
            cell(row, row.closing_xof),
        ]
        for row in found
    ]
    table = {
        "caption": _("Balance des comptes"),
        "columns": _columns(
            _("Compte"), _("À l’ouverture"), _("Débits"), _("Crédits"), _("Solde"), numeric=4
        ),
        "rows": rows,
        "totals": [
            _("Total des mouvements"),
            "",
            format_xof(sum(row.debit_xof for row in found)),
            format_xof(sum(row.credit_xof for row in found)),
            "",
        ],
    }
    return render(request, "ledger/trial_balance.html", {"form": form, "table": table})


def _before(start: datetime.date | None) -> str:
    return _query(None, start - datetime.timedelta(days=1) if start else None)


@require_GET
@require_permission(Permission.LEDGER_VIEW)
def account(request: HttpRequest, code: str) -> HttpResponse:
    """The lines of an account in a range of days, oldest last; their sums are those of the balance."""
    found = get_object_or_404(Account, code=code)
    form, start, end = _range(request)
    lines = Line.objects.visible_to(request.actor).filter(account=found).between(start, end)
    debits, credits = lines.totals()
    ordered = lines.select_related("entry").order_by("-date", "-pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    table = {
        "caption": _("Lignes du compte"),
        "columns": _columns(_("Écriture"), _("Date"), _("Auxiliaire"), _("Débit"), _("Crédit"), numeric=2),
        "rows": [_line_row(line) for line in page],
        "totals": [_("Total de la période"), "", "", format_xof(debits), format_xof(credits)],
    }
    return render(
        request, "ledger/account.html", {"account": found, "form": form, "page": page, "table": table}
    )


def _line_row(line: Line) -> list:
    return [
        {"text": line.entry.label, "href": reverse("ledger:entry", args=[line.entry.public_id])},
        date_fr(line.date),
        line.auxiliary,
        _amount(line.debit_xof),
        _amount(line.credit_xof),
    ]


def _amount(amount_xof: int) -> str:
    return format_xof(amount_xof) if amount_xof else ""


@require_GET
@require_permission(Permission.LEDGER_VIEW)
def entry(request: HttpRequest, public_id) -> HttpResponse:
    rows = Entry.objects.visible_to(request.actor).select_related("office", "reverses", "reversed_by")
    found = get_object_or_404(rows, public_id=public_id)
    lines = list(found.lines.select_related("account").order_by("pk"))
    table = {
        "caption": _("Lignes"),
        "columns": _columns(_("Compte"), _("Auxiliaire"), _("Débit"), _("Crédit"), numeric=2),
        "rows": [
            [
                {"text": str(x.account), "href": reverse("ledger:account", args=[x.account.code])},
                x.auxiliary,
                _amount(x.debit_xof),
                _amount(x.credit_xof),
            ]
            for x in lines
        ],
        "totals": [
            _("Total"),
            "",
            format_xof(sum(x.debit_xof for x in lines)),
            format_xof(sum(x.credit_xof for x in lines)),
        ],
    }
    context = {"entry": found, "table": table, "reversal": getattr(found, "reversed_by", None)}
    return render(request, "ledger/entry.html", context)


@require_GET
@require_permission(Permission.LEDGER_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    form, start, end = _range(request)
    entries = Entry.objects.visible_to(request.actor).select_related("office")
    if start:
        entries = entries.filter(date__gte=start)
    if end:
        entries = entries.filter(date__lte=end)
    page = Paginator(entries.journal(), PAGE).get_page(request.GET.get("page"))
    table = {
        "caption": _("Écritures"),
        "columns": _columns(_("Écriture"), _("Date"), _("Journal"), _("Bureau"), _("Auteur"), numeric=0),
        "rows": [
            [
                {"text": e.label, "href": reverse("ledger:entry", args=[e.public_id])},
                date_fr(e.date),
                e.get_journal_display(),
                e.office.name if e.office else "–",
                e.author_label,
            ]
            for e in page
        ],
    }
    return render(request, "ledger/journal.html", {"form": form, "page": page, "table": table})
