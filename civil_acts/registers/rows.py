"""One row of an office's file -> the columns of an act, or the reasons why not."""

import datetime
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from civil_acts.models.registers import DETAILS, ActKind, DatePrecision, RegisterAct, Sex
from civil_acts.registers import dates, names, numbers
from civil_acts.registers.columns import COLUMNS, COMPOUND, Mapping, label_of
from civil_acts.registers.problems import Problem, Reason
from civil_acts.registers.reading import RawRow, Table
from cotonou.core import phones
from cotonou.territory.dates import local_today

# A merged cell may say once for several acts what a register shares, or twins' parents;
# never what tells one act from another.
FILL_DOWN = {
    "year", "centre", "volume", "folio", "drawn_up_on", "officer_name", "declarant",
    "event_date", "event_place",
    "father_name", "father_occupation", "father_residence", "father_birth",
    "mother_name", "mother_occupation", "mother_residence", "mother_birth",
}  # fmt: skip
LIMITS = {column.name: column.max_length for column in RegisterAct._meta.fields if column.name in COLUMNS} | {
    "act_number": 40,
    "event_date": 80,
}
DETAIL_LIMIT = 300
SEXES = {
    "m": Sex.MALE, "masculin": Sex.MALE, "masc": Sex.MALE, "garcon": Sex.MALE, "homme": Sex.MALE,
    "h": Sex.MALE, "g": Sex.MALE, "male": Sex.MALE,
    "f": Sex.FEMALE, "feminin": Sex.FEMALE, "fem": Sex.FEMALE, "fille": Sex.FEMALE, "femme": Sex.FEMALE,
    "feminine": Sex.FEMALE,
}  # fmt: skip
FIRST_YEAR = 1900  # no register of Cotonou is older


@dataclass
class Row:
    raw: RawRow
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Of everything the row says, so that the same row is known again."""
        text = json.dumps(self.values, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def as_text(cell: Any) -> str:
    """A cell as the office would read it on its screen."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return (
            cell.strftime("%d/%m/%Y") if cell.time() == datetime.time() else cell.strftime("%d/%m/%Y %H:%M")
        )
    if isinstance(cell, datetime.date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, datetime.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


class RowReader:
    """Reads the rows of one table; ``headers`` and positions are the table's."""

    def __init__(self, *, kind: str, mapping: Mapping, table: Table):
        self.kind, self.mapping, self.table = kind, mapping, table
        self.headers = {name: table.headers[position] for position, name in table.columns.items()}
        self.last_year = local_today().year

    def read(self, raw: RawRow) -> Row:
        row = Row(raw)
        cells = self._cells(row)
        texts = {name: self._text(row, name, cell) for name, cell in cells.items()}
        texts = self._split_names(texts)
        self._require(row, texts)
        self._number_and_year(row, texts, cells)
        self._dates(row, texts, cells)
        self._person(row, texts)
        self._plain_columns(row, texts)
        return row

    def header(self, name: str) -> str:
        for compound, parts in COMPOUND.items():
            if name in parts and name not in self.headers:
                name = compound
                break
        return self.headers.get(name) or label_of(name)

    def _problem(self, row: Row, reason: Reason, name: str = "", value: str = "") -> None:
        column = self.header(name) if name else ""
        if all((p.reason, p.column) != (reason, column) for p in row.problems):
            row.problems.append(Problem(reason, column, value[:80], name))

    def _cells(self, row: Row) -> dict[str, Any]:
        raw = row.raw
        if any(as_text(cell).strip() for cell in raw.cells[len(self.table.headers) :]):
            self._problem(row, Reason.SHIFTED)
        cells: dict[str, Any] = {}
        for position, name in self.table.columns.items():
            cell = raw.cells[position] if position < len(raw.cells) else None
            if (position in raw.filled and name not in FILL_DOWN) or position in raw.beside:
                self._problem(row, Reason.MERGED, name)
                cell = None
            cells[name] = cell
        return cells

    def _text(self, row: Row, name: str, cell: Any) -> str:
        text = names.repair(as_text(cell))
        # What our own list of rejected rows put before a sign that a spreadsheet would execute.
        if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
            text = text[1:]
        if (not text.isascii() or "?" in text) and names.is_illegible(text):
            self._problem(row, Reason.ILLEGIBLE, name, text)
        limit = LIMITS.get(name, DETAIL_LIMIT)
        if len(text) > (limit or DETAIL_LIMIT):
            self._problem(row, Reason.TOO_LONG, name)
        return text

    def _split_names(self, texts: dict[str, str]) -> dict[str, str]:
        for compound, (surname, given_names) in COMPOUND.items():
            if texts.get(compound) and not texts.get(surname):
                texts[surname], texts[given_names] = names.split_full_name(texts[compound])
        return texts

    def _require(self, row: Row, texts: dict[str, str]) -> None:
        required = ["act_number", "surname", "event_date"]
        if self.kind != ActKind.DEATH:  # a lifeless child is in the death register without given names
            required.append("given_names")
        if self.kind == ActKind.MARRIAGE:
            required += ["spouse_surname", "spouse_given_names"]
        if self.kind == ActKind.BIRTH:
            required.append("sex")
        merged = {p.column for p in row.problems if p.reason == Reason.MERGED}
        for name in required:
            if not texts.get(name) and self.header(name) not in merged:
                self._problem(row, Reason.MISSING, name)

    def _number_and_year(self, row: Row, texts: dict[str, str], cells: dict[str, Any]) -> None:
        number = None
        if text := texts.get("act_number", ""):
            row.values["act_number_text"] = text
            try:
                number = numbers.parse(text)
            except numbers.BadNumberError:
                self._problem(row, Reason.BAD_NUMBER, "act_number", text)
        if number:
            row.values |= {"act_number": number.number, "act_number_suffix": number.suffix}
        row.values["year"] = self._year(row, texts, cells, number)

    def _year(self, row: Row, texts: dict, cells: dict, number: numbers.ActNumber | None) -> int | None:
        text = texts.get("year") or self.mapping.defaults.get("year", "")
        if not text:
            year = number.year if number else None
            if year is None and (drawn := cells.get("drawn_up_on")):
                year = self._year_of(drawn)
            if year is None:
                self._problem(row, Reason.MISSING, "year")
            return year
        year = dates.full_year(text, self.last_year) if re.fullmatch(r"\d{2}|\d{4}", text) else 0
        if not FIRST_YEAR <= year <= self.last_year:
            self._problem(row, Reason.BAD_YEAR, "year", text)
            return None
        return year

    def _year_of(self, cell: Any) -> int | None:
        try:
            year = dates.parse(cell, register_year=self.last_year).year
        except dates.BadDateError:
            return None
        return year if FIRST_YEAR <= year <= self.last_year else None

    def _dates(self, row: Row, texts: dict[str, str], cells: dict[str, Any]) -> None:
        base = row.values.get("year") or self.last_year
        event = self._date(row, "event_date", texts, cells, base)
        drawn = self._date(row, "drawn_up_on", texts, cells, base)
        if event:
            row.values |= {
                "event_date": event.date,
                "event_date_text": event.text,
                "event_date_precision": str(event.precision),
                "event_year": event.year,
            }
        if drawn and drawn.precision != DatePrecision.DAY:
            self._problem(row, Reason.PARTIAL_DATE, "drawn_up_on", texts["drawn_up_on"])
        elif drawn:
            row.values["drawn_up_on"] = drawn.date
            if event and event.date and drawn.date and drawn.date < event.date:
                self._problem(row, Reason.DATE_ORDER, "drawn_up_on", texts["drawn_up_on"])

    def _date(self, row: Row, name: str, texts: dict, cells: dict, base: int) -> dates.PartialDate | None:
        if not texts.get(name):
            return None
        cell = cells[name]
        try:
            found = dates.parse(texts[name] if isinstance(cell, str) else cell, register_year=base)
        except dates.BadDateError as error:
            reason = Reason.IMPOSSIBLE_DATE if error.impossible else Reason.BAD_DATE
            self._problem(row, reason, name, texts[name])
            return None
        if found.year < 1800:
            self._problem(row, Reason.BAD_DATE, name, texts[name])
            return None
        # An act of 31 December may be drawn up in January; an event never follows its register.
        if name == "event_date" and found.year > base:
            self._problem(row, Reason.DATE_AFTER_REGISTER, name, texts[name])
            return None
        return found

    def _person(self, row: Row, texts: dict[str, str]) -> None:
        if (text := texts.get("sex", "")) and self.kind != ActKind.MARRIAGE:
            sex = SEXES.get(names.plain(text).rstrip("."))
            if sex is None:
                self._problem(row, Reason.BAD_SEX, "sex", text)
            row.values["sex"] = str(sex or "")
        if text := texts.get("phone", ""):
            try:
                row.values["phone"] = phones.to_e164(text)
            except phones.PhoneError:
                self._problem(row, Reason.BAD_PHONE, "phone", text)
        if text := texts.get("npi", ""):
            compact = re.sub(r"[\s.\-]", "", text)
            if not re.fullmatch(f"[0-9]{{{settings.NPI_DIGITS}}}", compact):
                self._problem(row, Reason.BAD_NPI, "npi", text)
            row.values["npi"] = compact[:20]

    def _plain_columns(self, row: Row, texts: dict[str, str]) -> None:
        for name in COLUMNS:
            text = texts.get(name) or self.mapping.defaults.get(name, "")
            if text:
                row.values[name] = text
        details = {name: texts[name] for name in DETAILS[self.kind] if texts.get(name)}
        if details:
            row.values["details"] = details
