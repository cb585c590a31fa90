"""Whether the keys of the seal really sign: the worker that reaches them tries, the go-live page reads.

No web process may need a private key, so none asks this itself.
"""

import asyncio
import secrets
from datetime import datetime

import structlog
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cotonou.documents import keys
from cotonou.documents.blocking import outside_loops
from cotonou.documents.models import KeyProbe
from cotonou.jobs.models import Job

log = structlog.get_logger(__name__)


def sign_and_verify() -> datetime:
    """Sign a random message with both keys and verify it; returns when the first of them expires (UTC).

    Raises whatever the provider raises, and cryptography's InvalidSignature.
    """
    provider, message = keys.provider(), secrets.token_bytes(32)
    qr, seal = provider.qr_key(), provider.seal_key().certificate
    ed25519.Ed25519PublicKey.from_public_bytes(qr.public).verify(provider.qr_sign(message), message)
    signer = provider.seal_signer()
    signature = outside_loops(lambda: asyncio.run(signer.async_sign_raw(message, "sha256")))
    public = seal.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("the seal's certificate is not for an elliptic curve key")
    public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    return min(qr.valid_until, seal.not_valid_after_utc)


def probe_job(job: Job) -> None:
    """Try the keys of this worker and write down what happened."""
    found: dict = {"tried_at": timezone.now(), "expires_at": None, "error": ""}
    try:
        found["expires_at"] = sign_and_verify()
    except Exception as error:  # a token, its library and its files fail in ways of their own
        log.exception("documents.keys_do_not_sign", provider=settings.DOCUMENT_KEYS_PROVIDER)
        found["error"] = type(error).__name__
    with transaction.atomic():
        job.finish()
        KeyProbe.objects.update_or_create(provider=settings.DOCUMENT_KEYS_PROVIDER, defaults=found)
