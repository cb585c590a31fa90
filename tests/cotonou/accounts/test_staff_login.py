"""Staff: password, then a second factor, and a closed door after too many failures."""

import logging
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import reverse

from cotonou.accounts import second_factor
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office, User
from cotonou.accounts.services import create_staff
from cotonou.audit.models import Event
from cotonou.notifications.models import Message
from cotonou.territory.dates import local_today
from tests.cotonou.accounts.people import (
    CONFIRM,
    EMAIL,
    LOGIN,
    PASSWORD,
    PHONE,
    citizen,
    clerk,
    last_code,
    log_in_staff,
)

pytestmark = pytest.mark.django_db
AUTHENTICATE, ACTIVATE = "/compte/2fa/authenticate/", "/compte/2fa/totp/activate/"


def password(client, value=PASSWORD, login=EMAIL, **data):
    return client.post(LOGIN, {"login": login, "password": value} | data)


def test_password_then_application_code_leads_to_the_agents_space(client):
    user, secret = clerk()
    assert password(client).headers["Location"] == AUTHENTICATE
    assert "_auth_user_id" not in client.session
    done = client.post(AUTHENTICATE, {"code": second_factor.code_at(secret)})
    assert done.headers["Location"] == "/agents/"
    assert client.get("/agents/").status_code == 200
    assert Event.objects.filter(action="accounts.staff_logged_in", subject_uuid=user.public_id).exists()


def test_the_page_asked_for_is_reached_after_both_factors(client):
    _, secret = clerk()
    assert log_in_staff(client, secret, next_path="/agents/?x=1").headers["Location"] == "/agents/?x=1"


def test_a_code_of_the_application_serves_once(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    again = log_in_staff(Client(), secret)
    assert again.status_code == 200
    assert "Ce code a déjà servi" in again.content.decode()
    assert log_in_staff(Client(), secret, steps=1).headers["Location"] == "/agents/"


def test_a_recovery_code_serves_once(client):
    user, _ = clerk()
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    password(client)
    assert client.post(AUTHENTICATE, {"code": code}).headers["Location"] == "/agents/"
    second = Client()
    password(second)
    assert "n’est pas le bon" in second.post(AUTHENTICATE, {"code": code}).content.decode()


def passkey(user: User) -> None:
    """As kept by allauth; no log-in with it is tried here."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Téléphone"})


def test_staff_with_a_passkey_alone_still_show_a_second_factor(client):
    user, _ = clerk(enrolled=False)
    passkey(user)
    assert password(client).headers["Location"] == AUTHENTICATE
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("kept", ["passkey", "passkey and codes made once"])
def test_a_citizen_with_a_passkey_is_asked_for_the_code_and_nothing_else(client, kept):
    user = citizen()
    passkey(user)
    if kept != "passkey":
        RecoveryCodes.activate(user)
    client.post(LOGIN, {"login": PHONE})
    assert client.post(CONFIRM, {"code": last_code(PHONE)}).headers["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200
    page = client.get("/compte/2fa/").content.decode()
    assert "Téléphone" in page
    assert "Codes de secours" not in page
    assert "Application" not in page


def test_who_left_the_city_keeps_the_application_and_is_sent_to_the_mairie_not_to_an_administrator(client):
    user, secret = clerk()
    user.memberships.update(
        starts_on=local_today() - timedelta(days=9), ends_on=local_today() - timedelta(days=1)
    )
    assert password(client).headers["Location"] == AUTHENTICATE
    page = client.get(AUTHENTICATE).content.decode()
    assert "mairie d’arrondissement" in page
    assert "administrateur" not in page
    done = client.post(AUTHENTICATE, {"code": second_factor.code_at(secret)})
    assert done.headers["Location"] == "/espace/"


@pytest.mark.django_db(transaction=True)
def test_staff_without_second_factor_must_set_one_up_and_then_work(client):
    clerk(enrolled=False)
    assert password(client).headers["Location"] == "/agents/"
    assert client.get("/agents/").headers["Location"].startswith(ACTIVATE)
    page = client.get(ACTIVATE).content.decode()
    secret = re.search(r'class="p-code">([A-Z2-7]+)<', page)[1]
    done = client.post(ACTIVATE, {"code": second_factor.code_at(secret)})
    assert done.headers["Location"] == "/compte/2fa/recovery-codes/"
    assert client.get("/agents/").status_code == 200
    codes = client.get("/compte/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r'class="p-code">\d{8}<', codes)) == 10


def test_a_session_without_the_second_factor_is_asked_for_it(client):
    user, secret = clerk()
    client.force_login(user)  # as a session opened before the application was added
    asked = client.get("/agents/").headers["Location"]
    assert asked.startswith("/compte/2fa/reauthenticate/")
    assert client.post(asked, {"code": second_factor.code_at(secret)}).headers["Location"] == "/agents/"
    assert client.get("/agents/").status_code == 200


def test_staff_cannot_go_without_a_second_factor(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    page = client.post("/compte/2fa/totp/deactivate/").content.decode()
    assert "Un agent garde toujours" in page


def test_the_secret_of_the_application_is_not_readable_in_the_database():
    _, secret = clerk()
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_too_many_wrong_passwords_close_the_door_for_that_address_and_name(client, settings):
    clerk()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        refused = password(client, "faux")
    assert refused.status_code == 429
    assert "pendant 15 minutes" in refused.content.decode()
    assert password(client).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert password(elsewhere).headers["Location"] == AUTHENTICATE


def test_the_door_closes_alike_for_a_name_that_does_not_exist(client, settings):
    clerk()
    answers = []
    for login in (EMAIL, "personne@mairie.bj"):
        statuses = [
            (r.status_code, re.sub(r'value="[^"]*"', "", r.content.decode()))
            for r in (password(client, "faux", login) for _ in range(settings.AXES_FAILURE_LIMIT + 1))
        ]
        answers.append(statuses)
    assert answers[0] == answers[1]


def test_failures_leave_neither_address_nor_password_in_the_log(client, caplog):
    clerk()
    with caplog.at_level(logging.DEBUG):
        password(client, "le-mot-faux")
    assert EMAIL not in caplog.text
    assert "le-mot-faux" not in caplog.text


def test_a_new_colleague_chooses_a_password_from_the_link(client):
    create_staff(
        full_name="Reine Hounsou",
        email="reine@mairie.bj",
        office=Office.objects.get(code="A05"),
        role="CLERK",
        by=SYSTEM,
    )
    client.post("/compte/password/reset/", {"email": "reine@mairie.bj"})
    link = re.search(r"/compte/password/reset/key/\S+", Message.objects.get(to="reine@mairie.bj").body)[0]
    form = client.get(link).headers["Location"]
    short = client.post(form, {"password1": "court", "password2": "court"}).content.decode()
    assert "12 caractères" in short
    other = client.post(form, {"password1": PASSWORD, "password2": PASSWORD + "x"}).content.decode()
    assert "Saisissez deux fois le même mot de passe" in other
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert password(Client(), login="reine@mairie.bj").headers["Location"] == "/agents/"
    assert "déjà servi" in Client().get(link, follow=True).content.decode()


def test_an_ended_role_leaves_a_citizen(client):
    from cotonou.territory.dates import local_today

    user, secret = clerk()
    user.memberships.update(starts_on="2020-01-01", ends_on="2020-12-31")
    assert local_today().year > 2020
    assert log_in_staff(client, secret).headers["Location"] == "/espace/"
    assert client.get("/agents/").status_code == 403


def test_an_inactive_account_opens_nothing(client):
    user, _ = clerk()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert password(client).status_code in {200, 302}
    assert "_auth_user_id" not in client.session


def test_the_technical_administration_is_for_superusers_with_a_second_factor(client):
    user, secret = clerk()
    admin = reverse("admin:index")
    assert client.get(admin).headers["Location"].startswith(("/compte/login/", "/gestion-technique/login/"))
    log_in_staff(client, secret)
    assert client.get(admin).status_code == 302
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    assert client.get(admin).status_code == 200
    plain = Client()
    plain.force_login(user)
    assert plain.get(admin).status_code == 302


def test_logging_out_takes_a_post_and_ends_the_session(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    assert client.get("/compte/logout/").status_code == 200
    assert client.get("/agents/").status_code == 200
    assert client.post("/compte/logout/").headers["Location"] == "/"
    assert client.get("/agents/").status_code == 302
