"""Every page: its title, its language, its weight, and pages for when things go wrong."""

import gzip
import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

pytestmark = pytest.mark.django_db

HERE = "/dev/composants/"


def static_files(html: str) -> list[str]:
    return sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html)))


def weight(html: str) -> int:
    """Bytes of a page and of all it loads, compressed as the server sends them."""
    files = [
        (settings.BASE_DIR / "static" / name.removeprefix("/static/")).read_bytes()
        for name in static_files(html)
    ]
    return sum(len(gzip.compress(body, 9)) for body in (html.encode(), *files))


def test_a_citizens_page_is_light_and_asks_for_little(client):
    html = client.get(HERE).content.decode()  # the heaviest page there is
    assert len(static_files(html)) + 1 <= 6
    assert weight(html) <= 30_000


def test_an_agents_page_is_light(client):
    assert weight(client.get("/dev/composants/agents/").content.decode()) <= 50_000


def test_htmx_is_only_for_agents(client):
    assert "htmx" not in client.get(HERE).content.decode()
    assert "vendor/htmx.min.js" in client.get("/dev/composants/agents/").content.decode()


def test_a_page_holds_no_inline_script_or_style(client):
    for path in (HERE, "/dev/composants/agents/", "/dev/composants/fin/", "/dev/composants/erreur/500/"):
        html = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:", html), path


def test_the_language_changes_and_the_page_stays(client):
    html = client.get(f"{HERE}?etat=rempli").content.decode()
    assert f'name="next" value="{HERE}?etat=rempli"' in html
    answer = client.post(reverse("set_language"), {"language": "en", "next": f"{HERE}?etat=rempli"})
    assert answer.headers["Location"] == f"{HERE}?etat=rempli"
    assert '<html lang="en"' in client.get(HERE).content.decode()


def test_a_refused_form_answers_422_and_says_so_in_the_title(client):
    answer = client.post(HERE, {"last_name": ""})
    assert answer.status_code == 422
    assert "<title>Erreur : " in answer.content.decode()
    assert "<title>Composants" in client.get(HERE).content.decode()


def test_a_demonstration_city_says_what_it_is(client, settings):
    assert "Ville de démonstration" in client.get(HERE).content.decode()
    settings.DEMO = False
    assert "Ville de démonstration" not in client.get(HERE).content.decode()


def test_the_layout_costs_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(HERE)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 419, 500])
def test_a_page_for_trouble_says_what_to_do(client, status):
    answer = client.get(f"/dev/composants/erreur/{status}/")
    assert answer.status_code == {419: 403}.get(status, status)
    html = answer.content.decode()
    assert html.count("<h1") == 1
    assert "govuk-body" in html
    assert 'href="/"' in html


def test_the_page_of_a_breakdown_needs_nothing():
    with translation.override("fr"):
        assert "ne payez pas une seconde fois" in render_to_string("500.html")


def test_an_expired_page_is_told_in_words(settings):
    answer = Client(enforce_csrf_checks=True).post(HERE, {})
    assert answer.status_code == 403
    assert "restée ouverte trop longtemps" in answer.content.decode()
