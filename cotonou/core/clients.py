"""Where a request comes from, behind none, one or several reverse proxies of our own."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest, *_: Any) -> str:
    """The address our outermost proxy saw, or the socket's when TRUSTED_PROXIES is 0.

    What a client writes itself into X-Forwarded-For stands to the left of what
    our proxies add, and is never read.
    """
    trusted = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.META.get("REMOTE_ADDR", "")


def digest(value: str) -> str:
    """A keyed hash: limits are counted without keeping addresses or codes."""
    return hmac.new(settings.SECRET_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()
