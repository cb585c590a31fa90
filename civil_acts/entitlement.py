"""Who may ask for which document, as the rules in force say: one answer for every page."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts import procedure_page
from civil_acts.models import EntitlementRule, ProcedureVersion
from civil_acts.states import Relation
from cotonou.formbuilder.refusals import Refusal
from cotonou.formbuilder.wording import listed

# The answers that bear a refusal, the most telling first.
FIELDS = ("relation", "variant")
WHO = {
    Relation.HOLDER: gettext_lazy("la personne elle-même"),
    Relation.PARENT: gettext_lazy("son père ou sa mère"),
    Relation.CHILD: gettext_lazy("son enfant"),
    Relation.SPOUSE: gettext_lazy("son époux ou son épouse"),
    Relation.REPRESENTATIVE: gettext_lazy("son tuteur ou représentant légal"),
    Relation.MANDATE: gettext_lazy("une personne avec une procuration écrite"),
}


def who_may_ask(version: ProcedureVersion) -> list[str]:
    """Each person with a right, and the documents it is for when it is not for all."""
    rules, found = _rules(version), []
    for relation, words in WHO.items():
        variants = _open_to(version, rules, relation)
        if len(variants) == len(version.variants):
            found.append(str(words))
        elif variants:
            found.append(_("%(who)s (pour : %(documents)s)") % {"who": words, "documents": _names(variants)})
    return found


def refusal(version: ProcedureVersion, variant_id: str, relation: str) -> Refusal | None:
    """Why nobody with this relation may have this document, and what can be done; None when they may."""
    rules, variant = _rules(version), version.variant(variant_id)
    allowed = rules[variant["document_kind"]]
    if relation in allowed:
        return None
    if other := _open_to(version, rules, relation):
        return Refusal(
            FIELDS,
            _("Avec ce lien, vous ne pouvez pas obtenir : %(document)s.")
            % {"document": procedure_page.document_name(variant)},
            _("Vous pouvez obtenir : %(documents)s.") % {"documents": _names(other)},
            _ways(version, change_document=True),
        )
    advice = []
    if allowed:
        who = [str(saying) for known, saying in WHO.items() if known in allowed]
        advice.append(_("Peuvent le demander : %(who)s.") % {"who": listed(who)})
    by_mandate = _open_to(version, rules, Relation.MANDATE)
    if by_mandate:
        sentence = _(
            "Demandez à la personne nommée dans l’acte une procuration écrite : avec elle, "
            "vous pouvez obtenir : %(documents)s."
        )
        advice.append(sentence % {"documents": _names(by_mandate)})
    change = bool(by_mandate) and variant not in by_mandate
    return Refusal(
        FIELDS,
        _("Ce document ne peut pas être remis à une personne qui a ce lien."),
        " ".join(advice),
        _ways(version, change_document=change),
    )


def _rules(version: ProcedureVersion) -> dict[str, set[str]]:
    """Document kind -> relations that a rule of today allows."""
    found: dict[str, set[str]] = {variant["document_kind"]: set() for variant in version.variants}
    rows = EntitlementRule.objects.in_force().filter(document_kind__in=found)
    for kind, relation in rows.values_list("document_kind", "relation"):
        found[kind].add(relation)
    return found


def _open_to(version: ProcedureVersion, rules: dict[str, set[str]], relation: str) -> list[dict]:
    return [variant for variant in version.variants if relation in rules[variant["document_kind"]]]


def _names(variants: list[dict]) -> str:
    return listed(procedure_page.document_name(variant) for variant in variants)


def _ways(version: ProcedureVersion, *, change_document: bool) -> tuple[tuple[str, str], ...]:
    pages = version.form_version.form.page_of
    ways = []
    if change_document and "variant" in pages:
        ways.append((pages["variant"].step, _("Changer le document demandé")))
    if "relation" in pages:
        ways.append((pages["relation"].step, _("Changer votre lien avec la personne")))
    return tuple(ways)
