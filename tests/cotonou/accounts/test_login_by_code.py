"""Citizens log in with a code on a phone or mailbox they proved; nobody learns who has an account."""

import re

import pytest
from django.test import Client

from cotonou.accounts.models import User
from cotonou.core.models import Contact
from cotonou.jobs.models import Job
from cotonou.notifications.models import Message
from tests.cotonou.accounts.people import (
    CONFIRM,
    LOGIN,
    OTHER_PHONE,
    PHONE,
    SIGNUP,
    citizen,
    last_code,
    with_email,
    wrong,
)

pytestmark = pytest.mark.django_db


def ask(client, login, **data):
    return client.post(LOGIN, {"login": login} | data)


@pytest.mark.parametrize("typed", ["01 97 00 00 01", "97000001", "+229 01 97 00 00 01"])
def test_a_phone_code_logs_in(client, typed):
    user = citizen()
    assert ask(client, typed).headers["Location"] == CONFIRM
    assert "01\u00a097\u00a000\u00a000\u00a001" in client.get(CONFIRM).content.decode()
    assert client.post(CONFIRM, {"code": last_code(PHONE)}).headers["Location"] == "/espace/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_email_code_logs_in(client):
    with_email(citizen(), "afi@exemple.bj")
    ask(client, "Afi@exemple.bj")
    assert client.post(CONFIRM, {"code": last_code("afi@exemple.bj")}).headers["Location"] == "/espace/"


def test_codes_do_not_wait_behind_other_work(client):
    citizen()
    ask(client, PHONE)
    assert Job.objects.get().queue == "codes"


def test_a_wrong_code_says_what_to_do_and_five_end_the_attempt(client):
    citizen()
    ask(client, PHONE)
    code = last_code(PHONE)
    page = client.post(CONFIRM, {"code": wrong(code)}).content.decode()
    assert "Saisissez le dernier code reçu" in page
    for _ in range(4):
        last = client.post(CONFIRM, {"code": wrong(code)})
    assert last.headers["Location"] == LOGIN
    assert client.post(CONFIRM, {"code": code}).headers["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_another_code_can_be_asked_for_and_the_first_is_dead(client):
    citizen()
    ask(client, PHONE)
    first = last_code(PHONE)
    assert client.post(CONFIRM, {"action": "resend"}).headers["Location"] == CONFIRM
    second = last_code(PHONE)
    assert first == second or client.post(CONFIRM, {"code": first}).status_code == 200
    assert client.post(CONFIRM, {"code": second}).headers["Location"] == "/espace/"


def test_an_unproved_phone_or_email_opens_nothing(client):
    with_email(citizen(phone_verified=False), "afi@exemple.bj", verified=False)
    for login in (PHONE, "afi@exemple.bj"):
        ask(client, login)
        assert not Message.objects.filter(to=login, body__regex=r"\d{6}").exists()


def shown(response) -> tuple[int, str, str]:
    """What a stranger can compare: status, address, page without tokens and without what was typed."""
    body = re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())
    body = re.sub(r"(\+229)?01.?97.?00.?00.?0\d|(afi|inconnu)@exemple\.bj", "<address>", body)
    return response.status_code, response.headers.get("Location", ""), body


@pytest.mark.parametrize("page", [LOGIN, SIGNUP, "/compte/password/reset/"])
@pytest.mark.parametrize("by", ["phone", "email"])
def test_known_and_unknown_addresses_get_the_same_answers(page, by):
    with_email(citizen(), "afi@exemple.bj")
    known, unknown = (PHONE, OTHER_PHONE) if by == "phone" else ("afi@exemple.bj", "inconnu@exemple.bj")
    data = {LOGIN: "login", SIGNUP: "phone"}.get(page, "email")
    answers = []
    for address in (known, unknown):
        client = Client()
        steps = [client.get(page)]
        steps.append(client.post(page, {data: address, "full_name": "Sossa"}))
        if follow := steps[-1].headers.get("Location"):
            steps += [
                client.get(follow),
                client.post(follow, {"code": "000000"}),
                client.post(follow, {"action": "resend"}),
            ]
        answers.append([shown(step) for step in steps])
    assert answers[0] == answers[1]


def test_the_limit_on_codes_is_the_same_for_an_unknown_phone(settings):
    citizen()
    settings.ACCOUNT_RATE_LIMITS = False
    last = []
    for phone in (PHONE, OTHER_PHONE):
        for _ in range(5):
            response = ask(Client(), phone)
        last.append((response.status_code, "Trop de codes demandés" in response.content.decode()))
    assert last == [(429, True), (429, True)]


def test_the_session_changes_at_login(client):
    citizen()
    client.get(LOGIN)
    ask(client, PHONE)
    before = client.session.session_key
    client.post(CONFIRM, {"code": last_code(PHONE)})
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/espace/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
def test_a_foreign_next_is_ignored(client, target):
    citizen()
    page = f"{LOGIN}?next={target}"
    confirm = client.post(page, {"login": PHONE, "next": target}).headers["Location"]
    after = client.post(confirm, {"code": last_code(PHONE), "next": target})
    assert after.headers["Location"] == "/espace/"


def test_our_own_next_is_kept(client):
    citizen()
    confirm = client.post(LOGIN, {"login": PHONE, "next": "/suivi/"}).headers["Location"]
    assert client.post(confirm, {"code": last_code(PHONE)}).headers["Location"] == "/suivi/"


def sign_up(client, phone=PHONE, name="Sossa Gbaguidi"):
    return client.post(SIGNUP, {"full_name": name, "phone": phone})


def test_signing_up_takes_a_name_and_a_phone_that_is_proved(client):
    assert sign_up(client, "97 00 00 01").headers["Location"] == "/compte/phone/verify/"
    assert not User.objects.get(phone=PHONE).phone_verified
    assert client.post("/compte/phone/verify/", {"code": last_code(PHONE)}).headers["Location"] == "/espace/"
    user = User.objects.get(phone=PHONE)
    assert (user.full_name, user.phone_verified, user.has_usable_password()) == (
        "Sossa Gbaguidi",
        True,
        False,
    )


def test_a_sign_up_left_unproved_does_not_keep_the_number(client):
    sign_up(client, name="Le Premier")
    second = Client()
    sign_up(second, name="La Vraie")
    assert second.post("/compte/phone/verify/", {"code": last_code(PHONE)}).headers["Location"] == "/espace/"
    assert User.objects.get(phone=PHONE).full_name == "La Vraie"


def test_signing_up_with_a_known_phone_warns_its_owner_and_changes_nothing(client):
    citizen()
    sign_up(client, name="Intrus")
    assert "déjà un compte" in Message.objects.get(to=PHONE).body
    assert User.objects.get().full_name == "Afi Dossou"


def test_requests_made_before_the_account_join_it_only_when_the_phone_is_proved(client):
    early = Contact.objects.create(name="Sossa", phone=PHONE)
    taken = Contact.objects.create(name="Autre", phone=PHONE, user_uuid=citizen(phone=OTHER_PHONE).public_id)
    sign_up(client)
    early.refresh_from_db()
    assert early.user_uuid is None
    client.post("/compte/phone/verify/", {"code": last_code(PHONE)})
    early.refresh_from_db()
    user = User.objects.get(phone=PHONE)
    assert early.user_uuid == user.public_id
    assert Contact.objects.get(pk=taken.pk).user_uuid != user.public_id


def test_an_empty_form_names_the_field_and_the_remedy(client):
    page = client.post(SIGNUP, {}).content.decode()
    assert "Saisissez vos prénoms et votre nom" in page
    assert "Saisissez votre numéro de téléphone" in page
    assert "Saisissez un téléphone, par exemple" in ask(client, "bonjour").content.decode()


def test_adding_an_email_links_its_requests_once_confirmed(client):
    user = citizen()
    early = Contact.objects.create(name="Afi", email="Afi@exemple.bj")
    client.force_login(user)
    client.post("/compte/email/", {"email": "afi@exemple.bj", "action_add": "1"})
    early.refresh_from_db()
    assert early.user_uuid is None
    body = Message.objects.get(to="afi@exemple.bj").body
    link = re.search(r"/compte/confirm-email/\S+", body)[0]
    assert "Oui, c’est mon adresse" in client.get(link).content.decode()
    client.post(link)
    early.refresh_from_db()
    assert early.user_uuid == user.public_id
    assert User.objects.get(pk=user.pk).email == "afi@exemple.bj"


def test_changing_phone_takes_a_code_on_the_new_one(client):
    user = citizen()
    client.force_login(user)
    assert (
        client.post("/compte/phone/change/", {"phone": "97000002"}).headers["Location"]
        == "/compte/phone/verify/"
    )
    assert str(User.objects.get().phone) == PHONE
    client.post("/compte/phone/verify/", {"code": last_code(OTHER_PHONE)})
    assert str(User.objects.get().phone) == OTHER_PHONE
