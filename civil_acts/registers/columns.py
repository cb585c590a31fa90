"""Which column of an office's file is which: synonyms in columns.json, more in a mapping file.

A mapping file is JSON: {"columns": {"surname": ["patronyme"]}, "defaults": {"year": 1987}}.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from civil_acts.models.registers import DETAILS, ActKind, RegisterAct
from civil_acts.registers.names import plain, repair
from cotonou.core.errors import DomainError

# Read from one cell but stored in two columns.
COMPOUND = {
    "full_name": ("surname", "given_names"),
    "spouse_full_name": ("spouse_surname", "spouse_given_names"),
}
_SPECIAL = {"act_number", "year", "event_date", "drawn_up_on", "sex", "phone", "npi"}
COLUMNS = {
    "centre", "volume", "folio", "officer_name", "declarant", "surname", "given_names", "usual_name",
    "spouse_surname", "spouse_given_names", "event_place", "birth_place", "father_name", "mother_name",
}  # fmt: skip
# Defaults make sense for what a whole register shares, not for what names a person.
DEFAULTS = {"year", "centre", "volume", "officer_name", "event_place"}
HEADER_ROWS = 15  # titles and logos above the header


class UnreadableFileError(DomainError):
    """The whole file is refused: the message says what to do with it."""

    code = "register_file"


@dataclass(frozen=True)
class Mapping:
    """normalised header -> field, and values for columns that the file does not have."""

    headers: dict[str, str]
    defaults: dict[str, str] = field(default_factory=dict)

    def match(self, cells: Sequence[Any]) -> dict[int, str]:
        """Position -> field of the headers that are recognised; the first of two equal ones wins."""
        found: dict[int, str] = {}
        for position, cell in enumerate(cells):
            name = self.headers.get(header_key(cell))
            if name and name not in found.values():
                found[position] = name
        return found


def header_key(cell: Any) -> str:
    """ "N° de l’Acte " -> "n de l acte"."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(repair(str(cell or "")))))


def known_fields(kind: str) -> set[str]:
    return COLUMNS | _SPECIAL | set(COMPOUND) | set(DETAILS[kind])


@cache
def _synonyms() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "columns.json").read_text(encoding="utf-8"))


def mapping_for(kind: str, custom: dict[str, Any] | None = None) -> Mapping:
    """The committed synonyms for this kind of register, with those of an office on top.

    Raises UnreadableFileError when the office's mapping names a field that does not exist.
    """
    custom = custom or {}
    headers = {}
    for name, words in _synonyms().items():
        for word in words.get(kind, []) if isinstance(words, dict) else words:
            if name in known_fields(kind):
                headers[header_key(word)] = name
    for name, words in _checked(custom.get("columns", {}), known_fields(kind)).items():
        for word in [words] if isinstance(words, str) else words:
            headers[header_key(word)] = name
    defaults = _checked(custom.get("defaults", {}), DEFAULTS)
    return Mapping(headers, {name: str(value) for name, value in defaults.items()})


def _checked(given: Any, allowed: set[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UnreadableFileError(
            _("Le fichier de correspondance doit contenir « columns » et « defaults ».")
        )
    if unknown := sorted(set(given) - allowed):
        raise UnreadableFileError(
            _("Le fichier de correspondance nomme des champs inconnus : %(names)s.")
            % {"names": ", ".join(unknown)}
        )
    return given


def missing_columns(kind: str, fields: set[str], defaults: dict[str, str]) -> list[str]:
    """French names of the columns without which no row can be read."""
    have = fields | set(defaults)
    for compound, parts in COMPOUND.items():
        if compound in have:
            have |= set(parts)
    needed = ["act_number", "surname", "event_date"]
    if kind == ActKind.MARRIAGE:
        needed.append("spouse_surname")
    return [label_of(name) for name in needed if name not in have]


def label_of(name: str) -> str:
    """What a field is called on pages: for reasons about a column that the file lacks."""
    name = "act_number_text" if name == "act_number" else name
    for column in RegisterAct._meta.fields:
        if column.name == name:
            return str(column.verbose_name)
    for labels in DETAILS.values():
        if name in labels:
            return str(labels[name])
    return _("nom et prénoms")
