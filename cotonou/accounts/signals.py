"""What allauth tells us."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator

from cotonou.accounts import services


def second_factor_added(*, request, user, authenticator, **_kwargs) -> None:
    """Adding an application or a passkey takes a code or a gesture: this session has shown it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and request.user.pk == user.pk:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def email_proved(*, email_address, **_kwargs) -> None:
    services.link_contacts(email_address.user)
