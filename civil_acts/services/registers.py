"""What is done to registers: importing a file, adding a mention, correcting, cancelling."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pghistory
from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts.models.registers import ImportBatch, Mention, RegisterAct
from civil_acts.registers.columns import UnreadableFileError, mapping_for
from civil_acts.registers.import_file import Outcome, RegisterImport
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents import clamav
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job

IMPORT_TOPIC = "civil_acts.import_register"


# -- importing a file -----------------------------------------------------------


def start_import(
    *, file: UploadedFile, kind: str, office: Office, by: Actor, mapping: dict[str, Any] | None = None
) -> ImportBatch:
    """Keep the file privately and ask a worker to read it; the batch's page shows the progress.

    mapping: see ``registers.columns``. Raises UnreadableFileError, NotAllowed.
    """
    if not by.scope(Permission.REGISTER_IMPORT).covers(office.pk):
        raise NotAllowed(_("Vous ne pouvez pas importer dans les registres de ce bureau."))
    mapping_for(kind, mapping)
    content = _checked_content(file)
    with transaction.atomic():
        batch = _new_batch(
            kind=kind, office=office, by=by, mapping=mapping, name=file.name or "", digest=_digest(content)
        )
        file.seek(0)
        batch.file.save(f"{batch.public_id}{Path(file.name or '').suffix.lower()}", File(file))
        jobs.enqueue(IMPORT_TOPIC, key=f"import_register:{batch.public_id}", payload={"batch": batch.pk})
    return batch


def _checked_content(file: UploadedFile) -> bytes:
    """The file's octets when they can be a table. Raises UnreadableFileError."""
    # Beyond it the rest was dropped while the file arrived (documents.handlers): a part is not the whole.
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise UnreadableFileError(_("Le fichier dépasse 8 Mo. Coupez-le en plusieurs fichiers."))
    content = file.read()
    workbook = content.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in content
    unicode_text = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not content:
        raise UnreadableFileError(_("Le fichier est vide."))
    if not workbook and (
        (b"\0" in content[:4096] and not unicode_text) or content.startswith((b"PK", b"%PDF", b"\xd0\xcf"))
    ):
        raise UnreadableFileError(_("Envoyez le registre au format Excel .xlsx ou CSV."))
    if clamav.scan(content) is clamav.Verdict.INFECTED:
        raise UnreadableFileError(_("L’antivirus a trouvé un virus dans ce fichier. Il n’a pas été gardé."))
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _new_batch(
    *, kind: str, office: Office, by: Actor, mapping: dict[str, Any] | None, name: str, digest: str
) -> ImportBatch:
    batch = ImportBatch.objects.create(
        kind=kind,
        office=office,
        file_name=Path(name).name[:200],
        file_digest=digest,
        mapping=mapping or {},
        author=by.user,
    )
    audit.record(
        "civil_acts.register_import_asked",
        subject=batch,
        actor=by,
        kind=kind,
        office=office.code,
        digest=digest,
    )
    return batch


def import_register(
    *,
    path: Path,
    kind: str,
    office: Office,
    by: Actor,
    mapping: dict[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportBatch:
    """Read a file of this server here and now; the batch says what became of each row.

    ``batch.rejected_file`` is the spreadsheet of the rejected rows, when there are any.
    Raises UnreadableFileError, with nothing written.
    """
    mapping_for(kind, mapping)
    batch = _new_batch(
        kind=kind, office=office, by=by, mapping=mapping, name=path.name, digest=_file_digest(path)
    )
    try:
        _run(batch, path, progress, finish=None)
    except UnreadableFileError as error:
        _fail(batch, error, finish=None)
        raise
    return batch


def _file_digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def run_import(job: Job) -> None:
    """Handler of ``civil_acts.import_register``: payload {"batch": pk}."""
    batch = ImportBatch.objects.select_related("office").get(pk=job.payload["batch"])
    if batch.state != ImportBatch.State.PENDING:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"register{Path(str(batch.file.name)).suffix}"
        with batch.file.open("rb") as source, path.open("wb") as target:
            for block in source.chunks():
                target.write(block)
        try:
            _run(batch, path, job.report, finish=job.finish)
        except UnreadableFileError as error:
            _fail(batch, error, finish=job.finish)


def _run(
    batch: ImportBatch,
    path: Path,
    progress: Callable[[int, int], None] | None,
    *,
    finish: Callable[[], None] | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rejected = Path(folder) / "rejected.xlsx"
        outcome = RegisterImport(path=path, batch=batch, rejected_path=rejected).run(progress)
        _settle(batch, outcome, rejected, finish)


@transaction.atomic
def _settle(batch: ImportBatch, outcome: Outcome, rejected: Path, finish: Callable[[], None] | None) -> None:
    if finish:
        finish()
    batch.rows_total, batch.rows_added = outcome.total, outcome.added
    batch.rows_present, batch.rows_rejected = outcome.present, outcome.rejected
    batch.reasons = dict(outcome.reasons)
    batch.state, batch.finished_at = ImportBatch.State.DONE, timezone.now()
    if outcome.rejected:
        with rejected.open("rb") as handle:
            batch.rejected_file.save(f"{batch.public_id}.xlsx", File(handle), save=False)
    batch.save()
    audit.record(
        "civil_acts.register_imported",
        subject=batch,
        actor=Actor(user=batch.author) if batch.author else Actor(name="Portail"),
        added=outcome.added,
        present=outcome.present,
        rejected=outcome.rejected,
    )


@transaction.atomic
def _fail(batch: ImportBatch, error: DomainError, *, finish: Callable[[], None] | None) -> None:
    if finish:
        finish()
    batch.state, batch.failure, batch.finished_at = ImportBatch.State.FAILED, error.message, timezone.now()
    batch.save(update_fields=["state", "failure", "finished_at"])


# -- one act -------------------------------------------------------------------


@transaction.atomic
def record_mention(
    *, public_id: UUID, by: Actor, kind: str, text: str, source_reference: str, dated_on: Any
) -> Mention:
    """Append a marginal note; the act itself does not change.

    The same note again is the one that is there: a second click, or a page sent
    once more, must not print it twice, and a note is never deleted.
    """
    act = RegisterAct.objects.visible_to(by).select_for_update(of=("self",)).get(public_id=public_id)
    note = {"kind": kind, "text": text, "source_reference": source_reference, "dated_on": dated_on}
    if written := act.mentions.filter(**note).first():
        return written
    mention = Mention.objects.create(act=act, author=by.user, **note)
    audit.record("civil_acts.mention_recorded", subject=act, actor=by, kind=kind, source=source_reference)
    return mention


@transaction.atomic
def correct_act(*, public_id: UUID, by: Actor, changes: dict[str, Any], reason: str) -> RegisterAct:
    """Make the entry say what the register says; the earlier version is kept with the reason.

    changes: column -> value. Raises Conflict when another act has the number.
    """
    act = RegisterAct.objects.visible_to(by).select_for_update(of=("self",)).get(public_id=public_id)
    changed = sorted(name for name, value in changes.items() if getattr(act, name) != value)
    if not changed and act.verified:
        return act
    for name in changed:
        setattr(act, name, changes[name])
    act.verified = True
    with pghistory.context(actor=str(by.uuid), reason=reason):
        _save(act, update_fields=[*changed, "verified"])
    audit.record("civil_acts.act_corrected", subject=act, actor=by, reason=reason, fields=changed)
    return act


def _save(act: RegisterAct, **how: Any) -> None:
    """Raises Conflict when a valid act already has this centre, year and number."""
    try:
        with transaction.atomic():
            act.save(**how)
    except IntegrityError as error:
        if "register_act_number_once" in str(error):
            raise Conflict(
                _("Un autre acte du même centre porte déjà ce numéro cette année-là. Vérifiez le numéro."),
                code="number_taken",
            ) from error
        raise


@transaction.atomic
def add_act(*, by: Actor, values: dict[str, Any], source: str, **origin: Any) -> RegisterAct:
    """A new act, checked by people: from a transcription or a declaration. Raises Conflict."""
    act = RegisterAct(source=source, verified=True, **values, **origin)
    with pghistory.context(actor=str(by.uuid)):
        _save(act)
    audit.record("civil_acts.act_added", subject=act, actor=by, source=source)
    return act


@transaction.atomic
def cancel_act(*, public_id: UUID, by: Actor, reason: str) -> RegisterAct:
    """Set aside an act entered by mistake; it stays readable and its number is free again."""
    act = RegisterAct.objects.visible_to(by).select_for_update(of=("self",)).get(public_id=public_id)
    if act.status == RegisterAct.Status.CANCELLED:
        return act
    act.status, act.cancelled_reason = RegisterAct.Status.CANCELLED, reason
    with pghistory.context(actor=str(by.uuid), reason=reason):
        act.save(update_fields=["status", "cancelled_reason"])
    audit.record("civil_acts.act_cancelled", subject=act, actor=by, reason=reason)
    return act
