import base64
import io
import json
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from cotonou.documents import keys, qr, verification
from cotonou.documents.keys import file, registry
from cotonou.documents.keys.pkcs11 import TokenKeys
from cotonou.documents.models import PublicKey
from tests.cotonou.documents import papers


@pytest.fixture
def own_keys(settings, tmp_path):
    """Keys that this test may rotate."""
    settings.DOCUMENT_KEYS_DIR = str(tmp_path / "keys")
    file.make(tmp_path / "keys")
    keys.reset()
    return tmp_path / "keys"


def make_again(**options):
    output = io.StringIO()
    call_command("make_dev_keys", stdout=output, **options)
    return output.getvalue()


def test_development_keys_are_made_once_and_for_their_owner_only(settings, tmp_path):
    settings.DOCUMENT_KEYS_DIR = str(tmp_path / "new")
    assert "root, seal, qr" in make_again()
    before = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert "nothing to do" in make_again()
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}


def test_making_keys_is_finished_after_an_interruption(tmp_path):
    file.make(tmp_path)
    (tmp_path / file.INDEX).unlink()  # it is written last
    root = (tmp_path / "root.pem").read_bytes()
    assert file.make(tmp_path) == ["seal", "qr"]
    assert (tmp_path / "root.pem").read_bytes() == root


def test_a_private_key_that_others_can_read_is_refused(own_keys):
    next(own_keys.glob("qr-*.key")).chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        keys.provider().qr_key()


def test_without_keys_sealing_says_what_to_run(settings, tmp_path):
    settings.DOCUMENT_KEYS_DIR = str(tmp_path / "none")
    keys.reset()
    with pytest.raises(ImproperlyConfigured, match="make_dev_keys"):
        keys.provider().qr_key()


def test_providers_are_chosen_by_a_setting(settings, monkeypatch):
    settings.DOCUMENT_KEYS_PROVIDER = "elsewhere"
    keys.reset()
    with pytest.raises(ImproperlyConfigured, match="elsewhere"):
        keys.provider()
    with pytest.raises(CommandError, match="file"):
        make_again()
    settings.DOCUMENT_KEYS_PROVIDER = "pkcs11"
    with pytest.raises(ImproperlyConfigured, match="PKCS11_MODULE, PKCS11_TOKEN"):
        keys.provider()


def test_the_token_provider_reads_its_public_parts_from_files(own_keys, tmp_path, monkeypatch):
    index = file.FileKeys(own_keys)
    public = base64.b64encode(index.qr_key().public).decode()
    (tmp_path / "pin").write_text("1234\n")
    described = {
        "id": "hsm1",
        "public": public,
        "from": "2026-01-01T00:00:00Z",
        "until": "2029-01-01T00:00:00Z",
    }
    (tmp_path / "qr.json").write_text(json.dumps(described))
    pem = next(own_keys.glob("seal-*.pem")).read_bytes() + (own_keys / "root.pem").read_bytes()
    (tmp_path / "chain.pem").write_bytes(pem)
    values = {
        "MODULE": "/usr/lib/softhsm.so", "TOKEN": "cotonou", "PIN_FILE": str(tmp_path / "pin"),
        "SEAL_LABEL": "seal", "SEAL_CERT": str(tmp_path / "chain.pem"), "QR_LABEL": "qr",
        "QR_KEY": str(tmp_path / "qr.json"),
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"PKCS11_{name}", value)
    token = TokenKeys.from_settings()
    assert (token.pin, token.qr_key().key_id, token.is_hardware) == ("1234", "hsm1", True)
    assert token.seal_key().certificate == index.seal_key().certificate
    assert token.seal_key().chain == index.seal_key().chain


@pytest.mark.django_db
def test_documents_outlive_the_keys_that_sealed_them(own_keys):
    old = papers.seal(papers.issue())
    assert "seal, qr" in make_again(rotate_qr=True, rotate_seal=True)
    new = papers.seal(papers.issue())
    assert old.qr_key_id != new.qr_key_id
    assert old.seal_fingerprint != new.seal_fingerprint
    for document in (old, new):
        assert verification.verify_payload(document.qr_payload).accepted
        assert verification.verify_pdf(papers.pdf(document)).accepted
    assert len(verification.published_keys()) == 2


@pytest.mark.django_db
def test_what_a_revoked_key_sealed_before_its_revocation_still_counts(own_keys):
    before = papers.seal(papers.issue())
    for key in PublicKey.objects.exclude(use="ROOT"):
        key.revoked_at, key.revocation_reason = datetime.now(UTC), "clé volée"
        key.save()
    after = papers.seal(papers.issue())
    assert verification.verify_payload(before.qr_payload).accepted
    assert verification.verify_pdf(papers.pdf(before)).accepted
    assert verification.verify_payload(after.qr_payload).status == verification.ALTERED
    assert verification.verify_pdf(papers.pdf(after)).status == verification.ALTERED


@pytest.mark.django_db
def test_the_authority_s_revocation_list_is_kept_and_applied(own_keys, tmp_path):
    document = papers.seal(papers.issue())
    certificate = keys.provider().seal_key().certificate
    revoked_at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    path = tmp_path / "list.crl"
    path.write_bytes(crl(own_keys, certificate.serial_number, revoked_at))
    call_command("import_crl", str(path), stdout=io.StringIO())
    key = PublicKey.objects.get(use="SEAL")
    assert key.revoked_at == revoked_at
    assert "BEGIN X509 CRL" in PublicKey.objects.get(use="ROOT").crl
    assert verification.verify_pdf(papers.pdf(document)).status == verification.ALTERED


@pytest.mark.django_db
def test_a_revocation_list_of_another_authority_is_refused(own_keys, tmp_path):
    papers.seal(papers.issue())
    file.make(tmp_path / "others")
    path = tmp_path / "list.crl"
    path.write_bytes(crl(tmp_path / "others", 1, datetime.now(UTC)))
    with pytest.raises(CommandError, match="none of our authorities"):
        call_command("import_crl", str(path))


def crl(folder, serial: int, revoked_at) -> bytes:
    root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    private = serialization.load_pem_private_key((folder / "root.key").read_bytes(), None)
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at).build()
    now = datetime.now(UTC)
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(now + timedelta(days=30))
        .add_revoked_certificate(entry)
        .sign(private, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.mark.django_db
def test_a_public_key_is_kept_as_it_was(own_keys):
    registry.ensure(keys.provider())
    registry.ensure(keys.provider())
    assert PublicKey.objects.count() == 3
    for change in (lambda rows: rows.update(material="x"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
            change(PublicKey.objects.all())


def test_the_seal_s_certificate_is_a_p256_one_made_for_signing(own_keys):
    certificate = keys.provider().seal_key().certificate
    assert certificate.public_key().curve.name == "secp256r1"
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_qr_payload_is_short_enough_to_scan(own_keys):
    payload = qr.make(
        provider=keys.provider(), kind_code="ABCD", office_code="A05", serial="2026/A05/R/000123",
        initials="A. B. C. D.", issued_on=datetime.now(UTC).date(), code="ABCDE12345",
    )  # fmt: skip
    assert len(payload) < 190
