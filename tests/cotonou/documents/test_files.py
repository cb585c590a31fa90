import datetime
import io
import uuid
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.urls import reverse
from PIL import Image

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Membership, User
from cotonou.audit.models import Event
from cotonou.documents import services, uploads
from cotonou.documents.models import Upload
from tests.cotonou.documents import files, papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    user = User.objects.create_user(full_name="Agent", email="agent@example.org", password="x" * 14)
    Membership.objects.create(
        user=user, office=papers.office(), role="CLERK", starts_on=datetime.date(2024, 1, 1)
    )
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    second_factor(client, user)
    return user


def second_factor(client, user):
    """As allauth notes it when a code was given at log-in."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa", type="totp")
    request.session.save()


@pytest.fixture
def upload():
    return services.store_upload(
        file=files.upload(files.picture(), "carte <b>.jpg"), purpose="identity", by=SYSTEM,
        subject_kind=papers.SUBJECT, subject_uuid=uuid.uuid4(),
    )  # fmt: skip


def scanned(upload):
    Upload.objects.filter(pk=upload.pk).update(scan_state="CLEAN")


def url(upload):
    return reverse("documents:upload", args=[upload.public_id])


def picture_url(upload, page=1):
    return reverse("documents:preview", args=[upload.public_id, page])


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_scanned_file_is_served_so_that_nothing_in_it_can_run(client, clerk, upload):
    scanned(upload)
    response = client.get(url(upload))
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(body(response))).format == "JPEG"
    assert Event.objects.filter(action="documents.upload_opened", actor_uuid=clerk.public_id).exists()


def test_staff_only_see_pictures_of_a_file_that_nobody_scanned(client, clerk, upload):
    response = client.get(url(upload))
    page = response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert picture_url(upload) in page
    assert "antivirus" in page
    assert "carte &lt;b&gt;.jpg" in page


def test_a_picture_of_an_image_and_of_a_pdf_page(client, clerk, upload):
    response = client.get(picture_url(upload))
    assert Image.open(io.BytesIO(response.content)).format == "PNG"
    assert "sandbox" in response["Content-Security-Policy"]
    pdf = services.store_upload(
        file=files.upload(files.pdf(pages=2), "acte.pdf"), purpose="act", by=SYSTEM,
        subject_kind=papers.SUBJECT, subject_uuid=uuid.uuid4(),
    )  # fmt: skip
    assert client.get(picture_url(pdf, 2)).status_code == 200
    assert client.get(picture_url(pdf, 3)).status_code == 404
    assert client.get(picture_url(pdf, 0)).status_code == 404


@pytest.mark.hostile
def test_a_pdf_that_breaks_the_drawing_process_breaks_nothing_else(client, clerk):
    upload = services.store_upload(
        file=files.upload(files.pdf(), "acte.pdf"), purpose="act", by=SYSTEM,
        subject_kind=papers.SUBJECT, subject_uuid=uuid.uuid4(),
    )  # fmt: skip
    Path(upload.file.path).write_bytes(b"%PDF-1.7 broken")
    response = client.get(picture_url(upload))
    assert response.status_code == 422
    assert "photo du papier" in response.content.decode()


@pytest.mark.hostile
def test_a_page_that_claims_to_be_kilometres_wide_is_drawn_small(client, clerk):
    def huge(document):
        document.pages[0].MediaBox = [0, 0, 2_000_000, 1_000_000]

    upload = services.store_upload(
        file=files.upload(files.pdf(huge), "acte.pdf"), purpose="act", by=SYSTEM,
        subject_kind=papers.SUBJECT, subject_uuid=uuid.uuid4(),
    )  # fmt: skip
    response = client.get(picture_url(upload))
    assert response.status_code == 200
    assert Image.open(io.BytesIO(response.content)).width <= 1400


def test_strangers_reach_no_file(client, upload):
    assert client.get(url(upload)).status_code == 302  # to the log-in
    citizen = User.objects.create_user(full_name="Citoyen", email="c@example.org")
    client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url(upload)).status_code == 403
    assert client.get(picture_url(upload)).status_code == 403


def test_a_second_factor_comes_first(client, clerk, upload):
    client.logout()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    for address in (url(upload), picture_url(upload)):
        assert client.get(address).status_code == 302


def test_the_owner_of_the_subject_decides(client, clerk, upload, monkeypatch):
    monkeypatch.setitem(uploads._access, papers.SUBJECT, lambda actor, subject: False)
    assert client.get(url(upload)).status_code == 404
    unknown = services.store_upload(
        file=files.upload(files.picture()), purpose="x", by=SYSTEM,
        subject_kind="tests.nobody", subject_uuid=uuid.uuid4(),
    )  # fmt: skip
    orphan = services.store_upload(file=files.upload(files.picture()), purpose="x", by=SYSTEM)
    for item in (unknown, orphan):
        assert client.get(url(item)).status_code == 404
    assert client.get(reverse("documents:upload", args=[uuid.uuid4()])).status_code == 404


def test_a_subject_has_one_rule():
    with pytest.raises(ValueError, match="already registered"):
        uploads.register_access(papers.SUBJECT, lambda actor, subject: True)


# -- sealed documents ---------------------------------------------------------------


def document_url(document):
    return reverse("documents:document", args=[document.public_id])


def test_a_document_is_downloaded_by_whom_its_kind_allows(client, clerk, sealed):
    response = client.get(document_url(sealed))
    assert body(response) == papers.pdf(sealed)
    assert response["Content-Disposition"] == f'attachment; filename="{sealed.serial.replace("/", "-")}.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    assert Event.objects.filter(action="documents.downloaded", subject_uuid=sealed.public_id).count() == 1


def test_a_document_does_not_exist_for_a_stranger(client, sealed):
    assert client.get(document_url(sealed)).status_code == 404
    assert client.get(reverse("documents:document", args=[uuid.uuid4()])).status_code == 404


def test_a_document_that_is_not_sealed_says_to_wait(client, clerk):
    response = client.get(document_url(papers.issue()))
    assert response.status_code == 409
    assert "pas encore prêt" in response.content.decode()


def test_a_withdrawn_document_is_no_longer_handed_to_citizens(client, sealed):
    citizen = User.objects.create_user(full_name="Citoyen", email="c@example.org")
    client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    services.revoke(document=sealed, by=SYSTEM, reason="fraude")
    assert client.get(document_url(sealed)).status_code == 409
