import io
import random
import subprocess

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from cotonou.accounts.actors import SYSTEM
from cotonou.documents import keys, qr, seals, services, signing, verification
from cotonou.documents.blocking import outside_loops
from cotonou.documents.keys import file
from cotonou.documents.verification import ALTERED, MISTYPED, REPLACED, REVOKED, UNKNOWN, VALID
from tests.cotonou.documents import papers

pytestmark = pytest.mark.django_db


def replace(document):
    return services.replace(
        document=document,
        by=SYSTEM,
        reason="x",
        template_version=papers.template(),
        snapshot=papers.snapshot(),
    )


# -- PDF ------------------------------------------------------------------------


def test_the_pdf_as_sealed_is_accepted(sealed):
    verdict = verification.verify_pdf(papers.pdf(sealed))
    assert verdict.accepted
    assert verdict.document == sealed


def test_pdfsig_and_pyhanko_accept_it_with_our_root(sealed, tmp_path, keys_dir):
    path = tmp_path / "paper.pdf"
    path.write_bytes(papers.pdf(sealed))
    done = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in done.stdout
    assert "ETSI.CAdES.detached" in done.stdout
    assert "Total document signed" in done.stdout
    _kind, _headers, der = pem.unarmor((keys_dir / "root.pem").read_bytes())
    root = x509.Certificate.load(der)
    (signature,) = PdfFileReader(io.BytesIO(papers.pdf(sealed))).embedded_signatures
    context = ValidationContext(trust_roots=[root])
    status = outside_loops(lambda: validate_pdf_signature(signature, context))
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.signing_cert.public_key.curve[1] == "secp256r1"


def test_one_byte_changed_anywhere_is_refused(sealed):
    pdf = papers.pdf(sealed)
    chance = random.Random(2026)
    places = [0, len(pdf) - 1, *(chance.randrange(len(pdf)) for _ in range(60))]
    for place in places:
        changed = bytearray(pdf)
        changed[place] ^= 1
        assert not verification.verify_pdf(bytes(changed)).accepted, place


def test_without_our_hash_the_seal_alone_refuses_changed_bytes(sealed):
    """The second line of defence: a row whose hash was altered together with its file."""
    pdf = papers.pdf(sealed)
    assert seals.hold(pdf, moment=sealed.sealed_at)
    where = pdf.index(b"stream")
    changed = pdf[: where + 20] + bytes([pdf[where + 20] ^ 1]) + pdf[where + 21 :]
    assert not seals.hold(changed, moment=sealed.sealed_at)


def test_an_appended_incremental_update_is_refused(sealed):
    pdf = papers.pdf(sealed)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/PageMode"] = pdf_name("/UseNone")
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    extended = output.getvalue()
    assert extended.startswith(pdf)
    assert verification.verify_pdf(extended).status == ALTERED
    assert not seals.hold(extended, moment=sealed.sealed_at)
    assert verification.verify_pdf(pdf + b"\n%%EOF\n").status == ALTERED


def test_a_pdf_sealed_with_another_key_is_refused(sealed, tmp_path):
    file.make(tmp_path / "others")
    pdf = papers.pdf(sealed)
    unsealed = pdf[: pdf.index(b"%%EOF") + 6]  # the seal is an incremental update
    forged = signing.sign(unsealed, provider=file.FileKeys(tmp_path / "others"))
    assert verification.verify_pdf(forged).status == ALTERED
    assert not seals.hold(forged, moment=sealed.sealed_at)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF", b"<html>", b"\0" * 1000])
def test_a_file_that_is_not_ours_is_unknown(content):
    assert verification.verify_pdf(content).status == UNKNOWN
    assert not seals.hold(content, moment=papers.issue().issued_at)


def test_a_file_says_when_its_document_was_replaced_or_revoked(sealed):
    other = papers.seal(papers.issue())
    replace(sealed)
    services.revoke(document=other, by=SYSTEM, reason="fraude")
    assert verification.verify_pdf(papers.pdf(sealed)).status == REPLACED
    assert verification.verify_pdf(papers.pdf(other)).status == REVOKED


# -- QR -------------------------------------------------------------------------


def test_the_payload_says_what_the_paper_says(sealed):
    claim = qr.read(sealed.qr_payload)
    assert (claim.kind_code, claim.office_code, claim.serial) == ("TST", "A05", sealed.serial)
    assert (claim.initials, claim.code) == ("A. R. D.", sealed.code)
    assert claim.issued_on == verification.local_date(sealed.issued_at)
    assert verification.verify_payload(sealed.qr_payload).accepted


def test_any_character_changed_is_refused(sealed):
    payload = sealed.qr_payload
    for place, character in enumerate(payload):
        other = "A" if character != "A" else "B"
        changed = payload[:place] + other + payload[place + 1 :]
        assert verification.verify_payload(changed).status == ALTERED, place


def test_the_unused_bits_of_the_last_character_count_too(sealed):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    payload = sealed.qr_payload
    accepted = [c for c in alphabet if verification.verify_payload(payload[:-1] + c).accepted]
    assert accepted == [payload[-1]]


@pytest.mark.parametrize("payload", ["", "A", "é", "A" * 100, "=" * 8, "A" * 5000, "a b", "../x"])
def test_what_is_not_a_payload_is_refused(payload):
    assert verification.verify_payload(payload).status == ALTERED


def test_a_payload_cut_or_longer_is_refused(sealed):
    for changed in (sealed.qr_payload[:-4], sealed.qr_payload + "AAAA", sealed.qr_payload + "="):
        assert verification.verify_payload(changed).status == ALTERED


def test_a_payload_signed_with_another_key_is_refused(sealed, tmp_path):
    file.make(tmp_path / "others")
    claim = qr.read(sealed.qr_payload)
    forged = qr.make(
        provider=file.FileKeys(tmp_path / "others"), kind_code=claim.kind_code, office_code=claim.office_code,
        serial=claim.serial, initials=claim.initials, issued_on=claim.issued_on, code=claim.code,
    )  # fmt: skip
    assert verification.verify_payload(forged).status == ALTERED


def test_a_key_of_ours_does_not_date_documents_outside_its_time(sealed):
    claim = qr.read(sealed.qr_payload)
    early = qr.make(
        provider=keys.provider(), kind_code="TST", office_code="A05", serial="2001/A05/000001",
        initials="X.", issued_on=claim.issued_on.replace(year=2001), code="0000000000",
    )  # fmt: skip
    assert verification.verify_payload(early).status == ALTERED


def test_a_separator_in_initials_cannot_add_a_field():
    payload = qr.make(
        provider=keys.provider(), kind_code="TST", office_code="A05", serial="s", initials="A|B",
        issued_on=papers.issue().issued_at.date(), code="c",
    )  # fmt: skip
    assert qr.read(payload).initials == "A B"


# -- typed code -------------------------------------------------------------------


def test_a_typed_code_is_forgiven_and_found(sealed):
    code = sealed.code
    typed = f" {code[:5].lower()}-{code[5:].lower()} ".replace("0", "o").replace("1", "l")
    assert verification.verify_code(typed).document == sealed
    assert verification.verify_code("0000000000").status == UNKNOWN
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert verification.verify_code(wrong).status == MISTYPED


def test_a_document_that_is_not_sealed_does_not_exist_yet():
    assert verification.verify_code(papers.issue().code).status == UNKNOWN


def test_states_follow_the_document(sealed):
    assert verification.verify_code(sealed.code).status == VALID
    replace(sealed)
    assert verification.verify_code(sealed.code).status == REPLACED
    assert verification.verify_payload(sealed.qr_payload).status == REPLACED


def test_the_public_view_never_shows_more_than_the_paper(sealed):
    shown = verification.shown(sealed)
    assert set(shown) == {"state", "kind", "serial", "initials", "issued_on", "office", "changed_on", "more"}
    assert "Dossou" not in str(shown)
    assert shown["initials"] == "A. R. D."


def test_the_revocation_list_holds_no_code_and_no_number(sealed):
    assert verification.withdrawn()["withdrawn"] == {}
    services.revoke(document=sealed, by=SYSTEM, reason="fraude")
    listed = verification.withdrawn()["withdrawn"]
    assert listed == {qr.fingerprint(sealed.qr_payload): "REVOKED"}
    assert sealed.code not in str(listed)
