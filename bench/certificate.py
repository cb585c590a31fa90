"""A certificate: page, QR code and seal, on one core."""

import itertools
import os
import time

from bench.setup import City
from bench.table import Row, in_ms, timed
from cotonou.documents import sealing
from cotonou.documents.models import IssuedDocument

TIMES = 60


def measure(city: City) -> list[Row]:
    papers = list(
        IssuedDocument.objects.sealed()
        .filter(kind="civil_acts.birth_copy")
        .select_related("office__arrondissement", "template_version", "replaces")
        .order_by("pk")[:TIMES]
    )
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        turn = itertools.cycle(papers)
        timed(lambda: sealing.produce(next(turn)), times=5)
        cpu = time.process_time()
        values = timed(lambda: sealing.produce(next(turn)), times=TIMES, warm_up=0)
        cpu = (time.process_time() - cpu) * 1000 / TIMES
    finally:
        os.sched_setaffinity(0, cores)
    data = f"{len(papers)} copies intégrales différentes, un cœur"
    return [
        in_ms(
            "certificat : PDF/A + QR + cachet", data, values, at_most=100, note=f"processeur : {cpu:.0f} ms"
        )
    ]
