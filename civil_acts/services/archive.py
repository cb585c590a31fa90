"""An act that is still on paper: search slip, photo, one person types, another verifies."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import durations
from civil_acts.models.archive import SearchSlip, SlipState, Transcription
from civil_acts.models.registers import RegisterAct
from civil_acts.registers import duplicates
from civil_acts.registers import transcription as readings
from civil_acts.services.registers import add_act
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission
from cotonou.audit import services as audit
from cotonou.core import codes
from cotonou.core.errors import Conflict, NotAllowed
from cotonou.documents.services import store_upload
from cotonou.jobs import services as jobs

ANSWERED_TOPIC = "civil_acts.archive_answered"
SUBJECT = "civil_acts.searchslip"  # of the photos


def may_read_photo(actor: Actor, slip_uuid: UUID) -> bool:
    """Whoever may search the archive, handle requests or transcribe, in the slip's office."""
    slips = SearchSlip.objects.filter(public_id=slip_uuid)
    scope = actor.scope(
        Permission.ARCHIVE_SEARCH,
        Permission.ACT_REQUEST_VIEW,
        Permission.REGISTER_TRANSCRIBE,
        Permission.REGISTER_VIEW,
    )
    return slips.filter(scope.where("office")).exists()


@transaction.atomic
def open_slip(
    *,
    by: Actor,
    kind: str,
    office: Office,
    names: str,
    centre: str = "",
    year: int | None = None,
    volume: str = "",
    folio: str = "",
    act_number_text: str = "",
    note: str = "",
    request_uuid: UUID | None = None,
    request_label: str = "",
) -> SearchSlip:
    """Ask the archive of ``office`` for an act; ``request_uuid`` is the request that waits for it."""
    if not by.scope(Permission.ARCHIVE_SEARCH, Permission.ACT_REQUEST_VIEW).covers(office.pk):
        raise NotAllowed(_("Vous ne pouvez pas demander de recherche dans les archives de ce bureau."))
    slip = SearchSlip.objects.create(
        code=codes.new_code(8),
        kind=kind,
        office=office,
        names=names[:300],
        centre=centre,
        year=year,
        volume=volume,
        folio=folio,
        act_number_text=act_number_text[:40],
        note=note,
        request_uuid=request_uuid,
        request_label=request_label,
        created_by=by.user,
    )
    audit.record("civil_acts.slip_opened", subject=slip, actor=by, request=str(request_uuid or ""))
    return slip


def _slip(public_id: UUID, by: Actor) -> SearchSlip:
    """Locked, and of an archive where this person searches. Raises SearchSlip.DoesNotExist."""
    scope = by.scope(Permission.ARCHIVE_SEARCH)
    return (
        SearchSlip.objects.filter(scope.where("office"))
        .select_for_update(of=("self",))
        .get(public_id=public_id)
    )


@transaction.atomic
def take_slip(*, public_id: UUID, by: Actor) -> SearchSlip:
    """« Je m’en charge »: so that two archivists do not look for the same page."""
    slip = _slip(public_id, by)
    if slip.state != SlipState.OPEN:
        raise Conflict(_("Cette recherche a déjà une réponse. Rechargez la page."))
    if slip.assigned_to_id and slip.assigned_to_id != by.user.pk:  # type: ignore[union-attr]
        raise Conflict(_("%(who)s cherche déjà cet acte.") % {"who": slip.assigned_to})
    slip.assigned_to = by.user
    slip.save(update_fields=["assigned_to"])
    audit.record("civil_acts.slip_taken", subject=slip, actor=by)
    return slip


def answer_found(*, public_id: UUID, by: Actor, photo: UploadedFile, answer: str = "") -> SearchSlip:
    """The page was found and photographed; it can be typed. Raises FileRefusedError, Conflict."""
    slip = SearchSlip.objects.visible_to(by).get(public_id=public_id)
    # Checked and re-encoded before the transaction: it takes seconds.
    upload = store_upload(
        file=photo, purpose="act_page", by=by, subject_kind=SUBJECT, subject_uuid=slip.public_id,
        keep_days=durations.REGISTER_PHOTO_DAYS,
    )  # fmt: skip
    with transaction.atomic():
        slip = _slip(public_id, by)
        slip.move(SlipState.FOUND)
        slip.photo = upload
        return _answer(slip, by=by, answer=answer)


@transaction.atomic
def answer_absent(*, public_id: UUID, by: Actor, state: str, answer: str) -> SearchSlip:
    """NOT_FOUND, DESTROYED or ILLEGIBLE, with what was looked through."""
    slip = _slip(public_id, by)
    slip.move(state)
    return _answer(slip, by=by, answer=answer)


def _answer(slip: SearchSlip, *, by: Actor, answer: str) -> SearchSlip:
    slip.answer, slip.answered_by, slip.answered_at = answer, by.user, timezone.now()
    slip.save(update_fields=["state", "photo", "answer", "answered_by", "answered_at"])
    audit.record("civil_acts.slip_answered", subject=slip, actor=by, state=slip.state, reason=answer)
    _tell(slip, f"{slip.state}:{slip.answered_at.isoformat()}")
    return slip


def _tell(slip: SearchSlip, event: str) -> None:
    jobs.enqueue(ANSWERED_TOPIC, key=f"archive_answered:{slip.pk}:{event}", payload={"slip": slip.pk})


@transaction.atomic
def reopen_slip(*, public_id: UUID, by: Actor, reason: str) -> SearchSlip:
    """Look again: the act was not found, or the photographed page is not the right one."""
    slip = SearchSlip.objects.visible_to(by).select_for_update(of=("self",)).get(public_id=public_id)
    typed = Transcription.objects.filter(slip=slip, returned_at=None)
    if slip.state == SlipState.FOUND and typed.exists():
        raise Conflict(_("La page de cette fiche a déjà été saisie. Faites renvoyer la saisie d’abord."))
    slip.move(SlipState.OPEN)
    slip.note, slip.assigned_to = reason, None
    slip.answered_by = slip.answered_at = None
    slip.save(update_fields=["state", "note", "assigned_to", "answered_by", "answered_at"])
    audit.record("civil_acts.slip_reopened", subject=slip, actor=by, reason=reason)
    return slip


# -- typing the page -------------------------------------------------------------


@transaction.atomic
def transcribe(
    *, slip_id: UUID, by: Actor, data: dict[str, str], dismissed: Collection[UUID] = ()
) -> Transcription:
    """The first reading of the page; the same person may type it again when it was sent back.

    dismissed: acts that look the same and that this person opened and found to be others.
    Raises EntryError, Conflict, LikelyDuplicateError.
    """
    scope = by.scope(Permission.REGISTER_TRANSCRIBE)
    slip = (
        SearchSlip.objects.filter(scope.where("office"), state=SlipState.FOUND)
        .select_for_update(of=("self",))
        .get(public_id=slip_id)
    )
    values = readings.read(slip.kind, data)
    duplicates.refuse_unseen(slip.kind, slip.office, values, dismissed=dismissed)
    existing = Transcription.objects.select_for_update().filter(slip=slip).first()
    if existing and (existing.returned_at is None or existing.transcribed_by_id != by.user.pk):  # type: ignore[union-attr]
        raise Conflict(_("Cette page a déjà été saisie : elle attend sa vérification."))
    transcription = existing or Transcription(slip=slip)
    transcription.data = data
    transcription.transcribed_by = by.user  # type: ignore[assignment]
    transcription.transcribed_at, transcription.returned_at = timezone.now(), None
    transcription.returned_by, transcription.returned_reason = None, ""
    transcription.save()
    audit.record("civil_acts.transcribed", subject=transcription, actor=by, slip=str(slip.public_id))
    return transcription


def _to_verify(public_id: UUID, by: Actor) -> Transcription:
    transcription = (
        Transcription.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("slip__office", "slip__photo")
        .get(public_id=public_id)
    )
    if transcription.transcribed_by_id == by.user.pk:  # type: ignore[union-attr]
        raise NotAllowed(_("Une autre personne doit vérifier ce que vous avez saisi."))
    if transcription.verified_at or transcription.returned_at:
        raise Conflict(_("Cette saisie n’attend plus de vérification. Rechargez la page."))
    return transcription


@transaction.atomic
def return_transcription(*, public_id: UUID, by: Actor, reason: str) -> Transcription:
    """Back to the person who typed it: the wrong page, or unreadable work."""
    transcription = _to_verify(public_id, by)
    transcription.returned_by, transcription.returned_at = by.user, timezone.now()
    transcription.returned_reason = reason
    transcription.save(update_fields=["returned_by", "returned_at", "returned_reason"])
    audit.record("civil_acts.transcription_returned", subject=transcription, actor=by, reason=reason)
    return transcription


@transaction.atomic
def verify_transcription(
    *,
    public_id: UUID,
    by: Actor,
    data: dict[str, str],
    kept: dict[str, str] | None = None,
    dismissed: Collection[UUID] = (),
) -> RegisterAct:
    """The second reading, by somebody else; when both agree or are settled, the act enters the register.

    kept: field -> "first" or "second" for each difference. dismissed: as for ``transcribe``.
    Raises DomainError (readings_differ) while some are open, LikelyDuplicateError, EntryError,
    Conflict, NotAllowed.
    """
    transcription = _to_verify(public_id, by)
    slip = transcription.slip
    differences = readings.compare(slip.kind, transcription.data, data)
    agreed, settled = readings.settle(differences, data, kept or {})
    values = readings.read(slip.kind, agreed)
    others = duplicates.refuse_unseen(slip.kind, slip.office, values, dismissed=dismissed)
    act = add_act(
        by=by,
        values=values,
        source=RegisterAct.Source.TRANSCRIPTION,
        kind=slip.kind,
        office=slip.office,
        scan=slip.photo,
    )
    _close(transcription, by=by, data=data, differences=settled, act=act, others=others)
    _tell(slip, f"act:{act.pk}")
    return act


def _close(transcription: Transcription, *, by: Actor, **columns: Any) -> None:
    transcription.second_data, transcription.differences = columns["data"], columns["differences"]
    transcription.act = columns["act"]
    transcription.verified_by, transcription.verified_at = by.user, timezone.now()
    transcription.save()
    audit.record(
        "civil_acts.transcription_verified",
        subject=transcription,
        actor=by,
        act=str(columns["act"].public_id),
        differences=[difference["field"] for difference in columns["differences"]],
        dismissed=[other.reference for other in columns["others"]],
    )
