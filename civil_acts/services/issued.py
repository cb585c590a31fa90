"""Issued documents as an officer reaches them: within the offices whose papers they answer for."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from civil_acts import pieces
from civil_acts.models import ActRequest, Replacement, Revocation
from civil_acts.states import RequestState
from cotonou.accounts import second_factor
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Permission
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents.models import IssuedDocument
from cotonou.documents.states import DocumentState


def visible_to(by: Actor) -> QuerySet[IssuedDocument]:
    """Documents made for requests, of the offices where this person may cancel one."""
    scope = by.scope(Permission.DOCUMENT_REVOKE)
    papers = IssuedDocument.objects.filter(subject_kind=pieces.SUBJECT)
    return papers.filter(scope.where("office")).select_related("office", "replaces", "replaced_by")


def find(public_id: UUID, by: Actor) -> tuple[ActRequest, IssuedDocument]:
    """Raises IssuedDocument.DoesNotExist for another office's."""
    document = visible_to(by).get(public_id=public_id)
    return ActRequest.objects.select_related("prepared_by").get(public_id=document.subject_uuid), document


def locked(public_id: UUID, by: Actor) -> tuple[ActRequest, IssuedDocument]:
    """The request under lock and its document as it stands then. Raises as ``find``."""
    document = visible_to(by).get(public_id=public_id)
    request = (
        ActRequest.objects.select_for_update(of=("self",))
        .select_related("contact", "office", "procedure_version")
        .get(public_id=document.subject_uuid)
    )
    return request, visible_to(by).get(pk=document.pk)


def open_replacement(request: ActRequest) -> Replacement | None:
    return request.replacements.open().select_related("asked_by", "prepared_by", "old").first()


def preparer_of(request: ActRequest) -> User:
    """Who prepared the document that counts now, also while a new one is being prepared.

    Raises Conflict when no document was prepared.
    """
    replacement = open_replacement(request) if request.is_replacing else None
    preparer = replacement.prepared_by if replacement else request.prepared_by
    if preparer is None:
        raise Conflict(_("Ce document n’est pas encore prêt."))
    return preparer


def refuse_over(request: ActRequest, document: IssuedDocument) -> None:
    """Raise Conflict when nothing can be done to this paper any more, or not yet: who and when."""
    if document.state == DocumentState.REVOKED:
        done = Revocation.objects.select_related("revoked_by").filter(document=document).first()
        if done:
            raise Conflict(
                _("Ce document est déjà annulé : %(who)s l’a fait le %(date)s.")
                % {"who": done.revoked_by, "date": _moment(done.revoked_at)},
                code="already_revoked",
            )
        raise Conflict(_("Ce document est déjà annulé."), code="already_revoked")
    if document.state == DocumentState.REPLACED:
        raise Conflict(
            _("Ce document est déjà remplacé par le document no %(serial)s.")
            % {"serial": document.replaced_by.serial},
            code="already_replaced",
        )
    if document.sealed_at is None or request.state == RequestState.SEALING:
        raise Conflict(
            _("Le document reçoit encore le cachet électronique. Recommencez dans quelques minutes."),
            code="not_sealed",
        )


def refuse_own_work(request: ActRequest, by: Actor) -> None:
    if preparer_of(request) == by.person:
        raise NotAllowed(
            _("Vous avez préparé ce document : un autre officier doit décider de son sort."), code="own_work"
        )


def confirmed(check: Callable[[], None], *, by: Actor, code: str) -> None:
    """``check`` passes, then the second factor: no code is spent on what is refused anyway.

    Runs outside any transaction. A click sent twice spends its code once: the
    second one is told what became of the first, not that its code is used.
    """
    check()
    try:
        second_factor.confirm(user=by.person, code=code)
    except DomainError:
        check()
        raise


def _moment(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
