"""What the parts of the demonstration share."""

import datetime
import random
from dataclasses import dataclass

from cotonou.portal.demo.calendar import Calendar
from cotonou.portal.demo.clock import Clock
from cotonou.portal.demo.names import People
from cotonou.portal.demo.staff import Staff


def rng_for(seed: int, part: str) -> random.Random:
    return random.Random(f"{seed}:{part}")  # noqa: S311  # nosec


@dataclass
class City:
    """What its builders share. ``rng`` of each part is its own: a change in one moves no other."""

    seed: int
    clock: Clock
    calendar: Calendar
    people: People
    opened: datetime.date
    today: datetime.date
    staff: Staff

    def rng(self, part: str) -> random.Random:
        return rng_for(self.seed, part)
