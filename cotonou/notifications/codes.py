"""One-time codes: proof that somebody reads this phone or this mailbox, now.

Digests only, five attempts, ten minutes, limits counted in PostgreSQL under a
lock per address. A caller who does not know the address asks for a code all
the same (``deliver=False``): nothing leaves, everything else is alike.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.notifications import rendering, services
from cotonou.notifications.models import OneTimeCode
from cotonou.notifications.states import Channel

DIGITS = 6
DURATION = timedelta(minutes=10)
MAX_ATTEMPTS = 5
# (window, codes at most) for one address, whatever the purpose.
LIMITS = ((timedelta(minutes=10), 4), (timedelta(days=1), 15))
TEMPLATE = "codes.code"


class TooManyCodes(DomainError):
    code = "too_many_codes"
    status = 429


def new() -> str:
    """A random code of six digits."""
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def send(
    *,
    purpose: str,
    phone: str = "",
    email: str = "",
    subject_uuid: UUID | None = None,
    deliver: bool = True,
    language: str = "",
) -> OneTimeCode:
    """Make a code and send it to ``phone`` (E.164) or ``email``, in the caller's transaction.

    purpose: a dotted name, "civil_acts.resume"; a code is good for one purpose
    and subject only, and a new one replaces the one before. deliver=False: do
    all but send, for an address nobody knows.
    Raises TooManyCodes.
    """
    return issue(
        new(),
        purpose=purpose,
        phone=phone,
        email=email,
        subject_uuid=subject_uuid,
        deliver=deliver,
        language=language,
    )


@transaction.atomic
def issue(
    code: str,
    *,
    purpose: str,
    phone: str = "",
    email: str = "",
    subject_uuid: UUID | None = None,
    deliver: bool = True,
    language: str = "",
    template: str = TEMPLATE,
    context: dict[str, Any] | None = None,
) -> OneTimeCode:
    """As ``send``, with a code made elsewhere (allauth makes its own for logging in)."""
    target = _target(phone, email)
    _count(target)
    now = timezone.now()
    row = OneTimeCode(
        purpose=purpose, target_hash=target, subject_uuid=subject_uuid, expires_at=now + DURATION
    )
    row.code_hash = _digest(row, code)
    row.save(force_insert=True)
    if deliver:
        channel = Channel.SMS if phone else Channel.EMAIL
        language = language or translation.get_language() or "fr"
        values = {"code": code, "minutes": DURATION.seconds // 60} | (context or {})
        text = rendering.render(template, channel, language=language, context=values)
        if text is None:
            raise rendering.NoTemplate(template)
        services.write(
            channel,
            address=phone or email,
            text=text,
            template=template,
            language=language,
            subject_uuid=subject_uuid,
            secret=True,
        )
    return row


@transaction.atomic(durable=True)
def check(
    code: str, *, purpose: str, phone: str = "", email: str = "", subject_uuid: UUID | None = None
) -> bool:
    """True once, for the last code sent to that address for that purpose and subject.

    Counts the attempt in a transaction of its own, whatever the caller does
    next: call it before the work it protects. Raises RuntimeError inside a transaction.
    """
    row = (
        OneTimeCode.objects.live()
        .filter(purpose=purpose, target_hash=_target(phone, email), subject_uuid=subject_uuid)
        .select_for_update()
        .order_by("-created_at", "-pk")
        .first()
    )
    typed = "".join(code.split()).replace("-", "")
    if row is None or row.attempts >= MAX_ATTEMPTS:
        # As long as the real comparison, so that time tells nothing.
        hmac.compare_digest(_digest(OneTimeCode(), typed), "0" * 64)
        return False
    row.attempts += 1
    right = hmac.compare_digest(_digest(row, typed), row.code_hash)
    row.used_at = timezone.now() if right else None
    row.save(update_fields=["attempts", "used_at"])
    return right


def _target(phone: str, email: str) -> str:
    """Digest of the address. Raises ValueError unless there is exactly one."""
    if bool(phone) == bool(email):
        raise ValueError("a one-time code goes to a phone or to an e-mail")
    return salted_hmac(
        "notifications.target", str(phone) or email.strip().lower(), algorithm="sha256"
    ).hexdigest()


def _digest(row: OneTimeCode, code: str) -> str:
    return salted_hmac("notifications.code", f"{row.public_id}:{code}", algorithm="sha256").hexdigest()


def _count(target: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"code:{target}"])
    now = timezone.now()
    asked = list(
        OneTimeCode.objects.filter(target_hash=target, created_at__gt=now - LIMITS[-1][0])
        .order_by("-created_at")
        .values_list("created_at", flat=True)[: LIMITS[-1][1]]
    )
    for window, most in LIMITS:
        if sum(moment > now - window for moment in asked) >= most:
            wait = asked[most - 1] + window - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise TooManyCodes(
                _("Trop de codes demandés pour cette adresse. Attendez %(wait)s, puis recommencez.")
                % {"wait": _wait(minutes)}
            )


def _wait(minutes: int) -> str:
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    return _("%(n)d h") % {"n": -(-minutes // 60)}
