"""What services and pages may do with payments.

``start`` and ``take_cash`` bring money in; ``receive`` only stores what an
operator says; the rest of a payment's life is in ``settlement``.
"""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.idempotency import once
from cotonou.core.models import Contact
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.ledger.models import Account
from cotonou.payments import desks, providers, settlement, subjects
from cotonou.payments.models import CashSession, MoneyCase, Payment, PaymentAllocation, ProviderEvent
from cotonou.payments.providers import cash
from cotonou.payments.providers.base import (
    Demand,
    Provider,
    ProviderRefusedError,
    ProviderUnavailableError,
    Reading,
    Status,
)
from cotonou.payments.states import FailureReason, PaymentState

# A second call to the operator for the same attempt waits this long for the first.
CONTACT_AGAIN = timedelta(seconds=60)
KEPT_HEADERS = ("content-type", "user-agent")


@dataclass(frozen=True)
class Allocation:
    """A share of a payment: the ledger account, whole XOF > 0, and whose money when not the commune's."""

    account_code: str
    amount_xof: int
    held_for: str = ""


@dataclass(frozen=True)
class _Terms:
    purpose: str
    subject: UUID
    amount_xof: int
    label: str
    contact: Contact
    allocations: Sequence[Allocation]
    office: Office | None
    period_label: str
    legal_basis: str

    def check(self) -> None:
        settlement.ensure_announced_purpose(self.purpose)
        if self.amount_xof <= 0 or any(a.amount_xof <= 0 for a in self.allocations):
            raise DomainError(_("Le montant à payer doit être positif."), code="amount")
        if sum(a.amount_xof for a in self.allocations) != self.amount_xof:
            raise DomainError(_("La répartition ne correspond pas au montant."), code="allocations")

    def body(self) -> dict:
        """What makes two submissions the same."""
        return {"amount_xof": self.amount_xof, "label": self.label, "contact": self.contact.pk}


def start(
    *,
    purpose: str,
    subject: UUID,
    amount_xof: int,
    label: str,
    contact: Contact,
    allocations: Sequence[Allocation],
    provider: str,
    return_url: str,
    by: Actor,
    office: Office | None = None,
    period_label: str = "",
    legal_basis: str = "",
    idempotency_key: str = "",
) -> Payment:
    """Open an attempt and ask the operator for it; redirect the payer to ``payment.next_url``.

    The attempt is committed before the operator is asked, so call this with no
    transaction open. A second call for the same subject returns the attempt
    that is open (a double click starts one), or the settled payment that the
    service has not taken in yet. An operator that does not answer leaves the
    attempt STARTED: the status page and the sweep go on from there.
    Raises DomainError: provider_off, purpose_unknown, amount, allocations,
    payment_open (another operator's or amount's attempt is open), key_reused.
    """
    terms = _Terms(
        purpose, subject, amount_xof, label, contact, allocations, office, period_label, legal_basis
    )
    terms.check()
    providers.get(provider)
    answer = once(
        key=idempotency_key,
        scope=f"payments.start:{purpose}:{subject}",
        body=terms.body() | {"provider": provider},
        act=lambda: {"payment": _open_attempt(terms, provider, return_url, by).pk},
    )
    return contact_operator(payment=Payment.objects.get(pk=answer["payment"]))


class _Paid(Exception):
    """Not an error: leaves the savepoint with the payment that was found."""

    def __init__(self, payment: Payment):
        self.payment = payment


def _open_attempt(terms: _Terms, provider: str, return_url: str, by: Actor) -> Payment:
    now = timezone.now()
    expires_at = now + providers.get(provider).expires_after
    for _attempt in range(3):
        try:
            with transaction.atomic():
                subjects.hold(terms.purpose, terms.subject)
                payment = _create(
                    terms,
                    by,
                    provider=provider,
                    return_url=return_url,
                    expires_at=expires_at,
                    next_check_at=now + timedelta(minutes=1),
                )
                # Looked for after the insert: whoever settled meanwhile is visible now.
                if paid := unapplied(terms.purpose, terms.subject):
                    raise _Paid(paid)
                audit.record("payments.started", subject=payment, actor=by, provider=provider)
                return payment
        except _Paid as found:
            return found.payment
        except IntegrityError as error:
            if "payment_one_open_attempt" not in str(error):
                raise
            existing = Payment.objects.of(terms.purpose, terms.subject).open().first()
        if existing is not None:
            return _same_attempt(existing, terms, provider)
    raise Conflict(_("Un paiement est en cours pour ce dossier. Patientez quelques secondes."))


def _same_attempt(existing: Payment, terms: _Terms, provider: str) -> Payment:
    if existing.provider == provider and existing.amount_xof == terms.amount_xof:
        return existing
    raise Conflict(
        _("Un autre paiement est en attente pour ce dossier. Attendez sa réponse ou abandonnez-le."),
        code="payment_open",
    )


def _create(terms: _Terms, by: Actor, **columns: Any) -> Payment:
    codes = [a.account_code for a in terms.allocations]
    accounts = {a.code: a for a in Account.objects.filter(code__in=codes)}
    if missing := set(map(str, codes)) - accounts.keys():
        raise DomainError(_("Compte inconnu : %(code)s.") % {"code": min(missing)}, code="unknown_account")
    payment = Payment.objects.create(
        purpose=terms.purpose,
        subject_uuid=terms.subject,
        contact=terms.contact,
        office=terms.office,
        label=terms.label[:200],
        period_label=terms.period_label,
        legal_basis=terms.legal_basis,
        amount_xof=terms.amount_xof,
        author_uuid=by.uuid,
        author_label=by.label[:200],
        **columns,
    )
    PaymentAllocation.objects.bulk_create(
        PaymentAllocation(
            payment=payment, account=accounts[a.account_code], amount_xof=a.amount_xof, held_for=a.held_for
        )
        for a in terms.allocations
    )
    return payment


def unapplied(purpose: str, subject: UUID) -> Payment | None:
    """A settled payment of this subject that its service has not taken in yet, unless it was given back."""
    settled = Payment.objects.of(purpose, subject).settled().not_refunded()
    for payment in settled.order_by("-settled_at"):
        if Job.objects.filter(key=settlement.settled_key(payment), done_at=None).exists():
            return payment
    return None


def contact_operator(*, payment: Payment) -> Payment:
    """Ask the operator to start ``payment``, unless that was done or is being done."""
    now = timezone.now()
    free = Q(contacted_at=None) | Q(contacted_at__lt=now - CONTACT_AGAIN)
    mine = Payment.objects.filter(free, pk=payment.pk, state=PaymentState.STARTED)
    if not mine.update(contacted_at=now):
        payment.refresh_from_db()
        return payment
    provider = providers.get(payment.provider)
    try:
        started = provider.start(
            Demand(
                reference=payment.reference,
                amount_xof=payment.amount_xof,
                label=payment.label,
                payer_phone=str(payment.contact.phone or ""),
                return_path=reverse("payments:status", args=[payment.public_id]) + "?retour=1",
            )
        )
    except ProviderUnavailableError:
        # Nothing is known: it may have been accepted. The sweep will ask.
        payment.refresh_from_db()
        return payment
    except ProviderRefusedError:
        return settlement.settle(
            payment_id=payment.pk,
            reading=Reading(Status.FAILED, payment.reference, failure=FailureReason.PROVIDER),
        )
    return _note_started(payment.pk, started.provider_id, started.checkout_url)


@transaction.atomic
def _note_started(payment_id: int, provider_id: str, checkout_url: str) -> Payment:
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    payment.provider_id = payment.provider_id or provider_id or None
    payment.checkout_url = checkout_url
    if payment.state == PaymentState.STARTED:
        payment.move(PaymentState.PENDING)
    payment.save(update_fields=["provider_id", "checkout_url", "state"])
    return payment


def cancel(*, payment: Payment, by: Actor) -> Payment:
    """Give an open attempt up, after asking the operator once more; money that comes late still counts.

    Returns the payment as it now is: perhaps SETTLED. No transaction may be open.
    """
    # An operator that is down does not keep the payer here; the sweep goes on asking.
    with contextlib.suppress(ProviderUnavailableError):
        if payment.is_open and (reading := settlement.read(payment)):
            settlement.settle(payment_id=payment.pk, reading=reading)
    with transaction.atomic():
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if payment.is_open:
            _cancel_locked(payment, by)
    return payment


def _cancel_locked(payment: Payment, by: Actor) -> None:
    payment.move(PaymentState.CANCELLED)
    payment.next_check_at = settlement.next_check(payment)
    payment.save(update_fields=["state", "next_check_at"])
    audit.record("payments.cancelled", subject=payment, actor=by)


def pay_again(*, payment: Payment, provider: str, by: Actor, idempotency_key: str = "") -> Payment:
    """Another attempt for what ``payment`` did not bring in, with this or another operator.

    Returns the settled payment when the money came meanwhile. No transaction may be open.
    """
    providers.get(provider)
    if payment.is_open and (payment.provider != provider or payment.checkout_url == ""):
        if payment.provider == provider:
            return contact_operator(payment=payment)
        payment = cancel(payment=payment, by=by)
    if payment.is_settled:
        return payment
    return start(
        purpose=payment.purpose,
        subject=payment.subject_uuid,
        amount_xof=payment.amount_xof,
        label=payment.label,
        contact=payment.contact,
        allocations=[
            Allocation(share.account.code, share.amount_xof, share.held_for)
            for share in payment.allocations.select_related("account").order_by("pk")
        ],
        provider=provider,
        return_url=payment.return_url,
        by=by,
        office=payment.office,
        period_label=payment.period_label,
        legal_basis=payment.legal_basis,
        idempotency_key=idempotency_key,
    )


def take_cash(
    *,
    purpose: str,
    subject: UUID,
    amount_xof: int,
    label: str,
    contact: Contact,
    allocations: Sequence[Allocation],
    session: CashSession,
    by: Actor,
    period_label: str = "",
    legal_basis: str = "",
    idempotency_key: str = "",
) -> Payment:
    """Take notes and coins into the actor's open drawer: payment, entry, receipt and news in one commit.

    Of two desks at the same moment one takes the money, the other is told. An
    online attempt that is open for the subject is given up; should its money
    still come, it is booked too and shown as paid twice.
    Raises DomainError: session_closed, already_paid, and those of ``start``;
    NotAllowed for a drawer that somebody else opened.
    """
    terms = _Terms(purpose, subject, amount_xof, label, contact, allocations, None, period_label, legal_basis)
    terms.check()
    answer = once(
        key=idempotency_key,
        scope=f"payments.cash:{purpose}:{subject}",
        body=terms.body() | {"session": session.pk},
        act=_taking(terms, session.pk, by),
    )
    return Payment.objects.select_related("receipt__series").get(pk=answer["payment"])


def _taking(terms: _Terms, session_id: int, by: Actor) -> Callable[[], dict]:
    @transaction.atomic
    def act() -> dict:
        subjects.hold(terms.purpose, terms.subject)
        session = desks.open_session_of(session_id, by)
        for attempt in Payment.objects.of(terms.purpose, terms.subject).open().select_for_update():
            _cancel_locked(attempt, by)
        if unapplied(terms.purpose, terms.subject):
            raise Conflict(_("Ce dossier vient d’être payé."), code="already_paid")
        payment = _create(
            _at_desk(terms, session),
            by,
            provider=cash.NAME,
            cash_session=session,
            state=PaymentState.SETTLED,
            settled_at=timezone.now(),
        )
        settlement.book(payment=payment, by=by)
        return {"payment": payment.pk}

    return act


def _at_desk(terms: _Terms, session: CashSession) -> _Terms:
    return replace(terms, office=session.desk.office)


def receive(provider: str, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Store what an operator sends, raw and once; a genuine event asks for a fresh reading.

    Nothing in the event is believed. Raises DomainError (provider_off).
    """
    adapter = providers.get(provider)
    verified = adapter.verify(headers, body)
    event_id = _event_id(adapter, headers, body, verified)
    with transaction.atomic():
        event, created = ProviderEvent.objects.get_or_create(
            provider=provider,
            event_id=event_id[:150],
            defaults={"body": body, "headers": _kept(headers), "verified": verified},
        )
        if created and verified:
            jobs.enqueue("payments.refresh", key=f"event:{event.pk}", payload={"event": event.pk})
    return event


def _event_id(adapter: Provider, headers: Mapping[str, str], body: bytes, verified: bool) -> str:
    digest = hashlib.sha256(body).hexdigest()
    if not verified:
        return f"unverified:{digest}"
    try:
        return adapter.event_id(headers, body) or f"body:{digest}"
    except (ValueError, KeyError, TypeError):
        return f"body:{digest}"


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value[:500]
        for name, value in headers.items()
        if name.lower() in KEPT_HEADERS or "signature" in name.lower()
    }


def look_again(*, payment: Payment) -> None:
    """Somebody watches an open payment: ask the operator, at most once a minute."""
    if payment.is_open:
        slot = timezone.now().strftime("%Y%m%d%H%M")
        jobs.enqueue("payments.refresh", key=f"look:{payment.pk}:{slot}", payload={"payment": payment.pk})


@transaction.atomic
def treat_case(*, case: MoneyCase, treatment: str, by: Actor) -> MoneyCase:
    """Note what was done about unexpected money; once. Raises DomainError without a note."""
    case = MoneyCase.objects.select_for_update().get(pk=case.pk)
    if case.treated_at:
        raise Conflict(_("Ce cas est déjà traité."))
    if not treatment.strip():
        raise DomainError(_("Écrivez ce qui a été fait."), code="treatment_missing")
    case.treated_at, case.treated_by_uuid, case.treated_by_label = timezone.now(), by.uuid, by.label
    case.treatment = treatment
    case.save(update_fields=["treated_at", "treated_by_uuid", "treated_by_label", "treatment"])
    audit.record("payments.case_treated", subject=case, actor=by, treatment=treatment)
    return case
