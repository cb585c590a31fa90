"""What /suivi/ says when it is over or elsewhere: the reason, the money, the place, whose turn it is."""

import pytest
from django.urls import reverse
from django.utils import timezone

from civil_acts import tracking
from civil_acts.models import ActRequest
from civil_acts.services import intake, paying, relay, treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Role
from cotonou.notifications.models import Message
from cotonou.payments import desks, refunds
from cotonou.payments.models import Payment
from tests.civil_acts.pages import checked, claimed, fresh, holder, ready, source, to, words
from tests.support import civil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
RESIDENCE = "certificat-de-residence"


def refused(run_jobs) -> ActRequest:
    item, clerk = claimed(run_jobs)
    treatment.reject(
        public_id=item.public_id, by=clerk, reason="WRONG_TOWN", text="Adressez-vous à la mairie de Calavi."
    )
    return fresh(item)


def proposed(item: ActRequest) -> refunds.Refund:
    by = civil.staff(Role.REGISSEUR, number=None)
    return refunds.propose(payment=Payment.objects.get(), amount_xof=item.fee_xof, reason="Refusée", by=by)


def granted(item: ActRequest, *, approve: bool = True) -> refunds.Refund:
    by = civil.staff(Role.REGISSEUR, number=None)
    return refunds.decide(refund=proposed(item), approve=approve, by=by, note="Décision")


def said(item: ActRequest) -> str:
    return words(holder(item).get(to("tracking", item)))


# -- money -------------------------------------------------------------------------


def test_a_refused_request_says_that_no_refund_is_planned_and_where_to_ask(run_jobs):
    page = said(refused(run_jobs))
    assert "Vous avez payé 500 F. Aucun remboursement n’est prévu pour le moment." in page
    assert "avec votre reçu au guichet : Bureau du 5e arrondissement" in page


def test_a_proposed_refund_is_not_called_granted(run_jobs):
    item = refused(run_jobs)
    proposed(item)
    page = said(item)
    assert "Un remboursement de 500 F est proposé" in page
    assert "est accordé" not in page


def test_a_granted_refund_says_where_the_money_is(run_jobs):
    item = refused(run_jobs)
    granted(item)
    assert "Le remboursement de 500 F est accordé : retirez-le à la caisse" in said(item)


def test_a_refund_that_was_paid_says_when_and_one_refused_says_so(run_jobs):
    item = refused(run_jobs)
    refund, by = granted(item), civil.cashier()
    session = desks.session_of(by)
    paying.pay_cash(request=civil.to_pay(phone="+2290197000078"), session=session, by=by)
    refunds.pay_in_cash(refund=refund, session=session, by=by)
    assert f"500 F vous ont été rendus le {tracking.day(timezone.now())}" in said(item)


def test_a_refund_that_was_refused_says_where_to_ask_why(run_jobs):
    item = refused(run_jobs)
    granted(item, approve=False)
    assert "Le remboursement de 500 F n’a pas été accordé" in said(item)


def test_a_cancelled_request_says_what_becomes_of_the_money_before_and_after(run_jobs):
    item = civil.submitted(run_jobs)
    client = holder(item)
    assert "L’annulation ne rend pas l’argent d’elle-même" in words(client.get(to("withdraw", item)))
    intake.withdraw(public_id=item.public_id, by=civil.guest(item.contact))
    assert "Aucun remboursement n’est prévu" in said(fresh(item))


def test_nothing_is_said_of_money_that_was_never_paid(run_jobs):
    item = civil.to_pay()
    intake.withdraw(public_id=item.public_id, by=civil.guest(item.contact))
    assert "L’argent payé" not in said(fresh(item))
    assert "L’argent payé" not in said(civil.submitted(run_jobs, phone="+2290197000071"))


def test_the_reason_and_what_the_agent_adds_are_read_apart(run_jobs):
    page = said(refused(run_jobs))
    assert "Raison L’acte est tenu par une autre commune" in page
    assert "Explication de l’agent Adressez-vous à la mairie de Calavi." in page


# -- the ANIP ----------------------------------------------------------------------


def answered(run_jobs) -> ActRequest:
    item, _clerk = checked(run_jobs, RESIDENCE, email="koffi@example.org")
    by = civil.staff(Role.RELAY_AGENT)
    relay.create_batch(by=by, public_ids=[item.public_id])
    today = timezone.localdate()
    line = relay.Answer(2, item.tracking_code, "UCIP-2026-1", today, True, "")
    assert relay.apply_answers(answers=[line], by=by).applied == 1
    return fresh(item)


def test_a_certificate_of_the_anip_is_collected_where_the_anip_is(run_jobs, settings):
    settings.UCIP_ADDRESS, settings.UCIP_HOURS = "Mairie, porte 12", "8 h à 12 h"
    page = said(answered(run_jobs))
    assert "Où retirer le certificat Unité de l’ANIP (UCIP) Mairie, porte 12 8 h à 12 h" in page
    assert "Bureau qui a envoyé le dossier" in page
    told = Message.objects.get(template="civil_acts.relay_answered", channel="EMAIL")
    assert "Mairie, porte 12, 8 h à 12 h" in told.body


def test_a_place_that_nobody_confirmed_is_said_to_be_so(run_jobs):
    page = said(answered(run_jobs))
    assert (
        "Où retirer le certificat Unité de l’ANIP (UCIP) adresse et horaires à confirmer par la Mairie"
        in page
    )


def test_the_page_says_since_when_the_anip_has_the_file_and_before_that_it_waits(run_jobs):
    item, _clerk = checked(run_jobs, RESIDENCE)
    today = tracking.day(timezone.now())
    page = said(item)
    assert "Dossier vérifié, à transmettre à l’ANIP" in page
    assert f"Un agent l’a vérifié le {today}" in page
    relay.create_batch(by=civil.staff(Role.RELAY_AGENT), public_ids=[item.public_id])
    assert f"Chez l’ANIP depuis le {today}" in said(fresh(item))


# -- words -------------------------------------------------------------------------


def test_giving_up_is_not_called_like_collecting(run_jobs):
    for item in (civil.submitted(run_jobs), ready(run_jobs, phone="+2290197000072")):
        assert "Retirer cette demande" not in said(item)
    assert "retirez-le au guichet" in said(item)


def test_what_is_to_be_signed_is_the_document(run_jobs):
    item = civil.prepared(run_jobs)
    assert "Un officier d’état civil doit encore signer le document." in said(item)


def test_an_act_that_is_looked_for_is_not_called_that_of_whoever_asks(run_jobs):
    item, _clerk = claimed(run_jobs, relation="SPOUSE")
    item.prepared_at, item.document_kind = timezone.now(), "civil_acts.non_registration"
    item.state = RequestState.READY
    story = tracking.story(item)
    assert "Téléchargez ce certificat ici" in story.next_words
    assert "votre acte" not in f"{story.headline} {story.next_words}"


# -- paying ------------------------------------------------------------------------


def test_the_only_way_to_pay_is_already_chosen():
    item = civil.to_pay()
    page = source(holder(item).get(to("pay", item)))
    assert 'value="fake" checked' in page


def test_whoever_comes_back_from_the_operator_is_not_told_to_go_there_again():
    item = civil.to_pay()
    client = holder(item)
    client.post(to("pay", item), {"provider": "fake", "idempotency_key": "k"})
    address = reverse("payments:status", args=[Payment.objects.get().public_id])
    assert "Validez la demande sur votre téléphone" in words(client.get(address))
    back = words(client.get(f"{address}?retour=1"))
    assert "Validez la demande" not in back
    assert "Cette page change dès qu’elle arrive" in back
