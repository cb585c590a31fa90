"""Which documents the services issue, and what anyone may see of each: registered at startup."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Snapshot = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    name: str
    code: str
    label: Any
    sealed_topic: str | None
    series: str
    initials: Callable[[Snapshot], str]
    public_fields: Callable[[Snapshot], list[tuple[str, str]]] | None
    may_download: Callable[[Any, Any], bool] | None
    own_title: Callable[[Snapshot], str] | None

    def title(self, snapshot: Snapshot) -> str:
        """What the paper calls itself, in the language of the moment."""
        return self.own_title(snapshot) if self.own_title else str(self.label)


MEMBER = "/"
_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    code: str,
    label: Any,
    initials: Callable[[Snapshot], str],
    sealed_topic: str | None = None,
    series: str = "",
    public_fields: Callable[[Snapshot], list[tuple[str, str]]] | None = None,
    may_download: Callable[[Any, Any], bool] | None = None,
    own_title: Callable[[Snapshot], str] | None = None,
) -> None:
    """Declare a kind of document.

    name: "civil_acts.birth_copy"; code: 2 to 4 capitals, what the QR holds.
    label: French, lazy; what the paper calls itself.
    initials: snapshot -> the holder's initials, at most 8 characters ("A. D.").
    sealed_topic: the job topic told when a document is sealed, payload {"document": pk}.
    series: numbers of their own ("R" for receipts); "" shares the office's series.
    public_fields: snapshot -> (label, value) pairs that the public page adds;
        never more than the paper shows.
    may_download: (actor, document) -> bool; None: nobody, through /documents/.
    own_title: snapshot -> the title that this very paper bears; None: the label. For kinds
        whose members are data: "civil_acts.certificate/fiche-familiale" is of the kind
        "civil_acts.certificate", and has templates of its own.

    Raises ValueError when the name or the code is taken.
    """
    if MEMBER in name:
        raise ValueError(f"{name}: a member of a kind is not registered")
    if name in _kinds:
        raise ValueError(f"document kind {name} is already registered")
    if any(kind.code == code for kind in _kinds.values()):
        raise ValueError(f"document code {code} is already registered")
    if not (2 <= len(code) <= 4 and code.isascii() and code.isupper()):
        raise ValueError(f"{code} is not two to four capitals")
    _kinds[name] = Kind(
        name, code, label, sealed_topic, series, initials, public_fields, may_download, own_title
    )


def get(name: str) -> Kind:
    """The kind of that name, or the one it is a member of. Raises KeyError when no app registered it."""
    return _kinds[name.partition(MEMBER)[0]]


def by_code(code: str) -> Kind | None:
    return next((kind for kind in _kinds.values() if kind.code == code), None)


def all_kinds() -> list[Kind]:
    return [_kinds[name] for name in sorted(_kinds)]


def initials_of(*names: str) -> str:
    """("DOSSOU", "Afi Rose") -> "A. R. D.": given names after the family name, as people sign."""
    family, *given = names
    words = [word for name in (*given, family) for word in name.replace("-", " ").split()]
    return " ".join(f"{word[0].upper()}." for word in words[:4])
