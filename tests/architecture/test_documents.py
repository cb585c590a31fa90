"""The documents say what is there: links, paths, commands, addresses and variables exist."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from cotonou.documents.keys import pkcs11

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
# Made by the commands themselves, or of another machine.
MADE = ("var", ".venv")
OF_A_SERVER = ("/var/", "/srv/", "/run/", "/usr/", "/etc/")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^\s*```\w*\n(.*?)^\s*```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"[\w.<>*-]+\.(?:py|md|sh|sql|json|html|css|js|toml|yml|ini|conf|lock|txt)")
PLACEHOLDER = re.compile(r"<[^<>]+>")


def tracked() -> list[str]:
    """Every file of the project, those about to be committed included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


TRACKED = tracked()
TOP = {name.split("/")[0] for name in TRACKED}
NAMES = {name.rsplit("/", 1)[-1] for name in TRACKED}


def called(document: Path) -> str:
    return str(document.relative_to(ROOT))


each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=called)


def words(document: Path) -> Iterator[str]:
    """Every word in backticks or in a block of commands."""
    text = document.read_text(encoding="utf-8")
    pieces = [*FENCE.findall(text), *CODE.findall(FENCE.sub("", text))]
    for piece in pieces:
        yield from (word.strip("\"',;:…()") for word in piece.split())


def exists(path: str) -> bool:
    """A file or folder of the project; <name> and * stand for anything."""
    pattern = PLACEHOLDER.sub("*", path).rstrip("/")
    return any(ROOT.glob(pattern)) or (path != pattern and (ROOT / pattern).parent.is_dir())


def is_path(word: str) -> bool:
    top = word.split("/", maxsplit=1)[0]
    return "/" in word and top in TOP and "=" not in word


@each_document
def test_relative_links_lead_somewhere(document):
    targets = [target.split("#")[0] for target in LINK.findall(document.read_text(encoding="utf-8"))]
    broken = [t for t in targets if t and "://" not in t and not (document.parent / t).exists()]
    assert broken == []


@each_document
def test_paths_in_backticks_exist(document):
    missing = [word for word in words(document) if is_path(word) and not exists(word)]
    # A bare file name: one of that name is somewhere.
    files = [word for word in words(document) if FILE.fullmatch(word) and not PLACEHOLDER.search(word)]
    missing += [word for word in files if "*" not in word and word not in NAMES]
    assert missing == []


@each_document
def test_commands_exist(document):
    text = document.read_text(encoding="utf-8")
    scripts = [word for word in words(document) if word.startswith("bin/") and word.count("/") == 1]
    assert [s for s in scripts if s != "bin/" and not os.access(ROOT / s, os.X_OK)] == []
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= get_commands().keys()


@each_document
def test_addresses_of_pages_exist(document):
    lost = []
    for word in words(document):
        if not re.fullmatch(r"/[a-z0-9<>][\w<>/.-]*", word) or word.startswith(OF_A_SERVER):
            continue
        try:
            resolve(PLACEHOLDER.sub("x", word))
        except Resolver404:
            lost.append(word)
    assert lost == []


def test_documents_named_in_the_code_exist():
    named = {
        found
        for name in TRACKED
        if not name.endswith((".png", ".ttf", ".xlsx", ".mo")) and name != called(Path(__file__))
        for found in re.findall(
            r"docs/[\w/.-]+\.md", (ROOT / name).read_text(encoding="utf-8", errors="ignore")
        )
    }
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_decisions_are_numbered_and_complete():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


# -- variables ------------------------------------------------------------------

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
EXPLAINED = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
# Set by Django, the system or the tests, never by who installs.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "PATH", "DEMO_FILE"}


def first_text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def reading(node: ast.AST) -> str | None:
    """The variable that an expression reads: env.str("X"), database("X"), os.environ["X"], ….get("X")."""
    if isinstance(node, ast.Subscript) and is_environ(node.value):
        return first_text(node.slice)
    if not isinstance(node, ast.Call) or not node.args:
        return None
    function = node.func
    if isinstance(function, ast.Name):
        reads = function.id in {"env", "database"}
    else:
        holder = function.value if isinstance(function, ast.Attribute) else None
        reads = (isinstance(holder, ast.Name) and holder.id == "env") or (
            holder is not None and is_environ(holder) and function.attr == "get"
        )
    return first_text(node.args[0]) if reads else None


def variables_read(*paths: Path) -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    return {name for tree in trees for node in ast.walk(tree) if (name := reading(node))} - NOT_SETTINGS


SETTINGS = ROOT / "cotonou" / "settings"
OF_PRODUCTION = variables_read(SETTINGS / "base.py", SETTINGS / "prod.py")
OF_PKCS11 = {f"PKCS11_{name}" for name in pkcs11._NAMES}
READ = OF_PKCS11 | variables_read(
    *(path for path in (ROOT / "cotonou").rglob("*.py") if path != SETTINGS / "test.py")
)


def test_the_reading_of_variables_finds_them():
    assert {"SECRET_KEY", "DATABASE_URL", "TRUSTED_PROXIES", "PORTAL_URL"} <= OF_PRODUCTION
    assert {"LOG_FORMAT", "BACKUP_DIR", "PORT", "DEBUG"} <= READ


def test_every_variable_that_is_read_is_explained():
    named = EXPLAINED | set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", EXAMPLE.split("\n\n")[0]))
    assert sorted(READ - named) == [], "explain them in .env.example"


def test_every_variable_that_is_explained_is_read():
    in_compose = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    assert sorted(EXPLAINED - READ - in_compose) == [], "nobody reads these any more"


def test_compose_passes_every_setting_of_production():
    compose = yaml.safe_load(COMPOSE)
    passed = compose["x-portail"]["environment"].keys()
    # Where the keys are, only the worker that signs is told.
    passed |= compose["services"]["worker-documents"]["environment"].keys()
    # The owner's address is given to the migrations alone; a container has no .env.
    assert sorted(OF_PRODUCTION - passed - {"DATABASE_OWNER_URL", "ENV_FILE"}) == []


def test_example_values_are_accepted_by_the_settings(tmp_path):
    """Copied as it is, with the secret filled in, the example starts the production settings."""
    filled = EXAMPLE.replace("SECRET_KEY=\n", "SECRET_KEY=" + "x" * 60 + "\n")
    (tmp_path / "env").write_text(filled, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in READ}
    environment |= {"ENV_FILE": str(tmp_path / "env"), "DJANGO_SETTINGS_MODULE": "cotonou.settings.prod"}
    program = "from django.conf import settings; print(settings.PORTAL_URL, settings.METRICS_ALLOW)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "https://portail.example.bj" in done.stdout
