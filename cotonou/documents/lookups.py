"""Failed verifications are counted per address, so that codes cannot be tried by the thousand.

Only failures are written: a valid paper costs one read. The address is kept as
a hash whose key changes every day.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from cotonou.documents.models import IssuedDocument, LookupFailure

WINDOW = timedelta(minutes=15)
# Generous: a whole mobile network may share one address, and a code has 45 random bits.
LIMIT = 40
_COUNT = """
INSERT INTO documents_lookupfailure AS f (address_hash, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (address_hash, "window") DO UPDATE SET count = f.count + 1
RETURNING count
"""


def address_of(request: HttpRequest) -> str:
    """The visitor's address, as the outermost of our own proxies saw it."""
    hops = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if hops and len(forwarded) >= hops:
        return forwarded[-hops]
    return request.META.get("REMOTE_ADDR", "")


def visitor(request: HttpRequest) -> str:
    day = f"{timezone.now():%Y%m%d}"
    return hmac.new(
        settings.SECRET_KEY.encode(), f"{day} {address_of(request)}".encode(), hashlib.sha256
    ).hexdigest()[:32]


def window(now: datetime | None = None) -> datetime:
    now = now or timezone.now()
    return now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)


def with_failures(documents: QuerySet[IssuedDocument], address_hash: str) -> QuerySet:
    """``documents`` with ``failures``, the visitor's count of this quarter of an hour, in the same query."""
    counted = LookupFailure.objects.filter(address_hash=address_hash, window=window()).values("count")[:1]
    return documents.annotate(failures=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)))


def failures_of(address_hash: str) -> int:
    """The visitor's count of this quarter of an hour."""
    counted = LookupFailure.objects.filter(address_hash=address_hash, window=window())
    return counted.values_list("count", flat=True).first() or 0


def count_failure(address_hash: str) -> int:
    """One more failure; returns how many in this quarter of an hour."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [address_hash, window()])
        return cursor.fetchone()[0]
