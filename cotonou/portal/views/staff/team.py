from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.database import NormalisedName
from cotonou.core.errors import DomainError
from cotonou.portal import team as services
from cotonou.portal.forms import RoleForm, TeamFilters
from cotonou.territory.dates import local_today


@require_permission(Permission.MEMBERSHIP_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.give_role(by=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Le rôle est donné."))
            return redirect("portal:team")
    filters = TeamFilters(request.GET)
    rows = _filtered(filters.cleaned_data if filters.is_valid() else {})
    context = {
        "form": form,
        "filters": filters,
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "here": reverse("portal:team"),
    }
    return render(request, "portal/staff/team.html", context, status=422 if form.is_bound else 200)


def _filtered(wanted: dict):
    still_on = Q(ends_on=None) | Q(ends_on__gte=local_today())
    rows = Membership.objects.filter(still_on).select_related("user", "office")
    if name := wanted.get("q"):
        rows = rows.annotate(plain=NormalisedName("user__full_name")).filter(
            plain__contains=NormalisedName(Value(name))
        )
    if role := wanted.get("role"):
        rows = rows.filter(role=role)
    if office := wanted.get("office"):
        rows = rows.filter(office=office)
    return rows.order_by(NormalisedName("user__full_name"), "pk")


@require_permission(Permission.MEMBERSHIP_MANAGE)
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership, public_id=public_id)
    try:
        services.end_role(public_id=membership.public_id, by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Le rôle prend fin aujourd’hui."))
    return redirect("portal:team")
