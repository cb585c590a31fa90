"""Reading the books: balances are sums over an index, nothing is stored twice."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from cotonou.accounts.actors import Actor
from cotonou.ledger.models import Account, Line


@dataclass(frozen=True)
class TrialRow:
    """One account over a range of days, in XOF; balances are on the account's normal side."""

    account: Account
    opening_xof: int
    debit_xof: int
    credit_xof: int
    closing_xof: int


def balance(account_code: str, *, auxiliary: str | None = None, until: datetime.date | None = None) -> int:
    """What stands on an account, in XOF, positive on its normal side.

    auxiliary: only this drawer, operator or third party. until: this day included.
    """
    account = Account.objects.get(code=account_code)
    lines = Line.objects.filter(account=account).between(end=until)
    if auxiliary is not None:
        lines = lines.filter(auxiliary=auxiliary)
    debits, credits = lines.totals()
    return _on_side(account, debits - credits)


def trial_balance(
    *, actor: Actor, start: datetime.date | None = None, end: datetime.date | None = None
) -> list[TrialRow]:
    """Every account with a movement up to ``end``, in code order, for the books the actor may read."""
    sums = Line.objects.visible_to(actor).between(end=end).by_account(before=start)
    by_account = {row["account"]: row for row in sums}
    rows = []
    for account in Account.objects.filter(pk__in=by_account).order_by("code"):
        found = by_account[account.pk]
        opening = found.get("opening", 0)
        closing = opening + found["debit"] - found["credit"]
        rows.append(
            TrialRow(
                account=account,
                opening_xof=_on_side(account, opening),
                debit_xof=found["debit"],
                credit_xof=found["credit"],
                closing_xof=_on_side(account, closing),
            )
        )
    return rows


def _on_side(account: Account, net_debit_xof: int) -> int:
    return net_debit_xof if account.normal_side == Account.Side.DEBIT else -net_debit_xof


UNBALANCED = """
SELECT e.id, count(l.id), coalesce(sum(l.debit_xof - l.credit_xof), 0)
  FROM ledger_entry e LEFT JOIN ledger_line l ON l.entry_id = e.id
 GROUP BY e.id HAVING count(l.id) < 2 OR coalesce(sum(l.debit_xof - l.credit_xof), 0) <> 0
 ORDER BY e.id
"""
STRAY = """
SELECT l.id FROM ledger_line l LEFT JOIN ledger_entry e ON e.id = l.entry_id
 WHERE e.id IS NULL OR e.date <> l.date OR e.office_id IS DISTINCT FROM l.office_id
    OR e.xid <> l.xid
 ORDER BY l.id
"""


def findings() -> Iterator[str]:
    """For verify_integrity: entries that do not balance, lines that differ from their entry."""
    with connection.cursor() as cursor:
        cursor.execute(UNBALANCED)
        for pk, count, gap in cursor.fetchall():
            yield f"écriture {pk} : {count} lignes, écart {gap} F"
        cursor.execute(STRAY)
        for (pk,) in cursor.fetchall():
            yield f"ligne {pk} : ne correspond pas à son écriture"
