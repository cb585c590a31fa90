"""The trail as an auditor reads it: what they look for, and each line in words."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.utils.text import capfirst

from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.models import User
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.models import Event
from cotonou.core.database import NormalisedName
from cotonou.territory.dates import COTONOU

MANY = 20  # agents that a name may mean; beyond, it must be written longer
EMPTY: tuple[Any, ...] = (None, "", [], {})


def agents(typed: str) -> list[UUID | None]:
    """Those who work or worked for the City and whose name holds every word typed; MANY + 1 at most.

    "Portail" is the portal itself: None.
    """
    if typed.strip().casefold() == SYSTEM.label.casefold():
        return [None]
    found = User.objects.filter(memberships__isnull=False).annotate(plain=NormalisedName("full_name"))
    for word in typed.split()[:6]:
        found = found.filter(plain__contains=NormalisedName(Value(word)))
    return list(found.order_by("pk").distinct().values_list("public_id", flat=True)[: MANY + 1])


def filtered(wanted: dict[str, Any]) -> QuerySet[Event]:
    """``wanted``: cleaned data of JournalFilters; what is missing or empty filters nothing."""
    events = Event.objects.all()
    if (who := wanted.get("who")) is not None:
        people = [uuid for uuid in who if uuid]
        itself = Q(actor_uuid=None, actor_label=SYSTEM.label) if None in who else Q(pk__in=[])
        events = events.filter(Q(actor_uuid__in=people) | itself)
    if subject := wanted.get("subject"):
        # A code that means nothing finds nothing, rather than everything.
        events = events.filter(subject_uuid__in=subjects.find(subject))
    if action := wanted.get("action"):
        events = events.filter(action=action)
    if since := wanted.get("since"):
        events = events.filter(at__gte=_midnight(since))
    if until := wanted.get("until"):
        events = events.filter(at__lt=_midnight(until + datetime.timedelta(days=1)))
    return events


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, COTONOU)


@dataclass(frozen=True)
class Said:
    """One thing noted beside an action."""

    label: str
    text: str
    href: str


@dataclass(frozen=True)
class Line:
    event: Event
    by_agent: bool
    action: str
    kind: str
    subject: str
    href: str
    details: list[Said]

    @property
    def is_code(self) -> bool:
        """Short enough to stand on one line."""
        return " " not in self.subject and len(self.subject) <= 20


def lines(events: Iterable[Event], actor: Actor) -> list[Line]:
    """Each event in the reader's language, with links to what this actor may open.

    A few queries per kind of thing, however many lines.
    """
    events = list(events)
    told = [(event, _details(event)) for event in events]
    called = _names(noted for _event, noted in told)
    about = {(event.subject_kind, event.subject_uuid) for event in events if event.subject_uuid}
    about |= {
        pair for _event, noted in told for _key, detail, value in noted if (pair := _target(detail, value))
    }
    pages = subjects.pages(about, actor)
    staff = _staff({event.actor_uuid for event in events if event.actor_uuid})
    return [_line(event, noted, called, pages, staff) for event, noted in told]


def _staff(people: set[UUID]) -> set[UUID]:
    found = User.objects.filter(public_id__in=people, memberships__isnull=False)
    return set(found.values_list("public_id", flat=True))


def about(found: list[Line], typed: str) -> str:
    """« demande ABCDE-12345 », when all these lines were looked for by the thing they are about."""
    return f"{found[0].kind} {found[0].subject}".strip() if typed and found else ""


Noted = tuple[str, Detail, Any]


def _details(event: Event) -> list[Noted]:
    """What was noted, in the order in which its room tells it."""
    action = actions.find(event.action)
    known = dict(action.details) if action else {}
    told = known | {key: Detail(key) for key in event.data if key not in known}
    return [
        (key, _aimed(detail, event.data), event.data[key])
        for key, detail in told.items()
        if detail.label is not None and event.data.get(key) not in EMPTY
    ]


def _aimed(detail: Detail, data: dict[str, Any]) -> Detail:
    return replace(detail, about=data.get(detail.kind_in, "")) if detail.kind_in else detail


def _names(told: Iterable[list[Noted]]) -> dict[tuple[str, str, str], str]:
    """(kind, column, value) -> how it is called."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for noted in told:
        for _key, detail, value in noted:
            if detail.about:
                wanted.setdefault((detail.about, detail.by), set()).add(str(value))
    return {
        (kind, by, value): name
        for (kind, by), values in wanted.items()
        for value, name in subjects.names(kind, values, by=by).items()
    }


def _target(detail: Detail, value: Any) -> tuple[str, UUID] | None:
    if not detail.about or detail.by != "public_id":
        return None
    try:
        return detail.about, UUID(str(value))
    except ValueError:
        return None


def _line(event: Event, noted: list[Noted], called: dict, pages: dict, staff: set[UUID]) -> Line:
    said = []
    for _key, detail, value in noted:
        text = called.get((detail.about, detail.by, str(value))) if detail.about else detail.show(value)
        if text != "":
            href = pages.get(_target(detail, value), "")
            said.append(Said(capfirst(str(detail.label)), text or str(value), href))
    return Line(
        event=event,
        by_agent=event.actor_uuid in staff or event.actor_label == SYSTEM.label,
        action=actions.label_of(event.action),
        kind=subjects.label_of(event.subject_kind),
        subject=subjects.worded(event.subject_kind, event.subject_label),
        href=pages.get((event.subject_kind, event.subject_uuid), ""),
        details=said,
    )
