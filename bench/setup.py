"""The city that is measured: made in the throw-away servers of bin/bench."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]


def spaced(number: int) -> str:
    """1000000 -> "1 000 000"."""
    return f"{number:,}".replace(",", " ")


@dataclass(frozen=True)
class City:
    """acts, requests: how many there are; folder: for files of the measures."""

    acts: int
    requests: int
    folder: Path

    @property
    def words(self) -> str:
        return f"{spaced(self.acts)} actes, {spaced(self.requests)} demandes"


def prepare_environment() -> Path:
    """Files, keys and demo.json of this run alone; set before Django starts."""
    folder = Path(tempfile.mkdtemp(prefix="portail-bench-"))
    os.environ |= {
        "MEDIA_ROOT": str(folder / "media"),
        "DOCUMENT_KEYS_DIR": str(folder / "keys"),
        "DEMO_FILE": str(folder / "demo.json"),
        "PORTAL_URL": "http://127.0.0.1:8000",
    }
    return folder


def manage(*words: str, owner: bool = False) -> None:
    environment = dict(os.environ)
    if owner:
        environment["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    subprocess.run([sys.executable, "manage.py", *words], cwd=CLONE, env=environment, check=True)


def say(line: str) -> None:
    print(f"• {line}", file=sys.stderr, flush=True)


def make_city(folder: Path, *, acts: int, requests: int) -> tuple[City, float, float]:
    """The city, and the seconds that the small one and its growth took."""
    say("schéma et fichiers statiques")
    manage("migrate", "--verbosity=0", "--no-input", owner=True)
    manage("compilemessages", "--ignore=.venv", "--verbosity=0")
    manage("collectstatic", "--no-input", "--verbosity=0")
    say("petite ville")
    started = time.perf_counter()
    manage("demo_city", owner=True)
    small = time.perf_counter() - started
    if acts or requests:
        say(f"grande ville : {acts} actes, {requests} demandes")
        started = time.perf_counter()
        manage("demo_city", "--size=city", f"--acts={acts}", f"--requests={requests}", owner=True)
    grown = time.perf_counter() - started
    import django

    django.setup()
    from civil_acts.models import ActRequest, RegisterAct

    return City(RegisterAct.objects.count(), ActRequest.objects.count(), folder), small, grown
