"""A form and its answers, as pure functions: what to ask, what is missing, what to show.

Answers are one JSON object: field id -> canonical answer (see types/), repeated
page id -> list of such objects, upload field id -> list of files. The engine
never writes. A field counts only if its page and itself are shown by the
answers *before* it, so hidden answers weigh nothing, though they may be kept.
"""

import datetime
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import CheckboxInput
from django.utils.datastructures import MultiValueDict

from cotonou.core.forms.widgets import PARTS, DateParts
from cotonou.formbuilder import conditions, expressions
from cotonou.formbuilder import types as field_types
from cotonou.formbuilder.definition import CHECK, COMPUTED, PIECE_PREFIX, UPLOAD, Field, Form, Page
from cotonou.formbuilder.page_form import PageForm, form_class
from cotonou.formbuilder.tables import Tables
from cotonou.formbuilder.types import Surroundings
from cotonou.territory.dates import local_today

Answers = Mapping[str, Any]


class Sheet:
    """The answers as the form sees them: visible pages, visible answers, computed values.

    Raises expressions.TotalTooBigError when a computed value passes the limit.
    """

    def __init__(self, form: Form, answers: Answers, *, today: datetime.date | None = None):
        self.form, self.answers = form, answers
        self.today = today or local_today()
        self.tables = Tables(form.tables)
        self.visible: dict[str, Any] = {}
        self.pages: list[Page] = []
        for page in form.pages:
            if conditions.holds(page.condition, self.visible.get, today=self.today):
                self.pages.append(page)
                self._take(page)

    def _take(self, page: Page) -> None:
        if page.kind != "repeat":
            self.visible |= self.shown(page, self.answers, self.visible)
        elif (items := self.answers.get(page.id)) is not None:
            self.visible[page.id] = [self.shown(page, item, self.visible) for item in items]

    def shown(self, page: Page, own: Answers, outer: Answers) -> dict[str, Any]:
        """The answers among ``own`` that count on this page, computed ones included."""
        found: dict[str, Any] = {}
        lookup = ChainMap(found, outer).get  # type: ignore[arg-type]
        for field in page.fields:
            if not conditions.holds(field.condition, lookup, today=self.today):
                continue
            if field.type == COMPUTED:
                found[field.id] = expressions.value(field.spec["expression"], lookup, today=self.today)
            elif conditions.is_filled(value := own.get(field.id)):
                found[field.id] = value
        return found

    def before(self, page: Page) -> dict[str, Any]:
        """The visible answers without this page's own and without what follows it."""
        earlier = self.form.pages[: self.form.pages.index(page)]
        ids = {p.id if p.kind == "repeat" else f.id for p in earlier for f in p.fields}
        return {name: value for name, value in self.visible.items() if name in ids}

    def around(self, page: Page, own: Answers) -> Surroundings:
        fields = {**self.form.fields, **{field.id: field for field in page.fields}}
        return Surroundings({**self.before(page), **own}, self.today, self.tables, fields)


@dataclass(frozen=True)
class Step:
    """One address of the journey: a page, the n-th item (from 1) of a repeated page, or a piece."""

    page: Page
    item: int | None = None

    @property
    def key(self) -> str:
        return self.page.step if self.item is None else f"{self.page.step}.{self.item}"


@dataclass(frozen=True)
class Row:
    """One line of the check-answers page. step, anchor: where to change it; "" when it cannot be."""

    page: Page
    field: Field
    label: str
    value: str
    step: str
    anchor: str
    item: int | None = None


def pages(form: Form, answers: Answers) -> list[Page]:
    """The pages to fill, in order, those hidden by conditions left out."""
    return Sheet(form, answers).pages


def find_step(form: Form, answers: Answers, key: str) -> Step | None:
    """The step that ``key`` names, or None if it is unknown or hidden by conditions.

    The item just after the last one exists, so that one can be added, up to the page's max.
    """
    sheet = Sheet(form, answers)
    name = _list_of(key)
    dot, number = key[len(name) : len(name) + 1], key[len(name) + 1 :]
    page = next((page for page in sheet.pages if page.step == name), None)
    if page is None or (dot and page.kind != "repeat"):
        return None
    if not dot:
        return Step(page)
    if not number.isascii() or not number.isdigit() or len(number) > 3:
        return None
    count, item = len(answers.get(page.id) or ()), int(number)
    return Step(page, item) if 1 <= item <= min(count + 1, page.max_items) else None


def is_step(form: Form, key: str) -> bool:
    """Whether ``key`` names a page of the form at all, shown or hidden."""
    return any(page.step == _list_of(key) for page in form.pages)


def next_step(form: Form, answers: Answers, key: str) -> str:
    """The step after ``key``; CHECK after the last. From an item: its list.

    After a page that the answers no longer show, or an unknown one, the first incomplete one.
    """
    sheet = Sheet(form, answers)
    if _list_of(key) != key:
        return _list_of(key)
    steps = [page.step for page in sheet.pages]
    if key not in steps:
        return missing(form, answers) or CHECK
    place = steps.index(key) + 1
    return steps[place] if place < len(steps) else CHECK


def previous_step(form: Form, answers: Answers, key: str) -> str | None:
    """The step before ``key``, None before the first; from an item, its list when it has any."""
    sheet = Sheet(form, answers)
    steps = [page.step for page in sheet.pages]
    if key == CHECK:
        return steps[-1]
    if _list_of(key) != key:
        key = _list_of(key)
        if answers.get(key):
            return key
    place = steps.index(key) if key in steps else 0
    return steps[place - 1] if place else None


def resume_step(form: Form, answers: Answers, last_step: str) -> str:
    """Where to take up: after the last step saved, or earlier if something before it is missing."""
    first_missing = missing(form, answers)
    if not last_step:
        return first_missing or CHECK
    following = next_step(form, answers, last_step)
    if first_missing is None:
        return following
    steps = [page.step for page in Sheet(form, answers).pages] + [CHECK]
    return min(first_missing, following, key=lambda key: (steps.index(_list_of(key)), key == following))


def _list_of(key: str) -> str:
    """The step of the page: "enfants.2" -> "enfants", "piece.x" as it is."""
    return key if key.startswith(PIECE_PREFIX) else key.partition(".")[0]


def progress(form: Form, answers: Answers, key: str) -> tuple[int, int]:
    """(place of the step from 1, number of visible steps); (0, n) for one that is no step."""
    steps = [page.step for page in Sheet(form, answers).pages]
    name = _list_of(key)
    return (steps.index(name) + 1 if name in steps else 0), len(steps)


def item_titles(form: Form, answers: Answers, page: Page) -> list[str]:
    """How each item of a repeated page is called: its first two answers in words."""
    sheet = Sheet(form, answers)
    titles = []
    for number, item in enumerate(sheet.visible.get(page.id, ()), start=1):
        words = [row.value for row in _rows(Step(page, number), item, sheet) if row.value]
        titles.append(" ".join(words[:2]) or f"{page.item} {number}")
    return titles


def step_form(
    form: Form,
    step: Step,
    answers: Answers,
    *,
    data: Mapping[str, Any] | None = None,
    files: MultiValueDict[str, UploadedFile] | None = None,
    sheet: Sheet | None = None,
    suggested: Answers | None = None,
) -> PageForm:
    """The Django form of one step: filled with the answers, or bound to ``data`` and ``files``.

    suggested: shown where nothing is answered yet; an answer only once the page is sent.
    """
    sheet = sheet or Sheet(form, answers)
    own = own_answers(step, answers)
    cls = form_class(step.page, sheet.around(step.page, own), outer=sheet.before(step.page))
    if data is None:
        return cls(initial=cls.initial_of({**(suggested or {}), **own}))
    return cls(data, files, initial=cls.initial_of(own))


def defaults(form: Form, step: Step, answers: Answers) -> dict[str, Any]:
    """What the definition proposes for the fields of a step, from its ``default`` and ``default_if``."""
    sheet = Sheet(form, answers)
    before, found = sheet.before(step.page), {}
    for field in step.page.fields:
        value = field.spec.get("default")
        if not conditions.holds(field.spec.get("default_if"), before.get, today=sheet.today):
            continue
        if isinstance(value, dict):
            value = before.get(value["field"])
        if conditions.is_filled(value):
            found[field.id] = value
    return found


def own_answers(step: Step, answers: Answers) -> dict[str, Any]:
    """What is already answered on this step."""
    source: Any = answers
    if step.page.kind == "repeat":
        items = answers.get(step.page.id) or []
        source = items[step.item - 1] if step.item and step.item <= len(items) else {}
    return {field.id: source[field.id] for field in step.page.fields if field.id in source}


def merge(step: Step, answers: Answers, own: Answers) -> dict[str, Any]:
    """The answers once those of ``step`` are replaced by ``own``; uploads are kept."""
    merged = dict(answers)
    if step.page.kind == "repeat":
        items = list(answers.get(step.page.id) or [])
        position = (step.item or len(items) + 1) - 1
        items[position : position + 1] = [dict(own)]
        return merged | {step.page.id: items}
    for field in step.page.fields:
        if field.type != UPLOAD:
            merged.pop(field.id, None)
    return merged | dict(own)


def missing(form: Form, answers: Answers) -> str | None:
    """The first visible step that is not complete and valid, or None when all can be sent."""
    sheet = Sheet(form, answers)
    return next(
        (found for page in sheet.pages if (found := _incomplete(form, page, answers, sheet)) is not None),
        None,
    )


def _incomplete(form: Form, page: Page, answers: Answers, sheet: Sheet) -> str | None:
    if page.kind != "repeat":
        return None if _is_complete(form, Step(page), answers, sheet) else page.step
    items = answers.get(page.id)
    if items is None or not page.min_items <= len(items) <= page.max_items:
        return page.step
    steps = (Step(page, number) for number in range(1, len(items) + 1))
    return next((step.key for step in steps if not _is_complete(form, step, answers, sheet)), None)


def _is_complete(form: Form, step: Step, answers: Answers, sheet: Sheet) -> bool:
    """As if somebody posted the stored answers again: every rule of the page applies."""
    filled = step_form(form, step, answers, sheet=sheet)
    bound = step_form(form, step, answers, data=as_posted(filled), sheet=sheet)
    return bound.is_valid()


def as_posted(form: PageForm) -> MultiValueDict[str, Any]:
    """What a browser would post if the page was sent as it is shown."""
    posted: MultiValueDict[str, Any] = MultiValueDict()
    for name, control in form.fields.items():
        value = control.prepare_value(form.get_initial_for_field(control, name))
        widget = control.widget
        if isinstance(widget, DateParts):
            for suffix, part in zip((f"_{part}" for part in PARTS), widget.decompress(value), strict=True):
                posted[name + suffix] = "" if part is None else str(part)
        elif isinstance(widget, CheckboxInput):
            if value:
                posted[name] = "on"
        elif isinstance(value, list):
            posted.setlist(name, [str(one) for one in value])
        elif value is not None:
            posted[name] = str(value)
    return posted


def summary(form: Form, answers: Answers, *, staff: bool = False) -> list[Row]:
    """Every visible answer in the order of the form, in words, with where to change it.

    staff: under the labels meant for the office, where the form has them.
    """
    sheet = Sheet(form, answers)
    rows: list[Row] = []
    for page in sheet.pages:
        if page.kind != "repeat":
            rows += _rows(Step(page), sheet.visible, sheet)
            continue
        for number, item in enumerate(sheet.visible.get(page.id, ()), start=1):
            rows += _rows(Step(page, number), item, sheet)
    return [replace(row, label=row.field.staff_label) for row in rows] if staff else rows


def _rows(step: Step, visible: Answers, sheet: Sheet) -> list[Row]:
    around = Surroundings({**sheet.visible, **visible}, sheet.today, sheet.tables)
    rows = []
    for field in step.page.fields:
        shown = conditions.holds(field.condition, around.answers.get, today=sheet.today)
        if not shown or (field.id not in visible and field.type == COMPUTED):
            continue
        kind = field_types.of(field)
        value = kind.human(field, visible[field.id], around) if field.id in visible else ""
        changeable = field.type != COMPUTED
        rows.append(
            Row(
                page=step.page,
                field=field,
                label=field.label,
                value=value,
                step=step.key if changeable else "",
                anchor=f"id_{field.id}" if changeable else "",
                item=step.item,
            )
        )
    return rows


def final(form: Form, answers: Answers) -> dict[str, Any]:
    """The answers to hand over: hidden ones dropped, computed ones added."""
    return Sheet(form, answers).visible
