"""Following a request by its code: each service says which codes are its own."""

from collections.abc import Callable
from dataclasses import dataclass

from cotonou.core.models import Contact


@dataclass(frozen=True)
class TrackedItem:
    contact: Contact  # whose phone must be given with the code
    url: str  # where the state of the request is shown
    # Of somebody without a phone: the verification code of the receipt they were given at the counter.
    receipt: str = ""


Finder = Callable[[str], TrackedItem | None]
_finders: dict[str, Finder] = {}


def register(owner: str, find: Finder) -> None:
    """``find`` gets a canonical code (core.codes.normalise). Raises ValueError when ``owner`` is taken."""
    if owner in _finders:
        raise ValueError(f"{owner} already follows its requests")
    _finders[owner] = find


def find(code: str) -> TrackedItem | None:
    for finder in _finders.values():
        if item := finder(code):
            return item
    return None
