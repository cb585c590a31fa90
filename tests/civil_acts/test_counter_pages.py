"""At the counter: type for somebody, take cash once, receive a piece, hand the document over."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from civil_acts import queue
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import paying, treatment
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.documents.models import DocumentPrint
from cotonou.documents.services import revoke
from cotonou.formbuilder.models import Draft
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.payments import desks
from cotonou.payments import services as payments
from cotonou.payments.models import Payment, Receipt
from tests.civil_acts.pages import browser, claimed, fresh, ready, source, to, words
from tests.support import civil, people
from tests.support.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
COUNTER = "/agents/guichet/"


def agent(number: int = 5):
    by = civil.staff(Role.COUNTER_AGENT, number=number)
    return browser(by), by


def cash(client, item, key: str = ""):
    return client.post(to("counter-cash", item), {"idempotency_key": key or str(uuid.uuid4())})


# -- finding -------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["CODE", "afi dossou", "DÔSSOU", "01 97 00 00 01", "97000001"])
def test_a_person_is_found_by_code_name_or_phone(typed):
    item = civil.to_pay()
    civil.to_pay(subject_surname="Zinsou", subject_given_names="Codjo", phone="+2290197000055")
    typed = codes.pretty(item.tracking_code).lower() if typed == "CODE" else typed
    page = words(agent()[0].get(COUNTER, {"q": typed}))
    assert "DOSSOU Afi Rose" in page
    assert "ZINSOU" not in page


@pytest.mark.parametrize("typed", ["\x00", "%", "x" * 900, "(((", "²²²²²²²²"])
def test_a_strange_search_finds_nobody(typed):
    civil.to_pay()
    page = agent()[0].get(COUNTER, {"q": typed})
    assert page.status_code == 200


def test_a_whole_number_is_looked_up_as_it_is_stored():
    assert queue.matches("97 00 00 01").children[0] == ("contact__phone", "+2290197000001")
    assert "endswith" not in str(queue.matches("0197000001"))


def test_a_procedure_not_yet_in_force_is_not_offered():
    assert "acte-de-naissance" in source(agent()[0].get(COUNTER))
    assert ProcedureVersion.objects.applying(civil.LONG_AGO).count() == 2
    assert not ProcedureVersion.objects.applying(civil.LONG_AGO - timedelta(days=1)).exists()


def test_the_counter_asks_the_same_number_of_queries_however_many_drafts():
    client, by = agent()

    def begun(count: int) -> int:
        for _one in range(count):
            draft = civil.draft()
            Draft.objects.filter(pk=draft.pk).update(purpose="civil_acts.counter", owner_uuid=by.uuid)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(COUNTER).status_code == 200
        return len(asked)

    assert begun(1) == begun(4)


def test_another_arrondissement_s_request_is_not_found():
    item = civil.to_pay(arrondissement="7")
    client, _by = agent()
    assert "DOSSOU" not in words(client.get(COUNTER, {"q": item.tracking_code}))
    assert client.get(to("counter-request", item)).status_code == 404
    assert cash(client, item).status_code == 404


# -- cash ------------------------------------------------------------------------


def test_a_closed_drawer_takes_nothing_and_says_to_open_it():
    item = civil.to_pay()
    client, _by = agent()
    page = words(client.get(to("counter-request", item)))
    assert "Votre caisse est fermée" in page
    assert "Encaisser et imprimer" not in page
    answer = cash(client, item)
    assert answer.url == "/agents/caisse/"
    assert "Ouvrez d’abord votre caisse" in words(client.get(answer.url))
    assert not Payment.objects.exists()


def test_only_those_with_a_drawer_see_the_cash_button():
    item = civil.to_pay()
    page = words(people.working(Role.CLERK).get(to("counter-request", item)))
    assert "À encaisser : 500 F" in page
    assert "Votre caisse est fermée" not in page
    assert "La personne paie à une caisse de la Ville" in page
    assert cash(people.working(Role.CLERK), item).status_code == 403


def test_a_double_click_takes_the_money_once_and_shows_the_same_receipt(run_jobs):
    item = civil.to_pay()
    client, by = agent()
    civil.open_drawer(by.user)
    key = str(uuid.uuid4())
    first, second = cash(client, item, key), cash(client, item, key)
    run_jobs()
    third = cash(client, item, key)  # after the job has handed the request to the clerks
    assert first.url == second.url == third.url
    assert "cinq cents francs CFA" in words(client.get(first.url))
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)
    assert balance(AccountCode.CIVIL_ACT_FEES) == 500
    assert fresh(item).state == "SUBMITTED"


def test_a_second_desk_is_told_not_to_take_the_money(run_jobs):
    item = civil.to_pay()
    clients = []
    for _desk in range(2):
        client, by = agent()
        civil.open_drawer(by.user)
        clients.append(client)
    assert cash(clients[0], item).status_code == 302
    answer = cash(clients[1], item)
    assert answer.status_code == 422
    assert "vient d’être payé" in words(answer)
    run_jobs()
    answer = cash(clients[1], item)
    assert answer.status_code == 422
    assert "n’attend pas de paiement" in words(answer)
    assert "À encaisser" not in words(answer)
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_the_same_moment_take_the_money_once():
    item = civil.to_pay()
    desks = []
    for _desk in range(2):
        client, by = agent()
        civil.open_drawer(by.user)
        desks.append(client)
    answers = together(2, lambda n: cash(desks[n], item).status_code)
    assert sorted(answers) == [302, 422]
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)
    assert balance(AccountCode.CIVIL_ACT_FEES) == 500


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_locks_of_request_and_subject_takes_it_twice(monkeypatch):
    item, gate = civil.to_pay(), threading.Barrier(2)
    look = payments.unapplied

    def unhurried(purpose, subject):
        found = look(purpose, subject)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(payments, "unapplied", unhurried)
    monkeypatch.setattr(payments.subjects, "hold", lambda purpose, subject: None)
    cashiers = [civil.cashier() for _desk in range(2)]

    def take(number: int):
        session = desks.session_of(cashiers[number])
        return payments.take_cash(**paying._terms(item), session=session, by=cashiers[number])

    together(2, take)
    assert Payment.objects.count() == 2


def test_cash_without_its_key_is_refused_on_the_page():
    item = civil.to_pay()
    client, by = agent()
    civil.open_drawer(by.user)
    assert client.post(to("counter-cash", item), {}).status_code == 422
    assert not Payment.objects.exists()


# -- a piece brought in -------------------------------------------------------------


def asked(run_jobs, *, wants_file: bool = True) -> ActRequest:
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(
        public_id=item.public_id, by=clerk, message="La carte d’identité", wants_file=wants_file
    )
    return fresh(item)


def test_the_piece_brought_to_the_counter_starts_the_clock_again(run_jobs):
    item = asked(run_jobs)
    client, _by = agent()
    assert "La personne apporte la pièce demandée" in words(client.get(to("counter-request", item)))
    empty = client.post(to("counter-answer", item), {"text": "Vue par moi"})
    assert empty.status_code == 422
    assert "Joignez la pièce demandée" in words(empty)
    assert "Vue par moi" in words(empty)
    for _time in range(2):
        answer = client.post(
            to("counter-answer", item), {"text": "Vue par moi", "file": civil.photo("green")}
        )
        assert answer.url == to("counter-request", item)
    item = fresh(item)
    assert item.waiting_since is None
    assert item.complements.count() == 1


def test_a_bad_file_at_the_counter_is_refused_on_its_field(run_jobs):
    item = asked(run_jobs)
    file = civil.photo()
    file.seek(0)
    file.file.truncate(0)
    answer = agent()[0].post(to("counter-answer", item), {"text": "Vue", "file": file})
    assert answer.status_code == 422
    assert "Vue" in words(answer)
    assert fresh(item).waiting_since


# -- handing over -------------------------------------------------------------------


def test_every_print_is_counted_and_identity_comes_first(run_jobs):
    item = ready(run_jobs)
    client, by = agent()
    refused = client.post(to("hand-over", item), {})
    assert refused.status_code == 422
    assert "Vérifiez l’identité de la personne, puis cochez la case" in words(refused)
    assert not DocumentPrint.objects.exists()
    assert "1 exemplaire payé, aucun imprimé." in words(client.get(to("counter-request", item)))
    printed = client.post(to("hand-over", item), {"identity_seen": "on"})
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert "1 exemplaire payé, 1 imprimé." in words(client.get(to("counter-request", item)))
    assert DocumentPrint.objects.count() == 1
    assert fresh(item).state == "DELIVERED"
    assert set(DocumentPrint.objects.values_list("by_label", flat=True)) == {str(by.user)}


def test_more_prints_than_paid_copies_need_a_reason_that_is_kept(run_jobs):
    item = ready(run_jobs, copies=2)
    client, _by = agent()
    for _copy in range(2):
        assert client.post(to("hand-over", item), {"identity_seen": "on"}).status_code == 200
    refused = client.post(to("hand-over", item), {"identity_seen": "on"})
    assert refused.status_code == 422
    assert "Dites pourquoi vous imprimez encore" in words(refused)
    assert DocumentPrint.objects.count() == 2
    again = {"identity_seen": "on", "reason": "Bourrage de papier"}
    assert client.post(to("hand-over", item), again)["Content-Type"] == "application/pdf"
    assert "2 exemplaires payés, 3 imprimés." in words(client.get(to("counter-request", item)))
    events = Event.objects.filter(action="civil_acts.handed_over").order_by("pk")
    assert [event.data["reason"] for event in events] == ["", "", "Bourrage de papier"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_print_are_one_print_and_both_answers_are_the_document(run_jobs):
    item = ready(run_jobs, copies=2)
    client, by = agent()
    (key,) = re.findall(
        r'name="idempotency_key" value="([^"]+)"', source(client.get(to("counter-request", item)))
    )
    form = {"identity_seen": "on", "idempotency_key": key}

    def click(_number):
        return browser(by).post(to("hand-over", item), form)

    answers = together(2, click)
    assert [answer["Content-Type"] for answer in answers] == ["application/pdf"] * 2
    assert DocumentPrint.objects.count() == 1
    assert Event.objects.filter(action="civil_acts.handed_over").count() == 1


def test_twin_without_the_key_two_clicks_are_two_prints(run_jobs):
    item = ready(run_jobs, copies=2)
    client, _by = agent()
    for _click in range(2):
        client.post(to("hand-over", item), {"identity_seen": "on", "idempotency_key": ""})
    assert DocumentPrint.objects.count() == 2


def test_the_form_of_one_agent_prints_nothing_for_another(run_jobs):
    item = ready(run_jobs)
    form = {"identity_seen": "on", "idempotency_key": "form-1"}
    assert agent()[0].post(to("hand-over", item), form)["Content-Type"] == "application/pdf"
    other = agent()[0].post(to("hand-over", item), form)
    assert (other.status_code, "a déjà servi" in words(other)) == (422, True)


def test_the_form_that_printed_a_document_prints_it_no_more_once_it_is_cancelled(run_jobs):
    item = ready(run_jobs)
    client, _by = agent()
    form = {"identity_seen": "on", "idempotency_key": "form-1"}
    assert client.post(to("hand-over", item), form).status_code == 200
    revoke(document=item.document, reason="Acte annulé", by=civil.staff(Role.OFFICER))
    again = client.post(to("hand-over", item), form)
    assert (again.status_code, "Ne l’imprimez pas" in words(again)) == (422, True)


def test_what_is_not_ready_or_no_longer_valid_is_not_printed(run_jobs):
    client, _by = agent()
    waiting = civil.submitted(run_jobs)
    answer = client.post(to("hand-over", waiting), {"identity_seen": "on"})
    assert (answer.status_code, "pas encore prêt" in words(answer)) == (422, True)
    item = ready(run_jobs)
    revoke(document=item.document, reason="Acte annulé", by=civil.staff(Role.OFFICER))
    answer = client.post(to("hand-over", item), {"identity_seen": "on"})
    assert answer.status_code == 422
    assert "Ne l’imprimez pas" in words(answer)
    assert not DocumentPrint.objects.exists()


# -- typing for somebody --------------------------------------------------------------


def test_a_request_is_begun_once_for_somebody_and_left_to_be_finished():
    client, _by = agent()
    first = client.post(f"{COUNTER}nouvelle/acte-de-naissance/")
    assert client.post(f"{COUNTER}nouvelle/acte-de-naissance/").url == first.url
    assert client.get(first.url).status_code == 200
    assert "Saisies à terminer" in words(client.get(COUNTER))
    other, _by = agent()
    assert "Saisies à terminer" not in words(other.get(COUNTER))
    assert other.get(first.url).status_code == 404
    assert client.post(f"{COUNTER}nouvelle/mariage/").status_code == 404


def test_the_counter_page_has_no_inline_code(run_jobs):
    page = source(agent()[0].get(to("counter-request", ready(run_jobs))))
    assert "style=" not in page
    assert "onclick" not in page
