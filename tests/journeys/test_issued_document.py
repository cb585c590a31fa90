"""An officer cancels a document on a phone, and whoever holds the paper reads it; every page is looked at."""

import re

import pytest
from playwright.sync_api import expect

from cotonou.accounts.permissions import Role
from tests.civil_acts.pages import ready
from tests.journeys.test_main_job import follow, log_in, looked_at, one_time_code, staff
from tests.support import civil
from tests.support.browser import PHONE, PHONE_NO_JS, seen_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def city(sealing_keys):
    civil.load()


@seen_as(PHONE, PHONE_NO_JS)
def test_a_cancelled_document_is_refused_everywhere(page, open_context, view, run_jobs):
    wrong, right = ready(run_jobs), ready(run_jobs, phone="+2290197000009", email="")
    staff(Role.OFFICER, name="Luc Zinsou", email="luc@example.org")
    log_in(page, "luc@example.org")
    page.get_by_role("link", name="Documents", exact=True).click()
    expect(page.get_by_text("Aucun document annulé ni remplacé")).to_be_visible()
    looked_at(page)
    search = page.get_by_label(re.compile("Code de vérification"))
    search.fill("2026/A05")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_text("Un caractère manque").first).to_be_visible()
    looked_at(page)
    search.fill("2001/A05/000001")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_text("Aucun document de votre bureau ne correspond")).to_be_visible()
    looked_at(page)

    # Cancelled: nothing typed the first time.
    search.fill(wrong.issued.serial)
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("DOSSOU Afi Rose")
    looked_at(page)
    page.get_by_role("button", name="Annuler ce document").click()
    looked_at(page)
    page.get_by_role("button", name="Annuler ce document").click()
    expect(page.get_by_role("link", name="Choisissez la raison de l’annulation")).to_be_visible()
    looked_at(page)
    page.get_by_label("Le document a été délivré par erreur").check()
    page.get_by_label("Explication pour l’usager").fill("Ce n’était pas votre acte.")
    page.get_by_label("Code de votre application").fill(one_time_code(ahead=1))
    page.get_by_role("button", name="Annuler ce document").click()
    expect(page.get_by_text("Document annulé. La vérification publique le dit déjà")).to_be_visible()
    looked_at(page)

    # To be made again.
    page.goto(f"/agents/documents/?q={right.issued.code}")
    page.get_by_role("button", name="Remplacer").click()
    looked_at(page)
    page.get_by_role("button", name="Faire refaire le document").click()
    expect(page.get_by_role("link", name="Choisissez ce qui ne va pas")).to_be_visible()
    looked_at(page)
    page.goto("/agents/documents/")
    expect(page.get_by_role("link", name="DOSSOU Afi Rose")).to_be_visible()
    looked_at(page)

    # Whoever holds the paper, and whoever asked for it.
    elsewhere = open_context(view).new_page()
    elsewhere.goto(f"/v/{wrong.issued.code}")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Document annulé")
    expect(elsewhere.get_by_text("Ce n’était pas votre acte.")).to_have_count(0)
    looked_at(elsewhere)
    follow(elsewhere, wrong.tracking_code, "01 97 00 00 01")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Votre document a été annulé")
    expect(elsewhere.get_by_text("Ce n’était pas votre acte.")).to_be_visible()
    looked_at(elsewhere)


@seen_as(PHONE)
def test_a_wrong_document_is_made_again(page, open_context, view, run_jobs):
    item = ready(run_jobs)
    staff(Role.OFFICER, name="Luc Zinsou", email="luc@example.org")
    log_in(page, "luc@example.org")
    page.goto(f"/agents/documents/?q={item.issued.serial}")
    page.get_by_role("button", name="Remplacer").click()
    page.get_by_label("Une information a été mal recopiée").check()
    page.get_by_label("Ce que l’agent doit corriger").fill("La mère s’appelle Rose.")
    page.get_by_label("Code de votre application").fill(one_time_code(ahead=1))
    page.get_by_role("button", name="Faire refaire le document").click()
    expect(page.get_by_text("Le dossier est retourné aux agents")).to_be_visible()
    looked_at(page)
    page.goto("/agents/documents/")
    expect(page.get_by_text("La mère s’appelle Rose.")).to_be_visible()
    looked_at(page)

    citizen = open_context(view).new_page()
    follow(citizen, item.tracking_code, "01 97 00 00 01")
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Nous corrigeons votre document")
    looked_at(citizen)

    staff(Role.CLERK, name="Awa Sossou", email="awa@example.org")
    desk = open_context(view).new_page()
    log_in(desk, "awa@example.org")
    desk.goto("/agents/demandes/")
    desk.get_by_role("link", name="DOSSOU Afi Rose").click()
    expect(desk.get_by_text("La mère s’appelle Rose.").first).to_be_visible()
    desk.get_by_role("button", name="Prendre en charge").click()
    looked_at(desk)
    desk.get_by_role("button", name="Préparer pour la signature").click()

    staff(Role.OFFICER, name="Rita Ahouansou", email="rita@example.org")
    other = open_context(view).new_page()
    log_in(other, "rita@example.org")
    other.goto("/agents/signatures/")
    other.get_by_role("link", name="DOSSOU Afi Rose").click()
    expect(other.get_by_text("Ce qui change")).to_be_visible()
    looked_at(other)
    other.get_by_label("Code de votre application").fill(one_time_code(ahead=1))
    other.get_by_role("button", name="Signer ce document").click()
    expect(other.get_by_text("1 document signé")).to_be_visible()
    run_jobs()

    page.goto(f"/agents/documents/?q={item.issued.serial}")
    expect(page.get_by_role("link", name="Ouvrir le nouveau document")).to_be_visible()
    looked_at(page)
    citizen.reload()
    expect(citizen.get_by_text("Ce document en remplace un autre.")).to_be_visible()
    looked_at(citizen)
