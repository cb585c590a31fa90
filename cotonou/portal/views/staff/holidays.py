import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.portal import services
from cotonou.portal.forms import HolidayForm
from cotonou.territory.dates import local_today
from cotonou.territory.models import Holiday


@require_permission(Permission.TERRITORY_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: HttpRequest) -> HttpResponse:
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_holiday(by=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error("day", error.message)
        else:
            messages.success(request, _("Le jour férié est ajouté."))
            return redirect("portal:holidays")
    rows = Holiday.objects.filter(day__gte=datetime.date(local_today().year, 1, 1))
    status = 422 if form.is_bound else 200
    return render(request, "portal/staff/holidays.html", {"form": form, "rows": rows}, status=status)


@require_permission(Permission.TERRITORY_MANAGE)
@require_POST
def remove_holiday(request: HttpRequest, day: str) -> HttpResponse:
    try:
        date = parse_date(day)
    except ValueError:
        date = None
    if date is None:
        raise Http404
    try:
        services.remove_holiday(day=date, by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Le jour férié est retiré."))
    return redirect("portal:holidays")
