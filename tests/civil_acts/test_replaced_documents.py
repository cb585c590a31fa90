"""A wrong document is prepared again by a clerk and signed by another officer; the old one is replaced."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from civil_acts.models import ActRequest, Replacement
from civil_acts.services import intake, replacement, treatment
from cotonou.accounts import second_factor
from cotonou.accounts.permissions import Role
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents import verification
from tests.civil_acts.pages import browser, fresh, holder, last_code, officer, ready, to, words
from tests.civil_acts.papers import (
    HOME,
    WHY,
    WRONG,
    as_it_stands,
    at,
    delivered,
    free_code,
    paper_of,
    prepared_again,
    replaced,
    revoked,
    to_replace,
    told,
)
from tests.civil_acts.test_archive_link import absent, asked
from tests.support import civil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def test_from_the_wrong_copy_to_the_right_one(run_jobs):
    item = delivered(run_jobs)
    old = paper_of(item)
    other = civil.staff(Role.OFFICER, name="Luc Zinsou")
    client, secret, by = officer()
    assert "Un autre officier que vous" in words(client.get(at("replace", old)))
    answer = client.post(at("replace", old), WRONG | {"code": second_factor.code_at(secret)}, follow=True)
    assert "Le dossier est retourné aux agents" in words(answer)
    assert "En cours de remplacement" in words(answer)
    assert "AHOUANSOU Rose, pas Reine" in words(client.get(HOME))

    # Meanwhile: the old one still verifies, and nobody gets it any more.
    assert "Document authentique" in words(Client().get(f"/v/{old.code}"))
    citizen = holder(item)
    followed = words(citizen.get(to("tracking", item)))
    for text in (
        "Nous corrigeons votre document",
        "une information a été mal recopiée",
        "N’utilisez plus l’exemplaire",
        "Vous n’avez rien à payer",
        "Erreur trouvée dans le document délivré",
    ):
        assert text in followed, text
    assert "Annuler cette demande" not in followed
    assert "contient une erreur" in words(citizen.post(to("document", item), follow=True))
    assert told(item, "replacing") == ["EMAIL", "SMS"]
    assert fresh(item).due_on is not None

    # The clerk reads what is wrong in the queue's file, and prepares the new one.
    clerk = browser(civil.staff(Role.CLERK, name="Awa Sossou"))
    assert "document à refaire" in words(clerk.get("/agents/demandes/"))
    assert "AHOUANSOU Rose, pas Reine" in words(clerk.get(to("request", item)))
    prepared_again(item)

    # Not the officer who asked; another one, who sees what changes.
    assert "DOSSOU" not in words(client.get("/agents/signatures/"))
    assert "Un autre officier doit le signer" in words(client.get(to("review", item)))
    with pytest.raises(NotAllowed, match="un autre officier doit signer"):
        civil.sign(item, by)
    page = words(browser(other).get(to("review", item)))
    assert f"remplacera le no {old.serial}" in page
    assert "« AHOUANSOU Reine » devient « AHOUANSOU Rose »" in page
    civil.sign(item, other)
    run_jobs()

    new = paper_of(item)
    assert (as_it_stands(old).state, new.state, new.replaces_id) == ("REPLACED", "VALID", old.pk)
    assert "Document remplacé" in words(Client().get(f"/v/{old.code}"))
    assert "Document authentique" in words(Client().get(f"/v/{new.code}"))
    assert verification.verify_payload(old.qr_payload).status == "REPLACED"
    assert told(item, "replaced") == ["EMAIL", "SMS"]
    assert told(item, "ready") == ["EMAIL", "SMS"]  # the first time only
    page = words(client.get(at("issued", old)))
    assert f"Le document valable est le no {new.serial}" in page
    assert WRONG["text"] in page
    assert f"Remplace le document {old.serial}" in words(client.get(at("issued", new)))
    assert Replacement.objects.get().signed_by == other.user


def test_who_held_the_old_document_downloads_the_new_one(run_jobs):
    item = delivered(run_jobs)
    old = paper_of(item)
    item = replaced(run_jobs, item)
    client = holder(item)
    page = words(client.get(to("tracking", item)))
    assert "Votre document est prêt" in page
    assert f"L’ancien, no {old.serial}, n’est plus valable" in page
    client.post(to("document", item))
    run_jobs()
    answer = client.post(to("document", item), {"code": last_code()})
    assert paper_of(item).serial.replace("/", "-") in answer.headers["Content-Disposition"]
    assert fresh(item).state == "DELIVERED"
    assert "exemplaire payé, aucun imprimé" in words(
        browser(civil.staff(Role.COUNTER_AGENT)).get(to("counter-request", item))
    )


def test_a_replaced_document_is_neither_cancelled_nor_replaced_again(run_jobs):
    item = delivered(run_jobs)
    old = paper_of(item)
    new = paper_of(replaced(run_jobs, item))
    client, secret, by = officer()
    assert "Annuler ce document" not in words(client.get(at("issued", old)))
    for name, data in (("revoke", WHY), ("replace", WRONG)):
        free_code(by)
        typed = data | {"code": second_factor.code_at(secret)}
        answer = words(client.post(at(name, old), typed, follow=True))
        assert f"déjà remplacé par le document no {new.serial}" in answer


def test_the_new_document_may_be_cancelled_in_its_turn(run_jobs):
    item = replaced(run_jobs, delivered(run_jobs))
    revoked(item)
    assert paper_of(item).state == "REVOKED"
    assert "Votre document a été annulé" in words(holder(item).get(to("tracking", item)))


def test_asking_twice_sends_the_request_back_once(run_jobs):
    item = ready(run_jobs)
    civil.staff(Role.OFFICER, name="Luc Zinsou")
    paper = paper_of(item)
    client, secret, _by = officer()
    data = WRONG | {"code": second_factor.code_at(secret)}
    for _time in range(2):
        answer = client.post(at("replace", paper), data, follow=True)
    assert "déjà en cours de remplacement, à la demande de Pierre Gbaguidi" in words(answer)
    assert Replacement.objects.count() == 1


def test_where_nobody_else_could_sign_nothing_begins(run_jobs):
    item = ready(run_jobs)  # signed by an officer of this office
    paper = paper_of(item)
    signer = fresh(item).signed_by
    signer.memberships.update(ends_on=civil.LONG_AGO)
    client, secret, _by = officer()
    answer = client.post(at("replace", paper), WRONG | {"code": second_factor.code_at(secret)})
    assert answer.status_code == 422
    assert "Demandez à l’administrateur du portail" in words(answer)
    assert fresh(item).state == "READY"


def test_an_officer_who_gives_up_puts_everything_back(run_jobs):
    item = delivered(run_jobs)
    before = {name: getattr(item, name) for name in replacement.KEPT}
    by = civil.staff(Role.OFFICER, name="Sena Agossou")
    to_replace(item, by)
    prepared_again(item)
    paper = paper_of(item)
    client = browser(by)
    answer = client.post(at("give-up", paper), follow=True)
    assert "le document reste valable" in words(answer)
    item = fresh(item)
    assert {name: getattr(item, name) for name in replacement.KEPT} == before
    assert item.snapshot == paper.snapshot
    assert told(item, "kept") == ["EMAIL", "SMS"]
    assert "n’est plus en cours de remplacement" in words(client.post(at("give-up", paper), follow=True))
    assert "Télécharger le document" in words(holder(item).get(to("tracking", item)))
    to_replace(item)  # and may be asked again
    assert Replacement.objects.count() == 2


def test_a_document_is_cancelled_while_it_is_being_replaced(run_jobs):
    item = delivered(run_jobs)
    to_replace(item)
    item = prepared_again(item)
    revoked(item)
    item = fresh(item)
    assert (item.state, paper_of(item).state) == ("DELIVERED", "REVOKED")
    assert not Replacement.objects.open().exists()
    with pytest.raises(Conflict):
        civil.sign(item, civil.staff(Role.OFFICER))


def test_a_request_whose_document_is_replaced_is_neither_refused_nor_withdrawn(run_jobs):
    item = delivered(run_jobs)
    to_replace(item)
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    with pytest.raises(Conflict, match="ne se refuse plus"):
        treatment.reject(public_id=item.public_id, by=clerk, reason="OTHER", text="Non")
    with pytest.raises(Conflict, match="ne peut plus être annulée"):
        intake.withdraw(public_id=item.public_id, by=civil.guest(item.contact))
    for state in ("REJECTED", "WITHDRAWN", "SUBMITTED"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ActRequest.objects.filter(pk=item.pk).update(state=state)


def test_a_delivered_request_does_not_return_to_the_clerks_by_any_other_door(run_jobs):
    item = delivered(run_jobs)
    with pytest.raises(Conflict, match="Seule une demande refusée"):
        treatment.reopen(public_id=item.public_id, by=civil.staff(Role.CLERK), reason="x")
    assert fresh(item).state == "DELIVERED"


def test_a_clerk_may_take_another_act_for_the_new_document(run_jobs):
    item = delivered(run_jobs)
    to_replace(item)
    right = civil.birth_act(act_number=313, act_number_text="313", mother_name="HOUNSOU Akouba")
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.attach_act(public_id=item.public_id, by=clerk, act_uuid=right.public_id)
    with pytest.raises(DomainError, match="Vérifiez d’abord"):  # the right too is to be checked again
        treatment.prepare(public_id=item.public_id, by=clerk)
    proofs = treatment.rule_for(fresh(item)).proofs
    treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=proofs)
    treatment.prepare(public_id=item.public_id, by=clerk)
    civil.sign(item, civil.staff(Role.OFFICER))
    run_jobs()
    assert paper_of(item).snapshot["act"]["number"] == "313"


def test_an_act_found_after_all_replaces_the_certificate_that_it_was_not_found(run_jobs):
    item, client, slip = asked(run_jobs)
    absent(slip)
    run_jobs()
    client.post(to("non-registration", item))
    civil.sign(item, civil.staff(Role.OFFICER, name="Pierre Gbaguidi"))
    run_jobs()
    certificate = paper_of(item)
    assert certificate.kind == "civil_acts.non_registration"
    to_replace(item)
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.attach_act(public_id=item.public_id, by=clerk, act_uuid=civil.birth_act().public_id)
    treatment.prepare(public_id=item.public_id, by=clerk)
    civil.sign(item, civil.staff(Role.OFFICER))
    run_jobs()
    assert as_it_stands(certificate).state == "REPLACED"
    assert paper_of(item).kind == "civil_acts.birth_extract"
    assert "Votre document est prêt" in words(holder(item).get(to("tracking", item)))


def test_the_database_refuses_the_asker_s_own_signature(run_jobs):
    asked = to_replace(delivered(run_jobs))
    with pytest.raises(IntegrityError, match="signer_is_not_asker"), transaction.atomic():
        Replacement.objects.filter(pk=asked.pk).update(
            signed_by=asked.asked_by, new=asked.old, ended_at=asked.asked_at
        )
