"""The actions of this room, in words an auditor reads."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.permissions import Permission
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import amount, day, yes_no
from cotonou.core import codes
from cotonou.payments import providers
from cotonou.payments.models import CashDesk, CashSession, MoneyCase, Payment, Refund

SEE = (Permission.PAYMENT_VIEW, Permission.CASH_SUPERVISE)


def register() -> None:
    _payments()
    _desks()
    _subjects()


def _payments() -> None:
    add = partial(actions.register, group=_("Paiements"))
    sum_of_money = Detail(_("montant"), amount)
    add("payments.cancelled", _("Paiement abandonné"))
    add("payments.case_treated", _("Somme inattendue traitée"), treatment=_("suite donnée"))
    add(
        "payments.refund_decided",
        _("Remboursement accordé ou refusé"),
        approved=Detail(_("accordé"), yes_no),
        note=_("note"),
    )
    add("payments.refund_asked_of_operator", _("Remboursement demandé à l’opérateur"))
    add("payments.refund_paid", _("Remboursement payé"), amount_xof=sum_of_money)
    add("payments.refund_proposed", _("Remboursement proposé"), amount_xof=sum_of_money)
    add("payments.settled", _("Paiement encaissé"), amount_xof=sum_of_money)
    add("payments.started", _("Paiement commencé"), provider=Detail(_("moyen"), providers.label_of))
    add("payments.wrong_money", _("Somme reçue différente de la somme attendue"), received=_("reçu"))


def _desks() -> None:
    add = partial(actions.register, group=_("Caisses"))
    add("payments.desk_added", _("Caisse ajoutée"), office=Detail(_("bureau"), about="accounts.office"))
    add("payments.session_opened", _("Caisse ouverte"), float_xof=Detail(_("fond de caisse"), amount))
    add(
        "payments.session_closed",
        _("Caisse fermée"),
        counted_xof=Detail(_("compté"), amount),
        gap_xof=Detail(_("écart"), amount),
    )


def _subjects() -> None:
    subjects.register(
        Payment,
        label=_("paiement"),
        name=lambda row: codes.pretty(row.reference),
        wording=codes.pretty,
        readable=lambda actor: _readable(Payment, actor, *SEE),
        page=lambda row: reverse("payments:staff_detail", args=[row.public_id]),
        by_code=lambda typed: Payment.objects.filter(reference=codes.normalise(typed) or "?"),
    )
    subjects.register(
        Refund,
        label=_("remboursement"),
        wording=_reference_and_amount,
        readable=lambda actor: _readable(Refund, actor, *SEE),
        page=lambda row: reverse("payments:refund", args=[row.public_id]),
    )
    subjects.register(
        MoneyCase,
        label=_("somme inattendue"),
        readable=lambda actor: _readable(MoneyCase, actor, Permission.CASH_SUPERVISE),
        page=lambda row: reverse("payments:case", args=[row.public_id]),
    )
    subjects.register(
        CashSession,
        label=_("caisse"),
        wording=_desk_and_day,
        readable=lambda actor: _readable(CashSession, actor, Permission.CASH_DESK, Permission.CASH_SUPERVISE),
        page=lambda row: reverse("payments:cash_session", args=[row.public_id]),
    )
    subjects.register(CashDesk, label=_("caisse"))


def _readable(model, actor, *permissions: Permission):
    allowed = any(actor.has(permission) for permission in permissions)
    return model.objects.visible_to(actor) if allowed else model.objects.none()


def _reference_and_amount(label: str) -> str:
    reference, _space, amount_xof = label.rpartition(" ")
    return f"{codes.pretty(reference)}, {amount(amount_xof)}" if amount_xof.isdecimal() else label


def _desk_and_day(label: str) -> str:
    """ "A05-1 2026-11-24 07:01", as the trail keeps it: the action itself says the moment."""
    desk, _space, moment = label.partition(" ")
    return f"{desk}, {day(moment[:10])}" if moment else label
