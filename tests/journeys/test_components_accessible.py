"""The components, looked at as people will: phone and desktop, with and without JavaScript."""

import pytest

from tests.support.browser import (
    DESKTOP,
    PHONE,
    assert_axe_clean,
    assert_no_sideways_scroll,
    both_widths,
    evaluate,
    everywhere,
    seen_as,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/dev/composants/?etat=vide",
    "/dev/composants/?etat=rempli",
    "/dev/composants/?etat=erreurs",
    "/dev/composants/agents/",
    "/dev/composants/fin/",
    "/dev/composants/erreur/404/",
    "/dev/composants/erreur/419/",
]


@both_widths
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(page, path):
    page.goto(path)
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


@everywhere
def test_a_refused_form_keeps_what_was_typed(page):
    page.goto("/dev/composants/")
    page.get_by_label("Nom de famille").fill("Ɖossou")
    page.get_by_role("button", name="Continuer").last.click()
    assert page.title().startswith("Erreur : ")
    assert page.get_by_label("Nom de famille").input_value() == "Ɖossou"
    summary = page.locator(".govuk-error-summary")
    assert (
        summary.get_by_role("link", name="Choisissez comment recevoir l’acte.").get_attribute("href")
        == "#id_receive_0"
    )


@seen_as(PHONE, DESKTOP)
def test_errors_take_the_focus_and_lead_to_the_first_choice(page):
    page.goto("/dev/composants/?etat=erreurs")
    page.locator(".govuk-error-summary:focus").wait_for()
    page.get_by_role("link", name="Choisissez comment recevoir l’acte.").click()
    page.locator("#id_receive_0:focus").wait_for()


@both_widths
def test_a_choice_reveals_its_question(page):
    page.goto("/dev/composants/")
    assert not page.get_by_label("Adresse postale").is_visible()
    page.get_by_label("Par la poste").check()
    assert page.get_by_label("Adresse postale").is_visible()


@everywhere
def test_the_language_switch_keeps_the_page(page):
    page.goto("/dev/composants/?etat=rempli")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/dev/composants/?etat=rempli")
    assert page.locator("html").get_attribute("lang") == "en"


@both_widths
def test_fields_and_buttons_are_large_enough_to_touch(page):
    page.goto("/dev/composants/?etat=vide")
    small = evaluate(
        page,
        """[...document.querySelectorAll('button, .govuk-button, input, select, textarea')]
           .filter(e => e.type !== 'hidden' && e.type !== 'file')
           .filter(e => e.getClientRects().length)
           .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
           .filter(([, r]) => r.height < 39.5 || r.width < 39.5).map(([html]) => html)""",
    )
    # Small checkboxes: the touch area is the input, 44 px, around a 24 px box.
    assert small == []


@seen_as(PHONE)
def test_the_cards_of_a_table_keep_its_roles_for_screen_readers(page):
    page.goto("/dev/composants/agents/")
    table = page.get_by_role("table", name="File des demandes")
    assert table.get_by_role("row").count() == 4
    assert table.get_by_role("cell").count() == 12
    assert table.get_by_role("rowheader").count() == 3


@seen_as(DESKTOP)
def test_a_receipt_prints_on_one_page_without_navigation(page):
    page.goto("/dev/composants/fin/")
    assert page.get_by_role("button", name="Imprimer").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Imprimer").is_visible()
    assert not page.get_by_role("button", name="English").is_visible()
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1


AGENTS = "/dev/composants/agents/"


@everywhere
def test_a_refusal_without_reason_is_told_and_takes_the_focus(page):
    page.goto(AGENTS)
    page.get_by_role("button", name="Refuser la demande").click()
    link = page.get_by_role("link", name="Saisissez le motif du refus.")
    link.wait_for()
    assert link.get_attribute("href") == "#id_reason"
    page.get_by_label("Motif du refus").fill("Pièce illisible")
    page.get_by_role("button", name="Refuser la demande").click()
    page.get_by_text("La demande est refusée.").wait_for()


@both_widths
def test_after_htmx_replaced_a_form_the_keyboard_is_at_its_errors(page):
    page.goto(AGENTS)
    page.get_by_role("button", name="Refuser la demande").click()
    page.locator(".govuk-error-summary:focus").wait_for()
    assert page.url.endswith(AGENTS)


@seen_as(DESKTOP)
def test_a_filter_replaces_the_list_and_can_be_shared(page):
    page.goto(AGENTS)
    with page.expect_response("**/agents/?*"):
        page.get_by_label("Quartier").select_option("Gbégamey")
    page.wait_for_url("**/agents/?arrondissement=2*")
    assert page.get_by_role("table", name="File des demandes").is_visible()


@seen_as(DESKTOP)
def test_progress_is_asked_for_until_it_is_finished(page):
    page.goto(AGENTS)
    page.get_by_text("40 / 40").wait_for()
    assert page.locator("#travail").get_attribute("hx-get") is None


@both_widths
def test_one_box_ticks_them_all(page):
    page.goto(AGENTS)
    page.get_by_label("Tout cocher").check()
    assert page.locator("input[name=actes]:checked").count() == 3


def test_a_lost_connection_is_said(new_context, live_server):
    # A context of its own: the browser rightly reports the failed request.
    page = new_context(base_url=live_server.url, locale="fr-FR").new_page()
    page.goto(AGENTS)
    page.route("**/refus/", lambda route: route.abort())
    page.get_by_role("button", name="Refuser la demande").click()
    page.get_by_text("L’action n’est pas partie").wait_for()
