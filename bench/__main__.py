"""python -m bench [--only NAME]…: measure, print one table, write docs/performance.md."""

import argparse
import importlib
import shutil
import sys

from bench import setup
from bench.setup import CLONE, say
from bench.table import Row, markdown

# In this order; the import comes last, for it adds to the registers.
MEASURES = {
    "certificate": "bench.certificate",
    "queue": "bench.queue",
    "register": "bench.register",
    "verification": "bench.verification",
    "pages": "bench.pages",
    "import": "bench.importing",
}
NEED_BIG = {"queue", "register", "import"}
REPORT = CLONE / "docs" / "performance.md"
INTRO = """# Performance

Last run of `bin/bench`, as it printed it; run it again to compare. It makes a city of its own in
throw-away servers, measures, and writes this page. Times are wall clock; a loaded machine shows.

"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="only this measure")
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=500_000)
    options = parser.parse_args(arguments)
    names = options.only or list(MEASURES)
    whole = not options.only and (options.acts, options.requests) == (1_000_000, 500_000)
    big = bool(NEED_BIG & set(names))
    folder = setup.prepare_environment()
    try:
        city, small_s, grown_s = setup.make_city(
            folder, acts=options.acts if big else 0, requests=options.requests if big else 0
        )
        rows = [Row("ville de démonstration", "20 000 actes, 2 000 demandes", f"{small_s:.0f} s", "")]
        if big:
            rows.append(Row("grande ville, par COPY", city.words, f"{grown_s:.0f} s", ""))
        report = _measure(names, city, rows)
    finally:
        shutil.rmtree(folder)
    print(report)
    if whole:
        REPORT.write_text(INTRO + report + "\n", encoding="utf-8")
        say(f"écrit : {REPORT.relative_to(CLONE)}")
    missed = [row for row in rows if row.met is False]
    for row in missed:
        say(f"but manqué : {row.what} : {row.median}")
    return 1 if missed else 0


def _measure(names: list[str], city: setup.City, rows: list[Row]) -> str:
    from bench import machine

    facts = machine.describe()
    for name in names:
        say(f"mesure : {name}")
        rows += importlib.import_module(MEASURES[name]).measure(city)
    about = "\n".join(f"- {label} : {value}" for label, value in facts)
    return f"{about}\n\n{markdown(rows)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
