"""What a figure depends on."""

import os
import platform
from datetime import datetime
from pathlib import Path

from django.db import connection


def _first(path: str, prefix: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(prefix):
            return line.partition(":")[2].strip()
    return "?"


def describe() -> list[tuple[str, str]]:
    memory = int(_first("/proc/meminfo", "MemTotal").split()[0]) / 1024**2
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
        cursor.execute("SHOW shared_buffers")
        buffers = cursor.fetchone()[0]
    return [
        ("date", f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"),
        ("processeur", f"{_first('/proc/cpuinfo', 'model name')}, {len(os.sched_getaffinity(0))} cœurs"),
        ("mémoire", f"{memory:.0f} Gio"),
        ("système", platform.platform()),
        ("Python", platform.python_version()),
        ("PostgreSQL", f"{server}, shared_buffers {buffers}, fsync coupé (grappe jetable)"),
        ("charge au début", " ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]
