"""What sealing needs from a place that keeps keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cryptography import x509

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_cms import Signer

SEAL_FIELD = "CachetVilleDeCotonou"  # the name of the signature field in our PDFs


@dataclass(frozen=True)
class QrKey:
    """The Ed25519 key that signs QR codes now."""

    key_id: str
    public: bytes  # 32 bytes
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class SealKey:
    """The P-256 certificate that seals PDFs now, and what vouches for it."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]  # intermediates, then the root


class KeyProvider(Protocol):
    # "file" keys are for development; the go-live page refuses them.
    is_hardware: bool

    def qr_key(self) -> QrKey: ...

    def qr_sign(self, message: bytes) -> bytes:
        """A 64-byte Ed25519 signature."""
        ...

    def seal_key(self) -> SealKey: ...

    def seal_signer(self) -> "Signer":
        """A pyHanko signer for ECDSA P-256; may be used many times, one at a time."""
        ...
