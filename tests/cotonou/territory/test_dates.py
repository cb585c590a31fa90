import datetime

import pytest
import time_machine

from cotonou.territory.dates import add_working_days, local_date, local_today, working_days_between
from cotonou.territory.models import Holiday

MONDAY = datetime.date(2026, 3, 2)


def test_the_day_in_cotonou_begins_an_hour_before_utc():
    with time_machine.travel("2026-03-01 23:30:00+00:00", tick=False):
        assert local_today() == MONDAY
    assert local_date(datetime.datetime(2026, 3, 1, 22, 59, tzinfo=datetime.UTC)) == datetime.date(2026, 3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, datetime.date(2026, 3, 3)),
        (datetime.date(2026, 3, 6), 1, datetime.date(2026, 3, 9)),  # Friday to Monday
        (datetime.date(2026, 3, 7), 1, datetime.date(2026, 3, 9)),  # Saturday to Monday
        (MONDAY, 10, datetime.date(2026, 3, 16)),
    ],
)
def test_weekends_do_not_count(start, days, end):
    Holiday.objects.all().delete()
    assert add_working_days(start, days) == end
    assert working_days_between(start, end) == days


@pytest.mark.django_db
def test_a_holiday_that_staff_add_moves_the_deadline():
    Holiday.objects.all().delete()
    Holiday.objects.create(day=datetime.date(2026, 3, 3), name="Deuil national")
    assert add_working_days(MONDAY, 1) == datetime.date(2026, 3, 4)
    assert working_days_between(MONDAY, datetime.date(2026, 3, 4)) == 1


@pytest.mark.django_db
def test_no_working_day_lies_between_a_day_and_one_before_it():
    assert working_days_between(MONDAY, MONDAY) == 0
    assert working_days_between(MONDAY, datetime.date(2026, 2, 1)) == 0


@pytest.mark.django_db
def test_a_long_delay_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        add_working_days(MONDAY, 250)
