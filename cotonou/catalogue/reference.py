"""The services of the City as public pages describe them, from data/services.json.

Each keeps the line number of the list it comes from and the addresses of its
sources; what no source says is left out, and the page says so.
"""

import json
from datetime import date
from pathlib import Path

DATA = Path(__file__).parent / "data" / "services.json"
# The day on which what data/services.json says was last compared with its sources.
REFERENCE_DATE = date(2026, 11, 24)


def load_services(service_model, level_model, fact_model) -> int:
    """Add the services that are missing; those staff already edited are left alone."""
    added = 0
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        facts, level, evidence = row.pop("facts"), row.pop("level"), row.pop("evidence")
        service, created = service_model.objects.get_or_create(slug=row.pop("slug"), defaults=row)
        if not created:
            continue
        added += 1
        level_model.objects.create(service=service, level=level, from_date=REFERENCE_DATE, evidence=evidence)
        fact_model.objects.bulk_create(
            fact_model(service=service, from_date=REFERENCE_DATE, position=10 * place, **fact)
            for place, fact in enumerate(facts, 1)
        )
    return added
