"""Conditions as a page shows them: a few lines joined by « toutes » or « au moins une ».

What staff compose is flat. A deeper condition, imported from a file, is kept
as it is and shown in words; it is replaced whole or not at all.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotonou.formbuilder.definition import Field, say

ALL, ANY = "all", "any"
JOINS = {ALL: gettext_lazy("toutes ces lignes sont vraies"), ANY: gettext_lazy("au moins une est vraie")}
IS, IS_NOT, FILLED, EMPTY, LEAST, MOST = "is", "is_not", "filled", "empty", ">=", "<="
SIGNS = {
    IS: gettext_lazy("est"),
    IS_NOT: gettext_lazy("n’est pas"),
    FILLED: gettext_lazy("a une réponse"),
    EMPTY: gettext_lazy("n’a pas de réponse"),
    LEAST: gettext_lazy("est au moins"),
    MOST: gettext_lazy("est au plus"),
}
WITHOUT_VALUE = (FILLED, EMPTY)
NUMBERS = ("integer", "money", "computed", "arrondissement")


class BadValueError(ValueError):
    """What was typed cannot be an answer to that question; the message says what can."""


@dataclass(frozen=True)
class Row:
    """One line. value: what the answer is compared with; None for « a une réponse »."""

    field: str
    sign: str
    value: Any = None


def read(condition: Mapping[str, Any] | None) -> tuple[str, list[Row]] | None:
    """(join, rows) of a flat condition; None when it is deeper than what a page shows."""
    if condition is None:
        return ALL, []
    join = next((key for key in (ALL, ANY) if key in condition), ALL)
    parts = condition.get(join, [condition])
    rows = [_row(part) for part in parts]
    return (join, [row for row in rows if row]) if all(rows) else None


def _row(part: Mapping[str, Any]) -> Row | None:
    if "not" in part:
        inner = part["not"]
        return Row(inner["field"], IS_NOT, inner["is"]) if set(inner) == {"field", "is"} else None
    if "field" not in part:
        return None
    sign = next(key for key in part if key != "field")
    if sign == "filled":
        return Row(part["field"], FILLED if part["filled"] else EMPTY)
    return Row(part["field"], sign, part[sign]) if sign in (IS, LEAST, MOST) else None


def write(join: str, rows: list[Row]) -> dict[str, Any] | None:
    """The condition that these rows say; None for no row."""
    parts = [_part(row) for row in rows]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {join: parts}


def _part(row: Row) -> dict[str, Any]:
    if row.sign in WITHOUT_VALUE:
        return {"field": row.field, "filled": row.sign == FILLED}
    if row.sign == IS_NOT:
        return {"not": {"field": row.field, "is": row.value}}
    return {"field": row.field, row.sign: row.value}


def value_of(field: Field, typed: str) -> Any:
    """What the typed text means as an answer to this question. Raises BadValueError."""
    text = typed.strip()
    if field.type == "yes_no":
        return _yes_no(text)
    if field.type in NUMBERS:
        if not text.isdigit():
            raise BadValueError(_("écrivez un nombre entier, par exemple 2"))
        return int(text)
    if field.type == "date":
        return _day(text)
    if choices := field.spec.get("choices"):
        return _choice(choices, text)
    return text


def _yes_no(text: str) -> bool:
    words = {str(_("Oui")).casefold(): True, str(_("Non")).casefold(): False, "oui": True, "non": False}
    if text.casefold() not in words:
        raise BadValueError(_("écrivez Oui ou Non"))
    return words[text.casefold()]


def _day(text: str) -> str:
    try:
        return datetime.datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 - a date
    except ValueError:
        raise BadValueError(_("écrivez une date, par exemple 24/11/2026")) from None


def _choice(choices: list[Mapping[str, Any]], text: str) -> str:
    for choice in choices:
        if text.casefold() in (say(choice["label"]).casefold(), choice["value"].casefold()):
            return choice["value"]
    listed = ", ".join(say(choice["label"]) for choice in choices)
    raise BadValueError(_("choisissez parmi : %(listed)s") % {"listed": listed})


def typed_of(field: Field | None, value: Any) -> str:
    """The text that ``value_of`` would read as ``value``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Oui") if value else _("Non"))
    if field is not None:
        for choice in field.spec.get("choices", ()):
            if choice["value"] == value:
                return say(choice["label"])
        if field.type == "date":
            return datetime.date.fromisoformat(value).strftime("%d/%m/%Y")
    return str(value)


def in_words(condition: Mapping[str, Any] | None, fields: Mapping[str, Field]) -> str:
    """The condition as a sentence, however deep: « Marié ? est Oui, et … »."""
    if condition is None:
        return ""
    for key, joined in ((ALL, _(", et ")), (ANY, _(", ou "))):
        if key in condition:
            return joined.join(in_words(part, fields) for part in condition[key])
    row = _row(condition)
    if row is None:
        if "not" in condition:
            return _("pas (%(what)s)") % {"what": in_words(condition["not"], fields)}
        return str(dict(condition))
    field = fields.get(row.field)
    words = {"question": field.label if field else row.field, "sign": SIGNS[row.sign]}
    if row.sign in WITHOUT_VALUE:
        return _("« %(question)s » %(sign)s") % words
    return _("« %(question)s » %(sign)s %(value)s") % (words | {"value": typed_of(field, row.value)})
