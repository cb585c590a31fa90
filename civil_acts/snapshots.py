"""What a document will say, frozen when the clerk prepares it.

Plain dicts, lists, texts and whole numbers; dates are ISO texts and "" where
the register says nothing. ``signing`` adds ``officer`` and ``signed_on``.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts.models import ActRequest, RegisterAct, SearchSlip, SlipState
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.documents import kinds

BIRTH_COPY = "civil_acts.birth_copy"
BIRTH_EXTRACT = "civil_acts.birth_extract"
NON_REGISTRATION = "civil_acts.non_registration"


def build(request: ActRequest) -> dict[str, Any]:
    """The snapshot of ``request.document_kind``.

    Raises DomainError when the act is not chosen, not valid or not of the
    applicant's office, or (non-registration) when the archive has not answered.
    """
    return _BUILDERS[request.document_kind](request)


def _birth(request: ActRequest) -> dict[str, Any]:
    act = request.register_act
    if act is None:
        raise DomainError(_("Choisissez d’abord l’acte dans le registre."), code="no_act")
    if act.kind != "BIRTH" or act.status != RegisterAct.Status.VALID:
        raise DomainError(_("Cet acte n’est pas un acte de naissance valable."), code="wrong_act")
    details = act.details
    return {
        "register": _register(act),
        "person": {
            "surname": act.surname.upper(),
            "given_names": act.given_names,
            "usual_name": act.usual_name.upper(),
            "sex": act.sex,
            "birth_date": act.event_date.isoformat() if act.event_date else "",
            "birth_date_text": act.event_date_text,
            "birth_time": details.get("event_time", ""),
            "birth_place": act.event_place,
        },
        "father": _parent(act.father_name, details, "father"),
        "mother": _parent(act.mother_name, details, "mother"),
        "declarant": {"name": act.declarant, "quality": details.get("declarant_quality", "")},
        "mentions": [
            {"text": m.text, "source": m.source_reference, "date": m.dated_on.isoformat()}
            for m in act.mentions.all()
        ],
        "copies": request.copies,
        "request": _request(request),
    }


def _register(act: RegisterAct) -> dict[str, Any]:
    return {
        "year": act.year,
        "volume": act.volume,
        "folio": act.folio,
        "number": act.act_number_text,
        "centre": act.centre_name,
        "drawn_up_on": act.drawn_up_on.isoformat() if act.drawn_up_on else "",
        "officer": act.officer_name,
    }


def _parent(name: str, details: dict, key: str) -> dict[str, str]:
    return {
        "name": name,
        "birth": details.get(f"{key}_birth", ""),
        "occupation": details.get(f"{key}_occupation", ""),
        "residence": details.get(f"{key}_residence", ""),
    }


def _request(request: ActRequest) -> dict[str, str]:
    return {
        "code": codes.pretty(request.tracking_code),
        "applicant": request.contact.name,
        "relation": request.get_relation_display(),
    }


def _non_registration(request: ActRequest) -> dict[str, Any]:
    slip = (
        SearchSlip.objects.filter(
            request_uuid=request.public_id, state__in=[SlipState.NOT_FOUND, SlipState.DESTROYED]
        )
        .order_by("-answered_at")
        .first()
    )
    if slip is None:
        raise DomainError(
            _("Les archives n’ont pas encore dit que l’acte est introuvable ou détruit."), code="no_answer"
        )
    answers = request.answers
    return {
        "person": {
            "surname": str(answers.get("subject_surname", "")).upper(),
            "given_names": str(answers.get("subject_given_names", "")),
            "birth_date_text": _partial_date(answers.get("birth_date")),
            "father": str(answers.get("father_name", "")),
            "mother": str(answers.get("mother_name", "")),
        },
        "search": {
            "centre": slip.centre_name,
            "year": slip.year or 0,
            "reason": slip.state,
            "answer": slip.answer,
            "answered_on": slip.answered_at.date().isoformat(),
            "slip": codes.pretty(slip.code),
        },
        "copies": request.copies,
        "request": _request(request),
    }


def _partial_date(value: Any) -> str:
    return str(value or "")


_BUILDERS = {
    BIRTH_COPY: _birth,
    BIRTH_EXTRACT: _birth,
    NON_REGISTRATION: _non_registration,
}

_COMMON = ["person", "copies", "request", "officer", "signed_on"]
_BIRTH_VARIABLES = [*_COMMON, "register", "father", "mother", "declarant", "mentions"]
# What each kind's template may name; a snapshot holds exactly these once signed.
VARIABLES = {
    BIRTH_COPY: _BIRTH_VARIABLES,
    BIRTH_EXTRACT: _BIRTH_VARIABLES,
    NON_REGISTRATION: [*_COMMON, "search"],
}

# How the officer reads a snapshot before signing: group, then each value.
_LABELS = {
    "register.year": gettext_lazy("Registre de l’année"),
    "register.volume": gettext_lazy("Volume"),
    "register.folio": gettext_lazy("Folio"),
    "register.number": gettext_lazy("Acte numéro"),
    "register.centre": gettext_lazy("Centre"),
    "register.drawn_up_on": gettext_lazy("Dressé le"),
    "register.officer": gettext_lazy("Par"),
    "person.surname": gettext_lazy("Nom de famille"),
    "person.given_names": gettext_lazy("Prénoms"),
    "person.usual_name": gettext_lazy("Nom d’usage"),
    "person.sex": gettext_lazy("Sexe"),
    "person.birth_date": gettext_lazy("Date de naissance"),
    "person.birth_date_text": gettext_lazy("Date de naissance, comme écrite"),
    "person.birth_time": gettext_lazy("Heure de naissance"),
    "person.birth_place": gettext_lazy("Lieu de naissance"),
    "person.father": gettext_lazy("Père"),
    "person.mother": gettext_lazy("Mère"),
    "father.name": gettext_lazy("Père"),
    "father.birth": gettext_lazy("Naissance du père"),
    "father.occupation": gettext_lazy("Profession du père"),
    "father.residence": gettext_lazy("Domicile du père"),
    "mother.name": gettext_lazy("Mère"),
    "mother.birth": gettext_lazy("Naissance de la mère"),
    "mother.occupation": gettext_lazy("Profession de la mère"),
    "mother.residence": gettext_lazy("Domicile de la mère"),
    "declarant.name": gettext_lazy("Déclarant"),
    "declarant.quality": gettext_lazy("Qualité du déclarant"),
    "search.centre": gettext_lazy("Centre où l’acte a été cherché"),
    "search.year": gettext_lazy("Année cherchée"),
    "search.answer": gettext_lazy("Réponse des archives"),
    "copies": gettext_lazy("Exemplaires"),
    "request.code": gettext_lazy("Demande"),
    "request.applicant": gettext_lazy("Demandeur"),
    "request.relation": gettext_lazy("Lien"),
}


def lines(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    """Every known value of a snapshot as {label, value}, in the order of the document."""
    found = []
    for path, label in _LABELS.items():
        group, _dot, key = path.partition(".")
        value = snapshot.get(group, "") if not key else (snapshot.get(group) or {}).get(key, "")
        if value not in ("", 0, None):
            found.append({"label": label, "value": value})
    mentions = [f"{m['text']} ({m['source']})" for m in snapshot.get("mentions", [])]
    if "mentions" in snapshot:
        found.append({"label": _("Mentions"), "lines": mentions or [_("Néant")]})
    return found


def initials(snapshot: Any) -> str:
    """What the QR says of the holder: initials only."""
    person = snapshot["person"]
    return kinds.initials_of(person["surname"], person["given_names"])


def public_fields(snapshot: Any) -> list[tuple[str, str]]:
    """What the public page adds for a birth document; all of it is on the paper."""
    register = snapshot.get("register")
    if not register:
        return []
    return [(_("Acte"), f"{register['number']} / {register['year']}"), (_("Centre"), register["centre"])]
