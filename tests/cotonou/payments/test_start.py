"""Starting: one attempt per subject, whatever is clicked twice."""

import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction

from cotonou.core.errors import DomainError
from cotonou.ledger.chart import AccountCode
from cotonou.payments import services, settlement
from cotonou.payments.models import Payment
from cotonou.payments.providers import fake
from cotonou.payments.services import Allocation
from cotonou.payments.states import PaymentState
from tests.cotonou.payments.people import at_once, contact, errors, guest, operator, start, terms

db = pytest.mark.django_db(transaction=True)


def ten_clicks(**changes):
    asked = {"subject": uuid.uuid4(), "contact": contact()} | changes
    return at_once([lambda: start(**asked)] * 10)


@db
@pytest.mark.parametrize("key", ["", "one-form"])
def test_a_double_click_starts_one(key):
    results = ten_clicks(idempotency_key=key)
    assert not errors(results)
    assert len({p.pk for p in results}) == Payment.objects.count() == 1
    assert fake.FakeTransaction.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_twin_without_the_constraint_starts_several():
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP INDEX payment_one_open_attempt")
    try:
        ten_clicks()
        assert Payment.objects.count() > 1
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("TRUNCATE payments_payment CASCADE")
            cursor.execute(
                "CREATE UNIQUE INDEX payment_one_open_attempt ON payments_payment (purpose, subject_uuid)"
                " WHERE state IN ('STARTED', 'PENDING')"
            )


@db
def test_the_same_form_sent_later_gives_the_first_attempt():
    subject, payer = uuid.uuid4(), contact()
    first = start(subject=subject, contact=payer, idempotency_key="form-1")
    services.cancel(payment=first, by=guest(payer))
    assert start(subject=subject, contact=payer, idempotency_key="form-1").pk == first.pk
    assert start(subject=subject, contact=payer, idempotency_key="form-2").pk != first.pk


@db
def test_paying_again_before_the_service_has_heard_gives_the_settled_payment(run_jobs):
    subject, payer = uuid.uuid4(), contact()
    payment = start(subject=subject, contact=payer)
    settlement.settle(payment_id=payment.pk, reading=_paid(payment))
    assert start(subject=subject, contact=payer).pk == payment.pk
    run_jobs()
    assert start(subject=subject, contact=payer).pk != payment.pk  # an instalment, if the service asks


def _paid(payment):
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    return settlement.read(payment)


@db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_xof": 1999}, "allocations"),
        ({"amount_xof": 0, "allocations": []}, "amount"),
        (
            {
                "amount_xof": 1,
                "allocations": [Allocation("308", 2), Allocation("308", -1)],
            },
            "amount",
        ),
        ({"allocations": [Allocation("nope", 2000)]}, "unknown_account"),
        ({"provider": "mtn"}, "provider_off"),
        ({"purpose": "nobody"}, "purpose_unknown"),
    ],
)
def test_wrong_terms_are_refused_with_a_reason(changes, code):
    with pytest.raises(DomainError) as refused:
        start(**changes)
    assert refused.value.code == code
    assert not Payment.objects.exists()


@db
def test_an_open_attempt_of_another_amount_is_not_silently_replaced():
    payment = start()
    with pytest.raises(DomainError) as refused:
        start(
            subject=payment.subject_uuid,
            contact=payment.contact,
            amount_xof=100,
            allocations=[Allocation(AccountCode.OTHER_REVENUE, 100)],
        )
    assert refused.value.code == "payment_open"


@db
def test_an_operator_that_is_down_leaves_an_attempt_to_go_on_from():
    operator(is_down=True)
    payment = start()
    assert (payment.state, payment.checkout_url) == (PaymentState.STARTED, "")
    assert payment.next_url == f"/paiements/{payment.public_id}/"
    operator(is_down=False)
    Payment.objects.update(contacted_at=None)
    again = services.pay_again(payment=payment, provider="fake", by=guest(payment.contact))
    assert (again.pk, again.state) == (payment.pk, PaymentState.PENDING)


@db
def test_giving_up_asks_the_operator_first():
    payment = start()
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    assert services.cancel(payment=payment, by=guest(payment.contact)).is_settled


@db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_payment SET amount_xof = 1",
        "UPDATE payments_payment SET state = 'PENDING'",
        "UPDATE payments_payment SET state = 'CANCELLED', settled_at = NULL",
        "UPDATE payments_payment SET contact_id = contact_id + 1",
        "UPDATE payments_payment SET settled_at = settled_at - interval '1 day'",
        "DELETE FROM payments_payment",
    ],
)
def test_a_settled_payment_is_history(sql):
    payment = start()
    settlement.settle(payment_id=payment.pk, reading=_paid(payment))
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(sql)


@db
def test_shares_must_add_up_even_past_the_service():
    asked = terms()
    with pytest.raises(IntegrityError, match="allocations add up"), transaction.atomic():
        Payment.objects.create(
            purpose="tests",
            subject_uuid=asked["subject"],
            contact=asked["contact"],
            amount_xof=2000,
            provider="fake",
            label="x",
            author_label="x",
        )
