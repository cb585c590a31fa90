"""What actions are about, and where it is shown: rooms declare their things at startup.

Everything is asked for in batches, so that a page of the trail costs the same for one row or fifty.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class Subject:
    model: type[Model]
    label: Any
    rows: Callable[[], QuerySet]
    name: Callable[[Any], str]
    wording: Callable[[str], str]
    readable: Callable[[Any], QuerySet] | None
    page: Callable[[Any], str] | None
    by_code: Callable[[str], QuerySet] | None


_subjects: dict[str, Subject] = {}


def register(
    model: type[Model],
    *,
    label: Any,
    rows: Callable[[], QuerySet] | None = None,
    name: Callable[[Any], str] = str,
    wording: Callable[[str], str] = str,
    readable: Callable[[Any], QuerySet] | None = None,
    page: Callable[[Any], str] | None = None,
    by_code: Callable[[str], QuerySet] | None = None,
) -> None:
    """Declare a thing that the trail speaks of.

    label: what it is, French, lazy ("demande"). name: row -> how it is called.
    rows: with all that ``name`` reads; every row by default.
    wording: the label kept in the trail, for an eye ("ABCDE12345" -> "ABCDE-12345").
    readable, page: actor -> the rows whose page this actor may open; row -> its address.
    by_code: what somebody typed -> the rows that it may mean.

    Raises ValueError when the model is taken.
    """
    kind = model._meta.label_lower
    if kind in _subjects:
        raise ValueError(f"{kind} is already registered")
    every = model._default_manager.all
    _subjects[kind] = Subject(model, label, rows or every, name, wording, readable, page, by_code)


def shown_at(model: type[Model], *, readable: Callable[[Any], QuerySet], page: Callable[[Any], str]) -> None:
    """Say where a thing of a room below is shown. Raises ValueError when it has a page already."""
    kind = model._meta.label_lower
    if _subjects[kind].page is not None:
        raise ValueError(f"{kind} has a page already")
    _subjects[kind] = replace(_subjects[kind], readable=readable, page=page)


def kinds() -> list[str]:
    return sorted(_subjects)


def label_of(kind: str) -> str:
    """What it is, in the reader's language; "" for a kind nobody declared."""
    return str(_subjects[kind].label) if kind in _subjects else ""


def worded(kind: str, label: str) -> str:
    """A label of the trail as people write it."""
    return _subjects[kind].wording(label) if kind in _subjects and label else label


def names(kind: str, values: Collection[str], *, by: str = "public_id") -> dict[str, str]:
    """Value of the column ``by`` -> how the row is called; one query. Rows that are gone are not there."""
    found = _subjects.get(kind)
    wanted = list(values) if by != "public_id" else [value for value in values if _uuid(value)]
    if found is None or not wanted:
        return {}
    rows = found.rows().filter(**{f"{by}__in": wanted})
    return {str(getattr(row, by)): found.name(row) for row in rows}


def public_ids(kind: str, pks: Collection[Any]) -> dict[Any, UUID]:
    """Primary key -> public id; one query."""
    found = _subjects.get(kind)
    if found is None or not pks:
        return {}
    return dict(found.model._default_manager.filter(pk__in=pks).values_list("pk", "public_id"))


def pages(wanted: Iterable[tuple[str, UUID]], actor: Any) -> dict[tuple[str, UUID], str]:
    """(kind, public id) -> the address of what this actor may open; a few queries per kind.

    What has no page of its own, and says what it belongs to (a document, a
    file, a message), is found on the page of that.
    """
    found = _own_pages(wanted, actor)
    owners = _owners([pair for pair in wanted if pair not in found])
    theirs = _own_pages(set(owners.values()), actor)
    return found | {pair: theirs[owner] for pair, owner in owners.items() if owner in theirs}


def _own_pages(wanted: Iterable[tuple[str, UUID]], actor: Any) -> dict[tuple[str, UUID], str]:
    found: dict[tuple[str, UUID], str] = {}
    for kind, public_ids in _by_kind(wanted).items():
        subject = _subjects[kind]
        if subject.readable and subject.page:
            for row in subject.readable(actor).filter(public_id__in=public_ids):
                found[kind, row.public_id] = subject.page(row)
    return found


def _owners(wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], tuple[str, UUID]]:
    found = {}
    for kind, public_ids in _by_kind(wanted).items():
        model = _subjects[kind].model
        if {"subject_kind", "subject_uuid"} <= {column.name for column in model._meta.fields}:
            rows = model._default_manager.filter(public_id__in=public_ids).exclude(subject_uuid=None)
            for public_id, *owner in rows.values_list("public_id", "subject_kind", "subject_uuid"):
                found[kind, public_id] = (owner[0], owner[1])
    return found


def _by_kind(wanted: Iterable[tuple[str, UUID]]) -> dict[str, set[UUID]]:
    kinds: dict[str, set[UUID]] = {}
    for kind, public_id in wanted:
        if kind in _subjects:
            kinds.setdefault(kind, set()).add(public_id)
    return kinds


def find(typed: str) -> list[UUID]:
    """The public ids that a code, a reference or an id may mean; one query per kind that has codes."""
    if typed_id := _uuid(typed):
        return [typed_id]
    meant = [subject.by_code(typed) for subject in _subjects.values() if subject.by_code]
    return [public_id for rows in meant for public_id in rows.values_list("public_id", flat=True)[:5]]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
