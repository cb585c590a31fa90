"""The operators that this installation has enabled (setting PAYMENT_PROVIDERS)."""

from django.conf import settings
from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.payments.providers import cash
from cotonou.payments.providers.base import Provider
from cotonou.payments.providers.fake import FakeProvider

_REGISTRY: dict[str, type[Provider]] = {"fake": FakeProvider}


def get(name: str) -> Provider:
    """Raises DomainError (provider_off) for an operator that is not enabled here."""
    if name not in settings.PAYMENT_PROVIDERS or name not in _REGISTRY:
        raise DomainError(_("Ce moyen de paiement n’est pas proposé ici."), code="provider_off")
    return _REGISTRY[name]()


def known(name: str) -> Provider | None:
    """The adapter of a past payment, enabled or not; None for cash."""
    adapter = _REGISTRY.get(name)
    return adapter() if adapter else None


def enabled() -> list[Provider]:
    return [_REGISTRY[name]() for name in settings.PAYMENT_PROVIDERS if name in _REGISTRY]


def real() -> list[str]:
    """The operators that an installation can name in PAYMENT_PROVIDERS, without the trial one."""
    return sorted(name for name in _REGISTRY if name != FakeProvider.name)


def label_of(name: str) -> str:
    if name == cash.NAME:
        return cash.label()
    provider = known(name)
    return provider.label if provider else name
