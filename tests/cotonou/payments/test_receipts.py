"""A receipt is known wherever its code is typed, says each thing once, and is nobody's way to guess codes."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.documents import lookups
from cotonou.documents.models import LookupFailure
from cotonou.payments import desks, receipts, services
from tests.cotonou.payments import people
from tests.cotonou.payments.test_pages import as_staff, settled, text

db = pytest.mark.django_db(transaction=True)


@db
def test_the_code_of_a_receipt_typed_on_the_verification_page_shows_the_receipt():
    receipt = settled().receipt
    typed = Client().get("/v", {"code": codes.pretty(receipt.code).lower()}, follow=True)
    assert typed.redirect_chain[-1][0] == f"/recu/{receipt.code}/"
    assert "Reçu authentique" in text(typed)
    assert receipt.full_number in text(typed)
    assert not LookupFailure.objects.exists()


@db
def test_a_receipt_of_a_demonstration_says_that_it_is_worth_nothing(settings):
    address = f"/recu/{settled().receipt.code}/"
    page = text(Client().get(address))
    assert "DÉMONSTRATION – SANS VALEUR" in page
    assert "Démonstration, sans valeur" in page
    settings.DEMO = False
    assert "ESSAI – SANS VALEUR" in text(Client().get(address))
    settings.DOCUMENT_KEYS_PROVIDER = "pkcs11"
    assert "sans valeur" not in text(Client().get(address)).lower()


@db
def test_codes_of_receipts_cannot_be_tried_by_the_thousand(monkeypatch):
    receipt = settled().receipt
    monkeypatch.setattr(lookups, "LIMIT", 3)
    wrong = "000000000000"
    for _ in range(4):
        assert Client().get(f"/recu/{wrong}/").status_code == 404
    for address in (f"/recu/{receipt.code}/", f"/v/{receipt.code}"):
        refused = Client().get(address)
        assert refused.status_code == 429
        assert receipt.full_number not in text(refused)
        assert Client(REMOTE_ADDR="10.0.0.9").get(address, follow=True).status_code == 200


@db
def test_a_desk_named_after_its_office_is_said_once():
    cashier = people.staff(Role.CASHIER)
    desk = people.desk()
    for name, said in {
        "Guichet, Bureau du 5e arrondissement": "Guichet, Bureau du 5e arrondissement",
        "Caisse 1": "Bureau du 5e arrondissement, Caisse 1",
    }.items():
        desk.name = name
        desk.save()
        session = desks.open_session(desk=desk, float_xof=0, by=cashier)
        payment = services.take_cash(**people.terms(), session=session, by=cashier)
        assert receipts.place_of(payment.receipt) == said
        assert f"<dd>{said}</dd>" in text(Client().get(f"/recu/{payment.receipt.code}/"))
        desks.close_session(session=session, counted_xof=2000, by=cashier)


@db
@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/agents/guichet/", True),
        ("https://evil.example/agents/", False),
        ("//evil.example/", False),
        ("", False),
    ],
)
def test_an_agent_goes_back_to_the_counter_and_nobody_goes_elsewhere(asked, leads):
    address = f"{reverse('payments:receipt', args=[settled().receipt.code])}?{urlencode({'retour': asked})}"
    clerk, anyone = as_staff(people.staff(Role.COUNTER_AGENT)), Client()
    assert ("Retour au guichet" in text(clerk.get(address))) == leads
    assert not re.search(r'href="[^"?]*evil', text(clerk.get(address)))
    assert "Retour au guichet" not in text(anyone.get(address))
