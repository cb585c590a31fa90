"""Chaining registered tables afterwards, in batches, and naming altered rows.

Rows are taken in (xid, id) order among transactions older than
pg_snapshot_xmin(pg_current_snapshot()): nothing can still appear behind them.
One advisory lock keeps the sealer single. Hashing at insert would make every
writer of the City wait for the one before.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from cotonou.audit.chains import Chain, all_chains
from cotonou.audit.models import ChainLink
from cotonou.jobs.models import Job

_LOCK = 7_230_001
GENESIS = "0" * 64
BATCH = 2000


@dataclass(frozen=True)
class Broken:
    chain: str
    row_id: int
    reason: str  # "altered", "missing", "link", "unsealed"


@dataclass(frozen=True)
class Place:
    """Up to where a chain was read: the last link's position and hash."""

    position: int = 0
    link: str = GENESIS


def row_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def link_hash(previous: str, row: str) -> str:
    return hashlib.sha256(f"{previous}{row}".encode()).hexdigest()


def _text(chain: Chain) -> str:
    columns = ", ".join(f't."{c}"' for c in chain.columns)
    return f"jsonb_build_array({columns})::text"


_SNAPSHOT = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s
"""
_UNLINKED = "NOT EXISTS (SELECT FROM audit_chainlink l WHERE l.chain = %(chain)s AND l.row_id = t.id)"
_AFTER_LAST = "t.xid < %(low)s::text::xid8 AND (t.xid, t.id) > (%(last_xid)s::text::xid8, %(last_id)s)"
# A database restored from a dump counts its transactions from the start again:
# rows from before look like the future. They come first, then the new ones.
_AFTER_DUMP = "(t.xid < %(low)s::text::xid8 OR t.xid >= %(high)s::text::xid8)"


@transaction.atomic
def seal(chain: Chain, *, limit: int = BATCH) -> int:
    """Seal up to ``limit`` more rows of ``chain``; returns how many. 0 when another sealer works."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = ChainLink.objects.filter(chain=chain.name).order_by("-position").first()
        rows = _next_rows(cursor, chain, last, limit)
    position, previous = (last.position, last.link_hash) if last else (0, GENESIS)
    links = []
    for row_id, row_xid, text in rows:
        position += 1
        current = row_hash(text)
        previous = link_hash(previous, current)
        links.append(
            ChainLink(
                chain=chain.name,
                position=position,
                row_id=row_id,
                row_xid=row_xid,
                row_hash=current,
                link_hash=previous,
            )
        )
    ChainLink.objects.bulk_create(links, batch_size=BATCH)
    return len(links)


def _next_rows(cursor, chain: Chain, last: ChainLink | None, limit: int) -> list[tuple[int, int, str]]:
    cursor.execute(_SNAPSHOT)
    low, high = cursor.fetchone()
    last_xid, last_id = (last.row_xid, last.row_id) if last else (0, 0)
    where, first = (_AFTER_DUMP, "t.xid < %(high)s::text::xid8,") if last_xid >= high else (_AFTER_LAST, "")
    # Names come from registrations in code, never from people.
    cursor.execute(
        f"""
        SELECT t.id, t.xid::text::bigint, {_text(chain)} FROM {chain.table} t
         WHERE {where} AND {_UNLINKED} ORDER BY {first} t.xid, t.id LIMIT %(limit)s
        """,  # noqa: S608
        {
            "chain": chain.name,
            "low": low,
            "high": high,
            "last_xid": last_xid,
            "last_id": last_id,
            "limit": limit,
        },
    )
    return cursor.fetchall()


def seal_all() -> int:
    """Seal everything that can be sealed now, in every chain; returns the number of rows."""
    total = 0
    for chain in all_chains():
        while count := seal(chain):
            total += count
            if count < BATCH:
                break
    return total


def seal_all_job(job: Job) -> None:
    seal_all()


def heads() -> dict[str, tuple[int, str]]:
    """Chain name -> (rows sealed, last link hash): what is published outside."""
    found = {}
    for chain in all_chains():
        last = ChainLink.objects.filter(chain=chain.name).order_by("-position").first()
        found[chain.name] = (last.position, last.link_hash) if last else (0, GENESIS)
    return found


def verify(chain: Chain) -> Iterator[Broken]:
    """Every row that no longer is what was sealed, in sealing order; then rows slipped in behind the seal."""
    yield from _broken_links(chain)
    yield from slipped_in(chain)


def slipped_in(chain: Chain) -> Iterator[Broken]:
    """Rows that claim a transaction older than the last sealed one, and that nobody sealed."""
    last = ChainLink.objects.filter(chain=chain.name).order_by("-position").first()
    if last is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            f"""
            SELECT t.id FROM {chain.table} t
             WHERE t.xid < least(%(xid)s::text::xid8, pg_snapshot_xmin(pg_current_snapshot()))
               AND {_UNLINKED} ORDER BY t.id
            """,  # noqa: S608
            {"chain": chain.name, "xid": last.row_xid},
        )
        for (row_id,) in cursor.fetchall():
            yield Broken(chain.name, row_id, "unsealed")


def _broken_links(chain: Chain) -> Iterator[Broken]:
    for broken, _place in read_on(chain, Place()):
        yield from broken


def read_on(chain: Chain, place: Place) -> Iterator[tuple[list[Broken], Place]]:
    """Batch after batch from a place on: what is broken there, and where the next batch begins."""
    while rows := _sealed_rows(chain, place):
        broken = []
        for position, row_id, sealed_row, sealed_link, exists, text in rows:
            if position != place.position + 1 or link_hash(place.link, sealed_row) != sealed_link:
                broken.append(Broken(chain.name, row_id, "link"))
            elif not exists:
                broken.append(Broken(chain.name, row_id, "missing"))
            elif row_hash(text) != sealed_row:
                broken.append(Broken(chain.name, row_id, "altered"))
            place = Place(position, sealed_link)
        yield broken, place


def _sealed_rows(chain: Chain, place: Place) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            f"""
            SELECT l.position, l.row_id, l.row_hash, l.link_hash, t.id IS NOT NULL, {_text(chain)}
              FROM audit_chainlink l LEFT JOIN {chain.table} t ON t.id = l.row_id
             WHERE l.chain = %s AND l.position > %s ORDER BY l.position LIMIT {BATCH}
            """,  # noqa: S608
            [chain.name, place.position],
        )
        return cursor.fetchall()
