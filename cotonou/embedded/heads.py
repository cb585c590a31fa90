"""The published heads of the sealed chains, copied where nobody who owns the database can rewrite them.

One line of JSON per day in BACKUP_DIR/integrite.jsonl: the text, its key and its
signature, as in /integrite.json. Lines are only ever added; `verify_integrity`
compares the chains with them.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import psycopg

NAME = "integrite.jsonl"
STAMP = "%Y-%m-%dT%H%M%SZ"


class HeadsDiffer(RuntimeError):
    """What is published now is not what was published before, in French."""


def published(url: str) -> list[str]:
    """The lines of the database at `url`, oldest first; none when its schema is older than they are."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        if connection.execute("SELECT to_regclass('public.audit_publishedheads')").fetchone() == (None,):
            return []
        rows = connection.execute("SELECT text, key_id, signature FROM audit_publishedheads ORDER BY id")
        return [json.dumps({"text": text, "key": key, "signature": signed}) for text, key, signed in rows]


def read(folder: Path) -> list[str]:
    path = folder / NAME
    return path.read_text().splitlines() if path.exists() else []


def day_of(line: str) -> str:
    return json.loads(json.loads(line)["text"])["day"]


def copy(url: str, folder: Path) -> int:
    """Add what was published since; how many days. Raises HeadsDiffer when the past has changed."""
    kept, now = read(folder), published(url)
    for place, line in enumerate(kept):
        if place >= len(now) or now[place] != line:
            raise HeadsDiffer(
                f"la publication du {day_of(line)}, gardée dans {folder / NAME}, n’est plus dans la base : "
                "lancez « manage.py verify_integrity ». Si cette base en remplace une autre, "
                f"donnez d’abord un autre nom à {NAME}"
            )
    new = now[len(kept) :]
    if new:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / NAME).open("a") as file:
            file.writelines(line + "\n" for line in new)
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def set_aside(folder: Path, *, keep: list[str]) -> Path | None:
    """Begin the copy again with the lines `keep`; the former one's new path, None if nothing changes."""
    path = folder / NAME
    if read(folder) == keep:
        return None
    aside = folder / f"integrite.before-{datetime.now(UTC).strftime(STAMP)}.jsonl"
    path.rename(aside)
    path.write_text("".join(line + "\n" for line in keep))
    return aside
