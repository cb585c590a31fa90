"""Paying and keeping a drawer, in a real browser, with and without JavaScript, on a phone and a desktop."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import expect

from cotonou.accounts import grants
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.jobs import runner
from cotonou.payments import services
from cotonou.payments.models import CashSession, MoneyCase, Payment, Refund
from tests.cotonou.payments import people
from tests.cotonou.payments.test_pages import as_staff, settled
from tests.support.browser import (
    DESKTOP,
    DESKTOP_NO_JS,
    PHONE,
    assert_axe_clean,
    assert_no_sideways_scroll,
    seen_as,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def carry(context, origin: str, session_key: str) -> None:
    context.add_cookies([{"name": "sessionid", "value": session_key, "url": origin}])


def as_payer(context, origin: str, contact) -> None:
    class Request:
        session = SessionStore()

    grants.give(Request, contact.public_id)
    Request.session.save()
    carry(context, origin, Request.session.session_key)


def check(page) -> None:
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


@seen_as(PHONE, DESKTOP_NO_JS)
def test_a_payer_accepts_and_keeps_the_receipt(page, live_server, view):
    payment = people.start()
    as_payer(page.context, live_server.url, payment.contact)
    page.goto(payment.next_url)
    check(page)
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paiement en attente")
    check(page)
    runner.run_due()
    if not view.javascript:
        page.get_by_role("link", name="Actualiser la page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paiement reçu")  # by itself with JavaScript
    check(page)
    page.get_by_role("link", name="Voir et imprimer le reçu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("WEB-")
    check(page)


@seen_as(PHONE, DESKTOP_NO_JS)
def test_a_refusal_says_what_to_do_and_another_attempt_works(page, live_server):
    payment = people.start()
    as_payer(page.context, live_server.url, payment.contact)
    page.goto(payment.next_url)
    page.get_by_role("button", name="Refuser").click()
    runner.run_due()
    page.goto(reverse("payments:status", args=[payment.public_id]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Paiement non abouti")
    check(page)
    page.get_by_role("link", name="Payer autrement").click()
    check(page)
    expect(page.get_by_label("Mobile money")).to_be_checked()  # the only way there is
    page.get_by_role("button", name="Payer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opérateur de démonstration")
    page.get_by_role("button", name="Ne pas répondre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paiement en attente")
    assert Payment.objects.count() == 2


@seen_as(PHONE, DESKTOP_NO_JS)
def test_a_cashier_opens_takes_and_closes(page, live_server):
    place = people.desk()
    cashier = people.staff(Role.CASHIER)
    carry(page.context, live_server.url, as_staff(cashier).session.session_key)
    page.goto("/agents/caisse/")
    check(page)
    page.get_by_role("button", name="Ouvrir la caisse").click()
    check(page)  # the amount is missing
    page.get_by_label("Argent compté").fill("10 000")
    page.get_by_role("button", name="Ouvrir la caisse").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(place.code)
    check(page)
    services.take_cash(**people.terms(), session=CashSession.objects.get(), by=cashier)
    page.reload()
    check(page)
    page.get_by_role("button", name="Compter et fermer la caisse").click()
    page.get_by_label("Argent compté").fill("11 500")
    page.get_by_role("button", name="Fermer la caisse").click()
    expect(page.get_by_text("Recomptez, puis dites pourquoi").first).to_be_visible()
    check(page)
    expect(page.get_by_label("Argent compté")).to_have_value("11 500")
    page.get_by_label("Raison de l’écart").fill("Monnaie rendue en trop.")
    page.get_by_role("button", name="Fermer la caisse").click()
    expect(page.get_by_text("-500")).to_be_visible()
    check(page)


@seen_as(PHONE, DESKTOP)
def test_every_page_of_the_regie_and_of_the_books_is_clean(page, live_server):
    payment = settled()
    session, cashier = people.drawer()
    services.take_cash(**people.terms(), session=session, by=cashier)
    refund = Refund.objects.create(payment=payment, amount_xof=500, reason="trop perçu")
    case = MoneyCase.objects.create(
        kind="WRONG_AMOUNT",
        provider="fake",
        provider_id="8d0c",
        payment=payment,
        office=payment.office,
        received_xof=1500,
        received_text="1500 XOF",
    )
    chief = people.staff(Role.REGISSEUR)
    carry(page.context, live_server.url, as_staff(chief).session.session_key)
    page.goto(reverse("ledger:trial_balance"))
    page.get_by_role("link", name="301").first.click()
    check(page)
    page.get_by_role("link", name=codes.pretty(payment.reference)).click()
    check(page)
    addresses = [
        reverse("ledger:trial_balance"),
        reverse("ledger:journal"),
        reverse("payments:staff_index"),
        reverse("payments:staff_index") + "?q=inconnu",
        reverse("payments:unapplied"),
        reverse("payments:cases"),
        reverse("payments:refunds"),
        reverse("payments:staff_detail", args=[payment.public_id]),
        reverse("payments:refund", args=[refund.public_id]),
        reverse("payments:case", args=[case.public_id]),
        reverse("payments:cash_desks"),
        reverse("payments:cash_journal"),
        reverse("payments:cash_session", args=[session.public_id]),
    ]
    for address in addresses:
        page.goto(address)
        check(page)
