"""The officer's pages: read what was prepared, sign one or forty, send back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from civil_acts import forms, snapshots
from civil_acts.models import ActRequest
from civil_acts.services import issued, signing
from civil_acts.states import RequestState
from civil_acts.views.selection import chosen_ids, uuid_or_none
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.documents import kinds
from cotonou.documents import services as documents

SIGN = Permission.ACT_REQUEST_SIGN


def _waiting(request: HttpRequest):
    scope = request.actor.scope(SIGN)
    return ActRequest.objects.filter(scope.where("office")).to_sign(by=request.actor)


REVIEW = "review"  # the page that a single document is signed from


def _list(
    request: HttpRequest, form: forms.SignForm, *, chosen=(), refused=None, status: int = 200
) -> HttpResponse:
    waiting = _waiting(request)
    if chosen:  # those first, on whatever page they were
        first = Q(public_id__in=[uuid for text in chosen if (uuid := uuid_or_none(text))])
        waiting = waiting.order_by(Case(When(first, then=0), default=1), "due_on", "pk")
    page = Paginator(waiting, signing.AT_ONCE).get_page(request.GET.get("page"))
    rows = [
        {
            "item": item,
            "code": codes.pretty(item.tracking_code),
            "document": kinds.get(item.document_kind).label,
            "checked": str(item.public_id) in chosen,
            "why": (refused or {}).get(item.public_id, ""),
        }
        for item in page
    ]
    context = {"page": page, "rows": rows, "form": form, "at_once": signing.AT_ONCE}
    return render(request, "civil_acts/officer/to_sign.html", context, status=status)


@require_safe
@require_permission(SIGN)
def to_sign(request: HttpRequest) -> HttpResponse:
    return _list(request, forms.SignForm())


@require_POST
@require_permission(SIGN)
def sign(request: HttpRequest) -> HttpResponse:
    form, chosen = forms.SignForm(request.POST, auto_id=_ids(request)), request.POST.getlist("chosen")
    if not form.is_valid():
        return _again(request, form, chosen)
    try:
        results = signing.sign_many(
            public_ids=chosen_ids(chosen), by=request.actor, code=form.cleaned_data["code"]
        )
    except DomainError as error:
        form.add_error("code" if error.code == "second_factor_wrong" else None, error.message)
        return _again(request, form, chosen)
    refused = {public_id: why for public_id, why in results.items() if why}
    signed = len(results) - len(refused)
    if signed:
        messages.success(
            request,
            ngettext(
                "%(n)d document signé. Il est en préparation et l’usager sera prévenu.",
                "%(n)d documents signés. Ils sont en préparation et les usagers seront prévenus.",
                signed,
            )
            % {"n": signed},
        )
    if refused:
        form = forms.SignForm({"code": ""})
        form.full_clean()
        form.errors.clear()
        for line in _named(request, refused):
            form.add_error(None, line)
        return _list(request, form, chosen=[str(key) for key in refused], refused=refused, status=422)
    return redirect("civil_acts:to-sign")


def _ids(request: HttpRequest) -> str:
    return "sign_%s" if request.POST.get("page") == REVIEW else "id_%s"


def _again(request: HttpRequest, form: forms.SignForm, chosen: list[str]) -> HttpResponse:
    """The page that the officer signed from: one document being read, or the list."""
    uuid = uuid_or_none(chosen[0]) if len(chosen) == 1 else None
    if request.POST.get("page") == REVIEW and uuid:
        item = _item(request, uuid)
        if item.state == RequestState.TO_SIGN:
            return _review(request, item, forms.ReasonForm(), sign_form=form, status=422)
    return _list(request, form, chosen=chosen, status=422)


def _named(request: HttpRequest, refused: dict[UUID, str]) -> list[str]:
    """Each refusal with whose request it is: a signed or returned one is no longer in the list."""
    scope = request.actor.scope(SIGN)
    known = ActRequest.objects.filter(scope.where("office"), public_id__in=refused).in_bulk(
        field_name="public_id"
    )
    return [
        f"{known[key].subject_name} ({codes.pretty(known[key].tracking_code)}) : {why}"
        if key in known
        else why
        for key, why in refused.items()
    ]


def _item(request: HttpRequest, public_id) -> ActRequest:
    return get_object_or_404(
        ActRequest.objects.filter(request.actor.scope(SIGN).where("office")).select_related(
            "contact",
            "office",
            "prepared_by",
            "checked_by",
            "register_act__office",
            "procedure_version__procedure__service",
        ),
        public_id=public_id,
    )


def _no_longer(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request, _("Ce dossier n’est pas à signer : il vient peut-être d’être signé, renvoyé ou retiré.")
    )
    return redirect("civil_acts:to-sign")


def _review(
    request: HttpRequest,
    item: ActRequest,
    form: forms.ReasonForm,
    *,
    sign_form: forms.SignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    sign_form = sign_form or forms.SignForm(auto_id="sign_%s")
    replacing = issued.open_replacement(item) if item.is_replacing else None
    context = {
        "item": item,
        "replacement": replacing,
        "changes": snapshots.changes(replacing.old.snapshot, item.snapshot or {}) if replacing else [],
        "own_request": replacing is not None and replacing.asked_by == request.actor.user,
        "code": codes.pretty(item.tracking_code),
        "document": kinds.get(item.document_kind).label,
        "lines": snapshots.lines(item.snapshot or {}, printed_by=documents.template_for(item.document_kind)),
        "own_work": item.prepared_by_id == request.actor.user.pk,
        "form": form,
        "sign_form": sign_form,
        "forms": [sign_form],
    }
    return render(request, "civil_acts/officer/review.html", context, status=status)


@require_safe
@require_permission(SIGN)
def review(request: HttpRequest, public_id) -> HttpResponse:
    item = _item(request, public_id)
    if item.state != RequestState.TO_SIGN:
        return _no_longer(request)
    return _review(request, item, forms.ReasonForm())


@require_POST
@require_permission(SIGN)
def send_back(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _item(request, public_id), forms.ReasonForm(request.POST)
    if item.state != RequestState.TO_SIGN:
        return _no_longer(request)
    if form.is_valid():
        try:
            signing.send_back(public_id=public_id, by=request.actor, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Dossier renvoyé à l’agent."))
            return redirect("civil_acts:to-sign")
    return _review(request, item, form, status=422)
