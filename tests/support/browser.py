"""Browser tests: the system's Chromium, the strict CSP on, and nothing on the console.

A test asks for `page`; `@everywhere` repeats it with and without JavaScript on
a phone and on a desktop. Every page that a context opens is watched: an error
on the console, a CSP report or a request to another host fails the test.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
# What a page is expected to answer when a form is wrong or a row is not ours.
EXPECTED_STATUSES = {403, 404, 409, 410, 413, 422, 429}

VIEWS: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class View:
    """How a person looks at the portal. width: CSS pixels."""

    javascript: bool = True
    width: int = 1280
    height: int = 900

    def __str__(self) -> str:
        return f"{self.width}px-{'js' if self.javascript else 'nojs'}"


PHONE, PHONE_NO_JS = View(width=320, height=640), View(javascript=False, width=320, height=640)
DESKTOP, DESKTOP_NO_JS = View(), View(javascript=False)


def seen_as(*views: View):
    """Repeat a browser test for each of these views."""
    return pytest.mark.parametrize("view", views, indirect=True, ids=str)


everywhere = seen_as(PHONE, PHONE_NO_JS, DESKTOP, DESKTOP_NO_JS)
both_widths = seen_as(PHONE, DESKTOP)


class Watch:
    """Collects what must not happen in any page of a context."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.problems: list[str] = []
        self.documents: set[tuple[str, int]] = set()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _response(self, response) -> None:
        if response.request.is_navigation_request() or response.request.resource_type in {"fetch", "xhr"}:
            self.documents.add((response.url, response.status))

    def _request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"request to another host: {request.url}")

    def _console(self, message) -> None:
        if message.type not in {"error", "warning"}:
            return
        address = message.location.get("url", "").split("#")[0]
        # Chromium reports every page or htmx answer of 400 and above here.
        if message.text.startswith("Failed to load resource") and any(
            url == address and status in EXPECTED_STATUSES for url, status in self.documents
        ):
            return
        self.problems.append(f"console {message.type}: {message.text} ({address})")

    def check(self) -> None:
        assert not self.problems, "\n".join(dict.fromkeys(self.problems))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("Chromium is missing: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """The live server's address, set on each context; this replaces a plugin's deprecated fixture."""


@pytest.fixture
def view(request) -> View:
    return getattr(request, "param", DESKTOP)


@pytest.fixture
def open_context(new_context, live_server, settings):
    """Another browser, with nothing remembered: open_context(view) -> watched BrowserContext."""
    settings.PORTAL_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    watches: list[Watch] = []

    def opened(view: View = DESKTOP, **options) -> BrowserContext:
        context = new_context(
            **{
                "base_url": live_server.url,
                "java_script_enabled": view.javascript,
                "viewport": {"width": view.width, "height": view.height},
                "locale": "fr-FR",
                "timezone_id": "Africa/Porto-Novo",
                "reduced_motion": "reduce",
            }
            | options
        )
        context.set_default_timeout(10_000)
        VIEWS[context] = view
        watches.append(Watch(context, live_server.url))
        return context

    opened.watches = watches
    yield opened
    for watch in watches:
        watch.check()


@pytest.fixture
def context(open_context, view) -> BrowserContext:
    return open_context(view)


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


def evaluate(page: Page, expression: str, *, promise: bool = False):
    """Value of a script expression through the debugger, which no CSP concerns.

    Playwright's own page.evaluate() needs eval and so a context without CSP.
    promise: wait for it; impossible in a page without JavaScript, whose promises never settle.
    """
    session = page.context.new_cdp_session(page)
    try:
        answer = session.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": promise, "returnByValue": True}
        )
    finally:
        session.detach()
    if "exceptionDetails" in answer:
        raise AssertionError(answer["exceptionDetails"])
    return answer["result"].get("value")


@contextmanager
def scripted_twin(page: Page):
    """The document as shown without JavaScript, in a page where axe can run and its own scripts cannot."""
    browser = page.context.browser
    context = browser.new_context(
        storage_state=page.context.storage_state(),
        viewport=page.viewport_size,
        locale="fr-FR",
        reduced_motion="reduce",
    )
    html = SCRIPT.sub("", page.content())
    try:
        context.route(
            page.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
        )
        twin = context.new_page()
        twin.goto(page.url)
        yield twin
    finally:
        context.close()


def assert_axe_clean(page: Page) -> None:
    """axe finds nothing, WCAG 2.2 A and AA and best practice, in the page as it stands."""
    if not VIEWS[page.context].javascript:
        with scripted_twin(page) as twin:
            found = _axe(twin)
    else:
        found = _axe(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def _axe(page: Page) -> list[str]:
    package = importlib.util.find_spec("axe_playwright_python")
    source = Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    evaluate(page, source + ";undefined")
    run = f"axe.run(document, {{runOnly: {{type: 'tag', values: {AXE_TAGS!r}}}}})"
    return evaluate(
        page,
        run + ".then(r => r.violations.map(v => v.id + ': ' + v.help + '\\n' + "
        "v.nodes.map(n => '    ' + n.html + '\\n      ' + n.failureSummary).join('\\n')))",
        promise=True,
    )


def assert_no_sideways_scroll(page: Page) -> None:
    width, shown = evaluate(
        page, "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= shown, f"{page.url}: the page is {width} px wide in a window of {shown} px"
