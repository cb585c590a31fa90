"""An operator reached by HTTP and JSON.

    POST SMS_HTTP_URL
    Authorization: Bearer SMS_HTTP_TOKEN
    Idempotency-Key: <our reference>
    {"to": "+2290197000000", "from": "COTONOU", "text": "…", "reference": "<our reference>"}

    2xx {"id": "…"}      accepted
    409 {"id": "…"}      already accepted under this reference: as good as accepted
    408 425 429 5xx      later (Retry-After is not needed: jobs wait longer each time)
    other 4xx {"error"}  refused for good

No answer within SMS_HTTP_TIMEOUT seconds counts as "later": the operator may
have the message, and the reference lets it drop the second one.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from cotonou.notifications.gateways.base import Refused, Unavailable

LATER = frozenset({408, 425, 429})
MAX_ANSWER = 64 * 1024


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token and the citizen's number to another host."""

    def redirect_request(self, *args, **kwargs):
        return None


class HttpGateway:
    tries = 2
    pause_seconds = 0.5

    def __init__(self) -> None:
        if urlsplit(settings.SMS_HTTP_URL).scheme not in {"http", "https"}:
            raise Unavailable("SMS_HTTP_URL is not an http address")
        self.opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))

    def send(self, *, to: str, text: str, reference: str) -> str:
        for left in reversed(range(self.tries)):
            try:
                return self._once(to=to, text=text, reference=reference)
            except Unavailable:
                if not left:
                    raise
                time.sleep(self.pause_seconds)
        raise Unavailable("no try left")

    def _once(self, *, to: str, text: str, reference: str) -> str:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            settings.SMS_HTTP_URL,
            method="POST",
            data=json.dumps(
                {"to": to, "from": settings.SMS_SENDER, "text": text, "reference": reference}
            ).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}",
                "Idempotency-Key": reference,
            },
        )
        try:
            with self.opener.open(request, timeout=settings.SMS_HTTP_TIMEOUT) as answer:
                return _id(answer.read(MAX_ANSWER), reference)
        except urllib.error.HTTPError as error:
            with error:
                return _settle(error.code, error.read(MAX_ANSWER), reference)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"operator unreachable: {type(error).__name__}") from error


def _settle(status: int, body: bytes, reference: str) -> str:
    if status == http.HTTPStatus.CONFLICT:
        return _id(body, reference)
    if status in LATER or status >= http.HTTPStatus.INTERNAL_SERVER_ERROR or status < 400:
        raise Unavailable(f"operator answered {status}")
    raise Refused(f"operator refused ({status}): {str(_json(body).get('error', ''))[:200]}")


def _id(body: bytes, reference: str) -> str:
    """An accepted message with an unreadable answer is accepted all the same."""
    return str(_json(body).get("id") or reference)[:120]


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
