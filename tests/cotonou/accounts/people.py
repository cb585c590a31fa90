"""Accounts for the tests of logging in."""

import re

from allauth.account.models import EmailAddress
from django.test import Client

from cotonou.accounts import second_factor
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office, User
from cotonou.accounts.permissions import Role
from cotonou.accounts.services import create_staff
from cotonou.notifications.models import Message

PHONE, OTHER_PHONE = "+2290197000001", "+2290197000002"
EMAIL, PASSWORD = "clerc@mairie.bj", "quatre mots sans rapport"
LOGIN, CONFIRM, SIGNUP = "/compte/login/", "/compte/login/code/confirm/", "/compte/signup/"


def citizen(**fields) -> User:
    given = {"full_name": "Afi Dossou", "phone": PHONE, "phone_verified": True} | fields
    return User.objects.create_user(**given)


def with_email(user: User, email: str, *, verified: bool = True) -> User:
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    if verified:
        user.email = email
        user.save()
    return user


def clerk(*, email: str = EMAIL, role: str = Role.CLERK, enrolled: bool = True) -> tuple[User, str]:
    """A member of staff of the 5th arrondissement with a password, and the secret of their application."""
    user = create_staff(
        full_name="Koffi Agossou",
        email=email,
        password=PASSWORD,
        office=Office.objects.get(code="A05"),
        role=role,
        by=SYSTEM,
    )
    return user, second_factor.enrol(user) if enrolled else ""


def last_code(to: str) -> str:
    return re.search(r"\d{6}", Message.objects.filter(to=to).newest_first()[0].body)[0]


def log_in_staff(client: Client, secret: str, *, steps: int = 0, next_path: str = ""):
    client.post(LOGIN, {"login": EMAIL, "password": PASSWORD, "next": next_path})
    return client.post("/compte/2fa/authenticate/", {"code": second_factor.code_at(secret, steps=steps)})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
