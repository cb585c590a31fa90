"""A register of 20,000 births, as an office keeps it, into the database."""

import csv
import datetime
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from bench.setup import CLONE, City, spaced
from bench.table import Row
from cotonou.portal.demo.names import People

LINES = 20_000
HEADER = (
    "N° acte",
    "Année",
    "Nom",
    "Prénoms",
    "Sexe",
    "Date de naissance",
    "Lieu de naissance",
    "Père",
    "Mère",
)


def measure(city: City) -> list[Row]:
    path = city.folder / "naissances.csv"
    _write(path)
    started = time.perf_counter()
    peak = _peak_of(
        [sys.executable, "manage.py", "import_register", str(path), "--kind=birth", "--office=A08"]
    )
    seconds = time.perf_counter() - started
    return [
        Row(
            "import d’un registre",
            f"{spaced(LINES)} lignes CSV, dans {spaced(city.acts)} actes",
            f"{seconds:.1f} s, {peak:.0f} Mo au plus",
            "",
            "≤ 30 s, ≤ 200 Mo",
            seconds <= 30 and peak <= 200,
            "commande entière, démarrage de Python compris",
        )
    ]


def _peak_of(command: list[str]) -> float:
    """The most memory that this very command held, in MB. Raises RuntimeError when it fails."""
    child = subprocess.Popen(command, cwd=CLONE, env=os.environ, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[2]}: exit code {child.returncode}")
    return usage.ru_maxrss / 1024


def _write(path: Path) -> None:
    rng = random.Random(11)
    people = People(rng)
    first = datetime.date(1961, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(HEADER)
        for number in range(1, LINES + 1):
            person, day = people.person(), first + datetime.timedelta(days=number // 2)
            name = (person.surname, person.given_names, person.sex)
            parents = (people.full_name("M", person.surname), people.full_name("F"))
            # Numbers that no act of the city has.
            act = 1_000_000 + number
            lines.writerow([act, day.year, *name, f"{day:%d/%m/%Y}", "Cotonou", *parents])
