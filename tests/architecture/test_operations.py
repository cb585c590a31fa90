"""What cannot be run here (containers) says the same as what is: bin/run."""

import gettext
import io
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from cotonou.embedded import supervisor

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SCRIPTS = [
    ROOT / "bin" / "setup.sh",
    *(
        path
        for folder in ("bin", ".ci", "docs/operations/compose")
        for path in sorted((ROOT / folder).iterdir())
        if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")
    ),
]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def python(*arguments: str) -> list[str]:
    return ["python", "-m", *arguments]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_plain_sh(script):
    subprocess.run(["sh", "-n", str(script)], check=True)


@pytest.mark.parametrize("name", ["run", "test", "manage", "backup", "restore"])
def test_the_commands_can_be_executed(name):
    assert (ROOT / "bin" / name).stat().st_mode & 0o111


def test_compose_has_the_production_shape():
    wanted = {"db", "pgbouncer", "valkey", "web", "worker", "worker-documents", "beat", "clamav", "migrate"}
    assert set(SERVICES) == wanted


def test_compose_runs_the_commands_of_bin_run():
    assert SERVICES["web"]["command"] == python(*supervisor.web("0.0.0.0", 8000))  # noqa: S104
    assert SERVICES["worker"]["command"] == python(*supervisor.worker("rapide", "codes,default", 2))
    assert SERVICES["worker-documents"]["command"] == python(
        *supervisor.worker("documents", "documents,bulk", 1)
    )
    schedule = Path("/var/lib/portail/beat/schedule")
    assert SERVICES["beat"]["command"] == python(*supervisor.beat(schedule))


def test_the_image_starts_the_web_as_compose_does():
    line = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1]
    assert yaml.safe_load(line) == SERVICES["web"]["command"]


def test_every_queue_has_a_worker():
    queues = ",".join(
        word.removeprefix("--queues=")
        for name in ("worker", "worker-documents")
        for word in SERVICES[name]["command"]
        if word.startswith("--queues=")
    )
    assert set(queues.split(",")) == {"codes", "default", "documents", "bulk"}


def test_the_image_installs_the_system_packages_of_bin_run():
    listed = (ROOT / "bin" / "setup.sh").read_text()
    wanted = set(re.search(r'SYSTEM_RUN="([^"]*)"', listed)[1].replace("\n", " ").split())
    packages = {pair.split("=")[-1] for pair in wanted}
    assert packages <= set(shlex.split(DOCKERFILE.replace("\\\n", " "), comments=True))


@pytest.mark.parametrize("source", re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE))
def test_the_image_copies_what_exists(source):
    *names, _ = source.split()
    for name in names:
        assert (ROOT / name).exists()


def test_compose_mounts_what_exists():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            assert place in COMPOSE["volumes"] or (ROOT / place).exists()


def test_only_the_document_worker_reaches_the_keys():
    holders = [
        name for name, service in SERVICES.items() if any("keys:" in v for v in service.get("volumes", []))
    ]
    assert holders == ["worker-documents"]
    told = [
        name for name, service in SERVICES.items() if "DOCUMENT_KEYS_DIR" in service.get("environment", {})
    ]
    assert told == ["worker-documents"]


def test_every_variable_of_compose_is_explained():
    named = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named <= explained


def test_no_file_names_a_package_registry():
    """The same files serve any mirror; a lock file with addresses would bind to one."""
    hosts = re.compile(rb"pypi\.(org|python\.org)|files\.pythonhosted|registry\.npmjs|registry\.yarnpkg")
    naming = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path != Path(__file__).resolve() and hosts.search(path.read_bytes())
    ]
    assert not naming


@pytest.mark.parametrize("source", sorted((ROOT / "locale").rglob("*.po")), ids=lambda path: path.parts[-3])
def test_the_committed_translation_is_the_compiled_source(source, tmp_path):
    """bin/run and the image compile nothing. To repair: manage.py compilemessages."""
    fresh = tmp_path / "fresh.mo"
    subprocess.run(["msgfmt", "--check-format", f"--output-file={fresh}", str(source)], check=True)
    # Their words, not their bytes: another msgfmt lays the file out otherwise.
    made, kept = (
        gettext.GNUTranslations(io.BytesIO(path.read_bytes())) for path in (fresh, source.with_suffix(".mo"))
    )
    assert made._catalog == kept._catalog


def test_locked_versions_agree_between_the_three_lists():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text()
        return dict(re.findall(r"^([a-z0-9._-]+(?:\[[a-z,-]+\])?)==(\S+)", text, re.MULTILINE))

    small, middle, large = (pins(f"requirements{part}.lock") for part in ("", "-embedded", "-dev"))
    assert small.items() <= middle.items() <= large.items()


def test_the_image_has_the_python_that_bin_run_looks_for():
    assert "python:3.11-" in DOCKERFILE
    assert "python3.11" in (ROOT / "bin" / "setup.sh").read_text()
