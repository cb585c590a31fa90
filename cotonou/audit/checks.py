"""Checks beyond the chains (documents against their hashes, ledger sums): apps register theirs."""

from collections.abc import Callable, Iterable

Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}
_slow: set[str] = set()


def register(name: str, check: Check, *, slow: bool = False) -> None:
    """``check`` yields one sentence per thing found wrong. Raises ValueError on a taken name.

    slow: it opens every file, which no worker's turn is long enough for; left to ``verify_integrity``.
    """
    if name in _checks:
        raise ValueError(f"check {name} is already registered")
    _checks[name] = check
    if slow:
        _slow.add(name)


def all_checks(*, quick: bool = False) -> list[tuple[str, Check]]:
    """quick: without the slow ones."""
    return sorted((name, check) for name, check in _checks.items() if not (quick and name in _slow))
