"""The heads of the sealed chains, for anyone to keep: see cotonou/audit/publishing.py."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import public
from cotonou.audit import publishing
from cotonou.audit.models import PublishedHeads
from cotonou.core.templatetags.portal import date_fr

LABELS = {
    "audit": _("Journal des actions"),
    "document_history": _("Vie des documents"),
    "documents": _("Documents délivrés"),
    "ledger": _("Écritures comptables"),
    "ledger_accounts": _("Plan de comptes"),
    "ledger_lines": _("Lignes comptables"),
    "receipts": _("Quittances"),
}
COLUMNS = [
    {"label": _("Registre")},
    {"label": _("Lignes scellées"), "numeric": True},
    {"label": _("Empreinte")},
]
SHOWN = 12  # characters of a hash: enough to compare by eye, the file has them all


@public
@require_safe
@cache_control(public=True, max_age=3600)
def published(request: HttpRequest) -> JsonResponse:
    """Every publication, oldest first."""
    content = {
        "portal": settings.PORTAL_URL,
        "signature": "Ed25519, base64url, over the bytes of 'integrite.json' + newline + text",
        "keys": f"{settings.PORTAL_URL}/v/cles.json",
        "published": [publishing.as_json(one) for one in publishing.in_table()],
    }
    return JsonResponse(content)


@public
@require_safe
def integrity(request: HttpRequest) -> HttpResponse:
    last = PublishedHeads.objects.order_by("pk").last()
    rows = _rows(publishing.Published(last.text, last.key_id, last.signature)) if last else []
    context = {"day": date_fr(last.day) if last else "", "columns": COLUMNS, "rows": rows}
    return render(request, "portal/integrity.html", context)


def _rows(one: publishing.Published) -> list[list[dict]]:
    return [
        [
            {"text": LABELS.get(name, name)},
            {"text": number_format(head["rows"], force_grouping=True)},
            {"text": head["hash"][:SHOWN]},
        ]
        for name, head in one.content["heads"].items()
    ]
