"""The files of a request, as a list a clerk can open."""

from django.urls import reverse
from django.utils.translation import gettext as _

from civil_acts.models import ActRequest
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.formbuilder.definition import say

SUBJECT = "civil_acts.actrequest"


def files(request: ActRequest, actor: Actor) -> list[dict]:
    """{name, href, note, badge, tone} per file still kept, in the order they came."""
    return [
        {
            "name": upload.original_name,
            "href": reverse("documents:upload", args=[upload.public_id]),
            "note": _label(request, upload),
            "badge": _("vérifié") if upload.is_safe_to_open else _("aperçu seulement"),
            "tone": "ok" if upload.is_safe_to_open else "warn",
        }
        for upload in Upload.objects.of_subject(request.public_id)
    ]


def _label(request: ActRequest, upload: Upload) -> str:
    """What the piece is, in the words of the office: not « Votre pièce »."""
    pieces = request.procedure_version.form_version.content.get("pieces", [])
    labels = {piece["id"]: piece.get("staff_label", piece["label"]) for piece in pieces}
    return say(labels.get(upload.purpose)) or _("pièce complémentaire")


def may_read(actor: Actor, subject_uuid) -> bool:
    """Who may open a request's file: the offices that see it, and the person it belongs to."""
    return ActRequest.objects.own_or_visible(actor).filter(public_id=subject_uuid).exists()


def may_read_slip(actor: Actor, document: IssuedDocument) -> bool:
    """The liaison agents whose offices have every file of the slip: it names them all."""
    scope = actor.scope(Permission.RELAY_MANAGE)
    offices = set(
        ActRequest.objects.filter(relay_batch__public_id=document.subject_uuid).values_list(
            "office_id", flat=True
        )
    )
    return bool(offices) and all(scope.covers(office) for office in offices)
