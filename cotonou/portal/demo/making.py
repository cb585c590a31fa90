"""Making the demonstration city, once, in one transaction: the whole city or nothing."""

import contextlib
import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone, translation

from civil_acts import reference
from civil_acts.models import ActRequest, RegisterAct
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Role
from cotonou.documents import keys
from cotonou.documents.keys import registry
from cotonou.portal import services
from cotonou.portal.demo import drawers, places, registers, scenes
from cotonou.portal.demo.calendar import Calendar, Moment
from cotonou.portal.demo.city import City, rng_for
from cotonou.portal.demo.clock import Clock, lived
from cotonou.portal.demo.names import People
from cotonou.portal.demo.past import history
from cotonou.portal.demo.past.press import Press
from cotonou.portal.demo.present import Amounts
from cotonou.portal.demo.staff import hire, password_of
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import local_date

DAYS_BACK = 365  # the city opened that long ago


@dataclass(frozen=True)
class Size:
    """acts: in the registers. past: requests that are history, of which ``sealed`` gave a document.

    present: those of the last two weeks, lived through the services.
    """

    acts: int
    past: int
    sealed: int
    present: Amounts


SMALL = Size(acts=20_000, past=1_880, sealed=180, present=Amounts())


def made() -> OperationRecord | None:
    """The note that a demonstration city left when it was complete."""
    return OperationRecord.objects.filter(kind=OperationRecord.Kind.DEMONSTRATION).order_by("pk").first()


def is_empty() -> bool:
    return not (User.objects.exists() or ActRequest.objects.exists() or RegisterAct.objects.exists())


def reference_of(size: str, seed: int) -> str:
    return f"demo_city --size {size} --seed {seed}"


def seed_of(record: OperationRecord) -> int:
    """What ``reference_of`` wrote; 0 for a note of another hand."""
    word = record.reference.rpartition(" ")[2]
    return int(word) if word.isdigit() else 0


def build(
    *, size: Size, seed: int, say: Callable[[str], None], now: Moment | None = None, processes: int = 2
) -> None:
    """Make the city as it is ``now`` (this minute unless told).

    processes: how many more make the documents; 0 makes them in this one.

    Raises whatever a service raises; then nothing of the city stays in the database.
    """
    if settings.DOCUMENT_KEYS_PROVIDER == "file":
        call_command("make_dev_keys", verbosity=0)
    now = now or timezone.now()
    today = local_date(now)
    opened = today - datetime.timedelta(days=DAYS_BACK)
    calendar = Calendar(rng_for(seed, "calendar"))
    clock = Clock(calendar.at(opened, 7))
    with (
        contextlib.closing(Press(processes)) as press,
        transaction.atomic(),
        lived(clock, seed),
        translation.override("fr"),
    ):
        _no_time_limit()
        people = People(rng_for(seed, "people"))
        say("bureaux, démarches, agents")
        registry.ensure(keys.provider())
        reference.load(demonstration=True, on=opened)
        places.furnish()
        staff = hire(people, rng_for(seed, "staff"), since=opened, password=password_of(seed))
        city = City(seed, clock, calendar, people, opened, today, staff)
        say(f"registres : {size.acts} actes")
        _registers(city, size.acts)
        drawers.install(city)
        say(f"douze mois : {size.past} demandes, dont {size.sealed} avec un document scellé")
        papers = history.write(city, count=size.past, sealed=size.sealed, press=press)
        say("les deux dernières semaines, par les services du portail")
        scenes.live(city, now=now, amounts=size.present)
        say("documents scellés")
        papers.finish()
        services.mark_demonstration(reference_of("small", seed))


def _no_time_limit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")


def _registers(city: City, acts: int) -> None:
    """The old registers when the city opened, the last year's since."""
    recent = acts // 40
    by = city.staff.of(Role.ADMINISTRATOR, 0)
    rng = city.rng("registers")
    registers.load(
        acts - recent, people=city.people, rng=rng, by=by, imported_at=city.calendar.at(city.opened, 18)
    )
    registers.load(
        recent,
        people=city.people,
        rng=rng,
        by=by,
        since=city.opened,
        imported_at=city.calendar.at(city.today - datetime.timedelta(days=15), 18),
    )
