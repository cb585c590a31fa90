"""Issued documents for the tests of what becomes of them."""

from django.urls import reverse

from civil_acts.models import ActRequest, RegisterAct, Replacement, Revocation
from civil_acts.services import delivery, replacement, revocation, treatment
from civil_acts.states import ReplacementReason, RevocationReason
from cotonou.accounts.models import SecondFactorGuard
from cotonou.accounts.permissions import Role
from cotonou.documents.models import IssuedDocument
from cotonou.notifications.models import Message
from tests.civil_acts.pages import fresh, ready
from tests.support import civil

HOME = "/agents/documents/"
WHY = {"reason": RevocationReason.ACT_CHANGED, "text": "Le tribunal a annulé cet acte le 3 mars."}
WRONG = {"reason": ReplacementReason.COPY, "text": "La mère s’appelle AHOUANSOU Rose, pas Reine."}


def as_it_stands(paper: IssuedDocument) -> IssuedDocument:
    return IssuedDocument.objects.get(pk=paper.pk)


def paper_of(item: ActRequest) -> IssuedDocument:
    return IssuedDocument.objects.get(pk=fresh(item).document_id)


def at(name: str, paper: IssuedDocument) -> str:
    return reverse(f"civil_acts:{name}", args=[paper.public_id])


def delivered(run_jobs, **answers) -> ActRequest:
    item = ready(run_jobs, **answers)
    delivery.record_download(request=item, by=civil.guest(item.contact))
    return fresh(item)


def free_code(by) -> None:
    """The next code of the application has not been used yet."""
    SecondFactorGuard.objects.filter(user=by.user).update(last_step=0)


def revoked(item: ActRequest, **where) -> Revocation:
    by = civil.staff(Role.OFFICER, name="Sena Agossou", **where)
    return revocation.revoke_one(public_id=paper_of(item).public_id, by=by, **WHY)


def to_replace(item: ActRequest, by=None) -> Replacement:
    civil.staff(Role.OFFICER, name="Maire Adjoint", number=None)
    by = by or civil.staff(Role.OFFICER, name="Sena Agossou")
    return replacement.ask_one(public_id=paper_of(item).public_id, by=by, **WRONG)


def prepared_again(item: ActRequest, **corrected) -> ActRequest:
    """The register says the right thing, and a clerk prepares the new document."""
    RegisterAct.objects.filter(pk=item.register_act_id).update(
        **corrected or {"mother_name": "AHOUANSOU Rose"}
    )
    clerk = civil.staff(Role.CLERK, name="Awa Sossou")
    treatment.claim(public_id=item.public_id, by=clerk)
    return treatment.prepare(public_id=item.public_id, by=clerk)


def replaced(run_jobs, item: ActRequest) -> ActRequest:
    to_replace(item)
    prepared_again(item)
    civil.sign(item, civil.staff(Role.OFFICER, name="Luc Zinsou"))
    run_jobs()
    return fresh(item)


def told(item: ActRequest, name: str) -> list[str]:
    """The channels by which the citizen got this message."""
    sent = Message.objects.filter(template=f"civil_acts.{name}", subject_uuid=item.public_id)
    return sorted(sent.values_list("channel", flat=True))
