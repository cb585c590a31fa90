"""The pages: who sees what, honest words, nothing lost, the same cost for one row or many."""

import re
import uuid

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cotonou.accounts import grants
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.jobs.models import Job
from cotonou.payments import desks, services, settlement
from cotonou.payments.models import CashDesk, CashSession, MoneyCase, Payment, ProviderEvent, Refund
from cotonou.payments.providers import fake
from tests.cotonou.payments import people
from tests.cotonou.payments.people import drawer, operator, staff, start, terms

db = pytest.mark.django_db(transaction=True)


def as_staff(actor) -> Client:
    client = Client()
    client.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, actor.user, "mfa", type="totp")
    request.session.save()
    return client


def as_payer(contact) -> Client:
    client = Client()

    request = HttpRequest()
    request.session = client.session
    grants.give(request, contact.public_id)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    return client


def settled(**changes) -> Payment:
    payment = start(**changes)
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    return settlement.settle(payment_id=payment.pk, reading=settlement.read(payment))


def text(response) -> str:
    """The page with every run of spaces, no-break ones too, as one space."""
    return re.sub(r"\s+", " ", response.content.decode())


@db
def test_a_payer_sees_an_honest_waiting_page_and_then_the_receipt(run_jobs):
    payment = start()
    client = as_payer(payment.contact)
    page = client.get(reverse("payments:status", args=[payment.public_id]))
    assert "Paiement en attente" in text(page)
    assert 'http-equiv="refresh"' in text(page)
    assert client.post(f"/demo/operateur/{payment.reference}/", {"answer": "ACCEPTED"}).status_code == 302
    run_jobs()
    page = client.get(reverse("payments:status", args=[payment.public_id]))
    assert "Paiement reçu" in text(page)
    receipt = Payment.objects.get().receipt
    assert reverse("payments:receipt", args=[receipt.code]) in text(page)


@db
def test_coming_back_from_the_operator_is_enough_when_the_webhook_is_lost(run_jobs):
    operator(webhook_copies=0)
    payment = start()
    client = as_payer(payment.contact)
    back = client.post(f"/demo/operateur/{payment.reference}/", {"answer": "ACCEPTED"}).url
    assert "en attente" in text(client.get(back))
    client.get(back)
    assert run_jobs() == 2  # one reading however often the page is asked, and the service's news
    assert "Paiement reçu" in text(client.get(back))


@db
@pytest.mark.parametrize("route", ["status", "otherwise"])
def test_the_payment_of_another_does_not_exist(route):
    payment = start()
    address = reverse(f"payments:{route}", args=[payment.public_id])
    assert Client().get(address).status_code == 404
    assert as_payer(people.contact("Autre")).get(address).status_code == 404
    assert as_staff(staff(Role.CASHIER)).get(address).status_code == 404


@db
def test_retry_and_pay_otherwise_make_one_new_attempt(settings, run_jobs):
    payment = start()
    client = as_payer(payment.contact)
    client.post(f"/demo/operateur/{payment.reference}/", {"answer": "INSUFFICIENT"})
    run_jobs()
    page = client.get(reverse("payments:status", args=[payment.public_id]))
    assert "solde du compte mobile est insuffisant" in text(page)
    for _click in range(2):
        again = client.post(reverse("payments:retry", args=[payment.public_id]), {"idempotency_key": "k1"})
        assert again.status_code == 302
    assert Payment.objects.count() == 2
    second = Payment.objects.latest("pk")
    assert again.url == f"/demo/operateur/{second.reference}/"
    other = client.post(
        reverse("payments:otherwise", args=[second.public_id]), {"provider": "fake", "idempotency_key": "k2"}
    )
    assert other.url == f"/demo/operateur/{second.reference}/"  # still open: the same attempt
    client.post(reverse("payments:cancel", args=[second.public_id]))
    assert "abandonné" in text(client.get(reverse("payments:status", args=[second.public_id])))


@db
def test_an_unknown_choice_names_the_remedy():
    payment = start()
    client = as_payer(payment.contact)
    page = client.post(reverse("payments:otherwise", args=[payment.public_id]), {"idempotency_key": "k"})
    assert page.status_code == 422
    assert "Choisissez un moyen de paiement" in text(page)


@db
def test_the_operator_page_exists_only_where_the_operator_does(settings):
    payment = start()
    settings.PAYMENT_PROVIDERS = []
    assert Client().get(f"/demo/operateur/{payment.reference}/").status_code == 404


@db
def test_the_webhook_stores_and_answers_without_csrf(run_jobs):
    operator(webhook_copies=0)
    payment = start()
    row = fake.decide(reference=payment.reference, answer="ACCEPTED")
    headers, body = fake.webhook(row, "e1")
    client = Client(enforce_csrf_checks=True)
    for signature in (headers[fake.SIGNATURE], "t=1,s=00"):
        answer = client.post(
            "/paiements/fake/evenements",
            body,
            content_type="application/json",
            headers={fake.SIGNATURE: signature},
        )
        assert answer.status_code == 204
    assert sorted(ProviderEvent.objects.values_list("verified", flat=True)) == [False, True]
    assert client.post("/paiements/mtn/evenements", b"{}", content_type="a/b").status_code == 404
    assert client.post("/paiements/fake/evenements", b"x" * 70_000, content_type="a/b").status_code == 413
    run_jobs()
    assert Payment.objects.get().is_settled


@db
def test_anyone_with_the_code_sees_the_paper_and_no_more():
    payment = settled()
    receipt = payment.receipt
    page = text(Client().get(f"/recu/{receipt.code.lower()}/"))
    assert receipt.full_number in page
    assert "deux mille francs CFA" in page
    assert "Dont part gardée pour ANIP" in page
    assert "<svg" in page
    assert str(payment.contact.phone) not in page
    assert "97 00 00 00" not in page
    assert Client().get("/recu/AAAAAAAAAAAA/").status_code == 404


@db
def test_a_name_that_is_markup_stays_text():
    payment = settled(contact=people.contact("<img src=file:///etc/passwd>"))
    page = Client().get(f"/recu/{payment.receipt.code}/").content.decode()
    assert "<img src=file" not in page
    assert "&lt;img src=file" in page


@db
def test_a_cashier_opens_takes_and_closes_blind():
    place = people.desk()
    cashier = staff(Role.CASHIER)
    client = as_staff(cashier)
    opened = client.post(reverse("payments:cash_home"), {"desk": place.pk, "float_xof": "10 000"})
    session = CashSession.objects.get()
    address = reverse("payments:cash_session", args=[session.public_id])
    assert opened.url == address
    payment = services.take_cash(**terms(), session=session, by=cashier)
    page = text(client.get(address))
    assert payment.receipt.full_number in page
    assert "12 000" not in page  # the expected total stays hidden
    close = reverse("payments:cash_close", args=[session.public_id])
    refused = client.post(close, {"counted_xof": "11 000"})
    assert refused.status_code == 422
    assert "Recomptez" in text(refused)
    assert "11" in text(refused)
    assert client.post(close, {"counted_xof": "11 000", "gap_reason": "monnaie"}).url == address
    assert "-1 000 F" in text(client.get(address))
    journal = text(client.get(reverse("payments:cash_journal")))
    assert place.code in journal


@db
def test_a_supervisor_adds_a_desk_in_their_office_only():
    client = as_staff(staff(Role.REGISSEUR, "A05"))
    asked = {"office": people.office("A05").pk, "code": "a05c9", "name": "Guichet 9"}
    assert client.post(reverse("payments:cash_desks"), asked).status_code == 302
    assert CashDesk.objects.get().code == "A05C9"
    assert client.post(reverse("payments:cash_desks"), asked).status_code == 422
    asked |= {"office": people.office("A06").pk, "code": "A06C1"}
    assert client.post(reverse("payments:cash_desks"), asked).status_code == 422


@db
def test_staff_of_another_office_do_not_find_the_rows():
    payment = settled()
    session, _cashier = drawer()
    refund = Refund.objects.create(payment=payment, amount_xof=1, reason="x")
    case = MoneyCase.objects.create(
        kind="WRONG_AMOUNT", provider="fake", provider_id="x", payment=payment, office=payment.office
    )
    addresses = [
        reverse("payments:staff_detail", args=[payment.public_id]),
        reverse("payments:cash_session", args=[session.public_id]),
        reverse("payments:cash_close", args=[session.public_id]),
        reverse("payments:refund", args=[refund.public_id]),
        reverse("payments:case", args=[case.public_id]),
    ]
    here, there = as_staff(staff(Role.REGISSEUR, "A05")), as_staff(staff(Role.REGISSEUR, "A06"))
    assert [here.get(a).status_code for a in addresses] == [200] * 5
    assert [there.get(a).status_code for a in addresses] == [404] * 5
    assert codes.pretty(payment.reference) not in text(there.get(reverse("payments:staff_index")))
    assert codes.pretty(payment.reference) in text(here.get(reverse("payments:staff_index")))


@db
def test_the_regisseur_of_the_mairie_reads_the_drawers_of_every_arrondissement():
    names = [drawer(at=office)[0].desk.code for office in ("A05", "A06")]
    journal = text(as_staff(staff(Role.REGISSEUR, "MAIRIE")).get(reverse("payments:cash_journal")))
    assert all(name in journal for name in names)
    assert "Aucune caisse ouverte ce jour" not in journal
    of_the_fifth = text(as_staff(staff(Role.REGISSEUR, "A05")).get(reverse("payments:cash_journal")))
    assert [name in of_the_fifth for name in names] == [True, False]


@db
def test_another_cashier_does_not_see_my_drawer():
    session, cashier = drawer()
    address = reverse("payments:cash_session", args=[session.public_id])
    assert as_staff(cashier).get(address).status_code == 200
    assert as_staff(staff(Role.CASHIER)).get(address).status_code == 404


@db
def test_paid_but_not_applied_is_visible_retried_and_refunded_by_two(run_jobs):
    payment = settled(label="refuse ce paiement")
    run_jobs()
    first, second = staff(Role.REGISSEUR), staff(Role.REGISSEUR)
    one, two = as_staff(first), as_staff(second)
    page = text(one.get(reverse("payments:unapplied")))
    assert codes.pretty(payment.reference) in page
    assert "cannot use this payment" in page
    assert one.post(reverse("payments:reapply", args=[payment.public_id])).status_code == 302
    assert not Job.objects.parked().exists()
    run_jobs()
    propose = reverse("payments:propose_refund", args=[payment.public_id])
    assert one.post(propose, {"amount_xof": "2 001", "reason": "r"}).status_code == 422
    assert one.post(propose, {"amount_xof": "2 000", "reason": "service impossible"}).status_code == 302
    refund = Refund.objects.get()
    decide = reverse("payments:decide_refund", args=[refund.public_id])
    assert one.post(decide, {"approve": "yes"}).status_code == 422
    assert two.post(decide, {"approve": "no"}).status_code == 422
    assert two.post(decide, {"approve": "yes"}).status_code == 302
    assert two.post(reverse("payments:pay_refund_by_operator", args=[refund.public_id])).status_code == 302
    assert "payé" in text(one.get(reverse("payments:refund", args=[refund.public_id])))


@db
def test_a_refund_is_paid_from_my_own_open_drawer():
    payment = settled()
    refund = Refund.objects.create(payment=payment, amount_xof=500, reason="trop perçu")
    supervisor = as_staff(staff(Role.REGISSEUR))
    supervisor.post(reverse("payments:decide_refund", args=[refund.public_id]), {"approve": "yes"})
    pay = reverse("payments:pay_refund_in_cash", args=[refund.public_id])
    assert as_staff(staff(Role.CASHIER)).post(pay).status_code == 404  # no drawer open
    session, cashier = drawer()
    assert as_staff(cashier).post(pay).status_code == 302
    assert codes.pretty(refund.payment.reference) in text(
        as_staff(cashier).get(reverse("payments:cash_session", args=[session.public_id]))
    )


@db
def test_unexpected_money_is_treated_once_with_a_note(run_jobs):
    operator(amount_delta_xof=100)
    payment = start()
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    run_jobs()
    client = as_staff(staff(Role.REGISSEUR))
    assert codes.pretty(payment.reference) in text(client.get(reverse("payments:cases")))
    address = reverse("payments:case", args=[MoneyCase.objects.get().public_id])
    assert client.post(address, {"treatment": ""}).status_code == 422
    assert client.post(address, {"treatment": "Rendu au payeur."}).status_code == 302
    assert client.post(address, {"treatment": "Encore."}).status_code == 422
    assert "Rendu au payeur" in text(client.get(address))


@db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("q={reference}", True),
        ("q={receipt}", True),
        ("q=ZZZZ", False),
        ("state=SETTLED&provider=fake", True),
        ("state=EXPIRED", False),
        ("start=2099-01-01", False),
        ("end=2000-01-01", False),
        ("start=not-a-date", False),
    ],
)
def test_the_list_filters(query, found):
    payment = settled()
    query = query.format(reference=payment.reference.lower(), receipt=payment.receipt.code)
    page = as_staff(staff(Role.FINANCE)).get(f"{reverse('payments:staff_index')}?{query}")
    assert page.status_code == 200
    assert (f"/agents/paiements/{payment.public_id}/" in text(page)) is found


@db
def test_lists_cost_the_same_for_one_row_or_many():
    client = as_staff(staff(Role.REGISSEUR))
    session, cashier = drawer()
    addresses = [
        reverse("payments:staff_index"),
        reverse("payments:refunds"),
        reverse("payments:cases"),
        reverse("payments:cash_desks"),
        reverse("payments:cash_journal"),
        reverse("payments:cash_session", args=[session.public_id]),
        reverse("ledger:trial_balance"),
        reverse("ledger:journal"),
        reverse("ledger:account", args=["201"]),
    ]

    def one_more() -> None:
        payment = services.take_cash(**terms(), session=session, by=cashier)
        Refund.objects.create(payment=payment, amount_xof=1, reason="x")
        MoneyCase.objects.create(
            kind="WRONG_AMOUNT",
            provider="f",
            provider_id=uuid.uuid4().hex,
            payment=payment,
            office=payment.office,
        )
        desks.open_session(desk=people.desk(), float_xof=1, by=staff(Role.CASHIER))

    def costs() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    one_more()
    first = costs()
    for _ in range(6):
        one_more()
    assert costs() == first


@db
def test_from_a_total_to_the_receipt_each_figure_leads_on():
    payment = settled()
    client = as_staff(staff(Role.REGISSEUR))
    balance = text(client.get(reverse("ledger:trial_balance")))
    account = re.search(r'href="(/agents/comptes/301/\?[^"]*)"', balance)[1].replace("&amp;", "&")
    lines = text(client.get(account))
    entry = re.search(r'href="(/agents/comptes/ecritures/[^"]*)"', lines)[1]
    assert "1 500 F" in text(client.get(entry))
    detail = text(client.get(reverse("payments:staff_detail", args=[payment.public_id])))
    assert entry in detail
    assert payment.receipt.full_number in detail
    assert as_staff(staff(Role.REGISSEUR, "A06")).get(entry).status_code == 404
    assert as_staff(staff(Role.CASHIER)).get(reverse("ledger:trial_balance")).status_code == 403
