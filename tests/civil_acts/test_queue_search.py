"""Whom a queue finds: whoever asked and whom the act is about; a code finds its request in any state."""

from datetime import timedelta

import pytest
from django.db import connection

from civil_acts.models import ActRequest
from civil_acts.services import treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import browser, claimed, fresh, ready, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
QUEUE = "/agents/demandes/"


@pytest.fixture
def clerk():
    return people.working(Role.CLERK)


def for_a_child(run_jobs) -> ActRequest:
    """KPOSSOU Bernadette asks for DOSSOU Afi Rose."""
    item = civil.submitted(run_jobs)
    item.contact.name = "Kpòssou Bernadette"
    item.contact.save()
    ActRequest.objects.filter(pk=item.pk).update(relation="PARENT")
    return item


@pytest.mark.parametrize("typed", ["kpossou", "Bernadette KPOSSOU", "dossou afi"])
def test_the_name_of_the_applicant_finds_the_request_as_the_holder_s_does(run_jobs, clerk, typed):
    for_a_child(run_jobs)
    page = words(clerk.get(QUEUE, {"q": typed}))
    assert "DOSSOU Afi Rose" in page
    assert "demandeur : Kpòssou Bernadette" in page
    counter = words(people.working(Role.COUNTER_AGENT).get("/agents/guichet/", {"q": typed}))
    assert "DOSSOU Afi Rose" in counter


def test_the_names_searched_follow_those_of_the_request_and_of_its_applicant(run_jobs):
    item = for_a_child(run_jobs)

    def known() -> str:
        return ActRequest.objects.values_list("search_names", flat=True).get(pk=item.pk)

    assert known() == "dossou afi rose kpossou bernadette"
    ActRequest.objects.filter(pk=item.pk).update(subject_name="HƆNSU Sènan", search_names="autre chose")
    assert known() == "honsu senan kpossou bernadette"
    item = fresh(item)
    item.save()  # whatever the object held
    assert known() == "honsu senan kpossou bernadette"


def test_no_request_is_out_of_reach_of_the_search(run_jobs):
    item = civil.submitted(run_jobs)
    for written in (None, "", " "):
        ActRequest.objects.filter(pk=item.pk).update(search_names=written)
        assert fresh(item).search_names.startswith("dossou afi rose")
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'act_request_search_names'")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    "filters", [{}, {"show": "late"}, {"state": "REJECTED"}, {"service": "certificat-de-residence"}]
)
def test_a_whole_code_finds_its_request_whatever_its_state_and_the_filters(run_jobs, clerk, filters):
    item = ready(run_jobs)
    assert item.state == RequestState.READY
    assert "DOSSOU Afi Rose" not in words(clerk.get(QUEUE, filters))
    page = words(clerk.get(QUEUE, filters | {"q": codes.pretty(item.tracking_code).lower()}))
    assert "DOSSOU Afi Rose" in page
    assert "1 dossier " in page


def test_a_whole_code_of_another_arrondissement_finds_nothing(run_jobs):
    item = civil.submitted(run_jobs)
    other = browser(civil.staff(Role.CLERK, number=7))
    assert "DOSSOU" not in words(other.get(QUEUE, {"q": item.tracking_code}))


# -- what a row says ---------------------------------------------------------------


def test_a_late_request_says_where_it_is_and_that_it_is_late(run_jobs, clerk):
    item = civil.submitted(run_jobs)
    ActRequest.objects.filter(pk=item.pk).update(due_on=local_today() - timedelta(days=2))
    page = words(clerk.get(QUEUE))
    assert "déposée en retard" in page
    treatment.claim(public_id=item.public_id, by=civil.staff(Role.CLERK))
    assert "en instruction en retard" in words(clerk.get(QUEUE))


def test_an_answer_is_flagged_until_a_clerk_takes_the_request(run_jobs, clerk):
    item, by = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=by, message="Votre livret", wants_file=False)
    assert "réponse reçue" not in words(clerk.get(QUEUE)).partition("À rendre le")[2]
    treatment.answer_complement(public_id=item.public_id, by=civil.guest(item.contact), text="Le voici")
    assert "en instruction réponse reçue" in words(clerk.get(QUEUE))
    assert "DOSSOU" in words(clerk.get(QUEUE, {"show": "answered"}))
    treatment.claim(public_id=item.public_id, by=by)
    assert "DOSSOU" not in words(clerk.get(QUEUE, {"show": "answered"}))


# -- the liaison with the UCIP -------------------------------------------------------


def test_the_liaison_sees_the_files_of_the_ucip_and_no_request_about_an_act(run_jobs):
    birth = civil.submitted(run_jobs)
    file = civil.submitted(run_jobs, "certificat-de-residence", phone="+2290197000044")
    liaison = browser(civil.staff(Role.RELAY_AGENT, number=None))
    page = words(liaison.get(QUEUE))
    assert "HOUNSOU Koffi" in page
    assert "DOSSOU" not in page
    assert "Copie ou extrait d’acte de naissance" not in page  # nor offered among the filters
    assert "DOSSOU" not in words(liaison.get(QUEUE, {"q": birth.tracking_code}))
    assert liaison.get(f"{QUEUE}{birth.public_id}/").status_code == 404
    assert liaison.post(f"{QUEUE}{birth.public_id}/prendre/").status_code == 404
    assert liaison.post(f"{QUEUE}{file.public_id}/prendre/").status_code == 302
    assert fresh(file).state == RequestState.IN_REVIEW


def test_the_liaison_has_no_business_in_the_archives(run_jobs):
    liaison = browser(civil.staff(Role.RELAY_AGENT, number=None))
    assert liaison.get("/agents/archives/").status_code == 403
    assert "Archives" not in words(liaison.get(QUEUE))


def test_whoever_is_clerk_and_liaison_sees_both(run_jobs):
    civil.submitted(run_jobs)
    civil.submitted(run_jobs, "certificat-de-residence", phone="+2290197000044")
    both = browser(civil.staff(Role.CLERK, Role.RELAY_AGENT))
    page = words(both.get(QUEUE))
    assert "DOSSOU Afi Rose" in page
    assert "HOUNSOU Koffi" in page
