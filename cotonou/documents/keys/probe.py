"""Whether the keys of the seal really sign, asked before the City opens the portal."""

import asyncio
import secrets
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cotonou.documents import keys
from cotonou.documents.blocking import outside_loops


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
