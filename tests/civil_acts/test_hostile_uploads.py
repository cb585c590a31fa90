"""Bad files through the citizen's pages: a sentence on the form, nothing stored, nothing lost."""

import re
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from civil_acts.models import ActRequest
from civil_acts.services import treatment
from cotonou.accounts.permissions import Role
from cotonou.documents.models import Upload
from cotonou.formbuilder.models import DraftUpload
from tests.civil_acts.pages import browser, claimed, fresh, holder, source, to, words
from tests.cotonou.documents import files
from tests.support import civil, people
from tests.support.scanner import EICAR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city"), pytest.mark.hostile]
MEGABYTE = 1024 * 1024
BAD = {
    "html called pdf": (files.HTML, "carte.pdf", "photo"),
    "svg with a script": (files.SVG, "carte.svg", "photo"),
    "nothing": (b"", "carte.jpg", "vide"),
    "50 MB": (b"\xff\xd8\xff" + b"\0" * (50 * MEGABYTE), "carte.jpg", "8 Mo"),
    "pdf with a script": (files.pdf(files.with_open_action), "carte.pdf", "photo du papier"),
    "pdf with an attachment": (files.pdf(files.with_attachment), "carte.pdf", "photo du papier"),
    "400 megapixels": (files.png_claiming(20_000, 20_000), "carte.png", "photo"),
    "half a picture": (files.picture()[:200], "carte.jpg", "photo"),
    "a program": (b"MZ" + b"\0" * 500, "carte.jpg", "photo"),
}


def draft():
    """A draft whose identity document is still to be given, and the browser of its owner."""
    made = civil.draft()
    DraftUpload.objects.filter(draft=made).delete()
    Upload.objects.all().delete()
    client = people.prove(Client(), made.contact)
    return (
        made,
        client,
        reverse("civil_acts:page", args=["acte-de-naissance", made.public_id, "piece.identity"]),
    )


def heading(response) -> str:
    return re.search(r"<h1.*?</h1>", source(response), re.DOTALL)[0]


def stored() -> list[Path]:
    folder = Path(default_storage.location)
    return (
        [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime]
        if folder.exists()
        else []
    )


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_piece_is_refused_on_its_page_and_a_good_one_still_passes(bad):
    content, name, said = BAD[bad]
    made, client, address = draft()
    before = set(stored())
    page = client.get(address)
    answer = client.post(address, {"identity": SimpleUploadedFile(name, content, "image/jpeg")})
    assert answer.status_code == 422
    assert "<title>Erreur" in source(answer)
    assert said in words(answer)
    assert 'href="#id_identity' in source(answer)
    assert heading(answer) == heading(page)
    assert set(stored()) == before
    assert not Upload.objects.exists()
    assert client.post(address, {"identity": civil.photo()}).status_code == 302
    made.refresh_from_db()
    assert made.answers["subject_surname"] == "Dossou"


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_to_the_clerk_keeps_the_words_beside_it(run_jobs, bad):
    content, name, said = BAD[bad]
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="La carte", wants_file=True)
    before, uploads = set(stored()), Upload.objects.count()
    file = SimpleUploadedFile(name, content, "application/pdf")
    answer = holder(item).post(to("answer", item), {"text": "Voici ma carte", "file": file})
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Voici ma carte" in words(answer)
    assert (set(stored()), Upload.objects.count()) == (before, uploads)
    assert fresh(item).waiting_since


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "carte.png\0.exe"]
)
def test_a_name_that_is_a_path_writes_nowhere_else(run_jobs, name):
    _made, client, address = draft()
    file = civil.photo()
    file._name = name
    answer = client.post(address, {"identity": file})
    assert answer.status_code in (302, 422)
    for upload in Upload.objects.all():
        assert not set("/\\\0") & set(upload.original_name)
        assert Path(upload.file.path).resolve().is_relative_to(Path(default_storage.location).resolve())
    assert not list(Path("/etc").glob("passwd.*"))


def test_a_file_seen_by_the_clerk_is_served_as_a_download_that_runs_nothing(run_jobs):
    item = civil.submitted(run_jobs)
    upload = Upload.objects.of_subject(item.public_id).get()
    answer = people.working(Role.CLERK).get(reverse("documents:upload", args=[upload.public_id]))
    assert "nosniff" in answer["X-Content-Type-Options"]
    if answer["Content-Type"].startswith("text/html"):
        assert "de ses pages sont montrées" in words(answer)  # no scanner: only the preview is shown
    else:
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]


def test_a_virus_is_refused_at_the_page(settings, clamd):
    settings.CLAMD_SOCKET = clamd.socket
    _made, client, address = draft()
    answer = client.post(address, {"identity": SimpleUploadedFile("carte.jpg", EICAR, "image/jpeg")})
    assert answer.status_code == 422
    assert "nouvelle photo" in words(answer)
    assert not Upload.objects.exists()


def test_a_bad_file_at_the_counter_too(run_jobs):
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="La carte", wants_file=True)
    agent = browser(civil.staff(Role.COUNTER_AGENT))
    file = SimpleUploadedFile("carte.pdf", files.HTML, "application/pdf")
    answer = agent.post(to("counter-answer", item), {"text": "Vue au guichet", "file": file})
    assert answer.status_code == 422
    assert "Vue au guichet" in words(answer)
    assert ActRequest.objects.get(pk=item.pk).waiting_since
