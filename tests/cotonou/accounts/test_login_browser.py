"""The pages of logging in, in a real browser under the real CSP."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

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


def virtual_device(context, page):
    """A phone that checks its owner: the debugger's session, and the device's id in it."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_then_logs_in_alone(context, live_server):
    user = citizen()
    logged_in(context, live_server, user)
    page = context.new_page()
    page.goto("/compte/2fa/webauthn/add/")
    fine(page)  # before the virtual device, which does not survive axe's own debugger session
    devtools, key = virtual_device(context, page)
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    page.get_by_role("button", name="Créer la clé").click()
    page.wait_for_url("**/compte/2fa/")
    assert page.get_by_text("Mon téléphone").first.is_visible()
    assert not page.get_by_text("Codes de secours").count()

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


def test_a_citizen_with_a_passkey_logs_in_by_code_alone_on_another_phone(context, live_server):
    logged_in(context, live_server, citizen())
    page = context.new_page()
    page.goto("/compte/2fa/webauthn/add/")
    virtual_device(context, page)
    assert not page.get_by_role("checkbox").count()  # it always logs in alone: nothing to choose
    page.get_by_role("button", name="Créer la clé").click()
    page.wait_for_url("**/compte/2fa/")

    context.clear_cookies()
    elsewhere = context.new_page()  # another phone: it has no key
    elsewhere.goto("/compte/login/")
    elsewhere.get_by_label("Votre numéro de téléphone ou").fill("01 97 00 00 01")
    elsewhere.get_by_role("button", name="Recevoir un code").click()
    elsewhere.wait_for_url("**/compte/login/code/confirm/**")
    elsewhere.get_by_label("Code reçu").fill(last_code(PHONE))
    elsewhere.get_by_role("button", name=CONTINUE).click()
    elsewhere.wait_for_url("**/espace/")
    elsewhere.goto("/compte/2fa/webauthn/")  # from here the lost key can be taken away
    elsewhere.get_by_role("link", name="Retirer").click()
    elsewhere.get_by_role("button", name="Retirer la clé").click()
    elsewhere.wait_for_url("**/compte/2fa/webauthn/")
    assert not Authenticator.objects.exists()


def test_a_passkey_that_cannot_work_at_this_address_says_why(new_context, live_server, settings):
    settings.PORTAL_URL = live_server.url
    at_an_address = live_server.url.replace("localhost", "127.0.0.1")
    client = Client()
    client.force_login(citizen())
    context = new_context(locale="fr-FR")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": at_an_address}]
    )
    page = context.new_page()
    page.goto(f"{at_an_address}/compte/2fa/webauthn/add/")
    virtual_device(context, page)
    page.get_by_role("button", name="Créer la clé").click()
    page.get_by_text("Les clés d’accès ne marchent pas à cette adresse").wait_for()
    assert page.get_by_role("link", name=live_server.url).is_visible()


@seen_as(NARROW)
def test_without_passkeys_in_the_browser_the_page_says_so(context, live_server):
    logged_in(context, live_server, citizen())
    page = context.new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/compte/2fa/webauthn/add/")
    assert page.get_by_text("Ce navigateur n’a pas de clés d’accès").is_visible()
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
