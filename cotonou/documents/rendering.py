"""A document's snapshot and template -> PDF/A-3, fetching nothing but our fonts.

Fonts and parsed style sheets are kept per thread: reading them again for each
certificate would double its time.
"""

import hashlib
import secrets
import threading
from typing import Any

from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.translation import override
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from cotonou.accounts.models import Office
from cotonou.core import codes, trial
from cotonou.documents import kinds, plain_templates, qr
from cotonou.documents.assets import ASSETS, BASE, FACES
from cotonou.documents.models import IssuedDocument, TemplateVersion
from cotonou.territory.dates import local_date, local_today

_RENDERS_PER_CACHE = 500  # then start afresh: WeasyPrint's caches only grow


_HEAD = ["Département du Littoral", "Commune de Cotonou"]


class LocalAssets(URLFetcher):
    """Refuses every address that is not, exactly, one of our own files."""

    def fetch(self, url, headers=None):
        path = ASSETS.get(url)
        if path is None:
            raise ValueError("refused")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


_local = threading.local()


class _Caches:
    def __init__(self):
        self.fetcher = LocalAssets()
        self.fonts = FontConfiguration()
        self.sheets: dict[str, CSS] = {}
        self.left = _RENDERS_PER_CACHE
        faces = "".join(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
            f'src:url("{BASE}{name}")}}'
            for family, weight, style, name in FACES
        )
        self.faces = CSS(string=faces, url_fetcher=self.fetcher, font_config=self.fonts)

    def sheet(self, css: str) -> CSS:
        key = hashlib.sha256(css.encode()).hexdigest()
        if key not in self.sheets:
            self.sheets[key] = CSS(string=css, url_fetcher=self.fetcher, font_config=self.fonts)
        return self.sheets[key]


def _caches() -> _Caches:
    caches = getattr(_local, "caches", None)
    if caches is None or caches.left <= 0:
        caches = _local.caches = _Caches()
    caches.left -= 1
    return caches


# A name that no layout and no template knows, so that none can take the mark away.
_MARK = f"mark-{secrets.token_hex(8)}"
# Across every page, clear of the QR code.
_MARK_STYLE = {
    "position": "fixed", "display": "block", "visibility": "visible", "top": "72mm", "left": "-17mm",
    "width": "210mm", "height": "90mm", "margin": "0", "padding": "0", "transform": "rotate(-28deg)",
    "font": '700 32pt/1.15 "Cotonou Sans"', "white-space": "nowrap", "text-align": "center",
    "color": "rgba(200, 16, 46, 0.26)",
}  # fmt: skip
_MARK_CSS = (
    f"#{_MARK}#{_MARK}{{{';'.join(f'{name}:{said} !important' for name, said in _MARK_STYLE.items())}}}"
)


def _marked(source: HTML, mark: str) -> bool:
    """Print what the paper is worth, when it is worth nothing: ``core.trial``'s word for it, or ``mark``."""
    word = mark or trial.mark()
    if word:
        body = source.etree_element.find("body")
        element = body.makeelement("p", {"id": _MARK})
        element.text = f"{word} – SANS VALEUR"
        body.insert(0, element)
    return bool(word)


def html_to_pdf(html: str, css: str, *, identifier: bytes, mark: str = "") -> bytes:
    """PDF/A-3 with every font embedded. ``identifier`` becomes the file's ID; mark: see ``_marked``."""
    caches = _caches()
    source = HTML(string=html, url_fetcher=caches.fetcher, base_url=BASE)
    sheets = [caches.faces, caches.sheet(css)]
    if _marked(source, mark):
        sheets.append(caches.sheet(_MARK_CSS))
    return source.write_pdf(
        stylesheets=sheets,
        font_config=caches.fonts,
        pdf_variant="pdf/a-3a",
        pdf_identifier=identifier,
    )


def office_lines(office: Office) -> list[str]:
    """Who issues, from the Republic down, as a certificate's head says it."""
    lines = list(_HEAD)
    if office.arrondissement:
        lines.append(office.arrondissement.name)
    elif office.kind != Office.Kind.MAIRIE:
        lines.append(office.name)
    return lines


def _title(kind: str, snapshot: dict[str, Any]) -> str:
    with override("fr"):
        return kinds.get(kind).title(snapshot)


def values_of(document: IssuedDocument, *, payload: str) -> dict[str, Any]:
    """What a layout and a body may read: the snapshot's names, and ``document``."""
    address = f"{settings.PORTAL_URL}/v"
    about = {
        "title": _title(document.kind, document.snapshot),
        "serial": document.serial,
        "code": codes.pretty(document.code),
        "issued_on": local_date(document.issued_at).isoformat(),
        "office": document.office.name,
        "issuer": office_lines(document.office),
        "address": address.split("://", 1)[-1],
        "replaces": document.replaces.serial if document.replaces else "",
        # Made of digits and path commands by qr.svg.
        "qr": mark_safe(qr.svg(qr.url(payload))),  # noqa: S308  # nosec
    }
    return {**document.snapshot, plain_templates.DOCUMENT: about}


def to_html(document: IssuedDocument, *, payload: str) -> str:
    version = document.template_version
    values = values_of(document, payload=payload)
    body = plain_templates.render(version.source, values)
    about = values[plain_templates.DOCUMENT] | {"body": body}
    return plain_templates.render(version.layout, {plain_templates.DOCUMENT: about})


def specimen(version: TemplateVersion, values: dict[str, Any]) -> bytes:
    """The page that this version makes, with invented values: no number, no seal, nothing to verify.

    values: every name of ``version.variables``. Raises MissingValueError.
    """
    return _worthless(version, values, word="SPÉCIMEN", office="Mairie de Cotonou", issuer=_HEAD)


# No footer: there is nothing to verify.
_PROJECT_CSS = """
@page { @bottom-left { content: none } @bottom-center {
  content: "PROJET – sans valeur. Ni numéro, ni cachet, ni code à vérifier.";
  font-family: "Cotonou Sans"; font-size: 9pt; color: #8a2a12;
} }
footer { display: none }
"""


def project(version: TemplateVersion, values: dict[str, Any], *, office: Office) -> bytes:
    """What a document will be once signed, for those who prepare and sign it; marked, and worth nothing.

    values: as for ``specimen``. Nothing is stored. Raises MissingValueError.
    """
    return _worthless(
        version,
        values,
        word="PROJET",
        office=office.name,
        issuer=office_lines(office),
        css=version.css + _PROJECT_CSS,
        mark="PROJET",
    )


def _worthless(
    version: TemplateVersion,
    values: dict[str, Any],
    *,
    word: str,
    office: str,
    issuer: list[str],
    css: str = "",
    mark: str = "",
) -> bytes:
    """A page that no serial, code or seal makes a document; ``word`` stands where they would."""
    about = {
        "title": f"{word} – {_title(version.template.kind, values)}",
        "serial": word,
        "code": f"{word} SANS VALEUR",
        "issued_on": local_today().isoformat(),
        "office": office,
        "issuer": issuer,
        "address": f"{settings.PORTAL_URL}/v".split("://", 1)[-1],
        "replaces": "",
        "qr": "",
    }
    body = plain_templates.render(version.source, {**values, plain_templates.DOCUMENT: about})
    html = plain_templates.render(version.layout, {plain_templates.DOCUMENT: about | {"body": body}})
    return html_to_pdf(html, css or version.css, identifier=version.public_id.bytes, mark=mark)


def to_pdf(document: IssuedDocument, *, payload: str) -> bytes:
    """The unsealed PDF of a document whose QR holds ``payload``."""
    html = to_html(document, payload=payload)
    return html_to_pdf(html, document.template_version.css, identifier=document.public_id.bytes)
