"""From one page of a definition to one Django form."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Field as FormField
from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.core.forms import PortalForm, Radios
from cotonou.formbuilder import conditions, expressions, limits
from cotonou.formbuilder import types as field_types
from cotonou.formbuilder.definition import COMPUTED, UPLOAD, Field, Page
from cotonou.formbuilder.types import Surroundings


class PageForm(PortalForm):
    """``answers`` holds the canonical answers of the page once ``is_valid()`` was called."""

    page: Page
    around: Surroundings
    outer: Mapping[str, Any]
    owners: Mapping[str, str]  # control name -> field id
    undecided: frozenset[str]  # ids of the fields that depend on another one of this page
    title_is_label: bool

    @classmethod
    def initial_of(cls, own: Mapping[str, Any]) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        for field in cls.page.fields:
            if field.id in own:
                initial |= field_types.of(field).initial(field, own[field.id])
        return initial

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        self.answers: dict[str, Any] = {}
        # Files are no answer of this form, but conditions may ask whether there is one.
        held = {f.id: self.around.answers.get(f.id) for f in self.page.fields if f.type == UPLOAD}
        lookup = ChainMap(self.answers, held, dict(self.outer)).get
        for field in self.page.fields:
            if not conditions.holds(field.condition, lookup, today=self.around.today):
                self._forget(field)
            elif field.type == COMPUTED:
                self._compute(field, lookup)
            else:
                self._read(field, cleaned)
        # Computed values are worked out again whenever they are shown, never stored.
        self.answers = {
            f.id: self.answers[f.id] for f in self.page.fields if f.id in self.answers and f.type != COMPUTED
        }
        return cleaned

    def _forget(self, field: Field) -> None:
        """A field that the answers hide is neither stored nor an error, whatever was posted."""
        for name in self._names(field):
            self.errors.pop(name, None)
            self.cleaned_data.pop(name, None)

    def _compute(self, field: Field, lookup: conditions.Lookup) -> None:
        try:
            self.answers[field.id] = expressions.value(
                field.spec["expression"], lookup, today=self.around.today
            )
        except DomainError as error:
            self.add_error(None, error.message)

    def _read(self, field: Field, cleaned: Mapping[str, Any]) -> None:
        names = self._names(field)
        if not names or any(name in self.errors for name in names):
            return
        try:
            answer = field_types.of(field).answer(field, cleaned)
        except ValidationError as error:
            self.add_error(names[0], error)
            return
        if conditions.is_filled(answer):
            try:
                limits.check(field, answer, self._known())
            except ValidationError as error:
                self.add_error(names[0], error)
                return
            self.answers[field.id] = answer
        elif field.required and field.type != UPLOAD:
            # Shown by this very page, or made of parts that are optional one by one.
            control = self.fields[names[0]]
            self.add_error(names[0], ValidationError(control.error_messages["required"], "required"))

    def _known(self) -> Surroundings:
        """What a limit may follow: the answers of earlier pages, and those just read on this one."""
        return replace(self.around, answers={**self.outer, **self.answers})

    def _names(self, field: Field) -> list[str]:
        return [name for name, owner in self.owners.items() if owner == field.id]


def form_class(page: Page, around: Surroundings, *, outer: Mapping[str, Any]) -> type[PageForm]:
    """The form class of one page.

    around: the answers that fields may look at (earlier pages and this one).
    outer: those of earlier pages only; what they hide is not even in the form.
    A field that depends on another one of the same page is in the form, and
    judged when the page is sent: it must work without JavaScript.
    """
    controls: dict[str, FormField] = {}
    owners: dict[str, str] = {}
    undecided: set[str] = set()
    own_ids = {field.id for field in page.fields}
    only_one = page.upload is None and len(page.fields) == 1 and page.fields[0].label == page.title
    for field in page.fields:
        if not own_ids.isdisjoint(conditions.fields_in(field.condition)):
            undecided.add(field.id)
        elif not conditions.holds(field.condition, outer.get, today=around.today):
            continue
        required = is_required(field, outer, around)
        made = field_types.of(field).controls(
            field, around, required=required and field.id not in undecided, heading=only_one
        )
        if field.type == UPLOAD and field.label == page.title:
            _name_the_file(made.values(), field)
        if field.id in undecided and required:
            for control in made.values():
                control.says_optional = False  # type: ignore[attr-defined]
        controls |= made
        owners |= dict.fromkeys(made, field.id)
    _reveal(page, controls, undecided)
    attributes = {
        "page": page,
        "around": around,
        "outer": outer,
        "owners": owners,
        "undecided": frozenset(undecided),
        "title_is_label": only_one,
        "__module__": __name__,
    }
    return type("OnePageForm", (PageForm,), attributes | controls)


def _name_the_file(made: Iterable[FormField], field: Field) -> None:
    """The page's title already says which piece: the box says what fits in it."""
    size = {"size": settings.UPLOAD_MAX_BYTES // 1024**2}
    for control in made:
        control.called = control.called or _("« %(label)s »") % {"label": field.label}  # type: ignore[attr-defined]
        control.label = _("Photo ou fichier PDF, %(size)d Mo au plus") % size


def is_required(field: Field, outer: Mapping[str, Any], around: Surroundings) -> bool:
    """``required`` is true, false or, for a piece, a condition."""
    if isinstance(field.required, bool):
        return field.required
    return conditions.holds(field.required, outer.get, today=around.today)


def _reveal(page: Page, controls: Mapping[str, FormField], undecided: set[str]) -> None:
    """Show a field under the radio that asks for it, when that is all its condition says."""
    for field in page.fields:
        condition = field.condition or {}
        above = controls.get(condition.get("field", ""))
        simple = set(condition) == {"field", "is"} and not field_types.of(field).composite
        if field.id not in undecided or not simple or field.id not in controls or above is None:
            continue
        widget = above.widget
        value = {True: "yes", False: "no"}.get(condition["is"], str(condition["is"]))
        if isinstance(widget, Radios) and value not in widget.reveals:
            widget.reveals[value] = field.id
            widget.inline = False
