"""Giving money back: one person proposes, another decides, then it is paid."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.payments import booking, providers
from cotonou.payments.desks import open_session_of
from cotonou.payments.models import CashSession, Payment, Refund
from cotonou.payments.providers.base import ProviderRefusedError, ProviderUnavailableError
from cotonou.payments.states import RefundState


@transaction.atomic
def propose(*, payment: Payment, amount_xof: int, reason: str, by: Actor) -> Refund:
    """Propose to give ``amount_xof`` of a settled payment back; ``by`` may be the portal itself.

    The same proposal again by the same person, while nobody has decided, is the first one (a second click).
    Raises DomainError for an unsettled payment, no reason, or more than is left.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if not payment.is_settled:
        raise Conflict(_("Ce paiement n’est pas encaissé."), code="not_settled")
    if not reason.strip():
        raise DomainError(_("Dites pourquoi ce paiement est remboursé."), code="reason_missing")
    terms = {"amount_xof": amount_xof, "reason": reason.strip()[:300], "proposed_by": by.user}
    if waiting := payment.refunds.filter(state=RefundState.PROPOSED, **terms).first():
        return waiting
    if not 0 < amount_xof <= refundable_xof(payment):
        raise DomainError(
            _("Le remboursement dépasse ce qui reste du paiement, ou n’est pas positif."), code="amount"
        )
    refund = Refund.objects.create(payment=payment, **terms)
    audit.record("payments.refund_proposed", subject=refund, actor=by, amount_xof=amount_xof)
    return refund


def refundable_xof(payment: Payment) -> int:
    """What no refund, proposed or later, has claimed yet."""
    claimed = payment.refunds.exclude(state=RefundState.REFUSED).values_list("amount_xof", flat=True)
    return payment.amount_xof - sum(claimed)


@transaction.atomic
def decide(*, refund: Refund, approve: bool, by: Actor, note: str = "") -> Refund:
    """Approve or refuse; never by the person who proposed. Approved: the debt enters the books.

    Raises NotAllowed, IllegalTransition, DomainError (a refusal says why).
    """
    refund = _locked(refund)
    if by.user is None or refund.proposed_by_id == by.user.pk:
        raise NotAllowed(_("Une autre personne que celle qui propose doit décider."))
    if not approve and not note.strip():
        raise DomainError(_("Dites pourquoi ce remboursement est refusé."), code="note_missing")
    refund.move(RefundState.APPROVED if approve else RefundState.REFUSED)
    refund.decided_by, refund.decided_at = by.user, timezone.now()
    refund.decision_note = note.strip()[:300]
    refund.save()
    if approve:
        booking.post_refund_due(refund, by)
    audit.record("payments.refund_decided", subject=refund, actor=by, approved=approve, note=note)
    return refund


@transaction.atomic
def pay_in_cash(*, refund: Refund, session: CashSession, by: Actor) -> Refund:
    """Hand an approved refund over from the actor's open drawer.

    Raises Conflict: drawer_short when the drawer holds less, at_operator when
    the operator was asked to give it back and has not refused.
    """
    session = open_session_of(session.pk, by)
    refund = _locked(refund)
    refund.move(RefundState.PAID)
    if refund.operator_asked_at:
        raise Conflict(
            _(
                "L’opérateur a déjà l’ordre de rendre cette somme. Faites redemander par le régisseur : "
                "s’il refuse, payez-la en espèces."
            ),
            code="at_operator",
        )
    if balance(AccountCode.CASH, auxiliary=session.desk.code) < refund.amount_xof:
        raise Conflict(_("Votre caisse ne contient pas assez d’argent."), code="drawer_short")
    refund.cash_session = session
    return _paid(refund, booking.drawer(session.desk), by)


def pay_by_operator(*, refund: Refund, by: Actor) -> Refund:
    """Ask the operator to send an approved refund back to the payer. No transaction may be open.

    The refund's id is the operator's key: a repeated call pays once. While nobody
    knows what the operator did, the refund stays with it: asked again, never paid in cash.
    Raises DomainError when the operator refuses or does not answer.
    """
    payment = refund.payment
    provider = providers.known(payment.provider)
    if provider is None or by.user is None:
        raise NotAllowed(_("Ce paiement ne se rembourse pas par un opérateur."))
    refund = _ask_operator(refund, by)
    if refund.state == RefundState.PAID:
        return refund
    try:
        number = provider.refund(
            reference=payment.reference,
            provider_id=payment.provider_id,
            amount_xof=refund.amount_xof,
            key=str(refund.public_id),
        )
    except ProviderUnavailableError as error:
        raise Conflict(
            _("L’opérateur ne répond pas. Redemandez-lui plus tard : la somme n’est rendue qu’une fois."),
            code="provider_down",
        ) from error
    except ProviderRefusedError as error:
        _take_back(refund)
        raise Conflict(
            _("L’opérateur refuse ce remboursement. Payez-le autrement."), code="provider_refused"
        ) from error
    with transaction.atomic():
        refund = _locked(refund)
        if refund.state == RefundState.PAID:
            return refund
        refund.move(RefundState.PAID)
        refund.provider_refund_id = number
        return _paid(refund, booking.place_of(payment), by)


@transaction.atomic
def _ask_operator(refund: Refund, by: Actor) -> Refund:
    """Committed before the operator hears of it: whoever pays in cash meanwhile is told."""
    refund = _locked(refund)
    if refund.state == RefundState.PAID and refund.operator_asked_at:
        return refund
    if refund.state != RefundState.APPROVED:
        raise Conflict(_("Ce remboursement n’est pas accordé, ou il est déjà payé."), code="not_approved")
    if refund.operator_asked_at is None:
        refund.operator_asked_at = timezone.now()
        refund.save(update_fields=["operator_asked_at"])
        audit.record("payments.refund_asked_of_operator", subject=refund, actor=by)
    return refund


@transaction.atomic
def _take_back(refund: Refund) -> None:
    """The operator will not pay: a drawer may."""
    refund = _locked(refund)
    if refund.state == RefundState.APPROVED:
        refund.operator_asked_at = None
        refund.save(update_fields=["operator_asked_at"])


def _locked(refund: Refund) -> Refund:
    """Payment first, then refund: the lock order of every refund."""
    Payment.objects.select_for_update().get(pk=refund.payment_id)
    rows = Refund.objects.select_for_update(of=("self",))
    return rows.select_related("payment__contact", "payment__office", "payment__cash_session__desk").get(
        pk=refund.pk
    )


def _paid(refund: Refund, place: booking.Place, by: Actor) -> Refund:
    refund.paid_by, refund.paid_at = by.user, timezone.now()
    try:
        refund.save()
    except IntegrityError as error:
        raise Conflict(_("Ce remboursement n’est plus possible.")) from error
    booking.post_refund_paid(refund, place, by)
    audit.record("payments.refund_paid", subject=refund, actor=by, amount_xof=refund.amount_xof)
    return refund
