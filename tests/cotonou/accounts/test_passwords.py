"""Passwords of staff: long, of any signs, not those that everybody tries."""

import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from cotonou.accounts.models import User
from tests.cotonou.accounts.people import PASSWORD, clerk, log_in_staff

CHANGE = "/compte/password/change/"


@pytest.mark.parametrize(
    "password",
    [
        "mairiedecotonou",
        "M@irie-Cotonou-2026",
        "Portail_Agent_2026!",
        "azertyazerty",
        "motdepasse1234",
        "P4ssw0rd!!!!!",
        "sunshine1234",
        "123456789987654321",
        "État civil 2026",
        "afi.dossou.mairie",
        "koffi agossou",
    ],
)
def test_what_everybody_would_try_is_refused(password):
    user = User(full_name="Koffi Agossou", email="afi.dossou@mairie.bj")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "girafe cotonou lune bleue",
        "ɖɛɔ ŋ vɔdun kpɛvi gbe",
        "x7#Kd92;!p0$zT",
        "83421173992100457716",
        "a" * 11 + "bcdefghi" * 8,
    ],
)
def test_any_signs_may_be_used_and_long_phrases(password):
    validate_password(password, User(full_name="Koffi Agossou"))


@pytest.mark.django_db
def test_a_password_is_changed_with_the_old_one_and_typed_masked(client):
    _, secret = clerk()
    log_in_staff(client, secret)
    page = client.get(CHANGE).content.decode()
    boxes = re.findall(r"<input[^>]*name=\"(?:oldpassword|password1|password2)\"[^>]*>", page)
    assert len(boxes) == 3
    assert all('type="password"' in box and "maxlength" not in box and "paste" not in box for box in boxes)
    assert ['autocomplete="new-password"' in box for box in boxes] == [False, True, True]
    new = "  Espaces gardés " + "é" * 60
    wrong = client.post(CHANGE, {"oldpassword": "autre chose", "password1": new, "password2": new})
    assert "celui-ci n’est pas le bon" in wrong.content.decode()
    assert (
        client.post(CHANGE, {"oldpassword": PASSWORD, "password1": new, "password2": new}).status_code == 302
    )
    user = User.objects.get()
    assert user.check_password(new)
    assert not user.check_password(new.strip())
    assert not user.check_password(new.lower())


@pytest.mark.django_db
def test_a_reset_password_does_not_stand_for_the_second_factor():
    user, _ = clerk()
    user.set_password("cinq autres mots bien choisis")
    user.save()
    client = Client()
    asked = client.post("/compte/login/", {"login": user.email, "password": "cinq autres mots bien choisis"})
    assert asked.headers["Location"] == "/compte/2fa/authenticate/"
    assert client.get("/agents/").headers["Location"].startswith("/compte/login/")


def test_passwords_are_stored_by_a_slow_hash():
    """The settings of the tests use a fast one; those of the portal keep Django's."""
    from cotonou.settings import base

    assert not hasattr(base, "PASSWORD_HASHERS")
    assert PBKDF2PasswordHasher.iterations >= 1_000_000
