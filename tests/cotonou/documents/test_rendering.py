import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from cotonou.documents import assets, checks, layouts, plain_templates, qr, rendering
from tests.cotonou.documents import papers

HOSTILE = "<img src=file:///etc/passwd>"
# Fon and Yoruba letters of Benin, and the tone marks written over them.
LETTERS = "ƉɖƐɛƆɔỌọẸẹṢṣŊŋÀÈÌÒÙÁÉÍÓÚÂÊÎÔÛÇàèìòùáéíóúâêîôûçŒœ’«»–°"
TONES = "\u0300\u0301\u0302\u030c\u0304\u0323"


def to_text(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.mark.parametrize("path", sorted(set(assets.ASSETS.values())), ids=lambda path: path.name)
def test_the_vendored_fonts_hold_the_letters_and_tones_of_benin(path):
    with TTFont(path) as font:
        known = font.getBestCmap()
    missing = [f"{ord(c):04X}" for c in LETTERS + TONES if ord(c) not in known]
    assert not missing


def test_the_fonts_come_with_their_licence():
    assert "SIL OPEN FONT LICENSE" in (assets.FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.png",
        "data:image/png;base64,AAAA",
        "asset:../fonts/NotoSans-Regular.ttf",
        "asset:NotoSans-Regular.ttf?x",
        "ftp://example.org/",
    ],
)
def test_the_renderer_fetches_nothing_that_is_not_on_its_list(url):
    with pytest.raises(ValueError, match="refused"):
        rendering.LocalAssets().fetch(url)


@pytest.mark.hostile
@pytest.mark.django_db
def test_a_hostile_name_is_text_and_nothing_is_fetched(tmp_path, monkeypatch):
    asked = []
    fetch = rendering.LocalAssets.fetch
    monkeypatch.setattr(
        rendering.LocalAssets, "fetch", lambda self, url, headers=None: asked.append(url) or fetch(self, url)
    )
    document = papers.issue(
        snapshot=papers.snapshot(person={"surname": HOSTILE, "given_names": "{{ document.serial }} {% if %}"})
    )
    pdf = papers.pdf(papers.seal(document))
    text = to_text(pdf, tmp_path)
    assert "<IMG SRC=FILE:///ETC/PASSWD>" in text
    assert "{{ document.serial }} {% if %}" in text
    assert "root:" not in text
    assert set(asked) <= set(assets.ASSETS)


@pytest.mark.hostile
def test_even_a_template_that_asks_for_a_file_does_not_get_it(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>stolen</text></svg>')
    html = (
        f'<link rel="stylesheet" href="{secret.as_uri()}"><img src="{secret.as_uri()}">'
        f'<object data="{secret.as_uri()}"></object><a rel="attachment" href="{secret.as_uri()}">x</a>kept'
    )
    pdf = rendering.html_to_pdf(html, "@import url(file:///etc/passwd);", identifier=b"x" * 16)
    assert "kept" in to_text(pdf, tmp_path)
    assert "stolen" not in to_text(pdf, tmp_path)
    assert b"EmbeddedFile" not in pdf


@pytest.mark.django_db
def test_names_with_benin_letters_are_extracted_as_typed(tmp_path):
    names = {"surname": "Ɖɔ̀ssú-Gbɛ́tɔ́", "given_names": "Afiɖa Rɔse Ɛlɔ̀m"}
    pdf = papers.pdf(papers.seal(papers.issue(snapshot=papers.snapshot(person=names))))
    text = to_text(pdf, tmp_path)
    assert "ƉƆ̀SSÚ-GBƐ́TƆ́ Afiɖa Rɔse Ɛlɔ̀m" in text
    assert "deux mille francs CFA" in text
    assert "le vingt-quatre novembre deux mille vingt-six" in text


@pytest.mark.django_db
def test_every_font_is_embedded_and_ours(tmp_path, sealed):
    path = tmp_path / "fonts.pdf"
    path.write_bytes(papers.pdf(sealed))
    done = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True)
    rows = done.stdout.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.match(r"[A-Z]{6}\+Cotonou-S", row), row
        assert row.split()[-5] == "yes", row


@pytest.mark.django_db
def test_the_pdf_is_tagged_pdf_a_3(sealed):
    with sealed.pdf.open() as handle, pikepdf.open(handle) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert pdf.Root.Lang == "fr"


@pytest.mark.django_db
def test_the_paper_says_how_to_verify_it_and_never_claims_a_qualified_signature(tmp_path, settings, sealed):
    text = to_text(papers.pdf(sealed), tmp_path)
    for words in (
        "République du Bénin",
        "Département du Littoral",
        "Commune de Cotonou",
        "5e arrondissement",
        sealed.serial,
        f"{sealed.code[:5]}-{sealed.code[5:]}",
        "cachet électronique de la Ville de Cotonou",
        settings.PORTAL_URL.split("://", 1)[1] + "/v",
    ):
        assert words in text, words
    assert "qualifiée" not in text.lower()


def test_the_qr_code_is_one_path():
    svg = qr.svg("https://portail.example/v#" + "A" * 170)
    assert svg.count("<path") == 1
    assert re.fullmatch(r"(M\d+ \d+\.5h\d+)+", re.search(r' d="([^"]+)"', svg)[1])


@pytest.mark.parametrize("name", ["birth_copy", "birth_extract", "non_registration", "transmission_slip"])
def test_the_civil_acts_bodies_use_only_the_variables_they_declare(name):
    source = (papers.CIVIL / f"{name}.html").read_text()
    comment = source.split("{% endcomment %}")[0]
    declared = set(re.findall(r"^  (\w+)  ", comment, re.MULTILINE)) | set(
        re.findall(r"^  (signed_on) ", comment, re.MULTILINE)
    )
    plain_templates.check_source(source, variables=declared)


def test_a_long_document_repeats_its_proof_on_every_page(tmp_path):
    page, css = layouts.load("slip")
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(120))
    about = {
        "title": "Bordereau", "serial": "2026/A05/000001", "code": "ABCDE-12345", "issued_on": "2026-11-24",
        "issuer": ["Commune de Cotonou"], "address": "portail.example/v", "replaces": "", "qr": "",
        "body": plain_templates.mark_safe(f'<table class="list">{rows}</table>'),
    }  # fmt: skip
    html = plain_templates.render(page, {"document": about})
    pdf = rendering.html_to_pdf(html, css, identifier=b"x" * 16)
    pages = to_text(pdf, tmp_path).split("\f")[:-1]
    assert len(pages) > 2
    assert all("ABCDE-12345" in text for text in pages)


STRIPPED = "p, body > p { display: none !important; color: white !important; position: static !important }"


@pytest.mark.parametrize("css", ["", STRIPPED], ids=["ours", "a layout that hides it"])
def test_every_page_made_by_a_demonstration_bears_its_mark_whatever_the_layout(tmp_path, css):
    page = "<html lang='fr'><body><h1>Un</h1><div style='break-before: page'>Deux</div></body></html>"
    pdf = rendering.html_to_pdf(page, css, identifier=b"x" * 16)
    pages = to_text(pdf, tmp_path).split("\f")[:-1]
    assert len(pages) == 2
    assert all("DÉMONSTRATION – SANS VALEUR" in " ".join(text.split()) for text in pages)
    assert len(set(colours(pdf, tmp_path))) > 50  # drawn, and not white


def colours(pdf: bytes, tmp_path: Path) -> list:
    """The colours of each first-page pixel."""
    (tmp_path / "drawn.pdf").write_bytes(pdf)
    drawn = tmp_path / "drawn"
    subprocess.run(["pdftoppm", "-r", "40", "-png", "-l", "1", f"{drawn}.pdf", drawn], check=True)
    with Image.open(next(tmp_path.glob("drawn*.png"))) as image:
        return list(image.convert("RGB").get_flattened_data())


@pytest.mark.django_db
def test_specimens_and_certificates_bear_the_mark_also_when_keys_are_a_file(tmp_path, settings, sealed):
    assert "SANS VALEUR" in words(papers.pdf(sealed), tmp_path)
    version = papers.template()
    assert "DÉMONSTRATION" in words(rendering.specimen(version, papers.snapshot()), tmp_path)
    settings.DEMO = False
    assert "ESSAI – SANS VALEUR" in words(rendering.to_pdf(sealed, payload="x"), tmp_path)


def words(pdf: bytes, tmp_path: Path) -> str:
    """The text on one line: the mark is long and turned, and may be read on two."""
    return " ".join(to_text(pdf, tmp_path).split())


@pytest.mark.django_db
def test_the_papers_of_a_real_portal_bear_no_mark(tmp_path, settings, sealed):
    settings.DEMO, settings.DOCUMENT_KEYS_PROVIDER = False, "pkcs11"
    text = to_text(rendering.to_pdf(sealed, payload="x"), tmp_path)
    assert sealed.serial in text
    assert "SANS VALEUR" not in text
    assert "ESSAI" not in text


def test_without_the_subsetting_library_checks_fail_and_workers_do_not_start(monkeypatch):
    assert checks.subsetter(None) == []
    monkeypatch.setattr(assets, "subsetter_is_missing", lambda: True)
    assert [error.id for error in checks.subsetter(None)] == ["documents.E001"]
    with pytest.raises(SystemExit, match="libharfbuzz-subset0"):
        checks.prepare_worker()


def test_a_font_that_is_missing_is_named(monkeypatch):
    assert checks.fonts(None) == []
    monkeypatch.setattr(assets, "ASSETS", {"asset:x.ttf": assets.FONTS / "x.ttf"})
    assert "x.ttf" in checks.fonts(None)[0].msg


def test_caches_are_renewed_without_changing_the_result(monkeypatch):
    monkeypatch.setattr(rendering, "_RENDERS_PER_CACHE", 2)
    monkeypatch.setattr(rendering, "_local", rendering.threading.local())
    first = rendering._caches()
    sizes = {len(rendering.html_to_pdf("<p>Ɖ</p>", "p{color:red}", identifier=b"x" * 16)) for _ in range(5)}
    assert rendering._caches() is not first
    assert max(sizes) - min(sizes) < 50  # a date apart
