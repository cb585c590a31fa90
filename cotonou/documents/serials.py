"""Gapless numbers: one row per office, series and year, locked until the transaction ends."""

from dataclasses import dataclass

from django.db import connection

from cotonou.accounts.models import Office

_TAKE = """
INSERT INTO documents_serialcounter AS c (office_id, series, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (office_id, series, year) DO UPDATE SET last = c.last + 1
RETURNING last
"""


@dataclass(frozen=True)
class Serial:
    series: str
    year: int
    number: int
    text: str


def next_for(*, office: Office, year: int, series: str = "") -> Serial:
    """The next number of ``office``, as "2026/A05/000123" ("2026/A05/R/000123" with a series).

    Locks the counter until the caller's transaction ends: take it last. Raises
    RuntimeError outside a transaction, where a failure would leave a gap.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a serial belongs in the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [office.pk, series, year])
        number = cursor.fetchone()[0]
    parts = [str(year), office.code.upper(), *([series] if series else []), f"{number:06d}"]
    return Serial(series, year, number, "/".join(parts))
