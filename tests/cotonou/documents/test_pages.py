import json
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cotonou.accounts.actors import SYSTEM
from cotonou.core import codes
from cotonou.documents import elsewhere, keys, lookups, qr, services, verification
from cotonou.documents.keys import file
from cotonou.documents.models import LookupFailure, PublicKey
from tests.cotonou.documents import files, papers
from tests.cotonou.payments import people

pytestmark = pytest.mark.django_db


def page(client, code, **headers):
    return client.get(f"/v/{code}", headers=headers)


def text(response) -> str:
    return response.content.decode()


def test_paths_that_papers_carry_stay_as_they_are():
    assert reverse("documents:verify") == "/v"
    assert reverse("documents:verify_code", args=["X"]) == "/v/X"
    assert reverse("documents:service_worker") == "/sw.js"


def test_a_typed_code_leads_to_its_page(client, sealed):
    typed = f"{sealed.code[:5]}-{sealed.code[5:]}".lower()
    response = client.get("/v", {"code": typed})
    assert response.status_code == 302
    assert response["Location"] == f"/v/{sealed.code}"


@pytest.mark.parametrize("typed", ["", "  ", "ABC", "<script>", "a" * 41, "0000000001"])
def test_a_mistyped_code_comes_back_with_its_error_and_nothing_lost(client, typed):
    response = client.get("/v", {"code": typed})
    assert response.status_code == 422
    assert "Erreur" in text(response)
    assert "<script>alert" not in text(response)


def test_a_valid_paper_in_one_query_and_without_a_session(client, sealed):
    page(client, sealed.code)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = page(client, sealed.code)
    assert len(queries) == 1
    assert response.status_code == 200
    assert "sessionid" not in response.cookies
    assert response["Cache-Control"] == "no-store"
    for words in (
        "authentique et valable",
        sealed.serial,
        "A. R. D.",
        "Certificat d’essai",
        sealed.office.name,
    ):
        assert words in text(response)
    assert "Dossou" not in text(response)


def test_replaced_revoked_unknown_and_mistyped_say_so(client, sealed):
    services.revoke(document=sealed, by=SYSTEM, reason="motif interne")
    response = page(client, sealed.code)
    assert "Document annulé" in text(response)
    assert "motif interne" not in text(response)
    old = papers.seal(papers.issue())
    new = services.replace(
        document=old, by=SYSTEM, reason="x", template_version=papers.template(), snapshot=papers.snapshot()
    )
    response = page(client, old.code)
    assert "Document remplacé" in text(response)
    assert new.serial not in text(response)
    assert new.code not in text(response)
    unknown = page(client, "0000000000")
    assert (unknown.status_code, "Document inconnu" in text(unknown)) == (404, True)
    mistyped = page(client, "0000000001")
    assert (mistyped.status_code, "mal recopié" in text(mistyped)) == (404, True)


def test_the_title_of_the_page_begins_with_the_result(client, sealed):
    assert "<title>Document authentique et valable – Vérification" in text(page(client, sealed.code))
    assert "<title>Document inconnu – Vérification" in text(page(client, "0000000000"))
    assert "<title>Code mal recopié – Vérification" in text(page(client, "0000000001"))
    sent = client.post("/v/fichier", {"pdf-file": files.upload(papers.pdf(sealed), "a.pdf")})
    assert "<title>Document authentique et valable – Vérification" in text(sent)


def test_an_unknown_code_may_be_a_tracking_code_and_the_page_leads_there_without_saying_more(client):
    """Whether the code is one or not: the same page, but for the code itself."""
    payment = people.start()
    answers = [
        re.sub(r'value="\w{64}"', "", text(page(client, code))).replace(code, "CODE")
        for code in (payment.reference, "0000000000")
    ]
    assert answers[0] == answers[1]
    assert 'href="/suivi/?code=CODE"' in answers[0]
    assert LookupFailure.objects.get().count == 2


def test_a_paper_of_another_room_is_shown_where_it_belongs_and_is_no_failure(client, monkeypatch):
    monkeypatch.setattr(
        elsewhere, "_finders", {"tests": lambda code: "/ailleurs" if code[0] == "1" else None}
    )
    known, unknown = codes_beginning("1"), codes_beginning("2")
    assert page(client, known)["Location"] == "/ailleurs"
    assert client.get("/v", {"code": known})["Location"] == f"/v/{known}"
    assert page(client, unknown).status_code == 404
    assert LookupFailure.objects.get().count == 1
    monkeypatch.setattr(lookups, "LIMIT", 0)
    assert page(client, known).status_code == 429  # too many failures: nothing is read any more
    with pytest.raises(ValueError, match="already"):
        elsewhere.register("tests", lambda code: None)


def codes_beginning(first: str) -> str:
    body = f"{first}2345678901"
    return body + codes.check_character(body)


def test_in_a_demonstration_the_verdict_says_that_the_paper_is_worth_nothing(client, sealed, settings):
    assert "Démonstration, sans valeur" in text(page(client, sealed.code))
    assert "Démonstration, sans valeur" in text(client.get("/v"))
    settings.DEMO = False
    assert "Démonstration, sans valeur" not in text(page(client, sealed.code))


def test_a_paper_sealed_on_trial_stays_one_when_the_portal_has_become_real(client, sealed, settings):
    """The key was a file; the portal now signs with a module."""
    settings.DEMO, settings.DOCUMENT_KEYS_PROVIDER = False, "pkcs11"
    response = page(client, sealed.code)
    assert '<h1 class="govuk-heading-l">Document d’essai, sans valeur' in text(response)
    assert "authentique" not in text(response)
    assert client.get(f"/v/{sealed.code}/etat.json").json()["state"] == "TRIAL"
    assert [key["trial"] for key in client.get("/v/cles.json").json()["keys"]] == [True]
    assert not verification.verify_pdf(papers.pdf(sealed)).accepted
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        PublicKey.objects.update(is_trial=False)


def test_a_paper_sealed_by_a_module_is_valid(client, settings, monkeypatch, tmp_path):
    file.make(tmp_path / "module")
    settings.DOCUMENT_KEYS_DIR = str(tmp_path / "module")
    monkeypatch.setattr(file.FileKeys, "is_hardware", True)  # what a module says of itself
    keys.reset()
    sealed = papers.seal(papers.issue())
    settings.DEMO, settings.DOCUMENT_KEYS_PROVIDER = False, "pkcs11"
    response = text(page(client, sealed.code))
    assert "authentique et valable" in response
    assert "sans valeur" not in response.lower()


def test_only_failures_are_counted_and_addresses_are_not_kept(client, sealed):
    for _ in range(3):
        page(client, sealed.code)
    assert not LookupFailure.objects.exists()
    page(client, "0000000001")  # cannot be a code: no lookup happened
    assert not LookupFailure.objects.exists()
    for _ in range(3):
        page(client, "0000000000")
    (row,) = LookupFailure.objects.all()
    assert row.count == 3
    assert "127.0.0.1" not in row.address_hash


def test_after_too_many_failures_an_address_waits_even_with_a_good_code(client, sealed, monkeypatch):
    monkeypatch.setattr(lookups, "LIMIT", 5)
    for _ in range(5):
        assert page(client, "0000000000").status_code == 404
    assert page(client, "0000000000").status_code == 429
    blocked = page(client, sealed.code)
    assert blocked.status_code == 429
    assert sealed.serial not in text(blocked)
    assert client.get(f"/v/{sealed.code}/etat.json").status_code == 429
    assert client.get(f"/v/{sealed.code}", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_the_visitor_s_address_cannot_be_chosen_by_a_header(rf, settings):
    request = rf.get("/v/X", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})
    settings.TRUSTED_PROXIES = 0
    assert lookups.address_of(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert lookups.address_of(request) == "2.2.2.2"
    assert lookups.address_of(rf.get("/v/X")) == "127.0.0.1"


def test_the_state_alone_for_the_scanned_page(client, sealed):
    response = client.get(f"/v/{sealed.code}/etat.json")
    assert response.json() == {"state": "VALID", "more": [], "changed_on": ""}
    services.revoke(document=sealed, by=SYSTEM, reason="motif interne")
    withdrawn = client.get(f"/v/{sealed.code}/etat.json")
    assert (withdrawn.json()["state"], bool(withdrawn.json()["changed_on"])) == ("REVOKED", True)
    assert "motif" not in text(withdrawn)
    assert client.get("/v/0000000000/etat.json").json() == {"state": "UNKNOWN"}


def test_what_phones_keep_holds_public_things_only(client, sealed):
    known = client.get("/v/cles.json").json()
    assert set(known) == {"keys", "kinds", "offices"}
    assert known["kinds"]["TST"] == "Certificat d’essai"
    assert known["offices"]["A05"] == sealed.office.name
    (key,) = known["keys"]
    assert set(key) == {"id", "x", "from", "until", "trial"}
    assert len(qr.raw_key(key["x"])) == 32
    services.revoke(document=sealed, by=SYSTEM, reason="fraude")
    listed = client.get("/v/revocations.json")
    assert listed.json()["withdrawn"] == {qr.fingerprint(sealed.qr_payload): "REVOKED"}
    assert "max-age=300" in listed["Cache-Control"]
    assert "PRIVATE" not in json.dumps(known).upper()


def test_the_service_worker_is_at_the_root_and_never_kept(client):
    response = client.get("/sw.js")
    assert response["Cache-Control"] == "no-cache"
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "VERSION" not in text(response)
    assert text(response) == text(client.get("/sw.js"))
    assert "&quot;" not in text(response)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pdf: pdf, "authentique et valable"),
        (lambda pdf: pdf[:-1] + b"x", "Fichier modifié"),
        (lambda pdf: pdf + b"\n", "Fichier modifié"),
        (lambda pdf: b"%PDF-1.7 x", "Document inconnu"),
        (lambda pdf: b"\xff\xd8\xff", "Document inconnu"),
        (lambda pdf: b"x" * (9 * 1024 * 1024), "Document inconnu"),
    ],
)
def test_a_pdf_file_gets_its_verdict_and_is_not_kept(client, sealed, change, words):
    response = client.post("/v/fichier", {"pdf-file": files.upload(change(papers.pdf(sealed)), "a.pdf")})
    assert response.status_code == 200
    assert words in text(response)


def test_without_a_file_the_form_says_what_to_add(client):
    response = client.post("/v/fichier")
    assert response.status_code == 422
    assert "Ajoutez le fichier PDF" in text(response)
    assert "<title>Erreur : " in text(response)
    assert client.get("/v/fichier")["Location"] == "/v"


def test_the_form_to_verify_a_file_needs_no_token(sealed):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(
        "/v/fichier", {"pdf-file": files.upload(papers.pdf(sealed), "a.pdf")}
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/v", "/v/cles.json", "/v/revocations.json", "/sw.js", "/v/X", "/v/X/etat.json"]
)
def test_reading_pages_refuse_to_be_written_to(client, path):
    assert client.post(path).status_code == 405
