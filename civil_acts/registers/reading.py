"""From a file as an office keeps it (CSV of any flavour, XLSX) to rows of cells."""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string

from civil_acts import workbooks
from civil_acts.registers.columns import (
    HEADER_ROWS,
    Mapping,
    UnreadableFileError,
    header_key,
    missing_columns,
)

MAX_BYTES = 30 * 1024 * 1024
MAX_ROWS = 100_000
# What a workbook may unpack to: 100,000 rows of 40 columns take about a third of it.
MAX_UNPACKED = 600 * 1024 * 1024
MAX_COLUMNS = 120
_MERGE = re.compile(rb'mergeCell [^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_QUOTED_LINES = 5  # a cell may hold a few lines; a lone quote must not swallow the file


@dataclass
class RawRow:
    """One line of data. ``filled`` are positions whose value comes from a merged cell above;
    ``beside`` positions swallowed by a merged cell on their left."""

    line: str
    cells: list[Any]
    filled: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()


@dataclass
class Table:
    """Rows under one header. ``columns``: position -> field; ``headers``: as written."""

    columns: dict[int, str]
    headers: list[str]
    rows: Iterator[RawRow] = field(repr=False)


def read_tables(path: Path, *, kind: str, mapping: Mapping) -> Iterator[Table]:
    """Every sheet of the file that has a header; read its ``rows`` before the next one.

    Raises UnreadableFileError.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFileError(_("Le fichier dépasse 30 Mo. Coupez-le en plusieurs fichiers."))
    with path.open("rb") as handle:
        start = handle.read(8)
    if start.startswith(b"PK\x03\x04"):
        sources = _xlsx_sheets(path)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            _("C’est un ancien classeur Excel. Enregistrez-le au format .xlsx ou .csv.")
        )
    else:
        sources = iter([_csv_rows(path)])
    found, missing = False, list[str]()
    for raw in sources:
        table, missing = _table(raw, kind, mapping)
        if table:
            found = True
            yield table
    if not found:
        raise UnreadableFileError(
            _(
                "Colonnes introuvables : %(names)s. "
                "Vérifiez les en-têtes ou ajoutez un fichier de correspondance."
            )
            % {"names": ", ".join(missing) or _("aucune ligne d’en-têtes")}
        )


def _table(raw: Iterator[RawRow], kind: str, mapping: Mapping) -> tuple[Table | None, list[str]]:
    missing: list[str] = []
    best = 0
    for _i, row in zip(range(HEADER_ROWS), raw, strict=False):
        columns = mapping.match(row.cells)
        absent = missing_columns(kind, set(columns.values()), mapping.defaults)
        if not absent:
            headers = ["" if cell is None else str(cell).strip() for cell in row.cells]
            return Table(columns, headers, _data(raw, columns, headers)), []
        if len(columns) > best:
            best, missing = len(columns), absent
    return None, missing


def _data(raw: Iterable[RawRow], columns: dict[int, str], headers: list[str]) -> Iterator[RawRow]:
    keys = {position: header_key(headers[position]) for position in columns}
    for count, row in enumerate(raw):
        if count >= MAX_ROWS:
            raise UnreadableFileError(
                _("Le fichier a plus de %(max)d lignes. Coupez-le en plusieurs fichiers.") % {"max": MAX_ROWS}
            )
        if _is_blank(row) or _is_title(row) or _is_header_again(row, keys):
            continue
        yield row


def _is_blank(row: RawRow) -> bool:
    """Nothing on the line but what merged cells bring down."""
    return all(
        i in row.filled or cell is None or (isinstance(cell, str) and not cell.strip())
        for i, cell in enumerate(row.cells)
    )


def _is_title(row: RawRow) -> bool:
    """« MOIS DE JANVIER » over the whole width."""
    return len(row.beside) >= max(2, len(row.cells) // 2)


def _is_header_again(row: RawRow, keys: dict[int, str]) -> bool:
    """Printed registers repeat the header on each page."""
    return all(p < len(row.cells) and header_key(row.cells[p]) == key for p, key in keys.items())


# -- CSV ---------------------------------------------------------------------


def _encoding(path: Path) -> str:
    """UTF-16 or UTF-8 when the bytes say so, else Windows-1252, which is what Excel writes here."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as handle:
        start = handle.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        handle.seek(0)
        try:
            while block := handle.read(1 << 16):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _csv_rows(path: Path) -> Iterator[RawRow]:
    with path.open(encoding=_encoding(path), errors="replace", newline=None) as handle:
        lines = (line.replace("\0", "").rstrip("\n") for line in handle)
        first = list(_take(lines, HEADER_ROWS))
        if not any(first):
            raise UnreadableFileError(_("Le fichier est vide."))
        if sum("\ufffd" in line or "\x01" in line for line in first) > HEADER_ROWS // 2:
            raise UnreadableFileError(
                _("Ce n’est pas un tableau. Enregistrez le registre au format .xlsx ou .csv.")
            )
        delimiter = _delimiter(first)
        yield from _records(_chain(first, lines), delimiter)


def _take(lines: Iterator[str], count: int) -> Iterator[str]:
    for _i, line in zip(range(count), lines, strict=False):
        yield line


def _chain(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


def _delimiter(lines: list[str]) -> str:
    """The sign that splits the widest of the first lines into most cells."""
    counts = {sign: max(line.count(sign) for line in lines) for sign in (";", "\t", ",", "|")}
    return max(counts, key=lambda sign: counts[sign])


def _records(lines: Iterator[str], delimiter: str) -> Iterator[RawRow]:
    pending: list[str] = []
    number = 0
    for line in lines:
        if pending:
            pending.append(line)
            if sum(part.count('"') for part in pending) % 2 == 0:
                yield _record(number, "\n".join(pending), delimiter)
                number += len(pending)
                pending = []
            elif len(pending) > _QUOTED_LINES:
                yield from _unquoted(number, pending, delimiter)
                number += len(pending)
                pending = []
        elif line.count('"') % 2:
            number += 1
            pending = [line]
            number -= 1
        else:
            yield _record(number, line, delimiter)
            number += 1
    yield from _unquoted(number, pending, delimiter)


def _record(number: int, text: str, delimiter: str) -> RawRow:
    try:
        cells = next(csv.reader(text.split("\n"), delimiter=delimiter), [])
    except csv.Error:
        cells = text.split(delimiter)
    return RawRow(str(number + 1), list(cells))


def _unquoted(number: int, lines: list[str], delimiter: str) -> Iterator[RawRow]:
    """A quote that nothing closes is a letter like another."""
    for offset, line in enumerate(lines):
        yield RawRow(str(number + offset + 1), list(line.split(delimiter)))


# -- XLSX --------------------------------------------------------------------


def _xlsx_sheets(path: Path) -> Iterator[Iterator[RawRow]]:
    _check_archive(path)
    with path.open("rb") as handle:  # opened here: openpyxl leaves a file that it refuses open
        with workbooks.told(_does_not_open):
            book = openpyxl.load_workbook(handle, read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        try:
            for sheet in sheets:
                with workbooks.told(_does_not_open):
                    merged = _merged_ranges(path, sheet._worksheet_path)  # type: ignore[attr-defined]
                yield _sheet_rows(sheet, merged, prefix=f"{sheet.title} : " if len(sheets) > 1 else "")
        finally:
            book.close()


def _does_not_open() -> UnreadableFileError:
    return UnreadableFileError(_("Le classeur ne s’ouvre pas. Enregistrez-le de nouveau au format .xlsx."))


def _whole(sheet: Any) -> Iterator[tuple]:
    """Its rows; the sheet is parsed while they are read, so it may prove broken at any of them."""
    with workbooks.told(_does_not_open):
        sheet.reset_dimensions()  # some programs write a wrong size
        yield from sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)


def _is_damaged() -> UnreadableFileError:
    return UnreadableFileError(_("Le classeur est abîmé. Enregistrez-le de nouveau au format .xlsx."))


def _check_archive(path: Path) -> None:
    """A workbook is a zip: refuse what would unpack beyond reason."""
    with workbooks.told(_is_damaged):
        if workbooks.unpacked_bytes(path) > MAX_UNPACKED:
            raise UnreadableFileError(
                _("Le classeur est trop gros une fois ouvert. Coupez-le en plusieurs fichiers.")
            )


def _merged_ranges(path: Path, sheet_path: str) -> dict[int, list[tuple[int, int, int, int]]]:
    """First row -> [(first column, last row, last column, first row)], positions from 0, rows from 1.

    openpyxl's streaming mode leaves merged cells out; they come after the data, so the
    sheet is read once more as bytes, in blocks.
    """
    ranges: dict[int, list[tuple[int, int, int, int]]] = {}
    with zipfile.ZipFile(path) as archive, archive.open(sheet_path.lstrip("/")) as handle:
        for left, top, right, bottom in _find_all(handle):
            first = (column_index_from_string(left.decode()) - 1, int(bottom))
            ranges.setdefault(int(top), []).append(
                (first[0], first[1], min(column_index_from_string(right.decode()) - 1, MAX_COLUMNS), int(top))
            )
    return ranges


def _find_all(handle: IO[bytes]) -> Iterator[tuple[bytes, ...]]:
    rest = b""
    while block := handle.read(1 << 18):
        text = rest + block
        end = 0
        for match in _MERGE.finditer(text):
            end = match.end()
            yield match.groups()
        rest = text[max(end, len(text) - 200) :]


def _sheet_rows(sheet: Any, merged: dict, *, prefix: str) -> Iterator[RawRow]:
    open_ranges: list[tuple[int, int, int, int]] = []
    above: dict[int, Any] = {}  # column of an open range -> the value of its first cell
    for number, values in enumerate(_whole(sheet), 1):
        cells = _trimmed(values)
        open_ranges = [r for r in open_ranges if r[1] >= number]
        filled = {r[0] for r in open_ranges}
        beside: set[int] = set()
        for first, bottom, last, top in merged.get(number, ()):
            beside.update(range(first + 1, last + 1))
            if bottom > number:
                above[first] = cells[first] if first < len(cells) else None
                open_ranges.append((first, bottom, last, top))
        cells += [None] * (max(filled | beside, default=-1) + 1 - len(cells))
        for position in filled:
            cells[position] = above[position]
        yield RawRow(f"{prefix}{number}", cells, frozenset(filled), frozenset(beside))


def _trimmed(values: tuple) -> list[Any]:
    cells = list(values)
    while cells and cells[-1] is None:
        cells.pop()
    return cells
