"""The first pages: light, readable by anyone, and none of them a dead end."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from cotonou.accounts.models import Office
from cotonou.audit.models import Event
from tests.support import people

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/demarches/",
    "/contact/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/integrite/",
    "/suivi/",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_visitor_reads_the_page_in_both_languages(client, path, language):
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/demarches/mariage/"])
def test_a_first_visit_weighs_at_most_30_kb_in_6_requests(client, path):
    html = client.get(path).content.decode()
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', html))
    bodies = [html.encode(), *(Path(finders.find(name)).read_bytes() for name in files)]
    assert len(bodies) <= 6
    assert sum(len(gzip.compress(body, 9)) for body in bodies) <= 30 * 1024


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_of_another_host(client, path):
    html = client.get(path).content.decode()
    assert not re.findall(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?:https?:)?//', html)


def test_the_home_says_what_can_be_done_and_how_to_follow(client):
    said = client.get("/", headers={"Accept-Language": "fr"}).content.decode()
    for words in ("Que voulez-vous faire", "Copie ou extrait d’acte de naissance", "Suivre une demande"):
        assert words in said
    assert 'action="/suivi/"' in said
    assert 'href="/v"' in said


def test_the_home_costs_few_queries(client, django_assert_max_num_queries):
    client.get("/")
    with django_assert_max_num_queries(8):
        client.get("/")


def test_offices_show_what_is_known_and_leave_out_the_rest(client):
    office = Office.objects.get(code="A05")
    office.address, office.phone = "Rue 120, Cadjèhoun", "+2290121300400"
    office.save()
    said = client.get("/contact/").content.decode()
    assert said.count("Bureau du") == 13
    assert "Rue 120, Cadjèhoun" in said
    assert 'href="tel:+2290121300400"' in said


def test_the_space_greets_and_offers_a_first_step(client):
    people.log_in(client, people.citizen("Sèna Ɖossou"))
    said = client.get("/espace/", headers={"Accept-Language": "fr"}).content.decode()
    assert "Bonjour Sèna Ɖossou" in said
    assert reverse("catalogue:services") in said


def test_a_visitor_is_sent_to_log_in_and_comes_back(client):
    assert client.get("/espace/profil/").headers["Location"] == "/compte/login/?next=%2Fespace%2Fprofil%2F"


def test_the_profile_is_changed_and_the_journal_says_which_fields(client):
    user = people.citizen("Afi Dosou")
    people.log_in(client, user)
    response = client.post("/espace/profil/", {"full_name": "Afi Dossou", "language": "en"})
    assert response.status_code == 302
    user.refresh_from_db()
    assert (user.full_name, user.language) == ("Afi Dossou", "en")
    event = Event.objects.get(action="accounts.profile_changed")
    assert event.data == {"fields": ["full_name", "language"]}


def test_an_empty_name_is_named_and_nothing_typed_is_lost(client):
    people.log_in(client, people.citizen())
    response = client.post(
        "/espace/profil/", {"full_name": "", "language": "en"}, headers={"Accept-Language": "fr"}
    )
    assert response.status_code == 422
    assert "Saisissez votre nom et vos prénoms" in response.content.decode()


def test_the_content_policy_allows_nothing_inline():
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & {str(v) for values in rules.values() for v in values}
