"""Receiving, attaching and forgetting files."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.documents import clamav, inspection, storage
from cotonou.documents.models import Upload
from cotonou.documents.states import ScanState
from cotonou.territory.dates import local_today


def store_upload(
    *,
    file: UploadedFile,
    purpose: str,
    by: Actor,
    subject_kind: str = "",
    subject_uuid: UUID | None = None,
    keep_days: int | None = None,
) -> Upload:
    """Check a file and keep what is safe of it: images are re-encoded, PDFs are kept as they are.

    purpose: what it is for, a slug ("identity", "act_page").
    subject_kind, subject_uuid: whose file it is, a draft or a request; can be
    set later by ``attach_uploads``. keep_days: how long the file is kept from
    today, settings.UPLOAD_RETENTION_DAYS by default.
    Raises inspection.FileRefusedError, a DomainError that says what to do instead.
    """
    checked = inspection.inspect(file)
    path = storage.save_upload(ContentFile(checked.content), extension=checked.extension)
    days = settings.UPLOAD_RETENTION_DAYS if keep_days is None else keep_days
    with transaction.atomic():
        upload = Upload.objects.create(
            original_name=checked.name,
            content_type=checked.content_type,
            size=len(checked.content),
            sha256=checked.sha256,
            pages=checked.pages,
            file=path,
            purpose=purpose,
            subject_kind=subject_kind,
            subject_uuid=subject_uuid,
            scan_state=checked.scan_state,
            uploaded_by_uuid=by.uuid,
            uploaded_by_label=by.label,
            delete_after=local_today() + timedelta(days=days),
        )
        audit.record("documents.upload_stored", subject=upload, actor=by, purpose=purpose, size=upload.size)
    return upload


@transaction.atomic
def attach_uploads(
    *, uploads: list[Upload], subject_kind: str, subject_uuid: UUID, by: Actor, keep_days: int | None = None
) -> None:
    """Hand files over to another subject, as when a draft becomes a request; their time starts again."""
    days = settings.UPLOAD_RETENTION_DAYS if keep_days is None else keep_days
    for upload in Upload.objects.select_for_update().filter(pk__in=[u.pk for u in uploads]).order_by("pk"):
        upload.subject_kind, upload.subject_uuid = subject_kind, subject_uuid
        upload.delete_after = local_today() + timedelta(days=days)
        upload.save(update_fields=["subject_kind", "subject_uuid", "delete_after"])
        audit.record(
            "documents.upload_attached", subject=upload, actor=by, to=subject_kind, to_uuid=str(subject_uuid)
        )


@transaction.atomic
def discard_upload(*, upload: Upload, by: Actor) -> None:
    """Forget a file at once, as when the citizen replaces it before sending."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.purged_at is None:
        _forget(upload)
        audit.record("documents.upload_discarded", subject=upload, actor=by)


def purge_uploads(*, by: Actor, limit: int = 500) -> int:
    """Delete the files whose time is over, keep their rows; returns how many."""
    count = 0
    for pk in list(Upload.objects.due_for_purge().values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=pk)
            if upload.purged_at is None:
                _forget(upload)
                audit.record("documents.upload_purged", subject=upload, actor=by)
                count += 1
    return count


def _forget(upload: Upload) -> None:
    # The file first: if we die in between, the next run deletes nothing and
    # finishes; the other order would leave a file that no row names.
    storage.delete(upload.file.name)
    upload.file, upload.purged_at = "", timezone.now()
    upload.save(update_fields=["file", "purged_at", "scan_state"])


def rescan_uploads(*, by: Actor, limit: int = 200) -> int:
    """Show the scanner what arrived while it was away; returns how many files it read.

    An infected file is deleted and its row says so. Stops at the first answer
    that does not come.
    """
    count = 0
    for upload in Upload.objects.kept().filter(scan_state=ScanState.UNSCANNED).order_by("pk")[:limit]:
        verdict = clamav.scan(storage.read(upload.file.name))
        if verdict is clamav.Verdict.UNAVAILABLE:
            break
        _note_scan(upload, infected=verdict is clamav.Verdict.INFECTED, by=by)
        count += 1
    return count


@transaction.atomic
def _note_scan(upload: Upload, *, infected: bool, by: Actor) -> None:
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.purged_at is not None:
        return
    upload.scan_state = ScanState.INFECTED if infected else ScanState.CLEAN
    if infected:
        _forget(upload)
        audit.record("documents.upload_infected", subject=upload, actor=by)
    else:
        upload.save(update_fields=["scan_state"])
