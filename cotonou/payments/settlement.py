"""From what the operator says to money in the books. The provider is the truth, the lock decides."""

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import SYSTEM
from cotonou.audit import services as audit
from cotonou.audit.services import Acting
from cotonou.core.errors import Conflict
from cotonou.jobs import services as jobs
from cotonou.jobs import topics
from cotonou.jobs.models import Job
from cotonou.payments import booking, providers, receipts
from cotonou.payments.models import MoneyCase, Payment, ProviderEvent
from cotonou.payments.providers.base import ProviderUnavailableError, Reading, Status
from cotonou.payments.states import CaseKind, FailureReason, PaymentState

log = structlog.get_logger(__name__)

# How long an unpaid attempt is still asked about after it was given up.
LATE = timedelta(hours=48)
SWEEP_SECONDS = 50  # a sweep ends before the next one begins


def settled_key(payment: Payment) -> str:
    return f"settled:{payment.pk}"


def settled_topic(purpose: str) -> str:
    return f"{purpose}.fee_settled"


def read(payment: Payment) -> Reading | None:
    """What the operator says now; None for cash. Call with no transaction open.

    Raises ProviderUnavailableError.
    """
    provider = providers.known(payment.provider)
    if provider is None:
        return None
    return provider.read_status(reference=payment.reference, provider_id=payment.provider_id)


def refresh(job: Job) -> None:
    """Handler of payments.refresh: payload {"payment": pk} or {"event": pk}."""
    payment = _payment_of(job)
    if payment is None:
        return
    try:
        reading = read(payment)
    except ProviderUnavailableError:
        if payment.next_check_at is None:
            raise  # the sweep has given this one up: try the job again
        return
    if reading is not None:
        settle(payment_id=payment.pk, reading=reading, job=job)


def _payment_of(job: Job) -> Payment | None:
    if "payment" in job.payload:
        return Payment.objects.get(pk=job.payload["payment"])
    event = ProviderEvent.objects.get(pk=job.payload["event"])
    provider = providers.known(event.provider)
    named = provider.event_reference(bytes(event.body)) if provider else ""
    payments = Payment.objects.filter(provider=event.provider)
    payment = payments.filter(reference=named).first() or payments.filter(provider_id=named).first()
    if payment is None and named:
        _open_case(CaseKind.UNKNOWN_REFERENCE, provider=event.provider, provider_id=named)
    return payment


@transaction.atomic
def settle(*, payment_id: int, reading: Reading, job: Job | None = None, by: Acting = SYSTEM) -> Payment:
    """Move the payment as ``reading`` says, under its lock; the same reading again changes nothing.

    Paid: ledger entry, receipt and the service's job commit together. Paid
    otherwise than asked: a case for the staff, money to the unidentified receipts.
    """
    if job is not None:
        job.finish()
    payment = _locked(payment_id)
    if payment.is_settled:
        payment.next_check_at = None
        payment.save(update_fields=["next_check_at"])
        return payment
    if reading.status == Status.PAID:
        problem = _mismatch(payment, reading)
        if problem:
            _park(payment, reading, problem, by)
        else:
            _note_provider_id(payment, reading)
            book(payment=payment, by=by)
            if reading.fee_xof:
                booking.post_provider_fee(payment, reading.fee_xof, by)
        return payment
    _note_unpaid(payment, reading)
    payment.next_check_at = next_check(payment)
    payment.save()
    return payment


def _locked(payment_id: int) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",))
    return rows.select_related("contact", "office", "cash_session__desk").get(pk=payment_id)


def _mismatch(payment: Payment, reading: Reading) -> CaseKind | None:
    other_id = payment.provider_id and reading.provider_id and payment.provider_id != reading.provider_id
    if reading.reference != payment.reference or other_id:
        return CaseKind.WRONG_REFERENCE
    if reading.currency != "XOF":
        return CaseKind.WRONG_CURRENCY
    if reading.amount != payment.amount_xof:
        return CaseKind.WRONG_AMOUNT
    return None


def _note_provider_id(payment: Payment, reading: Reading) -> None:
    if payment.provider_id is None and reading.provider_id:
        payment.provider_id = reading.provider_id


def book(*, payment: Payment, by: Acting) -> None:
    """Settle a locked (or just created) payment: state, ledger, news to the service, receipt."""
    if not payment.is_settled:
        payment.move(PaymentState.SETTLED)
    payment.settled_at = payment.settled_at or timezone.now()
    payment.failure, payment.next_check_at = "", None
    payment.save()
    booking.post_settlement(payment, by)
    _announce(payment)
    audit.record("payments.settled", subject=payment, actor=by, amount_xof=payment.amount_xof)
    receipts.issue(payment=payment, by=by)  # last: it locks the series' counter


def _announce(payment: Payment) -> None:
    """Tell the service. Money never rolls back because a service is missing."""
    topic = settled_topic(payment.purpose)
    if topic not in topics.names():
        log.error("payments.no_handler", payment=payment.pk, topic=topic)
        _open_case(CaseKind.NOT_ANNOUNCED, provider=payment.provider, provider_id=payment.reference)
        return
    jobs.enqueue(topic, key=settled_key(payment), payload={"payment": payment.pk})


def _park(payment: Payment, reading: Reading, kind: CaseKind, by: Acting) -> None:
    """Money came, but not what was asked: keep it apart and call a person."""
    case, created = _open_case(
        kind,
        provider=payment.provider,
        provider_id=reading.provider_id or reading.reference,
        payment=payment,
        received_xof=reading.amount if reading.currency == "XOF" else None,
        received_text=f"{reading.amount} {reading.currency}",
    )
    # Another merchant's transaction is not our money: shown, not booked.
    if created and case.received_xof and kind == CaseKind.WRONG_AMOUNT:
        booking.post_unidentified(case, case.received_xof, by)
    if payment.state != PaymentState.FAILED and kind != CaseKind.WRONG_REFERENCE:
        payment.move(PaymentState.FAILED)
        payment.failure = FailureReason.WRONG_MONEY
        audit.record("payments.wrong_money", subject=payment, actor=by, received=case.received_text)
    payment.next_check_at = next_check(payment) if kind == CaseKind.WRONG_REFERENCE else None
    payment.save()


def _open_case(
    kind: CaseKind,
    *,
    provider: str,
    provider_id: str,
    payment: Payment | None = None,
    received_xof: int | None = None,
    received_text: str = "",
) -> tuple[MoneyCase, bool]:
    return MoneyCase.objects.get_or_create(
        kind=kind,
        provider=provider,
        provider_id=provider_id[:120],
        defaults={
            "payment": payment,
            "office": payment.office if payment else None,
            "received_xof": received_xof,
            "received_text": received_text,
        },
    )


def _note_unpaid(payment: Payment, reading: Reading) -> None:
    now = timezone.now()
    if reading.status in (Status.PENDING, Status.FAILED):
        _note_provider_id(payment, reading)
    if reading.status == Status.FAILED and payment.state != PaymentState.FAILED:
        payment.move(PaymentState.FAILED)
        payment.failure = reading.failure or FailureReason.PROVIDER
    elif payment.is_open and payment.expires_at and payment.expires_at <= now:
        payment.move(PaymentState.EXPIRED)
    elif payment.state == PaymentState.STARTED and reading.status == Status.PENDING:
        payment.move(PaymentState.PENDING)


def next_check(payment: Payment) -> datetime | None:
    """When to ask the operator again: every minute at first, then ever more rarely, then never."""
    now = timezone.now()
    age = now - payment.created_at
    if payment.is_open:
        return now + (timedelta(seconds=50) if age < timedelta(minutes=10) else timedelta(minutes=5))
    if payment.failure == FailureReason.WRONG_MONEY or age > LATE:
        return None
    return now + (timedelta(minutes=10) if age < timedelta(hours=2) else timedelta(hours=1))


def sweep(job: Job | None = None) -> int:
    """Ask about every attempt whose turn has come; returns how many were read.

    Alone it settles everything, should every webhook be lost. An operator
    that is down is left in peace until the next sweep.
    """
    end = time.monotonic() + SWEEP_SECONDS
    down: set[str] = set()
    count = 0
    for payment in Payment.objects.to_check().iterator(chunk_size=100):
        if time.monotonic() > end:
            break
        if payment.provider in down:
            continue
        try:
            reading = read(payment)
        except ProviderUnavailableError:
            down.add(payment.provider)
            continue
        if reading is not None:
            settle(payment_id=payment.pk, reading=reading)
            count += 1
    return count


def ensure_announced_purpose(purpose: str) -> None:
    """Raises Conflict when no service would hear that this purpose was paid."""
    if settled_topic(purpose) not in topics.names():
        raise Conflict(_("Ce service n’accepte pas de paiement pour le moment."), code="purpose_unknown")
