"""Stories lived side by side, in the order of their moments.

A story is a generator: it yields the moment of its next event, and what follows
the yield happens then. After each event the jobs that are due run, as a worker would.
"""

import heapq
from collections.abc import Iterable, Iterator

from cotonou.jobs.models import Job
from cotonou.jobs.runner import run_due
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.clock import Clock

Story = Iterator[Moment]


def play(stories: Iterable[Story], clock: Clock, *, work: bool = True) -> None:
    """Until every story is over. work: False leaves the jobs to the portal's own worker."""
    waiting: list[tuple[Moment, int, Story]] = []
    for number, story in enumerate(stories):
        _wait(waiting, number, story)
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        clock.moment = max(clock.moment, moment)
        _wait(waiting, number, story)
        if work:
            run_due()


def _wait(waiting: list[tuple[Moment, int, Story]], number: int, story: Story) -> None:
    for moment in story:
        heapq.heappush(waiting, (moment, number, story))
        return


def ensure_done(*, parked: int = 0) -> None:
    """Every job has run, but for ``parked`` ones that a person must look at."""
    left = Job.objects.filter(done_at=None)
    if left.filter(parked_at=None).exists() or left.exclude(parked_at=None).count() != parked:
        reasons = ", ".join(f"{job.topic}: {job.last_error}" for job in left[:5])
        raise RuntimeError(f"{left.count()} jobs of the demonstration are not done: {reasons}")
