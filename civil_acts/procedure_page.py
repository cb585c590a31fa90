"""What the pages of a procedure show: a version cell by cell, two versions side by side, rules, models."""

from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civil_acts import snapshots
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.reference import UNVALIDATED
from civil_acts.states import STAFF_RELATIONS, Relation
from cotonou.core.money import format_xof
from cotonou.documents import kinds as document_kinds
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder.definition import say
from cotonou.territory.dates import local_today


def unknown() -> str:
    return _("à confirmer par la Mairie")


def labels(procedure: Procedure, kinds: list[str]) -> dict[str, str]:
    """Document kind -> its name, for every kind of this procedure."""
    latest = procedure.versions.order_by("-number").first()
    own = {variant["document_kind"]: document_name(variant) for variant in latest.variants} if latest else {}
    return {kind: own.get(kind) or str(document_kinds.get(kind).label) for kind in kinds}


def document_name(variant: dict) -> str:
    """What a variant of a version gives, in the reader's language where the portal issues it."""
    known = {kind.name: kind.label for kind in document_kinds.all_kinds()}
    return str(known.get(variant["document_kind"]) or say(variant["label"]))


# -- versions --------------------------------------------------------------------


def cells(version: ProcedureVersion) -> list[dict[str, Any]]:
    """{"label", "value", "source", "cell", "source_cell", "fee"} in the order of the form; "" is unknown.

    cell, source_cell: what ``services.procedures.missing`` calls them.
    """
    found = [_fee_cells(version, fee) for fee in version.fees]
    found.append(
        {
            "label": _("Délai"),
            "value": days(version.delay_working_days),
            "source": version.delay_source,
            "cell": "delay_working_days",
            "source_cell": "delay_source",
        }
    )
    for name, label in (("legal_basis", _("Base légale")), ("source", _("Source de la procédure"))):
        found.append({"label": label, "value": getattr(version, name), "cell": name})
    return found


def _fee_cells(version: ProcedureVersion, fee: dict) -> dict[str, Any]:
    return {
        "label": fee_label(version, fee),
        "value": "" if fee["amount_xof"] is None else amount(fee),
        "source": fee.get("source", ""),
        "cell": "amount_xof",
        "source_cell": "source",
        "fee": fee["id"],
    }


def fee_label(version: ProcedureVersion, fee: dict) -> str:
    """The fee with the document it is for, when it is not for all of them."""
    label = say(fee["label"])
    return f"{label} – {document_name(version.variant(fee['variant']))}" if fee.get("variant") else label


def amount(fee: dict) -> str:
    if fee["amount_xof"] == 0:
        return _("Gratuit")
    text = format_xof(fee["amount_xof"])
    text += _(" par exemplaire") if fee.get("per_copy") else ""
    for part in fee.get("allocations", []):
        if part.get("held_for") and part["amount_xof"]:
            share = {"amount": format_xof(part["amount_xof"]), "who": part["held_for"]}
            text += _(", dont %(amount)s pour %(who)s") % share
    return text


def days(number: int | None) -> str:
    """A delay in words; "" when nobody has fixed it."""
    if number is None:
        return ""
    if number == 0:
        return _("Le jour même")
    return ngettext("%(n)d jour ouvré", "%(n)d jours ouvrés", number) % {"n": number}


def changes(before: ProcedureVersion | None, after: ProcedureVersion) -> list[dict[str, str]]:
    """{"label", "before", "after"}: what a publication changes, cell by cell; all of it for a first one."""
    old, new = _flat(before), _flat(after)
    return [
        {"label": label, "before": old.get(label, ""), "after": new.get(label, "")}
        for label in dict.fromkeys([*new, *old])
        if old.get(label, "") != new.get(label, "")
    ]


def _flat(version: ProcedureVersion | None) -> dict[str, str]:
    if version is None:
        return {}
    found = {}
    for cell in cells(version):
        found[cell["label"]] = cell["value"]
        if "source_cell" in cell:
            found[_("Source : %(what)s") % {"what": cell["label"]}] = cell["source"]
    found[_("Questions du formulaire")] = _("version %(n)d") % {"n": version.form_version.number}
    return found


# -- rules and models --------------------------------------------------------------


def rules(kinds: dict[str, str]) -> list[dict[str, Any]]:
    """{"document", "count", "rows"}: who may obtain each document, from today on."""
    going_on = EntitlementRule.objects.filter(document_kind__in=kinds).exclude(ends_on__lt=local_today())
    order = list(Relation)
    rows = sorted(going_on, key=lambda r: (r.document_kind, order.index(Relation(r.relation)), r.starts_on))
    found = {kind: list(group) for kind, group in groupby(rows, key=lambda rule: rule.document_kind)}
    return [
        {
            "document": label,
            "count": _counted(found.get(kind, [])),
            "rows": [_rule(rule) for rule in found.get(kind, [])],
        }
        for kind, label in kinds.items()
        if kind != snapshots.TRANSMISSION_SLIP
    ]


def _counted(rules: list[EntitlementRule]) -> str:
    unsourced = sum(not rule.source for rule in rules)
    text = ngettext("%(n)d règle", "%(n)d règles", len(rules)) % {"n": len(rules)}
    if not unsourced:
        return text
    return text + ngettext(", dont %(n)d sans source", ", dont %(n)d sans source", unsourced) % {
        "n": unsourced
    }


def _rule(rule: EntitlementRule) -> dict[str, Any]:
    return {"rule": rule, "who": rule_words(rule), "begun": rule.starts_on <= local_today()}


def rule_words(rule: EntitlementRule) -> str:
    return str(STAFF_RELATIONS[Relation(rule.relation)])


def models(kinds: dict[str, str]) -> list[dict[str, Any]]:
    """{"kind", "document", "model", "confirmed", "begun"}: the wording in force, and what follows it."""
    today, found = local_today(), []
    for kind, label in kinds.items():
        if kind not in snapshots.VARIABLES:
            continue
        now = TemplateVersion.objects.in_force(kind, today).first()
        later = TemplateVersion.objects.filter(template__kind=kind, starts_on__gt=today)
        if now:
            later = later.filter(number__gt=now.number)
        for model in filter(None, [now, *later.exclude(published_at=None).order_by("number")]):
            found.append(
                {
                    "kind": kind,
                    "document": label,
                    "model": model,
                    "confirmed": model.legal_reference != UNVALIDATED,
                    "begun": model.starts_on <= today,
                }
            )
    return found
