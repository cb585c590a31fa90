"""What the ANIP issues: files out in numbered batches, answers in by file, and an honest page in between."""

import html
import io
import zipfile
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from civil_acts import relay_files
from civil_acts.models import ActRequest, RelayBatch
from civil_acts.services import relay, treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Role
from cotonou.documents import kinds
from cotonou.documents.models import IssuedDocument
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.notifications.models import Message
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import browser, checked, fresh, holder, source, to, words
from tests.support import civil
from tests.support.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
SLUG = "certificat-de-residence"
HOME, ANSWERS = "/agents/ucip/", "/agents/ucip/reponses/"


def verified(run_jobs, **answers) -> ActRequest:
    return checked(run_jobs, SLUG, **answers)[0]


def liaison(number: int | None = 5):
    by = civil.staff(Role.RELAY_AGENT, number=number, name="Liaison")
    return browser(by), by


def transmitted(run_jobs, **answers) -> tuple[ActRequest, RelayBatch]:
    item = verified(run_jobs, **answers)
    batch = relay.create_batch(by=liaison()[1], public_ids=[item.public_id])
    return fresh(item), batch


def sheet(*rows, headers=relay_files.ANSWER_HEADERS) -> SimpleUploadedFile:
    """The UCIP's workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate([headers, *rows]):
        page.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("reponses.xlsx", buffer.getvalue())


def send(client, file):
    file.seek(0)
    return client.post(ANSWERS, {"file": file})


def today() -> str:
    return local_today().strftime("%d/%m/%Y")


# -- money ---------------------------------------------------------------------


def test_the_anip_s_share_is_booked_as_held_for_others(run_jobs):
    item = civil.to_pay(SLUG)
    assert item.fee_xof == 2000
    assert balance(AccountCode.HELD_FOR_OTHERS, auxiliary="ANIP") == 0
    civil.submitted(run_jobs, SLUG, phone="+2290197000033")
    assert balance(AccountCode.HELD_FOR_OTHERS, auxiliary="ANIP") == 1000
    assert AccountCode.HELD_FOR_OTHERS == "502"
    assert balance(AccountCode.CIVIL_ACT_FEES) == 1000


# -- batches -------------------------------------------------------------------


def test_a_verified_file_goes_out_in_a_batch_and_the_citizen_reads_since_when(run_jobs):
    item = verified(run_jobs)
    client, _by = liaison()
    assert "HOUNSOU Koffi" in words(client.get(HOME))
    answer = client.post(f"{HOME}bordereaux/", {"chosen": [str(item.public_id)]})
    batch = RelayBatch.objects.get()
    assert answer.url == f"{HOME}bordereaux/{batch.public_id}/"
    page = words(client.get(answer.url))
    assert "UCIP-00001" in page
    assert "HOUNSOU Koffi" in page
    assert "n’est pas un certificat" in page
    item = fresh(item)
    slip = words(client.get(f"{HOME}dossiers/{item.public_id}/fiche/"))
    assert "n’est pas un certificat" in slip
    assert "La fiche de résidence est signée du chef de quartier" in slip
    tracking = words(holder(item).get(to("tracking", item)))
    day = timezone.localtime(item.transmitted_at)
    assert f"Chez l’ANIP depuis le {day.day}" in tracking
    assert "au plus tard" not in tracking
    assert Message.objects.filter(template="civil_acts.transmitted", channel="SMS").count() == 1


def test_a_double_click_makes_one_batch(run_jobs):
    item = verified(run_jobs)
    client, _by = liaison()
    form = {"chosen": [str(item.public_id)]}
    first, second = client.post(f"{HOME}bordereaux/", form), client.post(f"{HOME}bordereaux/", form)
    assert first.url == second.url
    assert RelayBatch.objects.count() == 1
    assert Message.objects.filter(template="civil_acts.transmitted", channel="SMS").count() == 1


@pytest.mark.parametrize("chosen", [[], ["rien"], ["00000000-0000-0000-0000-000000000001"]])
def test_an_empty_or_stale_choice_transmits_nothing_and_says_so(run_jobs, chosen):
    item = verified(run_jobs)
    client, _by = liaison()
    answer = client.post(f"{HOME}bordereaux/", {"chosen": [*chosen, str(item.public_id)] if chosen else []})
    assert answer.status_code == 422
    assert "Rien n’a été transmis" in words(answer)
    assert not RelayBatch.objects.exists()
    assert fresh(item).state == "IN_REVIEW"


def test_only_what_is_checked_complete_and_of_the_office_is_offered(run_jobs):
    unchecked = civil.submitted(run_jobs, SLUG, subject_surname="Nonvu")
    waiting, clerk = checked(run_jobs, SLUG, subject_surname="Attend")
    treatment.ask_complement(public_id=waiting.public_id, by=clerk, message="La fiche", wants_file=False)
    foreign = verified(run_jobs, subject_surname="Ailleurs")
    ActRequest.objects.filter(pk=foreign.pk).update(office=civil.office(7))
    birth, _clerk = checked(run_jobs, subject_surname="Naissance")
    client, _by = liaison()
    page = words(client.get(HOME))
    assert "Aucun dossier à transmettre" in page
    for item in (unchecked, waiting, foreign, birth):
        answer = client.post(f"{HOME}bordereaux/", {"chosen": [str(item.public_id)]})
        assert answer.status_code == 422
    assert not RelayBatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_batches_made_at_the_same_moment_are_numbered_without_gap_or_double(run_jobs):
    items = [verified(run_jobs, phone=f"+229019700005{n}") for n in range(4)]
    agents = [liaison()[1] for _item in items]

    def make(number: int) -> RelayBatch:
        with transaction.atomic():
            batch = relay.create_batch(by=agents[number], public_ids=[items[number].public_id])
            if number == 1:
                raise RuntimeError("died before the commit")
            return batch

    results = together(4, make)
    assert sum(isinstance(result, RuntimeError) for result in results) == 1
    assert sorted(RelayBatch.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_an_agent_of_one_office_sees_only_its_files_of_a_common_batch(run_jobs):
    mine, other = verified(run_jobs), verified(run_jobs, subject_surname="Ailleurs", phone="+2290197000044")
    ActRequest.objects.filter(pk=other.pk).update(office=civil.office(7))
    mairie, by = liaison(None)
    batch = relay.create_batch(by=by, public_ids=[mine.public_id, other.public_id])
    client, _by = liaison()
    address = f"{HOME}bordereaux/{batch.public_id}/"
    assert "AILLEURS" in words(mairie.get(address))
    page = words(client.get(address))
    assert "HOUNSOU" in page
    assert "AILLEURS" not in page
    run_jobs()
    sealed = IssuedDocument.objects.of_subject(batch.public_id).sealed().get()
    pdf = reverse("documents:document", args=[sealed.public_id])
    assert "Bordereau scellé" in words(mairie.get(address))
    assert mairie.get(pdf)["Content-Type"] == "application/pdf"
    assert "Bordereau scellé" not in words(client.get(address))  # it names the files of other offices
    assert client.get(pdf).status_code in (403, 404)
    names = [row[1] for row in cells(client.get(f"{address}fichier/"))[1:]]
    assert names == ["Hounsou"]
    assert client.get(f"{HOME}dossiers/{other.public_id}/fiche/").status_code == 404
    stranger, _by = liaison(9)
    for path in (address, f"{address}fichier/", f"{HOME}dossiers/{mine.public_id}/fiche/"):
        assert stranger.get(path).status_code == 404


def cells(response) -> list[tuple]:
    return list(load_workbook(io.BytesIO(response.content)).worksheets[0].iter_rows(values_only=True))


# -- round trip ----------------------------------------------------------------


def test_the_file_sent_comes_back_filled_in_and_settles_each_request(run_jobs):
    yes, no, silent = (
        verified(run_jobs, subject_surname=name, phone=f"+22901970000{n}")
        for n, name in ((61, "Oui"), (62, "Non"), (63, "Rien"))
    )
    client, by = liaison()
    batch = relay.create_batch(by=by, public_ids=[i.public_id for i in (yes, no, silent)])
    out = client.get(f"{HOME}bordereaux/{batch.public_id}/fichier/")
    assert out["Content-Disposition"] == 'attachment; filename="UCIP-00001.xlsx"'
    book = load_workbook(io.BytesIO(out.content))
    page = book.worksheets[0]
    column = {cell.value: cell.column for cell in page[1]}
    assert page.cell(2, column["quartier"]).value
    assert page.cell(2, column["npi"]).value == "1234567890"
    for line, (decision, words_) in enumerate((("oui", ""), ("NON", "Adresse non trouvée")), start=2):
        page.cell(line, column["reference"]).value = f"R-{line}"
        page.cell(line, column["date"]).value = timezone.localtime().replace(tzinfo=None)
        page.cell(line, column["decision"]).value = decision
        page.cell(line, column["observation"]).value = words_
    back = io.BytesIO()
    book.save(back)
    file = SimpleUploadedFile("retour.xlsx", back.getvalue())
    assert send(client, file).url == HOME
    assert "2 réponses enregistrées" in words(client.get(HOME))
    assert (fresh(yes).relay_available, fresh(no).relay_available) == (True, False)
    assert fresh(silent).state == "TRANSMITTED"

    messages = Message.objects.filter(template="civil_acts.relay_answered").count()
    assert send(client, file).url == HOME
    assert "rien n’a changé" in words(client.get(HOME))
    assert Message.objects.filter(template="civil_acts.relay_answered").count() == messages == 2


def test_an_available_certificate_is_to_be_fetched_at_the_ucip(run_jobs):
    item, _batch = transmitted(run_jobs)
    client, _by = liaison()
    send(client, sheet([item.tracking_code, "R-77", today(), "oui", ""]))
    page = words(holder(item).get(to("tracking", item)))
    for text in ("Votre certificat est disponible à l’ANIP", "Retirez le certificat", "R-77"):
        assert text in page
    assert "disponible" in Message.objects.get(template="civil_acts.relay_answered", channel="SMS").body


def test_a_refusal_by_the_anip_never_says_to_fetch_a_certificate(run_jobs):
    item, _batch = transmitted(run_jobs, email="koffi@example.org")
    client, _by = liaison()
    send(client, sheet([item.tracking_code, "R-78", today(), "non", "Adresse non trouvée"]))
    page = words(holder(item).get(to("tracking", item)))
    for text in (
        "L’ANIP a refusé le certificat",
        "Il n’y a pas de certificat à retirer",
        "Adresse non trouvée",
        "R-78",
    ):
        assert text in page
    assert "Retirez le certificat" not in page
    for message in Message.objects.filter(template="civil_acts.relay_answered"):
        assert "etirez" not in message.body
    assert "refusée par l’ANIP" in words(client.get(to("request", item)))


def test_the_database_refuses_an_answer_without_its_parts(run_jobs):
    item, _batch = transmitted(run_jobs)
    with pytest.raises(IntegrityError, match="relay_answer_whole"), transaction.atomic():
        ActRequest.objects.filter(pk=item.pk).update(
            state=RequestState.READY_ELSEWHERE, relay_reference="R-1"
        )


def test_bad_lines_come_back_with_their_number_and_why_and_the_good_ones_count(run_jobs):
    good, _batch = transmitted(run_jobs)
    other, _batch = transmitted(run_jobs, phone="+2290197000071")
    not_sent = verified(run_jobs, phone="+2290197000072")
    client, _by = liaison()
    tomorrow = (local_today() + timedelta(days=1)).strftime("%d/%m/%Y")
    answer = send(
        client,
        sheet(
            [good.tracking_code, "R-1", today(), "oui", ""],
            ["RIEN", "R-2", today(), "oui", ""],
            [other.tracking_code, "", today(), "oui", ""],
            [other.tracking_code, "R-3", "le mois dernier", "oui", ""],
            [other.tracking_code, "R-3", today(), "peut-être", ""],
            [not_sent.tracking_code, "R-4", today(), "oui", ""],
            [other.tracking_code, "R-5", tomorrow, "oui", ""],
            [other.tracking_code, "R-5", "01/01/2020", "oui", ""],
            ["", "", "", "", ""],
        ),
    )
    page = words(answer)
    assert answer.status_code == 200
    assert "Réponses enregistrées : 1. Déjà connues : 0. Lignes non enregistrées : 7." in page
    for line, why in (
        (3, "code de suivi illisible"),
        (4, "référence de l’UCIP absente"),
        (5, "« le mois dernier » illisible"),
        (6, "« peut-être » inconnue"),
        (7, "aucun dossier transmis"),
        (8, "n’est pas entre"),
        (9, "n’est pas entre"),
    ):
        assert any(str(line) in row and why in row for row in rows_of(answer)), (line, why)
    assert fresh(good).state == "READY_ELSEWHERE"
    assert fresh(other).state == "TRANSMITTED"


def rows_of(response) -> list[str]:
    return source(response).split("<tr ")


def test_another_answer_for_the_same_request_is_reported_not_applied(run_jobs):
    item, _batch = transmitted(run_jobs)
    client, _by = liaison()
    send(client, sheet([item.tracking_code, "R-1", today(), "oui", ""]))
    for row in (["R-2", "oui"], ["R-1", "non"]):
        answer = send(client, sheet([item.tracking_code, row[0], today(), row[1], ""]))
        assert "une autre réponse est déjà enregistrée" in words(answer)
    assert (fresh(item).relay_reference, fresh(item).relay_available) == ("R-1", True)


def test_the_same_list_as_csv_of_an_office_computer(run_jobs):
    item, _batch = transmitted(run_jobs)
    client, _by = liaison()
    line = f"{item.tracking_code};R-1;{today()};accordé;Déjà prêt"
    text = f"CODE;Reference;date;decision;observation\r\n{line}\r\n"
    file = SimpleUploadedFile("reponses.csv", text.encode("cp1252"))
    assert send(client, file).url == HOME
    assert fresh(item).relay_answer == "Déjà prêt"


def bomb() -> bytes:
    """A workbook of 120 KB that unpacks to 120 MB."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/big.xml", "w") as part,
    ):
        for _mega in range(120):
            part.write(b" " * 1024 * 1024)
    return packed.getvalue()


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choisissez un fichier"),
        (b"\x00" * 500, "Il manque la colonne"),
        (b"PK\x03\x04" + b"x" * 100, "classeur Excel lisible"),
        (b"un seul mot", "Il manque la colonne"),
        (b'code;reference;date;decision\n"' + b"x" * 200_000, "pas une liste lisible"),
        (b"code;reference\nA;B\n", "Il manque la colonne date, decision"),
        ("BOMB", "trop gros"),
        (b"x" * (5 * 1024 * 1024 + 1), "dépasse 5 Mo"),
    ],
)
def test_a_file_that_is_no_list_of_answers_is_refused_in_a_sentence(content, said):
    client, _by = liaison()
    answer = send(client, SimpleUploadedFile("reponses.xlsx", bomb() if content == "BOMB" else content))
    assert answer.status_code == 422
    assert said in words(answer) or "vide" in words(answer)


def test_cells_with_hidden_characters_and_markup_stay_harmless(run_jobs):
    item, _batch = transmitted(run_jobs)
    client, _by = liaison()
    answer = f"R\u200b-\u202e1\x00;{today()};oui;<img src=file:///etc/passwd>"
    file = SimpleUploadedFile(
        "r.csv", f"code;reference;date;decision;observation\n{item.tracking_code};{answer}\n".encode()
    )
    assert send(client, file).url == HOME
    assert fresh(item).relay_reference == "R-1"
    page = holder(item).get(to("tracking", item))
    assert "<img src=file" not in source(page)
    assert "<img src=file:///etc/passwd>" in html.unescape(source(page))


# -- never the certificate --------------------------------------------------------


def test_no_document_called_certificate_is_ever_issued_for_a_relay_request(run_jobs):
    item, _batch = transmitted(run_jobs)
    client, _by = liaison()
    send(client, sheet([item.tracking_code, "R-1", today(), "oui", ""]))
    run_jobs()
    item = fresh(item)
    assert item.document is None
    assert not IssuedDocument.objects.of_subject(item.public_id).exists()
    for document in IssuedDocument.objects.all():
        assert "certificat" not in str(kinds.get(document.kind).label).lower()
    page = words(holder(item).get(to("tracking", item)))
    assert "Télécharger le document" not in page
    assert holder(item).get(to("document", item)).url == to("tracking", item)
