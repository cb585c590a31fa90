"""The act is still on paper: from the request to the archive and back."""

import subprocess

import pytest

from civil_acts.models import ActRequest, SearchSlip
from civil_acts.services import archive, signing
from cotonou.accounts.permissions import Role
from cotonou.documents import storage
from cotonou.notifications.models import Message
from tests.civil_acts.pages import browser, checked, fresh, holder, to, words
from tests.support import civil
from tests.support.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
TYPED = {
    "year": "1984", "act_number": "312", "surname": "DOSSOU", "given_names": "Afi Rose", "sex": "F",
    "event_date": "27/03/1984", "mother_name": "AHOUANSOU Reine",
}  # fmt: skip


def asked(run_jobs, **answers):
    """A request whose act is looked for in the archive, the clerk's browser and the slip."""
    item, clerk = checked(run_jobs, **answers)
    client = browser(clerk)
    assert client.post(to("ask-archive", item)).status_code == 302
    return fresh(item), client, SearchSlip.objects.get()


def absent(slip: SearchSlip, state: str = "NOT_FOUND", answer: str = "Tables de 1980 à 1990 lues") -> None:
    by = civil.staff(Role.ARCHIVIST)
    archive.answer_absent(public_id=slip.public_id, by=by, state=state, answer=answer)


def pdf_text(item: ActRequest) -> str:
    pdf = storage.read(item.document.pdf.name)
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_the_slip_says_what_the_citizen_wrote(run_jobs):
    item, client, slip = asked(run_jobs, act={"number": "312", "year": 1984})
    assert (slip.names, slip.year, slip.act_number_text) == ("DOSSOU Afi Rose", 1984, "312")
    page = words(client.get(to("request", item)))
    assert "Archives :" in page
    assert "Demander la recherche aux archives" not in page


def test_asking_twice_opens_one_search(run_jobs):
    item, client, _slip = asked(run_jobs)
    again = client.post(to("ask-archive", item))
    assert again.status_code == 422
    assert "Une recherche est déjà en cours" in words(again)
    assert SearchSlip.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_open_one_search(run_jobs):
    item, clerk = checked(run_jobs)
    clients = [browser(clerk) for _click in range(3)]
    answers = together(3, lambda n: clients[n].post(to("ask-archive", item)).status_code)
    assert sorted(answers) == [302, 422, 422]
    assert SearchSlip.objects.count() == 1


def test_a_page_found_typed_and_verified_is_put_beside_the_request(run_jobs):
    item, client, slip = asked(run_jobs)
    archivist, typist, second = civil.staff(Role.ARCHIVIST), civil.staff(Role.CLERK), civil.staff(Role.CLERK)
    archive.answer_found(public_id=slip.public_id, by=archivist, photo=civil.photo("lightgray"))
    transcription = archive.transcribe(slip_id=slip.public_id, by=typist, data=TYPED)
    run_jobs()
    assert fresh(item).register_act is None  # one reading is not enough
    act = archive.verify_transcription(public_id=transcription.public_id, by=second, data=TYPED)
    run_jobs()
    assert fresh(item).register_act == act
    assert "acte choisi" in words(client.get(to("request", item)))
    assert client.post(to("prepare", item)).status_code == 302
    assert fresh(item).document_kind == "civil_acts.birth_extract"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("NOT_FOUND", "Aucun acte trouvé"),
        ("DESTROYED", "Le registre est détruit ou perdu"),
        ("ILLEGIBLE", "Le registre ne peut plus être lu"),
    ],
)
def test_an_act_that_is_nowhere_leads_to_a_certificate_that_says_what_to_do(run_jobs, state, said):
    item, client, slip = asked(run_jobs)
    absent(slip, state)
    run_jobs()
    page = words(client.get(to("request", item)))
    assert "Tables de 1980 à 1990 lues" in page
    assert "Préparer un certificat de non-inscription" in page
    assert client.post(to("non-registration", item)).status_code == 302
    officer = civil.staff(Role.OFFICER, name="Pierre Gbaguidi")
    listed = words(browser(officer).get("/agents/signatures/"))
    assert "Certificat de non-inscription" in listed
    civil.sign(item, officer)
    run_jobs()
    item = fresh(item)
    assert (item.state, item.document.kind) == ("READY", "civil_acts.non_registration")
    text = pdf_text(item)
    for words_ in (said, "DOSSOU", "Tables de 1980 à 1990 lues", "tribunal", "il ne remplace pas l’acte"):
        assert words_ in " ".join(text.split()), words_
    assert "Télécharger le document" in words(holder(item).get(to("tracking", item)))
    assert Message.objects.filter(template="civil_acts.ready_not_found", channel="SMS").count() == 1


def test_before_the_archive_answers_nothing_is_certified(run_jobs):
    item, client, _slip = asked(run_jobs)
    answer = client.post(to("non-registration", item))
    assert answer.status_code == 422
    assert "Les archives n’ont pas encore dit" in words(answer)
    assert (fresh(item).state, fresh(item).document_kind) == ("IN_REVIEW", "civil_acts.birth_extract")


def test_without_the_right_checked_nothing_is_certified(run_jobs):
    item, client, slip = asked(run_jobs)
    absent(slip)
    ActRequest.objects.filter(pk=item.pk).update(checked_by=None, checked_at=None, entitlement_rule=None)
    answer = client.post(to("non-registration", item))
    assert answer.status_code == 422
    assert "Vérifiez d’abord" in words(answer)


def test_while_the_citizen_is_awaited_nothing_is_certified(run_jobs):
    item, client, slip = asked(run_jobs)
    absent(slip)
    client.post(to("ask", item), {"message": "Le nom de la mère ?"})
    client.post(to("claim", item))
    answer = client.post(to("non-registration", item))
    assert answer.status_code == 422
    assert "Une pièce est attendue" in words(answer)


def test_a_certificate_sent_back_can_become_the_copy_that_was_asked_for(run_jobs):
    item, client, slip = asked(run_jobs)
    absent(slip)
    client.post(to("non-registration", item))
    officer = civil.staff(Role.OFFICER)
    signing.send_back(public_id=item.public_id, by=officer, reason="L’acte est au volume 3")
    client.post(to("claim", item))
    client.post(to("attach-act", item, civil.birth_act().public_id))
    assert client.post(to("prepare", item)).status_code == 302
    item = fresh(item)
    assert item.document_kind == "civil_acts.birth_extract"
    assert item.entitlement_rule.document_kind == "civil_acts.birth_extract"
    assert item.snapshot["act"]["number"] == "312"


def test_an_answer_that_comes_after_the_request_is_over_changes_nothing(run_jobs):
    item, client, slip = asked(run_jobs)
    client.post(to("reject", item), {"reason": "IDENTITY", "text": "La carte est à un autre nom."})
    absent(slip)
    run_jobs()
    assert fresh(item).state == "REJECTED"
