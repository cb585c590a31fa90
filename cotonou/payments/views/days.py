import datetime

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from cotonou.territory.dates import local_today


def asked_day(request: HttpRequest) -> datetime.date:
    """?jour=2026-03-02, today when absent or unreadable."""
    try:
        return parse_date(request.GET.get("jour", "")) or local_today()
    except ValueError:  # 2026-02-31
        return local_today()


def around(day: datetime.date) -> dict[str, datetime.date | None]:
    one = datetime.timedelta(days=1)
    return {"day_before": day - one, "day_after": day + one if day < local_today() else None}
