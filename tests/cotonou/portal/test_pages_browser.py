"""The pages of the portal and the catalogue, looked at: nothing for axe, nothing sideways, any browser."""

import pytest
from django.utils import timezone

from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Service
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from tests.support import people
from tests.support.browser import assert_axe_clean, assert_no_sideways_scroll, both_widths, everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUBLIC = (
    *("/", "/demarches/", "/demarches/?q=naisance", "/demarches/?q=xylophone", "/contact/", "/suivi/"),
    *("/demarches/mariage/", "/demarches/concession-au-cimetiere/", "/demarches/permis-de-construire/"),
    *("/accessibilite/", "/donnees-personnelles/"),
)
STAFF = (
    *(
        "/agents/",
        "/agents/travaux/",
        "/agents/travaux/messages/",
        "/agents/journal/",
        "/agents/equipe/",
        "/agents/jours-feries/",
    ),
    *("/agents/mise-en-service/", "/agents/demarches/", "/espace/", "/espace/profil/"),
)


@both_widths
def test_public_pages_are_clean(page):
    for path in PUBLIC:
        page.goto(path)
        assert_axe_clean(page)
        assert_no_sideways_scroll(page)


@pytest.fixture
def administrator(context, live_server):
    """Logs the browser in as somebody who sees every page of this room."""
    client = people.working(Role.ADMINISTRATOR, Role.CATALOGUE, Role.AUDITOR, at=None)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


@both_widths
def test_staff_pages_are_clean_empty_and_filled(page, administrator):
    service = Service.objects.get(slug="concession-au-cimetiere")
    for filled in (False, True):
        if filled:
            job = jobs.enqueue("portal.purge_attempts", key="filled")
            Job.objects.filter(pk=job.pk).update(parked_at=timezone.now(), last_error="Panne")
        for path in (*STAFF, f"/agents/demarches/{service.public_id}/"):
            page.goto(path)
            assert_axe_clean(page)
            assert_no_sideways_scroll(page)


@both_widths
@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/agents/equipe/", "Donner le rôle"),
        ("/agents/jours-feries/", "Ajouter"),
        ("/agents/mise-en-service/", "Noter"),
    ],
)
def test_a_refused_form_names_the_field_and_is_clean(page, administrator, path, button):
    page.goto(path)
    page.get_by_role("button", name=button, exact=True).click()
    page.locator(".govuk-error-summary").wait_for()
    assert page.title().startswith("Erreur : ")
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


@everywhere
def test_a_misspelt_search_leads_from_the_home_to_the_service(page):
    page.goto("/")
    page.get_by_role("searchbox").fill("papié de naisance")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Copie ou extrait d’acte de naissance").click()
    assert page.locator("h1").inner_text() == "Copie ou extrait d’acte de naissance"
    assert page.get_by_text("Qui délivre").is_visible()


@everywhere
def test_a_wrong_code_is_named_and_what_was_typed_stays(page):
    page.goto("/")
    page.get_by_label("Code de suivi").fill("ABCDE-12345")
    page.get_by_label("Numéro de téléphone de la demande").fill("97000000")
    page.get_by_role("button", name="Suivre").click()
    assert page.title().startswith("Erreur : ")
    assert page.get_by_label("Code de suivi").input_value() == "ABCDE-12345"
    assert page.get_by_text("une lettre ou un chiffre est faux").first.is_visible()


@everywhere
def test_the_language_changes_and_the_page_stays(page):
    page.goto("/demarches/mariage/")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/demarches/mariage/")
    assert page.locator("h1").inner_text() == "Getting married"
