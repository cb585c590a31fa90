"""Act numbers as registers write them."""

import re
from dataclasses import dataclass

_SUFFIXES = "BIS|TER|QUATER|QUINQUIES|[A-Z]"
_NUMBER = re.compile(
    rf"(?:N(?:O|R|UM|UMERO|°|º)?\.?[\s°º.:]*)?(\d{{1,7}})(?:\s*[-/ ]?\s*({_SUFFIXES}))?"
    r"(?:\s*[/\-]\s*(\d{2}|\d{4}))?"
)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/\-]\s*(\d{1,7})")


class BadNumberError(ValueError):
    pass


@dataclass(frozen=True)
class ActNumber:
    number: int
    suffix: str = ""  # "BIS"
    year: int | None = None  # when the number itself names it in four digits


def parse(text: str) -> ActNumber:
    """ "N° 012/87", "123 bis", "1987-045" -> the number, its suffix, the year it names.

    Raises BadNumberError.
    """
    typed = text.strip().upper().removesuffix(".0")
    if (year_first := _YEAR_FIRST.fullmatch(typed)) and 1850 <= int(year_first[1]) <= 2100:
        return _positive(int(year_first[2]), "", int(year_first[1]))
    found = _NUMBER.fullmatch(typed)
    if not found:
        raise BadNumberError(text)
    year = int(found[3]) if found[3] and len(found[3]) == 4 else None
    return _positive(int(found[1]), found[2] or "", year)


def _positive(number: int, suffix: str, year: int | None) -> ActNumber:
    if number == 0:
        raise BadNumberError("0")
    return ActNumber(number, suffix, year)
