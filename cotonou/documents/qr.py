"""What the QR code holds, signed, and how it is drawn.

``https://HOST/v#PAYLOAD``, PAYLOAD being base64url(64-byte Ed25519 signature +
message), the message being eight fields joined by "|": version, kind code,
office code, serial, initials, date (AAAAMMJJ), verification code, key id. The
part after # never reaches a server: a phone checks it alone.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from cotonou.documents.keys.base import KeyProvider
from cotonou.documents.keys.registry import b64url

VERSION = "1"
_SIGNATURE = 64
_FIELDS = 8
QUIET_ZONE = 3  # modules; the paper around it is white as well


class BadPayloadError(ValueError):
    """Not a payload of ours: cut, mistyped or made up."""


@dataclass(frozen=True)
class Claim:
    """What a payload says. Means nothing until ``check`` accepted it."""

    kind_code: str
    office_code: str
    serial: str
    initials: str
    issued_on: date
    code: str
    key_id: str
    message: bytes
    signature: bytes


def make(
    *,
    provider: KeyProvider,
    kind_code: str,
    office_code: str,
    serial: str,
    initials: str,
    issued_on: date,
    code: str,
) -> str:
    """The payload of a document, at most 400 characters."""
    fields = (
        VERSION,
        kind_code,
        office_code,
        serial,
        initials[:12].replace("|", " ").strip(),
        f"{issued_on:%Y%m%d}",
        code,
        provider.qr_key().key_id,
    )
    message = "|".join(fields).encode()
    return b64url(provider.qr_sign(message) + message)


def read(payload: str) -> Claim:
    """Raises BadPayloadError for anything that is not, character for character, what ``make`` writes."""
    try:
        raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        # Several texts decode to the same bytes; only one of them is ours.
        if b64url(raw) != payload:
            raise BadPayloadError("not canonical")
        message = raw[_SIGNATURE:].decode()
        if not message.isprintable():
            raise BadPayloadError("not text")
        fields = message.split("|")
        if len(fields) != _FIELDS or fields[0] != VERSION:
            raise BadPayloadError("unknown version")
        _version, kind, office, serial, initials, day, code, key_id = fields
        issued_on = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007  a day, no time
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadPayloadError(str(error)) from error
    return Claim(kind, office, serial, initials, issued_on, code, key_id, raw[_SIGNATURE:], raw[:_SIGNATURE])


def check(claim: Claim, public: bytes) -> bool:
    """True when ``public`` (32 bytes) signed the claim."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(claim.signature, claim.message)
    except InvalidSignature:
        return False
    return True


def fingerprint(payload: str) -> str:
    """What the public revocation list holds: known only to who has the paper."""
    return hashlib.sha256(payload.encode()).hexdigest()[:32]


def url(payload: str) -> str:
    return f"{settings.PORTAL_URL}/v#{payload}"


def symbol(text: str):
    """The modules of a QR code, level M.

    The mask is fixed: trying all eight costs 8 ms of a certificate's 100, and
    signed base64 is already as even as a mask would make it.
    """
    return segno.make_qr(text, error="m", boost_error=False, mask=3).matrix


def svg(text: str) -> str:
    """A QR code (level M) as one SVG path: many small shapes cost WeasyPrint 20 ms."""
    matrix = symbol(text)
    side = len(matrix) + 2 * QUIET_ZONE
    steps = []
    for y, row in enumerate(matrix, start=QUIET_ZONE):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                steps.append(f"M{x + QUIET_ZONE} {y}.5h{run}")
            x += run or 1
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path stroke="#000" d="{"".join(steps)}"/></svg>'
    )


def raw_key(material: str) -> bytes:
    """The 32 bytes of a public key kept as base64url."""
    return base64.urlsafe_b64decode(material + "=" * (-len(material) % 4))
