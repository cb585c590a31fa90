"""The real territory and the public holidays, from the files and library named here."""

import csv
from pathlib import Path

import holidays as holidays_library

from cotonou.territory.dates import local_today

DATA = Path(__file__).parent / "data"


def _number(text: str) -> int | None:
    return int(text) if text else None


def load_territory(arrondissement_model, quartier_model) -> None:
    """Fill 13 arrondissements and 164 quartiers; running it again changes nothing."""
    with (DATA / "arrondissements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            arrondissement_model.objects.update_or_create(
                number=int(row["arrondissement_no"]),
                defaults={
                    "name": row["name"],
                    "latitude": float(row["lat"]),
                    "longitude": float(row["lon"]),
                    "population_2013": _number(row["population"]),
                    "source": row["source"],
                },
            )
    with (DATA / "quartiers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quartier_model.objects.update_or_create(
                arrondissement_id=int(row["arrondissement_no"]),
                name=row["quartier"],
                defaults={"population_2013": _number(row["population_2013"]), "source": row["source"]},
            )


def load_holidays(holiday_model, *, years: range) -> int:
    """Add Benin's public holidays for ``years``; days staff already edited are left alone."""
    added = 0
    for day, name in sorted(holidays_library.country_holidays("BJ", years=years, language="fr_BJ").items()):
        estimated = "estim" in name.lower()
        _row, created = holiday_model.objects.get_or_create(
            day=day, defaults={"name": name, "estimated": estimated}
        )
        added += created
    return added


def default_years() -> range:
    this_year = local_today().year
    return range(this_year - 2, this_year + 3)
