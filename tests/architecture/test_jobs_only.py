"""Work that leaves the database goes through cotonou.jobs, the one outbox."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"delay", "apply_async", "on_commit"}
SOURCES = [
    path
    for top in ("cotonou", "civil_acts", "quarters", "revenue", "startups")
    for path in sorted((ROOT / top).rglob("*.py"))
    if ROOT / "cotonou" / "jobs" not in path.parents
]


def test_nobody_else_talks_to_celery_or_waits_for_commit():
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN
    ]
    assert not calls, "\n".join(calls)
