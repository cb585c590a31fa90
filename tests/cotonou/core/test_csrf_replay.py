"""A stale form is never a lost form."""

import html
import re

import pytest
from django.test import Client

from cotonou.core.views.csrf import came_from_us

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.cotonou.formbuilder.urls")]
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def test_what_was_typed_comes_back_in_a_fresh_form(strict):
    answer = strict.post("/reprendre/?a=1", {"resume-phone": '97 "00" <b>', "note": "un\ndeux"}, **OURS)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert 'action="/reprendre/?a=1"' in page
    assert "Renvoyer" in page
    assert hidden(page)["resume-phone"] == '97 "00" <b>'
    assert "<b>" not in page.split("<main")[1]


def test_sending_it_again_reaches_the_page_it_was_for(strict):
    page = strict.post("/reprendre/", {"resume-phone": "97000001"}, **OURS).content.decode()
    again = strict.post("/reprendre/", hidden(page), **OURS)
    assert again.status_code == 422
    assert 'value="97000001"' in again.content.decode()


@pytest.mark.parametrize(
    "name", ["password", "new_password1", "otp", "resume-code", "code", "secret_answer", "pin"]
)
def test_secrets_are_never_written_back(strict, name):
    page = strict.post("/reprendre/", {name: "s3cr3t", "other": "kept"}, **OURS).content.decode()
    assert "s3cr3t" not in page
    assert hidden(page)["other"] == "kept"
    assert "à saisir de nouveau" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://testserver"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_REFERER": "http://testserver.evil.example/"},
        {},
    ],
)
def test_a_form_from_elsewhere_is_never_made_ready_to_send(strict, headers):
    page = strict.post("/reprendre/", {"note": "attaque"}, **headers).content.decode()
    assert "attaque" not in page
    assert "Renvoyer" not in page


@pytest.mark.parametrize(
    "headers", [{"HTTP_ORIGIN": "http://testserver"}, {"HTTP_REFERER": "http://testserver/x"}]
)
def test_an_old_browser_vouches_by_origin_or_referer(rf, headers):
    assert came_from_us(rf.post("/", **headers))


def test_the_api_answers_in_its_own_way(strict):
    answer = strict.post("/api/v1/services/", **OURS)
    assert answer.status_code in (401, 403, 405)
    assert "Renvoyer" not in answer.content.decode()


def test_a_form_too_big_to_show_again_gets_the_plain_page(strict):
    page = strict.post("/reprendre/", {"note": "x" * 400_000}, **OURS).content.decode()
    assert "Renvoyer" not in page
    assert "restée ouverte trop longtemps" in page
