"""What every page keeps to, read in the templates themselves: no inline code, escaped text, whole forms."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    path
    for top in ("templates", "cotonou", "civil_acts", "quarters", "revenue", "startups")
    for path in sorted((ROOT / top).rglob("*.html"))
]
# What becomes paper is French whatever the screen, and is drawn by WeasyPrint, which runs no script.
PAPERS = ("civil_acts/document_templates/", "cotonou/documents/layouts/")
# Pages of the demonstration for developers.
DEVELOPERS = ("templates/core/components",)
# A form that changes nothing and knows nobody; see its view.
WITHOUT_TOKEN = ("templates/documents/_verify_content.html",)
LOGIC = re.compile(
    r"\{% comment .*?%\}.*?\{% endcomment %\}|\{% comment %\}.*?\{% endcomment %\}"
    r"|\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
TAG = re.compile(r"<[a-z][^<>]*>", re.DOTALL)
FRENCH = re.compile(r"\w*[à-ÿÀ-ÝœŒ]\w*|«")

Rule = Callable[[str], Iterator[str]]


def nothing_inline(source: str) -> Iterator[str]:
    """The content security policy refuses it; here it is found before a browser is needed."""
    yield from re.findall(r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", source)


def text_is_escaped(source: str) -> Iterator[str]:
    yield from re.findall(r"\|\s*safe(?:seq)?\b|\{% autoescape off %\}", source)


def nothing_from_elsewhere(source: str) -> Iterator[str]:
    yield from re.findall(
        r"<(?:script|link|img|iframe|form)\b[^>]*\b(?:src|href|action)=\"(?:https?:)?//[^\"]*", source
    )


def components_take_what_they_declare(source: str) -> Iterator[str]:
    for tag in re.findall(r"\{% include \"components/.*?%\}", source):
        if not tag.endswith(" only %}"):
            yield tag


def posts_carry_their_token(source: str) -> Iterator[str]:
    for form in re.findall(r"<form[^>]*method=\"post\".*?(?:</form>|\Z)", source, re.DOTALL | re.IGNORECASE):
        if "csrf_token" not in form:
            yield form[:80]


def htmx_says_where_and_how(source: str) -> Iterator[str]:
    """On the element itself: inheritance surprises."""
    for tag in TAG.findall(source):
        if re.search(r"\shx-(get|post)=", tag) and not ("hx-target=" in tag and "hx-swap=" in tag):
            yield tag[:80]


def images_have_their_words(source: str) -> Iterator[str]:
    yield from (
        tag for tag in TAG.findall(source) if tag.startswith("<img") and not re.search(r"\salt=", tag)
    )


def new_windows_are_on_their_own(source: str) -> Iterator[str]:
    yield from (tag for tag in TAG.findall(source) if '"_blank"' in tag and "noopener" not in tag)


def french_can_be_translated(source: str) -> Iterator[str]:
    yield from FRENCH.findall(LOGIC.sub("", source))


RULES: dict[Rule, tuple[str, ...]] = {
    nothing_inline: PAPERS,
    text_is_escaped: (),
    nothing_from_elsewhere: (),
    components_take_what_they_declare: (),
    posts_carry_their_token: WITHOUT_TOKEN,
    htmx_says_where_and_how: (),
    images_have_their_words: (),
    new_windows_are_on_their_own: (),
    french_can_be_translated: PAPERS + DEVELOPERS,
}
REFUSED = [
    (nothing_inline, '<p style="color:red">'),
    (nothing_inline, '<button onclick="go()">'),
    (nothing_inline, "<script>go()</script>"),
    (nothing_inline, "<style>p{}</style>"),
    (nothing_inline, '<a href="javascript:go()">'),
    (text_is_escaped, "{{ name|safe }}"),
    (text_is_escaped, "{% autoescape off %}{{ name }}{% endautoescape %}"),
    (nothing_from_elsewhere, '<script src="https://cdn.example/x.js"></script>'),
    (nothing_from_elsewhere, '<img alt="" src="//cdn.example/x.png">'),
    (components_take_what_they_declare, '{% include "components/notice.html" with text=text %}'),
    (posts_carry_their_token, '<form method="post"><button>Oui</button></form>{% csrf_token %}'),
    (htmx_says_where_and_how, '<a href="/x" hx-get="/x" hx-target="#y">'),
    (images_have_their_words, '<img src="/x.png">'),
    (new_windows_are_on_their_own, '<a href="/x" target="_blank">'),
    (french_can_be_translated, '<h1>Vérifiez</h1>{% translate "Vérifiez" %}'),
]
ALLOWED = [
    (nothing_inline, "<script defer src=\"{% static 'portail/portail.js' %}\"></script>"),
    (nothing_from_elsewhere, '<a href="https://anip.bj">ANIP</a>'),
    (components_take_what_they_declare, '{% include "components/notice.html" with text=text only %}'),
    (posts_carry_their_token, '<form method="post">{% csrf_token %}<button>Oui</button></form>'),
    (htmx_says_where_and_how, '<a href="/x" hx-get="/x" hx-target="#y" hx-swap="outerHTML">'),
    (
        french_can_be_translated,
        "{% comment %}é{% endcomment %}{% blocktranslate %}Reçu{% endblocktranslate %}",
    ),
]


# -- scripts ------------------------------------------------------------------------

# Ours; what was taken from others is under checksum (tests/cotonou/core/test_design_files.py).
OTHERS_SCRIPTS = ("static/vendor/", "static/portail/govuk.js")
SCRIPTS = [
    path
    for path in sorted([*(ROOT / "static").rglob("*.js"), *(ROOT / "templates").rglob("*.js")])
    if not str(path.relative_to(ROOT)).startswith(OTHERS_SCRIPTS)
]
# Markup from text, code from text, messages from other windows, and anything that outlives the page
# (the service worker keeps public files in the Cache API, which is listed nowhere here).
UNSAFE_SCRIPT = re.compile(
    r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage"
    r"|[\"']message[\"']|localStorage|sessionStorage|indexedDB|document\.cookie|__proto__|Object\.assign\("
)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_write_text_and_keep_nothing(path):
    assert UNSAFE_SCRIPT.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "box.innerHTML = name",
        "localStorage.setItem('a', b)",
        "addEventListener('message', read)",
        "eval(text)",
    ],
)
def test_twin_the_rule_of_scripts_bites(source):
    assert UNSAFE_SCRIPT.search(source)


def name(value) -> str | None:
    return value.__name__ if callable(value) else None


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_every_template_obeys(rule):
    found = []
    for path in TEMPLATES:
        called = str(path.relative_to(ROOT))
        if not called.startswith(RULES[rule] or ("-",)):
            found += [f"{called}: {what}" for what in rule(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(("rule", "source"), REFUSED, ids=name)
def test_twin_the_rule_bites(rule, source):
    assert list(rule(source))


@pytest.mark.parametrize(("rule", "source"), ALLOWED, ids=name)
def test_the_way_of_the_house_passes(rule, source):
    assert list(rule(source)) == []


def test_every_rule_has_its_twin():
    assert {rule for rule, _source in REFUSED} == set(RULES)


def test_there_are_templates_to_read():
    assert len(TEMPLATES) > 100
