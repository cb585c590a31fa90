"""The pages of logging in, in a real browser under the real CSP."""

import pytest

from cotonou.accounts import second_factor
from tests.cotonou.accounts.people import EMAIL, PASSWORD, PHONE, citizen, clerk, last_code
from tests.support.browser import PHONE as NARROW
from tests.support.browser import assert_axe_clean, assert_no_sideways_scroll, everywhere, seen_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTINUE = "Continuer"


def fine(page):
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


@everywhere
def test_a_citizen_signs_up_and_logs_in_by_code(page):
    page.goto("/compte/login/")
    fine(page)
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_role("button", name=CONTINUE).click()
    assert page.title().startswith("Erreur :")
    fine(page)
    page.get_by_label("Vos prénoms et votre nom").fill("Afi Dossou")
    page.get_by_label("Votre numéro de téléphone").fill("97 00 00 01")
    page.get_by_role("button", name=CONTINUE).click()
    page.wait_for_url("**/compte/phone/verify/")
    fine(page)
    page.get_by_label("Code reçu").fill(last_code(PHONE))
    page.get_by_role("button", name=CONTINUE).click()
    page.wait_for_url("**/espace/")
    page.goto("/compte/logout/")
    fine(page)
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto("/compte/login/?next=/compte/2fa/")
    page.get_by_label("Votre numéro de téléphone ou").fill("01 97 00 00 01")
    page.get_by_role("button", name="Recevoir un code").click()
    page.wait_for_url("**/compte/login/code/confirm/**")
    fine(page)
    page.get_by_label("Code reçu").fill(last_code(PHONE))
    page.get_by_role("button", name=CONTINUE).click()
    page.wait_for_url("**/compte/2fa/")
    fine(page)


@seen_as(NARROW)
def test_staff_pages_are_clean(page):
    _, secret = clerk()
    page.goto("/compte/login/?agent=1")
    fine(page)
    page.get_by_label("Votre numéro de téléphone ou").fill(EMAIL)
    page.get_by_label("Votre mot de passe").fill("faux faux faux")
    page.get_by_role("button", name="Se connecter").click()
    fine(page)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/compte/2fa/authenticate/")
    fine(page)
    page.get_by_label("Code de votre application").fill(second_factor.code_at(secret))
    with page.expect_response("**/agents/"):
        page.get_by_role("button", name="Se connecter").click()
    for path in (
        "/compte/2fa/",
        "/compte/2fa/recovery-codes/",
        "/compte/2fa/recovery-codes/generate/",
        "/compte/2fa/totp/deactivate/",
        "/compte/2fa/webauthn/",
        "/compte/2fa/webauthn/add/",
        "/compte/password/change/",
        "/compte/email/",
        "/compte/phone/change/",
    ):
        page.goto(path)
        fine(page)


def logged_in(context, live_server, user):
    """A session of ``user``, as after a code."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def test_setting_up_the_application_is_clean(context, live_server):
    clerk(enrolled=False)
    page = context.new_page()
    page.goto("/compte/login/?agent=1")
    page.get_by_label("Votre numéro de téléphone ou").fill(EMAIL)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/compte/2fa/totp/activate/**")
    fine(page)
    secret = page.locator(".p-code").inner_text()
    page.get_by_label("Code affiché par l’application").fill(second_factor.code_at(secret))
    page.get_by_role("button", name="Activer").click()
    page.wait_for_url("**/compte/2fa/recovery-codes/")
    fine(page)


def test_a_passkey_is_added_then_logs_in_alone(context, live_server):
    user = citizen()
    logged_in(context, live_server, user)
    page = context.new_page()
    page.goto("/compte/2fa/webauthn/add/")
    fine(page)  # before the virtual device, which does not survive axe's own debugger session
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    page.get_by_role("button", name="Créer la clé").click()
    page.wait_for_url("**/compte/2fa/recovery-codes/")
    page.goto("/compte/2fa/webauthn/")
    assert page.get_by_text("Mon téléphone").first.is_visible()

    context.clear_cookies()
    page.goto("/compte/login/")
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url("**/espace/")

    context.clear_cookies()
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": key["authenticatorId"], "isUserVerified": False}
    )
    page.goto("/compte/login/")
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.get_by_text("La clé d’accès n’a pas répondu").wait_for()
    fine(page)


def test_the_demonstration_messages_are_clean(page):
    citizen()
    page.goto("/compte/login/")
    page.get_by_label("Votre numéro de téléphone ou").fill("01 97 00 00 01")
    page.get_by_role("button", name="Recevoir un code").click()
    page.wait_for_url("**/compte/login/code/confirm/**")
    page.goto("/demo/messages/?q=97000001")
    assert page.get_by_text(last_code(PHONE)).is_visible()
    fine(page)
