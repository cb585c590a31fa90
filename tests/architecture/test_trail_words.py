"""Whatever the code writes in the trail, an auditor reads in words."""

import ast
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils.translation import override

from cotonou.audit import actions, subjects
from cotonou.jobs import topics

ROOT = settings.BASE_DIR
WRITERS = {"record", "note"}  # audit.record, and what the demonstration writes of the past
NOT_NOTED = {"subject", "actor"}


def written() -> Iterator[tuple[str, set[str], str]]:
    """(action, what is noted beside it, where) of every call that writes in the trail."""
    for path in sorted([*ROOT.glob("cotonou/**/*.py"), *ROOT.glob("civil_acts/**/*.py")]):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and _name(call.func) in WRITERS:
                names = {keyword.arg for keyword in call.keywords}
                for action in _constants(call):
                    yield (
                        action,
                        {n for n in names if n} - NOT_NOTED,
                        f"{path.relative_to(ROOT)}:{call.lineno}",
                    )


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _constants(call: ast.Call) -> list[str]:
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and "." in text and " " not in text]


CALLS = list(written())


def test_the_calls_are_found():
    assert len({action for action, _noted, _where in CALLS}) > 80


@pytest.mark.parametrize(("action", "noted", "where"), CALLS, ids=[f"{a} {w}" for a, _n, w in CALLS])
def test_everything_written_in_the_trail_has_words(action, noted, where):
    actions.check(action, noted)


def test_no_words_are_left_for_an_action_that_nobody_writes():
    ours = {name for name in actions.names() if not name.startswith("tests.")}
    assert ours == {action for action, _noted, _where in CALLS} | {
        "civil_acts.expired",
        "civil_acts.withdrawn",
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_two_actions_read_alike(language):
    with override(language):
        labels = [label for _group, found in actions.grouped() for _name, label in found]
    assert len(labels) == len(set(labels))


def test_every_job_says_what_it_does_and_what_it_is_about_is_known():
    for name in topics.names():
        topic = topics.get(name)
        assert str(topic.label) not in ("", name)
        assert topic.about is None or topic.about[0] in subjects.kinds(), name


def test_every_detail_that_names_a_thing_names_a_known_one():
    known = set(subjects.kinds())
    for name in actions.names():
        action = actions.find(name)
        assert action
        assert {detail.about for detail in action.details.values() if detail.about} <= known, name
