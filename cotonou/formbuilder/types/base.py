"""What a type of field can do; one instance per type, without state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from cotonou.formbuilder.definition import Field, say
from cotonou.formbuilder.tables import Tables


@dataclass
class Surroundings:
    """What a field may look at besides its own value."""

    answers: Mapping[str, Any]
    today: date
    tables: Tables = field(default_factory=Tables)
    # Those that a limit may name, by id.
    fields: Mapping[str, Field] = field(default_factory=dict)


def fixed_limit(field: Field, key: str, otherwise: Any = None) -> Any:
    """``min`` or ``max`` as a value; one that follows another field is judged in limits.py."""
    limit = field.spec.get(key)
    return otherwise if limit is None or isinstance(limit, dict) else limit


class FieldType:
    """The ordinary type: one control, whose cleaned value is the answer.

    Answers are what JSON holds: text, whole numbers, true, false, lists and
    objects of them; None means no answer.
    """

    field_class: type[forms.Field]
    # "answers differ by more than one control": then no radio can reveal it.
    composite = False

    def controls(
        self, field: Field, around: Surroundings, *, required: bool, heading: bool
    ) -> dict[str, forms.Field]:
        """Name of the control -> form field. The first one is where errors go."""
        control = self.field_class(**self.look(field, required, heading), **self.arguments(field, around))
        return {field.id: control}

    def names(self, field: Field) -> list[str]:
        """Every name that the controls post."""
        return [field.id]

    def look(self, field: Field, required: bool, heading: bool) -> dict[str, Any]:
        look: dict[str, Any] = {
            "label": field.label,
            "help_text": field.hint,
            "required": required,
            "called": say(field.spec.get("called")),
            "error_required": say(field.spec.get("error")),
            "heading": heading,
        }
        if heading:
            look["label_size"] = "l"
        said = ("autocomplete", "inputmode", "width", "says_optional")
        look |= {key: field.spec[key] for key in said if key in field.spec}
        return look

    def arguments(self, field: Field, around: Surroundings) -> dict[str, Any]:
        return {}

    def answer(self, field: Field, cleaned: Mapping[str, Any]) -> Any:
        """The canonical answer in ``form.cleaned_data``. Raises ValidationError."""
        return cleaned.get(field.id)

    def initial(self, field: Field, answer: Any) -> dict[str, Any]:
        """The other way round: control name -> initial value."""
        return {field.id: answer}

    def human(self, field: Field, answer: Any, around: Surroundings) -> str:
        return str(answer)
