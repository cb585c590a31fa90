"""What the pages of the registers show, ready for the components."""

from typing import Any

from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.translation import gettext as _

from civil_acts.models import registers as model
from civil_acts.models.archive import SearchSlip, SlipState
from civil_acts.models.registers import ActKind, ImportBatch, RegisterAct
from civil_acts.registers import transcription
from civil_acts.registers.problems import SHORT, Reason
from cotonou.core import codes, phones
from cotonou.core.templatetags.portal import date_fr

SLIP_TONES = {
    SlipState.OPEN: "warn",
    SlipState.FOUND: "ok",
    SlipState.NOT_FOUND: "stop",
    SlipState.DESTROYED: "stop",
    SlipState.ILLEGIBLE: "stop",
    SlipState.CANCELLED: "draft",
}


def event_date(act: RegisterAct) -> str:
    return date_fr(act.event_date) if act.event_date else act.event_date_text


def result_rows(acts: list[RegisterAct]) -> list[list[Any]]:
    """One row per act for components/table.html: names, act, event, parents, centre."""
    return [
        [
            {
                "text": act.names,
                "href": reverse("registers:act", args=[act.public_id]),
                "note": _("annulé") if act.status == RegisterAct.Status.CANCELLED else "",
            },
            {"text": f"{act.year}/{act.act_number_text}", "note": _volume(act)},
            {"text": event_date(act), "note": act.event_place},
            {"text": act.father_name or "–", "note": act.mother_name},
            act.centre_name,
        ]
        for act in acts
    ]


def _volume(act: RegisterAct) -> str:
    parts = [
        _("vol. %(volume)s") % {"volume": act.volume} if act.volume else "",
        _("f° %(folio)s") % {"folio": act.folio} if act.folio else "",
    ]
    return " ".join(filter(None, parts))


def act_rows(act: RegisterAct) -> list[dict[str, Any]]:
    """Everything the act says, for components/summary_list.html, in the order of the register."""
    typed = transcription.data_of(act) | {
        "event_date": event_date(act),
        "drawn_up_on": date_fr(act.drawn_up_on),
    }
    typed["sex"] = act.get_sex_display()
    rows = [
        {"label": transcription.label(act.kind, name), "value": typed[name]}
        for name in transcription.FIELDS[act.kind]
        if typed[name] or name not in model.DETAILS[act.kind]
    ]
    for label, value in ((_("NPI"), act.npi), (_("Téléphone"), phones.pretty(act.phone))):
        if value:
            rows.append({"label": label, "value": value})
    return [
        {"label": _("Bureau"), "value": act.office.name},
        *rows,
        {"label": _("Source"), "value": _source(act)},
    ]


def _source(act: RegisterAct) -> str:
    text = capfirst(act.get_source_display())
    return f"{text} ({act.import_batch.file_name})" if act.import_batch else text


def history(act: RegisterAct) -> list[dict[str, Any]]:
    """Versions of the act, newest first: when, what, why, and which fields changed."""
    versions = list(
        act._meta.apps.get_model("civil_acts", "RegisterActVersion")
        .objects.filter(pgh_obj_id=act.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    entries = []
    for before, version in zip([None, *versions], versions, strict=False):
        metadata = version.pgh_context.metadata if version.pgh_context else {}
        entries.append(
            {
                "label": _("Acte enregistré") if before is None else _("Acte modifié"),
                "at": version.pgh_created_at,
                "why": metadata.get("reason", ""),
                "changes": _changes(act, before, version) if before else [],
            }
        )
    return entries[::-1]


_SHOWN = [f.name for f in RegisterAct._meta.fields if f.name not in {"search_words", "row_digest", "id"}]


def _changes(act: RegisterAct, before: Any, after: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": transcription.label(act.kind, name),
            "before": _shown(getattr(before, name)),
            "after": _shown(getattr(after, name)),
        }
        for name in _SHOWN
        if not name.endswith(("office", "scan", "import_batch"))
        and getattr(before, name) != getattr(after, name)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, dict):
        return ", ".join(str(text) for text in value.values()) or _("(vide)")
    if hasattr(value, "strftime"):
        return date_fr(value)
    return str(value or _("(vide)"))


def reason_rows(batch: ImportBatch) -> list[list[Any]]:
    """Reasons of an import, the most frequent first, for components/table.html."""
    ordered = sorted(batch.reasons.items(), key=lambda item: (-item[1], item[0]))
    return [[str(SHORT[Reason(code)]), count] for code, count in ordered]


def slip_rows(slip: SearchSlip) -> list[dict[str, Any]]:
    """What to look for, for components/summary_list.html."""
    kinds = {ActKind.BIRTH: _("Naissances"), ActKind.MARRIAGE: _("Mariages"), ActKind.DEATH: _("Décès")}
    rows = [
        (_("Nom et prénoms"), slip.names),
        (_("Registre des"), kinds[ActKind(slip.kind)]),
        (_("Centre"), slip.centre_name),
        (_("Année"), slip.year or ""),
        (_("Volume"), slip.volume),
        (_("Folio"), slip.folio),
        (_("Numéro d’acte"), slip.act_number_text),
        (_("Demande"), slip.request_label),
        (_("Précisions"), slip.note),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def slip_code(slip: SearchSlip) -> str:
    return codes.pretty(slip.code)
