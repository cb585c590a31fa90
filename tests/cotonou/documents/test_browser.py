import subprocess
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import expect

from cotonou.accounts.actors import SYSTEM
from cotonou.documents import kinds, qr, services
from tests.cotonou.documents import papers
from tests.support.browser import (
    PHONE,
    assert_axe_clean,
    assert_no_sideways_scroll,
    both_widths,
    evaluate,
    everywhere,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORKER_READY = "navigator.serviceWorker.ready.then(() => true)"
NO_ED25519 = """
if (crypto.subtle) {
  const known = crypto.subtle.importKey.bind(crypto.subtle);
  crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
    (algorithm.name || algorithm) === "Ed25519"
      ? Promise.reject(new DOMException("unknown", "NotSupportedError"))
      : known(format, key, algorithm, ...rest);
}
"""


@pytest.fixture
def paper(live_server, settings):
    settings.PORTAL_URL = live_server.url
    return papers.seal(papers.issue())


def scan(page, payload):
    page.goto("about:blank")
    page.goto(f"/v#{payload}")


def verdict(page, name):
    return page.locator(f'#scanned [data-show="{name}"]')


@both_widths
def test_a_scanned_paper_is_verified_and_shows_what_to_compare(page, paper):
    scan(page, paper.qr_payload)
    expect(verdict(page, "VALID")).to_be_visible()
    for words in (paper.serial, "A. R. D.", "Certificat d’essai", paper.office.name):
        expect(page.locator("#scanned")).to_contain_text(words)
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


def lines(page) -> dict[str, str]:
    """What the page says of the paper: label -> value."""
    labels, values = (page.locator(f"main dl {part}:visible").all_inner_texts() for part in ("dt", "dd"))
    return dict(zip(labels, values, strict=True))


@both_widths
def test_a_scanned_paper_shows_the_same_lines_as_its_typed_code(page, paper, monkeypatch):
    said = [("Acte", "no 12 de 1990 <b>"), ("Centre", "Cotonou 5")]
    kind = replace(kinds.get(papers.KIND), public_fields=lambda snapshot: said)
    monkeypatch.setitem(kinds._kinds, papers.KIND, kind)
    page.goto(f"/v/{paper.code}")
    typed = lines(page)
    assert dict(said).items() <= typed.items()
    for _again in range(2):
        scan(page, paper.qr_payload)
        expect(verdict(page, "VALID")).to_be_visible()
        expect(verdict(page, "VALID")).to_contain_text("si une seule diffère, le papier est faux")
        assert lines(page) == typed
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)
    services.revoke(document=paper, by=SYSTEM, reason="fraude")
    page.goto(f"/v/{paper.code}")
    on = page.get_by_text("Annulé le").inner_text()
    scan(page, paper.qr_payload)
    expect(verdict(page, "REVOKED")).to_be_visible()
    expect(page.locator('[data-part="changed"]')).to_have_text(on, use_inner_text=True)


@both_widths
def test_a_code_typed_offline_is_kept_and_the_page_says_what_works_without_a_connection(
    open_context, paper, view
):
    page = open_context(view).new_page()
    page.goto("/v")
    assert evaluate(page, WORKER_READY, promise=True)
    page.context.set_offline(True)
    for address in (f"/v/{paper.code}", f"/v?code={paper.code}"):
        page.goto("about:blank")
        page.goto(address)
        expect(verdict(page, "UNREACHED")).to_contain_text("scannez le code carré")
        expect(page.get_by_label("Code de vérification")).to_have_value(paper.code)
    page.get_by_role("button", name="Vérifier ce code").click()
    expect(verdict(page, "UNREACHED")).to_be_visible()
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)
    page.context.set_offline(False)
    page.wait_for_timeout(1000)  # the worker hears of it a little later than the page
    page.get_by_role("button", name="Vérifier ce code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Document authentique et valable")
    forgive_offline(open_context)


@both_widths
def test_one_character_changed_is_refused(page, paper):
    payload = paper.qr_payload
    for place in (0, 40, 90, 120, len(payload) - 1):
        other = "A" if payload[place] != "A" else "B"
        scan(page, payload[:place] + other + payload[place + 1 :])
        expect(verdict(page, "FORGED")).to_be_visible()
        expect(verdict(page, "paper")).to_be_hidden()
    assert_axe_clean(page)


def test_withdrawn_papers_are_named_when_the_server_answers(page, paper):
    services.revoke(document=paper, by=SYSTEM, reason="fraude")
    scan(page, paper.qr_payload)
    expect(verdict(page, "REVOKED")).to_be_visible()


def test_a_phone_without_ed25519_uses_the_vendored_check(open_context, paper):
    context = open_context(PHONE)
    context.add_init_script(NO_ED25519)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    scan(page, paper.qr_payload)
    expect(verdict(page, "VALID")).to_be_visible()
    assert any("noble-ed25519" in url for url in asked)
    scan(page, "A" + paper.qr_payload[1:] if paper.qr_payload[0] != "A" else "B" + paper.qr_payload[1:])
    expect(verdict(page, "FORGED")).to_be_visible()


def test_a_phone_without_https_is_shown_what_the_register_says(open_context, paper):
    """bin/run opened to the local network: there is no crypto to check a signature with."""
    context = open_context(PHONE)
    context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });")
    page = context.new_page()
    scan(page, paper.qr_payload)
    page.wait_for_url(f"**/v/{paper.code}")
    expect(page.locator("main")).to_contain_text(paper.serial)
    scan(page, "A" * 40)
    expect(verdict(page, "FORGED")).to_be_visible()


@pytest.mark.parametrize("ed25519", [True, False], ids=["webcrypto", "vendored"])
def test_offline_after_a_first_visit_the_code_alone_proves_authenticity(open_context, paper, ed25519):
    revoked = papers.seal(papers.issue())
    services.revoke(document=revoked, by=SYSTEM, reason="fraude")
    context = open_context(PHONE)
    if not ed25519:
        context.add_init_script(NO_ED25519)
    page = context.new_page()
    page.goto("/v")
    assert evaluate(page, WORKER_READY, promise=True)
    context.set_offline(True)
    scan(page, paper.qr_payload)
    expect(verdict(page, "OFFLINE")).to_be_visible()
    expect(page.locator("#scanned")).to_contain_text(paper.serial)
    scan(page, revoked.qr_payload)
    expect(verdict(page, "REVOKED")).to_be_visible()
    scan(page, paper.qr_payload[:-5] + "AAAAA")
    expect(verdict(page, "FORGED")).to_be_visible()
    context.set_offline(False)
    scan(page, paper.qr_payload)
    expect(verdict(page, "VALID")).to_be_visible()
    forgive_offline(open_context)


def forgive_offline(open_context):
    """Chromium reports each request that found no network; that is what these tests are about."""
    for watch in open_context.watches:
        watch.problems = [text for text in watch.problems if "ERR_INTERNET_DISCONNECTED" not in text]


def test_the_worker_leaves_other_pages_alone(page, open_context):
    page.goto("/v")
    assert evaluate(page, WORKER_READY, promise=True)
    kept = evaluate(
        page,
        "caches.keys().then(names => caches.open(names[0])).then(cache => cache.keys())"
        ".then(list => list.map(request => new URL(request.url).pathname))",
        promise=True,
    )
    assert {"/v", "/v/cles.json", "/v/revocations.json"} <= set(kept)
    assert all(path.startswith(("/v", "/static/")) for path in kept)
    page.goto("/demarches/")
    page.context.set_offline(True)
    assert not evaluate(page, "fetch('/demarches/').then(() => true, () => false)", promise=True)
    forgive_offline(open_context)
    forgive_offline(open_context)


@everywhere
def test_a_typed_code_works_everywhere(page, paper):
    page.goto("/v")
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)
    page.get_by_label("Code de vérification").fill("0000000001")
    page.get_by_role("button", name="Vérifier ce code").click()
    expect(
        page.get_by_role("heading", name="Il y a un problème").or_(page.locator(".govuk-error-summary"))
    ).to_be_visible()
    assert_axe_clean(page)
    page.get_by_label("Code de vérification").fill(paper.code.lower())
    page.get_by_role("button", name="Vérifier ce code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Document authentique et valable")
    expect(page.locator("main")).to_contain_text(paper.serial)
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


@everywhere
def test_a_file_is_verified_everywhere(page, paper, tmp_path):
    path = tmp_path / "certificat.pdf"
    path.write_bytes(papers.pdf(paper))
    page.goto("/v")
    page.get_by_label("Fichier PDF du document").set_input_files(path)
    page.get_by_role("button", name="Vérifier ce fichier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Document authentique et valable")
    path.write_bytes(papers.pdf(paper)[:-1] + b"x")
    page.goto("/v")
    page.get_by_label("Fichier PDF du document").set_input_files(path)
    page.get_by_role("button", name="Vérifier ce fichier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fichier modifié")
    assert_axe_clean(page)


def test_the_qr_code_printed_on_the_paper_is_the_one_that_verifies(paper, tmp_path, page):
    """Drawn by poppler, read back module by module: what a phone's camera would see."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(papers.pdf(paper))
    subprocess.run(["pdftoppm", "-r", "300", "-png", "-gray", path, tmp_path / "paper"], check=True)
    image = Image.open(next(tmp_path.glob("paper*.png"))).convert("L")
    # The corner of the proof that holds nothing but the code, between its line and its text.
    corner = [round(mm * 300 / 25.4) for mm in (17, 244, 58, 284)]
    area = image.crop(corner).point(lambda value: 255 * (value < 128))
    left, top, right, bottom = area.getbbox()
    matrix = qr.symbol(qr.url(paper.qr_payload))
    side = len(matrix)
    step = (right - left) / side
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            at = (int(left + (x + 0.5) * step), int(top + (y + 0.5) * (bottom - top) / side))
            assert bool(area.getpixel(at)) == bool(dark), (x, y)
