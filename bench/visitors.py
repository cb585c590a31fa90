"""Somebody logged in, as the test client knows it."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from cotonou.accounts.models import Membership, User


def clerk_of(code: str, role: str = "CLERK") -> User:
    return Membership.objects.filter(role=role, office__code=code).order_by("pk").first().user


def logged_in(user: User) -> Client:
    """With the second factor shown."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session, request.user = client.session, user
    record_authentication(request, user, "mfa", type="totp")
    request.session.save()
    return client
