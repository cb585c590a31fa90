"""Dates as registers write them: exact, partial, in words of the month, or as a spreadsheet stores them."""

import datetime
import re
from dataclasses import dataclass

from civil_acts.models.registers import DatePrecision
from civil_acts.registers.names import plain

MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_YEAR = r"(\d{4}|\d{2})"
_SEP = r"\s*[/\-.\s]\s*"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]00:00(?::00)?)?")
_DAY = re.compile(rf"(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}{_YEAR}")
_DAY_IN_WORDS = re.compile(rf"(\d{{1,2}}|1er|premier){_SEP}([a-z]{{3,}})\.?{_SEP}{_YEAR}")
_MONTH = re.compile(rf"(\d{{1,2}})\s*/\s*(\d{{4}})|([a-z]{{3,}})\.?{_SEP}(\d{{4}})")
_LONE_YEAR = re.compile(r"(?:en |annee |l'an |l'annee )?(\d{4})")
_LEADING = re.compile(r"^(?:ne\(e\)|nee?|decedee?)?\s*(?:le\b|la\b)?\s*")
_ABOUT = re.compile(
    r"^(?:vers|environ|env\.?|circa|ca\.?|autour de|aux environs de|presumee?)\s+"
    r"(?:le\s+|l'an(?:nee)?\s+|en\s+)?"
)
_COMPACT = re.compile(r"\d{8}")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_SPREADSHEET_ORIGIN = datetime.date(1899, 12, 30)


@dataclass(frozen=True)
class PartialDate:
    """``date`` only when the day is known; ``text`` is what the register says otherwise."""

    year: int
    precision: str
    date: datetime.date | None = None
    text: str = ""


class BadDateError(ValueError):
    """``impossible``: the form is right but no such day exists (31/02)."""

    def __init__(self, text: str, *, impossible: bool = False):
        super().__init__(text)
        self.impossible = impossible


def parse(raw: str | int | float | datetime.date, *, register_year: int) -> PartialDate:
    """What a cell says, two-digit years being the last ones up to ``register_year``.

    "03/07/1987", "3-7-87", "12 mars 87", "vers 1962", "mars 1962", "1962", 31961 (a
    spreadsheet's day number). Raises BadDateError.
    """
    if isinstance(raw, datetime.datetime):
        return _exact(raw.date())
    if isinstance(raw, datetime.date):
        return _exact(raw)
    written = " ".join(str(raw).split()).removesuffix(".0")
    text = _LEADING.sub("", plain(written))
    if about := _ABOUT.match(text):
        inner = _read(text[about.end() :], written, register_year)
        return PartialDate(inner.year, DatePrecision.ABOUT, text=written)
    return _read(text, written, register_year)


def _read(text: str, written: str, register_year: int) -> PartialDate:
    for read in (_read_number, _read_day, _read_day_in_words, _read_month):
        if found := read(text, written, register_year):
            return found
    if match := _LONE_YEAR.fullmatch(text):
        return PartialDate(int(match[1]), DatePrecision.YEAR, text=written)
    raise BadDateError(written)


def _read_number(text: str, written: str, register_year: int) -> PartialDate | None:
    if _SERIAL.fullmatch(text):
        day = _SPREADSHEET_ORIGIN + datetime.timedelta(days=int(float(text)))
        return _exact(day)
    if not _COMPACT.fullmatch(text):
        return None
    if 1850 <= int(text[4:]) <= 2100:
        return _day(text[:2], text[2:4], text[4:], written, register_year)
    return _day(text[6:], text[4:6], text[:4], written, register_year)


def _read_day(text: str, written: str, register_year: int) -> PartialDate | None:
    if iso := _ISO.fullmatch(text):
        return _day(iso[3], iso[2], iso[1], written, register_year)
    if match := _DAY.fullmatch(text):
        return _day(match[1], match[2], match[3], written, register_year)
    return None


def _read_day_in_words(text: str, written: str, register_year: int) -> PartialDate | None:
    match = _DAY_IN_WORDS.fullmatch(text)
    if not match or not (month := _month(match[2])):
        return None
    day = "1" if match[1] in {"1er", "premier"} else match[1]
    return _day(day, str(month), match[3], written, register_year)


def _read_month(text: str, written: str, register_year: int) -> PartialDate | None:
    match = _MONTH.fullmatch(text)
    if not match:
        return None
    month = int(match[1]) if match[1] else _month(match[3])
    if not month:
        return None
    if month > 12:
        raise BadDateError(written, impossible=True)
    return PartialDate(int(match[2] or match[4]), DatePrecision.MONTH, text=written)


def _month(name: str) -> int | None:
    found = [i for i, month in enumerate(MONTHS, 1) if month.startswith(name)]
    return found[0] if len(found) == 1 else None


def _day(day: str, month: str, year: str, written: str, register_year: int) -> PartialDate:
    try:
        return _exact(datetime.date(full_year(year, register_year), int(month), int(day)))
    except ValueError:
        raise BadDateError(written, impossible=True) from None


def full_year(year: str, register_year: int) -> int:
    """The last year up to ``register_year`` that ends with these two digits; four digits stay."""
    if len(year) != 2:
        return int(year)
    return register_year - (register_year - int(year)) % 100


def _exact(day: datetime.date) -> PartialDate:
    return PartialDate(day.year, DatePrecision.DAY, date=day)
