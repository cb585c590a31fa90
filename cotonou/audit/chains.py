"""Which tables are sealed: apps register theirs at startup."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chain:
    name: str
    table: str
    columns: tuple[str, ...]  # what the hash covers, in this order, for ever


_chains: dict[str, Chain] = {}


def register(name: str, *, table: str, columns: tuple[str, ...]) -> None:
    """``table`` has an id and the column that ``core.database.chained`` adds.

    Raises ValueError when the chain's name is taken.
    """
    if name in _chains:
        raise ValueError(f"chain {name} is already registered")
    _chains[name] = Chain(name, table, columns)


def all_chains() -> list[Chain]:
    return [_chains[name] for name in sorted(_chains)]
