"""docs/security/asvs.csv: every requirement of OWASP ASVS 5.0.0, levels 1 and 2, has an answer to follow.

An answer is one or more parts separated by " | ": a test ("tests/x.py::test_y"),
a file of the project, "reason: …" where the requirement does not apply or is
held otherwise, "not yet: …" with what is planned.
"""

import ast
import csv
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = list(csv.DictReader((ROOT / "docs/security/asvs.csv").read_text(encoding="utf-8").splitlines()))
# Requirements of level 1 and 2 in each section, by number; chapters 10 (OAuth) and 17 (WebRTC) left out.
# The standard: https://github.com/OWASP/ASVS, version 5.0.0.
SECTIONS = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2  2.1:1-3 2.2:1-3 2.3:1-4 2.4:1
3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2  4.1:1-3 4.2:1 4.3:1-2 4.4:1-4
5.1:1 5.2:1-3 5.3:1-2 5.4:1-3  6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4
7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2  8.1:1-2 8.2:1-3 8.3:1 8.4:1  9.1:1-3 9.2:1-4
11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1  12.1:1-3 12.2:1-2 12.3:1-4
13.1:1 13.2:1-5 13.3:1-2 13.4:1-5  14.1:1-2 14.2:1-4 14.3:1-3
15.1:1-3 15.2:1-3 15.3:1-7  16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
"""
WORDS = ("reason: ", "not yet: ")


def wanted() -> list[str]:
    found = []
    for word in SECTIONS.split():
        section, numbers = word.split(":")
        first, _, last = numbers.partition("-")
        found += [f"V{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


@functools.cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def wrong(part: str) -> str | None:
    """Why a part of an answer leads nowhere; None when it does lead somewhere."""
    for word in WORDS:
        if part.startswith(word):
            return None if len(part) > len(word) + 10 else "says nothing"
    path, _, test = part.partition("::")
    if not (ROOT / path).is_file():
        return "no such file"
    if path.startswith("tests/") and path.endswith(".py") and "/test_" in path and not test:
        return "which test?"
    return "no such test" if test and test not in functions_of(ROOT / path) else None


def test_every_requirement_is_there_once():
    assert len(wanted()) == 217
    assert [row["id"] for row in ROWS] == wanted()
    assert {row["level"] for row in ROWS} == {"1", "2"}


def test_every_requirement_has_an_answer_that_leads_somewhere():
    lost = [
        f"{row['id']}: {part}: {why}"
        for row in ROWS
        for part in row["answer"].split(" | ")
        if (why := wrong(part))
    ]
    assert lost == []
    assert [row["id"] for row in ROWS if len(row["subject"]) < 3] == []


@pytest.mark.parametrize(
    "part",
    [
        "",
        "reason: none",
        "not yet: ",
        "tests/nowhere.py::test_x",
        "tests/architecture/test_asvs.py",
        "tests/architecture/test_asvs.py::test_that_nobody_wrote",
        "docs/nowhere.txt",
    ],
)
def test_twin_an_empty_or_invented_answer_is_noticed(part):
    assert wrong(part)


def test_what_is_not_yet_done_says_what_is_planned():
    """A bare admission would stay for ever."""
    late = [part for row in ROWS for part in row["answer"].split(" | ") if part.startswith("not yet: ")]
    assert [part for part in late if not re.search(r"planned|the City|as soon as|with sslmode", part)] == []
