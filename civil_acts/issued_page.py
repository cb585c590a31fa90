"""What the officers' pages show of issued documents: the search, the lists, one document and its life."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts import snapshots
from civil_acts.models import ActRequest, Replacement
from civil_acts.request_page import EVENTS
from civil_acts.services import issued
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.core.templatetags.portal import date_fr
from cotonou.documents import kinds
from cotonou.documents.models import IssuedDocument
from cotonou.documents.states import DocumentState, HistoryKind

TONES = {DocumentState.VALID: "ok", DocumentState.REPLACED: "warn", DocumentState.REVOKED: "stop"}
# « 2026/A05/000123 », with the separators and zeros that people leave out.
_SERIAL = re.compile(r"(\d{4})[\s/.-]*(A\d{2}|MAIRIE)[\s/.-]*(?:([A-Z])[\s/.-]*)?(\d{1,9})")
_HAPPENED = {
    HistoryKind.ISSUED: gettext_lazy("Signé"),
    HistoryKind.SEALED: gettext_lazy("Cachet électronique apposé"),
    HistoryKind.REPLACED: gettext_lazy("Remplacé par un autre document"),
    HistoryKind.REVOKED: gettext_lazy("Annulé"),
}
# What the request's trail says of its document.
_TRAIL = ("civil_acts.downloaded", "civil_acts.replacement_asked", "civil_acts.replacement_given_up")


def meant_by(text: str) -> Q | None:
    """Documents meant by a printed code, a printed number or a tracking code; None: it is none of these."""
    serial, code = _SERIAL.fullmatch(text.strip().upper()), codes.normalise(text)
    meant = Q(pk__in=[])
    if serial:
        year, office, series, number = serial.groups(default="")
        meant |= Q(office__code__iexact=office, serial_series=series, serial_year=year, serial_number=number)
    if code:
        requests = ActRequest.objects.filter(tracking_code=code).values("public_id")
        meant |= Q(code=code) | Q(subject_uuid__in=requests)
    return meant if serial or code else None


def found(actor: Actor, meant: Q) -> QuerySet[IssuedDocument]:
    """The latest first: of a request, the one that counts."""
    return issued.visible_to(actor).filter(meant).order_by("-pk")


def withdrawn(actor: Actor) -> QuerySet[IssuedDocument]:
    """Cancelled and replaced documents, the latest issued first."""
    return issued.visible_to(actor).exclude(state=DocumentState.VALID).order_by("-pk")


COLUMNS = [
    {"label": gettext_lazy("Personne concernée")},
    {"label": gettext_lazy("Document")},
    {"label": gettext_lazy("Délivré le")},
    {"label": gettext_lazy("État")},
]


def row(document: IssuedDocument) -> list[dict[str, Any]]:
    """For components/table.html, under COLUMNS."""
    ended = document.revoked_at or document.replaced_at
    return [
        {
            "text": snapshots.holder(document.snapshot),
            "href": reverse("civil_acts:issued", args=[document.public_id]),
            "note": f"{document.serial} · {document.office.name}",
        },
        {"text": kinds.get(document.kind).label},
        {"text": date_fr(document.issued_at)},
        {
            "badge": document.get_state_display(),
            "tone": TONES[DocumentState(document.state)],
            "note": date_fr(ended),
        },
    ]


UNDER_WAY_COLUMNS = [
    {"label": gettext_lazy("Personne concernée")},
    {"label": gettext_lazy("À corriger")},
    {"label": gettext_lazy("Demandé par")},
    {"label": gettext_lazy("État")},
]


def under_way(actor: Actor) -> list[list[dict[str, Any]]]:
    """Replacements that wait for a clerk or an officer, oldest first; under UNDER_WAY_COLUMNS."""
    waiting = Replacement.objects.under_way(actor.scope(Permission.DOCUMENT_REVOKE))[:50]
    return [
        [
            {
                "text": snapshots.holder(one.old.snapshot),
                "href": reverse("civil_acts:issued", args=[one.old.public_id]),
                "note": f"{one.old.serial} · {one.old.office.name}",
            },
            {"text": one.get_reason_display(), "note": one.text},
            {"text": str(one.asked_by), "note": date_fr(one.asked_at)},
            {"badge": one.request.get_state_display(), "tone": "warn"},
        ]
        for one in waiting
    ]


def context(request: ActRequest, document: IssuedDocument, actor: Actor) -> dict[str, Any]:
    replacing = issued.open_replacement(request) if request.document_id == document.pk else None
    sees_request = actor.scope(Permission.ACT_REQUEST_VIEW).covers(request.office_id)
    return {
        "document": document,
        "item": request,
        "title": snapshots.holder(document.snapshot),
        "kind": kinds.get(document.kind).label,
        "state": document.get_state_display(),
        "tone": TONES[DocumentState(document.state)],
        "facts": _facts(request, document),
        "lines": snapshots.lines(document.snapshot, printed_by=document.template_version),
        "history": history(request, document),
        "replacing": replacing,
        "replaced_by": _replaced_by(document, actor),
        "request_url": reverse("civil_acts:request", args=[request.public_id]) if sees_request else "",
        "may_give_up": replacing is not None and issued.preparer_of(request) != actor.user,
        "refusal": refusal(request, document, actor),
    }


def refusal(request: ActRequest, document: IssuedDocument, actor: Actor) -> str:
    """Why this person can do nothing with a document that still counts; "" when they can."""
    if document.state != DocumentState.VALID:
        return ""  # the page says so already
    try:
        issued.refuse_over(request, document)
        issued.refuse_own_work(request, actor)
    except DomainError as error:
        return error.message
    return ""


def _replaced_by(document: IssuedDocument, actor: Actor) -> dict[str, str] | None:
    new = IssuedDocument.objects.filter(replaces=document).first()
    if new is None:
        return None
    mine = actor.scope(Permission.DOCUMENT_REVOKE).covers(new.office_id)
    return {"serial": new.serial, "href": reverse("civil_acts:issued", args=[new.public_id]) if mine else ""}


def _facts(request: ActRequest, document: IssuedDocument) -> list[dict[str, Any]]:
    facts = [
        (_("Document"), kinds.get(document.kind).label),
        (_("Personne concernée"), snapshots.holder(document.snapshot)),
        (_("Demandeur"), f"{request.contact.name} – {request.relation_words}"),
        (_("Numéro"), document.serial),
        (_("Code de vérification"), codes.pretty(document.code)),
        (_("Délivré le"), date_fr(document.issued_at)),
        (_("Bureau"), document.office.name),
        (_("Signé par"), document.issued_by_label),
    ]
    if request.document_id == document.pk:
        facts.append((_("Préparé par"), issued.preparer_of(request)))
    if document.replaces:
        facts.append((_("Remplace le document"), document.replaces.serial))
    return [{"label": label, "value": value} for label, value in facts]


def history(request: ActRequest, document: IssuedDocument) -> list[dict[str, Any]]:
    """{label, who, at, why}, the latest first: signed, sealed, printed, downloaded, replaced, cancelled."""
    life: list[dict[str, Any]] = [
        {"label": _HAPPENED[HistoryKind(one.event)], "who": one.by_label, "at": one.at, "why": one.reason}
        for one in document.history.all()
    ]
    life += [
        {
            "label": _("Imprimé et remis, exemplaire %(n)d") % {"n": copy.copy_number},
            "who": copy.by_label,
            "at": copy.at,
            "why": "",
        }
        for copy in document.prints.all()
    ]
    # The trail is the request's: what it says between this document's signature and the next one's.
    until = document.replaced_at or timezone.now()
    trail = Event.objects.filter(
        subject_uuid=request.public_id, action__in=_TRAIL, at__gte=document.issued_at, at__lte=until
    )
    life += [
        {
            "label": EVENTS[event.action],
            "who": event.actor_label,
            "at": event.at,
            "why": event.data.get("reason", ""),
        }
        for event in trail.order_by("pk")
    ]
    return sorted(life, key=lambda one: one["at"])[::-1]
