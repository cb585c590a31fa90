"""What the database itself refuses, whoever asks: as the app role, and as the owner."""

import datetime
import threading

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from cotonou.accounts.actors import SYSTEM
from cotonou.core.errors import DomainError
from cotonou.ledger import services
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Account, Entry, Journal, Line, Period
from cotonou.ledger.services import credit, debit
from tests.cotonou.payments.people import at_once, errors
from tests.support.without import function_without

DAY = datetime.date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def post(key="k", amount=1000, **changes):
    asked = {
        "key": key,
        "journal": Journal.MISC,
        "date": DAY,
        "label": "essai",
        "lines": [debit(AccountCode.CASH, amount, auxiliary="C1"), credit(AccountCode.OTHER_REVENUE, amount)],
        "by": SYSTEM,
    } | changes
    return services.post(**asked)


def raw_entry(**changes) -> Entry:
    columns = {"key": "raw", "journal": "MISC", "date": DAY, "label": "brut", "author_label": "moi"}
    return Entry.objects.create(**columns | changes)


def raw_line(entry, code=AccountCode.CASH, **changes) -> Line:
    account = Account.objects.get(code=code)
    columns = {"entry": entry, "account": account, "date": entry.date, "office_id": entry.office_id}
    return Line.objects.create(**columns | changes)


def run(sql: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_an_unbalanced_entry_is_refused_at_commit():
    with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
        entry = raw_entry()
        raw_line(entry, debit_xof=1000)
        raw_line(entry, AccountCode.OTHER_REVENUE, credit_xof=999)
    assert not Entry.objects.exists()


def test_an_entry_without_lines_is_refused_at_commit():
    with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
        raw_entry()


def test_checking_early_does_not_let_a_line_in_afterwards():
    with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
        entry = raw_entry()
        raw_line(entry, debit_xof=1000)
        raw_line(entry, AccountCode.OTHER_REVENUE, credit_xof=1000)
        run("SET CONSTRAINTS ALL IMMEDIATE")
        raw_line(entry, debit_xof=5)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET label = 'x'",
        "UPDATE ledger_line SET debit_xof = debit_xof + 1 WHERE debit_xof > 0",
        "UPDATE ledger_line SET entry_id = entry_id",
        "DELETE FROM ledger_line",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_line",
        "TRUNCATE ledger_entry CASCADE",
        "UPDATE ledger_account SET code = '999' WHERE code = '201'",
        "UPDATE ledger_account SET normal_side = 'CREDIT' WHERE kind = 'MEMO'",
        "DELETE FROM ledger_account",
        "ALTER TABLE ledger_line DISABLE TRIGGER ALL",
    ],
)
def test_the_app_role_cannot_touch_history(sql):
    post()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        run(sql)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_line"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_even_the_owner_meets_the_trigger(table, sql):
    post()
    with pytest.raises(IntegrityError, match="append-only"), connections["owner"].cursor() as cursor:
        cursor.execute(sql.format(table))


def test_an_account_may_be_reworded():
    Account.objects.filter(code=AccountCode.CASH).update(name="Caisses de la Ville")


def test_no_line_joins_an_entry_of_another_transaction():
    entry = post()
    with pytest.raises(IntegrityError, match="of this transaction"):
        raw_line(entry, debit_xof=5)


def test_a_forged_transaction_id_does_not_open_an_entry_to_later_lines():
    entry = post()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xid::text FROM ledger_entry WHERE id = %s", [entry.pk])
        (xid,) = cursor.fetchone()
    with pytest.raises(IntegrityError, match="of this transaction"):
        run(
            "INSERT INTO ledger_line (entry_id, account_id, debit_xof, credit_xof, date, auxiliary, xid)"
            " VALUES (%s, (SELECT id FROM ledger_account LIMIT 1), 5, 0, %s, '', %s::xid8)",
            entry.pk,
            DAY,
            xid,
        )


@pytest.mark.parametrize("other", [{"date": datetime.date(2026, 3, 3)}, {"office_id": 1}])
def test_a_line_repeats_the_date_and_office_of_its_entry(other):
    with pytest.raises(IntegrityError, match="of this transaction"), transaction.atomic():
        raw_line(raw_entry(), debit_xof=5, **other)


@pytest.mark.parametrize(
    "sides", [{"debit_xof": 5, "credit_xof": 5}, {}, {"debit_xof": -5}, {"debit_xof": 5, "credit_xof": -5}]
)
def test_a_line_has_exactly_one_positive_side(sides):
    with pytest.raises(IntegrityError, match="line_exactly_one_side"), transaction.atomic():
        raw_line(raw_entry(), **sides)


def test_nothing_is_dated_in_a_closed_period():
    period = Period.objects.create(
        name="mars 2026", starts_on=DAY.replace(day=1), ends_on=DAY.replace(day=31)
    )
    post()
    services.close_period(period=period, by=SYSTEM)
    with pytest.raises(DomainError) as refused:
        post("late")
    assert refused.value.code == "period_closed"
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        raw_entry()
    assert post("next", date=datetime.date(2026, 4, 1)).pk


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_period SET closed_at = NULL",
        "DELETE FROM ledger_period",
        "UPDATE ledger_period SET ends_on = ends_on - 1",
    ],
)
def test_a_closed_period_stays_closed(sql):
    period = Period.objects.create(name="mars 2026", starts_on=DAY, ends_on=DAY)
    services.close_period(period=period, by=SYSTEM)
    with pytest.raises(IntegrityError, match="is closed"):
        run(sql)


def test_a_period_that_runs_cannot_be_closed():
    period = Period.objects.create(name="2099", starts_on=DAY, ends_on=datetime.date(2099, 12, 31))
    with pytest.raises(DomainError) as refused:
        services.close_period(period=period, by=SYSTEM)
    assert refused.value.code == "period_running"
    with pytest.raises(IntegrityError, match="not over"):
        Period.objects.update(closed_at="2026-03-02T00:00:00Z", closed_by_label="moi")


def test_closing_waits_for_the_entries_being_written():
    """Every entry that committed is dated before the closing saw it: none slips in behind."""
    period = Period.objects.create(name="mars 2026", starts_on=DAY, ends_on=DAY)
    calls = [lambda i=i: post(f"race-{i}") for i in range(8)]
    calls.insert(4, lambda: services.close_period(period=period, by=SYSTEM))
    results = at_once(calls)
    refused = errors(results)
    assert all(isinstance(e, DomainError) and e.code == "period_closed" for e in refused)
    assert Entry.objects.count() + len(refused) == 8
    period.refresh_from_db()
    assert not Entry.objects.filter(posted_at__gt=period.closed_at + datetime.timedelta(seconds=3)).exists()


def closed_while_an_entry_was_being_written() -> bool:
    """Whether the closing of the entry's period was over before the entry was committed."""
    period = Period.objects.create(name="mars 2026", starts_on=DAY, ends_on=DAY)
    closed = threading.Event()

    def close() -> None:
        try:
            services.close_period(period=period, by=SYSTEM)
            closed.set()
        finally:
            connections.close_all()

    closing = threading.Thread(target=close, daemon=True)
    with transaction.atomic():
        post("being-written")
        closing.start()
        early = closed.wait(timeout=0.5)
    closing.join(timeout=20)
    assert closed.is_set()
    assert Entry.objects.count() == 1
    return early


def test_a_period_is_not_closed_over_an_entry_being_written():
    assert not closed_while_an_entry_was_being_written()


def test_twin_without_the_share_lock_an_entry_joins_a_closed_period():
    with function_without("ledger_entry_guard", " FOR SHARE"):
        assert closed_while_an_entry_was_being_written()


def test_an_old_snapshot_does_not_reach_into_a_closed_period():
    period = Period.objects.create(name="mars 2026", starts_on=DAY, ends_on=DAY)
    with pytest.raises(Exception, match="could not serialize"), transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        Entry.objects.count()  # takes the snapshot
        results = at_once([lambda: services.close_period(period=period, by=SYSTEM)])
        assert not errors(results)
        raw_entry()
