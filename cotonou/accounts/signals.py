"""What allauth and Django tell us."""

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator

from cotonou.accounts import services

log = structlog.get_logger(__name__)


def second_factor_added(*, request, user, authenticator, **_kwargs) -> None:
    """Adding an application or a passkey takes a code or a gesture: this session has shown it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and request.user.pk == user.pk:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def email_proved(*, email_address, **_kwargs) -> None:
    services.link_contacts(email_address.user)


def proof_shown(*, request, user, method, reauthenticated=False, **_kwargs) -> None:
    """A password, a code or a key was right; shown again, it renews the session's key as a log-in does."""
    log.info("accounts.proof_shown", user=str(user.public_id), method=method, again=reauthenticated)
    if reauthenticated:
        request.session.cycle_key()


def logged_in(*, user, **_kwargs) -> None:
    log.info("accounts.logged_in", user=str(user.public_id))


def logged_out(*, user, **_kwargs) -> None:
    log.info("accounts.logged_out", user=str(user.public_id) if user else "")


def password_refused(**_kwargs) -> None:
    log.warning("accounts.password_refused")
