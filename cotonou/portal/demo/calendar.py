"""Working days and office hours, in memory: the past has thousands of dates."""

import datetime
import random

from cotonou.territory.dates import COTONOU, is_working_day
from cotonou.territory.models import Holiday

Moment = datetime.datetime
DAY = datetime.timedelta(days=1)


class Calendar:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.holidays = set(Holiday.objects.values_list("day", flat=True))

    def is_open(self, day: datetime.date) -> bool:
        return is_working_day(day, self.holidays)

    def after(self, day: datetime.date, working_days: int) -> datetime.date:
        """Same as ``territory.dates.add_working_days``, without a query."""
        while working_days > 0:
            day += DAY
            working_days -= self.is_open(day)
        return day

    def before(self, day: datetime.date, working_days: int) -> datetime.date:
        while working_days > 0:
            day -= DAY
            working_days -= self.is_open(day)
        return day

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """Same as ``territory.dates.working_days_between``."""
        count = 0
        while start < end:
            start += DAY
            count += self.is_open(start)
        return count

    def at(self, day: datetime.date, hour: int, minute: int = 0) -> Moment:
        """That minute in Cotonou, with seconds that look lived."""
        time = datetime.time(hour, minute, self.rng.randrange(60), self.rng.randrange(10**6))
        return datetime.datetime.combine(day, time, COTONOU).astimezone(datetime.UTC)

    def in_office_hours(self, day: datetime.date) -> Moment:
        """Some minute between 8:15 and 12:15 or 15:15 and 17:15."""
        minute = self.rng.randrange(360)
        hours, minutes = divmod(8 * 60 + 15 + minute + (180 if minute >= 240 else 0), 60)
        return self.at(day, hours, minutes)

    def any_time(self, day: datetime.date) -> Moment:
        """When people are on their phones: mostly midday and evening."""
        hour = self.rng.choices(range(6, 23), (1, 2, 4, 6, 7, 6, 6, 7, 6, 5, 5, 5, 6, 7, 8, 6, 3))[0]
        return self.at(day, hour, self.rng.randrange(60))
