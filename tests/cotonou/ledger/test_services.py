import datetime
import time

import pytest
from django.db import IntegrityError, connections
from psycopg import sql

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.permissions import Role
from cotonou.audit import chains, sealing
from cotonou.audit.models import ChainLink
from cotonou.core.errors import DomainError
from cotonou.ledger import balances, services
from cotonou.ledger.chart import CHART, AccountCode
from cotonou.ledger.models import Account, Entry, Journal, Line
from cotonou.ledger.services import credit, debit
from tests.cotonou.payments.people import at_once, errors, office, staff

DAY = datetime.date(2026, 3, 2)


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


@pytest.mark.django_db
def test_the_chart_is_there_from_the_first_day():
    stored = set(Account.objects.values_list("code", "kind", "normal_side"))
    assert stored == {(row.code.value, row.kind, row.normal_side) for row in CHART}


@pytest.mark.django_db
def test_the_same_key_posts_once():
    assert post().pk == post().pk
    assert Line.objects.count() == 2


@pytest.mark.django_db
def test_a_known_key_with_other_lines_is_refused():
    post()
    with pytest.raises(services.KeyReused):
        post(amount=999)


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_posts_once():
    results = at_once([post] * 10)
    assert not errors(results)
    assert len({entry.pk for entry in results}) == 1
    assert Line.objects.count() == 2


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_twin_without_the_unique_key_posts_twice():
    """The same race, the constraint taken away: proves that the race is one."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_key_key")
    try:
        results = at_once([post] * 10)
        assert len({entry.pk for entry in results}) > 1
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("TRUNCATE ledger_entry, ledger_line")
            cursor.execute("ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_key_key UNIQUE (key)")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([debit("201", 5), credit("308", 4)], "unbalanced"),
        ([], "unbalanced"),
        ([debit("nope", 5), credit("308", 5)], "unknown_account"),
    ],
)
def test_a_wrong_entry_is_refused_with_a_reason(lines, code):
    with pytest.raises(DomainError) as refused:
        post(lines=lines)
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_reversal_brings_the_balance_back_and_happens_once():
    entry = post()
    first = services.reverse(entry=entry, by=SYSTEM, reason="erreur de saisie")
    assert services.reverse(entry=entry, by=SYSTEM, reason="erreur de saisie").pk == first.pk
    assert balances.balance(AccountCode.CASH) == 0
    assert first.reverses_id == entry.pk
    with pytest.raises(DomainError):
        services.reverse(entry=first, by=SYSTEM, reason="encore")
    with pytest.raises(DomainError):
        services.reverse(entry=post("other"), by=SYSTEM, reason=" ")


@pytest.mark.django_db
def test_an_entry_is_reversed_once_even_past_the_service():
    entry = post()
    post("a", reverses=entry)
    with pytest.raises(IntegrityError):
        post("b", reverses=entry)


@pytest.mark.django_db
def test_balances_by_auxiliary_date_and_side():
    post("a", 1000)
    post("b", 500, lines=[debit("201", 500, auxiliary="C2"), credit("308", 500)], date=DAY.replace(day=9))
    assert balances.balance(AccountCode.CASH) == 1500
    assert balances.balance(AccountCode.CASH, auxiliary="C2") == 500
    assert balances.balance(AccountCode.CASH, until=DAY) == 1000
    assert balances.balance(AccountCode.OTHER_REVENUE) == 1500  # on its normal side


@pytest.mark.django_db
def test_the_trial_balance_opens_moves_and_closes():
    post("a", 1000)
    post("b", 500, date=DAY.replace(day=9))
    rows = balances.trial_balance(actor=staff(Role.AUDITOR, "MAIRIE"), start=DAY.replace(day=5))
    cash = next(row for row in rows if row.account.code == AccountCode.CASH)
    assert (cash.opening_xof, cash.debit_xof, cash.credit_xof, cash.closing_xof) == (1000, 500, 0, 1500)
    assert sum(row.debit_xof for row in rows) == sum(row.credit_xof for row in rows)


@pytest.mark.django_db
def test_each_office_reads_its_own_books_and_the_mairie_all():
    post("five", office=office("A05"))
    post("six", office=office("A06"))
    post("city")
    regisseur, auditor = staff(Role.REGISSEUR, "A05"), staff(Role.AUDITOR, "MAIRIE")
    assert [e.key for e in Entry.objects.visible_to(regisseur)] == ["five"]
    assert Line.objects.visible_to(regisseur).count() == 2
    assert Entry.objects.visible_to(auditor).count() == 3
    assert not Entry.objects.visible_to(staff(Role.CLERK, "A05")).exists()


def seal_to_the_end(chain) -> None:
    """Other databases of the server may hold older transactions for a moment: the sealer waits for them."""
    end = time.monotonic() + 30
    table = sql.Identifier(chain.table)
    with connections["default"].cursor() as cursor:
        while time.monotonic() < end:
            sealing.seal_all()
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table))
            if ChainLink.objects.filter(chain=chain.name).count() == cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    pytest.fail("rows stay unsealed")


TAMPERING = {
    "ledger_lines": "UPDATE ledger_line SET debit_xof = debit_xof + 1 WHERE debit_xof > 0",
    "ledger": "UPDATE ledger_entry SET date = date + 1",
    "ledger_accounts": "UPDATE ledger_account SET code = '999' WHERE code = '308'",
}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("name", sorted(TAMPERING))
def test_an_owner_without_triggers_is_found_out(name):
    post()
    chain = next(c for c in chains.all_chains() if c.name == name)
    seal_to_the_end(chain)
    table = chain.table
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(TAMPERING[name])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert [broken.reason for broken in sealing.verify(chain)] == ["altered"]
    if name != "ledger_accounts":
        assert list(balances.findings())


@pytest.mark.django_db(transaction=True)
def test_honest_books_have_no_findings():
    services.reverse(entry=post(), by=SYSTEM, reason="essai")
    assert list(balances.findings()) == []
