"""Money back takes two persons, never more than was paid, and leaves its trace in the books."""

import threading

import pytest
from django.db import IntegrityError

from cotonou.accounts.permissions import Role
from cotonou.core.errors import DomainError, IllegalTransition, NotAllowed
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.payments import desks, refunds, services, settlement
from cotonou.payments.models import Refund
from cotonou.payments.providers import fake
from cotonou.payments.states import RefundState
from tests.cotonou.payments.people import at_once, drawer, errors, operator, staff, start, terms

db = pytest.mark.django_db(transaction=True)


def settled(**changes):
    payment = start(**changes)
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    return settlement.settle(payment_id=payment.pk, reading=settlement.read(payment))


def proposed(payment, amount=2000, by=None, reason="demande refusée"):
    by = by or staff(Role.REGISSEUR)
    return refunds.propose(payment=payment, amount_xof=amount, reason=reason, by=by)


def approved(payment, amount=2000):
    return refunds.decide(refund=proposed(payment, amount), approve=True, by=staff(Role.REGISSEUR))


@db
def test_nobody_decides_what_they_proposed():
    person = staff(Role.REGISSEUR)
    refund = proposed(settled(), by=person)
    with pytest.raises(NotAllowed):
        refunds.decide(refund=refund, approve=True, by=person)
    refund.refresh_from_db()
    refund.decided_by, refund.state, refund.decided_at = person.user, "APPROVED", refund.proposed_at
    with pytest.raises(IntegrityError, match="decided_by_another"):
        refund.save()


@db
def test_a_refund_in_cash_takes_revenue_back_and_empties_the_drawer():
    refund = approved(settled())
    assert balance(AccountCode.REFUNDS_PAYABLE) == 2000
    assert balance(AccountCode.CIVIL_ACT_FEES) == balance(AccountCode.HELD_FOR_OTHERS) == 0
    session, cashier = drawer(float_xof=5000)
    assert refunds.pay_in_cash(refund=refund, session=session, by=cashier).state == RefundState.PAID
    assert balance(AccountCode.REFUNDS_PAYABLE) == 0
    assert balance(AccountCode.CASH, auxiliary=session.desk.code) == 3000
    with pytest.raises(IllegalTransition):
        refunds.pay_in_cash(refund=refund, session=session, by=cashier)
    assert desks.close_session(session=session, counted_xof=3000, by=cashier).gap_xof == 0


@db
def test_a_drawer_does_not_pay_what_it_does_not_hold():
    session, cashier = drawer(float_xof=100)
    with pytest.raises(DomainError) as refused:
        refunds.pay_in_cash(refund=approved(settled()), session=session, by=cashier)
    assert refused.value.code == "drawer_short"


@db
def test_the_operator_pays_back_once():
    payment = settled()
    refund = approved(payment)
    person = staff(Role.REGISSEUR)
    operator(is_down=True)
    with pytest.raises(DomainError):
        refunds.pay_by_operator(refund=refund, by=person)
    operator(is_down=False)
    results = at_once([lambda: refunds.pay_by_operator(refund=refund, by=person)] * 5)
    assert not errors(results)
    assert fake.FakeTransaction.objects.get().refunds == {str(refund.public_id): 2000}
    assert balance(AccountCode.TRANSIT) == balance(AccountCode.REFUNDS_PAYABLE) == 0


def refused_code(act) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def paid_in_cash_while_the_operator_answers(refund, monkeypatch) -> list:
    """What a drawer is told at the moment when the operator sends the money."""
    session, cashier = drawer(float_xof=5000)
    told, send = [], fake.FakeProvider.refund

    def sending(self, **order):
        told.extend(at_once([lambda: refunds.pay_in_cash(refund=refund, session=session, by=cashier)]))
        return send(self, **order)

    monkeypatch.setattr(fake.FakeProvider, "refund", sending)
    refunds.pay_by_operator(refund=refund, by=staff(Role.REGISSEUR))
    return told


@db
def test_no_drawer_gives_what_the_operator_is_giving_back(monkeypatch):
    refund = approved(settled())
    (told,) = paid_in_cash_while_the_operator_answers(refund, monkeypatch)
    assert told.code == "at_operator"
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    assert balance(AccountCode.CASH) == 5000
    assert balance(AccountCode.REFUNDS_PAYABLE) == 0


@db
def test_twin_without_the_order_written_first_drawer_and_operator_both_pay(monkeypatch):
    refund = approved(settled())
    monkeypatch.setattr(refunds, "_ask_operator", lambda refund, by: refund)
    (told,) = paid_in_cash_while_the_operator_answers(refund, monkeypatch)
    assert told.state == RefundState.PAID
    assert fake.FakeTransaction.objects.get().refunds == {str(refund.public_id): 2000}
    assert balance(AccountCode.CASH) == 3000


@db
def test_what_the_operator_did_not_answer_about_waits_for_it_and_what_it_refuses_is_paid_in_cash():
    payment = settled()
    refund, chief = approved(payment), staff(Role.REGISSEUR)
    session, cashier = drawer(float_xof=5000)
    operator(is_down=True)
    assert refused_code(lambda: refunds.pay_by_operator(refund=refund, by=chief)) == "provider_down"
    pay = {"refund": refund, "session": session, "by": cashier}
    assert refused_code(lambda: refunds.pay_in_cash(**pay)) == "at_operator"
    operator(is_down=False)
    fake.FakeTransaction.objects.update(state="REFUSED")
    assert refused_code(lambda: refunds.pay_by_operator(refund=refund, by=chief)) == "provider_refused"
    assert refunds.pay_in_cash(**pay).state == RefundState.PAID
    assert refused_code(lambda: refunds.pay_by_operator(refund=refund, by=chief)) == "not_approved"


@db
def test_even_raw_sql_gives_no_refund_from_a_drawer_and_by_the_operator():
    refund = approved(settled())
    session, _cashier = drawer(float_xof=5000)
    with pytest.raises(IntegrityError, match="refund_by_operator_or_drawer"):
        Refund.objects.filter(pk=refund.pk).update(
            operator_asked_at=refund.decided_at, cash_session_id=session.pk
        )


# -- two at once, each with its twin without the lock --------------------------------

UNLOCKED = Refund.objects.select_related("payment__contact", "payment__office", "payment__cash_session__desk")


def decide(refund, *, approve: bool):
    return refunds.decide(refund=refund, approve=approve, note="acte délivré", by=staff(Role.REGISSEUR))


@db
def test_approved_and_refused_at_once_is_one_or_the_other():
    refund = proposed(settled())
    results = at_once([lambda a=a: decide(refund, approve=a) for a in (True, False)])
    assert [type(e) for e in errors(results)] == [IllegalTransition]
    refund.refresh_from_db()
    assert balance(AccountCode.REFUNDS_PAYABLE) == (2000 if refund.state == RefundState.APPROVED else 0)


@db
def test_twin_without_the_lock_a_refused_refund_is_still_owed(monkeypatch):
    refund, locked = proposed(settled()), refunds._locked

    def overtaken(refund):
        """Somebody approves between this reading and the writing that follows."""
        found = UNLOCKED.get(pk=refund.pk)
        monkeypatch.setattr(refunds, "_locked", locked)
        assert not errors(at_once([lambda: decide(refund, approve=True)]))
        return found

    monkeypatch.setattr(refunds, "_locked", overtaken)
    assert decide(refund, approve=False).state == RefundState.REFUSED
    assert balance(AccountCode.REFUNDS_PAYABLE) == 2000


def two_drawers_pay(refund):
    drawers = [drawer(float_xof=5000) for _ in range(2)]
    return at_once([lambda s=s, c=c: refunds.pay_in_cash(refund=refund, session=s, by=c) for s, c in drawers])


@db
def test_two_drawers_at_once_pay_a_refund_once():
    assert [type(e) for e in errors(two_drawers_pay(approved(settled())))] == [IllegalTransition]
    assert balance(AccountCode.REFUNDS_PAYABLE) == 0
    assert balance(AccountCode.CASH) == 8000


@db
def test_twin_without_the_lock_only_the_guard_keeps_the_second_drawer_shut(monkeypatch):
    refund, gate = approved(settled()), threading.Barrier(2)

    def unlocked(refund):
        found = UNLOCKED.get(pk=refund.pk)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(refunds, "_locked", unlocked)
    (refused,) = errors(two_drawers_pay(refund))
    assert isinstance(refused.__cause__, IntegrityError)


@db
def test_partial_refunds_never_go_beyond_the_payment_nor_a_share():
    payment = settled()
    for amount in (1, 999, 1, 998):
        approved(payment, amount)
    with pytest.raises(DomainError):
        proposed(payment, 2)
    approved(payment, 1)
    assert balance(AccountCode.CIVIL_ACT_FEES) == balance(AccountCode.HELD_FOR_OTHERS) == 0
    assert refunds.refundable_xof(payment) == 0


@db
def test_refunds_at_once_do_not_go_beyond_the_payment():
    payment = settled()
    person = staff(Role.REGISSEUR)
    results = at_once(
        [lambda n=n: proposed(payment, 1500, by=person, reason=f"raison {n}") for n in range(6)]
    )
    assert len(errors(results)) == 5
    with pytest.raises(IntegrityError, match="beyond the payment"):
        Refund.objects.create(payment=payment, amount_xof=501, reason="x")


@db
def test_two_clicks_on_a_proposal_make_one():
    payment, person = settled(), staff(Role.REGISSEUR)
    made = at_once([lambda: proposed(payment, 500, by=person)] * 4)
    assert {refund.pk for refund in made} == {Refund.objects.get().pk}
    refunds.decide(refund=made[0], approve=False, note="non", by=staff(Role.REGISSEUR))
    assert proposed(payment, 500, by=person).pk != made[0].pk


@db
def test_the_same_sum_for_another_reason_or_by_somebody_else_is_another_refund():
    payment, person = settled(), staff(Role.REGISSEUR)
    proposed(payment, 500, by=person)
    proposed(payment, 500, by=person, reason="deuxième exemplaire manquant")
    proposed(payment, 500)
    assert Refund.objects.count() == 3


@db
def test_a_refused_refund_says_why_and_frees_the_money():
    payment = settled()
    refund = proposed(payment)
    with pytest.raises(DomainError):
        refunds.decide(refund=refund, approve=False, by=staff(Role.REGISSEUR))
    refunds.decide(refund=refund, approve=False, note="acte délivré", by=staff(Role.REGISSEUR))
    assert refunds.refundable_xof(payment) == 2000
    with pytest.raises(IllegalTransition):
        refunds.decide(refund=refund, approve=True, by=staff(Role.REGISSEUR))


@db
def test_money_that_never_came_is_not_given_back():
    with pytest.raises(DomainError) as refused:
        proposed(start())
    assert refused.value.code == "not_settled"


@db
def test_a_cash_payment_is_not_refunded_by_an_operator():
    session, cashier = drawer()
    payment = services.take_cash(**terms(), session=session, by=cashier)
    with pytest.raises(NotAllowed):
        refunds.pay_by_operator(refund=approved(payment), by=cashier)


@db
def test_after_a_whole_refund_the_subject_can_be_paid_again(run_jobs):
    """A parked « paid, not applied » that was given back no longer stands in the way."""
    first = settled(label="refuse ce paiement")
    run_jobs()
    again = {"subject": first.subject_uuid, "contact": first.contact}
    assert start(**again).pk == first.pk
    refunds.pay_by_operator(refund=approved(first), by=staff(Role.REGISSEUR))
    assert start(**again).pk != first.pk
