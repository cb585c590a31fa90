"""Where the private keys are: ``settings.DOCUMENT_KEYS_PROVIDER`` names a provider.

Only the worker that seals ever calls ``provider()``; web pages verify with the
public halves kept in ``PublicKey``.
"""

import functools

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cotonou.documents.keys.base import KeyProvider, QrKey, SealKey

__all__ = ["KeyProvider", "QrKey", "SealKey", "provider", "reset"]


@functools.lru_cache(maxsize=1)
def provider() -> KeyProvider:
    """Raises ImproperlyConfigured for an unknown provider."""
    if settings.DOCUMENT_KEYS_PROVIDER == "file":
        from cotonou.documents.keys.file import FileKeys

        return FileKeys(settings.DOCUMENT_KEYS_DIR)
    if settings.DOCUMENT_KEYS_PROVIDER == "pkcs11":
        from cotonou.documents.keys.pkcs11 import TokenKeys

        return TokenKeys.from_settings()
    raise ImproperlyConfigured(f"DOCUMENT_KEYS_PROVIDER {settings.DOCUMENT_KEYS_PROVIDER!r} is unknown")


def reset() -> None:
    """Forget the provider, as after a change of settings or of keys."""
    provider.cache_clear()
