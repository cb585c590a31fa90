"""The portal in two languages: nothing left untranslated, and the switch keeps the page.

After a sentence changed, from the top of the clone:

    bin/manage makemessages -l en --no-location --no-wrap --no-obsolete -i .venv -i var -i tests -i docs
    # translate what is empty or marked fuzzy in locale/en/LC_MESSAGES/django.po;
    # a new plural also goes to locale/fr/LC_MESSAGES/django.po, which holds nothing else; then
    bin/manage compilemessages -l en -l fr -i .venv
"""

import html
import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from tests.support import civil

ROOT = settings.BASE_DIR
CATALOGUE = ROOT / "locale/en/LC_MESSAGES"
FRENCH_PLURALS = ROOT / "locale/fr/LC_MESSAGES"
ACCENTED = re.compile(r"\w*[à-ÿÀ-ÝœŒ]\w*|«")
WAY_BACK = "Français"
PAGES = {
    "/": "Track a request",
    "/demarches/": "What do you want to do?",
    "/demarches/acte-de-naissance/": "What to bring",
    "/demarches/acte-de-naissance/demande/": "Start",
    "/suivi/": "Tracking code",
    "/v": "Check this code",
    "/contact/": "The 13 arrondissement offices",
    "/accessibilite/": "screen reader",
    "/donnees-personnelles/": "Your rights",
    "/integrite/": "Sealed registers",
    "/compte/login/": "Log in",
}


def run(*command: str, cwd) -> str:
    clean = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"} | {"LC_ALL": "C"}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """The catalogue as a fresh extraction leaves it, made in a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    sources = shutil.ignore_patterns("__pycache__", "static", "fonts", "data", "specimens")
    for name in ("cotonou", "civil_acts", "templates", "locale"):
        shutil.copytree(ROOT / name, copy / name, ignore=sources)
    run(sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location", "--no-wrap", cwd=copy)
    return copy / "locale/en/LC_MESSAGES/django.po"


def sentences(kind: str, catalogue) -> list[str]:
    """The source sentences of a catalogue that msgattrib calls ``kind``."""
    found = run("msgattrib", f"--{kind}", "--no-wrap", str(catalogue), cwd=ROOT)
    return [s for s in re.findall(r'^(?:#~ )?msgid "(.*)"$', found, re.MULTILINE) if s]


@pytest.mark.parametrize("kind", ["untranslated", "only-fuzzy", "only-obsolete"])
def test_every_sentence_has_its_english(extracted, kind):
    found = sentences(kind, extracted)
    assert not found, "\n".join([*found, __doc__ or ""])


@pytest.mark.parametrize("catalogue", [CATALOGUE, FRENCH_PLURALS])
def test_the_compiled_catalogue_is_the_one_that_is_read(catalogue, tmp_path):
    run("msgfmt", "--check-format", "-o", str(tmp_path / "django.mo"), str(catalogue / "django.po"), cwd=ROOT)
    fresh, kept = (
        run("msgunfmt", "--no-wrap", str(folder / "django.mo"), cwd=ROOT) for folder in (tmp_path, catalogue)
    )
    assert fresh == kept, __doc__


def plurals(catalogue) -> dict[str, list[str]]:
    """Source sentence -> [singular, plural] of a catalogue's sentences with two forms."""
    found = run("msgattrib", "--translated", "--no-wrap", str(catalogue / "django.po"), cwd=ROOT)
    pairs = re.findall(
        r'^msgid "(.*)"\nmsgid_plural ".*"\nmsgstr\[0\] "(.*)"\nmsgstr\[1\] "(.*)"$', found, re.MULTILINE
    )
    return {source: forms for source, *forms in pairs}


def test_french_counts_nothing_in_the_singular():
    assert set(plurals(FRENCH_PLURALS)) == set(plurals(CATALOGUE)), __doc__
    for source, (singular, plural) in plurals(FRENCH_PLURALS).items():
        assert singular == source
        with override("fr"):
            assert [ngettext(singular, plural, n) for n in (0, 1, 2)] == [singular, singular, plural]


def test_no_package_changes_our_french():
    """A French sentence that a package also uses as an English key would come out translated."""
    with override("fr"):
        changed = {s: gettext(s) for s in sentences("translated", CATALOGUE / "django.po")}
    assert {s: t for s, t in changed.items() if s != t} == {}


def words(client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    page = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def city(db, sealing_keys):
    civil.load()


@pytest.mark.usefixtures("city")
def test_a_visitor_who_chooses_english_reads_english_everywhere():
    client = Client(headers={"Accept-Language": "fr"})
    for path, expected in PAGES.items():
        assert expected not in words(client, path), path
        answer = client.post(reverse("set_language"), {"language": "en", "next": path})
        assert answer.headers["Location"] == path
        said = words(client, path)
        assert expected in said, path
        assert set(ACCENTED.findall(said)) == {WAY_BACK}, path
        client.post(reverse("set_language"), {"language": "fr", "next": path})
