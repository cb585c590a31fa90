"""What happened to each request of the last year, before a single row is made."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from civil_acts.durations import UNPAID_DAYS
from civil_acts.models import RegisterAct
from cotonou.portal.demo import answers, drawers
from cotonou.portal.demo.answers import Citizen
from cotonou.portal.demo.calendar import Calendar, Moment
from cotonou.portal.demo.town import Town
from cotonou.territory.dates import local_date

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


class End(StrEnum):
    DELIVERED = "DELIVERED"
    READY = "READY"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    RELAYED = "RELAYED"  # transmitted to the UCIP, and perhaps answered


@dataclass
class Plan:
    """One request. A moment that is None never came."""

    slug: str
    number: int  # arrondissement
    end: End
    who: Citizen
    written: dict[str, Any]
    link: str
    created: Moment
    at_counter: bool = False
    act: RegisterAct | None = None
    failed_attempt: Moment | None = None
    started: Moment | None = None  # the payment
    paid: Moment | None = None
    due_on: datetime.date | None = None
    claimed: Moment | None = None
    asked: Moment | None = None
    answered: Moment | None = None
    checked: Moment | None = None
    searched: bool = False  # the archive was asked, in vain
    prepared: Moment | None = None
    signed: Moment | None = None
    ready: Moment | None = None
    delivered: Moment | None = None
    downloaded: bool = False
    rejected: Moment | None = None
    closed: Moment | None = None
    batch_on: datetime.date | None = None
    transmitted: Moment | None = None
    relay_answered: Moment | None = None
    made: dict[str, Any] = field(default_factory=dict)  # rows made from it, by name

    @property
    def submitted(self) -> Moment | None:
        return self.paid + 2 * SECOND if self.paid else None

    @property
    def subject_name(self) -> str:
        return f"{self.written['subject_surname'].upper()} {self.written['subject_given_names']}"


T = TypeVar("T")


def came(value: T | None) -> T:
    """What a plan of this kind surely has. Raises LookupError otherwise."""
    if value is None:
        raise LookupError("this never came")
    return value


class Planner:
    """Plans between the opening of the city and the day before the live stories begin."""

    def __init__(self, town: Town, *, last: datetime.date) -> None:
        self.town, self.rng, self.calendar = town, town.rng, town.calendar
        self.first, self.last = self.calendar.after(town.city.opened, 1), last
        self._acts: dict[int, list[RegisterAct]] = {}

    def plans(self, *, count: int, sealed: int) -> list[Plan]:
        """In no order; ``sealed`` of them end with a document."""
        rng = self.rng
        ends = [End.READY] * (sealed // 12) + [End.DELIVERED] * (sealed - sealed // 12)
        others = (End.RELAYED, End.REJECTED, End.EXPIRED, End.WITHDRAWN)
        ends += rng.choices(others, (68, 13, 11, 8), k=count - sealed)
        self._draw_acts(ends)
        return [self._plan(end) for end in ends]

    def _draw_acts(self, ends: list[End]) -> None:
        wanted = sum(end != End.RELAYED for end in ends)
        for number in range(1, 14):
            self._acts[number] = self.town.acts(number, wanted // 5 + 8)

    def _plan(self, end: End) -> Plan:
        plan = self._begin(end)
        if end == End.EXPIRED:
            plan.closed = plan.created + timedelta(days=UNPAID_DAYS, minutes=self.rng.randrange(5, 60))
            if self.rng.random() < 0.4:
                plan.failed_attempt = plan.created + 4 * MINUTE
            return plan
        if end == End.WITHDRAWN and self.rng.random() < 0.5:
            plan.closed = plan.created + self.rng.randrange(5, 90) * MINUTE
            return plan
        self._pay(plan)
        if end == End.WITHDRAWN:
            plan.closed = (plan.paid or plan.created) + self.rng.randrange(10, 200) * MINUTE
            return plan
        self._treat(plan)
        return plan

    # -- beginning -------------------------------------------------------------------

    def _begin(self, end: End) -> Plan:
        rng = self.rng
        relay = end == End.RELAYED or (end in (End.EXPIRED, End.WITHDRAWN) and rng.random() < 0.4)
        counter = end not in (End.EXPIRED, End.WITHDRAWN) and rng.random() < 0.35
        number = rng.choice(drawers.PLACES) if counter else rng.choice(range(1, 14))
        created = self._created(end, counter)
        if relay:
            who = answers.citizen(self.town.people, self.town.people.person())
            quartier = rng.choice(self.town.quartiers[number])
            written = answers.residence(rng, self.town.people, who, quartier)
            return Plan(answers.RESIDENCE, number, end, who, written, "HOLDER", created, at_counter=counter)
        act = self._act(number)
        link = answers.relation(rng, act)
        who = answers.citizen(self.town.people, answers.applicant(self.town.people, act, link))
        variant = "extrait" if link == "MANDATE" else rng.choice(("extrait", "copie"))
        copies = rng.choice((1, 1, 1, 1, 2, 3))
        written = answers.birth(rng, who, act, link=link, variant=variant, copies=copies)
        return Plan(answers.BIRTH, number, end, who, written, link, created, at_counter=counter, act=act)

    def _act(self, number: int) -> RegisterAct:
        if not self._acts[number]:
            self._acts[number] = self.town.acts(number, 60)
        return self._acts[number].pop()

    # Working days that a request needs at most before its story is over.
    _NEEDS = {
        End.DELIVERED: 12,
        End.READY: 7,
        End.REJECTED: 7,
        End.EXPIRED: 7,
        End.WITHDRAWN: 2,
        End.RELAYED: 14,
    }

    def _created(self, end: End, counter: bool) -> Moment:
        latest = self.calendar.before(self.last, self._NEEDS[end])
        span = (latest - self.first).days
        day = self.first + timedelta(days=self.rng.randrange(max(span, 1)))
        while counter and not self.calendar.is_open(day):
            day -= timedelta(days=1)
        return self.calendar.in_office_hours(day) if counter else self.calendar.any_time(day)

    def _pay(self, plan: Plan) -> None:
        rng = self.rng
        if plan.at_counter:
            plan.paid = plan.created + 3 * MINUTE
        else:
            if rng.random() < 0.08:
                plan.failed_attempt = plan.created + 3 * MINUTE
            plan.started = plan.created + rng.randrange(5, 15) * MINUTE
            plan.paid = plan.started + rng.randrange(25, 120) * SECOND
        delay = self.town.versions[plan.slug].delay_working_days
        plan.due_on = self.calendar.after(local_date(plan.paid), delay)

    # -- treatment -------------------------------------------------------------------

    def _treat(self, plan: Plan) -> None:
        rng = self.rng
        day = self._later(plan.paid, rng.choices((1, 2, 4), (70, 22, 8))[0])
        plan.claimed = self.calendar.in_office_hours(day)
        if plan.end in (End.DELIVERED, End.RELAYED) and rng.random() < 0.08:
            self._ask(plan)
        at = plan.claimed
        if plan.end == End.REJECTED:
            plan.searched = plan.act is not None and rng.random() < 0.15
            found_out = self.calendar.in_office_hours(self._later(at, 2))
            plan.rejected = found_out if plan.searched else at + 9 * MINUTE
            plan.checked = at + 3 * MINUTE if plan.searched else None
            return
        plan.checked = at + 3 * MINUTE
        if plan.end == End.RELAYED:
            self._relay(plan)
            return
        plan.prepared = at + 8 * MINUTE
        self._sign(plan)

    def _ask(self, plan: Plan) -> None:
        """A missing piece: the clock stands still, then the clerk takes the file up again."""
        plan.asked = came(plan.claimed) + 5 * MINUTE
        plan.answered = self.calendar.any_time(self._later(plan.asked, 1))
        waited = self.calendar.between(local_date(plan.asked), local_date(plan.answered))
        plan.due_on = self.calendar.after(came(plan.due_on), waited)
        plan.claimed = self.calendar.in_office_hours(self._later(plan.answered, 1))

    def _sign(self, plan: Plan) -> None:
        day = local_date(came(plan.prepared))
        if self.rng.random() < 0.3:
            day = self.calendar.after(day, 1)
        plan.signed = self.calendar.at(day, 17, self.rng.randrange(20, 45))
        plan.ready = plan.signed + self.rng.randrange(20, 60) * SECOND
        if plan.end == End.READY:
            return
        plan.downloaded = plan.number not in drawers.PLACES or self.rng.random() < 0.6
        if plan.downloaded:
            plan.delivered = plan.ready + self.rng.randrange(10, 60 * 48) * MINUTE
        else:
            plan.delivered = self.calendar.in_office_hours(self._later(plan.ready, self.rng.randrange(1, 4)))

    def _relay(self, plan: Plan) -> None:
        """A batch leaves every Thursday, or the next open day; the answer takes two or three weeks."""
        day = local_date(came(plan.checked)) + timedelta(days=1)
        while day.weekday() != 3:
            day += timedelta(days=1)
        plan.batch_on = day if self.calendar.is_open(day) else self.calendar.after(day, 1)

    def _later(self, moment: Moment | None, working_days: int) -> datetime.date:
        return self.calendar.after(local_date(came(moment)), working_days)


@dataclass
class Batch:
    on: datetime.date
    at: Moment
    plans: list[Plan]
    row: Any = None  # the RelayBatch


def batches(plans: list[Plan], calendar: Calendar, rng: random.Random, last: datetime.date) -> list[Batch]:
    """One per batch day, oldest first; the UCIP has not answered the latest ones."""
    days: dict[datetime.date, list[Plan]] = {}
    for plan in sorted(plans, key=lambda plan: plan.created):
        if plan.batch_on:
            days.setdefault(plan.batch_on, []).append(plan)
    return [_batch(day, days[day], calendar, rng, last) for day in sorted(days)]


def _batch(
    day: datetime.date, plans: list[Plan], calendar: Calendar, rng: random.Random, last: datetime.date
) -> Batch:
    at = calendar.at(day, 9, 30)
    answer_day = calendar.after(day, rng.randrange(8, 16))
    answered = calendar.at(answer_day, 10, 15) if answer_day <= last else None
    for plan in plans:
        plan.transmitted = at
        # Some files come back with a later letter than the others.
        plan.relay_answered = answered if rng.random() < 0.97 else None
    return Batch(day, at, plans)


def in_order(plans: list[Plan], moment: str) -> Iterator[Plan]:
    """Those for whom ``moment`` came, oldest first."""
    found = [plan for plan in plans if getattr(plan, moment) is not None]
    return iter(sorted(found, key=lambda plan: (getattr(plan, moment), plan.created)))
