from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cotonou.core import forms as portal
from cotonou.formbuilder.definition import Field, say
from cotonou.formbuilder.tables import Row
from cotonou.formbuilder.types.base import FieldType, Surroundings

FEW = 7  # beyond that, a list to unfold is shorter to read than radio buttons


class Typed:
    """Gives back the value of the table (a number stays a number)."""

    values: dict[str, Any]

    def valid_value(self, value):
        return str(value) in self.values


class SelectField(Typed, portal.ChoiceField):
    def clean(self, value):
        cleaned = super().clean(value)
        return self.values[cleaned] if cleaned else None


class RadioField(Typed, portal.RadioField):
    def clean(self, value):
        cleaned = super().clean(value)
        return self.values[cleaned] if cleaned else None


class MultiField(Typed, portal.CheckboxesField):
    def clean(self, value):
        return [self.values[one] for one in super().clean(value)]


class Choice(FieldType):
    def controls(self, field, around, *, required, heading):
        rows, look = rows_of(field, around), self.look(field, required, heading)
        if self._as_radios(field, rows):
            control: forms.ChoiceField = RadioField(
                choices=_flat(rows), hints=_hints(field), inline=len(rows) == 2, **look
            )
        else:
            blank = [("", _("Choisissez dans la liste"))]
            control = SelectField(choices=blank + _grouped(rows), **look)
        control.values = {str(row.value): row.value for row in rows}  # type: ignore[attr-defined]
        return {field.id: control}

    def _as_radios(self, field: Field, rows: list[Row]) -> bool:
        look = field.spec.get("look") or ("radios" if len(rows) <= FEW else "select")
        return look == "radios" and not any(row.group for row in rows)

    def human(self, field, answer, around):
        return label_of(field, answer, around)


class Multi(FieldType):
    def controls(self, field, around, *, required, heading):
        rows = rows_of(field, around)
        control = MultiField(choices=_flat(rows), hints=_hints(field), **self.look(field, required, heading))
        control.values = {str(row.value): row.value for row in rows}
        return {field.id: control}

    def answer(self, field, cleaned):
        return cleaned.get(field.id) or None

    def human(self, field, answer, around):
        return ", ".join(label_of(field, one, around) for one in answer)


def rows_of(field: Field, around: Surroundings) -> list[Row]:
    """The rows to choose from; with ``within``, only those under the answer given there."""
    if not field.table:
        return [Row(choice["value"], say(choice["label"])) for choice in field.spec["choices"]]
    rows = list(around.tables[field.table].rows)
    if parent := around.answers.get(field.spec.get("within", "")):
        return [Row(row.value, row.label) for row in rows if row.parent == parent]
    return rows


def label_of(field: Field, value: Any, around: Surroundings) -> str:
    if not field.table:
        found = next((c for c in field.spec["choices"] if c["value"] == value), None)
        return say(found["label"]) if found else str(value)
    row = around.tables[field.table].by_value.get(value)
    return row.full_label if row else str(value)


def _flat(rows: Iterable[Row]) -> list[tuple[str, str]]:
    return [(str(row.value), row.full_label) for row in rows]


def _grouped(rows: Iterable[Row]) -> list:
    choices: list = []
    for group, members in groupby(rows, key=lambda row: row.group):
        options = [(str(row.value), row.label) for row in members]
        choices += [(group, options)] if group else options
    return choices


def _hints(field: Field) -> dict[str, str]:
    return {c["value"]: say(c["hint"]) for c in field.spec.get("choices", ()) if "hint" in c}
