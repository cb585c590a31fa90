"""An officer cancels an issued document: it no longer counts, and whoever holds it is told."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from civil_acts.models import Revocation
from civil_acts.services import issued, replacement
from civil_acts.states import RevocationReason
from cotonou.accounts.actors import Actor
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.documents import services as documents
from cotonou.notifications.services import notify


def revoke(*, public_id: UUID, by: Actor, reason: str, text: str, code: str) -> Revocation:
    """Cancel after a fresh second factor; the citizen reads the reason and the sentence.

    public_id: the document's. reason: of RevocationReason. text: at most 200 characters.
    Raises Conflict when it is over already, NotAllowed for one's own work,
    WrongSecondFactor, SecondFactorLocked, IssuedDocument.DoesNotExist.
    """

    def check() -> None:
        request, document = issued.find(public_id, by)
        issued.refuse_over(request, document)
        issued.refuse_own_work(request, by)

    issued.confirmed(check, by=by, code=code)
    return revoke_one(public_id=public_id, by=by, reason=reason, text=text)


@transaction.atomic
def revoke_one(*, public_id: UUID, by: Actor, reason: str, text: str) -> Revocation:
    request, document = issued.locked(public_id, by)
    issued.refuse_over(request, document)
    issued.refuse_own_work(request, by)
    preparer = issued.preparer_of(request)
    if request.is_replacing:  # there is nothing left to replace
        replacement.put_back(request)
    with override("fr"):  # the trail, whatever the officer's screen
        said = f"{RevocationReason(reason).label}. {text}"
    documents.revoke(document=document, by=by, reason=said)
    revocation = Revocation.objects.create(
        request=request,
        document=document,
        prepared_by=preparer,
        revoked_by=by.person,
        reason=reason,
        text=text,
    )
    record("civil_acts.document_revoked", subject=request, actor=by, serial=document.serial, reason=said)
    with override(request.contact.language):
        label = str(RevocationReason(reason).label)
    notify(
        "civil_acts.revoked",
        to=request.contact,
        subject=request,
        context={
            "tracking_code": codes.pretty(request.tracking_code),
            "serial": document.serial,
            "reason": label,
            "text": text,
            "office": request.office.name,
        },
    )
    return revocation
