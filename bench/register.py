"""Finding an act by a name that people spell as they hear it."""

import random

from bench.setup import City, spaced
from bench.table import Row, in_ms, one
from bench.visitors import clerk_of
from civil_acts.models import RegisterAct
from civil_acts.registers import search
from cotonou.accounts.actors import Actor, actor_for
from cotonou.portal.demo.answers import misspelt

NAMES = 40


def measure(city: City) -> list[Row]:
    rng = random.Random(7)
    names = _names(rng)
    mairie = actor_for(clerk_of("A05"), second_factor=True)
    cold = [one(lambda name=name: _find(mairie, name)) for name, _year in names]
    warm = [one(lambda name=name: _find(mairie, name)) for name, _year in names for _ in range(3)]
    dated = [one(lambda n=name, y=year: _find(mairie, n, y)) for name, year in names for _ in range(3)]
    data = f"{spaced(city.acts)} actes, {len(names)} noms mal écrits"
    return [
        in_ms("registre : nom mal écrit, premier appel", data, cold, at_most=100),
        in_ms("registre : nom mal écrit, ensuite", data, warm, at_most=100),
        in_ms("registre : nom mal écrit et année", data, dated, at_most=100),
    ]


def _find(actor: Actor, name: str, year: int | None = None) -> None:
    search.find(actor, name=name, kind="BIRTH", year=year, limit=20)


def _names(rng: random.Random) -> list[tuple[str, int]]:
    """Names of real acts, each with a fault of one of the kinds that ``misspelt`` makes."""
    last = RegisterAct.objects.order_by("-pk").values_list("pk", flat=True)[0]
    found: list[tuple[str, int]] = []
    while len(found) < NAMES:
        act = RegisterAct.objects.filter(kind="BIRTH", pk__gte=rng.randrange(last)).order_by("pk").first()
        if act is None:
            continue
        wrong = f"{misspelt(act.surname, rng)} {misspelt(act.given_names.split()[0], rng)}"
        if wrong.casefold() != f"{act.surname} {act.given_names.split()[0]}".casefold():
            found.append((wrong, act.event_year))
    return found
