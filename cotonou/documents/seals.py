"""Does a seal of ours hold on these bytes? pyHanko, with our own trust roots and nothing else."""

import hashlib
import io
from datetime import datetime

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from cotonou.documents.blocking import outside_loops
from cotonou.documents.models import PublicKey
from cotonou.documents.states import KeyUse


def hold(content: bytes, *, moment: datetime, fingerprint: str = "") -> bool:
    """True when one of our certificates sealed the whole of ``content`` and counted at ``moment``.

    fingerprint: SHA-256 of the certificate expected, "" for any of ours.
    """
    keys = PublicKey.objects.filter(use__in=[KeyUse.SEAL, KeyUse.ROOT])
    trusted = [key for key in keys if key.trusted_at(moment)]
    seals = {key.key_id for key in trusted if key.use == KeyUse.SEAL}
    roots = [_certificate(key.material) for key in trusted if key.use == KeyUse.ROOT]
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
        if len(signatures) != 1:
            return False
        (signature,) = signatures
        signer = hashlib.sha256(signature.signer_cert.dump()).hexdigest()
        if signer not in seals or (fingerprint and signer != fingerprint):
            return False
        context = ValidationContext(
            trust_roots=roots, moment=moment, allow_fetching=False, revocation_mode="soft-fail"
        )
        status = outside_loops(lambda: validate_pdf_signature(signature, context))
    except (PdfReadError, SignatureValidationError, SigningError, ValueError):
        return False
    return (
        status.bottom_line
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level == ModificationLevel.NONE
    )


def _certificate(text: str) -> asn1_x509.Certificate:
    _kind, _headers, der = pem.unarmor(text.encode())
    return asn1_x509.Certificate.load(der)
