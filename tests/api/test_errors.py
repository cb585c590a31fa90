"""The API has one shape of error, and refuses what it cannot do rather than doing something else."""

import pytest
from rest_framework.exceptions import ErrorDetail, Throttled, ValidationError

from cotonou.catalogue.models import Service
from cotonou.core import api

pytestmark = pytest.mark.django_db
FRENCH = {"Accept-Language": "fr"}


@pytest.mark.parametrize(
    "path", ["/api/v1/services/rien/", "/api/v1/services/%00/", "/api/v1/nulle-part/x/", "/api/"]
)
def test_what_is_not_there_is_said_in_json_and_names_nothing(client, path):
    response = client.get(path, headers=FRENCH)
    assert response.status_code == 404
    assert response.json() == {"code": "not_found", "message": "Introuvable."}


def test_a_nul_byte_in_the_query_is_a_bad_request(client):
    response = client.get("/api/v1/services/?theme=a%00b", headers=FRENCH)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_page_that_is_not_there_stays_a_page(client):
    response = client.get("/nulle-part/", headers=FRENCH)
    assert response.status_code == 404
    assert "Page introuvable" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=",
        "limit=dix",
        "limit=-1",
        "limit=1e3",
        "limit=٣",
        "offset=-1",
        "offset=" + "9" * 30,
    ],
)
def test_a_page_beyond_the_limits_is_refused_with_the_limits(client, query):
    response = client.get(f"/api/v1/services/?{query}", headers=FRENCH)
    assert response.status_code == 400
    said = response.json()
    assert said["code"] == "invalid"
    assert "Donnez un nombre entier de" in said["fields"][query.split("=")[0]][0]


def test_pages_follow_each_other_to_the_end(client):
    count = Service.objects.published().count()
    url, seen = "/api/v1/services/?limit=20", []
    while url:
        page = client.get(url).json()
        seen += [service["slug"] for service in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == page["count"] == count


def test_an_unknown_filter_value_is_refused_by_name(client):
    response = client.get("/api/v1/services/?theme=rien", headers=FRENCH)
    assert response.status_code == 400
    assert response.json()["fields"].keys() == {"theme"}
    assert client.get("/api/v1/services/?theme=").status_code == 200


def test_errors_inside_lists_and_objects_name_their_place():
    error = ValidationError({"lines": [{"amount_xof": ["Trop."]}, {}], "note": ["Trop long.", "Vide."]})
    response = api.exception_handler(error, {})
    assert response.status_code == 400
    assert response.data["fields"] == {"lines.amount_xof": ["Trop."], "note": ["Trop long.", "Vide."]}


def test_a_caller_who_must_wait_is_still_told_how_long():
    response = api.exception_handler(Throttled(wait=30), {})
    assert response.headers["Retry-After"] == "30"
    assert response.data["code"] == "throttled"
    assert not isinstance(response.data["message"], ErrorDetail)


def test_a_bug_is_a_500_in_json_that_shows_nothing(client, monkeypatch):
    def bug(*args):
        raise ValueError("une ligne avec un nom")

    monkeypatch.setattr("cotonou.catalogue.api.local_today", bug)
    client.raise_request_exception = False
    response = client.get("/api/v1/services/", headers=FRENCH)
    assert response.status_code == 500
    assert response.json() == {
        "code": "broken",
        "message": "Le portail a rencontré une panne. Elle est enregistrée.",
    }
