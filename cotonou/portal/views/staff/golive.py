from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.catalogue import golive
from cotonou.catalogue import services as catalogue
from cotonou.catalogue.models import Opening
from cotonou.core.errors import DomainError
from cotonou.portal import services
from cotonou.portal.forms import CloseForm, OperationForm
from cotonou.portal.models import OperationRecord


def _page(request: HttpRequest, *, status: int = 200, **forms) -> HttpResponse:
    points = golive.points()
    context = {
        "points": points,
        "blocking": sum(not point.result.ok for point in points),
        "opening": Opening.objects.filter(closed_at=None).select_related("opened_by").first(),
        "records": OperationRecord.objects.select_related("recorded_by")[:20],
        "form": OperationForm(),
        "close_form": CloseForm(),
    }
    context |= forms
    context["forms"] = [context["form"], context["close_form"]]  # for the title of a refused page
    return render(request, "portal/staff/golive.html", context, status=status)


@require_permission(Permission.GO_LIVE_VIEW)
@require_safe
def golive_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_permission(Permission.GO_LIVE_VIEW)
@require_POST
def record_operation(request: HttpRequest) -> HttpResponse:
    form = OperationForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    try:
        services.record_operation(by=request.actor, **form.cleaned_data)
    except DomainError as error:
        form.add_error("happened_on", error.message)
        return _page(request, status=422, form=form)
    messages.success(request, _("L’opération est notée."))
    return redirect("portal:golive")


@require_permission(Permission.GO_LIVE_VIEW)
@require_POST
def open_portal(request: HttpRequest) -> HttpResponse:
    try:
        catalogue.open_to_public(by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, status=error.status)
    messages.success(request, _("Le portail est ouvert au public."))
    return redirect("portal:golive")


@require_permission(Permission.GO_LIVE_VIEW)
@require_POST
def close_portal(request: HttpRequest) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, close_form=form)
    try:
        catalogue.close_to_public(by=request.actor, **form.cleaned_data)
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, status=error.status)
    messages.success(request, _("Le portail est fermé au public."))
    return redirect("portal:golive")
