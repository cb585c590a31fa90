"""What a citizen does with a code and a phone: begin, pay, follow, answer, withdraw, download."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from civil_acts import durations, home, tracking
from civil_acts.models import ActRequest
from civil_acts.services import paying, treatment
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.documents import services as documents
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.jobs.models import Job
from cotonou.jobs.services import enqueue
from cotonou.ledger.models import Entry
from cotonou.notifications.models import Message
from cotonou.payments import desks, settlement
from cotonou.payments import services as payments
from cotonou.payments.models import Payment
from cotonou.payments.providers import fake
from tests.civil_acts.pages import claimed, fresh, holder, last_code, ready, source, to, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
START = "/demarches/acte-de-naissance/demande/"


def pay_form(**changes) -> dict:
    return {"provider": "fake", "idempotency_key": str(uuid.uuid4())} | changes


def asked(run_jobs, *, wants_file: bool = False) -> ActRequest:
    item, clerk = claimed(run_jobs)
    message = "Une photo plus nette de la carte"
    treatment.ask_complement(public_id=item.public_id, by=clerk, message=message, wants_file=wants_file)
    return fresh(item)


# -- begin ---------------------------------------------------------------------


def test_before_beginning_the_citizen_reads_who_issues_it_what_it_costs_and_how_long(client):
    page = words(client.get(START))
    for text in (
        "Qui délivre",
        "Droit de délivrance",
        "500 F",
        "3 jours ouvrés",
        "à confirmer par la Mairie",
    ):
        assert text in page


def test_a_procedure_that_nobody_published_cannot_be_begun(client):
    assert client.get("/demarches/mariage/demande/").status_code == 404
    assert client.post("/demarches/mariage/demande/").status_code == 404


def test_a_second_click_on_begin_finds_the_same_draft(client):
    first, second = client.post(START), client.post(START)
    assert first.status_code == 302
    assert second.url == first.url


def test_a_complete_draft_confirmed_twice_is_one_request_to_pay(client):
    draft = civil.draft()
    people.prove(client, draft.contact)
    address = reverse("civil_acts:page", args=["acte-de-naissance", draft.public_id, "verifier"])
    first, second = client.post(address), client.post(address)
    item = ActRequest.objects.get()
    assert first.url == second.url == to("pay", item)
    assert words(client.get(first.url)).count("Payer 500 F")


def test_a_stranger_reads_on_the_check_page_why_and_what_to_do(client):
    draft = civil.draft(relation="OTHER")
    people.prove(client, draft.contact)
    address = reverse("civil_acts:page", args=["acte-de-naissance", draft.public_id, "verifier"])
    answer = client.post(address)
    assert answer.status_code in (403, 422)
    assert "ne peut pas être remis" in words(answer)
    assert "Demandez à la personne nommée dans l’acte" in words(answer)
    assert not ActRequest.objects.exists()


# -- pay -----------------------------------------------------------------------


def test_paying_goes_to_the_operator_and_a_double_click_starts_one_payment():
    item = civil.to_pay()
    client, form = holder(item), pay_form()
    first, second = client.post(to("pay", item), form), client.post(to("pay", item), form)
    payment = Payment.objects.get()
    assert first.url == second.url == payment.next_url


def test_paying_without_choosing_how_says_so():
    item = civil.to_pay()
    answer = holder(item).post(to("pay", item), {"idempotency_key": "x"})
    assert answer.status_code == 422
    assert "Choisissez un moyen de paiement" in words(answer)
    assert not Payment.objects.exists()


def test_without_an_operator_the_page_says_where_to_pay_and_keeps_the_request(settings, run_jobs):
    item = civil.to_pay()
    Office.objects.filter(pk=item.office_id).update(address="Rue 12", opening_hours="8 h à 15 h")
    client = holder(item)
    old_page = source(client.get(to("pay", item)))
    settings.PAYMENT_PROVIDERS = []
    answer = client.get(to("pay", item))
    said = words(answer)
    until = tracking.day(item.created_at + timedelta(days=durations.UNPAID_DAYS))
    for text in ("500 F", item.office.name, "Rue 12", "8 h à 15 h", codes.pretty(item.tracking_code), until):
        assert text in said
    assert 'name="provider"' in old_page
    assert 'name="provider"' not in source(answer)
    assert "<button" not in source(answer).split("<main")[1]
    assert "Voir où payer" in words(client.get(to("tracking", item)))
    late = client.post(to("pay", item), pay_form())  # from a page opened before
    assert late.status_code == 422
    assert item.office.name in words(late)
    assert not Payment.objects.exists()
    by = civil.cashier()
    paying.pay_cash(request=fresh(item), session=desks.session_of(by), by=by)
    run_jobs()
    assert fresh(item).state == "SUBMITTED"
    assert "mobile money" not in words(client.get("/demarches/acte-de-naissance/"))
    assert "mobile money" not in words(client.get("/"))


def test_a_paid_but_unconfirmed_request_says_payment_pending_and_offers_no_second_payment(run_jobs):
    item = civil.to_pay()
    client = holder(item)
    client.post(to("pay", item), pay_form())
    page = client.get(to("tracking", item))
    assert "Paiement en attente" in words(page)
    assert "Ne payez pas une deuxième fois" in words(page)
    assert "Payer maintenant" not in words(page)
    assert 'http-equiv="refresh"' in source(page)
    payment = Payment.objects.get()
    assert client.get(to("pay", item)).url == reverse("payments:status", args=[payment.public_id])


def test_a_refused_payment_can_be_tried_again(run_jobs):
    item = civil.to_pay()
    client = holder(item)
    client.post(to("pay", item), pay_form())
    fake.decide(reference=Payment.objects.get().reference, answer=fake.FakeTransaction.State.REFUSED)
    run_jobs()
    page = words(client.get(to("tracking", item)))
    assert "Payer maintenant" in page
    assert "paiement qui n’a pas abouti" in page


def test_the_pay_page_of_a_paid_request_leads_to_its_state(run_jobs):
    item = civil.submitted(run_jobs)
    assert holder(item).get(to("pay", item)).url == to("tracking", item)


# -- follow --------------------------------------------------------------------


def test_the_page_keeps_code_office_and_receipt(run_jobs):
    item = civil.submitted(run_jobs)
    page = words(holder(item).get(to("tracking", item)))
    for text in ("Reçue par la Mairie", "Paiement reçu", "5e arrondissement", "reçu à imprimer"):
        assert text.lower() in page.lower(), text


def test_a_due_date_is_promised_only_while_it_can_be_kept(run_jobs, time_machine):
    item = civil.submitted(run_jobs)
    assert "Réponse prévue au plus tard le" in words(holder(item).get(to("tracking", item)))
    time_machine.move_to(timezone.now() + timedelta(days=20))
    late = words(holder(item).get(to("tracking", item)))
    assert "au plus tard" not in late
    assert "Nous avons pris du retard" in late


def test_no_date_is_promised_where_the_city_has_fixed_no_delay(run_jobs):
    item = civil.submitted(run_jobs)
    item.procedure_version.delay_working_days = None
    assert tracking.story(item).next_words == "Un agent va l’examiner."


def test_a_refusal_shows_its_reason_and_what_to_do(run_jobs):
    item, clerk = claimed(run_jobs)
    treatment.reject(
        public_id=item.public_id, by=clerk, reason="WRONG_TOWN", text="Adressez-vous à la mairie de Calavi."
    )
    page = words(holder(item).get(to("tracking", item)))
    for text in ("Demande refusée", "L’acte est tenu par une autre commune", "mairie de Calavi"):
        assert text in page


def test_the_citizens_home_speaks_the_words_of_the_citizen(run_jobs):
    item = civil.submitted(run_jobs)
    (card,) = home.citizen_cards(civil.guest(item.contact))
    assert "Reçue par la Mairie" in card.text
    assert card.url == to("tracking", item)


def test_an_unknown_code_and_somebody_elses_get_the_same_answer(run_jobs):
    item, other = civil.to_pay(), civil.to_pay(phone="+2290197000009")
    client = holder(other)
    answers = {}
    for code in (item.tracking_code, "0000000000"):
        for name in ("tracking", "pay", "withdraw", "document"):
            answer = client.get(reverse(f"civil_acts:{name}", args=[code]))
            answers.setdefault(name, set()).add((answer.status_code, answer.url.replace(code, "CODE")))
        answer = client.post(reverse("civil_acts:answer", args=[code]))
        answers.setdefault("answer", set()).add((answer.status_code, answer.url.replace(code, "CODE")))
    assert all(found == {(302, "/suivi/?code=CODE")} for found in answers.values()), answers


@pytest.mark.parametrize("code", ["rien", "ABCDE-12345", "%0A", "1%00", "é" * 40])
def test_a_code_that_cannot_be_one_is_missing(client, code):
    assert client.get(f"/suivi/{code}/").status_code == 404


def test_a_code_is_read_as_people_write_it():
    item = civil.to_pay()
    typed = f"{item.tracking_code[:5]}-{item.tracking_code[5:]}".lower()
    assert holder(item).get(f"/suivi/{typed}/").status_code == 200
    assert Client().get(f"/suivi/{typed}%0A/").url == f"/suivi/?code={item.tracking_code}"


# -- answer --------------------------------------------------------------------


def test_an_answer_starts_the_clock_again_and_a_second_one_changes_nothing(run_jobs):
    item = asked(run_jobs)
    client = holder(item)
    assert "Une photo plus nette de la carte" in words(client.get(to("tracking", item)))
    for _time in range(2):
        answer = client.post(to("answer", item), {"text": "La voici"})
        assert answer.url == to("tracking", item)
    item = fresh(item)
    assert item.waiting_since is None
    assert [c.answer_text for c in item.complements.all()] == ["La voici"]


def test_an_answer_without_its_file_keeps_what_was_written(run_jobs):
    item = asked(run_jobs, wants_file=True)
    answer = holder(item).post(to("answer", item), {"text": "Je l’ajoute demain"})
    assert answer.status_code == 422
    assert "Joignez la pièce demandée" in words(answer)
    assert "Je l’ajoute demain" in words(answer)
    assert fresh(item).waiting_since


def test_an_answer_with_its_file_puts_it_among_the_pieces(run_jobs):
    item = asked(run_jobs, wants_file=True)
    before = Upload.objects.of_subject(item.public_id).count()
    holder(item).post(to("answer", item), {"text": "", "file": civil.photo("green")})
    assert Upload.objects.of_subject(item.public_id).count() == before + 1
    assert fresh(item).complements.get().upload_uuid


def test_what_was_asked_is_no_longer_asked_once_the_request_is_over(run_jobs):
    item = asked(run_jobs)
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    treatment.reject(public_id=item.public_id, by=clerk, reason="PIECES", text="La pièce n’est pas venue.")
    client = holder(item)
    assert "La Mairie vous demande" not in words(client.get(to("tracking", item)))
    assert client.post(to("answer", item), {"text": "Trop tard"}).url == to("tracking", item)
    treatment.reopen(public_id=item.public_id, by=clerk, reason="Pièce apportée")
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="Encore une", wants_file=False)
    assert fresh(item).complements.count() == 2


# -- withdraw ------------------------------------------------------------------


def test_a_request_is_withdrawn_once_however_often_the_button_is_pressed(run_jobs):
    item = asked(run_jobs)
    client = holder(item)
    assert "Annuler cette demande" in words(client.get(to("tracking", item)))
    assert "demandez le remboursement au guichet" in words(client.get(to("withdraw", item)))
    for _time in range(2):
        assert client.post(to("withdraw", item)).url == to("tracking", item)
    item = fresh(item)
    assert (item.state, item.waiting_since) == ("WITHDRAWN", None)
    assert "Demande annulée" in words(client.get(to("tracking", item)))


def test_a_signed_request_cannot_be_withdrawn_and_the_page_says_so(run_jobs):
    item = ready(run_jobs)
    client = holder(item)
    assert "Annuler cette demande" not in words(client.get(to("tracking", item)))
    for ask in (client.get, client.post):
        answer = words(ask(to("withdraw", item), follow=True))
        assert "ne peut plus être annulée" in answer or "n’est plus possible" in answer
        assert fresh(item).state == "READY"


# -- download ------------------------------------------------------------------


def send_code(client, item, run_jobs) -> str:
    client.post(to("document", item))
    run_jobs()
    return last_code()


def test_the_document_opens_with_the_code_received_by_sms_and_only_once(run_jobs):
    item = ready(run_jobs)
    client = holder(item)
    code = send_code(client, item, run_jobs)
    opened = client.post(to("document", item), {"code": code})
    assert opened["Content-Type"] == "application/pdf"
    assert "no-store" in opened["Cache-Control"]
    assert opened.content.startswith(b"%PDF")
    assert fresh(item).state == "DELIVERED"
    replayed = client.post(to("document", item), {"code": code})
    assert replayed.status_code == 422
    assert "n’est plus valable" in words(replayed)


def test_code_and_phone_alone_do_not_open_the_document(run_jobs):
    item = ready(run_jobs)
    answer = holder(item).get(to("document", item))
    assert answer["Content-Type"].startswith("text/html")
    assert "•• •• •• 00 01" in words(answer)
    assert "0197000001" not in words(answer).replace(" ", "")


def test_five_wrong_codes_spend_the_right_one_too(run_jobs):
    item = ready(run_jobs)
    client = holder(item)
    code = send_code(client, item, run_jobs)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _time in range(5):
        assert client.post(to("document", item), {"code": wrong}).status_code == 422
    assert client.post(to("document", item), {"code": code}).status_code == 422
    assert fresh(item).state == "READY"


def test_the_code_of_another_request_of_the_same_phone_opens_nothing(run_jobs):
    item, other = ready(run_jobs), ready(run_jobs)
    client = people.prove(holder(item), other.contact)
    code = send_code(client, other, run_jobs)
    assert client.post(to("document", item), {"code": code}).status_code == 422
    assert client.post(to("document", other), {"code": code})["Content-Type"] == "application/pdf"


def test_too_many_codes_asked_for_says_how_long_to_wait(run_jobs):
    item = ready(run_jobs)
    client = holder(item)
    answers = [client.post(to("document", item)) for _time in range(6)]
    assert answers[-1].status_code == 429
    assert "Attendez" in words(answers[-1])


def test_a_code_that_is_not_six_digits_says_so_without_spending_an_attempt(run_jobs):
    item = ready(run_jobs)
    client = holder(item)
    code = send_code(client, item, run_jobs)
    for typed in ("", "12", "abcdef", "1" * 500):
        answer = client.post(to("document", item), {"code": typed})
        assert answer.status_code == 422
        assert "6 chiffres" in words(answer)
    assert client.post(to("document", item), {"code": code})["Content-Type"] == "application/pdf"


def test_without_a_phone_the_code_goes_to_the_mailbox_and_the_page_says_so(run_jobs):
    item = ready(run_jobs)
    type(item.contact).objects.filter(pk=item.contact_id).update(phone="")
    client = holder(item)
    client.post(to("document", item))
    page = words(client.get(to("document", item)))
    assert "a•••@example.org" in page
    assert "Code reçu par courriel" in page
    assert Message.objects.filter(template="codes.code", channel="EMAIL").exists()


def test_a_document_that_is_not_ready_has_no_page(run_jobs):
    item = civil.submitted(run_jobs)
    client = holder(item)
    assert client.get(to("document", item)).url == to("tracking", item)
    assert client.post(to("document", item)).url == to("tracking", item)
    assert not Message.objects.filter(template="codes.code").exists()


def test_a_revoked_document_is_no_longer_given_out(run_jobs):
    item = ready(run_jobs)
    officer = civil.staff(Role.OFFICER)
    documents.revoke(
        document=IssuedDocument.objects.get(pk=item.document_id), reason="Acte annulé", by=officer
    )
    client = holder(item)
    page = words(client.get(to("tracking", item)))
    assert "Ce document n’est plus valable" in page
    assert "Télécharger le document" not in page
    assert client.post(to("document", item)).url == to("tracking", item)


# -- money that never came by webhook --------------------------------------------


def now_due() -> None:
    """The jobs that wait for a later hour become due."""
    Job.objects.unfinished().update(due_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_with_every_webhook_lost_the_sweep_alone_hands_the_request_to_the_clerks(run_jobs):
    fake.FakeOperator.objects.update_or_create(pk=1, defaults={"webhook_copies": 0})
    item = civil.to_pay()
    client = holder(item)
    client.post(to("pay", item), pay_form())
    payment = Payment.objects.get()
    fake.decide(reference=payment.reference, answer=fake.FakeTransaction.State.ACCEPTED)
    run_jobs()
    assert fresh(item).state == "TO_PAY"
    assert "Paiement en attente" in words(client.get(to("tracking", item)))
    with travel(timezone.now() + timedelta(minutes=2)):
        assert settlement.sweep() == 1
    assert "Paiement reçu" in words(client.get(to("tracking", item)))  # until the job has run
    now_due()
    run_jobs()
    assert fresh(item).state == "SUBMITTED"
    assert "Reçue par la Mairie" in words(client.get(to("tracking", item)))
    assert Entry.objects.filter(source_uuid=payment.public_id).count() == 1
    assert Message.objects.filter(template="civil_acts.submitted", channel="SMS").count() == 1


@pytest.mark.django_db(transaction=True)
def test_money_that_comes_after_the_request_expired_is_shown_to_staff_as_paid_not_applied(run_jobs):
    fake.FakeOperator.objects.update_or_create(pk=1, defaults={"webhook_copies": 0})
    item = civil.to_pay()
    holder(item).post(to("pay", item), pay_form())
    payment = Payment.objects.get()
    payments.cancel(payment=payment, by=civil.guest(item.contact))
    ActRequest.objects.update(created_at=timezone.now() - timedelta(days=8))
    enqueue("civil_acts.expire_unpaid", key="once")
    run_jobs()
    assert fresh(item).state == "EXPIRED"

    fake.decide(reference=payment.reference, answer=fake.FakeTransaction.State.ACCEPTED)
    with travel(timezone.now() + timedelta(minutes=10)):
        settlement.sweep()
    for _try in range(8):
        now_due()
        run_jobs()
    assert fresh(item).state == "EXPIRED"
    page = words(people.working(Role.REGISSEUR).get(reverse("payments:unapplied")))
    assert "Payé, mais la demande n’attend plus de paiement" in page
    assert re.search(r"500 F", page)
    assert "Si vous avez payé, allez au guichet" in words(holder(item).get(to("tracking", item)))


@pytest.mark.django_db(transaction=True)
def test_a_request_is_not_given_up_while_its_payment_is_on_its_way(run_jobs):
    fake.FakeOperator.objects.update_or_create(pk=1, defaults={"is_down": True})
    item = civil.to_pay()
    holder(item).post(to("pay", item), pay_form())
    assert Payment.objects.get().state == "STARTED"
    ActRequest.objects.update(created_at=timezone.now() - timedelta(days=8))
    enqueue("civil_acts.expire_unpaid", key="once")
    run_jobs()
    assert fresh(item).state == "TO_PAY"
