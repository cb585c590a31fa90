"""What a restored database is compared by. Plain SQL: it must work on a bare server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# They change at every request or are rebuilt: their counts prove nothing.
VOLATILE = frozenset({"core_cache", "django_session", "axes_accessattempt", "axes_accessfailurelog"})


def _tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
        "ORDER BY relname"
    )
    return [row[0] for row in rows if row[0] not in VOLATILE]


def table_counts(connection: psycopg.Connection) -> dict[str, int]:
    counts = {}
    for table in _tables(connection):
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counts[table] = row[0] if row else 0
    return counts


def ledger_sums(connection: psycopg.Connection) -> dict[str, int]:
    """Whole F CFA. Both sides are equal, or the restored ledger is not ours."""
    if "ledger_line" not in _tables(connection):
        return {}
    row = connection.execute(
        "SELECT coalesce(sum(debit_xof), 0)::bigint, coalesce(sum(credit_xof), 0)::bigint FROM ledger_line"
    ).fetchone()
    return {"debit_xof": row[0], "credit_xof": row[1]} if row else {}


# name -> how to read it from a connection; every value is a dict of whole numbers
FACTS: dict[str, Callable[[psycopg.Connection], dict[str, int]]] = {
    "tables": table_counts,
    "ledger": ledger_sums,
}


def read(url: str) -> dict[str, dict[str, int]]:
    """All facts, in one snapshot of the database at `url`."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = 0")
            return {name: reader(connection) for name, reader in FACTS.items()}


def differences(before: dict[str, Any], after: dict[str, Any], restored: dict[str, Any]) -> list[str]:
    """Every number that does not lie between what was read before and after the copy was made."""
    found = []
    for fact in FACTS:
        low, high, now = (side.get(fact, {}) for side in (before, after, restored))
        for key in sorted(low.keys() | now.keys()):
            bounds = sorted((low.get(key, 0), high.get(key, low.get(key, 0))))
            if not bounds[0] <= now.get(key, -1) <= bounds[1]:
                found.append(f"{fact} {key} : {now.get(key, 'absent')}, attendu {bounds[0]} à {bounds[1]}")
    ledger = restored.get("ledger", {})
    if ledger.get("debit_xof") != ledger.get("credit_xof"):
        found.append(f"le grand livre n’est pas équilibré : {ledger}")
    return found


def bad_documents(url: str, media: Path, *, number: int) -> tuple[int, list[str]]:
    """(how many of the latest sealed documents were read, those whose file is absent or altered)."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        if "documents_issueddocument" not in _tables(connection):
            return 0, []
        rows = connection.execute(
            "SELECT serial, pdf, pdf_sha256 FROM documents_issueddocument "
            "WHERE sealed_at IS NOT NULL ORDER BY sealed_at DESC, id DESC LIMIT %s",
            [number],
        ).fetchall()
    bad = []
    for serial, name, digest in rows:
        path = media / name
        if not path.is_file():
            bad.append(f"{serial} : fichier absent")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            bad.append(f"{serial} : fichier différent de celui qui a été scellé")
    return len(rows), bad
