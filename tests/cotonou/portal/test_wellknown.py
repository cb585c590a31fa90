"""What browsers, search engines and researchers find at the addresses they all know."""

import io
import re
from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cotonou.catalogue.models import Service
from tests.architecture.matrix import ANYONE, PUBLISHED, ROWS
from tests.architecture.test_permission_matrix import routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def robots(client) -> RobotFileParser:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    parser = RobotFileParser()
    parser.parse(response.content.decode().splitlines())
    return parser


def test_search_engines_may_read_what_the_city_publishes(robots, client):
    paths = [
        "/",
        "/demarches/",
        "/v",
        "/contact/",
        "/accessibilite/",
        "/donnees-personnelles/",
        "/integrite/",
    ]
    paths += [reverse("catalogue:service", args=[s.slug]) for s in Service.objects.published()]
    assert [path for path in paths if not robots.can_fetch("*", path)] == []
    assert [path for path in paths if client.get(path).status_code != 200] == []


@pytest.mark.parametrize(
    "path",
    [
        "/agents/",
        "/api/v1/",
        "/compte/login/",
        "/demandes/0/reprendre/",
        "/documents/0/",
        "/espace/",
        "/gestion-technique/",
        "/metrics",
        "/paiements/0/",
        "/recu/ABCDE12345/",
        "/reprendre/",
        "/sante/ready",
        "/suivi/",
        "/suivi/ABCDE12345/",
        "/v/ABCDE12345",
    ],
)
def test_search_engines_keep_out_of_what_belongs_to_somebody(robots, path):
    assert not robots.can_fetch("*", path)


def test_no_page_of_a_person_is_left_to_search_engines(robots):
    """By the matrix: what not everybody may see, or only who holds a code, is not for an index."""
    left = []
    for address, name, _pattern in routes():
        row = ROWS[name]
        if row.get == ANYONE and not row.private and row.why in ("", PUBLISHED):
            continue
        path = "/" + re.sub(r"<[^>]+>", "x", address)
        # What somebody types in a form lies under the page of its service.
        if not path.startswith("/demarches/") and robots.can_fetch("*", path):
            left.append(path)
    assert left == []


def test_a_browser_that_asks_for_favicon_ico_gets_the_mark_of_the_city(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/favicon.ico")
    assert response.headers["Content-Type"] == "image/x-icon"
    assert "max-age" in response.headers["Cache-Control"]
    icon = Image.open(io.BytesIO(response.content))
    assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert icon.convert("RGBA").getpixel((24, 3)) == (0, 99, 74, 255)


def test_a_researcher_is_told_where_to_report_a_weakness(client, settings):
    settings.PORTAL_URL = "https://portail.example.bj"
    said = dict(
        line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines()
    )
    assert said["Contact"] == "mailto:securite@example.bj"
    assert said["Canonical"] == "https://portail.example.bj/.well-known/security.txt"
    expires = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=100) < expires - timezone.now() < timedelta(days=365)


def test_without_a_contact_there_is_no_such_file(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
