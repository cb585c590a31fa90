"""Computed fields: a tiny language of JSON, evaluated here and nowhere else.

An expression is a whole number, ``{"field": id}``, ``{"sum": [e, …]}``,
``{"product": [e, …]}``, ``{"count": id}`` (items of a repeated page, ticked
boxes, files) or ``{"if": [condition, e, e]}``. In a sum, ``{"field": "page.id"}``
stands for that field in every item of a repeated page. What is not answered
counts as 0, true as 1. Whole numbers only, so amounts stay exact.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.formbuilder import conditions
from cotonou.formbuilder.conditions import Lookup

LIMIT = 10**15
MAX_DEPTH = 8
SIGNS = ("field", "sum", "product", "count", "if")


class TotalTooBigError(DomainError):
    code = "too_big"

    def __init__(self) -> None:
        super().__init__(_("Vérifiez les nombres saisis : le total calculé est trop grand."))


def value(expression: Any, lookup: Lookup, *, today: datetime.date) -> int:
    """The whole number that a well-formed expression is worth. Raises TotalTooBigError past 10^15."""
    result = _value(expression, lookup, today)
    if abs(result) > LIMIT:
        raise TotalTooBigError
    return result


def _value(expression: Any, lookup: Lookup, today: datetime.date) -> int:
    if isinstance(expression, int):
        return expression
    if "field" in expression:
        return sum(_numbers(expression["field"], lookup))
    if "count" in expression:
        found = lookup(expression["count"])
        return len(found) if isinstance(found, list) else int(conditions.is_filled(found))
    if "if" in expression:
        test, then, otherwise = expression["if"]
        chosen = then if conditions.holds(test, lookup, today=today) else otherwise
        return value(chosen, lookup, today=today)
    if "sum" in expression:
        return sum(value(part, lookup, today=today) for part in expression["sum"])
    product = 1
    for part in expression["product"]:
        product *= value(part, lookup, today=today)
    return product


def _numbers(name: str, lookup: Lookup) -> list[int]:
    page, dot, inner = name.partition(".")
    found = [item.get(inner) for item in lookup(page) or []] if dot else [lookup(name)]
    return [int(x) for x in found if isinstance(x, int)]


def fields_in(expression: Any) -> Iterator[str]:
    """The ids that a well-formed expression reads; "page.id" for one inside a repeated page."""
    if not isinstance(expression, dict):
        return
    for key in ("field", "count"):
        if key in expression:
            yield expression[key]
    for key in ("sum", "product"):
        for part in expression.get(key, ()):
            yield from fields_in(part)
    if "if" in expression:
        test, then, otherwise = expression["if"]
        yield from conditions.fields_in(test)
        yield from fields_in(then)
        yield from fields_in(otherwise)


def faults(expression: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """What is wrong with the shape of an expression, as (path, French sentence)."""
    if isinstance(expression, int) and not isinstance(expression, bool):
        if abs(expression) > LIMIT:
            yield path, _("ce nombre est trop grand.")
        return
    if depth > MAX_DEPTH:
        yield path, _("le calcul est imbriqué sur plus de %(depth)d niveaux.") % {"depth": MAX_DEPTH}
        return
    if not isinstance(expression, dict) or len(expression) != 1 or not set(expression) <= set(SIGNS):
        yield (
            path,
            _("un calcul est un nombre entier ou un objet avec une seule clé parmi : %(list)s.")
            % {"list": ", ".join(SIGNS)},
        )
        return
    yield from _operand_faults(expression, path, depth)


def _operand_faults(expression: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    ((sign, operand),) = expression.items()
    path = f"{path}.{sign}"
    if sign in ("field", "count"):
        if not isinstance(operand, str):
            yield path, _("donnez l’identifiant d’un champ.")
    elif not isinstance(operand, list) or not operand or len(operand) > 50:
        yield path, _("donnez une liste de 1 à 50 éléments.")
    elif sign == "if":
        if len(operand) != 3:
            yield path, _("« if » contient une condition, puis deux calculs.")
            return
        yield from conditions.faults(operand[0], f"{path}[0]")
        for i in (1, 2):
            yield from faults(operand[i], f"{path}[{i}]", depth + 1)
    else:
        for i, part in enumerate(operand):
            yield from faults(part, f"{path}[{i}]", depth + 1)
