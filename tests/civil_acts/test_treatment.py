"""What a clerk and an officer may do with a request, and what nobody may."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from civil_acts.models import ActRequest, EntitlementRule
from civil_acts.services import intake, signing, treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Role
from cotonou.core.errors import Conflict, DomainError, IllegalTransition, NotAllowed
from cotonou.notifications.models import Message
from tests.support import civil

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city(db):
    civil.load()


def test_a_paid_request_becomes_the_clerks_and_the_citizen_is_told(run_jobs):
    item = civil.submitted(run_jobs)
    assert item.state == RequestState.SUBMITTED
    assert item.due_on > timezone.localdate()
    assert Message.objects.filter(template="civil_acts.submitted", channel="SMS").count() == 1


def test_confirming_twice_gives_the_same_request_and_charges_once():
    draft = civil.draft()
    first = intake.confirm(draft=draft, by=civil.SYSTEM)
    assert intake.confirm(draft=draft, by=civil.SYSTEM) == first
    assert ActRequest.objects.count() == 1


def test_a_stranger_is_refused_before_paying():
    with pytest.raises(NotAllowed):
        intake.confirm(draft=civil.draft(relation="OTHER"), by=civil.SYSTEM)
    assert not ActRequest.objects.exists()


def test_a_full_copy_is_stricter_than_an_extract():
    extract = set(
        EntitlementRule.objects.filter(document_kind="civil_acts.birth_extract").values_list(
            "relation", flat=True
        )
    )
    copy = set(
        EntitlementRule.objects.filter(document_kind="civil_acts.birth_copy").values_list(
            "relation", flat=True
        )
    )
    assert copy < extract
    with pytest.raises(NotAllowed):
        intake.confirm(draft=civil.draft(relation="MANDATE", variant="copie"), by=civil.SYSTEM)
    assert (
        intake.confirm(draft=civil.draft(relation="MANDATE", variant="extrait"), by=civil.SYSTEM).fee_xof
        == 500
    )


def test_a_request_whose_rule_ended_is_refused_to_the_clerk_too(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    EntitlementRule.objects.filter(relation="HOLDER").update(ends_on=timezone.localdate() - timedelta(days=1))
    treatment.claim(public_id=item.public_id, by=clerk)
    with pytest.raises(NotAllowed, match="refusez la demande"):
        treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=["x"])


def test_every_proof_of_the_rule_must_be_ticked(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    rule = treatment.rule_for(item)
    with pytest.raises(DomainError, match="Il manque"):
        treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=rule.proofs[:1])


def test_nothing_is_prepared_before_the_right_is_checked(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    act = civil.birth_act()
    treatment.attach_act(public_id=item.public_id, by=clerk, act_uuid=act.public_id)
    with pytest.raises(DomainError) as refused:
        treatment.prepare(public_id=item.public_id, by=clerk)
    assert refused.value.code == "unchecked"


def test_the_database_refuses_a_document_to_sign_that_nobody_checked(run_jobs):
    item = civil.submitted(run_jobs)
    with pytest.raises(IntegrityError, match="to_sign_was_checked"), transaction.atomic():
        ActRequest.objects.filter(pk=item.pk).update(state="TO_SIGN")


def test_a_colleague_is_told_who_holds_the_request(run_jobs):
    item = civil.submitted(run_jobs)
    treatment.claim(public_id=item.public_id, by=civil.staff(Role.CLERK, name="Awa Sossou"))
    with pytest.raises(Conflict, match="Awa Sossou"):
        treatment.claim(public_id=item.public_id, by=civil.staff(Role.CLERK))


def test_a_lapsed_claim_can_be_taken_over(run_jobs):
    item, other = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=civil.staff(Role.CLERK))
    ActRequest.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert treatment.claim(public_id=item.public_id, by=other).claimed_by == other.user


def test_a_clerk_of_another_arrondissement_finds_nothing(run_jobs):
    item, stranger = civil.submitted(run_jobs), civil.staff(Role.CLERK, number=7)
    with pytest.raises(ActRequest.DoesNotExist):
        treatment.claim(public_id=item.public_id, by=stranger)
    assert not ActRequest.objects.visible_to(stranger).exists()


def test_a_clerk_of_another_arrondissement_cannot_attach_its_act(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    act = civil.birth_act(office=civil.office(7))
    treatment.claim(public_id=item.public_id, by=clerk)
    with pytest.raises(type(act).DoesNotExist):
        treatment.attach_act(public_id=item.public_id, by=clerk, act_uuid=act.public_id)


def test_the_clock_stops_while_the_citizen_is_asked(run_jobs, time_machine):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    due = item.due_on
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.ask_complement(
        public_id=item.public_id, by=clerk, message="Une photo plus nette", wants_file=False
    )
    with pytest.raises(Conflict):
        treatment.claim(public_id=item.public_id, by=clerk) and treatment.prepare(
            public_id=item.public_id, by=clerk
        )
    time_machine.move_to(timezone.now() + timedelta(days=14))
    item = treatment.answer_complement(public_id=item.public_id, by=civil.guest(item.contact), text="Voici")
    assert item.waiting_since is None
    assert (item.due_on - due).days >= 12


def test_only_one_thing_is_asked_at_a_time(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    for _time in range(2):
        treatment.claim(public_id=item.public_id, by=clerk)
        try:
            treatment.ask_complement(public_id=item.public_id, by=clerk, message="La pièce", wants_file=True)
        except Conflict as error:
            assert "déjà en cours" in error.message
    assert item.complements.count() == 1


def test_somebody_else_cannot_answer_for_the_citizen(run_jobs):
    item, other = civil.submitted(run_jobs), civil.submitted(run_jobs, phone="+2290197000009")
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="La pièce", wants_file=False)
    with pytest.raises(ActRequest.DoesNotExist):
        treatment.answer_complement(public_id=item.public_id, by=civil.guest(other.contact), text="Non")


def test_a_refusal_gives_a_reason_and_can_be_taken_back(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.reject(public_id=item.public_id, by=clerk, reason="WRONG_TOWN", text="Adressez-vous à Calavi.")
    assert "Calavi" in Message.objects.get(template="civil_acts.rejected", channel="EMAIL").body
    item = treatment.reopen(public_id=item.public_id, by=clerk, reason="Erreur de lecture")
    assert (item.state, item.rejection_text) == (RequestState.IN_REVIEW, "")


def test_a_request_handed_to_another_office_leaves_the_first(run_jobs):
    item, clerk = civil.submitted(run_jobs), civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.transfer(
        public_id=item.public_id, by=clerk, office=civil.office(7), reason="Registre tenu au 7e"
    )
    assert not ActRequest.objects.visible_to(clerk).exists()
    assert ActRequest.objects.visible_to(civil.staff(Role.CLERK, number=7)).get().claimed_by is None


def test_an_officer_sees_only_what_somebody_else_prepared(run_jobs):
    both = civil.staff(Role.CLERK, Role.OFFICER)
    item = civil.prepared(run_jobs, clerk=both)
    assert not ActRequest.objects.to_sign(by=both).exists()
    with pytest.raises(NotAllowed, match="une autre personne"):
        civil.sign(item, both)


def test_the_database_refuses_a_signature_by_the_preparer(run_jobs):
    item = civil.prepared(run_jobs)
    with pytest.raises(IntegrityError, match="signer_is_not_preparer"), transaction.atomic():
        ActRequest.objects.filter(pk=item.pk).update(signed_by=item.prepared_by)


def test_a_signed_request_is_sealed_and_the_citizen_is_told(run_jobs):
    item = civil.prepared(run_jobs)
    civil.sign(item, civil.staff(Role.OFFICER, name="Pierre Gbaguidi"))
    run_jobs()
    item.refresh_from_db()
    assert item.state == RequestState.READY
    assert item.document.pdf_size > 5000
    assert item.document.snapshot["officer"]["name"] == "Pierre Gbaguidi"
    assert Message.objects.filter(template="civil_acts.ready").count() == 2


def test_signing_twice_makes_one_document(run_jobs):
    item, officer = civil.prepared(run_jobs), civil.staff(Role.OFFICER)
    civil.sign(item, officer)
    with pytest.raises(IllegalTransition):
        civil.sign(item, officer)
    assert item.__class__.objects.get().document is not None


def test_an_officer_of_another_arrondissement_cannot_sign(run_jobs):
    item = civil.prepared(run_jobs)
    with pytest.raises(ActRequest.DoesNotExist):
        civil.sign(item, civil.staff(Role.OFFICER, number=7))


def test_a_document_sent_back_loses_its_preparation(run_jobs):
    item, officer = civil.prepared(run_jobs), civil.staff(Role.OFFICER)
    item = signing.send_back(public_id=item.public_id, by=officer, reason="Le prénom est faux")
    assert (item.state, item.snapshot, item.prepared_by) == (RequestState.IN_REVIEW, None, None)
    assert item.returned_reason == "Le prénom est faux"


def test_only_unsigned_requests_can_be_withdrawn(run_jobs):
    item = civil.prepared(run_jobs)
    civil.sign(item, civil.staff(Role.OFFICER))
    with pytest.raises(IllegalTransition):
        intake.withdraw(public_id=item.public_id, by=civil.guest(item.contact))


def test_unpaid_requests_expire_but_not_while_a_payment_is_open(run_jobs):
    old, recent = civil.to_pay(), civil.to_pay()
    ActRequest.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    from cotonou.jobs.services import enqueue

    enqueue("civil_acts.expire_unpaid", key="once")
    run_jobs()
    old.refresh_from_db(), recent.refresh_from_db()
    assert (old.state, recent.state) == (RequestState.EXPIRED, RequestState.TO_PAY)
    told = Message.objects.filter(template="civil_acts.expired")
    assert set(told.values_list("subject_uuid", "channel")) >= {
        (old.public_id, "SMS"),
        (old.public_id, "EMAIL"),
    }
    assert not told.filter(subject_uuid=recent.public_id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_racing_one_wins_and_the_other_is_told(run_jobs):
    item = civil.submitted(run_jobs)
    clerks = [civil.staff(Role.CLERK, name=f"Agent {n}") for n in range(6)]
    gate, outcomes = threading.Barrier(len(clerks)), []

    def claim(clerk):
        gate.wait()
        try:
            treatment.claim(public_id=item.public_id, by=clerk)
            outcomes.append("won")
        except Conflict as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[clerk]) for clerk in clerks]
    [t.start() for t in threads], [t.join() for t in threads]
    assert sorted(outcomes) == ["already_claimed"] * 5 + ["won"]
