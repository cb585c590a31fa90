"""The drawer: what is taken is booked, numbered and receipted at once; the count closes it."""

import threading
import time
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from cotonou.accounts.permissions import Role
from cotonou.core.errors import DomainError, NotAllowed
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Entry
from cotonou.payments import desks, receipts, services, subjects
from cotonou.payments.models import CashSession, Payment, Receipt, ReceiptSeries
from cotonou.payments.states import PaymentState
from tests.cotonou.payments import people
from tests.cotonou.payments.people import at_once, drawer, errors, staff, start, terms
from tests.support.without import without_index

db = pytest.mark.django_db(transaction=True)
with_owner = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def take(session, cashier, **changes):
    return services.take_cash(**terms(**changes), session=session, by=cashier)


@db
def test_cash_is_payment_entry_receipt_and_news_in_one_commit(run_jobs):
    session, cashier = drawer(float_xof=10_000)
    payment = take(session, cashier)
    assert payment.state == PaymentState.SETTLED
    assert payment.office_id == session.desk.office_id
    assert payment.receipt.full_number.startswith(session.desk.code)
    assert balance(AccountCode.CASH, auxiliary=session.desk.code) == 12_000
    assert run_jobs() == 1
    assert people.heard == [payment.pk]


@db
def test_a_double_click_at_the_desk_takes_once():
    session, cashier = drawer()
    asked = terms(contact=people.contact())
    calls = [lambda: services.take_cash(**asked, session=session, by=cashier, idempotency_key="form-1")] * 10
    results = at_once(calls)
    assert not errors(results)
    assert len({p.pk for p in results}) == Receipt.objects.count() == 1


@db
def test_without_a_key_the_same_subject_is_still_taken_once():
    session, cashier = drawer()
    asked = terms(contact=people.contact())
    take(session, cashier, **asked)
    with pytest.raises(DomainError) as refused:
        take(session, cashier, **asked)
    assert refused.value.code == "already_paid"


def two_desks_take(asked):
    drawers = [drawer(), drawer()]
    return at_once([lambda s=s, c=c: take(s, c, **asked) for s, c in drawers])


@db
def test_two_desks_take_the_money_of_one_subject_once():
    asked = terms(contact=people.contact())
    results = two_desks_take(asked)
    assert [e.code for e in errors(results)] == ["already_paid"]
    assert Payment.objects.count() == Receipt.objects.count() == 1
    assert balance(AccountCode.CIVIL_ACT_FEES) == 1500


@db
def test_twin_without_the_subject_s_lock_both_desks_take_it(monkeypatch):
    monkeypatch.setattr(subjects, "hold", lambda purpose, subject: None)
    gate, look = threading.Barrier(2), services.unapplied

    def unhurried(purpose, subject):
        found = look(purpose, subject)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(services, "unapplied", unhurried)
    assert not errors(two_desks_take(terms(contact=people.contact())))
    assert Receipt.objects.count() == 2


@db
def test_an_attempt_begun_while_cash_is_taken_finds_it_paid(monkeypatch):
    """The payer's phone and the desk at the same moment: whoever is second does not open a second payment."""
    (session, cashier), asked = drawer(), terms(contact=people.contact())
    taking, look = threading.Event(), services.unapplied

    def unhurried(purpose, subject):
        found = look(purpose, subject)
        taking.set()
        time.sleep(0.5)  # the phone is asking by now, and must wait
        return found

    monkeypatch.setattr(services, "unapplied", unhurried)

    def phone():
        taking.wait(timeout=20)
        return start(**{name: asked[name] for name in ("subject", "contact")})

    taken, started = at_once([lambda: take(session, cashier, **asked), phone])
    assert started == taken
    assert Payment.objects.count() == 1


@db
def test_a_subject_is_held_only_within_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        subjects.hold("tests", uuid.uuid4())


@db
def test_cash_gives_up_the_online_attempt_of_the_same_subject():
    session, cashier = drawer()
    online = start()
    take(session, cashier, subject=online.subject_uuid, contact=online.contact)
    online.refresh_from_db()
    assert online.state == PaymentState.CANCELLED


@db
def test_nobody_takes_cash_into_the_drawer_of_another_or_a_closed_one():
    session, cashier = drawer()
    with pytest.raises(NotAllowed):
        take(session, staff(Role.CASHIER))
    desks.close_session(session=session, counted_xof=10_000, by=cashier)
    with pytest.raises(DomainError) as refused:
        take(session, cashier)
    assert refused.value.code == "session_closed"
    assert not Payment.objects.exists()


@db
def test_even_raw_sql_puts_no_cash_into_a_closed_session():
    session, cashier = drawer()
    payment = take(session, cashier)
    desks.close_session(session=session, counted_xof=12_000, by=cashier)
    payment.pk, payment.public_id, payment.reference = None, uuid.uuid4(), "OTHER"
    with pytest.raises(IntegrityError, match="cash session is closed"):
        payment.save(force_insert=True)


@db
def test_one_open_session_per_desk_and_per_cashier():
    session, cashier = drawer()
    with pytest.raises(DomainError) as refused:
        desks.open_session(desk=session.desk, float_xof=0, by=staff(Role.CASHIER))
    assert refused.value.code == "desk_open"
    with pytest.raises(DomainError) as refused:
        desks.open_session(desk=people.desk(), float_xof=0, by=cashier)
    assert refused.value.code == "cashier_open"


def six_cashiers_open(place):
    cashiers = [staff(Role.CASHIER) for _ in range(6)]
    return at_once([lambda c=c: desks.open_session(desk=place, float_xof=5, by=c) for c in cashiers])


def one_cashier_opens_six():
    places, cashier = [people.desk() for _ in range(6)], staff(Role.CASHIER)
    return at_once([lambda p=p: desks.open_session(desk=p, float_xof=5, by=cashier) for p in places])


@db
def test_two_cashiers_race_for_one_desk():
    place = people.desk()
    results = six_cashiers_open(place)
    assert [e.code for e in errors(results)] == ["desk_open"] * 5
    assert balance(AccountCode.CASH, auxiliary=place.code) == 5


@with_owner
def test_twin_without_the_constraint_several_cashiers_open_one_desk():
    with without_index("cash_session_one_open_per_desk", emptying="payments_cashsession"):
        assert not errors(six_cashiers_open(people.desk()))
        assert CashSession.objects.open().count() == 6


@db
def test_one_cashier_opens_one_of_several_desks_at_once():
    results = one_cashier_opens_six()
    assert [e.code for e in errors(results)] == ["cashier_open"] * 5
    assert CashSession.objects.open().count() == 1


@with_owner
def test_twin_without_the_constraint_one_cashier_holds_several_desks():
    with without_index("cash_session_one_open_per_cashier", emptying="payments_cashsession"):
        assert not errors(one_cashier_opens_six())
        assert CashSession.objects.open().count() == 6


@db
def test_a_cashier_does_not_open_a_desk_of_another_office():
    with pytest.raises(NotAllowed):
        desks.open_session(desk=people.desk("A06"), float_xof=0, by=staff(Role.CASHIER, "A05"))


@db
@pytest.mark.parametrize(("counted", "gap"), [(12_000, 0), (11_500, -500), (12_300, 300)])
def test_the_count_closes_and_a_gap_goes_to_its_account(counted, gap):
    session, cashier = drawer()
    take(session, cashier)
    if gap:
        with pytest.raises(DomainError) as refused:
            desks.close_session(session=session, counted_xof=counted, by=cashier)
        assert refused.value.code == "gap_reason_missing"
    closed = desks.close_session(
        session=session, counted_xof=counted, by=cashier, gap_reason="monnaie" if gap else ""
    )
    assert (closed.expected_xof, closed.gap_xof) == (12_000, gap)
    assert balance(AccountCode.CASH, auxiliary=session.desk.code) == counted
    assert balance(AccountCode.CASH_GAPS) == -gap


@db
def test_a_closed_session_is_history():
    session, cashier = drawer()
    desks.close_session(session=session, counted_xof=10_000, by=cashier)
    with pytest.raises(DomainError):
        desks.close_session(session=session, counted_xof=1, by=cashier)
    for sql in ("UPDATE payments_cashsession SET closed_at = NULL", "DELETE FROM payments_cashsession"):
        with pytest.raises(IntegrityError, match="closed once"), connection.cursor() as cursor:
            cursor.execute(sql)


@db
def test_closing_waits_for_the_money_being_taken():
    session, cashier = drawer()
    calls = [lambda: take(session, cashier) for _ in range(5)]
    calls.append(lambda: desks.close_session(session=session, counted_xof=0, by=cashier, gap_reason="course"))
    at_once(calls)
    closed = CashSession.objects.get(pk=session.pk)
    assert closed.expected_xof == 10_000 + 2000 * closed.payments.count()
    assert balance(AccountCode.CASH, auxiliary=session.desk.code) == 0


@db
def test_what_moved_between_two_sessions_is_an_internal_transfer():
    session, cashier = drawer(float_xof=10_000)
    take(session, cashier)
    desks.close_session(session=session, counted_xof=12_000, by=cashier)
    desks.open_session(desk=session.desk, float_xof=10_000, by=cashier)
    assert balance(AccountCode.CASH, auxiliary=session.desk.code) == 10_000
    assert balance(AccountCode.INTERNAL_TRANSFERS, auxiliary=session.desk.code) == -8_000


@db
def test_receipt_numbers_have_no_gap_under_twenty_cashiers_and_rollbacks():
    def one(i: int) -> int:
        try:
            with transaction.atomic():
                _series, number = receipts.next_number("A05C1", 2026)
                if i % 3 == 0:
                    raise RuntimeError("rolled back")
                return number
        except RuntimeError:
            return 0

    numbers = [n for n in at_once([lambda i=i: one(i) for i in range(20)]) if n]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) == 13
    assert ReceiptSeries.objects.get().last_number == 13


@db
def test_twin_counting_without_the_lock_gives_the_same_number_twice():
    def one() -> int:
        with transaction.atomic():
            series, _ = ReceiptSeries.objects.get_or_create(code="TWIN", year=2026)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
            return series.last_number + 1

    numbers = at_once([one] * 20)
    assert len(set(numbers)) < 20


@db
def test_receipts_of_twenty_takings_in_one_drawer_are_numbered_one_to_twenty():
    session, cashier = drawer()
    results = at_once([lambda: take(session, cashier) for _ in range(20)])
    assert not errors(results)
    assert sorted(p.receipt.number for p in results) == list(range(1, 21))
    assert Entry.objects.filter(key__startswith="payment:").count() == 20


@db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_receipt SET amount_xof = 1",
        "DELETE FROM payments_receipt",
        "TRUNCATE payments_receipt",
    ],
)
def test_a_receipt_is_never_edited(sql):
    take(*drawer())
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(sql)


@db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_receiptseries SET last_number = 0",
        "UPDATE payments_receiptseries SET last_number = last_number + 2",
        "DELETE FROM payments_receiptseries",
    ],
)
def test_a_series_only_counts_up(sql):
    receipts.next_number("A05C1", 2026)
    with pytest.raises(IntegrityError, match="counts up"), connection.cursor() as cursor:
        cursor.execute(sql)


@db
def test_no_receipt_says_less_than_what_was_paid():
    payment = take(*drawer())
    receipt = payment.receipt
    with pytest.raises(IntegrityError, match="same amount"):
        Receipt.objects.create(
            payment=payment,
            series=receipt.series,
            number=99,
            amount_xof=500,
            issued_at=receipt.issued_at,
            issued_by_label="x",
            paper={},
        )
