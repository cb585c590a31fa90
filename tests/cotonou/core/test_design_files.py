"""The built design files are those of the recipe, free to use, and small."""

import gzip
import hashlib
import re

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "static"
PORTAIL = STATIC / "portail"


def compressed(path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_built_files_and_their_recipe_are_those_of_the_checksums():
    """After a change in static/portail/sass, run bin/build-css and commit what it writes."""
    lines = (PORTAIL / "SHA256SUMS").read_text().split("\n")
    listed = dict(reversed(line.split("  ")) for line in lines if line)
    assert set(listed) >= {
        "govuk.css",
        "govuk.js",
        "sass/govuk.scss",
        "sass/govuk.mjs",
        "../vendor/htmx.min.js",
    }
    for name, digest in listed.items():
        assert hashlib.sha256((PORTAIL / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("portail/govuk.css", 14_000),
        ("portail/govuk.js", 4_000),
        ("portail/portail.css", 3_072),
        ("portail/portail.js", 1_000),
    ],
)
def test_design_files_stay_small(name, limit):
    assert compressed(STATIC / name) <= limit


def test_nothing_of_gov_uk_that_we_may_not_use_is_shipped():
    for path in (p for p in STATIC.rglob("*") if p.suffix in {".css", ".js"}):
        text = path.read_text(encoding="utf-8")
        assert "GDS Transport" not in text, path
        assert not re.search(r"govuk-(crest|crown)|logotype-crown", text), path
        assert "@font-face" not in text, path
    kinds = {p.suffix for p in STATIC.rglob("*") if p.is_file()}
    assert not kinds & {".woff", ".woff2", ".ttf", ".png", ".jpg", ".ico"}


def test_what_we_took_comes_with_its_licence():
    assert "MIT License" in (PORTAIL / "LICENCE-govuk-frontend.txt").read_text()
    assert "Zero-Clause BSD" in (STATIC / "vendor" / "htmx.LICENSE.txt").read_text()


def test_styles_and_scripts_ask_nothing_of_another_host():
    for path in (p for p in STATIC.rglob("*") if p.suffix == ".css"):
        for url in re.findall(r"url\(([^)]*)\)", path.read_text(encoding="utf-8")):
            assert url.strip("\"'").startswith("data:"), f"{path}: {url}"
