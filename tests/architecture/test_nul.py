"""No address falls over a byte that PostgreSQL refuses to read."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cotonou.accounts.permissions import Role
from tests.architecture.matrix import ROWS
from tests.architecture.test_permission_matrix import PATTERNS, routes
from tests.support import people

pytestmark = pytest.mark.django_db
# What pages read from an address: searches, filters, pages.
WORDS = (
    "q", "code", "avant", "page", "actor", "subject", "action", "theme", "office", "bureau", "state", "kind",
    "next", "desk", "search", "vue", "nom", "annee", "year", "name", "status", "from", "to", "date", "numero",
    "de", "etat", "jour", "voir", "retour", "envoye", "agent",
)  # fmt: skip
TAKING_TEXT = sorted(
    (name, address) for address, name, pattern in routes() if re.search(r"<(str|slug|path):|\(\?P<", address)
)


@pytest.mark.parametrize(("name", "address"), TAKING_TEXT, ids=[name for name, _ in TAKING_TEXT])
def test_a_nul_in_an_address_leads_nowhere(name, address, client):
    path = "/" + re.sub(r"<uuid:[^>]+>", "00000000-0000-0000-0000-000000000001", address)
    path = re.sub(r"<int:[^>]+>", "1", path)
    path = re.sub(r"\(\?P<[^)]*\)|<[^>]+>", "a%00b", path).replace("/$", "/").lstrip("^")
    assert client.get(path).status_code in (302, 404)


@pytest.mark.parametrize(
    "name", sorted(n for n, row in ROWS.items() if row.get and not PATTERNS[n].pattern.converters)
)
def test_nor_does_one_in_a_query(name, everybody):
    query = "?" + "&".join(f"{word}=a%00b" for word in (*WORDS, "a%00b"))
    for browser in everybody:
        assert browser.get(reverse(name, kwargs=ROWS[name].kwargs) + query).status_code < 500


@pytest.fixture
def everybody(db) -> list[Client]:
    return [Client(), people.working(*Role, at=None)]
