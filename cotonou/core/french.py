"""Numbers and dates in letters, as acts and certificates write them."""

import datetime

from num2words import num2words

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def number_in_letters(number: int) -> str:
    """2026 -> "deux mille vingt-six"."""
    return num2words(number, lang="fr")


def day_in_letters(day: int) -> str:
    """1 -> "premier", 24 -> "vingt-quatre"."""
    return "premier" if day == 1 else number_in_letters(day)


def date_in_letters(date: datetime.date) -> str:
    """2026-11-24 -> "le vingt-quatre novembre deux mille vingt-six"."""
    return f"le {day_in_letters(date.day)} {MONTHS[date.month - 1]} {number_in_letters(date.year)}"


def long_date(date: datetime.date) -> str:
    """2026-11-01 -> "1er novembre 2026"."""
    day = "1er" if date.day == 1 else str(date.day)
    return f"{day} {MONTHS[date.month - 1]} {date.year}"


def time_in_letters(time: datetime.time) -> str:
    """14:05 -> "quatorze heures cinq minutes"; 00:00 -> "zéro heure"."""

    def count(number: int, unit: str) -> str:
        words = number_in_letters(number)
        # "une heure", "vingt et une minutes": both units are feminine.
        words = words[:-2] + "une" if words.endswith("un") else words
        return f"{words} {unit}{'s' if number >= 2 else ''}"

    hours = count(time.hour, "heure")
    return f"{hours} {count(time.minute, 'minute')}" if time.minute else hours
