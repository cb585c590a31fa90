"""From the sealed document to the hands of the right person."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import snapshots
from civil_acts.models import ActRequest
from civil_acts.services import replacement
from civil_acts.states import RequestState
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.permissions import Permission
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.idempotency import once
from cotonou.documents import services as documents
from cotonou.documents.models import IssuedDocument
from cotonou.documents.states import DocumentState
from cotonou.jobs.models import Job
from cotonou.notifications.services import notify


def announce_ready(job: Job) -> None:
    """Handler of the sealed topics: the request is READY and the citizen is told."""
    document = IssuedDocument.objects.get(pk=job.payload["document"])
    with transaction.atomic():
        job.finish()
        request = ActRequest.objects.select_for_update(of=("self",)).get(public_id=document.subject_uuid)
        if request.state != RequestState.SEALING:
            return
        request.move(RequestState.READY)
        request.ready_at = timezone.now()
        request.save(update_fields=["state", "ready_at"])
        record("civil_acts.ready", subject=request, actor=SYSTEM, serial=document.serial)
        _tell(request, document)


def _tell(request: ActRequest, document: IssuedDocument) -> None:
    context = {"tracking_code": codes.pretty(request.tracking_code), "office": request.office.name}
    template = "civil_acts.ready"
    if document.replaces_id:
        template, context = "civil_acts.replaced", replacement.replaced_words(document)
    elif request.document_kind == snapshots.NON_REGISTRATION:
        template = "civil_acts.ready_not_found"
    notify(template, to=request.contact, subject=request, context=context)


@transaction.atomic
def record_download(*, request: ActRequest, by: Actor) -> None:
    """The citizen fetched the document after code and one-time code: it is delivered."""
    request = ActRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state == RequestState.READY:
        request.move(RequestState.DELIVERED)
        request.delivered_at = timezone.now()
        request.save(update_fields=["state", "delivered_at"])
    record("civil_acts.downloaded", subject=request, actor=by)


def prints_left(request: ActRequest) -> int:
    """Paid copies not printed yet; never below 0."""
    printed = request.document.prints.count() if request.document else 0
    return max(0, request.copies - printed)


def hand_over(
    *, public_id: UUID, by: Actor, identity_seen: bool, reason: str = "", idempotency_key: str = ""
) -> ActRequest:
    """Print at the counter, against identity; every print is counted.

    As many prints as copies were paid for; one more needs a reason, which the trail keeps.
    The same form again, by the same person, is the print that was counted: the browser shows
    the answer to the second click only.
    """
    answer = once(
        key=idempotency_key,
        scope=f"civil_acts.hand_over:{public_id}",
        body={"by": by.uuid, "reason": reason.strip()},
        act=lambda: {"request": _hand_over(public_id, by, identity_seen, reason).pk},
    )
    request = ActRequest.objects.select_related("document").get(pk=answer["request"])
    if request.issued.state != DocumentState.VALID:  # the form of before it was cancelled
        raise Conflict(
            _("Ce document n’est plus valable (%(state)s). Ne l’imprimez pas.")
            % {"state": request.issued.get_state_display()},
            code="not_valid",
        )
    return request


@transaction.atomic
def _hand_over(public_id: UUID, by: Actor, identity_seen: bool, reason: str) -> ActRequest:
    scope = by.scope(Permission.COUNTER_DELIVER)
    request = (
        ActRequest.objects.filter(scope.where("office"))
        .select_for_update(of=("self",))
        .get(public_id=public_id)
    )
    if request.state not in (RequestState.READY, RequestState.DELIVERED):
        raise Conflict(_("Ce document n’est pas encore prêt."))
    if not identity_seen:
        raise DomainError(_("Vérifiez l’identité de la personne avant d’imprimer."), code="identity_unseen")
    extra = prints_left(request) == 0
    if extra and not reason.strip():
        raise DomainError(
            _("Les exemplaires payés sont déjà imprimés. Dites pourquoi vous imprimez encore."),
            code="reason_missing",
        )
    documents.record_print(document=request.issued, by=by)
    if request.state == RequestState.READY:
        request.move(RequestState.DELIVERED)
        request.delivered_at = timezone.now()
        request.save(update_fields=["state", "delivered_at"])
    record("civil_acts.handed_over", subject=request, actor=by, reason=reason.strip() if extra else "")
    return request
