"""The pages of a procedure in a real browser: nothing for axe, nothing sideways, the whole way by hand."""

import pytest

from civil_acts import reference
from civil_acts.models import ProcedureVersion
from cotonou.accounts.permissions import Role
from cotonou.territory.dates import local_today
from tests.support import civil
from tests.support.browser import DESKTOP, PHONE, PHONE_NO_JS, both_widths, everywhere, seen_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BIRTH = "/agents/demarches/acte-de-naissance/version/"
RESIDENCE = "/agents/demarches/certificat-de-residence/version/"
MODEL = f"{BIRTH}modeles/civil_acts.birth_copy/"


@pytest.fixture
def manager(enter):
    """The browser belongs to the person responsible for the services."""

    def responsible(*, demonstration: bool):
        reference.load(demonstration=demonstration, on=civil.LONG_AGO if demonstration else None)
        by = civil.staff(Role.CATALOGUE, Role.ADMINISTRATOR, number=None, name="Responsable")
        enter(by)
        return by

    return responsible


def open_all(page) -> None:
    """Everything folded is shown: axe does not look into what is closed."""
    for summary in page.locator("main summary").all():
        summary.click()


@seen_as(PHONE_NO_JS, DESKTOP)
def test_the_pages_of_a_city_that_published_nothing_are_clean(page, manager, look):
    manager(demonstration=False)
    for path in (BIRTH, f"{BIRTH}brouillon/", f"{BIRTH}1/publier/", f"{BIRTH}regles/", MODEL, RESIDENCE):
        page.goto(path)
        open_all(page)
        look("")
    look("/agents/mise-en-service/")


@seen_as(PHONE, DESKTOP)
def test_the_pages_of_a_published_procedure_are_clean(page, manager, look, follow):
    manager(demonstration=True)
    page.goto(BIRTH)
    open_all(page)
    look("")
    follow("button", "Préparer une nouvelle version")
    look("")
    page.goto(BIRTH)
    open_all(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Corriger ou remplacer").first.click()
    look("")
    page.goto(BIRTH)
    open_all(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Mettre fin").first.click()
    look("")


@both_widths
def test_a_refusal_is_clean_and_its_link_leads_to_the_field(page, manager, look, follow):
    manager(demonstration=False)
    page.goto(f"{RESIDENCE}brouillon/")
    page.get_by_label("Montant", exact=True).nth(1).fill("-5")
    page.get_by_text("Ajouter un droit à payer").click()
    page.get_by_label("Montant", exact=True).last.fill("100")
    follow("button", "Enregistrer")
    assert page.title().startswith("Erreur : ")
    look("")
    page.get_by_role("link", name="Corrigez le montant de « Part de l’ANIP »").click()
    assert page.locator(":focus").get_attribute("id") == "id_amount_anip"
    assert page.locator(":focus").input_value() == "-5"
    for path, button in (
        (f"{BIRTH}regles/", "Ajouter la règle"),
        (MODEL, "Confirmer le modèle"),
    ):
        page.goto(path)
        follow("button", button)
        assert page.title().startswith("Erreur : ")
        look("")


@everywhere
def test_from_the_go_live_page_to_a_published_version(page, manager, look, follow):
    manager(demonstration=False)
    page.goto("/agents/mise-en-service/")
    follow("link", "Certificat de résidence")
    follow("link", "Saisissez le délai en jours ouvrés.")
    assert page.url.endswith("#id_delay_working_days")
    page.get_by_label("Délai en jours ouvrés").fill("5")
    page.get_by_label("Source du délai").fill("Note de service 4")
    follow("button", "Enregistrer")
    follow("button", "Relire et publier")
    look("")
    page.get_by_label("Année").fill("2020")
    follow("button", "Publier la version 1")
    look("")
    assert page.get_by_label("Année").input_value() == "2020"
    page.get_by_label("Année").fill(str(local_today().year))
    follow("button", "Publier la version 1")
    assert page.get_by_text("La version 1 est publiée.").is_visible()
    assert ProcedureVersion.objects.in_force("certificat-de-residence").number == 1
