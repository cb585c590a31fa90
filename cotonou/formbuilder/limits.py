"""A field whose ``min`` or ``max`` is another field: {"field": "birth_date"}.

Partial dates are compared by what is sure: « 1988 » is only before « 1987 »
if its last day is. A year said to be uncertain gets some years on each side.
"""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cotonou.formbuilder import types as field_types
from cotonou.formbuilder.conditions import is_filled
from cotonou.formbuilder.definition import Field, say
from cotonou.formbuilder.types import Surroundings
from cotonou.formbuilder.types.dates import span

DATES, NUMBERS = frozenset({"date", "partial_date"}), frozenset({"integer", "money", "computed"})
ABOUT_YEARS = 5  # how far a year « vers 1962 » may be from the truth
_ABOUT = datetime.timedelta(days=366 * ABOUT_YEARS)


def comparable(field: Field, other: Field) -> bool:
    """Whether ``other`` can be a limit of ``field``."""
    return any(field.type in kinds and other.type in kinds for kinds in (DATES, NUMBERS))


def check(field: Field, answer: Any, around: Surroundings) -> None:
    """Raises ValidationError when the answer is surely past a limit that another answer sets."""
    for key in ("min", "max"):
        limit = field.spec.get(key)
        if not isinstance(limit, dict):
            continue
        other, value = around.fields.get(limit["field"]), around.answers.get(limit["field"])
        if other is not None and is_filled(value) and _is_past(key, answer, value):
            raise ValidationError(_sentence(key, field, other, value, around), f"{key}_field")


def _is_past(key: str, answer: Any, limit: Any) -> bool:
    (lowest, highest), (first, last) = _range(answer), _range(limit)
    return highest < first if key == "min" else lowest > last


def _range(answer: Any) -> tuple[Any, Any]:
    if isinstance(answer, str):
        day = datetime.date.fromisoformat(answer)
        return day, day
    if isinstance(answer, dict):
        first, last = span(answer)
        return (first - _ABOUT, last + _ABOUT) if answer.get("about") else (first, last)
    return answer, answer


def _sentence(key: str, field: Field, other: Field, value: Any, around: Surroundings) -> str:
    words = {
        "what": say(other.spec.get("called")) or _("« %(label)s »") % {"label": other.label},
        "value": field_types.of(other).human(other, value, around),
    }
    if field.type in DATES:
        if key == "min":
            return _("Vérifiez cette date : elle ne peut pas être avant %(what)s (%(value)s).") % words
        return _("Vérifiez cette date : elle ne peut pas être après %(what)s (%(value)s).") % words
    if key == "min":
        return _("Vérifiez ce nombre : il ne peut pas être plus petit que %(what)s (%(value)s).") % words
    return _("Vérifiez ce nombre : il ne peut pas être plus grand que %(what)s (%(value)s).") % words
