"""What a request's page tells the office: where the work stands, in words that are theirs."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from civil_acts.models import ActRequest, EntitlementRule, SearchSlip
from civil_acts.services import archive, intake, signing, treatment
from cotonou.accounts.permissions import Role
from cotonou.notifications.models import Message
from tests.civil_acts.pages import browser, checked, fresh, holder, ready, to, words
from tests.support import civil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def absent(state: str = "NOT_FOUND") -> None:
    slip = SearchSlip.objects.get()
    archive.answer_absent(
        public_id=slip.public_id, by=civil.staff(Role.ARCHIVIST), state=state, answer="Tables lues"
    )


# -- the search slip ---------------------------------------------------------------


def test_the_slip_takes_the_year_of_birth_and_the_parents(run_jobs):
    item, clerk = checked(run_jobs, father_name="DOSSOU Kossi", mother_name="AHOUANSOU Reine")
    client = browser(clerk)
    assert 'value="1984"' in client.get(to("request", item)).content.decode()
    client.post(to("ask-archive", item))
    slip = SearchSlip.objects.get()
    assert (slip.year, slip.note) == (1984, "Père : DOSSOU Kossi. Mère : AHOUANSOU Reine.")


def test_the_clerk_corrects_the_slip_before_it_goes(run_jobs):
    item, clerk = checked(run_jobs, act={"number": "312", "year": 1984})
    form = {"centre": "Cotonou II", "year": "", "volume": "3", "folio": "12", "note": "Voir les tables"}
    browser(clerk).post(to("ask-archive", item), form)
    slip = SearchSlip.objects.get()
    assert (slip.centre, slip.year, slip.volume, slip.folio) == ("Cotonou II", None, "3", "12")
    assert (slip.act_number_text, slip.note) == ("312", "Voir les tables")


def test_a_year_that_is_none_stays_on_the_form_with_its_error(run_jobs):
    item, clerk = checked(run_jobs)
    answer = browser(clerk).post(to("ask-archive", item), {"year": "12", "note": "Déjà cherché"})
    assert answer.status_code == 422
    assert "Déjà cherché" in answer.content.decode()
    assert not SearchSlip.objects.exists()


# -- non-registration ----------------------------------------------------------------


def test_no_certificate_is_offered_where_no_rule_allows_it(run_jobs):
    item, clerk = checked(run_jobs)
    client = browser(clerk)
    client.post(to("ask-archive", item))
    absent()
    EntitlementRule.objects.filter(document_kind="civil_acts.non_registration").delete()
    page = words(client.get(to("request", item)))
    assert "Préparer un certificat de non-inscription" not in page
    assert "Aucune règle ne permet de le lui remettre" in page
    answer = client.post(to("non-registration", item))
    assert (answer.status_code, fresh(item).state) == (422, "IN_REVIEW")


def test_a_mandate_may_have_the_certificate_that_the_extract_would_have_been(run_jobs):
    item, clerk = checked(run_jobs, relation="MANDATE")
    client = browser(clerk)
    client.post(to("ask-archive", item))
    absent()
    assert client.post(to("non-registration", item)).status_code == 302


def test_the_citizen_reads_the_search_then_that_nothing_was_found(run_jobs):
    item, clerk = checked(run_jobs)
    browser(clerk).post(to("ask-archive", item))
    assert "Nous cherchons l’acte dans les registres papier depuis le" in words(
        holder(item).get(to("tracking", item))
    )
    absent("ILLEGIBLE")
    treatment.prepare_non_registration(public_id=item.public_id, by=clerk)
    assert "Acte non trouvé : certificat de non-inscription à signer" in words(
        holder(item).get(to("tracking", item))
    )
    officer = civil.staff(Role.OFFICER)
    review = words(browser(officer).get(to("review", item)))
    assert "Certificat de non-inscription" in review
    assert "Le registre ne peut plus être lu" in review
    assert "illisible" not in review
    civil.sign(item, officer)
    run_jobs()
    page = words(holder(item).get(to("tracking", item)))
    assert "Acte non trouvé : un certificat de non-inscription est prêt" in page
    assert "jugement supplétif" in page
    assert "à confirmer par la Mairie" in page
    told = Message.objects.filter(template="civil_acts.ready_not_found", subject_uuid=item.public_id)
    assert set(told.values_list("channel", flat=True)) >= {"SMS", "EMAIL"}
    assert "acte non trouvé" in told.get(channel="SMS").body


def test_the_paper_names_the_arrondissement_not_the_office(run_jobs):
    item = ready(run_jobs)
    assert item.office.name.startswith("Bureau du")
    assert item.snapshot["act"]["centre"] == item.office.arrondissement.name


# -- the work -------------------------------------------------------------------------


def test_another_act_asks_for_the_right_to_be_checked_again(run_jobs):
    item, clerk = checked(run_jobs)
    client, first = browser(clerk), civil.birth_act()
    client.post(to("attach-act", item, first.public_id))
    assert fresh(item).checked_by  # the first act beside a right already checked
    client.post(to("attach-act", item, first.public_id))
    assert fresh(item).checked_by
    other = civil.birth_act(act_number=313, act_number_text="313", given_names="Afi")
    client.post(to("attach-act", item, other.public_id))
    item = fresh(item)
    assert (item.checked_by, item.entitlement_rule, item.proofs_seen) == (None, None, [])
    assert "droit à vérifier de nouveau" in words(client.get(to("request", item)))
    assert client.post(to("prepare", item)).status_code == 422


def test_a_refusal_is_told_in_words_in_the_history(run_jobs):
    item, clerk = checked(run_jobs)
    client = browser(clerk)
    client.post(to("reject", item), {"reason": "IDENTITY", "text": "La carte est à un autre nom."})
    treatment.reopen(public_id=item.public_id, by=clerk, reason="Erreur")
    page = words(client.get(to("request", item)))
    assert "ne permet pas de vérifier qui vous êtes. La carte est à un autre nom." in page
    assert "IDENTITY" not in page


def test_the_work_column_says_why_there_is_nothing_to_do(run_jobs):
    item, colleague = civil.submitted(run_jobs), browser(civil.staff(Role.CLERK))
    address = to("request", item)
    assert "Personne n’a pris ce dossier en charge" in words(colleague.get(address))
    clerk = civil.staff(Role.CLERK, name="Awa Sossou")
    treatment.claim(public_id=item.public_id, by=clerk)
    assert "Awa Sossou instruit ce dossier" in words(colleague.get(address))
    assert "Personne n’a pris" not in words(browser(clerk).get(address))
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="La carte", wants_file=False)
    assert "En attente de l’usager depuis le" in words(colleague.get(address))
    intake.withdraw(public_id=item.public_id, by=civil.guest(item.contact))
    assert "Dossier clos" in words(colleague.get(address))
    to_sign = civil.prepared(run_jobs, clerk=clerk, phone="+2290197000077")
    assert "Préparé par Awa Sossou le" in words(colleague.get(to("request", to_sign)))


def test_the_office_reads_labels_that_do_not_say_you(run_jobs):
    item, clerk = checked(run_jobs)
    page = words(browser(clerk).get(to("request", item)))
    for label in ("Nom de famille du demandeur", "titulaire de l’acte"):
        assert label in page
    for label in ("Votre nom de famille", "Votre numéro de téléphone", "C’est mon acte"):
        assert label not in page


def test_the_signer_is_whoever_holds_the_permission(run_jobs):
    item = civil.prepared(run_jobs)
    officer = civil.staff(Role.CLERK, Role.OFFICER)
    signing.sign_one(public_id=item.public_id, by=officer)
    capacity = next(m.capacity for m in officer.memberships if m.role == Role.OFFICER)
    assert fresh(item).snapshot["officer"]["title"] == capacity


def test_nobody_waits_in_a_request_that_is_over(run_jobs):
    item = civil.submitted(run_jobs)
    with pytest.raises(IntegrityError, match="waits_in_review"), transaction.atomic():
        ActRequest.objects.filter(pk=item.pk).update(waiting_since=timezone.now())
