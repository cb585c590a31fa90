"""An act typed by hand: which fields, the same rules as for files, and two readings compared."""

import re
import unicodedata
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts.models.registers import DETAILS, ActKind, RegisterAct
from civil_acts.registers.columns import Mapping, label_of
from civil_acts.registers.names import plain
from civil_acts.registers.reading import RawRow, Table
from civil_acts.registers.rows import RowReader
from cotonou.core.errors import DomainError

_PLACE = ("year", "act_number", "centre", "volume", "folio")
_END = ("father_name", "mother_name", "declarant", "drawn_up_on", "officer_name")
FIELDS: dict[str, tuple[str, ...]] = {
    ActKind.BIRTH: (
        *_PLACE,
        "surname",
        "given_names",
        "sex",
        "event_date",
        "event_place",
        *_END,
        *DETAILS[ActKind.BIRTH],
    ),
    ActKind.MARRIAGE: (
        *_PLACE,
        "surname",
        "given_names",
        "spouse_surname",
        "spouse_given_names",
        "event_date",
        "event_place",
        "birth_place",
        *_END,
        *DETAILS[ActKind.MARRIAGE],
    ),
    ActKind.DEATH: (
        *_PLACE,
        "surname",
        "given_names",
        "sex",
        "event_date",
        "event_place",
        "birth_place",
        *_END,
        *DETAILS[ActKind.DEATH],
    ),
}
# Typed again without seeing the first reading; the rest is read over on the photo.
CONTROL = {
    "year",
    "act_number",
    "surname",
    "given_names",
    "sex",
    "event_date",
    "spouse_surname",
    "spouse_given_names",
    "father_name",
    "mother_name",
}
_LABELS: dict[tuple[str, str], Any] = {
    ("event_date", ActKind.BIRTH): gettext_lazy("Date de naissance"),
    ("event_date", ActKind.MARRIAGE): gettext_lazy("Date du mariage"),
    ("event_date", ActKind.DEATH): gettext_lazy("Date du décès"),
    ("event_place", ActKind.BIRTH): gettext_lazy("Lieu de naissance"),
    ("event_place", ActKind.MARRIAGE): gettext_lazy("Lieu du mariage"),
    ("event_place", ActKind.DEATH): gettext_lazy("Lieu du décès"),
    ("surname", ActKind.MARRIAGE): gettext_lazy("Nom de l’époux"),
    ("given_names", ActKind.MARRIAGE): gettext_lazy("Prénoms de l’époux"),
    ("father_name", ActKind.MARRIAGE): gettext_lazy("Père de l’époux"),
    ("mother_name", ActKind.MARRIAGE): gettext_lazy("Mère de l’époux"),
    ("birth_place", ActKind.MARRIAGE): gettext_lazy("Lieu de naissance de l’époux"),
    ("surname", ActKind.DEATH): gettext_lazy("Nom du défunt"),
    ("given_names", ActKind.DEATH): gettext_lazy("Prénoms du défunt"),
}


class EntryError(DomainError):
    """``errors``: field -> sentences."""

    code = "act_entry"

    def __init__(self, errors: dict[str, list[str]]):
        super().__init__(" ".join(sentence for sentences in errors.values() for sentence in sentences))
        self.errors = errors


def label(kind: str, name: str) -> str:
    return capfirst(str(_LABELS.get((name, kind)) or label_of(name)))


def read(kind: str, data: dict[str, str]) -> dict[str, Any]:
    """What was typed -> columns of RegisterAct, by the rules that files obey. Raises EntryError."""
    names = FIELDS[kind]
    table = Table(dict(enumerate(names)), [label(kind, name) for name in names], iter(()))
    row = RowReader(kind=kind, mapping=Mapping({}), table=table).read(
        RawRow("", [data.get(name, "") for name in names])
    )
    if row.problems:
        errors: dict[str, list[str]] = {}
        for problem in row.problems:
            errors.setdefault(problem.name, []).append(problem.sentence(typed=True))
        raise EntryError(errors)
    return row.values | {"row_digest": row.digest}


def data_of(act: RegisterAct) -> dict[str, str]:
    """An act as somebody would type it: what ``read`` turns back into the same columns."""
    typed = {name: act.details.get(name, "") for name in DETAILS[act.kind]}
    for name in FIELDS[act.kind]:
        if name not in typed:
            typed[name] = getattr(act, "act_number_text" if name == "act_number" else name)
    typed["year"] = str(act.year)
    typed["event_date"] = _day(act.event_date) or act.event_date_text
    typed["drawn_up_on"] = _day(act.drawn_up_on)
    return typed


def _day(value: Any) -> str:
    return value.strftime("%d/%m/%Y") if value else ""


def columns_of(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` of ``read`` with every column that the form shows, the emptied ones included."""
    empty: dict[str, Any] = {
        name: "" for name in FIELDS[kind] if name not in {*DETAILS[kind], "act_number", "year", "event_date"}
    }
    return empty | {"drawn_up_on": None, "details": {}} | values


def compare(kind: str, first: dict[str, str], second: dict[str, str]) -> list[dict[str, str]]:
    """The fields that two people did not read alike: [{field, label, first, second}].

    Dates, years, numbers and times are compared by what they mean, « 4 septembre 2011 » being
    « 04/09/2011 »; names and places letter for letter, since the copy will print them so.
    """
    meant = _meant(kind, first), _meant(kind, second)
    return [
        {
            "field": name,
            "label": label(kind, name),
            "first": first.get(name, ""),
            "second": second.get(name, ""),
        }
        for name in FIELDS[kind]
        if not _alike(name, first, second, meant)
    ]


def _alike(name: str, first: dict[str, str], second: dict[str, str], meant: tuple[dict, dict]) -> bool:
    if name in meant[0] and name in meant[1]:
        return bool(meant[0][name] == meant[1][name])
    return _same(first.get(name, "")) == _same(second.get(name, ""))


# Columns of RegisterAct that say what was meant by a field, however it was written.
_MEANING = {
    "year": ("year",),
    "act_number": ("act_number", "act_number_suffix"),
    "event_date": ("event_date", "event_date_precision", "event_year", "event_date_text"),
    "drawn_up_on": ("drawn_up_on",),
}
_TIME = re.compile(r"(\d{1,2})\s*(?:h|:|heures?)\s*(\d{2})?(?:\s*(?:mn|min|minutes?))?", re.IGNORECASE)


def _meant(kind: str, data: dict[str, str]) -> dict[str, Any]:
    """Field -> what it means, for those that have a meaning; nothing for a reading that breaks a rule."""
    try:
        values = read(kind, data)
    except EntryError:
        return {}
    found: dict[str, Any] = {
        name: tuple(plain(_same(str(values.get(column) or ""))) for column in columns)
        for name, columns in _MEANING.items()
        if data.get(name)
    }
    if time := _TIME.fullmatch(_same(data.get("event_time", ""))):
        found["event_time"] = (int(time[1]), int(time[2] or 0))
    return found


def how_they_differ(first: str, second: str) -> str:
    """In words, when two readings of a name are nearly the same; "" when they plainly differ."""
    if not first or not second:
        return ""
    for words, alike in (
        (_("Seules les majuscules diffèrent."), str.casefold),
        (_("Seuls les accents diffèrent."), _without_accents),
        (_("Seuls les espaces, tirets ou apostrophes diffèrent."), _letters),
        (_("Les majuscules et les accents diffèrent."), plain),
    ):
        if alike(_same(first)) == alike(_same(second)):
            return words
    return ""


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _same(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("’", "'").split())


def settle(
    differences: list[dict[str, str]], second: dict[str, str], kept: dict[str, str]
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The reading to keep, and the differences with which was kept (``kept``: field -> "first" | "second").

    Raises DomainError while a difference is not settled.
    """
    if open_fields := [d["label"] for d in differences if kept.get(d["field"]) not in {"first", "second"}]:
        raise DomainError(
            _("Les deux saisies ne sont pas les mêmes. Regardez la photo, puis choisissez : %(fields)s.")
            % {"fields": ", ".join(open_fields)},
            code="readings_differ",
        )
    data = dict(second)
    for difference in differences:
        data[difference["field"]] = difference[kept[difference["field"]]]
    return data, [difference | {"kept": kept[difference["field"]]} for difference in differences]
