"""Who may know whom: by import, and by foreign key, which strings would hide from the import check."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "rooms")


def rank_of_rooms() -> dict[str, int]:
    """Room -> height; rooms of one layer share it."""
    ranks = {}
    for height, layer in enumerate(reversed(LAYERS)):
        for room in layer.split("|"):
            ranks[room.strip(" ()")] = height
    return ranks


def foreign_keys() -> list[tuple[str, str, str]]:
    """(room of the model, room it points to, what) for every relation between rooms of ours."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=False):
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            here, there = model._meta.app_config.name, field.related_model._meta.app_config.name
            if here != there and {here, there} <= rank_of_rooms().keys():
                found.append((here, there, f"{model.__name__}.{field.name}"))
    return found


def test_imports_go_down_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_foreign_keys_go_down_only():
    ranks = rank_of_rooms()
    upward = [
        f"{here}: {what} points to {there}"
        for here, there, what in foreign_keys()
        if ranks[here] <= ranks[there]
    ]
    assert not upward, "\n".join(upward)


@pytest.mark.parametrize("app", [config.name for config in apps.get_app_configs()])
def test_every_app_of_ours_has_its_place(app):
    if app.split(".")[0] in {"cotonou", "civil_acts", "quarters", "revenue", "startups"}:
        assert app in rank_of_rooms()
