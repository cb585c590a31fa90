"""The same journey in a real browser, with and without JavaScript, on a phone and on a desktop."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from cotonou.core.models import Contact
from cotonou.formbuilder.models import Draft
from cotonou.territory.models import Quartier
from tests.cotonou.formbuilder.samples import photo, start
from tests.support.browser import (
    PHONE_NO_JS,
    assert_axe_clean,
    assert_no_sideways_scroll,
    evaluate,
    everywhere,
    seen_as,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.cotonou.formbuilder.urls"),
]


def look(page, name=""):
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)


def left_draft() -> Draft:
    draft = start(surname="Dossou", given_names="Afi", phone="+2290197000001")
    draft.last_step = "vous"
    draft.contact = Contact.objects.create(name="Dossou Afi", phone="+2290197000001")
    draft.save()
    return draft


def resume(page, draft, phone="01 97 00 00 01"):
    page.goto(reverse("formbuilder:resume"))
    page.get_by_label("Code de votre demande").fill(draft.code)
    page.get_by_label("Numéro de téléphone").fill(phone)
    page.get_by_role("button", name="Reprendre").click()


def go_on(page):
    page.get_by_role("button", name="Continuer", exact=True).click()


@everywhere
def test_a_person_resumes_and_finishes_a_form(page, live_server):
    draft = left_draft()
    quarter = Quartier.objects.filter(arrondissement_id=5).order_by("pk").first()
    resume(page, draft, "01 97 00 00 02")
    look(page, "resume-error")
    resume(page, draft)

    go_on(page)  # nothing chosen
    assert "Erreur" in page.title()
    look(page, "situation-error")
    page.get_by_label("Oui").check()
    page.get_by_label("Nom de l’époux ou de l’épouse").fill("Jean d’Almeida")
    go_on(page)
    for part, value in (("Jour", "24"), ("Mois", "11"), ("Année", "2021")):
        page.get_by_label(part, exact=True).fill(value)
    look(page, "mariage")
    go_on(page)

    page.get_by_label("Oui").check()
    go_on(page)
    page.get_by_label("Prénoms de l’enfant").fill("Koffi")
    page.get_by_label("Année", exact=True).fill("vers 2015")
    look(page, "enfant")
    go_on(page)
    look(page, "enfants")
    page.get_by_label("Non").check()
    go_on(page)
    page.get_by_label("Arrondissement").select_option("5")
    go_on(page)
    page.get_by_label("Quartier").select_option(label=quarter.name)
    go_on(page)
    page.get_by_label("Nombre d’exemplaires").fill("2")
    go_on(page)

    go_on(page)  # no file yet
    look(page, "piece-error")
    file = photo()
    page.set_input_files(
        "input[type=file]", {"name": file.name, "mimeType": "image/jpeg", "buffer": file.read()}
    )
    page.get_by_role("button", name="Ajouter ce fichier").click()
    look(page, "piece")
    go_on(page)
    assert "facultatif" in page.get_by_role("main").inner_text()
    go_on(page)  # the wedding act is optional since 2020

    main = page.get_by_role("main").inner_text().replace("\u00a0", " ")
    for words in (
        "Vérifiez vos réponses",
        "Jean d’Almeida",
        "24 novembre 2021",
        "vers 2015",
        "1 000 F",
        "carte.jpg",
    ):
        assert words in main
    look(page, "verifier")
    page.get_by_role("button", name="Envoyer la demande").click()
    assert "Envoyée" in page.content()
    assert Draft.objects.get(pk=draft.pk).state == "SUBMITTED"


@seen_as(PHONE_NO_JS)
def test_leaving_shows_the_code_and_closing_the_session_keeps_what_is_typed(page, live_server):
    draft = left_draft()
    resume(page, draft)
    page.get_by_role("button", name="Enregistrer et continuer plus tard").click()
    look(page, "quitter")
    page.get_by_role("link", name="Continuer maintenant").click()
    page.get_by_label("Non", exact=True).check()
    page.context.clear_cookies(name="sessionid")
    go_on(page)
    look(page, "lost")
    page.get_by_label("Code de votre demande").fill(draft.code)
    page.get_by_label("Numéro de téléphone").fill("97000001")
    page.get_by_role("button", name="Reprendre").click()
    assert "Vos enfants" in page.title()
    assert Draft.objects.get().answers["married"] is False


@seen_as(PHONE_NO_JS)
def test_a_token_that_is_no_longer_good_loses_nothing(page, live_server):
    page.goto(reverse("formbuilder:resume"))
    page.get_by_label("Numéro de téléphone").fill("97000001")
    page.context.clear_cookies()
    page.get_by_role("button", name="Reprendre").click()
    assert "Renvoyez vos réponses" in page.title()
    look(page, "replay")
    page.get_by_role("button", name="Renvoyer").click()
    assert page.get_by_label("Numéro de téléphone").input_value() == "97000001"
    assert evaluate(page, "document.querySelectorAll('.govuk-error-message').length") == 1
