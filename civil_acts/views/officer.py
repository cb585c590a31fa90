"""The officer's pages: read what was prepared, sign one or forty, send back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from civil_acts import forms, snapshots
from civil_acts.models import ActRequest
from civil_acts.services import signing
from civil_acts.views.selection import chosen_ids
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core import codes
from cotonou.core.errors import DomainError

SIGN = Permission.ACT_REQUEST_SIGN


def _waiting(request: HttpRequest):
    scope = request.actor.scope(SIGN)
    return ActRequest.objects.filter(scope.where("office")).to_sign(by=request.actor)


def _list(
    request: HttpRequest, form: forms.SignForm, *, chosen=(), refused=None, status: int = 200
) -> HttpResponse:
    page = Paginator(_waiting(request), signing.AT_ONCE).get_page(request.GET.get("page"))
    rows = [
        {
            "item": item,
            "code": codes.pretty(item.tracking_code),
            "document": item.procedure_version.variant(item.variant)["label"],
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
    form, chosen = forms.SignForm(request.POST), request.POST.getlist("chosen")
    if not form.is_valid():
        return _list(request, form, chosen=chosen, status=422)
    try:
        results = signing.sign_many(
            public_ids=chosen_ids(chosen), by=request.actor, code=form.cleaned_data["code"]
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _list(request, form, chosen=chosen, status=422)
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
        for why in dict.fromkeys(refused.values()):
            form.add_error(None, why)
        return _list(request, form, chosen=[str(key) for key in refused], refused=refused, status=422)
    return redirect("civil_acts:to-sign")


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
        state="TO_SIGN",
    )


def _review(
    request: HttpRequest, item: ActRequest, form: forms.ReasonForm, status: int = 200
) -> HttpResponse:
    context = {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "lines": snapshots.lines(item.snapshot or {}),
        "own_work": item.prepared_by_id == request.actor.user.pk,
        "form": form,
        "sign_form": forms.SignForm(auto_id="sign_%s"),
    }
    return render(request, "civil_acts/officer/review.html", context, status=status)


@require_safe
@require_permission(SIGN)
def review(request: HttpRequest, public_id) -> HttpResponse:
    return _review(request, _item(request, public_id), forms.ReasonForm())


@require_POST
@require_permission(SIGN)
def send_back(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _item(request, public_id), forms.ReasonForm(request.POST)
    if form.is_valid():
        try:
            signing.send_back(public_id=public_id, by=request.actor, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Dossier renvoyé à l’agent."))
            return redirect("civil_acts:to-sign")
    return _review(request, item, form, status=422)
