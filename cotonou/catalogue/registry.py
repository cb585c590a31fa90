"""What a page says about a service: the room that runs it knows; it registers at startup."""

from collections.abc import Callable
from dataclasses import dataclass

from cotonou.catalogue.models import Service, ServiceFact


@dataclass(frozen=True)
class Fact:
    """``source``: a text or an address; empty, the page says « à confirmer par la Mairie »."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Fee:
    """``amount_xof`` when it is known; otherwise ``text`` says what is known."""

    label: str
    amount_xof: int | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True)
class Piece:
    """``when``: for whom or in which case it is asked, if not for everybody."""

    label: str
    why: str = ""
    required: bool = True
    source: str = ""
    when: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything empty is left out of the page, or said to be unknown where it matters (price, delay)."""

    fees: tuple[Fee, ...] = ()
    total_xof: int | None = None  # of several fees that everybody pays
    delay: Fact | None = None
    pieces: tuple[Piece, ...] = ()
    who_may_ask: tuple[Fact, ...] = ()
    steps: tuple[str, ...] = ()
    offices: Fact | None = None
    validity: Fact | None = None
    delivery: Fact | None = None
    notes: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Owner:
    facts: Callable[[Service], Facts]
    start_url: Callable[[Service], str | None]


_owners: dict[str, Owner] = {}


def register(
    owner: str, *, facts: Callable[[Service], Facts], start_url: Callable[[Service], str | None]
) -> None:
    """``owner`` is the app label kept in ``Service.owner``. Raises ValueError when it is taken."""
    if owner in _owners:
        raise ValueError(f"{owner} already registered its services")
    _owners[owner] = Owner(facts, start_url)


def facts_for(service: Service) -> Facts:
    owner = _owners.get(service.owner)
    return owner.facts(service) if owner else _from_rows(service)


def start_url_for(service: Service) -> str | None:
    """Where « Commencer la demande » leads; None: nothing can be started here."""
    owner = _owners.get(service.owner)
    return owner.start_url(service) if owner else None


def _from_rows(service: Service) -> Facts:
    kinds: dict[str, list[ServiceFact]] = {kind: [] for kind in ServiceFact.Kind.values}
    for row in service.facts.in_force():
        kinds[row.kind].append(row)
    facts = {kind: tuple(Fact(row.words, row.source) for row in rows) for kind, rows in kinds.items()}
    first = {kind: rows[0] if rows else None for kind, rows in facts.items()}
    return Facts(
        fees=tuple(Fee(r.words, r.amount_xof, source=r.source) for r in kinds["FEE"]),
        delay=first["DELAY"],
        pieces=tuple(Piece(r.words, source=r.source) for r in kinds["PIECE"]),
        who_may_ask=facts["WHO"],
        validity=first["VALIDITY"],
        notes=facts["NOTE"],
    )


def is_run(service: Service) -> bool:
    """Whether a room of the portal runs it, and so says itself what the page shows."""
    return service.owner in _owners
