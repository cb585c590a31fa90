"""Keys in a hardware module (or a key service that speaks PKCS#11).

Needs the package python-pkcs11 and the maker's library on the machine that
seals; no private key ever leaves the token. Environment:

PKCS11_MODULE      path of the maker's library
PKCS11_TOKEN       label of the token
PKCS11_PIN_FILE    file holding the user PIN
PKCS11_SEAL_LABEL  label of the P-256 private key
PKCS11_SEAL_CERT   PEM file: the seal's certificate, then its chain up to the root
PKCS11_QR_LABEL    label of the Ed25519 private key
PKCS11_QR_KEY      JSON file: {"id", "public" (base64), "from", "until"}
"""

import base64
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ImproperlyConfigured

from cotonou.documents.keys.base import QrKey, SealKey

_NAMES = ("MODULE", "TOKEN", "PIN_FILE", "SEAL_LABEL", "SEAL_CERT", "QR_LABEL", "QR_KEY")


@dataclass
class TokenKeys:
    module: str
    token: str
    pin: str
    seal_label: str
    certificates: tuple[x509.Certificate, ...]
    qr_label: str
    qr: QrKey
    is_hardware = True
    _session: Any = None

    @classmethod
    def from_settings(cls) -> "TokenKeys":
        """Raises ImproperlyConfigured naming what is missing."""
        missing = [f"PKCS11_{name}" for name in _NAMES if not os.environ.get(f"PKCS11_{name}")]
        if missing:
            raise ImproperlyConfigured(f"PKCS#11 needs {', '.join(missing)}")
        values = {name: os.environ[f"PKCS11_{name}"] for name in _NAMES}
        qr = json.loads(Path(values["QR_KEY"]).read_text())
        return cls(
            module=values["MODULE"],
            token=values["TOKEN"],
            pin=Path(values["PIN_FILE"]).read_text().strip(),
            seal_label=values["SEAL_LABEL"],
            certificates=tuple(x509.load_pem_x509_certificates(Path(values["SEAL_CERT"]).read_bytes())),
            qr_label=values["QR_LABEL"],
            qr=QrKey(
                qr["id"],
                base64.b64decode(qr["public"]),
                datetime.fromisoformat(qr["from"]),
                datetime.fromisoformat(qr["until"]),
            ),
        )

    def session(self):
        """One session for the life of the process; the token logs it in once."""
        if self._session is None:
            try:
                import pkcs11
            except ImportError as error:
                raise ImproperlyConfigured("the PKCS#11 provider needs pip install python-pkcs11") from error
            self._session = pkcs11.lib(self.module).get_token(token_label=self.token).open(user_pin=self.pin)
        return self._session

    def qr_key(self) -> QrKey:
        return self.qr

    def qr_sign(self, message: bytes) -> bytes:
        from pkcs11 import Mechanism, ObjectClass

        key = self.session().get_key(label=self.qr_label, object_class=ObjectClass.PRIVATE_KEY)
        return key.sign(message, mechanism=Mechanism.EDDSA)

    def seal_key(self) -> SealKey:
        return SealKey(self.certificates[0], self.certificates[1:])

    def seal_signer(self):
        from pyhanko.sign.pkcs11 import PKCS11Signer

        seal, *chain = (asn1_x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in self.certificates)
        return PKCS11Signer(
            pkcs11_session=self.session(),
            key_label=self.seal_label,
            signing_cert=seal,
            ca_chain=chain[:-1],
            embed_roots=False,
            # CKM_ECDSA on a digest of ours: every token knows it, CKM_ECDSA_SHA256 not.
            use_raw_mechanism=True,
        )
