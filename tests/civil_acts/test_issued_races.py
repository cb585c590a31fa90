"""Two officers decide on one document at the same moment, and the twins that show what the lock is for."""

import threading

import pytest
from django.db import IntegrityError

from civil_acts.models import ActRequest, Replacement, Revocation
from civil_acts.services import issued, replacement, revocation, signing
from cotonou.accounts.permissions import Role
from cotonou.core.errors import Conflict, IllegalTransition
from cotonou.documents.models import IssuedDocument
from tests.civil_acts.pages import fresh, ready
from tests.civil_acts.papers import WHY, WRONG, paper_of, prepared_again, to_replace
from tests.support import civil
from tests.support.threads import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("city")]


def both(decide, item: ActRequest, more: dict) -> list:
    """What two officers get who decide at once."""
    paper = paper_of(item)
    officers = [civil.staff(Role.OFFICER, name=f"Officier {n}") for n in range(2)]
    return together(2, lambda n: decide(public_id=paper.public_id, by=officers[n], **more))


def unlocked(gate: threading.Barrier):
    """``issued.locked`` that reads alike and holds nothing."""

    def found(public_id, by):
        request, document = issued.find(public_id, by)
        gate.wait(timeout=20)
        return request, document

    return found


def test_of_two_officers_who_cancel_one_wins_and_the_other_is_told_who(run_jobs):
    item = ready(run_jobs)
    results = both(revocation.revoke_one, item, WHY)
    (won,) = [one for one in results if isinstance(one, Revocation)]
    (told,) = [one for one in results if isinstance(one, Conflict)]
    assert f"déjà annulé : {won.revoked_by}" in told.message
    assert paper_of(item).state == "REVOKED"


def test_twin_without_the_request_s_lock_the_second_one_is_not_told_who(run_jobs, monkeypatch):
    item = ready(run_jobs)
    monkeypatch.setattr(issued, "locked", unlocked(threading.Barrier(2)))
    results = both(revocation.revoke_one, item, WHY)
    assert sorted(type(one).__name__ for one in results) == [IllegalTransition.__name__, "Revocation"]


def test_of_two_officers_who_replace_one_wins_and_the_other_is_told_who(run_jobs):
    item = ready(run_jobs)
    results = both(replacement.ask_one, item, WRONG)
    (won,) = [one for one in results if isinstance(one, Replacement)]
    (told,) = [one for one in results if isinstance(one, Conflict)]
    assert f"à la demande de {won.asked_by}" in told.message
    assert fresh(item).state == "IN_REVIEW"


def test_twin_without_the_request_s_lock_only_the_database_stops_the_second_one(run_jobs, monkeypatch):
    item = ready(run_jobs)
    monkeypatch.setattr(issued, "locked", unlocked(threading.Barrier(2)))
    results = both(replacement.ask_one, item, WRONG)
    assert sorted(type(one).__name__ for one in results) == [IntegrityError.__name__, "Replacement"]


def test_a_signature_and_a_cancellation_at_once_leave_one_truth(run_jobs):
    item = ready(run_jobs)
    to_replace(item)
    prepared_again(item)
    paper = paper_of(item)
    signer, other = civil.staff(Role.OFFICER, name="Luc"), civil.staff(Role.OFFICER, name="Rita")
    signed, cancelled = together(
        2,
        lambda n: (
            revocation.revoke_one(public_id=paper.public_id, by=other, **WHY)
            if n
            else signing.sign_one(public_id=item.public_id, by=signer)
        ),
    )
    states = sorted(
        IssuedDocument.objects.filter(subject_uuid=item.public_id).values_list("state", flat=True)
    )
    if isinstance(signed, ActRequest):
        assert isinstance(cancelled, Conflict) and states == ["REPLACED", "VALID"]
    else:
        assert isinstance(signed, Conflict) and states == ["REVOKED"]
    assert not Replacement.objects.open().exists()
