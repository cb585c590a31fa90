"""Drawers: where they are, and the days when somebody opens and closes them."""

import random
from collections.abc import Iterator

from cotonou.accounts.permissions import Role
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.payments import desks
from cotonou.payments.models import CashDesk
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.city import City
from cotonou.portal.demo.stage import Story

FLOAT_XOF = 10_000
# Arrondissements with a drawer; the fifth has a second one, of the cashier.
PLACES = (1, 2, 3, 5, 6, 8, 9, 12)
SECOND = 5
GAPS = (
    (500, "Une pièce de 500 F en trop, que personne n’a réclamée."),
    (-200, "Erreur de monnaie en fin de matinée."),
)


def code_of(number: int, drawer: int = 1) -> str:
    return f"A{number:02d}-{drawer}"


def install(city: City) -> None:
    """The régisseur opens the drawers' accounts on the first day."""
    by = city.staff.of(Role.REGISSEUR, 0)
    for number in PLACES:
        office = city.staff.of(Role.COUNTER_AGENT, number).memberships[0].office
        name = f"Guichet, {office.name}"
        desks.add_desk(office=office, code=code_of(number), name=name, by=by)
        if number == SECOND:
            desks.add_desk(office=office, code=code_of(number, 2), name="Caisse principale", by=by)


def role_of(code: str) -> str:
    """Who sits there."""
    return Role.CASHIER if code.endswith("-2") else Role.COUNTER_AGENT


def day_at_drawer(
    city: City, number: int, *, ago: int, drawer: int = 1, gap: tuple[int, str] = (0, "")
) -> Story:
    """Open at eight, close after the last visitor with a blind count."""
    day = city.calendar.before(city.today, ago)
    by = city.staff.of(role_of(code_of(number, drawer)), number)
    yield city.calendar.at(day, 8, 1)
    session = desks.open_session(desk=_desk(number, drawer), float_xof=FLOAT_XOF, by=by)
    yield city.calendar.at(day, 17, 45)
    expected = balance(AccountCode.CASH, auxiliary=session.desk.code)
    desks.close_session(session=session, counted_xof=expected + gap[0], by=by, gap_reason=gap[1])


def opened_now(city: City, number: int, *, at: Moment) -> Story:
    """A drawer in use when the city opens its doors."""
    yield at
    by = city.staff.of(Role.COUNTER_AGENT, number)
    desks.open_session(desk=_desk(number, 1), float_xof=FLOAT_XOF, by=by)


def _desk(number: int, drawer: int) -> CashDesk:
    return CashDesk.objects.select_related("office").get(code=code_of(number, drawer))


def last_days(city: City, rng: random.Random, *, now: Moment) -> Iterator[Story]:
    """Two weeks of openings, a drawer that did not agree, and two open ones."""
    for number in (1, 5, 12):
        for ago in range(9, 0, -1):
            wrong = number == 5 and ago == 4
            yield day_at_drawer(city, number, ago=ago, gap=rng.choice(GAPS) if wrong else (0, ""))
    yield day_at_drawer(city, SECOND, ago=2, drawer=2)
    for number in (5, 12):
        yield opened_now(city, number, at=now)
