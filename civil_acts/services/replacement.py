"""An officer has a wrong document made again: a clerk prepares it anew, another officer signs.

The old one counts, and can be verified, until that signature; it is no longer
given out from the moment somebody says that it is wrong.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from civil_acts.models import ActRequest, Replacement
from civil_acts.services import intake, issued
from civil_acts.states import ReplacementReason, RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Membership, Office
from cotonou.accounts.permissions import ROLE_PERMISSIONS, Permission
from cotonou.audit.services import record
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents import services as documents
from cotonou.documents.models import IssuedDocument
from cotonou.notifications.services import notify

# What a new preparation and signature change: kept, to be put back when they never come.
KEPT = [
    "state", "document_kind", "register_act", "entitlement_rule", "proofs_seen", "checked_by", "checked_at",
    "prepared_by", "prepared_at", "signed_by", "signed_at", "ready_at", "delivered_at", "due_on",
]  # fmt: skip
_BEGUN_AGAIN = (
    "snapshot",
    "prepared_by",
    "prepared_at",
    "signed_by",
    "signed_at",
    "ready_at",
    "delivered_at",
)


def ask(*, public_id: UUID, by: Actor, reason: str, text: str, code: str) -> Replacement:
    """Send a wrong document back to the clerks after a fresh second factor.

    public_id: the document's. reason: of ReplacementReason. text: what to
    correct, for the clerk, at most 200 characters. Raises as ``revocation.revoke``,
    and DomainError when nobody else could sign the new one.
    """
    issued.confirmed(lambda: _refuse(*issued.find(public_id, by), by), by=by, code=code)
    return ask_one(public_id=public_id, by=by, reason=reason, text=text)


def _refuse(request: ActRequest, document: IssuedDocument, by: Actor) -> None:
    issued.refuse_over(request, document)
    if under_way := issued.open_replacement(request):
        raise Conflict(
            _("Ce document est déjà en cours de remplacement, à la demande de %(who)s.")
            % {"who": under_way.asked_by},
            code="already_replacing",
        )
    issued.refuse_own_work(request, by)
    if not _others_sign(request.office, by):
        raise DomainError(
            _(
                "Personne d’autre ne peut signer le nouveau document. Demandez à l’administrateur du portail "
                "de nommer un autre officier d’état civil pour ce bureau, puis recommencez."
            ),
            code="nobody_signs",
        )


def _others_sign(office: Office, by: Actor) -> bool:
    roles = [role for role, granted in ROLE_PERMISSIONS.items() if Permission.ACT_REQUEST_SIGN in granted]
    signers = Membership.objects.in_force().filter(role__in=roles).exclude(user=by.person)
    return signers.filter(office=office).exists() or signers.filter(office__kind="MAIRIE").exists()


@transaction.atomic
def ask_one(*, public_id: UUID, by: Actor, reason: str, text: str) -> Replacement:
    request, document = issued.locked(public_id, by)
    _refuse(request, document, by)
    replacement = Replacement.objects.create(
        request=request,
        old=document,
        prepared_by=request.prepared_by,
        asked_by=by.person,
        reason=reason,
        text=text,
        before={name: _plain(request, name) for name in KEPT},
    )
    request.move(RequestState.IN_REVIEW)
    for name in _BEGUN_AGAIN:
        setattr(request, name, None)
    request.due_on = intake.due_on(request.procedure_version)
    request.save()
    with override("fr"):
        said = f"{ReplacementReason(reason).label}. {text}"
    record("civil_acts.replacement_asked", subject=request, actor=by, serial=document.serial, reason=said)
    notify("civil_acts.replacing", to=request.contact, subject=request, context=_words(replacement))
    return replacement


_COLUMNS = {field.name: field for field in ActRequest._meta.concrete_fields}


def _plain(request: ActRequest, name: str) -> Any:
    """What JSON can hold of a column: the id of a row, the ISO text of a moment."""
    value = getattr(request, _COLUMNS[name].attname)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _words(replacement: Replacement) -> dict[str, str]:
    request = replacement.request
    with override(request.contact.language):
        label = str(ReplacementReason(replacement.reason).label)
    return {
        "tracking_code": codes.pretty(request.tracking_code),
        "serial": replacement.old.serial,
        "reason": label,
        "office": request.office.name,
    }


@transaction.atomic
def give_up(*, public_id: UUID, by: Actor) -> ActRequest:
    """The document was right after all: the request stands as before. public_id: the document's."""
    request, document = issued.locked(public_id, by)
    if not request.is_replacing or request.document_id != document.pk:
        raise Conflict(_("Ce document n’est plus en cours de remplacement."), code="not_replacing")
    issued.refuse_own_work(request, by)
    put_back(request)
    record("civil_acts.replacement_given_up", subject=request, actor=by, serial=document.serial)
    notify(
        "civil_acts.kept",
        to=request.contact,
        subject=request,
        context={"tracking_code": codes.pretty(request.tracking_code), "serial": document.serial},
    )
    return request


def put_back(request: ActRequest) -> None:
    """End the open replacement, unsigned. Caller holds the request's lock."""
    replacement = request.replacements.open().get()
    replacement.ended_at = timezone.now()
    replacement.save(update_fields=["ended_at"])
    request.complements.open().update(dropped_at=replacement.ended_at)
    # Not a move of the chain: the request stands where it stood, as if nobody had asked.
    for name, value in replacement.before.items():
        setattr(request, _COLUMNS[name].attname, _COLUMNS[name].to_python(value))
    request.snapshot = replacement.old.snapshot
    request.claimed_by = request.claimed_until = request.waiting_since = None
    request.returned_reason = ""
    request.save()


def refuse_asker(request: ActRequest, by: Actor) -> None:
    """Raise NotAllowed when this officer asked for the replacement that waits for a signature."""
    under_way = issued.open_replacement(request) if request.is_replacing else None
    if under_way and under_way.asked_by == by.person:
        raise NotAllowed(
            _("Vous avez demandé ce remplacement : un autre officier doit signer le nouveau document."),
            code="own_request",
        )


def issue(request: ActRequest, *, by: Actor, **paper: Any) -> IssuedDocument:
    """The new document, which makes the old one replaced. Caller holds the lock, checked the asker, saves.

    paper: template_version, snapshot, office, as for ``documents.replace``.
    """
    replacement = request.replacements.open().get()
    with override("fr"):
        said = f"{ReplacementReason(replacement.reason).label}. {replacement.text}"
    new = documents.replace(document=request.issued, by=by, reason=said, kind=request.document_kind, **paper)
    replacement.new, replacement.signed_by, replacement.ended_at = new, by.person, timezone.now()
    replacement.save(update_fields=["new", "signed_by", "ended_at"])
    return new


def replaced_words(new: IssuedDocument) -> dict[str, str]:
    """What the message « civil_acts.replaced » says."""
    known = Replacement.objects.select_related("request__contact", "request__office", "old")
    return _words(known.get(new=new))
