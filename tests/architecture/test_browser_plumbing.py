"""The browser fixtures catch what they say they catch."""

import pytest
from django.http import HttpResponse
from django.urls import path

from tests.support.browser import PHONE, assert_axe_clean, assert_no_sideways_scroll, everywhere, seen_as

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__)]

GOOD = """<!doctype html><html lang="fr"><head><title>Bon</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width">
</head><body><main><h1>Bonjour</h1><p>Texte</p></main></body></html>"""


def page_of(body: str, status: int = 200):
    return lambda request: HttpResponse(GOOD.replace("<p>Texte</p>", body), status=status)


urlpatterns = [
    path("good", page_of("<p>Texte</p>")),
    path("refused", page_of("<p>Non</p>", status=422)),
    path("inline", page_of("<script>document.title = 'x'</script>")),
    path("foreign", page_of("<p><img src='http://192.0.2.1/x.png' alt=''></p>")),
    path("missing", page_of("<p><img src='/static/nothing.png' alt=''></p>")),
    path("unlabelled", page_of("<p><input type='text'></p>")),
    path("wide", page_of("<pre>" + "x" * 400 + "</pre>")),
]


@everywhere
def test_a_good_page_passes_in_every_view(page):
    page.goto("/good")
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


def test_a_refused_form_is_not_a_console_error(page):
    page.goto("/refused")


@pytest.mark.parametrize(
    ("address", "problem"),
    [("inline", "Content Security Policy"), ("foreign", "another host"), ("missing", "nothing.png")],
)
def test_the_watch_reports(open_context, address, problem):
    page = open_context().new_page()
    page.goto(f"/{address}")
    page.wait_for_timeout(100)
    watch = open_context.watches.pop()
    with pytest.raises(AssertionError, match=problem):
        watch.check()


def test_axe_finds_a_field_without_label(page):
    page.goto("/unlabelled")
    with pytest.raises(AssertionError, match="label"):
        assert_axe_clean(page)


@seen_as(PHONE)
def test_a_wide_page_is_noticed(page):
    page.goto("/wide")
    with pytest.raises(AssertionError, match="px wide"):
        assert_no_sideways_scroll(page)
