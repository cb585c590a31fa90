"""Changing the document of a form one step at a time.

Every function takes a content, leaves it alone, and returns the changed copy.
A question comes with its page and a page goes with its last question, so that
no step leaves a document that could not be filled. What ``checking`` says of
the whole is said when the copy is saved.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.formbuilder import conditions, expressions
from cotonou.formbuilder.definition import RESERVED_PAGES, say

Content = dict[str, Any]
UP, DOWN = -1, 1
LONGEST_ID = 40


class StillUsedError(DomainError):
    """A question cannot go while a condition, a total or the contact reads it."""

    code = "still_used"

    def __init__(self, label: str, users: list[str]) -> None:
        text = _("« %(label)s » sert encore à : %(users)s. Changez-les d’abord.")
        super().__init__(text % {"label": label, "users": ", ".join(f"« {user} »" for user in users)})
        self.users = users


def new_id(content: Content, label: str) -> str:
    """A stable id made of the first label, which nothing of the form bears yet."""
    words = slugify(say(label)).replace("-", "_")
    base = re.sub(r"^[^a-z]+", "", words)[:LONGEST_ID].strip("_") or "question"
    taken, number = set(_ids(content)) | set(RESERVED_PAGES), 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _ids(content: Content) -> Iterator[str]:
    for page in content["pages"]:
        yield page["id"]
        for field in page["fields"]:
            yield field["id"]
    for piece in content.get("pieces", ()):
        yield piece["id"]


def page_of(content: Content, page_id: str) -> Content:
    """Raises KeyError."""
    return _found(content["pages"], page_id)


def question_of(content: Content, field_id: str) -> tuple[Content, Content]:
    """(its page, the question). Raises KeyError."""
    for page in content["pages"]:
        for field in page["fields"]:
            if field["id"] == field_id:
                return page, field
    raise KeyError(field_id)


def piece_of(content: Content, piece_id: str) -> Content:
    """Raises KeyError."""
    return _found(content.get("pieces", []), piece_id)


def _found(items: list[Content], name: str) -> Content:
    for item in items:
        if item["id"] == name:
            return item
    raise KeyError(name)


# -- questions -----------------------------------------------------------------


def add_question(content: Content, question: Content, *, page_id: str = "") -> Content:
    """At the end of that page, or alone on a page of its own that bears its label.

    question: without an id; it gets a new one. Raises KeyError for an unknown page.
    """
    changed = copy.deepcopy(content)
    field = {"id": new_id(changed, question["label"]), **question}
    if page_id:
        page_of(changed, page_id)["fields"].append(field)
    else:
        page = {"id": new_id(changed, f"page {say(question['label'])}"), "title": question["label"]}
        changed["pages"].append(page | {"fields": [field]})
    return changed


def change_question(content: Content, field_id: str, question: Content) -> Content:
    """The question as given, under the id it has always had. Raises KeyError."""
    changed = copy.deepcopy(content)
    page, field = question_of(changed, field_id)
    page["fields"][page["fields"].index(field)] = {"id": field_id, **question}
    return changed


def move_question(content: Content, field_id: str, step: int) -> Content:
    """step: UP or DOWN within its page, and past its edge to the next page. Raises KeyError."""
    changed = copy.deepcopy(content)
    page, field = question_of(changed, field_id)
    fields, place = page["fields"], page["fields"].index(field)
    if 0 <= place + step < len(fields):
        fields.insert(place + step, fields.pop(place))
        return changed
    number = changed["pages"].index(page) + step
    if not 0 <= number < len(changed["pages"]):
        return changed
    fields.pop(place)
    goal = changed["pages"][number]["fields"]
    goal.insert(0 if step == DOWN else len(goal), field)
    return _without_empty_pages(changed)


def remove_question(content: Content, field_id: str) -> Content:
    """Without it, and without its page if nothing is left there. Raises KeyError, StillUsedError."""
    changed = copy.deepcopy(content)
    page, field = question_of(changed, field_id)
    page["fields"].remove(field)
    changed = _without_empty_pages(changed)
    gone = {field_id} | (set(_ids(content)) - set(_ids(changed)))
    _refuse_used(changed, gone, say(field["label"]))
    return changed


def _without_empty_pages(content: Content) -> Content:
    content["pages"] = [page for page in content["pages"] if page["fields"]]
    if not content["pages"]:
        raise DomainError(_("Un formulaire garde au moins une question."), code="empty_form")
    return content


# -- pages ---------------------------------------------------------------------


def change_page(content: Content, page_id: str, page: Content) -> Content:
    """Title, hint, condition, repeat as given; its questions stay. Raises KeyError."""
    changed = copy.deepcopy(content)
    old = page_of(changed, page_id)
    place = changed["pages"].index(old)
    changed["pages"][place] = {"id": page_id, **page, "fields": old["fields"]}
    return changed


def move_page(content: Content, page_id: str, step: int) -> Content:
    changed = copy.deepcopy(content)
    _move(changed["pages"], page_of(changed, page_id), step)
    return changed


def remove_page(content: Content, page_id: str) -> Content:
    """With its questions. Raises KeyError, StillUsedError, DomainError for the last page."""
    changed = copy.deepcopy(content)
    page = page_of(changed, page_id)
    changed["pages"].remove(page)
    if not changed["pages"]:
        raise DomainError(_("Un formulaire garde au moins une question."), code="empty_form")
    _refuse_used(changed, {page_id} | {field["id"] for field in page["fields"]}, say(page["title"]))
    return changed


def _move(items: list[Content], item: Content, step: int) -> None:
    place = items.index(item)
    if 0 <= place + step < len(items):
        items.insert(place + step, items.pop(place))


# -- pieces --------------------------------------------------------------------


def add_piece(content: Content, piece: Content) -> Content:
    changed = copy.deepcopy(content)
    changed.setdefault("pieces", []).append({"id": new_id(changed, piece["label"]), **piece})
    return changed


def change_piece(content: Content, piece_id: str, piece: Content) -> Content:
    """Raises KeyError."""
    changed = copy.deepcopy(content)
    old = piece_of(changed, piece_id)
    changed["pieces"][changed["pieces"].index(old)] = {"id": piece_id, **piece}
    return changed


def move_piece(content: Content, piece_id: str, step: int) -> Content:
    changed = copy.deepcopy(content)
    _move(changed.get("pieces", []), piece_of(changed, piece_id), step)
    return changed


def remove_piece(content: Content, piece_id: str) -> Content:
    """Raises KeyError, StillUsedError."""
    changed = copy.deepcopy(content)
    piece = piece_of(changed, piece_id)
    changed["pieces"].remove(piece)
    _refuse_used(changed, {piece_id}, say(piece["label"]))
    return changed


# -- who reads what ------------------------------------------------------------


def _refuse_used(content: Content, gone: set[str], label: str) -> None:
    if users := [user for user, read in _readers(content) if gone & read]:
        raise StillUsedError(label, list(dict.fromkeys(users)))


def _readers(content: Content) -> Iterator[tuple[str, set[str]]]:
    """(what it is called, ids it reads) for every part of the form that reads answers."""
    contact = content.get("contact", {})
    used = {*contact.get("name", ()), *(contact[key] for key in ("phone", "email") if key in contact)}
    yield _("les coordonnées de l’usager"), used
    for page in content["pages"]:
        yield say(page["title"]), set(conditions.fields_in(page.get("condition")))
        for field in page["fields"]:
            yield say(field["label"]), set(_read_by(field))
    for piece in content.get("pieces", ()):
        yield say(piece["label"]), set(_read_by(piece))


def _read_by(part: Mapping[str, Any]) -> Iterator[str]:
    yield from conditions.fields_in(part.get("condition"))
    if isinstance(part.get("required_if"), Mapping):
        yield from conditions.fields_in(part["required_if"])
    if "within" in part:
        yield part["within"]
    if "expression" in part:
        for name in expressions.fields_in(part["expression"]):
            yield from name.split(".")
    for limit in ("min", "max"):
        if isinstance(part.get(limit), Mapping):
            yield part[limit]["field"]
