"""The second factor, checked afresh: at log-in, before signing, before sensitive changes.

allauth keeps the secrets; what it keeps in a cache (used codes, attempts) is
kept here in PostgreSQL, in one row per person, so that a code is good once
across log-in and signature, and five wrong ones close the door for a while.
"""

import secrets
import time
from datetime import datetime, timedelta
from urllib.parse import urlencode

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import SecondFactorGuard, User
from cotonou.audit import services as audit
from cotonou.core.errors import DomainError

log = structlog.get_logger(__name__)
STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps of clock difference that are forgiven
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)


class WrongSecondFactor(DomainError):
    code = "second_factor_wrong"


class SecondFactorLocked(DomainError):
    code = "second_factor_locked"
    status = 429


def confirm(user: User, code: str) -> Authenticator:
    """The authenticator that made ``code`` (application or recovery code), which is then spent.

    Runs its own transaction, so that a failure counts whatever the caller does
    next: call it before, never inside, the transaction it protects.
    Raises WrongSecondFactor, SecondFactorLocked; RuntimeError inside a transaction.
    """
    typed = "".join(c for c in code if c.isalnum())
    with transaction.atomic(durable=True):
        SecondFactorGuard.objects.get_or_create(user=user)
        guard = SecondFactorGuard.objects.select_for_update().get(user=user)
        found = _check(guard, typed)
    if isinstance(found, DomainError):
        raise found
    return found


def _check(guard: SecondFactorGuard, typed: str) -> Authenticator | DomainError:
    if guard.locked_until and guard.locked_until > timezone.now():
        return _locked(guard.locked_until)
    devices = {
        device.type: device
        for device in Authenticator.objects.filter(user_id=guard.user_id).exclude(
            type=Authenticator.Type.WEBAUTHN
        )
    }
    if not devices:
        return WrongSecondFactor(
            _("Activez d’abord la double authentification, dans « Sécurité du compte ».")
        )
    app = devices.get(Authenticator.Type.TOTP)
    step = _step_of(decrypt(app.data["secret"]), typed) if app else None
    if step is not None and step <= guard.last_step:
        return WrongSecondFactor(
            _("Ce code a déjà servi. Saisissez le prochain que votre application affichera.")
        )
    if step is not None:
        guard.last_step = step
        return _accept(guard, app)
    recovery = devices.get(Authenticator.Type.RECOVERY_CODES)
    if recovery and recovery.wrap().validate_code(typed):
        return _accept(guard, recovery)
    return _refuse(guard)


def _step_of(secret: str, typed: str) -> int | None:
    now = int(time.time()) // STEP_SECONDS
    right = None
    for drift in DRIFT:  # all of them, so that time tells nothing
        expected = format_hotp_value(hotp_value(secret, now + drift))
        if secrets.compare_digest(typed.encode(), expected.encode()) and right is None:
            right = now + drift
    return right


def _accept(guard: SecondFactorGuard, device: Authenticator) -> Authenticator:
    guard.failures, guard.locked_until = 0, None
    guard.save()
    return device


def _refuse(guard: SecondFactorGuard) -> DomainError:
    log.warning("accounts.second_factor_refused", user=str(guard.user.public_id))
    guard.failures += 1
    if guard.failures < MAX_FAILURES:
        guard.save()
        return WrongSecondFactor(
            _("Ce code n’est pas le bon. Saisissez celui que votre application affiche maintenant.")
        )
    guard.failures, guard.locked_until = 0, timezone.now() + LOCK
    guard.save()
    audit.record("accounts.second_factor_locked", subject=guard.user, actor=Actor(user=guard.user))
    return _locked(guard.locked_until)


def _locked(until: datetime) -> SecondFactorLocked:
    left = until - timezone.now()
    return SecondFactorLocked(
        _("Trop de codes faux. Attendez %(minutes)d min, puis recommencez.")
        % {"minutes": -(-int(left.total_seconds()) // 60)}
    )


@transaction.atomic
def spend(user: User, secret: str, code: str) -> None:
    """The code that activated an application has served: it opens nothing else."""
    SecondFactorGuard.objects.get_or_create(user=user)
    guard = SecondFactorGuard.objects.select_for_update().get(user=user)
    guard.last_step = max(guard.last_step, _step_of(secret, code) or 0)
    guard.save(update_fields=["last_step"])


def is_enrolled(user: User) -> bool:
    """True when the person has an application or a passkey; recovery codes alone do not count."""
    return (
        Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    )


def is_asked_of(user: User) -> bool:
    """True when logging in takes a second step: staff, technical administrators, or who keeps an application.

    For anyone else a passkey replaces the code; asked for besides, it would shut
    out whoever logs in from another phone.
    """
    return (
        user.is_superuser
        or user.memberships.in_force().exists()
        or Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    )


def way_in(user: User, *, next_path: str) -> str:
    """Where to send somebody whose session has not shown a second factor yet."""
    page = "mfa_reauthenticate" if is_enrolled(user) else "mfa_activate_totp"
    return f"{reverse(page)}?{urlencode({'next': next_path})}"


def enrol(user: User, secret: str = "") -> str:
    """Give a person an application secret (base 32) and recovery codes, without a page; returns the secret.

    For set-up commands and tests; people do it at /compte/2fa/.
    """
    secret = secret or generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_at(secret: str, *, steps: int = 0) -> str:
    """What an application with that secret shows now, or ``steps`` half-minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // STEP_SECONDS + steps))
