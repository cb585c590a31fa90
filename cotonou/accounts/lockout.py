"""Too many wrong passwords: django-axes counts them in PostgreSQL, per account name and address."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What was typed to log in: an e-mail or a phone, whichever allauth found it to be."""
    given = credentials or {}
    name = given.get("email") or given.get("phone") or given.get("username") or request.POST.get("login")
    return str(name or "").strip().lower()


def response(request: HttpRequest, _original: HttpResponse, _credentials: Any) -> HttpResponse:
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)
