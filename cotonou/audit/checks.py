"""Checks beyond the chains (documents against their hashes, ledger sums): apps register theirs."""

from collections.abc import Callable, Iterable

_checks: dict[str, Callable[[], Iterable[str]]] = {}


def register(name: str, check: Callable[[], Iterable[str]]) -> None:
    """``check`` yields one sentence per thing found wrong. Raises ValueError on a taken name."""
    if name in _checks:
        raise ValueError(f"check {name} is already registered")
    _checks[name] = check


def all_checks() -> list[tuple[str, Callable[[], Iterable[str]]]]:
    return sorted(_checks.items())
