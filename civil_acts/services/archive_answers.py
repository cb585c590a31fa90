"""Between a request and the archive: ask for the search, take the answer."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from civil_acts.models import ActRequest, SearchSlip, SlipState
from civil_acts.services import archive, treatment
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict
from cotonou.jobs.models import Job


def last_slip(request: ActRequest) -> SearchSlip | None:
    return SearchSlip.objects.filter(request_uuid=request.public_id).order_by("-created_at").first()


@transaction.atomic
def ask_archive(*, public_id: UUID, by: Actor) -> SearchSlip:
    """Send a search slip to the archive with what the citizen wrote. One open slip at a time."""
    request = treatment.claimed(public_id, by)
    if request.is_relay:
        raise Conflict(_("Cette demande se transmet à l’UCIP : aucun acte n’est à chercher."))
    slip = last_slip(request)
    if slip and slip.state == SlipState.OPEN:
        raise Conflict(_("Une recherche est déjà en cours aux archives pour ce dossier."))
    act = request.answers.get("act") or {}
    slip = archive.open_slip(
        kind="BIRTH",
        office=request.office,
        names=request.subject_name,
        year=act.get("year"),
        act_number_text=str(act.get("number") or ""),
        request_uuid=request.public_id,
        request_label=codes.pretty(request.tracking_code),
        by=by,
    )
    record("civil_acts.archive_asked", subject=request, actor=by, slip=str(slip.public_id))
    return slip


def apply_answer(job: Job) -> None:
    """Handler of "civil_acts.archive_answered": the verified act is put beside the request.

    Not found or destroyed changes nothing here: the clerk decides, with the
    archive's words before them, to prepare the certificate of non-registration.
    """
    slip = SearchSlip.objects.get(pk=job.payload["slip"])
    if slip.request_uuid is None:
        return
    with transaction.atomic():
        job.finish()
        request = (
            ActRequest.objects.select_for_update(of=("self",)).filter(public_id=slip.request_uuid).first()
        )
        if request is None or request.state != "IN_REVIEW":
            return
        transcription = getattr(slip, "transcription", None)
        if slip.state == SlipState.FOUND and transcription and transcription.act_id:
            request.register_act = transcription.act
            request.save(update_fields=["register_act"])
        record("civil_acts.archive_answered", subject=request, actor=SYSTEM, reason=slip.get_state_display())
