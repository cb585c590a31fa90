import pytest
from django.conf import settings
from django.test import Client

from tests.support import civil
from tests.support.browser import assert_axe_clean, assert_no_sideways_scroll
from tests.support.people import log_in


@pytest.fixture(autouse=True)
def files(sealing_keys):
    """Civil acts store pieces and sealed documents."""


@pytest.fixture
def city(db):
    """The two procedures published, their rules and templates."""
    civil.load()


@pytest.fixture
def enter(page, live_server):
    """enter(actor): the page's browser is logged in as this person."""

    def go_in(actor):
        key = log_in(Client(), actor.user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}]
        )

    return go_in


@pytest.fixture
def look(page):
    """look(url): open it, or stay with "", and check that nothing is wrong with the page."""

    def at(url):
        if url:
            page.goto(url)
        assert_axe_clean(page)
        assert_no_sideways_scroll(page)

    return at


@pytest.fixture
def follow(page):
    """follow(role, name): press it and wait for the page that answers."""

    def press(role, name):
        with page.expect_navigation():
            page.get_by_role(role, name=name).click()

    return press
