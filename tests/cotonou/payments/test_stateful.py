"""Any order of clicks, answers, lost webhooks, sweeps, drawers and refunds: the books stay true."""

import contextlib
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cotonou.accounts.permissions import Role
from cotonou.core.errors import DomainError
from cotonou.jobs import runner
from cotonou.jobs.models import Job
from cotonou.ledger import balances
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Entry, Line
from cotonou.payments import desks, refunds, services, settlement
from cotonou.payments.models import FakeTransaction, MoneyCase, Payment, Receipt, Refund
from cotonou.payments.providers import fake
from cotonou.payments.states import PaymentState
from tests.cotonou.payments import people

ANSWERS = ["ACCEPTED", "REFUSED", "INSUFFICIENT"]


class Money(RuleBasedStateMachine):
    payments = Bundle("payments")

    @initialize()
    def people_and_places(self):
        self.payer = people.contact()
        self.guest = people.guest(self.payer)
        self.chiefs = [people.staff(Role.REGISSEUR), people.staff(Role.REGISSEUR)]
        self.cashier = people.staff(Role.CASHIER)
        self.desk = people.desk()
        self.session = None
        self.subjects = [uuid.uuid4() for _ in range(2)]
        people.operator(webhook_copies=1, amount_delta_xof=0, fee_xof=0, is_down=False)

    @rule(
        copies=st.sampled_from([0, 1, 3]),
        delta=st.sampled_from([0, 0, 0, -300]),
        fee=st.sampled_from([0, 40]),
    )
    def the_operator_changes_its_ways(self, copies, delta, fee):
        people.operator(webhook_copies=copies, amount_delta_xof=delta, fee_xof=fee)

    @rule(target=payments, which=st.integers(0, 1))
    def start(self, which):
        return people.start(subject=self.subjects[which], contact=self.payer).pk

    @rule(payment=payments, answer=st.sampled_from(ANSWERS))
    def answer(self, payment, answer):
        reference = Payment.objects.get(pk=payment).reference
        if FakeTransaction.objects.filter(reference=reference).exists():
            fake.decide(reference=reference, answer=answer)

    @rule(payment=payments)
    def give_up(self, payment):
        services.cancel(payment=Payment.objects.get(pk=payment), by=self.guest)

    @rule(target=payments, payment=payments)
    def pay_again(self, payment):
        again = services.pay_again(payment=Payment.objects.get(pk=payment), provider="fake", by=self.guest)
        return again.pk

    @rule()
    def workers_run(self):
        runner.run_due()

    @rule(minutes=st.sampled_from([0, 40]))
    def sweep(self, minutes):
        late = timezone.now() - timedelta(minutes=minutes)
        Payment.objects.filter(next_check_at__isnull=False).update(next_check_at=late)
        if minutes:
            Payment.objects.filter(state=PaymentState.PENDING).update(expires_at=late)
        settlement.sweep()

    @precondition(lambda self: self.session is None)
    @rule(float_xof=st.integers(0, 5000))
    def open_drawer(self, float_xof):
        self.session = desks.open_session(desk=self.desk, float_xof=float_xof, by=self.cashier)

    @precondition(lambda self: self.session is not None)
    @rule(target=payments, which=st.integers(0, 1))
    def take_cash(self, which):
        asked = people.terms(subject=self.subjects[which], contact=self.payer)
        try:
            return services.take_cash(**asked, session=self.session, by=self.cashier).pk
        except DomainError as error:
            assert error.code == "already_paid"
            return services.unapplied(people.PURPOSE, self.subjects[which]).pk

    @precondition(lambda self: self.session is not None)
    @rule(gap=st.sampled_from([0, 0, -100, 50]))
    def close_drawer(self, gap):
        expected = balances.balance(AccountCode.CASH, auxiliary=self.desk.code)
        counted = max(expected + gap, 0)
        desks.close_session(
            session=self.session, counted_xof=counted, by=self.cashier, gap_reason="compté deux fois"
        )
        assert balances.balance(AccountCode.CASH, auxiliary=self.desk.code) == counted
        self.session = None

    @rule(payment=payments, amount=st.integers(1, 2500))
    def refund(self, payment, amount):
        """Proposed, decided and paid; whatever is illegal is refused with a reason."""
        payment = Payment.objects.get(pk=payment)
        with contextlib.suppress(DomainError):
            refund = refunds.propose(payment=payment, amount_xof=amount, reason="essai", by=self.chiefs[0])
            refund = refunds.decide(refund=refund, approve=amount % 3 > 0, note="non", by=self.chiefs[1])
            if payment.provider == "cash" and self.session:
                refunds.pay_in_cash(refund=refund, session=self.session, by=self.cashier)
            elif payment.provider == "fake":
                refunds.pay_by_operator(refund=refund, by=self.chiefs[1])

    @invariant()
    def the_ledger_balances(self):
        debits, credits = Line.objects.all().totals()
        assert debits == credits
        assert list(balances.findings()) == []

    @invariant()
    def each_settled_payment_has_one_of_everything(self):
        for payment in Payment.objects.settled():
            assert Entry.objects.filter(key=f"payment:{payment.pk}").count() == 1
            assert Receipt.objects.filter(payment=payment).count() == 1
            assert Job.objects.filter(key=f"settled:{payment.pk}").count() == 1
        unpaid = Payment.objects.exclude(state=PaymentState.SETTLED)
        assert not Receipt.objects.filter(payment__in=unpaid).exists()

    @invariant()
    def one_attempt_is_open_per_subject(self):
        for subject in getattr(self, "subjects", []):
            assert Payment.objects.of(people.PURPOSE, subject).open().count() <= 1

    @invariant()
    def receipts_have_no_gap(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.last_number, count(r.id), coalesce(max(r.number), 0) FROM payments_receiptseries s"
                " LEFT JOIN payments_receipt r ON r.series_id = s.id GROUP BY s.id"
            )
            assert all(last == count == top for last, count, top in cursor.fetchall())

    @invariant()
    def transit_is_what_the_operator_holds_for_us(self):
        """Settled and unidentified money, less fees and refunds, and nothing else."""
        came = sum(Payment.objects.settled().filter(provider="fake").values_list("amount_xof", flat=True))
        came += sum(MoneyCase.objects.filter(kind="WRONG_AMOUNT").values_list("received_xof", flat=True))
        back = Refund.objects.filter(state="PAID", payment__provider="fake").values_list(
            "amount_xof", flat=True
        )
        fees = balances.balance(AccountCode.PROVIDER_FEES)
        assert balances.balance(AccountCode.TRANSIT) == came - sum(back) - fees

    @invariant()
    def no_refund_exceeds_its_payment(self):
        for payment in Payment.objects.settled():
            assert refunds.refundable_xof(payment) >= 0

    def teardown(self):
        """With every webhook lost from here on, sweeps alone bring each accepted payment home."""
        people.operator(webhook_copies=0)
        Payment.objects.exclude(state=PaymentState.SETTLED).update(next_check_at=timezone.now())
        settlement.sweep()
        accepted = FakeTransaction.objects.filter(state="ACCEPTED", amount_xof=2000)
        for row in accepted:
            payment = Payment.objects.get(reference=row.reference)
            assert payment.is_settled or payment.failure == "WRONG_MONEY"
        self.close_if_open()

    def close_if_open(self):
        if getattr(self, "session", None):
            self.close_drawer(gap=0)


@pytest.mark.stateful
@pytest.mark.django_db(transaction=True)
def test_money_stays_true_whatever_happens():
    settings_ = settings(
        max_examples=8,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Money, settings=settings_)
