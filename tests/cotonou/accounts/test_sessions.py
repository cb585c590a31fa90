"""A screen left alone closes by itself, and loses nothing that was typed."""

import html
import re
import time
from datetime import timedelta

import pytest
import structlog
import time_machine
from django.test import Client
from django.utils import timezone

from cotonou.accounts import second_factor
from cotonou.accounts.models import User
from cotonou.core.models import Contact
from tests.cotonou.accounts.people import PASSWORD, clerk, log_in_staff
from tests.support import people

pytestmark = pytest.mark.django_db


def at(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=True)


def gone(client: Client) -> bool:
    return "/compte/login/" in client.get("/agents/").headers.get("Location", "")


def test_an_hour_without_doing_anything_ends_the_session():
    client = people.working("CLERK")
    with at(minutes=59):
        assert not gone(client)
    with at(minutes=61 + 59):
        assert gone(client)
        assert "_auth_user_id" not in client.session


def test_twelve_hours_end_it_whatever_one_does():
    client = people.working("CLERK")
    for minutes in range(50, 12 * 60, 50):
        with at(minutes=minutes):
            assert not gone(client), minutes
    with at(hours=12, minutes=1):
        assert gone(client)


def test_an_active_person_costs_one_write_in_five_minutes():
    client = people.working("CLERK")
    client.get("/espace/profil/")
    before = client.session.get("seen_at")
    with at(minutes=4):
        client.get("/espace/profil/")
        assert client.session.get("seen_at") == before
    with at(minutes=6):
        client.get("/espace/profil/")
        assert client.session["seen_at"] > time.time() - 5


def test_what_was_proved_by_code_and_phone_ends_with_the_session():
    client = people.working("CLERK")
    people.prove(client, Contact.objects.create(name="Afi", phone="+2290197000001"))
    with at(minutes=61):
        assert gone(client)
        assert "contact_grants" not in client.session


def test_what_was_typed_when_the_session_ended_is_kept_and_can_be_sent_again():
    client = people.working("ADMINISTRATOR", at=None)
    address, typed = "/agents/jours-feries/", {"name": "Fête <b>", "day_0": "3"}
    with at(hours=2):
        page = client.post(address, typed, HTTP_SEC_FETCH_SITE="same-origin")
    text = page.content.decode()
    assert page.status_code == 403
    assert "Votre session a pris fin" in text
    assert 'href="/compte/login/?next=' in text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text))
    assert html.unescape(kept["name"]) == "Fête <b>"
    assert kept["day_0"] == "3"


def test_a_form_from_elsewhere_is_only_sent_to_log_in():
    answer = Client().post("/agents/jours-feries/", {"name": "x"}, HTTP_SEC_FETCH_SITE="cross-site")
    assert answer.headers["Location"].startswith("/compte/login/")


def test_proving_oneself_again_changes_the_session_key(client):
    user, secret = clerk()
    client.force_login(user)
    before = client.session.session_key
    asked = client.get("/agents/").headers["Location"]
    client.post(asked, {"code": second_factor.code_at(secret)})
    assert client.session.session_key != before
    assert client.get("/agents/").status_code == 200


def test_another_password_closes_every_other_session(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    other = Client()
    log_in_staff(other, secret, steps=1)
    assert not gone(other)
    new = "cinq autres mots bien choisis"
    client.post("/compte/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert gone(other)
    assert not gone(client)


def test_the_address_that_opens_the_account_is_changed_after_a_fresh_proof_only(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    with at(minutes=10):
        asked = client.post("/compte/email/", {"action_add": "", "email": "autre@mairie.bj"})
        assert asked.headers["Location"].startswith("/compte/reauthenticate/")


def test_a_page_of_somebody_is_not_kept_by_the_browser():
    client = people.working("CLERK")
    for path in ("/agents/", "/espace/", "/compte/2fa/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    assert "no-store" not in Client().get("/").headers.get("Cache-Control", "")


def test_a_log_line_says_which_request_and_who():
    client = people.working("CLERK")
    client.get("/agents/")
    first = structlog.contextvars.get_contextvars()
    assert first["user"] == str(User.objects.get().public_id)
    Client().get("/")
    second = structlog.contextvars.get_contextvars()
    assert "user" not in second
    assert second["request"] != first["request"]


def test_log_ins_right_and_wrong_leave_a_line_without_address(client, caplog):
    user, secret = clerk()
    with caplog.at_level("INFO"):
        client.post("/compte/login/", {"login": user.email, "password": "le-mot-faux"})
        log_in_staff(client, secret)
        client.post("/compte/2fa/reauthenticate/", {"code": "000000"})
        client.post("/compte/logout/")
    for event in ("password_refused", "proof_shown", "logged_in", "second_factor_refused", "logged_out"):
        assert f"accounts.{event}" in caplog.text, event
    assert user.email not in caplog.text
    assert "le-mot-faux" not in caplog.text


def test_a_wrong_code_received_by_sms_leaves_a_line(client, caplog):
    people.citizen(phone="+2290197000001", phone_verified=True)
    client.post("/compte/login/", {"login": "01 97 00 00 01"})
    client.post("/compte/login/code/confirm/", {"code": "000000"})
    assert "accounts.login_code_refused" in caplog.text
