"""What an officer does: read what was prepared, sign it, or send it back."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts import certificates, pieces
from civil_acts.models import ActRequest
from civil_acts.services import replacement
from civil_acts.states import RequestState
from cotonou.accounts import second_factor
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import ROLE_PERMISSIONS, Permission
from cotonou.audit.services import record
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents import services as documents
from cotonou.documents.models import IssuedDocument

AT_ONCE = 40


def _locked(public_id: UUID, by: Actor) -> ActRequest:
    scope = by.scope(Permission.ACT_REQUEST_SIGN)
    if not scope:
        raise NotAllowed(_("Seul un officier d’état civil peut signer."))
    return (
        ActRequest.objects.filter(scope.where("office"))
        .select_for_update(of=("self",))
        .select_related("office", "procedure_version__procedure__service")
        .get(public_id=public_id)
    )


def sign_many(*, public_ids: list[UUID], by: Actor, code: str) -> dict[UUID, str]:
    """Sign up to forty requests after a fresh second factor; each stands alone.

    Returns {request: ""} for a signed one, {request: why} for a refused one.
    Raises DomainError when the code is wrong or the list is empty or too long.
    """
    if not public_ids:
        raise DomainError(_("Choisissez au moins un document à signer."), code="nothing_chosen")
    if len(public_ids) > AT_ONCE:
        raise DomainError(_("Signez au plus %(n)s documents à la fois.") % {"n": AT_ONCE}, code="too_many")
    second_factor.confirm(user=by.person, code=code)
    results = {}
    for public_id in public_ids:
        try:
            sign_one(public_id=public_id, by=by)
            results[public_id] = ""
        except DomainError as error:
            results[public_id] = error.message
        except ActRequest.DoesNotExist:
            results[public_id] = _("Ce dossier n’est pas dans votre bureau.")
    return results


@transaction.atomic
def sign_one(*, public_id: UUID, by: Actor) -> ActRequest:
    request = _locked(public_id, by)
    if request.prepared_by_id == by.person.pk:
        raise NotAllowed(
            _("Vous avez préparé ce document : une autre personne doit le signer."), code="own_work"
        )
    replacement.refuse_asker(request, by)
    if request.is_relay:
        raise Conflict(_("Cette demande se transmet à l’UCIP ; la Mairie n’établit pas ce document."))
    request.move(RequestState.SEALING)
    membership = _signing_as(by, request)
    request.signed_by, request.signed_at = by.person, timezone.now()
    request.snapshot = (request.snapshot or {}) | {
        "officer": {"name": str(by.person), "title": membership.capacity},
        "signed_on": timezone.localdate(request.signed_at).isoformat(),
    }
    document = _issue(request, by)
    request.document = document
    request.save()
    record("civil_acts.signed", subject=request, actor=by, document=str(document.public_id))
    return request


def _issue(request: ActRequest, by: Actor) -> IssuedDocument:
    paper: dict[str, Any] = {
        "office": request.office,
        "template_version": certificates.template_of(request)
        if certificates.is_certificate(request.document_kind)
        else documents.template_for(request.document_kind),
        "snapshot": request.snapshot,
    }
    if request.document is not None:
        return replacement.issue(request, by=by, **paper)
    return documents.issue(
        kind=request.document_kind,
        subject_kind=pieces.SUBJECT,
        subject_uuid=request.public_id,
        by=by,
        **paper,
    )


def _signing_as(by: Actor, request: ActRequest) -> Membership:
    """The membership under which this officer signs there: of that office, else of the mairie."""
    officer = [m for m in by.memberships if Permission.ACT_REQUEST_SIGN in ROLE_PERMISSIONS[m.role]]
    own = [m for m in officer if m.office_id == request.office_id]
    return (own or [m for m in officer if m.office.kind == "MAIRIE"])[0]


@transaction.atomic
def send_back(*, public_id: UUID, by: Actor, reason: str) -> ActRequest:
    """Return a prepared document to the clerks, with what is wrong with it."""
    request = _locked(public_id, by)
    if not reason.strip():
        raise DomainError(_("Dites à l’agent ce qu’il faut corriger."), code="reason_missing")
    if request.state != RequestState.TO_SIGN:
        raise Conflict(_("Ce dossier n’est plus à signer."))
    request.move(RequestState.IN_REVIEW)
    request.returned_reason = reason
    request.snapshot = None
    request.prepared_by = request.prepared_at = None
    request.save()
    record("civil_acts.sent_back", subject=request, actor=by, reason=reason)
    return request
