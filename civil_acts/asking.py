"""What the two procedures add to their forms while people fill them: prices, what is known, who may ask."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from civil_acts import entitlement, fees, procedure_page
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import intake
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.core.money import format_xof
from cotonou.formbuilder import engine
from cotonou.formbuilder.bills import Bill
from cotonou.formbuilder.definition import Page
from cotonou.formbuilder.models import Draft
from cotonou.formbuilder.refusals import Refusal

FREE = {"fr": "Confirmer et envoyer", "en": "Confirm and send"}


def bill(draft: Draft) -> Bill:
    """What the request will cost, as it will be quoted when it is confirmed."""
    return bill_of(intake.version_of(draft), engine.final(draft.form, draft.filled()))


def bill_of(version: ProcedureVersion, answers: Mapping[str, Any]) -> Bill:
    try:
        lines = intake.quote_for(version, answers)
    except fees.FeeUnknown as error:
        return Bill(rows=(), total="", note=error.message)
    total = fees.total(lines)
    if total == 0:
        return Bill(rows=(), total="", note=_("Gratuit : vous n’avez rien à payer."), send_label=FREE)
    rows = tuple(
        (line.label, line.explanation if line.quantity > 1 else "", format_xof(line.amount_xof))
        for line in lines
    )
    confirmed = all(line.source for line in lines)
    return Bill(rows, format_xof(total), "" if confirmed else _("Tarif à confirmer par la Mairie."))


def note(draft: Draft, page: Page) -> str:
    """The price of one copy, on the page that asks how many."""
    if not any(field.id == "copies" for field in page.fields):
        return ""
    version = intake.version_of(draft)
    lines = [fee for fee in version.fees if fee.get("per_copy")]
    if any(fee["amount_xof"] is None for fee in lines):
        return _("Le prix d’un exemplaire reste à confirmer par la Mairie.")
    return " ".join(
        _("%(label)s : %(amount)s.")
        % {"label": procedure_page.fee_label(version, fee), "amount": procedure_page.amount(fee)}
        for fee in lines
    )


def judge(draft: Draft, answers: Mapping[str, Any]) -> Refusal | None:
    """Who is told on the page of the question that nobody in their place may have the document."""
    if not answers.get("relation"):
        return None
    version = intake.version_of(draft)
    return entitlement.refusal(version, intake.variant_of(version, answers), answers["relation"])


# -- what an account knows ---------------------------------------------------------


def suggest(actor: Actor, draft: Draft) -> dict[str, Any]:
    """Name, phone and e-mail of who is logged in, under the fields of this form."""
    user, contact = actor.user, draft.form.contact
    if user is None:
        return {}
    found = dict(zip(contact["name"], _names(user, len(contact["name"])), strict=False))
    reach = {"phone": str(user.phone or ""), "email": user.email or ""}
    found |= {contact[key]: value for key, value in reach.items() if key in contact}
    return {name: value for name, value in found.items() if value}


def _names(user: User, count: int) -> list[str]:
    """As this person wrote them last time, else what their account lets one guess."""
    last = (
        ActRequest.objects.filter(contact__user_uuid=user.public_id)
        .select_related("procedure_version__form_version")
        .order_by("-pk")
        .first()
    )
    if last is not None:
        fields = last.procedure_version.form_version.form.contact["name"]
        names = [str(last.answers.get(field, "")) for field in fields]
        if len(names) == count and all(names):
            return names
    return list(split_name(user.full_name)) if count == 2 else [user.full_name]


def split_name(full_name: str) -> tuple[str, str]:
    """(surname, given names): what is in capitals, else the last word, as accounts are asked for them."""
    words = full_name.split()
    surname = [word for word in words if len(word) > 1 and word.isupper()] or words[-1:]
    return " ".join(surname), " ".join(word for word in words if word not in surname)
