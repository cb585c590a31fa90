"""Days as people in Cotonou live them."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

COTONOU = ZoneInfo("Africa/Porto-Novo")


def local_today() -> datetime.date:
    return timezone.now().astimezone(COTONOU).date()


def local_date(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(COTONOU).date()


def is_working_day(day: datetime.date, holidays: set[datetime.date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def add_working_days(start: datetime.date, days: int) -> datetime.date:
    """The date ``days`` working days after ``start``, with the holidays of the table (one query)."""
    from cotonou.territory.models import Holiday

    holidays = set(Holiday.objects.filter(day__gt=start).values_list("day", flat=True))
    current = start
    while days > 0:
        current += datetime.timedelta(days=1)
        if is_working_day(current, holidays):
            days -= 1
    return current


def working_days_between(start: datetime.date, end: datetime.date) -> int:
    """Working days after ``start`` up to ``end`` included; 0 when end <= start."""
    from cotonou.territory.models import Holiday

    holidays = set(Holiday.objects.filter(day__gt=start, day__lte=end).values_list("day", flat=True))
    count, current = 0, start
    while current < end:
        current += datetime.timedelta(days=1)
        count += is_working_day(current, holidays)
    return count
