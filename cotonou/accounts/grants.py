"""What a guest proved in this session: contacts reached by code + phone.

Kept in the session (PostgreSQL) with an end, so that a shared phone in a
cyber café does not stay open for ever.
"""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

KEY = "contact_grants"
DURATION = timedelta(hours=2)


def give(request: HttpRequest, contact_uuid: UUID) -> None:
    grants = request.session.get(KEY, {})
    grants[str(contact_uuid)] = (timezone.now() + DURATION).isoformat()
    request.session[KEY] = grants


def current(request: HttpRequest) -> frozenset[UUID]:
    now = timezone.now()
    return frozenset(
        UUID(key)
        for key, until in request.session.get(KEY, {}).items()
        if (end := parse_datetime(until)) and end > now
    )
