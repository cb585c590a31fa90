"""/suivi/: code and phone open a request; nothing else tells whether it exists."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cotonou.accounts import grants
from cotonou.catalogue import tracking as registry
from cotonou.catalogue.tracking import TrackedItem
from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.jobs.models import Job
from cotonou.portal import tracking
from cotonou.portal.models import TrackingAttempt
from tests.support.threads import together

CODE, OTHER = "ABCDE1234" + codes.check_character("ABCDE1234"), codes.new_code()
PHONE = "01 97 00 00 00"


@pytest.fixture
def contact(db, monkeypatch):
    """A request under CODE whose page is /suivi/CODE/."""
    person = Contact.objects.create(name="Afi Dossou", phone="+2290197000000")
    finder = {"tests": lambda code: TrackedItem(person, f"/suivi/{code}/") if code == CODE else None}
    monkeypatch.setattr(registry, "_finders", finder)
    return person


def follow(client, code=CODE, phone=PHONE, **extra):
    return client.post("/suivi/", {"code": code, "phone": phone}, **extra)


@pytest.mark.parametrize("code", [CODE, CODE.lower(), codes.pretty(CODE), f" {CODE[:3]} {CODE[3:]} "])
@pytest.mark.parametrize("phone", [PHONE, "97000000", "+229 01 97 00 00 00", "0022997000000"])
def test_code_and_phone_open_the_request_however_they_are_typed(client, contact, code, phone):
    response = follow(client, code, phone)
    assert (response.status_code, response.headers["Location"]) == (302, f"/suivi/{CODE}/")
    assert contact.public_id in {*map(type(contact.public_id), client.session[grants.KEY])}


def test_what_was_proved_lasts_two_hours(client, contact, rf):
    follow(client)
    request = rf.get("/")
    request.session = client.session
    assert grants.current(request) == {contact.public_id}
    with time_machine.travel(timezone.now() + timedelta(hours=2, seconds=1)):
        assert grants.current(request) == frozenset()


def test_an_unknown_code_and_a_wrong_phone_get_the_same_answer(client, contact):
    answers = []
    for code, phone in ((OTHER, PHONE), (CODE, "01 96 00 00 00")):
        response = follow(client, code, phone)
        assert response.status_code == 422
        page = response.content.decode().replace(code, "CODE").replace(phone, "PHONE")
        answers.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page))
    assert answers[0] == answers[1]
    assert "Aucune demande ne correspond" in answers[0]
    assert grants.KEY not in client.session


def test_a_mistyped_code_is_named_at_once_and_costs_no_attempt(client, contact):
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    response = follow(client, wrong)
    assert response.status_code == 422
    assert "une lettre ou un chiffre est faux" in response.content.decode()
    assert not TrackingAttempt.objects.exists()
    assert wrong in response.content.decode()  # nothing typed is lost


def test_guessing_phones_of_one_code_stops_whatever_the_address(client, contact):
    for number in range(tracking.PER_CODE):
        assert (
            follow(client, phone=f"01 96 00 00 0{number}", REMOTE_ADDR=f"10.0.0.{number}").status_code == 422
        )
    response = follow(client, REMOTE_ADDR="10.0.0.99")  # the right phone, even
    assert response.status_code == 429
    assert "Trop d’essais" in response.content.decode()


def test_guessing_codes_from_one_address_stops(client, contact, monkeypatch):
    monkeypatch.setattr(tracking, "PER_ADDRESS", 5)
    for _ in range(5):
        assert follow(client, codes.new_code()).status_code == 422
    assert follow(client, codes.new_code()).status_code == 429
    assert follow(client, codes.new_code(), REMOTE_ADDR="10.9.9.9").status_code == 422


def test_the_door_opens_again_after_a_quarter_of_an_hour(client, contact):
    for _ in range(tracking.PER_CODE):
        follow(client, phone="01 96 00 00 00")
    assert follow(client).status_code == 429
    TrackingAttempt.objects.update(at=timezone.now() - tracking.WINDOW)
    assert follow(client).status_code == 302


def test_looking_again_and_again_at_one_s_own_request_is_free(client, contact):
    for _ in range(tracking.PER_CODE + 2):
        assert follow(client).status_code == 302
    assert not TrackingAttempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_do_not_slip_under_the_limit(contact):
    def guess(number):
        return tracking.find(code=CODE, phone=f"+22901960000{number:02d}", ip=f"10.0.0.{number}")

    results = together(20, guess)
    refused = [r for r in results if isinstance(r, tracking.UnknownRequestError)]
    stopped = [r for r in results if isinstance(r, tracking.TooManyAttemptsError)]
    assert (len(refused), len(stopped)) == (tracking.PER_CODE, 20 - tracking.PER_CODE)


def test_neither_address_nor_code_is_kept_in_clear(client, contact):
    follow(client, phone="01 96 00 00 00", REMOTE_ADDR="41.138.89.7")
    row = TrackingAttempt.objects.values().get()
    assert "41.138.89.7" not in str(row)
    assert CODE not in str(row)


def test_attempts_are_forgotten_after_a_day(client, contact):
    follow(client, phone="01 96 00 00 00")
    TrackingAttempt.objects.update(at=timezone.now() - timedelta(hours=25))
    follow(client, phone="01 96 00 00 00")
    tracking.purge(Job())
    assert TrackingAttempt.objects.count() == 1


def test_a_link_may_bring_the_code(client, contact):
    assert f'value="{CODE}"' in client.get(f"/suivi/?code={CODE}").content.decode()
