"""The public pages: no login, no session, never more than the paper shows."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from cotonou.accounts.models import Office
from cotonou.accounts.permissions import public
from cotonou.core import codes
from cotonou.core.templatetags.portal import date_fr
from cotonou.documents import elsewhere, kinds, lookups, verification
from cotonou.documents.forms import CodeForm, PdfForm
from cotonou.documents.verification import MISTYPED, UNKNOWN, Verdict

TOO_MANY = "TOO_MANY"
STATUS = {UNKNOWN: 404, MISTYPED: 404, TOO_MANY: 429}


@public
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The form; a phone that scanned a QR code lands here too, and its script reads what is after #."""
    if "code" not in request.GET:
        return render(request, "documents/verify.html", _forms())
    form = CodeForm(request.GET)
    if form.is_valid():
        return redirect("documents:verify_code", code=form.cleaned_data["code"])
    return render(request, "documents/verify.html", _forms(form=form), status=422)


def _forms(**changed) -> dict:
    said = {"form": CodeForm(), "pdf_form": PdfForm(prefix="pdf")} | changed
    return said | {"forms": [said["form"], said["pdf_form"]]}


@public
@require_GET
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    canonical, visitor = codes.normalise(code), lookups.visitor(request)
    verdict = _look_up(canonical, visitor)
    if verdict.status == UNKNOWN and canonical and (paper := elsewhere.find(canonical)):
        # No failure, but whoever has too many of them reads nothing here either.
        if lookups.failures_of(visitor) <= lookups.LIMIT:
            return redirect(paper)
        verdict = Verdict(TOO_MANY)
    elif verdict.status == UNKNOWN and lookups.count_failure(visitor) > lookups.LIMIT:
        verdict = Verdict(TOO_MANY)
    return _page(request, verdict, code=canonical or "")


@public
@require_GET
def state(request: HttpRequest, code: str) -> JsonResponse:
    """What the scanned page asks when it can: the state, and the lines that the QR has no room for."""
    visitor = lookups.visitor(request)
    verdict = _look_up(codes.normalise(code), visitor)
    if verdict.status == UNKNOWN and lookups.count_failure(visitor) > lookups.LIMIT:
        verdict = Verdict(TOO_MANY)
    said: dict[str, Any] = {"state": verdict.status}
    if verdict.document:
        paper = verification.shown(verdict.document)
        said |= {"more": paper["more"], "changed_on": date_fr(paper["changed_on"])}
    response = JsonResponse(said, status=STATUS.get(verdict.status, 200))
    response["Cache-Control"] = "no-store"
    return response


def _look_up(code: str | None, visitor: str) -> Verdict:
    """One query for a paper that exists. UNKNOWN is not counted yet: the caller knows if it is a failure."""
    if code is None:
        return Verdict(MISTYPED)
    document = lookups.with_failures(verification.papers().filter(code=code), visitor).first()
    if document and document.failures > lookups.LIMIT:
        return Verdict(TOO_MANY)
    return verification.state_of(document)


# Changes nothing and knows nobody: a token would only cost the page its cacheability.
@csrf_exempt
@public
@require_http_methods(["GET", "POST"])
def by_file(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("documents:verify")
    form = PdfForm(request.POST, request.FILES, prefix="pdf")
    if not form.is_valid():
        return render(request, "documents/verify.html", _forms(pdf_form=form), status=422)
    file = form.cleaned_data["file"]
    if file.size > settings.UPLOAD_MAX_BYTES:
        return _page(request, Verdict(UNKNOWN), from_file=True)
    return _page(request, verification.verify_pdf(file.read()), from_file=True)


# Said first in the title: what a screen reader hears, what a tab shows.
RESULTS = {
    verification.VALID: _("Document authentique et valable"),
    verification.REPLACED: _("Document remplacé"),
    verification.REVOKED: _("Document annulé"),
    verification.TRIAL: _("Document d’essai, sans valeur"),
    verification.ALTERED: _("Fichier modifié"),
    MISTYPED: _("Code mal recopié"),
    TOO_MANY: _("Trop d’essais"),
    UNKNOWN: _("Document inconnu"),
}


def _page(request: HttpRequest, verdict: Verdict, *, from_file: bool = False, code: str = "") -> HttpResponse:
    response = render(
        request,
        "documents/verdict.html",
        {
            "status": verdict.status,
            "result": RESULTS[verdict.status],
            "code": code,
            "paper": verification.shown(verdict.document) if verdict.document else None,
            "from_file": from_file,
        },
        status=200 if from_file else STATUS.get(verdict.status, 200),
    )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@public
@require_GET
@cache_control(public=True, max_age=300)
def published_keys(request: HttpRequest) -> JsonResponse:
    """What a phone needs to check a QR code alone: keys, names of kinds and of offices."""
    return JsonResponse(
        {
            "keys": verification.published_keys(),
            "kinds": {kind.code: str(kind.label) for kind in kinds.all_kinds()},
            "offices": {code.upper(): name for code, name in Office.objects.values_list("code", "name")},
        }
    )


@public
@require_GET
@cache_control(public=True, max_age=300)
def revocations(request: HttpRequest) -> JsonResponse:
    return JsonResponse(verification.withdrawn())


@public
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may act on /v; it ignores every other page."""
    shell = {"static_url": settings.STATIC_URL, "sources": ["/v", "/v/cles.json", "/v/revocations.json"]}
    text = render_to_string("documents/sw.js", shell)
    version = hashlib.sha256(
        (text + render_to_string("documents/_verify_scripts.html")).encode()
    ).hexdigest()[:12]
    response = HttpResponse(text.replace("VERSION", version), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
