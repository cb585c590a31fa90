"""Signs what ``audit`` publishes, with the key of the QR codes: whoever can check a paper can check it."""

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cotonou.documents import keys, qr
from cotonou.documents.keys import registry
from cotonou.documents.models import PublicKey
from cotonou.documents.states import KeyUse


def sign(message: bytes) -> tuple[str, bytes]:
    """(name of the QR key, 64-byte Ed25519 signature). Only where the keys are: never in a web process.

    Raises InvalidSignature when the key was replaced meanwhile; then ask again.
    """
    provider = keys.provider()
    registry.ensure(provider)
    key = provider.qr_key()
    signature = provider.qr_sign(message)
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    return key.key_id, signature


def holds(key_id: str, message: bytes, signature: bytes, moment: datetime) -> bool:
    """True when our QR key of that name signed ``message`` and counted at ``moment``."""
    key = PublicKey.objects.filter(use=KeyUse.QR, key_id=key_id).first()
    if key is None or not key.trusted_at(moment):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(qr.raw_key(key.material)).verify(signature, message)
    except InvalidSignature:
        return False
    return True
