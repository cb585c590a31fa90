"""Figures and the one table they end in."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """what was measured, on how much data; ``target`` and ``met`` are empty without a target."""

    what: str
    data: str
    median: str
    p95: str
    target: str = ""
    met: bool | None = None
    note: str = ""


def timed(act: Callable[[], object], *, times: int, warm_up: int = 3) -> list[float]:
    """Milliseconds of each run, wall clock."""
    for _ in range(warm_up):
        act()
    return [one(act) for _ in range(times)]


def one(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * 0.95) - 1, 0)]


def in_ms(what: str, data: str, values: Sequence[float], *, at_most: float, note: str = "") -> Row:
    median = statistics.median(values)
    return Row(
        what, data, f"{median:.1f} ms", f"{p95(values):.1f} ms", f"≤ {at_most:g} ms", median <= at_most, note
    )


_SIGNS = {True: "oui", False: "NON", None: ""}
HEADER = ("mesure", "données", "médiane", "p95", "but", "tenu", "remarque")


def markdown(rows: Sequence[Row]) -> str:
    lines = [HEADER, tuple("---" for _ in HEADER)]
    lines += [
        (row.what, row.data, row.median, row.p95, row.target, _SIGNS[row.met], row.note) for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
