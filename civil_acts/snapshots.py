"""What a document will say, frozen when the clerk prepares it.

Plain dicts, lists, texts and whole numbers; dates are ISO texts and "" where
the register says nothing. The shapes are those that the templates in
``document_templates`` declare; ``signing`` adds ``officer`` and ``signed_on``.
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from civil_acts import certificates, fees
from civil_acts.models import ActRequest, RegisterAct, RelayBatch, SearchSlip, Sex, SlipState
from cotonou.accounts.models import Office
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.documents import kinds, plain_templates
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder import engine
from cotonou.territory.dates import local_date

BIRTH_COPY = "civil_acts.birth_copy"
BIRTH_EXTRACT = "civil_acts.birth_extract"
NON_REGISTRATION = "civil_acts.non_registration"
TRANSMISSION_SLIP = "civil_acts.transmission_slip"
# The file handed to the UCIP; the portal issues no document of this kind.
RESIDENCE = "civil_acts.residence_relay"

_SIGNED = ["officer", "signed_on"]
_BIRTH = ["act", "person", "birth", "father", "mother", "mentions", *_SIGNED]
# What each kind's template may name; a snapshot holds exactly these once signed.
VARIABLES = {
    BIRTH_COPY: _BIRTH,
    BIRTH_EXTRACT: _BIRTH,
    NON_REGISTRATION: ["search", "person", "birth", "father", "mother", *_SIGNED],
    TRANSMISSION_SLIP: ["batch", "items", "total", "officer"],
}
_FOUND = {
    SlipState.NOT_FOUND: "absent",
    SlipState.DESTROYED: "detruit",
    SlipState.ILLEGIBLE: "illisible",
}
# As the certificate prints it.
_FOUND_WORDS = {
    "absent": gettext_lazy("Aucun acte trouvé"),
    "detruit": gettext_lazy("Le registre est détruit ou perdu"),
    "illisible": gettext_lazy("Le registre ne peut plus être lu"),
}


def build(request: ActRequest) -> dict[str, Any]:
    """The snapshot of ``request.document_kind``, without ``officer`` and ``signed_on``.

    Raises DomainError when the act is not chosen or not a valid birth, or
    (non-registration) when the archive has not answered.
    """
    if certificates.is_certificate(request.document_kind):
        return certificates.build(request)
    return _BUILDERS[request.document_kind](request)


def _birth(request: ActRequest) -> dict[str, Any]:
    act = request.register_act
    if act is None:
        raise DomainError(_("Choisissez d’abord l’acte dans le registre."), code="no_act")
    if act.kind != "BIRTH" or act.status != RegisterAct.Status.VALID:
        raise DomainError(_("Cet acte n’est pas un acte de naissance valable."), code="wrong_act")
    return {
        "act": _act(act),
        "person": {"surname": act.surname, "given_names": act.given_names, "sex": _sex(act.sex)},
        "birth": {
            "on": act.event_date.isoformat() if act.event_date else "",
            "text": act.event_date_text,
            "time": act.details.get("event_time", ""),
            "place": act.event_place,
        },
        "father": _parent(act.father_name, act.details, "father"),
        "mother": _parent(act.mother_name, act.details, "mother"),
        "mentions": [{"text": f"{m.text} ({m.source_reference})"} for m in act.mentions.all()],
    }


def _act(act: RegisterAct) -> dict[str, Any]:
    return {
        "centre": _centre(act.centre, act.office),
        "year": act.year,
        "volume": act.volume,
        "folio": act.folio,
        "number": act.act_number_text,
        "drawn_up_on": act.drawn_up_on.isoformat() if act.drawn_up_on else "",
        "officer_name": act.officer_name,
        "declarant": act.declarant,
        "declarant_quality": act.details.get("declarant_quality", ""),
        "remarks": act.details.get("remarks", ""),
    }


def _centre(named: str, office: Office) -> str:
    """The centre that the register names, else the arrondissement: the office is not the centre."""
    return named or (office.arrondissement.name if office.arrondissement else office.name)


def _sex(value: str) -> str:
    with override("fr"):  # the paper is in French, whatever the clerk's screen
        return str(Sex(value).label) if value else ""


def _parent(name: str, details: dict, key: str) -> dict[str, str]:
    return {
        "name": name,
        "occupation": details.get(f"{key}_occupation", ""),
        "residence": details.get(f"{key}_residence", ""),
        "birth": details.get(f"{key}_birth", ""),
    }


def _non_registration(request: ActRequest) -> dict[str, Any]:
    slip = (
        SearchSlip.objects.filter(request_uuid=request.public_id, state__in=list(_FOUND))
        .order_by("-answered_at")
        .first()
    )
    if slip is None or slip.answered_at is None:
        raise DomainError(
            _("Les archives n’ont pas encore dit que l’acte est introuvable ou détruit."), code="no_answer"
        )
    answers = request.answers
    return {
        "search": {
            "act_kind": "naissance",
            "centre": _centre(slip.centre, slip.office),
            "years": str(slip.year or ""),
            "found": _FOUND[SlipState(slip.state)],
            "searched_on": local_date(slip.answered_at).isoformat(),
            "registers": slip.answer,
        },
        "person": {
            "surname": str(answers.get("subject_surname", "")),
            "given_names": str(answers.get("subject_given_names", "")),
        },
        "birth": {"text": _said(request, "birth_date"), "place": ""},
        "father": {"name": str(answers.get("father_name", ""))},
        "mother": {"name": str(answers.get("mother_name", ""))},
    }


def transmission_slip(
    batch: RelayBatch, requests: list[ActRequest], *, sent_on: datetime.date, officer: dict[str, str]
) -> dict[str, Any]:
    """What goes to the UCIP with the papers of a batch, and what is held for the ANIP."""
    items = [
        {
            "position": position,
            "code": codes.pretty(request.tracking_code),
            "name": request.subject_name,
            "quartier": _said(request, "quartier"),
            "deposited_on": local_date(request.submitted_at).isoformat() if request.submitted_at else "",
            "held_xof": fees.held_for_others(
                fees.quote(request.procedure_version.fees, variant=request.variant, copies=request.copies)
            ),
        }
        for position, request in enumerate(requests, start=1)
    ]
    return {
        "batch": {
            "number": str(batch),
            "sent_on": sent_on.isoformat(),
            "recipient": "l’UCIP de Cotonou",
            "service": requests[0].procedure_version.procedure.service.title,
            "count": len(items),
        },
        "items": items,
        "total": {"held_xof": sum(item["held_xof"] for item in items)},
        "officer": officer,
    }


def _said(request: ActRequest, field: str) -> str:
    """An answer in the words of the form, in French."""
    with override("fr"):
        rows = engine.summary(request.procedure_version.form_version.form, request.answers)
    return next((row.value for row in rows if row.field.id == field), "")


_BUILDERS = {
    BIRTH_COPY: _birth,
    BIRTH_EXTRACT: _birth,
    NON_REGISTRATION: _non_registration,
}

# How the officer reads a snapshot before signing, in the order of the document.
_LABELS = {
    "person.surname": gettext_lazy("Nom de famille"),
    "person.given_names": gettext_lazy("Prénoms"),
    "person.sex": gettext_lazy("Sexe"),
    "birth.on": gettext_lazy("Date de naissance"),
    "birth.text": gettext_lazy("Date de naissance, comme écrite"),
    "birth.time": gettext_lazy("Heure de naissance"),
    "birth.place": gettext_lazy("Lieu de naissance"),
    "father.name": gettext_lazy("Père"),
    "father.birth": gettext_lazy("Naissance du père"),
    "father.occupation": gettext_lazy("Profession du père"),
    "father.residence": gettext_lazy("Domicile du père"),
    "mother.name": gettext_lazy("Mère"),
    "mother.birth": gettext_lazy("Naissance de la mère"),
    "mother.occupation": gettext_lazy("Profession de la mère"),
    "mother.residence": gettext_lazy("Domicile de la mère"),
    "act.centre": gettext_lazy("Centre"),
    "act.year": gettext_lazy("Registre de l’année"),
    "act.number": gettext_lazy("Acte numéro"),
    "act.volume": gettext_lazy("Volume"),
    "act.folio": gettext_lazy("Folio"),
    "act.drawn_up_on": gettext_lazy("Dressé le"),
    "act.officer_name": gettext_lazy("Officier de l’acte"),
    "act.declarant": gettext_lazy("Déclarant"),
    "act.declarant_quality": gettext_lazy("Qualité du déclarant"),
    "act.remarks": gettext_lazy("Observations"),
    "search.centre": gettext_lazy("Centre où l’acte a été cherché"),
    "search.searched_on": gettext_lazy("Registres consultés"),
    "search.years": gettext_lazy("Années cherchées"),
    "search.registers": gettext_lazy("Réponse des archives"),
    "search.found": gettext_lazy("Résultat de la recherche"),
}


def _day(value: str) -> str:
    return f"{plain_templates.date_letters(value)} ({plain_templates.date_short(value)})"


# What the paper makes of a value: its templates use the same filters.
_PRINTED: dict[str, Callable[[Any], Any]] = {
    "person.surname": plain_templates.upper,
    "birth.on": _day,
    "birth.time": plain_templates.time_letters,
    "act.drawn_up_on": _day,
    "search.searched_on": _day,
    "search.found": _FOUND_WORDS.__getitem__,
}


def lines(snapshot: dict[str, Any], *, printed_by: TemplateVersion | None = None) -> list[dict[str, Any]]:
    """Every known value of a snapshot as {label, value}, in the order and the words of the document.

    printed_by: leave out what this template does not print, as an extract does of a full copy.
    """
    found: list[dict[str, Any]] = list(snapshot.get("said", ()))
    for path, label in _LABELS.items():
        group, _dot, key = path.partition(".")
        if printed_by is not None and path not in printed_by.source:
            continue
        if value := (snapshot.get(group) or {}).get(key):
            printed = _PRINTED.get(path, str)
            found.append({"label": label, "value": printed(value)})
    if "mentions" in snapshot:
        mentions = [m["text"] for m in snapshot["mentions"]]
        found.append({"label": _("Mentions marginales"), "lines": mentions or [_("Néant")]})
    return found


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs between two snapshots as {label, value}: « before » becomes « after »."""
    old = {str(line["label"]): _text(line) for line in lines(before)}
    new = {str(line["label"]): _text(line) for line in lines(after)}
    return [
        {
            "label": label,
            "value": _("« %(before)s » devient « %(after)s »")
            % {"before": old.get(label, ""), "after": new.get(label, "")},
        }
        for label in dict.fromkeys([*old, *new])
        if old.get(label) != new.get(label)
    ]


def _text(line: dict[str, Any]) -> str:
    return " ; ".join(line["lines"]) if "lines" in line else str(line["value"])


def holder(snapshot: Any) -> str:
    """SURNAME Given names, of the person that the document is about."""
    return f"{snapshot['person']['surname']} {snapshot['person']['given_names']}".strip()


def initials(snapshot: Any) -> str:
    """What the QR says of the holder: initials only."""
    return kinds.initials_of(snapshot["person"]["surname"], snapshot["person"]["given_names"])


def public_fields(snapshot: Any) -> list[tuple[str, str]]:
    """What the public page adds for a birth document; all of it is on the paper."""
    act = snapshot.get("act")
    if not act:
        return []
    return [(_("Acte"), f"{act['number']} / {act['year']}"), (_("Centre"), act["centre"])]
