"""Amounts, dates, phones and codes as people read them."""

import datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from cotonou.core import forms
from cotonou.core.templatetags import portal


def render(source, **context) -> str:
    return Template(source).render(Context(context))


def test_an_amount_never_breaks_at_the_end_of_a_line():
    assert render("{{ a|xof }}", a=48_215_300) == "48\u00a0215\u00a0300\u00a0F"
    assert render("{{ a|xof }}", a=0) == "0\u00a0F"
    assert render("{{ a|xof }}", a=None) == ""


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (datetime.date(2026, 11, 24), "24 novembre 2026"),
        (datetime.date(2026, 8, 1), "1er août 2026"),
        (None, ""),
    ],
)
def test_a_date_is_written_out(day, shown):
    assert portal.date_fr(day) == shown


def test_a_date_follows_the_readers_language():
    with translation.override("en"):
        assert "Nov" in portal.date_fr(datetime.date(2026, 11, 24))
        assert "er" not in portal.date_fr(datetime.date(2026, 8, 1))


def test_a_moment_is_told_in_the_time_of_cotonou():
    moment = datetime.datetime(2026, 11, 24, 23, 30, tzinfo=datetime.UTC)
    assert portal.date_fr(moment) == "25 novembre 2026"
    assert portal.datetime_fr(moment) == "25 novembre 2026 à 00:30"


def test_a_phone_and_a_code_are_grouped():
    assert portal.phone("+2290197000000") == "01\u00a097\u00a000\u00a000\u00a000"
    assert portal.phone("+33612345678") == "+33\u00a06\u00a012\u00a034\u00a056\u00a078"
    assert portal.phone("") == ""
    assert portal.code("ABCDE12345") == "ABCDE-12345"


def test_french_punctuation_stays_on_the_line_of_its_word():
    assert portal.nbsp("Où ? « Ici » : oui !") == "Où\u00a0? «\u00a0Ici\u00a0»\u00a0: oui\u00a0!"
    assert portal.nbsp("80 % des démarches") == "80\u00a0% des démarches"
    assert "&lt;b&gt;" in render("{{ t|nbsp }}", t="<b> ?")
    assert isinstance(portal.nbsp(mark_safe("<b>a</b> ?")), SafeString)


def test_a_share_is_a_whole_percentage():
    assert [portal.percent_of(*pair) for pair in ((12, 40), (0, 0), (50, 40), (None, 3))] == [30, 0, 100, 0]


def test_pages_around_this_one_are_offered_with_gaps():
    paginator = Paginator(range(240), 10)
    assert portal.page_numbers(paginator, 7) == [1, None, 6, 7, 8, None, 24]
    assert portal.page_numbers(paginator, 1) == [1, 2, None, 24]
    assert portal.page_numbers(Paginator(range(30), 10), 2) == [1, 2, 3]


class Ask(forms.PortalForm):
    name = forms.CharField(label="Nom")


@pytest.mark.parametrize(
    ("context", "prefix"),
    [
        ({"form": Ask({})}, "Erreur : "),
        ({"form": Ask({"name": "x"})}, ""),
        ({"form": Ask()}, ""),
        ({"forms": [Ask({"name": "x"}), Ask({})]}, "Erreur : "),
        ({}, ""),
    ],
)
def test_the_title_says_when_a_form_was_refused(context, prefix):
    assert render("{% error_prefix %}", **context) == prefix
