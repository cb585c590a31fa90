"""The document before it is signed: what it will say, marked as worth nothing, kept nowhere."""

import subprocess

import pytest

from civil_acts.services import signing
from cotonou.accounts.permissions import Role
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.jobs.models import Job
from tests.civil_acts.pages import browser, checked, fresh, officer, to, words
from tests.support import civil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def text_of(answer) -> str:
    run = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=answer.content, capture_output=True, check=True
    )
    return " ".join(run.stdout.decode().split())


@pytest.fixture
def prepared(run_jobs):
    return civil.prepared(run_jobs, civil.staff(Role.CLERK, name="Awa Sossou"))


def test_the_clerk_and_the_officer_open_the_document_before_it_is_signed(prepared):
    clerk, by = browser(civil.staff(Role.CLERK)), officer()[0]
    for client, page in ((clerk, "request"), (by, "review"), (by, "request")):
        opened = client.get(to(page, prepared))
        assert "Voir le document" in words(opened)
        assert to("project", prepared) in opened.content.decode()
        answer = client.get(to("project", prepared))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store"
        text = text_of(answer)
        assert "DOSSOU" in text
        assert "le vingt-sept mars mille neuf cent quatre-vingt-quatre (27/03/1984)" in text
        assert "Signature à venir" in text


def test_the_project_says_on_its_face_that_it_is_worth_nothing(prepared):
    text = text_of(officer()[0].get(to("project", prepared)))
    assert "PROJET – Extrait d’acte de naissance" in text
    assert "PROJET – SANS VALEUR" in text  # across the page, whatever the layout
    assert "sans valeur. Ni numéro, ni cachet, ni code à vérifier." in text
    assert "cachet électronique de la Ville" not in text
    assert "Pour vérifier ce papier" not in text


def test_looking_at_the_project_keeps_nothing_and_takes_no_number(prepared):
    before = (Upload.objects.count(), Job.objects.count())
    officer()[0].get(to("project", prepared))
    assert not IssuedDocument.objects.exists()
    assert (Upload.objects.count(), Job.objects.count()) == before
    by = civil.staff(Role.OFFICER)
    signing.sign_one(public_id=prepared.public_id, by=by)
    assert IssuedDocument.objects.get().serial.endswith("000001")


@pytest.mark.parametrize("role", [Role.COUNTER_AGENT, Role.ARCHIVIST, Role.RELAY_AGENT, Role.REGISSEUR])
def test_nobody_else_opens_it(prepared, role):
    assert browser(civil.staff(role)).get(to("project", prepared)).status_code == 403


def test_an_officer_of_another_arrondissement_finds_nothing(prepared):
    assert browser(civil.staff(Role.OFFICER, number=7)).get(to("project", prepared)).status_code == 404


def test_there_is_no_project_before_the_document_is_prepared_nor_once_it_is_signed(run_jobs):
    item, clerk = checked(run_jobs)
    assert browser(clerk).get(to("project", item)).status_code == 404
    item = civil.prepared(run_jobs, phone="+2290197000099")
    civil.sign(item, civil.staff(Role.OFFICER))
    assert browser(clerk).get(to("project", fresh(item))).status_code == 404


# -- the same, in the officer's list ---------------------------------------------


def test_the_officer_reads_dates_and_names_as_the_paper_will_print_them(run_jobs):
    item = civil.submitted(run_jobs)
    civil.birth_act(surname="Dossou", details={"event_time": "15:00"})
    item = civil.prepared(run_jobs, phone="+2290197000098")
    page = words(officer()[0].get(to("review", item)))
    assert "Nom de famille DOSSOU" in page
    assert "le vingt-sept mars mille neuf cent quatre-vingt-quatre (27/03/1984)" in page
    assert "quinze heures" in page
    for raw in ("1984-03-27", "15:00", "Nom de famille Dossou"):
        assert raw not in page


def test_what_an_extract_does_not_print_is_not_read_as_if_it_did(run_jobs):
    civil.birth_act(details={"father_occupation": "maçon"})
    extract = civil.prepared(run_jobs)
    copy = civil.prepared(run_jobs, phone="+2290197000097", variant="copie")
    client = officer()[0]
    assert "maçon" not in words(client.get(to("review", extract)))
    assert "maçon" in words(client.get(to("review", copy)))


def test_a_wrong_code_leaves_the_officer_on_the_document_being_read(prepared):
    client, _secret, _by = officer()
    page = client.get(to("review", prepared))
    assert 'name="page" value="review"' in page.content.decode()
    answer = client.post(
        "/agents/signatures/signer/",
        {"chosen": [str(prepared.public_id)], "page": "review", "code": "000000"},
    )
    text = words(answer)
    assert answer.status_code == 422
    assert "Ce que dira le document" in text
    assert "Documents à signer" not in text
    assert "Ce code n’est pas le bon" in text
    assert "<title>Erreur" in answer.content.decode()
