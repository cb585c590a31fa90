"""What every answer tells the browser, and what production settings add."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.http import HttpResponse

from cotonou.documents.views.files import _lock_down
from tests.support import people

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/demarches/",
    "/suivi/",
    "/v",
    "/nulle-part/",
    "/api/v1/",
    "/api/v1/schema/",
    "/integrite.json",
    "/sw.js",
    "/sante/live",
    "/compte/login/",
    "/static/portail/portail.css",
    "/gestion-technique/",
    "/robots.txt",
)
GUARDS = {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'self'"}


def policy(response) -> set[str]:
    return {rule.strip() for rule in response.headers["Content-Security-Policy"].split(";")}


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_guarded(client, path):
    response = client.get(path)
    response.close()
    assert policy(response) >= GUARDS
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & {
        w for rule in policy(response) for w in rule.split()
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]
    if response.headers["Content-Type"].startswith("text/"):
        assert "charset=" in response.headers["Content-Type"]


def test_pages_of_agents_too():
    assert policy(people.working("CLERK").get("/agents/")) >= GUARDS


def test_a_private_file_can_do_nothing_and_be_framed_nowhere():
    rules = policy(_lock_down(HttpResponse()))
    assert rules == {"default-src 'none'", "frame-ancestors 'none'", "sandbox"}


@pytest.mark.parametrize("path", ["/", "/suivi/", "/v", "/agents/", "/api/v1/services/", "/sante/live"])
def test_trace_is_not_answered(client, path):
    response = client.generic("TRACE", path, HTTP_X_SECRET="s3cr3t")
    assert response.status_code in {302, 405}
    assert b"s3cr3t" not in response.content


def test_cookies_are_for_the_server_alone(client):
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    phone = str(people.citizen(phone="+2290197000001", phone_verified=True).phone)
    client.post("/compte/login/", {"login": phone})
    for name in (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


PRODUCTION = """
import json, django
from django.conf import settings as s
django.setup()
from django.test import Client
from django.urls import Resolver404, resolve
def exists(path):
    try:
        return bool(resolve(path))
    except Resolver404:
        return False
def ask(path, **kw):
    r = Client().get(path, **kw)
    return [r.status_code, dict(r.headers)]
print(json.dumps({
    "cookies": [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME],
    "secure": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE],
    "debug": s.DEBUG or s.DEMO,
    "clear": ask("/sw.js"), "api": ask("/api/v1/"), "event": ask("/paiements/x/evenements"),
    "tls": ask("/robots.txt", secure=True), "components": exists("/dev/composants/"), "home": exists("/"),
}))
"""


@pytest.fixture(scope="module")
def production() -> dict:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cotonou.settings.prod",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "testserver",
        "PORTAL_URL": "https://testserver",
    }
    command = [sys.executable, "-c", PRODUCTION]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_cookies_of_production_belong_to_one_host_over_tls(production):
    assert [name for name in production["cookies"] if not name.startswith("__Host-")] == []
    assert production["secure"] == [True, True, True]


def test_people_are_led_to_https_and_programs_refused(production):
    assert production["clear"][0] == 301
    assert production["clear"][1]["Location"].startswith("https://")
    assert production["api"][0] == production["event"][0] == 403


def test_production_asks_for_https_for_a_year(production):
    assert production["tls"][0] == 200
    assert int(production["tls"][1]["Strict-Transport-Security"].split("=")[1].split(";")[0]) >= 31_536_000


def test_production_has_no_demonstration(production):
    assert production["debug"] is False
    assert production["home"] is True
    assert production["components"] is False
