"""Whoever works for the City and may not open a page keeps the menu, and reads what to do and whom to ask."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from cotonou.accounts.permissions import Role
from cotonou.core.errors import Conflict
from tests.support import people

pytestmark = pytest.mark.django_db
MENU = "Menu des agents"


@pytest.fixture
def administrator():
    return people.agent(Role.ADMINISTRATOR, at=None, name="Rose Ahouansou")


def said(answer, status: int) -> str:
    assert answer.status_code == status
    text = answer.content.decode()
    assert text.count("<h1") == 1
    return text


def test_an_agent_without_the_right_reads_which_role_opens_the_page_and_who_gives_it(administrator):
    text = said(people.working(Role.CASHIER).get(reverse("portal:journal")), 403)
    assert MENU in text
    assert "caissier, Bureau du 5e arrondissement" in text
    assert "auditeur, administrateur du portail" in text
    assert "Rose Ahouansou (Mairie de Cotonou)" in text
    assert reverse("portal:staff") in text


def test_an_agent_who_looks_for_another_office_s_thing_keeps_the_menu(administrator):
    text = said(people.working(Role.CLERK).get(reverse("civil_acts:request", args=[uuid.uuid4()])), 404)
    assert MENU in text
    assert "d’un autre bureau" in text
    assert "Rose Ahouansou" in text
    assert MENU in said(people.working(Role.CLERK).get("/agents/rien/"), 404)


def test_a_form_too_old_is_sent_again_from_the_agents_pages():
    browser = people.log_in(Client(enforce_csrf_checks=True), people.agent(Role.CASHIER))
    sent = browser.post(
        reverse("payments:cash_home"), {"float_xof": "1000"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    text = said(sent, 403)
    assert MENU in text
    assert "Renvoyez vos réponses" in text
    text = said(browser.post(reverse("payments:cash_home"), {}), 403)
    assert MENU in text
    assert "restée ouverte trop longtemps" in text


def test_a_refusal_that_no_form_shows_keeps_the_menu(monkeypatch):
    from cotonou.payments import listing

    def refuse(actor):
        raise Conflict("Ce dossier a changé.")

    monkeypatch.setattr(listing, "free_desks", refuse)
    text = said(people.working(Role.CASHIER).get(reverse("payments:cash_home")), 409)
    assert MENU in text
    assert "Ce dossier a changé." in text
    assert reverse("portal:staff") in text


@pytest.mark.parametrize("path", ["/rien/", "/agents/rien/"])
def test_the_public_keeps_the_public_page(path):
    for browser in (Client(), people.log_in(Client(), people.citizen())):
        text = said(browser.get(path), 404)
        assert MENU not in text
        assert "/demarches/" in text


def test_a_stranger_s_missing_page_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/rien/")
