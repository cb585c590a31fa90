"""Addresses, hours and phones of the offices: invented, for the demonstration only."""

from cotonou.accounts.models import Office

HOURS = "Du lundi au vendredi, de 8 h à 12 h 30 et de 15 h à 17 h 30 (horaires de démonstration)"
_STREETS = {
    1: "Carré 214, rue de démonstration",
    2: "Carré 377, rue de démonstration",
    3: "Carré 462, rue de démonstration",
    4: "Carré 118, rue de démonstration",
    5: "Carré 905, rue de démonstration",
    6: "Carré 640, rue de démonstration",
    7: "Carré 721, rue de démonstration",
    8: "Carré 1130, rue de démonstration",
    9: "Carré 1298, rue de démonstration",
    10: "Carré 1415, rue de démonstration",
    11: "Carré 1562, rue de démonstration",
    12: "Carré 1687, rue de démonstration",
    13: "Carré 1811, rue de démonstration",
}


def furnish() -> None:
    """Give every office what its page shows."""
    offices = list(Office.objects.filter(kind__in=["MAIRIE", "ARRONDISSEMENT"]))
    for office in offices:
        number = office.arrondissement_id or 0
        street = _STREETS.get(number, "Avenue de démonstration")
        office.address = f"{street}, Cotonou"
        office.opening_hours = HOURS
        office.phone = f"+229012100{number:04d}"
    Office.objects.bulk_update(offices, ["address", "opening_hours", "phone"])
