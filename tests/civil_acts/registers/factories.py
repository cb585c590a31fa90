"""Acts for tests of the registers: numbered one after the other."""

import itertools

from civil_acts.models import RegisterAct
from cotonou.accounts.models import Office

_numbers = itertools.count(1)


def make_act(
    surname: str = "ADJOVI", given_names: str = "Kossi", *, office: str = "A05", **columns
) -> RegisterAct:
    number = next(_numbers)
    year = columns.pop("year", 1987)
    defaults = {
        "kind": "BIRTH",
        "year": year,
        "act_number": number,
        "act_number_text": str(number),
        "sex": "M",
        "event_date_text": str(year),
        "event_date_precision": "YEAR",
        "event_year": year,
        "source": "IMPORT",
    }
    keeper = Office.objects.get(code=office)
    return RegisterAct.objects.create(
        office=keeper, surname=surname, given_names=given_names, **(defaults | columns)
    )
