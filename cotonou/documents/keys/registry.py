"""The public halves, written to the database by whoever seals, kept for ever."""

import base64
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from cotonou.documents.keys.base import KeyProvider
from cotonou.documents.models import PublicKey
from cotonou.documents.states import KeyUse


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def ensure(provider: KeyProvider) -> None:
    """Make sure that everything the provider signs with can be verified later. Safe to repeat."""
    qr = provider.qr_key()
    trial = not provider.is_hardware
    _keep(KeyUse.QR, qr.key_id, b64url(qr.public), qr.valid_from, qr.valid_until, trial=trial)
    seal = provider.seal_key()
    _keep_certificate(KeyUse.SEAL, seal.certificate, trial=trial)
    for certificate in seal.chain:
        _keep_certificate(KeyUse.ROOT, certificate, trial=trial)


def _keep_certificate(use: str, certificate: x509.Certificate, *, trial: bool) -> None:
    pem = certificate.public_bytes(Encoding.PEM).decode()
    _keep(
        use,
        fingerprint(certificate),
        pem,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        trial=trial,
    )


def _keep(
    use: str, key_id: str, material: str, valid_from: datetime, valid_until: datetime, *, trial: bool
) -> None:
    PublicKey.objects.get_or_create(
        use=use,
        key_id=key_id,
        defaults={
            "material": material,
            "valid_from": valid_from,
            "valid_until": valid_until,
            "is_trial": trial,
        },
    )
