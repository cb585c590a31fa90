"""Work that leaves the database goes through cotonou.jobs, the one outbox."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"delay", "apply_async", "send_task", "on_commit"}
SOURCES = [
    path
    for top in ("cotonou", "civil_acts", "quarters", "revenue", "startups")
    for path in sorted((ROOT / top).rglob("*.py"))
    if ROOT / "cotonou" / "jobs" not in path.parents
]


def around_the_outbox(source: str) -> list[tuple[int, str]]:
    return [
        (node.lineno, node.func.attr)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN
    ]


def test_nobody_else_talks_to_celery_or_waits_for_commit():
    calls = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        for line, name in around_the_outbox(path.read_text(encoding="utf-8"))
    ]
    assert not calls, "\n".join(calls)


@pytest.mark.parametrize(
    "source", ["seal.delay(1)", "seal.apply_async((1,))", "app.send_task('x')", "transaction.on_commit(go)"]
)
def test_twin_the_rule_bites(source):
    assert around_the_outbox(source)
