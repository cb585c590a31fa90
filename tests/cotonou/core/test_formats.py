"""Dates are written and read with the day first, in both languages."""

import datetime

import pytest
from django.forms import DateField
from django.utils.translation import override

from cotonou.core.templatetags.portal import date_fr, datetime_fr

DAY = datetime.date(1987, 7, 3)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_typed_date_is_the_same_day_in_both_languages(language):
    with override(language):
        assert DateField().clean("03/07/1987") == DateField().clean("1987-07-03") == DAY


def test_a_date_is_shown_with_the_day_first():
    moment = datetime.datetime(1987, 7, 3, 13, 5, tzinfo=datetime.UTC)
    with override("en"):
        assert date_fr(DAY) == "3 July 1987"
        assert datetime_fr(moment) == "3 July 1987 at 14:05"
    with override("fr"):
        assert date_fr(DAY) == "3 juillet 1987"
