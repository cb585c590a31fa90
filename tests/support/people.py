"""Somebody in front of a page: with a role somewhere, an account, or only a code and a phone."""

import uuid

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from cotonou.accounts import grants
from cotonou.accounts.models import Membership, Office, User
from cotonou.core.models import Contact
from cotonou.territory.dates import local_today


def office(number: int | None = 5) -> Office:
    """The office of an arrondissement; the mairie for None."""
    return Office.objects.get(code=f"A{number:02d}" if number else "MAIRIE")


def citizen(name: str = "Afi Dossou", **fields) -> User:
    return User.objects.create_user(full_name=name, email=f"{uuid.uuid4().hex}@exemple.bj", **fields)


def agent(*roles: str, at: int | None = 5, name: str = "") -> User:
    user = citizen(name or " ".join(roles).title())
    for role in roles:
        Membership.objects.create(user=user, office=office(at), role=role, starts_on=local_today())
    return user


def log_in(client: Client, user: User, *, second_factor: bool = True) -> Client:
    """What the log-in pages leave in the session, without the pages."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "password", email=user.email)
    if second_factor:
        record_authentication(request, user, "mfa", type="totp")
    request.session.save()
    return client


def prove(client: Client, contact: Contact) -> Client:
    """What « Suivre une demande » leaves in the session of whoever knew the code and the phone."""
    request = HttpRequest()
    request.session = client.session
    grants.give(request, contact.public_id)
    request.session.save()
    return client


def working(*roles: str, at: int | None = 5) -> Client:
    """A browser in which an agent with these roles is logged in with the second factor."""
    return log_in(Client(), agent(*roles, at=at))
