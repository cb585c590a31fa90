"""Finding a request by its code and the phone given with it, with limits kept in PostgreSQL."""

import hmac
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.catalogue import tracking
from cotonou.catalogue.tracking import TrackedItem
from cotonou.core import clients
from cotonou.core.errors import DomainError
from cotonou.jobs.models import Job
from cotonou.portal.models import TrackingAttempt

WINDOW = timedelta(minutes=15)
PER_CODE = 6
# Telephone operators put thousands of people behind one address.
PER_ADDRESS = 40


class TooManyAttemptsError(DomainError):
    code = "too_many_attempts"
    status = 429


class UnknownRequestError(DomainError):
    """The same words whether the code is unknown or the phone is another one."""

    code = "not_found"
    status = 422


def find(*, code: str, phone: str = "", receipt: str = "", ip: str) -> TrackedItem:
    """The request of ``code`` (canonical) when ``phone`` (E.164) is the one given with it.

    Where none was given, ``receipt`` (canonical) must be the code of the receipt.

    Only look-ups that fail count. Raises UnknownRequestError, TooManyAttemptsError.
    """
    attempt = _count(ip_digest=clients.digest(ip), code_digest=clients.digest(code))
    item = tracking.find(code)
    known = str(item.contact.phone) or item.receipt if item else ""
    given = phone or receipt
    # Compared even when there is no such code: the answer takes the same way.
    same = hmac.compare_digest(known.encode(), given.encode())
    if item is None or not same or not given:
        raise UnknownRequestError(
            _(
                "Aucune demande ne correspond à ce code et à ce numéro. Vérifiez le code sur votre reçu, "
                "et donnez le numéro de téléphone de la demande."
            )
        )
    attempt.delete()
    return item


@transaction.atomic
def _count(*, ip_digest: str, code_digest: str) -> TrackingAttempt:
    """Record a look-up before it is made: twenty at once cannot slip under the limit."""
    with connection.cursor() as cursor:
        for digest in sorted({ip_digest, code_digest}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    recent = TrackingAttempt.objects.filter(at__gt=timezone.now() - WINDOW)
    if (
        recent.filter(code_digest=code_digest).count() >= PER_CODE
        or recent.filter(ip_digest=ip_digest).count() >= PER_ADDRESS
    ):
        raise TooManyAttemptsError(
            _(
                "Trop d’essais. Attendez un quart d’heure, puis réessayez, "
                "ou demandez à un bureau d’arrondissement."
            )
        )
    return TrackingAttempt.objects.create(ip_digest=ip_digest, code_digest=code_digest)


def purge(job: Job) -> None:
    TrackingAttempt.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
