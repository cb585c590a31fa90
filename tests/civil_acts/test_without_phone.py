"""Somebody at the counter who has no phone is served like the others, and keeps the printed receipt."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from civil_acts.models import ActRequest
from civil_acts.services import signing
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.formbuilder.models import Draft
from cotonou.notifications.models import Message
from cotonou.payments.models import Receipt
from tests.civil_acts.pages import browser, fresh, source, to, words
from tests.support import civil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
PERSON = {"applicant_surname": "Houssou", "applicant_given_names": "Sika"}
PAGES = {
    "contact": PERSON | {"no_phone": "yes"},
    "document": {"variant": "extrait", "copies": "1"},
    "lien": {"relation": "HOLDER"},
    "personne": {"subject_surname": "Houssou", "subject_given_names": "Sika", "birth_date_year": "1984"},
    "registre": {"arrondissement": "5"},
    "parents": {},
}


@pytest.fixture
def agent():
    by = civil.cashier()
    return browser(by), by


def begun(client) -> str:
    return client.post("/agents/guichet/nouvelle/acte-de-naissance/").url


def typed(client) -> ActRequest:
    """The whole form, for somebody without a phone."""
    first = begun(client)
    base = first.removesuffix("contact/")
    for page, answers in PAGES.items():
        assert client.post(f"{base}{page}/", answers).status_code == 302, page
    assert client.post(f"{base}piece.identity/", {"identity": civil.photo()}).status_code == 302
    sent = client.post(f"{base}verifier/")
    return ActRequest.objects.get(public_id=sent.url.split("/")[-2])


def paid(client, item: ActRequest, run_jobs) -> Receipt:
    page = source(client.get(to("counter-request", item)))
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)[1]
    assert client.post(to("counter-cash", item), {"idempotency_key": key}).status_code == 302
    run_jobs()
    return Receipt.objects.get(payment__subject_uuid=item.public_id)


def test_a_phone_is_asked_for_or_its_absence_ticked(agent):
    client, _by = agent
    first = begun(client)
    refused = client.post(first, PERSON)
    assert refused.status_code == 422
    assert "Saisissez le numéro de téléphone, ou cochez « Pas de téléphone »." in words(refused)
    assert client.post(first, PERSON | {"no_phone": "yes"}).status_code == 302
    contact = Draft.objects.get().contact
    assert (contact.name, str(contact.phone), contact.in_person) == ("Houssou Sika", "", True)


def test_a_phone_that_is_given_after_all_counts(agent):
    client, _by = agent
    first = begun(client)
    client.post(first, PERSON | {"no_phone": "yes"})
    client.post(first, PERSON | {"no_phone": "yes", "phone": "97000077"})
    draft = Draft.objects.get()
    assert (str(draft.contact.phone), draft.contact.in_person) == ("+2290197000077", False)
    assert "no_phone" not in draft.answers


def test_online_a_phone_stays_required():
    client = Client()
    first = client.post("/demarches/acte-de-naissance/demande/").url
    page = source(client.get(first))
    assert "no_phone" not in page
    assert client.post(first, PERSON | {"no_phone": "yes"}).status_code == 422


def test_nobody_is_without_phone_and_e_mail_unless_it_was_said():
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(name="Houssou Sika")
    Contact.objects.create(name="Houssou Sika", in_person=True)


def test_from_the_counter_to_the_paper_without_a_phone(agent, run_jobs):
    client, _by = agent
    item = typed(client)
    page = words(client.get(to("counter-request", item)))
    assert "sans téléphone" in page
    assert "Remettez le reçu imprimé à la personne" in page
    receipt = paid(client, item, run_jobs)
    assert fresh(item).state == "SUBMITTED"
    paper = words(Client().get(f"/recu/{receipt.code}/"))
    assert "Sans téléphone : gardez ce reçu" in paper
    assert codes.pretty(item.tracking_code) in paper
    assert not Message.objects.exists()
    clerk = words(browser(civil.staff(Role.CLERK)).get(to("request", item)))
    assert "Ni téléphone ni courriel" in clerk


def follow(item: ActRequest, **given: str):
    return Client().post("/suivi/", {"code": item.tracking_code} | given)


def test_the_receipt_follows_the_request_where_there_is_no_phone(agent, run_jobs):
    client, _by = agent
    item = typed(client)
    receipt = paid(client, item, run_jobs)
    opened = Client()
    shown = opened.post(
        "/suivi/", {"code": item.tracking_code, "receipt": codes.pretty(receipt.code).lower()}
    )
    assert shown.status_code == 302
    assert "HOUSSOU Sika" in words(opened.get(shown.url))
    for given in ({}, {"receipt": codes.new_code(12)}, {"phone": "97000001"}, {"receipt": "pas un code"}):
        assert follow(item, **given).status_code == 422, given


def test_the_receipt_opens_nothing_where_a_phone_was_given(run_jobs):
    item = civil.submitted(run_jobs)
    receipt = Receipt.objects.get()
    assert follow(item, receipt=receipt.code).status_code == 422
    assert follow(item, phone="97000001").status_code == 302


def test_before_it_is_paid_no_code_at_all_follows_it(agent):
    item = typed(agent[0])
    for receipt in ("", codes.new_code(12)):
        assert follow(item, receipt=receipt).status_code == 422


def test_without_phone_and_e_mail_the_document_is_handed_over_at_the_counter_only(agent, run_jobs):
    client, _by = agent
    item = typed(client)
    receipt = paid(client, item, run_jobs)
    civil.birth_act(surname="HOUSSOU", given_names="Sika")
    clerk = civil.staff(Role.CLERK)
    civil.prepare(item, clerk)
    signing.sign_one(public_id=item.public_id, by=civil.staff(Role.OFFICER))
    run_jobs()
    assert fresh(item).state == "READY"
    opened = Client()
    page = words(
        opened.get(opened.post("/suivi/", {"code": item.tracking_code, "receipt": receipt.code}).url)
    )
    assert "Retirez le document au guichet, avec votre reçu et une pièce d’identité." in page
    assert "Télécharger" not in page
    assert opened.get(to("document", item)).status_code == 302
    printed = client.post(to("hand-over", item), {"identity_seen": "on"})
    assert printed["Content-Type"] == "application/pdf"


# -- the words of the counter -----------------------------------------------------


def test_the_counter_is_asked_in_the_words_of_the_office(agent):
    client, _by = agent
    first = begun(client)
    base = first.removesuffix("contact/")
    for page, answers in PAGES.items():
        shown = client.get(f"{base}{page}/")
        body = words(shown).partition("page ")[2]
        assert not re.search(r"\b([Vv]ous|[Vv]otre|[Vv]os)\b", body), (page, body)
        assert not re.search(r'autocomplete="(?!off)[^"]+"', source(shown)), page
        client.post(f"{base}{page}/", answers)
    piece = words(client.get(f"{base}piece.identity/"))
    assert "La pièce d’identité du demandeur" in piece
    assert "Espace des agents" in piece


def test_leaving_a_form_at_the_counter_leads_back_to_the_counter(agent):
    client, _by = agent
    first = begun(client)
    left = client.post(first, PERSON | {"no_phone": "yes", "_action": "leave"}, follow=True)
    assert left.redirect_chain[-1][0] == "/agents/guichet/"
    assert "Saisie gardée." in words(left)
    assert "Houssou Sika" in words(left)
