"""One event, one effect: whatever is repeated, lost, late or wrong."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from cotonou.jobs.models import Job
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Entry
from cotonou.payments import services, settlement
from cotonou.payments.models import MoneyCase, Payment, ProviderEvent, Receipt
from cotonou.payments.providers import fake
from cotonou.payments.providers.base import Reading, Status
from cotonou.payments.states import CaseKind, PaymentState
from tests.cotonou.payments import people
from tests.cotonou.payments.people import at_once, errors, operator, start

S = fake.FakeTransaction.State
db = pytest.mark.django_db(transaction=True)


def answer(payment, what=S.ACCEPTED):
    return fake.decide(reference=payment.reference, answer=what)


def effects(payment) -> tuple[str, int, int, int]:
    payment.refresh_from_db()
    return (
        payment.state,
        Entry.objects.filter(source_uuid=payment.public_id).count(),
        Receipt.objects.filter(payment=payment).count(),
        Job.objects.filter(key=f"settled:{payment.pk}").count(),
    )


ONCE = (PaymentState.SETTLED, 1, 1, 1)


def paid(payment, **changes) -> Reading:
    columns = {"amount": payment.amount_xof, "reference": payment.reference}
    return Reading(Status.PAID, **columns | {"provider_id": payment.provider_id or ""} | changes)


@db
def test_an_accepted_payment_reaches_books_receipt_and_service(run_jobs):
    payment = start()
    assert payment.state == PaymentState.PENDING
    assert payment.next_url == f"/demo/operateur/{payment.reference}/"
    answer(payment)
    run_jobs()
    assert effects(payment) == ONCE
    assert people.heard == [payment.pk]
    assert balance(AccountCode.TRANSIT, auxiliary="fake") == 2000
    assert balance(AccountCode.CIVIL_ACT_FEES) == 1500
    assert balance(AccountCode.HELD_FOR_OTHERS, auxiliary="ANIP") == 500


@db
def test_the_same_event_ten_times_at_once_settles_once(run_jobs):
    payment = start()
    operator(webhook_copies=0)
    headers, body = fake.webhook(answer(payment), "event-1")
    results = at_once([lambda: services.receive("fake", headers, body)] * 10)
    assert not errors(results)
    assert ProviderEvent.objects.count() == 1
    run_jobs()
    assert effects(payment) == ONCE


def ten_settlements(payment):
    return at_once([lambda: settlement.settle(payment_id=payment.pk, reading=paid(payment))] * 10)


@db
def test_ten_readings_at_once_settle_once():
    payment = start()
    assert not errors(ten_settlements(payment))
    assert effects(payment) == ONCE
    assert balance(AccountCode.TRANSIT) == 2000


@db
def test_twin_without_the_lock_collides(monkeypatch):
    """Unlocked, several settle at the same time; only the constraints behind save the books."""
    payment = start()
    rows = Payment.objects.select_related("contact", "office", "cash_session__desk")
    monkeypatch.setattr(settlement, "_locked", lambda pk: rows.get(pk=pk))
    assert errors(ten_settlements(payment))
    assert effects(payment) == ONCE


@db
def test_the_sweep_alone_settles_when_every_webhook_is_lost(run_jobs):
    operator(webhook_copies=0)
    payments = [start() for _ in range(3)]
    for payment in payments:
        answer(payment)
    run_jobs()
    assert not Receipt.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert settlement.sweep() == 3
    run_jobs()
    assert [effects(p) for p in payments] == [ONCE] * 3


@db
def test_a_crash_between_asking_and_noting_is_found_by_the_sweep(monkeypatch):
    """The operator took the demand, we died before writing its number down."""
    monkeypatch.setattr(services, "_note_started", lambda pk, *_: Payment.objects.get(pk=pk))
    payment = start()
    assert payment.state == PaymentState.STARTED
    answer(payment)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        settlement.sweep()
    assert effects(payment) == ONCE


@db
@pytest.mark.parametrize(("what", "reason"), [(S.REFUSED, "REFUSED"), (S.INSUFFICIENT, "INSUFFICIENT")])
def test_a_refusal_is_told_and_books_nothing(run_jobs, what, reason):
    payment = start()
    answer(payment, what)
    run_jobs()
    payment.refresh_from_db()
    assert (payment.state, payment.failure) == (PaymentState.FAILED, reason)
    assert not Entry.objects.exists()


@db
def test_no_answer_expires_and_a_late_success_still_counts(run_jobs):
    payment = start()
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        settlement.sweep()
        payment.refresh_from_db()
        assert payment.state == PaymentState.EXPIRED
        operator(webhook_copies=0)
        answer(payment)
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        settlement.sweep()
    assert effects(payment) == ONCE


@db
def test_an_attempt_is_no_longer_asked_about_after_two_days():
    payment = start()
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        settlement.sweep()
        payment.refresh_from_db()
        assert payment.next_check_at is None
        assert settlement.sweep() == 0


@db
def test_success_after_another_attempt_was_paid_is_booked_too(run_jobs):
    """Paid twice is the City's debt, never lost money."""
    subject = uuid.uuid4()
    first = start(subject=subject)
    services.cancel(payment=first, by=people.guest(first.contact))
    second = start(subject=subject, contact=first.contact)
    assert second.pk != first.pk
    for payment in (second, first):
        answer(payment)
    run_jobs()
    assert [effects(first), effects(second)] == [ONCE, ONCE]
    assert balance(AccountCode.TRANSIT) == 4000


@db
@pytest.mark.parametrize(
    ("behaviour", "kind", "unidentified"),
    [
        ({"amount_delta_xof": -500}, CaseKind.WRONG_AMOUNT, 1500),
        ({"amount_delta_xof": 100}, CaseKind.WRONG_AMOUNT, 2100),
        ({"currency": "EUR"}, CaseKind.WRONG_CURRENCY, 0),
    ],
)
def test_other_money_than_asked_is_kept_apart_and_shown(run_jobs, behaviour, kind, unidentified):
    operator(**behaviour)
    payment = start()
    answer(payment)
    run_jobs()
    settlement.settle(payment_id=payment.pk, reading=settlement.read(payment))  # again: nothing new
    payment.refresh_from_db()
    assert (payment.state, payment.failure) == (PaymentState.FAILED, "WRONG_MONEY")
    assert [c.kind for c in MoneyCase.objects.untreated()] == [kind]
    assert balance(AccountCode.UNIDENTIFIED) == unidentified
    assert balance(AccountCode.CIVIL_ACT_FEES) == 0
    assert not people.heard
    assert not Receipt.objects.exists()


@db
@pytest.mark.parametrize("wrong", [{"reference": "ANOTHER"}, {"provider_id": "someone-elses"}])
def test_the_transaction_of_another_is_not_our_money(wrong):
    payment = start()
    settlement.settle(payment_id=payment.pk, reading=paid(payment, **wrong))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING
    assert [c.kind for c in MoneyCase.objects.all()] == [CaseKind.WRONG_REFERENCE]
    assert not Entry.objects.exists()


@db
def test_a_forged_event_is_kept_and_believed_by_nobody(run_jobs):
    payment = start()
    operator(webhook_copies=0)
    row = answer(payment)
    headers, body = fake.webhook(row, "event-1")
    forged = services.receive("fake", headers | {fake.SIGNATURE: "t=1,s=00"}, body)
    assert not forged.verified
    assert run_jobs() == 0
    # And it does not use up the id of the genuine event.
    assert services.receive("fake", headers, body).verified
    run_jobs()
    assert effects(payment) == ONCE


@db
def test_a_genuine_event_that_lies_changes_nothing(run_jobs):
    """The webhook is a hint: the operator's books say WAITING, whatever it claims."""
    payment = start()
    row = fake.FakeTransaction.objects.get()
    row.state = S.ACCEPTED
    services.receive("fake", *fake.webhook(row, "event-1"))
    run_jobs()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING


@db
def test_an_event_about_nothing_of_ours_becomes_a_case(run_jobs):
    row = fake.FakeTransaction(reference="NOTOURS", state=S.ACCEPTED)
    services.receive("fake", *fake.webhook(row, "event-1"))
    run_jobs()
    assert [c.kind for c in MoneyCase.objects.all()] == [CaseKind.UNKNOWN_REFERENCE]


@db
def test_provider_fees_are_booked_apart_and_revenue_stays_gross(run_jobs):
    payment = start()
    operator(fee_xof=35)
    answer(payment)
    run_jobs()
    assert balance(AccountCode.CIVIL_ACT_FEES) == 1500
    assert balance(AccountCode.PROVIDER_FEES) == 35
    assert balance(AccountCode.TRANSIT) == 1965


@db
def test_money_stays_when_the_service_cannot_use_it(run_jobs):
    payment = start(label="refuse ce paiement")
    answer(payment)
    run_jobs()
    assert effects(payment) == ONCE
    job = Job.objects.get(key=f"settled:{payment.pk}")
    assert job.parked_at
    assert services.unapplied(payment.purpose, payment.subject_uuid) == payment


@db
def test_money_stays_when_the_service_is_gone(monkeypatch, run_jobs):
    payment = start()
    monkeypatch.setattr(settlement, "settled_topic", lambda purpose: "nobody.listens")
    answer(payment)
    run_jobs()
    payment.refresh_from_db()
    assert payment.is_settled
    assert [c.kind for c in MoneyCase.objects.all()] == [CaseKind.NOT_ANNOUNCED]


@db
def test_a_worker_that_dies_in_settle_leaves_nothing_half_done(monkeypatch, run_jobs):
    payment = start()

    def die(**_):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(settlement.receipts, "issue", die)
        with pytest.raises(SystemExit):
            settlement.settle(payment_id=payment.pk, reading=paid(payment))
    assert effects(payment) == (PaymentState.PENDING, 0, 0, 0)
    settlement.settle(payment_id=payment.pk, reading=paid(payment))
    assert effects(payment) == ONCE


@db
def test_no_transaction_is_open_while_the_operator_answers(monkeypatch, run_jobs):
    seen = []
    for name in ("start", "read_status"):
        original = getattr(fake.FakeProvider, name)

        def watched(self, *args, original=original, **kwargs):
            seen.append(transaction.get_connection().in_atomic_block)
            return original(self, *args, **kwargs)

        monkeypatch.setattr(fake.FakeProvider, name, watched)
    payment = start()
    answer(payment)
    run_jobs()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        start()
        settlement.sweep()
    assert seen
    assert not any(seen)


@db
def test_an_operator_that_is_down_parks_nothing(run_jobs):
    payment = start()
    answer(payment)
    operator(is_down=True, webhook_copies=1)
    run_jobs()
    assert not Job.objects.parked().exists()
    operator(is_down=False)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        settlement.sweep()
    assert effects(payment) == ONCE
