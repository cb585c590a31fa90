"""What must be true before the City opens the portal to the public: rooms register their checks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Result:
    ok: bool
    sentence: str  # what was found, in words an administrator reads
    remedy: str = ""  # what to do when it is not ok
    links: tuple[Link, ...] = ()  # where to do it


Check = Callable[[], Result]
_checks: dict[str, tuple[Any, Check]] = {}


@dataclass(frozen=True)
class Point:
    name: str
    label: Any
    result: Result


def register(name: str, *, label: Any, check: Check) -> None:
    """``label`` is a lazy translation naming the point. Raises ValueError when the name is taken."""
    if name in _checks:
        raise ValueError(f"go-live check {name} is already registered")
    _checks[name] = (label, check)


def points() -> list[Point]:
    """Every check, run now, blockers first."""
    found = [Point(name, label, check()) for name, (label, check) in _checks.items()]
    return sorted(found, key=lambda p: (p.result.ok, p.name))


def blockers() -> list[Point]:
    return [point for point in points() if not point.result.ok]
