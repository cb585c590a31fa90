"""From a citizen's request to a certificate anyone can verify, as people do it, in a real browser."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from civil_acts.models import ActRequest
from cotonou.accounts.permissions import Role
from cotonou.accounts.second_factor import STEP_SECONDS
from cotonou.notifications.models import Message
from tests.support import civil
from tests.support.browser import (
    DESKTOP,
    PHONE,
    PHONE_NO_JS,
    assert_axe_clean,
    assert_no_sideways_scroll,
    seen_as,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "un-mot-de-passe-long"


@pytest.fixture(autouse=True)
def city(sealing_keys):
    civil.load()


def looked_at(page: Page) -> None:
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continuer", exact=True).click()


def fill_request(page: Page, *, phone: str = "97 00 11 22", looked_at=looked_at, known: bool = False) -> str:
    """From the home page to the check page, every page looked at; returns the code.

    known: the person is logged in, so that the first page says what the account knows.
    """
    page.goto("/")
    looked_at(page)
    page.goto("/demarches/?q=papier+de+naissance")
    looked_at(page)
    page.get_by_role("link", name=re.compile("Copie ou extrait d’acte de naissance")).first.click()
    expect(page.get_by_text("Qui délivre")).to_be_visible()
    expect(page.get_by_text("500 F").first).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name=re.compile("Commencer")).or_(
        page.get_by_role("link", name=re.compile("Commencer"))
    ).first.click()
    looked_at(page)
    page.get_by_role("button", name="Commencer").click()

    if known:
        expect(page.get_by_label("Votre numéro de téléphone")).not_to_have_value("")
        expect(page.get_by_label("Vos prénoms")).not_to_have_value("")
    else:
        go_on(page)  # nothing typed: each field says what to do
        expect(page.get_by_role("link", name="Saisissez votre nom de famille.")).to_be_visible()
    looked_at(page)
    page.get_by_label("Votre nom de famille").fill("Dossou")
    page.get_by_label("Vos prénoms").fill("Afi")
    page.get_by_label("Votre numéro de téléphone").fill(phone)
    go_on(page)
    looked_at(page)
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", page.locator("main").inner_text())[0]
    page.get_by_label("Extrait d’acte de naissance").check()
    page.get_by_label("Nombre d’exemplaires").fill("2")
    go_on(page)
    looked_at(page)
    page.get_by_label("C’est mon acte de naissance").check()
    go_on(page)
    looked_at(page)
    page.get_by_label("Nom de famille").fill("Dossou")
    page.get_by_label("Prénoms").fill("Afi Rose")
    page.get_by_label("Jour").fill("27")
    page.get_by_label("Mois").fill("3")
    page.get_by_label("Année", exact=True).fill("1984")
    go_on(page)
    looked_at(page)
    page.get_by_role("combobox", name="Arrondissement").or_(
        page.get_by_label("5e arrondissement")
    ).first.focus()
    if page.get_by_role("radio", name="5e arrondissement").count():
        page.get_by_role("radio", name="5e arrondissement").check()
    else:
        page.get_by_role("combobox", name="Arrondissement").select_option("5")
    go_on(page)
    looked_at(page)
    go_on(page)
    looked_at(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "carte.png", "mimeType": "image/png", "buffer": civil.photo().read()}
    )
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vérifiez vos réponses")
    looked_at(page)
    return code


def pay(page: Page, run_jobs, decision: str = "Accepter") -> None:
    page.get_by_role("button", name="Confirmer et passer au paiement").click()
    looked_at(page)
    choose_operator(page, decision)
    run_jobs()


def choose_operator(page: Page, decision: str) -> None:
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Payer", exact=True).click()
    looked_at(page)
    page.get_by_role("button", name=decision).click()


def follow(page: Page, code: str, phone: str) -> None:
    page.goto("/suivi/")
    page.get_by_label("Code de suivi").fill(code)
    page.get_by_label(re.compile("Numéro de téléphone")).fill(phone)
    page.get_by_role("button", name="Suivre").click()


def staff(*roles: str, name: str, email: str):
    actor = civil.staff(*roles, name=name)
    user = actor.user
    user.email = email
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    totp.TOTP.activate(user, SECRET)
    return user


def one_time_code(*, ahead: int = 0) -> str:
    """Of the authentication application. A code serves once; the next one is already accepted."""
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // STEP_SECONDS + ahead))


def log_in(page: Page, email: str) -> None:
    page.goto("/agents/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.locator("input[name=code]").fill(one_time_code())
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/agents/$"))
    looked_at(page)


@seen_as(PHONE_NO_JS, DESKTOP)
def test_a_citizen_without_account_gets_a_certificate_that_anyone_can_verify(
    page, open_context, view, run_jobs
):
    civil.birth_act()
    staff(Role.CLERK, name="Awa Sossou", email="clerk@example.org")
    staff(Role.OFFICER, name="Pierre Gbaguidi", email="officer@example.org")

    # 1. The citizen asks and pays.
    code = fill_request(page)
    pay(page, run_jobs)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paiement reçu")
    looked_at(page)
    page.get_by_role("link", name=re.compile("reçu", re.IGNORECASE)).first.click()
    expect(page.get_by_text("mille francs CFA").first).to_be_visible()
    looked_at(page)
    assert code in Message.objects.filter(channel="SMS", template="civil_acts.submitted").get().body

    # 2. The clerk checks, finds the act and prepares.
    office = open_context(view).new_page()
    log_in(office, "clerk@example.org")
    office.goto("/agents/demandes/")
    looked_at(office)
    office.get_by_role("link", name="DOSSOU Afi Rose").click()
    looked_at(office)
    office.get_by_role("button", name="Prendre en charge").click()
    looked_at(office)
    office.get_by_role("button", name="Le droit est vérifié").click()
    expect(office.get_by_text("Cochez chaque justificatif").first).to_be_visible()
    looked_at(office)
    for box in office.locator("input[name=proofs]").all():
        box.check()
    office.get_by_role("button", name="Le droit est vérifié").click()
    office.get_by_role("button", name=re.compile("Choisir cet acte")).first.click()
    office.get_by_role("button", name="Préparer pour la signature").click()
    expect(office.get_by_text("Document préparé").first).to_be_visible()

    # 3. The officer reads and signs, after a fresh second factor.
    desk = open_context(view).new_page()
    log_in(desk, "officer@example.org")
    desk.goto("/agents/signatures/")
    looked_at(desk)
    desk.get_by_role("link", name="DOSSOU Afi Rose").click()
    expect(desk.get_by_text("AHOUANSOU Reine")).to_be_visible()
    looked_at(desk)
    desk.goto("/agents/signatures/")
    desk.get_by_label("Signer pour DOSSOU Afi Rose").check(force=True)
    desk.get_by_label("Code de votre application d’authentification").fill("000000")
    desk.get_by_role("button", name="Signer les documents cochés").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.get_by_label("Signer pour DOSSOU Afi Rose")).to_be_checked()
    looked_at(desk)
    desk.get_by_label("Code de votre application d’authentification").fill(one_time_code(ahead=1))
    desk.get_by_role("button", name="Signer les documents cochés").click()
    expect(desk.get_by_text("1 document signé")).to_be_visible()
    run_jobs()

    # 4. Told, the citizen proves the phone once more and fetches the sealed PDF.
    assert Message.objects.filter(channel="SMS", template="civil_acts.ready").exists()
    elsewhere = open_context(view).new_page()
    follow(elsewhere, code.lower(), "01 97 00 11 22")
    expect(elsewhere.get_by_role("heading", level=1)).to_contain_text("Votre document est prêt")
    looked_at(elsewhere)
    elsewhere.get_by_role("button", name="Télécharger le document").click()
    looked_at(elsewhere)
    elsewhere.get_by_role("button", name="Recevoir le code").click()
    run_jobs()
    sms = Message.objects.filter(template="codes.code").latest("pk").body
    elsewhere.get_by_label("Code reçu par SMS").fill(re.search(r"\d{6}", sms)[0])
    with elsewhere.expect_download() as fetched:
        elsewhere.get_by_role("button", name="Ouvrir le document").click()
    assert fetched.value.suggested_filename.endswith(".pdf")
    assert fetched.value.path().read_bytes().startswith(b"%PDF")

    # 5. Anyone types the code of the paper.
    document = ActRequest.objects.get().document
    anyone = open_context(view).new_page()
    anyone.goto("/v")
    looked_at(anyone)
    anyone.goto(f"/v/{document.code}")
    expect(anyone.get_by_role("heading", level=1)).to_contain_text("Document authentique et valable")
    expect(anyone.locator("main")).not_to_contain_text("AHOUANSOU")
    looked_at(anyone)


@seen_as(PHONE_NO_JS, PHONE)
def test_a_request_left_on_any_page_is_resumed_from_another_browser(page, open_context, view):
    code = fill_request(page, looked_at=lambda page: None)
    other = open_context(view).new_page()
    other.goto("/reprendre/")
    looked_at(other)
    other.get_by_label(re.compile("Code de votre demande")).fill(code)
    other.get_by_label(re.compile("Numéro de téléphone")).fill("97001122")
    other.get_by_role("button").filter(has_text=re.compile("Reprendre|Continuer")).first.click()
    other.goto(re.sub("/[^/]+/$", "/verifier/", other.url))
    for text in ("Afi Rose", "27 mars 1984", "5e arrondissement", "carte.png"):
        expect(other.locator("main")).to_contain_text(text)


@pytest.mark.parametrize(
    ("decision", "words"),
    [("Refuser", "refusé"), ("Solde insuffisant", "solde"), ("Ne pas répondre", "attente")],
)
@seen_as(PHONE_NO_JS)
def test_a_payment_that_fails_says_so_and_loses_nothing(page, run_jobs, decision, words):
    item = civil.to_pay()
    follow(page, item.tracking_code, "97000001")
    page.get_by_role("button", name="Payer maintenant").click()
    choose_operator(page, decision)
    run_jobs()
    page.reload()
    expect(page.locator("main")).to_contain_text(re.compile(words, re.IGNORECASE))
    looked_at(page)
    assert ActRequest.objects.get().state == "TO_PAY"


@seen_as(PHONE_NO_JS, DESKTOP)
def test_a_counter_agent_types_takes_cash_and_prints_the_receipt(page, run_jobs):
    user = staff(Role.COUNTER_AGENT, name="Ida Kpanou", email="counter@example.org")
    civil.open_drawer(user)
    log_in(page, "counter@example.org")
    page.goto("/agents/guichet/")
    looked_at(page)
    page.get_by_role("button", name="Copie ou extrait d’acte de naissance").click()
    page.get_by_label("Nom de famille du demandeur").fill("Zinsou")
    page.get_by_label("Prénoms du demandeur").fill("Codjo")
    page.get_by_label("Téléphone", exact=True).fill("0196000000")
    looked_at(page)
    go_on(page)
    page.get_by_label("Copie intégrale d’acte de naissance").check()
    page.get_by_label("Nombre d’exemplaires").fill("1")
    go_on(page)
    page.get_by_label("La personne elle-même").check()
    go_on(page)
    page.get_by_label("Nom de famille").fill("Zinsou")
    page.get_by_label("Prénoms").fill("Codjo")
    page.get_by_label("Année", exact=True).fill("1971")
    go_on(page)
    if page.get_by_role("radio", name="5e arrondissement").count():
        page.get_by_role("radio", name="5e arrondissement").check()
    else:
        page.get_by_role("combobox", name="Arrondissement").select_option("5")
    go_on(page)
    go_on(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "cip.png", "mimeType": "image/png", "buffer": civil.photo("teal").read()}
    )
    go_on(page)
    page.get_by_role("button", name="Enregistrer la demande").click()
    expect(page.locator("main")).to_contain_text("À encaisser")
    looked_at(page)
    page.get_by_role("button", name="Encaisser et imprimer le reçu").click()
    expect(page.locator("main")).to_contain_text("cinq cents francs CFA")
    looked_at(page)
    run_jobs()
    item = ActRequest.objects.get()
    assert (item.channel, item.state, str(item.entered_by)) == ("COUNTER", "SUBMITTED", "Ida Kpanou")


@seen_as(PHONE_NO_JS)
def test_with_an_account_the_request_is_found_again_in_ones_own_space(page, run_jobs):
    user = civil.User.objects.create_user(full_name="Afi Dossou", phone="+2290197001122", phone_verified=True)
    page.goto("/espace/")
    page.locator("input[name=login]").fill("97 00 11 22")
    page.get_by_role("button", name="Recevoir un code").click()
    run_jobs()
    sms = Message.objects.filter(channel="SMS", to="+2290197001122").latest("pk").body
    page.locator("input[name=code]").fill(re.search(r"\d{6}", sms)[0])
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(re.compile("/espace/$"))
    looked_at(page)
    code = fill_request(page, looked_at=lambda page: None, known=True)
    page.goto("/espace/")
    expect(page.locator("main")).to_contain_text(code)
    expect(page.locator("main")).to_contain_text("À terminer")
    looked_at(page)
    page.get_by_role("link", name=re.compile("Copie ou extrait")).first.click()
    page.get_by_role("button", name="Confirmer et passer au paiement").click()
    choose_operator(page, "Accepter")
    run_jobs()
    page.goto("/espace/")
    expect(page.locator("main")).to_contain_text("Reçue par la Mairie")
    assert ActRequest.objects.get().contact.user_uuid == user.public_id
