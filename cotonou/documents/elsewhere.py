"""Papers of other rooms that print a verification code: registered at startup, as this room knows none."""

from collections.abc import Callable

Finder = Callable[[str], str | None]
_finders: dict[str, Finder] = {}


def register(name: str, find: Finder) -> None:
    """``find``: a canonical code (core.codes.normalise) -> the address of the paper's public page, or None.

    That page says that the paper is authentic and shows no more than it does.
    Raises ValueError when ``name`` is taken.
    """
    if name in _finders:
        raise ValueError(f"{name} already has verification codes")
    _finders[name] = find


def find(code: str) -> str | None:
    for finder in _finders.values():
        if url := finder(code):
            return url
    return None
