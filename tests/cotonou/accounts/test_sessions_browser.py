"""The session ends while somebody types: nothing is lost, in a real browser."""

import pytest
from django.contrib.sessions.models import Session

from cotonou.accounts import second_factor
from cotonou.accounts.permissions import Role
from cotonou.territory.models import Holiday
from tests.cotonou.accounts.people import EMAIL, PASSWORD, clerk
from tests.support.browser import assert_axe_clean, assert_no_sideways_scroll, everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page, secret: str, *, steps: int = 0) -> None:
    page.get_by_label("Votre numéro de téléphone ou").fill(EMAIL)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Code de votre application").fill(second_factor.code_at(secret, steps=steps))
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/agents/jours-feries/")


@everywhere
def test_a_form_sent_after_the_session_ended_is_sent_again_after_logging_in(page):
    _, secret = clerk(role=Role.ADMINISTRATOR)
    page.goto("/compte/login/?next=/agents/jours-feries/")
    log_in(page, secret)
    page.get_by_label("Jour", exact=True).fill("3")
    page.get_by_label("Mois").fill("2")
    page.get_by_label("Année").fill("2027")
    page.get_by_label("Nom de la fête").fill("Fête d’essai")
    Session.objects.all().delete()
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_text("Votre session a pris fin").wait_for()
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Connectez-vous dans un nouvel onglet").click()
    log_in(opened.value, secret, steps=1)
    page.get_by_role("button", name="Renvoyer").click()  # the log-in changed the token of the form
    page.get_by_role("heading", name="Renvoyez vos réponses").wait_for()
    page.get_by_role("button", name="Renvoyer").click()
    page.wait_for_url("**/agents/jours-feries/")
    assert Holiday.objects.get(name="Fête d’essai").day.isoformat() == "2027-02-03"
