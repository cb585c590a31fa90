from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.catalogue import registry
from cotonou.catalogue import services as catalogue
from cotonou.catalogue.models import Service, ServiceFact, ServiceLevel
from cotonou.core.errors import DomainError
from cotonou.portal.forms import FactForm, LevelForm, ServiceForm
from cotonou.territory.dates import local_today


@require_permission(Permission.CATALOGUE_MANAGE, Permission.GO_LIVE_VIEW)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    levels = Prefetch("levels", ServiceLevel.objects.current(), to_attr="level_now")
    columns = [
        {"label": _("Démarche")},
        {"label": _("N°")},
        {"label": _("Qui délivre")},
        {"label": _("Niveau"), "numeric": True},
        {"label": _("État")},
    ]
    rows = [
        [
            {"text": s.title, "href": f"{s.public_id}/"},
            s.code,
            s.get_authority_mode_display(),
            str(s.level_now[0].level) if s.level_now else "",
            {"badge": _("publiée"), "tone": "ok"}
            if s.is_published
            else {"badge": _("cachée"), "tone": "draft"},
        ]
        for s in Service.objects.prefetch_related(levels)
    ]
    return render(request, "portal/staff/catalogue.html", {"columns": columns, "rows": rows})


def _page(request: HttpRequest, item: Service, *, status: int = 200, **forms) -> HttpResponse:
    context = {
        "service": item,
        "is_run": registry.is_run(item),
        "levels": item.levels.all(),
        "facts": item.facts.in_force(),
        "form": ServiceForm(instance=item),
        "level_form": LevelForm(),
        "fact_form": FactForm(),
        "may_edit": request.actor.has(Permission.CATALOGUE_MANAGE),
    }
    return render(request, "portal/staff/service.html", context | forms, status=status)


@require_permission(Permission.CATALOGUE_MANAGE, Permission.GO_LIVE_VIEW)
@require_http_methods(["GET", "HEAD"])
def service(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(Service, public_id=public_id))


@require_permission(Permission.CATALOGUE_MANAGE)
@require_POST
def edit_service(request: HttpRequest, public_id: UUID) -> HttpResponse:
    item = get_object_or_404(Service, public_id=public_id)
    form = ServiceForm(request.POST, instance=item)
    if not form.is_valid():
        item.refresh_from_db()
        return _page(request, item, status=422, form=form)
    catalogue.edit_service(public_id=public_id, by=request.actor, **form.cleaned_data)
    messages.success(request, _("La page de la démarche est enregistrée."))
    return redirect("portal:service", public_id)


@require_permission(Permission.CATALOGUE_MANAGE)
@require_POST
def add_level(request: HttpRequest, public_id: UUID) -> HttpResponse:
    item = get_object_or_404(Service, public_id=public_id)
    form = LevelForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422, level_form=form)
    try:
        catalogue.set_level(service_id=public_id, by=request.actor, **form.cleaned_data)
    except DomainError as error:
        form.add_error("from_date", error.message)
        return _page(request, item, status=422, level_form=form)
    messages.success(request, _("Le niveau est enregistré."))
    return redirect("portal:service", public_id)


@require_permission(Permission.CATALOGUE_MANAGE)
@require_POST
def add_fact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    item = get_object_or_404(Service, public_id=public_id)
    form = FactForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422, fact_form=form)
    catalogue.add_fact(service_id=public_id, by=request.actor, **form.cleaned_data)
    messages.success(request, _("Le renseignement est ajouté."))
    return redirect("portal:service", public_id)


@require_permission(Permission.CATALOGUE_MANAGE)
@require_POST
def end_fact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    fact = get_object_or_404(ServiceFact.objects.select_related("service"), public_id=public_id)
    try:
        catalogue.end_fact(public_id=public_id, until_date=local_today(), by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Le renseignement prend fin aujourd’hui."))
    return redirect("portal:service", fact.service.public_id)
