"""The clerk's queue, filtered, through the whole of Django."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.setup import City
from bench.table import Row, in_ms, timed
from bench.visitors import clerk_of, logged_in
from civil_acts.models import ActRequest

OFFICE = "A05"
FILTERS = (
    ("à instruire", {}),
    ("en retard", {"show": "late"}),
    ("non pris en charge, une démarche", {"show": "free", "service": "acte-de-naissance"}),
    ("un nom fréquent", {"q": "dossou"}),
    ("un nom et un prénom", {"q": "gbaguidi afi"}),
    ("refusées, page 30", {"state": "REJECTED", "page": "30"}),
    ("une démarche, dernière page", {"service": "certificat-de-residence", "page": "9999"}),
)
# Somebody at the mairie sees the rows of all thirteen arrondissements.
EVERYWHERE = (
    ("à instruire", {}),
    ("un nom fréquent", {"q": "dossou"}),
    ("réponse de l’usager reçue", {"show": "answered"}),
    ("réponse de l’ANIP reçue", {"state": "READY_ELSEWHERE"}),
    ("réponse reçue, un nom", {"state": "READY_ELSEWHERE", "q": "gbaguidi"}),
)


def measure(city: City) -> list[Row]:
    url = reverse("civil_acts:queue")
    local, everywhere = logged_in(clerk_of(OFFICE)), logged_in(clerk_of("MAIRIE", "OFFICER"))
    rows = [
        in_ms(f"file d’un arrondissement, {label}", city.words, _times(local, url, query), at_most=60)
        for label, query in FILTERS
    ]
    rows += [
        in_ms(f"file de la mairie, {label}", city.words, _times(everywhere, url, query), at_most=60)
        for label, query in EVERYWHERE
    ]
    return [*rows, _queries(local, url)]


def _times(client: Client, url: str, query: dict[str, str]) -> list[float]:
    def visit() -> None:
        response = client.get(url, query)
        if response.status_code != 200:
            raise RuntimeError(f"{url} {query}: {response.status_code}")

    return timed(visit, times=30)


def _queries(client: Client, url: str) -> Row:
    code = ActRequest.objects.filter(office__code=OFFICE, state="SUBMITTED").values_list(
        "tracking_code", flat=True
    )
    counts = {}
    for label, query in (("1", {"q": code.first()}), ("25", {})):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(url, query)
        counts[label] = len(captured)
    met = len(set(counts.values())) == 1
    shown = ", ".join(f"{n} pour {rows} ligne(s)" for rows, n in counts.items())
    return Row(
        "file de l’agent : requêtes SQL", "1 et 25 lignes (une page)", shown, "", "le même nombre", met
    )
