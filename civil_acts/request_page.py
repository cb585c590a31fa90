"""Everything one request's page shows, and which actions it offers this person now."""

from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from civil_acts import forms, pieces, snapshots
from civil_acts.answers import birth_year
from civil_acts.models import NO_ACT, ActRequest, SearchSlip, SlipState
from civil_acts.registers import search
from civil_acts.services import archive_answers, delivery, issued, treatment
from civil_acts.states import CLERK_STATES, RejectionReason, RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.documents.models import IssuedDocument
from cotonou.documents.states import DocumentState
from cotonou.formbuilder import engine
from cotonou.territory.dates import local_today

TONES = {
    RequestState.TO_PAY: "draft",
    RequestState.SUBMITTED: "info",
    RequestState.IN_REVIEW: "info",
    RequestState.TO_SIGN: "warn",
    RequestState.SEALING: "warn",
    RequestState.READY: "ok",
    RequestState.DELIVERED: "ok",
    RequestState.REJECTED: "stop",
    RequestState.TRANSMITTED: "info",
    RequestState.READY_ELSEWHERE: "ok",
    RequestState.EXPIRED: "draft",
    RequestState.WITHDRAWN: "draft",
}
# What the trail calls each action, in the words of the office.
EVENTS = {
    "civil_acts.confirmed": gettext_lazy("Demande enregistrée"),
    "civil_acts.submitted": gettext_lazy("Paiement reçu, demande déposée"),
    "civil_acts.claimed": gettext_lazy("Prise en charge"),
    "civil_acts.released": gettext_lazy("Rendue à la file"),
    "civil_acts.entitlement_checked": gettext_lazy("Droit vérifié"),
    "civil_acts.entitlement_reset": gettext_lazy("Autre acte choisi : droit à vérifier de nouveau"),
    "civil_acts.act_attached": gettext_lazy("Acte choisi dans le registre"),
    "civil_acts.prepared": gettext_lazy("Document préparé"),
    "civil_acts.complement_asked": gettext_lazy("Pièce demandée"),
    "civil_acts.complement_answered": gettext_lazy("Pièce reçue"),
    "civil_acts.rejected": gettext_lazy("Demande refusée"),
    "civil_acts.reopened": gettext_lazy("Dossier rouvert"),
    "civil_acts.transferred": gettext_lazy("Changement de bureau"),
    "civil_acts.signed": gettext_lazy("Signée"),
    "civil_acts.sent_back": gettext_lazy("Renvoyée à l’agent"),
    "civil_acts.ready": gettext_lazy("Document scellé et prêt"),
    "civil_acts.downloaded": gettext_lazy("Document téléchargé"),
    "civil_acts.handed_over": gettext_lazy("Document remis au guichet"),
    "civil_acts.replacement_asked": gettext_lazy("Document à refaire"),
    "civil_acts.replacement_given_up": gettext_lazy("Remplacement abandonné : le document reste valable"),
    "civil_acts.document_revoked": gettext_lazy("Document annulé"),
    "civil_acts.transmitted": gettext_lazy("Transmise à l’UCIP"),
    "civil_acts.relay_answered": gettext_lazy("Réponse de l’UCIP reçue"),
    "civil_acts.archive_asked": gettext_lazy("Recherche demandée aux archives"),
    "civil_acts.archive_answered": gettext_lazy("Réponse des archives"),
    "civil_acts.withdrawn": gettext_lazy("Retirée par l’usager"),
    "civil_acts.expired": gettext_lazy("Expirée sans paiement"),
}


_UNREACHED = gettext_lazy(
    "Ni téléphone ni courriel : personne ne peut être prévenu, la personne revient au guichet avec son reçu."
)


def badges(item: ActRequest, document: IssuedDocument | None = None) -> list[dict]:
    """Where the request is, then what is to be known beside it: {label, tone} each.

    document: the request's, where a page has it: a cancelled one says so.
    """
    shown = [_state_badge(item, document)]
    if item.reply_received_at and item.state in CLERK_STATES:
        shown.append({"label": _("réponse reçue"), "tone": "ok"})
    late = item.state in CLERK_STATES and item.due_on and item.due_on < local_today()
    if late and not item.waiting_since:  # the clock stands still while the citizen is waited for
        shown.append({"label": _("en retard"), "tone": "error"})
    return shown


def _state_badge(item: ActRequest, document: IssuedDocument | None) -> dict:
    if item.waiting_since:
        return {"label": _("pièce attendue"), "tone": "warn"}
    if document is not None and document.state == DocumentState.REVOKED:
        return {"label": _("document annulé"), "tone": "stop"}
    if item.is_replacing and item.state in CLERK_STATES:
        return {"label": _("document à refaire"), "tone": "warn"}
    if item.state == RequestState.READY_ELSEWHERE and not item.relay_available:
        return {"label": _("refusée par l’ANIP"), "tone": "stop"}
    return {"label": item.get_state_display(), "tone": TONES[RequestState(item.state)]}


def held_by(item: ActRequest):
    """The colleague who holds the request now, or None."""
    live = item.claimed_until and item.claimed_until > timezone.now()
    return item.claimed_by if live else None


def queue_row(item: ActRequest) -> dict:
    return {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "service": item.procedure_version.procedure.service.name,
        "badges": badges(item),
        "held_by": held_by(item),
    }


def context(item: ActRequest, actor: Actor, *, query: Any, bound: dict[str, Any]) -> dict:
    """bound: forms that were sent and refused, by name; the others are made fresh.

    A refused form is shown again whatever became of the request: what was
    typed on it must not be lost.
    """
    slip = archive_answers.last_slip(item)
    can = _offers(item, actor) | _archive_offers(item, actor, slip)
    can |= {name: True for name in bound if name in ("ask", "reject", "transfer", "reopen")}
    can["ask_archive"] |= "archive" in bound
    shown = {
        "item": item,
        "badges": badges(item, item.document),
        "paper": paper_notice(item),
        "paper_url": paper_url(item, actor),
        "project_url": project_url(item, actor),
        "lookalikes": treatment.lookalikes(item, actor) if can["non_registration"] else [],
        "code": codes.pretty(item.tracking_code),
        "held_by": held_by(item),
        "facts": _facts(item),
        "answers": [
            {
                "label": line.label,
                "value": item.relation_words if line.field.id == "relation" else line.value,
            }
            for line in engine.summary(item.procedure_version.form_version.form, item.answers, staff=True)
            if line.field.type != "upload"
        ],
        "files": pieces.files(item, actor),
        "complements": list(item.complements.order_by("-asked_at")),
        "history": history(item),
        "can": can,
        "slip": slip,
        "prints": prints(item) if can["deliver"] else None,
        "standing": standing(item, can),
        "forms": _forms(item, can, bound, ticked=query.getlist("proofs")),
        "form": next(iter(bound.values()), None),  # the one refused: the page's title says so
    }
    if can["search"]:
        shown["register"] = _register(item, actor, query)
    return shown


def project_url(item: ActRequest, actor: Actor) -> str:
    """What was prepared, as it will be printed; "" for those who neither prepare nor sign."""
    sees = actor.scope(Permission.ACT_REQUEST_PREPARE, Permission.ACT_REQUEST_SIGN).covers(item.office_id)
    may = sees and item.state == RequestState.TO_SIGN
    return reverse("civil_acts:project", args=[item.public_id]) if may else ""


def _offers(item: ActRequest, actor: Actor) -> dict[str, bool]:
    may_work = _may_work(item, actor)
    holder = held_by(item)
    mine = may_work and holder is not None and holder == actor.user
    in_review = item.state == RequestState.IN_REVIEW
    free_to_act = mine and in_review and not item.waiting_since
    return {
        "claim": may_work and not mine and holder is None and item.state in CLERK_STATES,
        "release": mine and in_review,
        "check": free_to_act and item.checked_by_id is None,
        "search": free_to_act and not item.is_relay,
        "prepare": free_to_act and not item.is_relay and item.checked_by_id is not None,
        "ask": free_to_act,
        "reject": mine and in_review and not item.is_replacing,
        "transfer": free_to_act and actor.has(Permission.ACT_REQUEST_TRANSFER),
        "reopen": may_work and item.state == RequestState.REJECTED,
        "deliver": deliverable(item) and actor.scope(Permission.COUNTER_DELIVER).covers(item.office_id),
        "answer": bool(item.waiting_since) and actor.scope(Permission.COUNTER_ENTRY).covers(item.office_id),
    }


def _may_work(item: ActRequest, actor: Actor) -> bool:
    """As ``workable_by``, for a row at hand."""
    if actor.scope(Permission.ACT_REQUEST_PREPARE).covers(item.office_id):
        return True
    return item.is_relay and actor.scope(Permission.RELAY_MANAGE).covers(item.office_id)


def deliverable(item: ActRequest) -> bool:
    """There is a document that counts, and nobody said that it is wrong."""
    ready = item.state in (RequestState.READY, RequestState.DELIVERED)
    return ready and item.document is not None and item.document.state == DocumentState.VALID


def paper_notice(item: ActRequest) -> dict[str, str] | None:
    """What staff must know of the document before they work on it or give it out: {title, text, tone}."""
    document = item.document
    if document is None:
        return None
    if document.state == DocumentState.REVOKED:
        return {
            "title": _("Document annulé le %(date)s") % {"date": _date(document.revoked_at)},
            "text": document.revocation_reason,
            "tone": "error",
        }
    under_way = issued.open_replacement(item) if item.is_replacing else None
    if under_way is None:
        return None
    return {
        "title": _("À refaire : %(reason)s.") % {"reason": under_way.get_reason_display()},
        "text": _("%(who)s écrit : « %(text)s »") % {"who": under_way.asked_by, "text": under_way.text},
        "tone": "warning",
    }


def paper_url(item: ActRequest, actor: Actor) -> str:
    """The page of the document, for the officers who may act on it; "" for the others."""
    may = item.document and actor.scope(Permission.DOCUMENT_REVOKE).covers(item.document.office_id)
    return reverse("civil_acts:issued", args=[item.document.public_id]) if item.document and may else ""


def _archive_offers(item: ActRequest, actor: Actor, slip: SearchSlip | None) -> dict[str, bool]:
    """ask_archive; non_registration; no_rule: the certificate would be made, but no rule allows it."""
    search = _offers(item, actor)["search"]
    absent = bool(search and item.checked_by_id and slip and slip.state in NO_ACT)
    allowed = absent and treatment.rule_for(item, snapshots.NON_REGISTRATION) is not None
    return {
        "ask_archive": search and (slip is None or slip.state != SlipState.OPEN),
        "non_registration": allowed,
        "no_rule": absent and not allowed,
    }


def standing(item: ActRequest, can: dict[str, bool]) -> dict[str, str] | None:
    """Why there is nothing to do here now: {title, text}; None when there is."""
    if item.waiting_since:
        asked = item.complements.open().first()
        what = _("Demandé : « %(what)s »") % {"what": asked.message} if asked else ""
        suspended = _("Le délai est suspendu. Le travail reprend dès que la personne répond.")
        return {
            "title": _("En attente de l’usager depuis le %(date)s") % {"date": _date(item.waiting_since)},
            "text": f"{what} {suspended}".strip(),
        }
    if item.state in CLERK_STATES:
        return _unheld(item, can)
    if item.state == RequestState.TO_SIGN:
        return {
            "title": _("À signer"),
            "text": _("Préparé par %(who)s le %(date)s. Un officier d’état civil doit le lire et le signer.")
            % {"who": item.prepared_by, "date": _date(item.prepared_at)},
        }
    if item.state == RequestState.SEALING:
        return {
            "title": _("Signé par %(who)s") % {"who": item.signed_by},
            "text": _("Le document reçoit le cachet électronique : quelques minutes."),
        }
    if item.state == RequestState.TO_PAY:
        return {"title": _("Pas encore payée"), "text": _("L’instruction commence après le paiement.")}
    return _over(item)


def _unheld(item: ActRequest, can: dict[str, bool]) -> dict[str, str] | None:
    if holder := held_by(item):
        if can["release"]:
            return None
        return {
            "title": _("%(who)s instruit ce dossier") % {"who": holder},
            "text": _("Les actions sont à cette personne tant qu’elle ne l’a pas rendu à la file."),
        }
    if can["claim"]:
        text = _("Prenez-le d’abord en charge avec le bouton en haut de la page : les actions viendront ici.")
    else:
        text = _("Un agent de ce bureau doit le prendre en charge.")
    return {"title": _("Personne n’a pris ce dossier en charge"), "text": text}


def _over(item: ActRequest) -> dict[str, str] | None:
    ended = {
        RequestState.DELIVERED: (_("Document remis"), item.delivered_at),
        RequestState.REJECTED: (_("Demande refusée"), item.rejected_at),
        RequestState.EXPIRED: (_("Demande expirée sans paiement"), item.closed_at),
        RequestState.WITHDRAWN: (_("Demande annulée par l’usager"), item.closed_at),
    }
    revoked = item.document is not None and item.document.state == DocumentState.REVOKED
    if item.document is not None and revoked:
        label, moment = _("Document annulé"), item.document.revoked_at
    elif item.state in ended:
        label, moment = ended[RequestState(item.state)]
    else:
        return None
    return {
        "title": _("Dossier clos"),
        "text": _("%(what)s le %(date)s.") % {"what": label, "date": _date(moment)},
    }


def _forms(
    item: ActRequest, can: dict[str, bool], bound: dict[str, Any], *, ticked: list[str]
) -> dict[str, Any]:
    """ticked: the proofs that were ticked when another button of the same form was pressed."""
    made: dict[str, Any] = {}
    if can["check"] and (rule := treatment.rule_for(item)):
        made["proofs"] = forms.ProofsForm(proofs=rule.proofs, initial={"proofs": ticked})
        made["rule"] = rule
    if can["ask"]:
        made["ask"] = forms.AskForm(auto_id="ask_%s")
    if can["reject"]:
        made["reject"] = forms.RejectForm(relay=item.is_relay, auto_id="reject_%s")
    if can["transfer"]:
        made["transfer"] = forms.TransferForm(current=item.office, auto_id="transfer_%s")
    if can["reopen"]:
        made["reopen"] = forms.ReasonForm(auto_id="reopen_%s")
    if can["deliver"]:
        made["deliver"] = forms.HandOverForm(exhausted=delivery.prints_left(item) == 0)
    if can["non_registration"]:
        made["non_registration"] = forms.NonRegistrationForm(found=True, auto_id="absent_%s")
    if can["ask_archive"]:
        known = archive_answers.known_details(item)
        made["archive"] = forms.ArchiveForm(initial=known, auto_id="archive_%s")
    return made | bound


def _facts(item: ActRequest) -> list[dict]:
    variant = item.procedure_version.variant(item.variant)
    unreached = [{"label": _("Pour prévenir"), "value": _UNREACHED}] if item.contact.in_person else []
    return [
        {"label": _("Document"), "value": f"{variant['label']} × {item.copies}"},
        {"label": _("Personne concernée"), "value": item.subject_name},
        {"label": _("Demandeur"), "value": f"{item.contact.name} – {item.relation_words}"},
        *unreached,
        {"label": _("Bureau"), "value": item.office.name},
        {"label": _("Arrivée"), "value": f"{_date(item.submitted_at)}, {item.get_channel_display()}"},
        {"label": _("À rendre le"), "value": _date(item.due_on)},
    ]


def _date(value: Any) -> str:
    if value is None:
        return _("pas encore")
    if hasattr(value, "hour"):
        value = timezone.localtime(value)
    return formats.date_format(value, "DATE_FORMAT")


def _register(item: ActRequest, actor: Actor, query: Any) -> dict:
    """The search beside the request: prefilled with what the citizen wrote."""
    act = item.answers.get("act") or {}
    typed = {key: query[key].replace("\0", "") for key in ("nom", "annee", "numero") if key in query}
    name = typed.get("nom", item.subject_name)
    year = typed.get("annee", act.get("year") or birth_year(item.answers))
    number = typed.get("numero", str(act.get("number") or ""))
    return {
        "name": name,
        "year": year or "",
        "number": number,
        "results": search.find(actor, name=name, year=_int(year), number=number, kind="BIRTH", limit=10),
    }


def _int(text: Any) -> int | None:
    text = str(text or "").strip()
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def prints(item: ActRequest) -> dict[str, Any]:
    """words: « 3 exemplaires payés, 1 imprimé »; exhausted: one more print needs a reason."""
    left = delivery.prints_left(item)
    printed = item.document.prints.count() if item.document else 0
    paid = ngettext("%(n)d exemplaire payé", "%(n)d exemplaires payés", item.copies) % {"n": item.copies}
    done = ngettext("%(n)d imprimé", "%(n)d imprimés", printed) % {"n": printed}
    done = done if printed else _("aucun imprimé")
    return {"words": f"{paid}, {done}.", "exhausted": left == 0}


def history(item: ActRequest) -> list[dict]:
    """The trail of this request, newest first, in words."""
    events = Event.objects.filter(subject_uuid=item.public_id).order_by("-id")[:100]
    return [
        {
            "label": EVENTS.get(event.action, event.action),
            "who": event.actor_label,
            "at": event.at,
            "why": _why(item, event),
        }
        for event in events
    ]


def _why(item: ActRequest, event: Event) -> str:
    """The reason of an event in words: a refusal's trail holds the code of its reason."""
    reason = event.data.get("reason", "")
    if event.action != "civil_acts.rejected":
        return reason
    said = event.data.get("text") or item.rejection_text
    label = RejectionReason(reason).label if reason in RejectionReason.values else reason
    return f"{label}. {said}" if said else str(label)
