"""What awaits those who take and keep the money; one or two queries per card."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.catalogue.cards import Card
from cotonou.core.money import format_xof
from cotonou.core.templatetags.portal import date_fr, datetime_fr
from cotonou.payments import listing
from cotonou.payments.models import CashSession, Refund
from cotonou.payments.states import RefundState
from cotonou.territory.dates import local_date, local_today

GAP_DAYS = 30


def cards(actor: Actor) -> list[Card]:
    found: list[Card] = []
    if actor.has(Permission.CASH_DESK):
        found += _drawer(actor)
    if actor.has(Permission.CASH_SUPERVISE):
        found += _supervision(actor)
    if actor.has(Permission.LEDGER_VIEW) and actor.has(Permission.PAYMENT_VIEW):
        found += _what_is_wrong(actor)
    if actor.has(Permission.PAYMENT_VIEW):
        found.append(
            Card(
                _("Paiements"),
                reverse("payments:staff_index"),
                _("Retrouver un paiement par sa référence ou son reçu."),
            )
        )
    if actor.has(Permission.LEDGER_VIEW):
        found.append(
            Card(
                _("Comptes"), reverse("ledger:trial_balance"), _("Balance, comptes et journal des écritures.")
            )
        )
    return found


def _oldest(moment: Any) -> str:
    return _("Le plus ancien attend depuis le %(day)s.") % {"day": date_fr(moment)} if moment else ""


def _drawer(actor: Actor) -> Iterator[Card]:
    session = CashSession.objects.open_of(actor).annotate(receipts=Count("payments")).first()
    if session is None:
        free = listing.free_desks(actor).count()
        note = _("Aucune caisse n’est libre dans votre bureau : voyez le régisseur.") if not free else ""
        yield Card(
            _("Ma caisse : fermée"),
            reverse("payments:cash_home"),
            _("Ouvrez-la pour encaisser : comptez d’abord le fond de caisse."),
            note=note,
        )
    else:
        yesterday = local_date(session.opened_at) < local_today()
        receipts = ngettext("%(n)d reçu.", "%(n)d reçus.", session.receipts) % {"n": session.receipts}
        receipts = receipts if session.receipts else _("Aucun reçu.")
        opened = _("%(desk)s, depuis le %(moment)s.") % {
            "desk": session.desk.name,
            "moment": datetime_fr(session.opened_at),
        }
        yield Card(
            _("Ma caisse : ouverte"),
            reverse("payments:cash_session", args=[session.public_id]),
            _("Elle est restée ouverte : comptez et fermez-la.")
            if yesterday
            else _("Voir les reçus. Ce soir, comptez et fermez-la."),
            urgent=int(yesterday),
            note=f"{opened} {receipts}",
        )
    payable = Refund.objects.visible_to(actor).filter(state=RefundState.APPROVED, payment__provider="cash")
    found = payable.aggregate(n=Count("pk"), oldest=Min("decided_at"))
    yield Card(
        _("Remboursements à payer"),
        reverse("payments:refunds"),
        _("En espèces, depuis votre caisse ouverte."),
        count=found["n"],
        note=_oldest(found["oldest"]),
    )
    if not actor.has(Permission.CASH_SUPERVISE):
        yield Card(_("Journal de caisse"), reverse("payments:cash_journal"), _("Vos caisses, jour par jour."))


def _supervision(actor: Actor) -> Iterator[Card]:
    sessions = CashSession.objects.visible_to(actor)
    before_today = Q(opened_at__date__lt=local_today())
    found = sessions.open().aggregate(
        n=Count("pk"), forgotten=Count("pk", filter=before_today), oldest=Min("opened_at")
    )
    oldest = _("La première est ouverte depuis le %(day)s.") % {"day": datetime_fr(found["oldest"])}
    yield Card(
        _("Caisses ouvertes"),
        reverse("payments:cash_desks"),
        _("Voir qui tient chaque caisse, en ajouter une."),
        count=found["n"],
        urgent=found["forgotten"],
        urgent_words=ngettext("%(n)d depuis un autre jour", "%(n)d depuis un autre jour", found["forgotten"])
        % {"n": found["forgotten"]},
        note=oldest if found["n"] else "",
    )
    refunds = listing.open_refunds(actor).order_by()
    decidable = Q(state=RefundState.PROPOSED) & ~Q(proposed_by=actor.user)
    waiting = refunds.aggregate(
        n=Count("pk", filter=decidable | Q(state=RefundState.PROPOSED, proposed_by=None)),
        payable=Count("pk", filter=Q(state=RefundState.APPROVED)),
        oldest=Min("proposed_at", filter=Q(state=RefundState.PROPOSED)),
    )
    payable = ngettext("%(n)d accordé, à payer.", "%(n)d accordés, à payer.", waiting["payable"])
    notes = [_oldest(waiting["oldest"]), payable % {"n": waiting["payable"]} if waiting["payable"] else ""]
    yield Card(
        _("Remboursements à décider"),
        reverse("payments:refunds"),
        _("Accorder ou refuser ce qu’une autre personne a proposé."),
        count=waiting["n"],
        note=" ".join(filter(None, notes)),
    )
    yield _gaps(sessions)


def _gaps(sessions) -> Card:
    since = local_today() - timedelta(days=GAP_DAYS)
    wrong = sessions.filter(closed_at__date__gte=since).exclude(gap_xof=0)
    found = wrong.aggregate(n=Count("pk"), total=Sum("gap_xof"), last=Max("opened_at"))
    url = reverse("payments:cash_journal")
    if not found["n"]:
        return Card(_("Écarts de caisse"), url, _("Sur 30 jours, caisse par caisse."), count=0)
    last = local_date(found["last"])
    return Card(
        _("Écarts de caisse"),
        f"{url}?jour={last.isoformat()}",
        _("Sur 30 jours, caisse par caisse."),
        count=found["n"],
        note=_("Total %(total)s ; le dernier le %(day)s.")
        % {"total": format_xof(found["total"]), "day": date_fr(last)},
    )


def _what_is_wrong(actor: Actor) -> Iterator[Card]:
    unapplied = [payment for payment, _job in listing.unapplied_jobs(actor)]
    total = format_xof(sum(payment.amount_xof for payment in unapplied))
    first = min((payment.settled_at for payment in unapplied if payment.settled_at), default=None)
    yield Card(
        _("Payés, non appliqués"),
        reverse("payments:unapplied"),
        _("L’argent est là, la démarche n’a pas suivi."),
        count=len(unapplied),
        urgent=len(unapplied),
        note=" ".join([_("En tout %(total)s.") % {"total": total}, _oldest(first)]) if unapplied else "",
    )
    cases = listing.open_cases(actor).order_by().aggregate(n=Count("pk"), oldest=Min("opened_at"))
    yield Card(
        _("Sommes inattendues"),
        reverse("payments:cases"),
        _("Reçues, mais pas celles que l’on attendait."),
        count=cases["n"],
        note=_oldest(cases["oldest"]),
    )
    if not actor.has(Permission.CASH_SUPERVISE):
        refunds = listing.open_refunds(actor).order_by().aggregate(n=Count("pk"), oldest=Min("proposed_at"))
        yield Card(
            _("Remboursements en cours"),
            reverse("payments:refunds"),
            _("Proposés ou accordés, pas encore payés."),
            count=refunds["n"],
            note=_oldest(refunds["oldest"]),
        )
