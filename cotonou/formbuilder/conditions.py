"""Conditions of a form: data, never code.

``{"all": [c, …]}``, ``{"any": [c, …]}``, ``{"not": c}``, and on one field:
``{"field": id, "is": value}`` (of a list of answers: contains it),
``{"field": id, "in": [value, …]}``, ``{"field": id, "filled": true|false}``,
``{"field": id, ">=" | ">" | "<=" | "<": number or date}``. A repeated page
compares by its number of items. A date may be relative: ``"today-18y"``
(d, m, y). A field without answer satisfies only ``"filled": false``.
"""

import datetime
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

Lookup = Callable[[str], Any]

COMPARISONS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
OPERATORS = ("is", "in", "filled", *COMPARISONS)
MAX_DEPTH = 8
_RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,5})([dmy]))?")


def holds(condition: Mapping[str, Any] | None, lookup: Lookup, *, today: datetime.date) -> bool:
    """Whether the condition is true of the answers that ``lookup(field id)`` gives (None: no answer)."""
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(part, lookup, today=today) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, lookup, today=today) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], lookup, today=today)
    return _test(condition, lookup(condition["field"]), today)


def _test(condition: Mapping[str, Any], value: Any, today: datetime.date) -> bool:
    if "filled" in condition:
        return is_filled(value) == condition["filled"]
    if not is_filled(value):
        return False
    if "is" in condition:
        return _same(value, condition["is"])
    if "in" in condition:
        return any(_same(value, wanted) for wanted in condition["in"])
    sign = next(sign for sign in COMPARISONS if sign in condition)
    return _compare(sign, value, condition[sign], today)


def is_filled(value: Any) -> bool:
    """False is an answer ("non"), and so is 0."""
    return value is not None and value != "" and value != [] and value != {}


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return wanted in value
    # In Python True == 1; here "oui" is not the number one.
    return type(value) is type(wanted) and value == wanted


def _compare(sign: str, value: Any, limit: Any, today: datetime.date) -> bool:
    if isinstance(value, list):
        value = len(value)
    if isinstance(limit, str):
        limit = day(limit, today).isoformat()
    if type(value) is not type(limit):
        return False
    return COMPARISONS[sign](value, limit)


def day(text: str, today: datetime.date) -> datetime.date:
    """ "2026-03-02", "today", "today-18y", "today+6m", "today+30d" as a date.

    Raises ValueError. 29 February plus a year is 28 February.
    """
    match = _RELATIVE.fullmatch(text)
    if not match:
        return datetime.date.fromisoformat(text)
    if not match[1]:
        return today
    count = int(match[2]) * (1 if match[1] == "+" else -1)
    try:
        if match[3] == "d":
            return today + datetime.timedelta(days=count)
        months = today.year * 12 + today.month - 1 + count * (12 if match[3] == "y" else 1)
        return _in_month(months // 12, months % 12 + 1, today.day)
    except OverflowError as error:
        raise ValueError(text) from error


def _in_month(year: int, month: int, number: int) -> datetime.date:
    first = datetime.date(year, month, 1)
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    return first.replace(day=min(number, (following - datetime.timedelta(days=1)).day))


def fields_in(condition: Mapping[str, Any] | None) -> Iterator[str]:
    """The ids of the fields that a well-formed condition reads."""
    if not condition:
        return
    for key in ("all", "any"):
        for part in condition.get(key, ()):
            yield from fields_in(part)
    if "not" in condition:
        yield from fields_in(condition["not"])
    if "field" in condition:
        yield condition["field"]


def faults(condition: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """What is wrong with the shape of a condition, as (path, French sentence)."""
    if depth > MAX_DEPTH:
        yield path, _("les conditions sont imbriquées sur plus de %(depth)d niveaux.") % {"depth": MAX_DEPTH}
        return
    if not isinstance(condition, dict) or not condition:
        yield path, _('une condition est un objet comme {"field": "…", "is": "…"}.')
        return
    keys = set(condition)
    if len(keys) == 1 and keys <= {"all", "any"}:
        (key,) = keys
        parts = condition[key]
        if not isinstance(parts, list) or not parts:
            yield f"{path}.{key}", _("donnez une liste d’au moins une condition.")
            return
        for i, part in enumerate(parts):
            yield from faults(part, f"{path}.{key}[{i}]", depth + 1)
    elif keys == {"not"}:
        yield from faults(condition["not"], f"{path}.not", depth + 1)
    elif "field" in keys and len(keys) == 2:
        yield from _leaf_faults(condition, (keys - {"field"}).pop(), path)
    else:
        text = _(
            "utilisez « all », « any », « not », ou « field » avec une seule comparaison parmi : %(list)s."
        )
        yield path, text % {"list": ", ".join(OPERATORS)}


def _leaf_faults(condition: Mapping[str, Any], sign: str, path: str) -> Iterator[tuple[str, str]]:
    value = condition[sign]
    if not isinstance(condition["field"], str):
        yield f"{path}.field", _("« field » est l’identifiant d’un champ.")
    if sign not in OPERATORS:
        yield (
            path,
            _("comparaison inconnue « %(sign)s » : choisissez parmi %(list)s.")
            % {
                "sign": sign,
                "list": ", ".join(OPERATORS),
            },
        )
    elif sign == "filled" and not isinstance(value, bool):
        yield f"{path}.filled", _("« filled » vaut true ou false.")
    elif sign == "in" and not (isinstance(value, list) and value and all(map(_is_plain, value))):
        yield f"{path}.in", _("« in » est une liste de valeurs.")
    elif sign == "is" and not _is_plain(value):
        yield f"{path}.is", _("« is » est un texte, un nombre, true ou false.")
    elif sign in COMPARISONS and not _is_limit(value):
        yield (
            f"{path}.{sign}",
            _("comparez avec un nombre entier ou une date comme « 2026-03-02 » ou « today-18y »."),
        )


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | bool)


def _is_limit(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and is_day(value))


def is_day(text: str) -> bool:
    try:
        day(text, datetime.date(2024, 2, 29))
    except ValueError:
        return False
    return True
