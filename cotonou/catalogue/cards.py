"""What awaits somebody, on the citizen's and on the staff's home: services register their cards."""

from collections.abc import Callable
from dataclasses import dataclass

from cotonou.accounts.actors import Actor


@dataclass(frozen=True)
class Card:
    title: str
    url: str
    text: str = ""  # what is done there
    count: int | None = None  # how many await; None: nothing is counted
    urgent: int = 0  # how many of them are late or wait for this person
    urgent_words: str = ""  # what is said of those, « 3 en retard »; a general sentence by default
    note: str = ""  # the one that waits longest, or the state of things


Cards = Callable[[Actor], list[Card]]
_citizen: dict[str, Cards] = {}
_staff: dict[str, Cards] = {}


def register_citizen(name: str, cards: Cards) -> None:
    """Raises ValueError when the name is taken."""
    _add(_citizen, name, cards)


def register_staff(name: str, cards: Cards) -> None:
    """``cards`` gives only what this actor's permissions allow. Raises ValueError when the name is taken."""
    _add(_staff, name, cards)


def citizen_cards(actor: Actor) -> list[Card]:
    return [card for cards in _citizen.values() for card in cards(actor)]


def staff_cards(actor: Actor) -> list[Card]:
    return [card for cards in _staff.values() for card in cards(actor)]


def _add(where: dict[str, Cards], name: str, cards: Cards) -> None:
    if name in where:
        raise ValueError(f"cards {name} are already registered")
    where[name] = cards
