"""Keys in files that only their owner can read: development, and tests.

``keys.json`` names the current ones; older private keys may be removed, their
public halves stay in the database.
"""

import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cotonou.documents.keys.base import QrKey, SealKey

INDEX = "keys.json"
ROOT_YEARS, SEAL_YEARS, QR_YEARS = 20, 3, 3
_YEAR = timedelta(days=365)
# Development keys count from here back: the demonstration city has documents of a year ago.
_PAST = timedelta(days=400)


class FileKeys:
    is_hardware = False

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self._read_at = 0

    def _current(self) -> dict:
        """The index, and everything read again when ``make_dev_keys`` changed it."""
        path = self.folder / INDEX
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            raise ImproperlyConfigured(
                f"{path} is missing: run manage.py make_dev_keys, or choose another key provider"
            ) from None
        if changed != self._read_at:
            self._index = json.loads(path.read_text())
            self._qr_private = _load_private(self.folder / f"qr-{self._index['qr']['id']}.key")
            self._signer = self._make_signer()
            self._read_at = changed
        return self._index

    def qr_key(self) -> QrKey:
        entry = self._current()["qr"]
        return QrKey(
            entry["id"],
            self._qr_private.public_key().public_bytes_raw(),
            datetime.fromisoformat(entry["from"]),
            datetime.fromisoformat(entry["until"]),
        )

    def qr_sign(self, message: bytes) -> bytes:
        self._current()
        return self._qr_private.sign(message)

    def seal_key(self) -> SealKey:
        self._current()
        return self._seal

    def seal_signer(self) -> SimpleSigner:
        self._current()
        return self._signer

    def _make_signer(self) -> SimpleSigner:
        name = self._index["seal"]["id"]
        certificate = _load_certificate(self.folder / f"seal-{name}.pem")
        root = _load_certificate(self.folder / "root.pem")
        self._seal = SealKey(certificate, (root,))
        private = _load_private(self.folder / f"seal-{name}.key")
        store = SimpleCertificateStore()
        store.register(_asn1(root))
        return SimpleSigner(
            signing_cert=_asn1(certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(
                private.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            ),
            cert_registry=store,
            embed_roots=False,
        )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _load_private(path: Path):
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others: chmod 600")
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def _load_certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


# -- making development keys ---------------------------------------------------


def make(folder: Path, *, rotate_qr: bool = False, rotate_seal: bool = False) -> list[str]:
    """Create what is missing, or new current keys; returns the names of what was made.

    Safe to repeat and to interrupt: the index is written last, whole or not at all.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / INDEX
    index = json.loads(path.read_text()) if path.exists() else {}
    made = []
    if not (folder / "root.pem").exists():
        _make_root(folder)
        made.append("root")
        index.pop("seal", None)
    if "seal" not in index or rotate_seal:
        index["seal"] = _make_seal(folder)
        made.append("seal")
    if "qr" not in index or rotate_qr:
        index["qr"] = _make_qr(folder)
        made.append("qr")
    if made:
        _write(path, json.dumps(index, indent=1).encode())
    return made


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def _private_pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BJ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ville de Cotonou"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, public_key, years: int) -> x509.CertificateBuilder:
    start = datetime.now(UTC).replace(microsecond=0) - _PAST
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + years * _YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def _make_root(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Ville de Cotonou - autorité de développement")
    certificate = (
        _builder(name, name, key.public_key(), ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "root.key", _private_pem(key))
    _write(folder / "root.pem", certificate.public_bytes(serialization.Encoding.PEM))


def _make_seal(folder: Path) -> dict:
    root_key, root = _load_private(folder / "root.key"), _load_certificate(folder / "root.pem")
    key, name = ec.generate_private_key(ec.SECP256R1()), secrets.token_hex(3)
    certificate = (
        _builder(
            _name("Cachet électronique de la Ville de Cotonou (développement)"),
            root.subject,
            key.public_key(),
            SEAL_YEARS,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    _write(folder / f"seal-{name}.key", _private_pem(key))
    _write(folder / f"seal-{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
    return {"id": name}


def _make_qr(folder: Path) -> dict:
    key, name = ed25519.Ed25519PrivateKey.generate(), secrets.token_hex(3)
    _write(folder / f"qr-{name}.key", _private_pem(key))
    start = datetime.now(UTC).replace(microsecond=0) - _PAST
    return {"id": name, "from": start.isoformat(), "until": (start + QR_YEARS * _YEAR).isoformat()}
