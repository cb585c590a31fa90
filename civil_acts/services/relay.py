"""Authority mode RELAY: files go to the UCIP in batches, its answers come back by file.

The portal never makes the certificate itself: it prepares the file, a
transmission slip and a receipt, and says honestly where things are.
"""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from civil_acts import snapshots, ucip
from civil_acts.models import ActRequest, RelayBatch
from civil_acts.states import RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission, Role
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError
from cotonou.documents import services as documents
from cotonou.notifications.services import notify
from cotonou.territory.dates import local_date, local_today

# One lock for the batch numbers: they have no gap.
_LOCK = "LOCK TABLE civil_acts_relaybatch IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True)
class Answer:
    """One line of the UCIP's file; ``available`` False means refused, ``text`` says why."""

    line: int
    tracking_code: str
    reference: str
    answered_on: datetime.date
    available: bool
    text: str


def to_transmit(by: Actor) -> QuerySet[ActRequest]:
    """Requests checked by a clerk and waiting for the next batch, in this person's offices."""
    scope = by.scope(Permission.RELAY_MANAGE)
    return (
        ActRequest.objects.filter(scope.where("office"))
        .filter(
            state=RequestState.IN_REVIEW,
            waiting_since=None,
            checked_by__isnull=False,
            procedure_version__procedure__service__authority_mode="RELAY",
        )
        .select_related("contact", "office", "procedure_version__procedure__service")
        .order_by("due_on", "pk")
    )


@transaction.atomic
def create_batch(*, by: Actor, public_ids: list[UUID]) -> RelayBatch:
    """Hand these requests to the UCIP: numbered batch, one slip each, clock of the ANIP starts.

    All or none: when one of them can no longer be transmitted, nothing is. The
    same requests again (a double click) give the batch that was made of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    if not public_ids:
        raise DomainError(_("Choisissez au moins un dossier vérifié à transmettre."), code="nothing_chosen")
    requests = list(to_transmit(by).filter(public_id__in=public_ids).select_for_update(of=("self",)))
    if not requests and (made := _batch_of(by, public_ids)):
        return made
    if len(requests) < len(set(public_ids)):
        raise Conflict(
            _("Un dossier choisi n’est plus à transmettre. Relisez la liste, puis recommencez."),
            code="not_to_transmit",
        )
    last = RelayBatch.objects.order_by("-number").values_list("number", flat=True).first() or 0
    batch = RelayBatch.objects.create(number=last + 1, created_by=by.person)
    for request in requests:
        request.move(RequestState.TRANSMITTED)
        request.relay_batch, request.transmitted_at = batch, timezone.now()
        request.claimed_by = request.claimed_until = None
        request.save(update_fields=["state", "relay_batch", "transmitted_at", "claimed_by", "claimed_until"])
        record("civil_acts.transmitted", subject=request, actor=by, batch=str(batch))
        notify(
            "civil_acts.transmitted",
            to=request.contact,
            subject=request,
            context={"tracking_code": codes.pretty(request.tracking_code)},
        )
    _issue_slip(batch, requests, by)
    return batch


def _issue_slip(batch: RelayBatch, requests: list[ActRequest], by: Actor) -> None:
    """The sealed slip that travels with the papers; never a certificate."""
    membership = next(m for m in by.memberships if m.role == Role.RELAY_AGENT)
    officer = {"name": str(by.person), "title": membership.capacity}
    documents.issue(
        kind=snapshots.TRANSMISSION_SLIP,
        subject_kind="civil_acts.relaybatch",
        subject_uuid=batch.public_id,
        office=membership.office,
        template_version=documents.template_for(snapshots.TRANSMISSION_SLIP),
        snapshot=snapshots.transmission_slip(batch, requests, sent_on=local_today(), officer=officer),
        by=by,
    )


def _batch_of(by: Actor, public_ids: list[UUID]) -> RelayBatch | None:
    """The batch that holds exactly these requests."""
    scope = by.scope(Permission.RELAY_MANAGE)
    batch = RelayBatch.objects.filter(
        requests__in=ActRequest.objects.filter(scope.where("office"), public_id=public_ids[0])
    ).first()
    if batch is None or set(batch.requests.values_list("public_id", flat=True)) != set(public_ids):
        return None
    return batch


@transaction.atomic
def _apply(answer: Answer, by: Actor) -> str:
    """ "" when applied, "already" when the same answer is in, else the reason it cannot be."""
    request = (
        ActRequest.objects.select_for_update(of=("self",))
        .filter(
            by.scope(Permission.RELAY_MANAGE).where("office"),
            tracking_code=answer.tracking_code,
            relay_batch__isnull=False,
        )
        .first()
    )
    if request is None:
        return _("aucun dossier transmis ne porte ce code")
    if request.state == RequestState.READY_ELSEWHERE:
        if (request.relay_reference, request.relay_available) == (answer.reference, answer.available):
            return "already"
        return _("une autre réponse est déjà enregistrée (référence %(ref)s)") % {
            "ref": request.relay_reference
        }
    transmitted_on = local_date(request.transmitted_at or request.created_at)
    if not transmitted_on <= answer.answered_on <= local_today():
        return _("la date %(d)s n’est pas entre le jour de la transmission et aujourd’hui") % {
            "d": formats.date_format(answer.answered_on, "SHORT_DATE_FORMAT")
        }
    request.move(RequestState.READY_ELSEWHERE)
    request.relay_available = answer.available
    request.relay_reference, request.relay_answered_on = answer.reference, answer.answered_on
    request.relay_answer = answer.text or (_("Certificat disponible") if answer.available else _("Refusé"))
    request.ready_at = timezone.now()
    request.save()
    record(
        "civil_acts.relay_answered",
        subject=request,
        actor=by,
        reference=answer.reference,
        available=answer.available,
    )
    notify(
        "civil_acts.relay_answered",
        to=request.contact,
        subject=request,
        context={
            "tracking_code": codes.pretty(request.tracking_code),
            "answer": request.relay_answer,
            "available": answer.available,
            "reference": answer.reference,
            "place": ucip.in_a_line(),
        },
    )
    return ""


@dataclass
class ImportResult:
    applied: int
    already: int
    refused: list[tuple[int, str, str]]  # line, code, reason


def apply_answers(*, answers: list[Answer], by: Actor) -> ImportResult:
    """Each line stands alone; the same file twice changes nothing."""
    result = ImportResult(0, 0, [])
    for answer in answers:
        outcome = _apply(answer, by)
        if outcome == "":
            result.applied += 1
        elif outcome == "already":
            result.already += 1
        else:
            result.refused.append((answer.line, answer.tracking_code, outcome))
    return result
