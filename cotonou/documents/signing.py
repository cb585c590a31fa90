"""The City's electronic seal on a PDF: PAdES baseline B, ECDSA P-256, invisible.

"Cachet électronique", never "signature qualifiée": the certificate is the
City's, not a person's.
"""

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from cotonou.documents.blocking import outside_loops
from cotonou.documents.keys.base import SEAL_FIELD, KeyProvider

# A P-256 signature with two certificates takes about 2,000 bytes; saying so
# spares the trial signature that pyHanko would make to measure it.
_RESERVED = 16 * 1024


def sign(pdf: bytes, *, provider: KeyProvider) -> bytes:
    """``pdf`` with the seal appended; what was there is not rewritten."""
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name="Ville de Cotonou",
        location="Cotonou, Bénin",
        reason="Cachet électronique de la Ville de Cotonou",
    )
    signer = PdfSigner(metadata, signer=provider.seal_signer())
    output = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    outside_loops(lambda: signer.sign_pdf(writer, output=output, bytes_reserved=_RESERVED))
    return output.getvalue()
