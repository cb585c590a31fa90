"""From a finished draft to a request that a clerk may take."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import durations, entitlement, fees, offices, pieces
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.states import Relation, RequestState
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.audit.services import record
from cotonou.catalogue.services import require_open
from cotonou.core import codes
from cotonou.core.errors import Conflict, NotAllowed
from cotonou.documents.services.uploads import attach_uploads
from cotonou.formbuilder import services as forms
from cotonou.formbuilder.models import Draft
from cotonou.jobs.models import Job
from cotonou.notifications.services import notify
from cotonou.payments.models import Payment
from cotonou.territory.dates import add_working_days, local_today

PURPOSE = "civil_acts"


def quote_for(version: ProcedureVersion, answers: Mapping[str, Any]) -> list[fees.FeeLine]:
    """Raises FeeUnknown when the City has not confirmed an amount."""
    return fees.quote(version.fees, variant=variant_of(version, answers), copies=copies_of(answers))


def variant_of(version: ProcedureVersion, answers: Mapping[str, Any]) -> str:
    """The variant asked for; a procedure with a single one does not ask."""
    chosen = answers.get("variant") or version.variants[0]["id"]
    return version.variant(chosen)["id"]


def copies_of(answers: Mapping[str, Any]) -> int:
    return int(answers.get("copies") or 1)


def subject_name_of(answers: dict) -> str:
    """SURNAME Given names, of the person the document is about."""
    surname = str(answers.get("subject_surname") or answers.get("surname") or "").upper()
    return f"{surname} {answers.get('subject_given_names') or answers.get('given_names') or ''}".strip()


@transaction.atomic
def confirm(*, draft: Draft, by: Actor, channel: str = "ONLINE") -> ActRequest:
    """Turn the checked answers into a request, once: a second call returns the first request.

    The request keeps the code the citizen already holds, and takes the files.
    Free requests are submitted at once; the others wait for payment. A relation
    that no rule allows is refused here, before anybody pays.
    Raises IncompleteError, DraftClosedError, FeeUnknown, NotAllowed, and
    PortalClosed online until the City has opened the portal.
    """
    if channel == "ONLINE":
        require_open()
    try:
        answers = forms.submit(draft=draft, by=by)
    except forms.AlreadySubmittedError:
        return ActRequest.objects.get(tracking_code=draft.code)
    draft.refresh_from_db()
    version = version_of(draft)
    lines = quote_for(version, answers)
    variant = version.variant(variant_of(version, answers))
    relation = answers.get("relation") or Relation.HOLDER
    if refused := entitlement.refusal(version, variant["id"], relation):
        raise NotAllowed(str(refused), code="not_entitled")
    request = ActRequest(
        tracking_code=draft.code,
        procedure_version=version,
        variant=variant["id"],
        document_kind=variant["document_kind"],
        office=offices.office_for(version.office_rule, answers),
        contact=draft.contact,
        channel=channel,
        entered_by=by.user if channel == "COUNTER" else None,
        answers=answers,
        copies=copies_of(answers),
        fee_xof=fees.total(lines),
        relation=relation,
        subject_name=subject_name_of(answers),
    )
    if request.fee_xof == 0:
        _submit(request)
    request.save()
    attach_uploads(
        uploads=[upload for _piece, upload in forms.sent_uploads(draft=draft, answers=answers)],
        subject_kind=pieces.SUBJECT,
        subject_uuid=request.public_id,
        by=by,
    )
    record("civil_acts.confirmed", subject=request, actor=by, channel=channel, fee_xof=request.fee_xof)
    notify("civil_acts.confirmed", to=request.contact, subject=request, context=_words(request))
    return request


def version_of(draft: Draft) -> ProcedureVersion:
    """The version the draft was begun with: it stays on it."""
    return ProcedureVersion.objects.select_related("procedure__service", "form_version").get(
        pk=draft.context["procedure_version"]
    )


def _submit(request: ActRequest) -> None:
    request.move(RequestState.SUBMITTED)
    request.submitted_at = timezone.now()
    request.due_on = due_on(request.procedure_version)


def due_on(version: ProcedureVersion) -> date:
    """When what begins today is to be done; an order in the queue where no delay is known."""
    days = version.delay_working_days
    return add_working_days(local_today(), durations.ORDER_WORKING_DAYS if days is None else days)


def _words(request: ActRequest) -> dict:
    return {
        "tracking_code": codes.pretty(request.tracking_code),
        "service": request.procedure_version.procedure.service.title,
        "fee_xof": request.fee_xof,
        "office": request.office.name,
    }


def submit_after_payment(job: Job) -> None:
    """Handler of "civil_acts.fee_settled": the request becomes the clerk's, in its own transaction.

    Parks as "paid, not applied" when the request can no longer be submitted:
    staff decide on a refund; the money itself never rolls back.
    """
    payment = Payment.objects.get(pk=job.payload["payment"])
    with transaction.atomic():
        job.finish()
        request = ActRequest.objects.select_for_update(of=("self",)).get(public_id=payment.subject_uuid)
        if request.state != RequestState.TO_PAY and request.submitted_at:
            return
        if request.state != RequestState.TO_PAY:
            raise Conflict(_("Payé, mais la demande n’attend plus de paiement : à rembourser."))
        _submit(request)
        request.save(update_fields=["state", "submitted_at", "due_on"])
        record("civil_acts.submitted", subject=request, actor=SYSTEM, payment=str(payment.public_id))
        notify("civil_acts.submitted", to=request.contact, subject=request, context=_words(request))


@transaction.atomic
def withdraw(*, public_id: UUID, by: Actor) -> ActRequest:
    """The citizen gives up, as long as nobody has signed."""
    request = ActRequest.objects.own_or_visible(by).select_for_update(of=("self",)).get(public_id=public_id)
    if request.state == RequestState.WITHDRAWN:
        return request
    if request.is_replacing:
        raise Conflict(_("La Mairie corrige votre document : cette demande ne peut plus être annulée."))
    request.move(RequestState.WITHDRAWN)
    request.closed_at = timezone.now()
    request.claimed_by = request.claimed_until = request.waiting_since = None
    request.complements.open().update(dropped_at=request.closed_at)
    request.save(update_fields=["state", "closed_at", "claimed_by", "claimed_until", "waiting_since"])
    record("civil_acts.withdrawn", subject=request, actor=by)
    return request


def expire_unpaid(job: Job) -> None:
    """Handler of the periodic "civil_acts.expire_unpaid"."""
    limit = timezone.now() - timedelta(days=durations.UNPAID_DAYS)
    for pk in ActRequest.objects.filter(state=RequestState.TO_PAY, created_at__lt=limit).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            request = (
                ActRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            )
            if request is None or request.state != RequestState.TO_PAY or _being_paid(request):
                continue
            request.move(RequestState.EXPIRED)
            request.closed_at = timezone.now()
            request.save(update_fields=["state", "closed_at"])
            record("civil_acts.expired", subject=request, actor=SYSTEM)
            notify(
                "civil_acts.expired",
                to=request.contact,
                subject=request,
                context={"tracking_code": codes.pretty(request.tracking_code), "days": durations.UNPAID_DAYS},
            )


def _being_paid(request: ActRequest) -> bool:
    attempts = Payment.objects.of(PURPOSE, request.public_id)
    return (attempts.open() | attempts.settled()).exists()
