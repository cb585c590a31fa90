"""Tables of values that a form chooses from: those of the portal, and those a definition carries.

Apps add theirs in ``AppConfig.ready()``; a clash raises.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cotonou.core.database import NormalisedName
from cotonou.formbuilder.definition import say
from cotonou.territory.models import Arrondissement, Quartier


@dataclass(frozen=True)
class Row:
    """value: kept in the answers (text or whole number). parent: the row of the table above it."""

    value: str | int
    label: str
    group: str = ""
    parent: str | int | None = None

    @property
    def full_label(self) -> str:
        return f"{self.label} ({self.group})" if self.group else self.label


_tables: dict[str, Callable[[], Iterable[Row]]] = {}


def register(name: str, load: Callable[[], Iterable[Row]]) -> None:
    """Raises ValueError when the name is taken."""
    if name in _tables:
        raise ValueError(f"table {name} is already registered")
    _tables[name] = load


def names() -> list[str]:
    return sorted(_tables)


@dataclass
class Table:
    rows: tuple[Row, ...]

    @cached_property
    def by_value(self) -> dict[str | int, Row]:
        return {row.value: row for row in self.rows}


class Tables:
    """The tables of one form, each read at most once while this object lives."""

    def __init__(self, inline: Mapping[str, Any] | None = None):
        self._inline = inline or {}
        self._read: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        """Raises KeyError for a table that nobody knows."""
        if name not in self._read:
            self._read[name] = Table(tuple(self._load(name)))
        return self._read[name]

    def _load(self, name: str) -> Iterable[Row]:
        if name in self._inline:
            return [Row(choice["value"], say(choice["label"])) for choice in self._inline[name]]
        return _tables[name]()


def arrondissements() -> list[Row]:
    return [Row(place.number, place.name) for place in Arrondissement.objects.order_by("number")]


def quartiers() -> list[Row]:
    """Names repeat between arrondissements, so each is shown under its own."""
    found = Quartier.objects.select_related("arrondissement").order_by(
        "arrondissement_id", NormalisedName("name"), "name"
    )
    return [Row(q.pk, q.name, q.arrondissement.name, q.arrondissement_id) for q in found]
