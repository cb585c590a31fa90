"""What the trail may hold, in words an auditor reads: rooms declare their actions at startup.

The trail keeps codes for ever; their words may be corrected, and are said in the reader's language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cotonou.audit.formats import Shown


@dataclass(frozen=True)
class Detail:
    """One thing noted beside an action.

    label: French, lazy; None keeps it off the page. show: the stored value -> text.
    about: "payments.payment" when the value names such a row, by its ``by``.
    kind_in: the key that holds that kind, when it varies.
    """

    label: Any
    show: Shown = str
    about: str = ""
    by: str = "public_id"
    kind_in: str = ""


@dataclass(frozen=True)
class Action:
    name: str
    group: Any
    label: Any
    details: Mapping[str, Detail]


# Noted for another detail, or of no use to a reader.
UNSAID = Detail(None)
_actions: dict[str, Action] = {}


def register(name: str, label: Any, /, *, group: Any, **details: Any) -> None:
    """Declare an action of the trail.

    name: "payments.settled"; label, group: French, lazy; what is chosen in the filter of the journal.
    details: everything that ``record`` may note beside it; a Detail, or only its label for plain text.

    Raises ValueError when the name is taken.
    """
    if name in _actions:
        raise ValueError(f"action {name} is already registered")
    told = {key: detail if isinstance(detail, Detail) else Detail(detail) for key, detail in details.items()}
    _actions[name] = Action(name, group, label, told)


def check(name: str, noted: Iterable[str]) -> None:
    """Raises KeyError for an action, or for something noted beside it, that no room has put in words."""
    if name not in _actions:
        raise KeyError(f"no words for the action {name}: declare it in the trail.py of its room")
    if missing := sorted(set(noted) - _actions[name].details.keys()):
        raise KeyError(f"no words for what {name} notes: {', '.join(missing)}")


def find(name: str) -> Action | None:
    return _actions.get(name)


def label_of(name: str) -> str:
    """In the reader's language; the code itself when no room declares it any more."""
    return str(_actions[name].label) if name in _actions else name


def names() -> list[str]:
    return sorted(_actions)


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """[(group, [(name, label)])], both in the order of the alphabet: the choices of a filter."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in _actions.values():
        groups.setdefault(str(action.group), []).append((action.name, str(action.label)))
    return [(group, sorted(found, key=lambda pair: pair[1])) for group, found in sorted(groups.items())]
