"""The officer's pages of issued documents: find one, read its life, cancel it, have it made again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import forms, issued_page, snapshots
from civil_acts.models import ActRequest
from civil_acts.services import issued, replacement, revocation
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.documents.models import IssuedDocument

REVOKE = Permission.DOCUMENT_REVOKE
PER_PAGE = 25


@require_safe
@require_permission(REVOKE)
def documents(request: HttpRequest) -> HttpResponse:
    """One document by what is printed on it; else those that count no more."""
    form = forms.DocumentSearch(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found: list[IssuedDocument] = []
    if text:
        meant = issued_page.meant_by(text)
        if meant is None:
            form.add_error(
                "q",
                _(
                    "Un caractère manque ou n’est pas le bon. Recopiez le code imprimé à côté du code carré, "
                    "ou le numéro en haut du document, comme 2026/A05/000123."
                ),
            )
        else:
            found = list(issued_page.found(request.actor, meant)[:PER_PAGE])
    if len(found) == 1:
        return redirect("civil_acts:issued", public_id=found[0].public_id)
    searched = bool(text) and not form.errors
    page = Paginator(issued_page.withdrawn(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "searched": searched,
        "columns": issued_page.COLUMNS,
        "found": [issued_page.row(document) for document in found],
        "under_way_columns": issued_page.UNDER_WAY_COLUMNS,
        "under_way": [] if searched else issued_page.under_way(request.actor),
        "page": page,
        "rows": [] if searched else [issued_page.row(document) for document in page],
    }
    return render(request, "civil_acts/officer/documents.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, public_id) -> tuple[ActRequest, IssuedDocument]:
    try:
        return issued.find(public_id, request.actor)
    except IssuedDocument.DoesNotExist as error:
        raise Http404 from error


@require_safe
@require_permission(REVOKE)
def document(request: HttpRequest, public_id) -> HttpResponse:
    item, paper = _found(request, public_id)
    return render(
        request, "civil_acts/officer/document.html", issued_page.context(item, paper, request.actor)
    )


def _decide(
    request: HttpRequest,
    public_id: Any,
    form: forms.SignForm,
    use_case: Callable[..., Any],
    *,
    template: str,
    done: str,
) -> HttpResponse:
    """The form of a decision, then the decision; what somebody did first is told on the document's page."""
    item, paper = _found(request, public_id)
    page = redirect("civil_acts:issued", public_id=public_id)
    if request.method != "POST" and issued_page.refusal(item, paper, request.actor):
        return page
    if request.method == "POST" and form.is_valid():
        try:
            use_case(public_id=public_id, by=request.actor, **form.cleaned_data)
        except (Conflict, NotAllowed) as error:
            messages.warning(request, error.message)
            return page
        except DomainError as error:
            form.add_error("code" if error.code.startswith("second_factor") else None, error.message)
        else:
            messages.success(request, done)
            return page
    context = {"document": paper, "item": item, "form": form, "title": snapshots.holder(paper.snapshot)}
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(REVOKE)
def revoke(request: HttpRequest, public_id) -> HttpResponse:
    return _decide(
        request,
        public_id,
        forms.RevokeForm(request.POST if request.method == "POST" else None),
        revocation.revoke,
        template="civil_acts/officer/revoke.html",
        done=_("Document annulé. La vérification publique le dit déjà, et l’usager est prévenu."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(REVOKE)
def replace(request: HttpRequest, public_id) -> HttpResponse:
    return _decide(
        request,
        public_id,
        forms.ReplaceForm(request.POST if request.method == "POST" else None),
        replacement.ask,
        template="civil_acts/officer/replace.html",
        done=_("Le dossier est retourné aux agents. L’usager est prévenu."),
    )


@require_POST
@require_permission(REVOKE)
def give_up(request: HttpRequest, public_id) -> HttpResponse:
    _found(request, public_id)
    try:
        replacement.give_up(public_id=public_id, by=request.actor)
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(
            request, _("Remplacement abandonné : le document reste valable. L’usager est prévenu.")
        )
    return redirect("civil_acts:issued", public_id=public_id)
