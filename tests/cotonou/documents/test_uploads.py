import hashlib
import io
import uuid
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from cotonou.accounts.actors import SYSTEM
from cotonou.audit.models import Event
from cotonou.documents import clamav, handlers, inspection, services
from cotonou.documents.inspection import FileRefusedError
from cotonou.documents.models import Upload
from tests.cotonou.documents import files, papers
from tests.support.scanner import EICAR

pytestmark = pytest.mark.django_db


def store(content=None, name="photo.jpg", **options) -> Upload:
    content = files.picture() if content is None else content
    return services.store_upload(file=files.upload(content, name), purpose="identity", by=SYSTEM, **options)


def refused(content, name="photo.jpg") -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        store(content, name)
    assert not Upload.objects.exists()
    folder = Path(default_storage.location)
    assert not folder.exists() or not [path for path in folder.rglob("*") if path.is_file()]
    return caught.value


def kept(upload: Upload) -> bytes:
    with upload.file.open() as handle:
        return handle.read()


# -- what is kept ------------------------------------------------------------------


def test_a_photo_is_kept_as_pixels_only():
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    upload = store(files.picture(exif=exif, comment=b"<script>alert(1)</script>") + b"<?php trailing ?>")
    content = kept(upload)
    assert (upload.content_type, upload.pages, upload.scan_state) == ("image/jpeg", 1, "UNSCANNED")
    assert (upload.size, upload.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    for trace in (b"where I live", b"script", b"php"):
        assert trace not in content
    assert Event.objects.filter(action="documents.upload_stored", subject_uuid=upload.public_id).exists()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
    ],
)
def test_every_kind_of_picture_becomes_the_same_kind(kind, mode):
    color = 0 if mode in {"1", "P", "I;16", "L"} else None
    upload = store(files.picture(kind, mode=mode, **({"color": color} if color is not None else {})))
    with Image.open(io.BytesIO(kept(upload))) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 30))


def test_a_transparent_picture_lies_on_white():
    upload = store(files.picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))
    with Image.open(io.BytesIO(kept(upload))) as image:
        assert min(image.getpixel((5, 5))) > 250


def test_a_large_photo_is_made_smaller_and_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    upload = store(files.picture(size=(4000, 1000), exif=exif))
    with Image.open(io.BytesIO(kept(upload))) as image:
        assert image.height == inspection.MAX_SIDE
        assert image.width == inspection.MAX_SIDE // 4


def test_a_quiet_pdf_is_kept_as_it_is():
    content = files.pdf(pages=3)
    upload = store(content, "acte.PDF")
    assert (upload.content_type, upload.pages, kept(upload)) == ("application/pdf", 3, content)
    assert upload.download_name == "acte.pdf"


def test_files_lie_under_random_names(settings):
    upload = store(name="passeport de Koffi.jpg")
    assert "Koffi" not in upload.file.name
    assert upload.file.name.startswith("uploads/")
    assert upload.original_name == "passeport de Koffi.jpg"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\u202egpj.exe.jpg", "agpj.exe.jpg"),
        ("e\u0301tat.jpg", "état.jpg"),
        ("x" * 300 + ".jpg", "x" * 100 + ".jpg"),
        (".jpg", "fichier.jpg"),
    ],
)
def test_shown_names_are_harmless(given, shown):
    assert inspection.check_name(given) == shown


# -- what is refused, and in which words ---------------------------------------------


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("content", "name", "reason", "says"),
    [
        (b"", "vide.jpg", "empty", "vide"),
        (files.HTML, "acte.pdf", "type", "photo"),
        (files.SVG, "dessin.svg", "type", "photo"),
        (files.SVG, "dessin.png", "type", "photo"),
        (b"MZ" + b"\0" * 500, "photo.jpg", "type", "photo"),
        (b"PK\x03\x04" + b"\0" * 500, "photo.png", "type", "photo"),
        (b"GIF89a" + b"\0" * 500, "photo.gif", "type", "photo"),
        (files.HTML + files.pdf(), "acte.pdf", "type", "photo"),
        (files.png_claiming(20_000, 20_000), "photo.png", "too_many_pixels", "qualité plus basse"),
        (files.png_claiming(10_000, 9_000), "photo.png", "too_many_pixels", "qualité plus basse"),
        (files.picture("PNG")[:60], "photo.png", "damaged", "nouvelle photo"),
        (files.picture()[:300], "photo.jpg", "damaged", "nouvelle photo"),
        (files.pdf()[:200], "acte.pdf", "damaged", "photo"),
        (files.pdf(pages=61), "acte.pdf", "pages", "pages utiles"),
        (files.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "a.pdf", "encrypted", "mot de passe"),
        (files.pdf(encryption=pikepdf.Encryption(owner="a", user="")), "a.pdf", "encrypted", "mot de passe"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence_that_says_what_to_do(content, name, reason, says):
    error = refused(content, name)
    assert error.code == f"file_{reason}"
    assert says in error.message


@pytest.mark.hostile
@pytest.mark.parametrize("name", sorted(files.ACTIVE))
def test_active_pdfs_are_refused(name):
    error = refused(files.pdf(files.ACTIVE[name]), "acte.pdf")
    assert error.code == "file_active_pdf"
    assert "photo du papier" in error.message


@pytest.mark.hostile
def test_active_content_in_compressed_objects_is_found():
    content = files.pdf(files.with_script_name, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in content
    assert refused(content, "acte.pdf").code == "file_active_pdf"


@pytest.mark.hostile
def test_fifty_megabytes_are_refused_before_they_are_read():
    class Heavy:
        name, size = "film.jpg", 50 * 1024 * 1024

        def read(self, size=-1):
            raise AssertionError("read")

    with pytest.raises(FileRefusedError, match="8 Mo au plus") as caught:
        inspection.inspect(Heavy())
    assert caught.value.code == "file_too_large"


@pytest.mark.hostile
def test_a_size_that_lies_does_not_help():
    file = files.upload(b"\xff\xd8\xff" + b"\0" * (9 * 1024 * 1024))
    file.size = 10
    with pytest.raises(FileRefusedError, match="8 Mo au plus"):
        inspection.inspect(file)


@pytest.mark.hostile
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\windows\\x.jpg", "a/b.jpg", "x\0.jpg", "..", "a/../b"]
)
def test_names_that_are_paths_are_refused(name):
    with pytest.raises(FileRefusedError, match="Renommez"):
        inspection.check_name(name)


@pytest.mark.hostile
def test_what_goes_beyond_the_limit_is_dropped_while_it_arrives(settings):
    handler = handlers.TruncatingUploadHandler()
    limit = settings.UPLOAD_MAX_BYTES
    assert handler.receive_data_chunk(b"x", 0) == b"x"
    assert handler.receive_data_chunk(b"x", limit) == b"x"
    assert handler.receive_data_chunk(b"x", limit + 1) is None


# -- the scanner ----------------------------------------------------------------------


@pytest.mark.hostile
def test_eicar_is_refused_by_a_real_scanner(settings, clamd):
    settings.CLAMD_SOCKET = clamd.socket
    error = refused(EICAR, "photo.jpg")
    assert error.code == "file_infected"
    assert "nouvelle photo" in error.message
    hidden = files.pdf(
        lambda document: document.pages[0].obj.__setitem__("/Contents", document.make_stream(EICAR))
    )
    assert refused(hidden, "acte.pdf").code == "file_infected"


@pytest.mark.hostile
def test_a_clean_file_is_marked_so(settings, clamd):
    settings.CLAMD_SOCKET = clamd.socket
    upload = store(files.picture(size=(2000, 2000)))
    assert upload.scan_state == "CLEAN"
    assert upload.is_safe_to_open


@pytest.mark.hostile
def test_a_scanner_that_is_down_leaves_the_file_unscanned(settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "nobody")
    upload = store()
    assert upload.scan_state == "UNSCANNED"
    assert not upload.is_safe_to_open


def test_an_answer_that_is_neither_yes_nor_no_is_no_answer(monkeypatch, settings):
    settings.CLAMD_SOCKET = "x"
    monkeypatch.setattr(clamav, "_ask", lambda content: "INSTREAM size limit exceeded. ERROR")
    assert clamav.scan(b"x") is clamav.Verdict.UNAVAILABLE


@pytest.mark.hostile
def test_files_are_scanned_when_the_scanner_comes_back(settings, clamd):
    clean = store()
    infected = store(
        files.pdf(lambda document: document.docinfo.__setitem__("/X", pikepdf.String("x"))), "a.pdf"
    )
    path = default_storage.path(infected.file.name)
    Path(path).write_bytes(EICAR)
    assert services.rescan_uploads(by=SYSTEM) == 0
    settings.CLAMD_SOCKET = clamd.socket
    assert services.rescan_uploads(by=SYSTEM) == 2
    clean.refresh_from_db()
    infected.refresh_from_db()
    assert (clean.scan_state, infected.scan_state) == ("CLEAN", "INFECTED")
    assert infected.purged_at
    assert not Path(path).exists()
    assert services.rescan_uploads(by=SYSTEM) == 0


# -- the time a file is kept ------------------------------------------------------------


def test_files_are_deleted_when_their_time_is_over_and_their_rows_stay(settings):
    old, young = store(keep_days=10), store()
    path = default_storage.path(old.file.name)
    assert services.purge_uploads(by=SYSTEM) == 0
    Upload.objects.filter(pk=old.pk).update(delete_after=timezone.localdate() - timedelta(days=1))
    assert services.purge_uploads(by=SYSTEM) == 1
    old.refresh_from_db()
    assert old.purged_at
    assert not old.file
    assert not Path(path).exists()
    assert list(Upload.objects.kept()) == [young]
    assert Event.objects.filter(action="documents.upload_purged").count() == 1


def test_a_purge_that_died_after_deleting_the_file_is_finished():
    upload = store()
    default_storage.delete(upload.file.name)
    Upload.objects.filter(pk=upload.pk).update(delete_after=timezone.localdate() - timedelta(days=1))
    assert services.purge_uploads(by=SYSTEM) == 1


def test_a_draft_s_files_follow_it_when_it_becomes_a_request():
    draft, request = uuid.uuid4(), uuid.uuid4()
    upload = store(subject_kind="tests.draft", subject_uuid=draft, keep_days=30)
    services.attach_uploads(uploads=[upload], subject_kind=papers.SUBJECT, subject_uuid=request, by=SYSTEM)
    assert list(Upload.objects.of_subject(request)) == [upload]
    upload.refresh_from_db()
    assert upload.delete_after > timezone.localdate() + timedelta(days=300)


def test_a_discarded_file_is_gone_at_once():
    upload = store()
    path = default_storage.path(upload.file.name)
    services.discard_upload(upload=upload, by=SYSTEM)
    assert not Path(path).exists()


def test_housekeeping_runs_as_a_job(run_jobs):
    from cotonou.jobs import services as jobs

    upload = store()
    Upload.objects.filter(pk=upload.pk).update(delete_after=timezone.localdate() - timedelta(days=1))
    jobs.enqueue("documents.housekeeping", key="test")
    run_jobs()
    upload.refresh_from_db()
    assert upload.purged_at


@override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_file_that_waited_on_disk_is_read_as_well(client):
    content = files.picture(size=(800, 800))
    assert len(content) > 1000
    assert client.post("/v/fichier", {"pdf-file": files.upload(content)}).status_code == 200
