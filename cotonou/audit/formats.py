"""What is noted beside an action, as an auditor reads it: stored value -> text in the reader's language."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cotonou.core.money import format_xof
from cotonou.core.templatetags.portal import date_fr, file_size

Shown = Callable[[Any], str]


def amount(value: Any) -> str:
    """2000 -> "2 000 F"."""
    return format_xof(int(value))


def day(value: Any) -> str:
    """ "2026-03-02" -> "2 mars 2026"."""
    found = value if isinstance(value, datetime.date) else parse_date(str(value))
    return date_fr(found) or str(value)


def size(value: Any) -> str:
    return file_size(value)


def yes_no(value: Any) -> str:
    return _("oui") if value else _("non")


def listed(value: Any) -> str:
    return ", ".join(str(item) for item in value)


def choice(choices: type[models.TextChoices]) -> Shown:
    """A stored choice in its words; one that no longer exists stays as it is."""
    return lambda value: str(dict(choices.choices).get(value, value))


def named(names: Mapping[str, Any]) -> Shown:
    """A word of ours in words of people: one value, or several."""

    def show(value: Any) -> str:
        several = value if isinstance(value, list) else [value]
        return ", ".join(str(names.get(item, item)) for item in several)

    return show


def fields(model: type[models.Model], **shown: Shown) -> Shown:
    """Columns and their values: « titre : Mariage »; for a list, their names alone.

    shown: how a column is written, when its words are not enough.
    """

    def name(column: str) -> str:
        return str(getattr(model._meta.get_field(column), "verbose_name", column))

    def text(column: str, value: Any) -> str:
        if isinstance(value, bool):
            return yes_no(value)
        return shown[column](value) if column in shown else str(value)

    def show(value: Any) -> str:
        if not isinstance(value, dict):
            return ", ".join(name(column) for column in value)
        return " ; ".join(
            _("%(name)s : %(value)s")
            % {"name": name(column), "value": text(column, item) if item not in (None, "", []) else "–"}
            for column, item in value.items()
        )

    return show
