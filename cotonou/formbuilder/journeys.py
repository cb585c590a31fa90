"""Where each kind of draft is filled: the services above say so at startup."""

from collections.abc import Callable

from cotonou.formbuilder.models import Draft

_addresses: dict[str, Callable[[Draft], str]] = {}


def register(purpose: str, address: Callable[[Draft], str]) -> None:
    """address: the URL where a draft of this purpose goes on.

    Raises ValueError when the purpose already has one.
    """
    if purpose in _addresses:
        raise ValueError(f"{purpose} already has a journey")
    _addresses[purpose] = address


def address(draft: Draft) -> str:
    """Raises KeyError for a purpose that nobody registered."""
    return _addresses[draft.purpose](draft)


def purposes() -> list[str]:
    return sorted(_addresses)
