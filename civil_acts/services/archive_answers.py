"""Between a request and the archive: ask for the search, take the answer."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from civil_acts.answers import birth_year
from civil_acts.models import ActRequest, SearchSlip, SlipState
from civil_acts.services import archive, treatment
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict
from cotonou.jobs.models import Job


def last_slip(request: ActRequest) -> SearchSlip | None:
    return SearchSlip.objects.filter(request_uuid=request.public_id).order_by("-created_at").first()


def known_details(request: ActRequest) -> dict[str, Any]:
    """What the citizen wrote that helps the archive, under the names of ``ask_archive``'s details."""
    answers = request.answers
    act = answers.get("act") or {}
    parents = [
        _("Père : %(name)s.") % {"name": answers["father_name"]} if answers.get("father_name") else "",
        _("Mère : %(name)s.") % {"name": answers["mother_name"]} if answers.get("mother_name") else "",
    ]
    return {
        "centre": "",
        "year": act.get("year") or birth_year(answers),
        "volume": "",
        "folio": "",
        "act_number_text": str(act.get("number") or "")[:40],
        "note": " ".join(filter(None, parents))[:300],
    }


@transaction.atomic
def ask_archive(
    *,
    public_id: UUID,
    by: Actor,
    centre: str = "",
    year: int | None = None,
    volume: str = "",
    folio: str = "",
    act_number_text: str = "",
    note: str = "",
) -> SearchSlip:
    """Send a search slip to the archive for this request. One open slip at a time."""
    request = treatment.claimed(public_id, by)
    if request.is_relay:
        raise Conflict(_("Cette demande se transmet à l’UCIP : aucun acte n’est à chercher."))
    slip = last_slip(request)
    if slip and slip.state == SlipState.OPEN:
        raise Conflict(_("Une recherche est déjà en cours aux archives pour ce dossier."))
    slip = archive.open_slip(
        kind="BIRTH",
        office=request.office,
        names=request.subject_name,
        centre=centre,
        year=year,
        volume=volume,
        folio=folio,
        act_number_text=act_number_text,
        note=note,
        request_uuid=request.public_id,
        request_label=codes.pretty(request.tracking_code),
        by=by,
    )
    record("civil_acts.archive_asked", subject=request, actor=by, slip=str(slip.public_id))
    return slip


def apply_answer(job: Job) -> None:
    """Handler of "civil_acts.archive_answered": the verified act is put beside the request.

    Not found, destroyed or illegible changes nothing here: the clerk decides, with the
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
        transcription = getattr(slip, "transcription", None) if slip.state == SlipState.FOUND else None
        # It is the archivist's answer, or the reading of whoever verified the page: they sign it here too.
        who = slip.answered_by
        if transcription is not None and transcription.act_id:
            who = transcription.verified_by
        by = Actor(user=who) if who else SYSTEM
        if transcription is not None and transcription.act_id:
            treatment.choose_act(request, transcription.act, by=by)
            request.save(update_fields=treatment.ACT_COLUMNS)
        record("civil_acts.archive_answered", subject=request, actor=by, reason=slip.get_state_display())
