"""A register file into the database: good rows go in, every bad row comes back with its reasons.

The file is read twice: once to count it and to find the act numbers used by
two different rows, once to write, by chunks that each commit. Running it again,
after a crash or on purpose, adds nothing that is already there.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from civil_acts.models.registers import ImportBatch, RegisterAct
from civil_acts.registers.columns import Mapping, mapping_for
from civil_acts.registers.problems import Problem, Reason
from civil_acts.registers.reading import read_tables
from civil_acts.registers.rejects import RejectedRows
from civil_acts.registers.rows import Row, RowReader

CHUNK = 500
# Two imports into the registers of one office take turns, chunk by chunk.
_LOCK_SPACE = 7_302

Identity = tuple[str, int, int, str]  # normalised centre, year, number, suffix


@dataclass
class Outcome:
    total: int = 0
    added: int = 0
    present: int = 0
    rejected: int = 0
    reasons: Counter = field(default_factory=Counter)

    def reject(self, problems: list[Problem]) -> None:
        self.rejected += 1
        self.reasons.update({str(p.reason) for p in problems})


@dataclass
class _Entry:
    row: Row
    reader: RowReader
    identity: Identity | None = None


class RegisterImport:
    """``run`` does it all; ``progress(done, total)`` is called after each chunk, outside transactions."""

    def __init__(self, *, path: Path, batch: ImportBatch, rejected_path: Path):
        self.path, self.batch, self.rejected_path = path, batch, rejected_path
        self.mapping: Mapping = mapping_for(batch.kind, batch.mapping)
        self.outcome = Outcome()
        self.centres: dict[str, str] = {}
        # First digest and line of each act number; lines of those that different rows dispute.
        self.seen: dict[Identity, tuple[str, str]] = {}
        self.disputed: dict[Identity, list[str]] = {}
        self.counted: set[Identity] = set()  # what this import added
        self.headers: list[str] = []

    def run(self, progress: Callable[[int, int], None] | None = None) -> Outcome:
        """Raises UnreadableFileError before anything is written."""
        self._survey()
        rejects = RejectedRows(self.rejected_path, self.headers)
        try:
            done = 0
            for chunk in _chunks(self._entries(), CHUNK):
                self._write(chunk, rejects)
                done += len(chunk)
                if progress:
                    progress(done, self.outcome.total)
        finally:
            rejects.close()
        return self.outcome

    def _entries(self) -> Iterator[_Entry]:
        for table in read_tables(self.path, kind=self.batch.kind, mapping=self.mapping):
            self.headers = self.headers or table.headers
            reader = RowReader(kind=self.batch.kind, mapping=self.mapping, table=table)
            for raw in table.rows:
                row = reader.read(raw)
                yield _Entry(row, reader, None if row.problems else self._identity(row))

    def _identity(self, row: Row) -> Identity:
        values = row.values
        return (
            self._centre(values.get("centre", "")),
            values["year"],
            values["act_number"],
            values["act_number_suffix"],
        )

    def _centre(self, centre: str) -> str:
        """As the unique constraint compares centres; asked once per spelling."""
        if centre not in self.centres:
            with connection.cursor() as cursor:
                cursor.execute("SELECT portail_name(%s)", [centre])
                self.centres[centre] = cursor.fetchone()[0]
        return self.centres[centre]

    def _survey(self) -> None:
        for entry in self._entries():
            self.outcome.total += 1
            if entry.identity is None:
                continue
            digest, line = entry.row.digest, entry.row.raw.line
            first = self.seen.setdefault(entry.identity, (digest, line))
            if first[0] != digest:
                self.disputed.setdefault(entry.identity, [first[1]]).append(line)
        self.seen.clear()

    def _write(self, chunk: list[_Entry], rejects: RejectedRows) -> None:
        for entry in chunk:
            if lines := self.disputed.get(entry.identity) if entry.identity else None:
                self._refuse(entry, Reason.DUPLICATE_IN_FILE, ", ".join(lines))
        good = [(entry, entry.identity) for entry in chunk if entry.identity and not entry.row.problems]
        with transaction.atomic():
            self._take_turn()
            existing = self._existing({identity for _entry, identity in good})
            fresh = [act for entry, identity in good if (act := self._settle(entry, identity, existing))]
            RegisterAct.objects.bulk_create(fresh)
        for entry in chunk:
            if entry.row.problems:
                self.outcome.reject(entry.row.problems)
                rejects.add(entry.row.raw.line, entry.row.raw.cells, entry.row.problems)

    def _refuse(self, entry: _Entry, reason: Reason, value: str) -> None:
        entry.row.problems.append(Problem(reason, entry.reader.header("act_number"), value))

    def _take_turn(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, self.batch.office_id])

    def _existing(self, wanted: set[Identity]) -> dict[Identity, dict[str, Any]]:
        """Valid acts of this office that have a year and number of the chunk."""
        found = RegisterAct.objects.valid().filter(
            kind=self.batch.kind,
            office=self.batch.office,
            year__in={year for _c, year, _n, _s in wanted},
            act_number__in={number for _c, _y, number, _s in wanted},
        )
        columns = (
            "centre",
            "year",
            "act_number",
            "act_number_suffix",
            "row_digest",
            "import_batch_id",
            "surname",
            "given_names",
        )
        return {
            (self._centre(act["centre"]), act["year"], act["act_number"], act["act_number_suffix"]): act
            for act in found.values(*columns)
        }

    def _settle(
        self, entry: _Entry, identity: Identity, existing: dict[Identity, dict[str, Any]]
    ) -> RegisterAct | None:
        """The act to write, or None when it is there already or the number is taken."""
        digest = entry.row.digest
        present = existing.get(identity)
        if present is None:
            existing[identity] = {"row_digest": digest, "import_batch_id": None}
            self.counted.add(identity)
            self.outcome.added += 1
            return RegisterAct(
                kind=self.batch.kind,
                office=self.batch.office,
                source=RegisterAct.Source.IMPORT,
                import_batch=self.batch,
                row_digest=digest,
                **entry.row.values,
            )
        if present["row_digest"] != digest:
            self._refuse(
                entry, Reason.DUPLICATE_IN_REGISTER, f"{present['surname'].upper()} {present['given_names']}"
            )
        elif present["import_batch_id"] == self.batch.pk and identity not in self.counted:
            # Written by an earlier attempt of this same import, which died after it.
            self.outcome.added += 1
            self.counted.add(identity)
        else:
            self.outcome.present += 1
        return None


def _chunks(entries: Iterator[_Entry], size: int) -> Iterator[list[_Entry]]:
    while chunk := list(islice(entries, size)):
        yield chunk
