"""The parsed form of a definition: what ``FormVersion.content`` says, as objects.

A definition is one JSON document (see definition.schema.json and
docs/formbuilder.md). ``parse`` trusts its input: only documents that
``checking.problems`` found nothing in are ever stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

Text = str | Mapping[str, str]
Condition = Mapping[str, Any] | None

CHECK, LEAVE, PIECE_PREFIX = "verifier", "quitter", "piece."
RESERVED_PAGES = frozenset({CHECK, LEAVE, "piece", "reprendre"})
UPLOAD, COMPUTED = "upload", "computed"
# Types whose choices come from a table of the territory.
TABLE_TYPES = {"quartier": "quartiers", "arrondissement": "arrondissements"}


def say(text: Text | None) -> str:
    """The text in the reader's language, in French when it is not translated."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    return text.get((get_language() or "fr").split("-")[0]) or text["fr"]


@dataclass(frozen=True)
class Field:
    id: str
    type: str
    spec: Mapping[str, Any] = field(repr=False)

    @property
    def label(self) -> str:
        return say(self.spec["label"])

    @property
    def staff_label(self) -> str:
        """The label for someone other than the person who answers: not « Votre nom »."""
        return say(self.spec.get("staff_label")) or self.label

    @property
    def hint(self) -> str:
        return say(self.spec.get("hint"))

    @property
    def condition(self) -> Condition:
        return self.spec.get("condition")

    @property
    def required(self) -> bool | Mapping[str, Any]:
        """For a piece, perhaps a condition."""
        return self.spec.get("required", self.type != COMPUTED)

    @property
    def table(self) -> str:
        return TABLE_TYPES.get(self.type) or self.spec.get("table", "")

    @property
    def max_files(self) -> int:
        return self.spec.get("max_files", 1)


@dataclass(frozen=True)
class Page:
    """One step of the form. ``kind``: "page", "repeat" (asked once per item) or "piece"."""

    id: str
    kind: str
    spec: Mapping[str, Any] = field(repr=False)
    fields: tuple[Field, ...]

    @property
    def step(self) -> str:
        """What stands for this page in an address."""
        return PIECE_PREFIX + self.id if self.kind == "piece" else self.id

    @property
    def title(self) -> str:
        return say(self.spec.get("title") or self.spec["label"])

    @property
    def hint(self) -> str:
        return say(self.spec.get("hint"))

    @property
    def condition(self) -> Condition:
        return self.spec.get("condition")

    @property
    def upload(self) -> Field | None:
        """The upload field of the page; a file is asked alone."""
        return next((field for field in self.fields if field.type == UPLOAD), None)

    @property
    def item(self) -> str:
        return say(self.spec["repeat"]["item"])

    @property
    def question(self) -> str:
        return say(self.spec["repeat"].get("question"))

    @property
    def min_items(self) -> int:
        return self.spec["repeat"].get("min", 0)

    @property
    def max_items(self) -> int:
        return self.spec["repeat"].get("max", 10)


@dataclass(frozen=True)
class Form:
    spec: Mapping[str, Any] = field(repr=False)
    pages: tuple[Page, ...]

    @property
    def title(self) -> str:
        return say(self.spec["title"])

    @property
    def tables(self) -> Mapping[str, list[dict]]:
        return self.spec.get("tables", {})

    @property
    def keep_days(self) -> int | None:
        return self.spec.get("keep_days")

    @property
    def contact(self) -> Mapping[str, Any]:
        return self.spec.get("contact", {})

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by id; those of repeated pages are not reachable by their own id."""
        return {f.id: f for page in self.pages if page.kind != "repeat" for f in page.fields}

    @cached_property
    def page_of(self) -> Mapping[str, Page]:
        return {f.id: page for page in self.pages for f in page.fields}


def parse(spec: Mapping[str, Any]) -> Form:
    pages = [
        Page(
            id=page["id"],
            kind="repeat" if "repeat" in page else "page",
            spec=page,
            fields=tuple(Field(f["id"], f["type"], f) for f in page["fields"]),
        )
        for page in spec["pages"]
    ]
    return Form(spec=spec, pages=(*pages, *(_piece_page(piece) for piece in spec.get("pieces", ()))))


def _piece_page(piece: Mapping[str, Any]) -> Page:
    """A piece is a page of its own that holds one upload field."""
    upload = {
        "id": piece["id"],
        "type": UPLOAD,
        "label": piece["label"],
        "max_files": piece.get("max", 1),
        "required": piece.get("required_if", True),
    }
    upload |= {key: piece[key] for key in ("called", "accept") if key in piece}
    spec = dict(piece)
    if "why" in piece:
        spec["hint"] = piece["why"]
    return Page(id=piece["id"], kind="piece", spec=spec, fields=(Field(piece["id"], UPLOAD, upload),))
