"""The first page, and the pages that say who we are and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cotonou.accounts.models import Office
from cotonou.accounts.permissions import public
from cotonou.catalogue.models import Service
from cotonou.catalogue.services import is_open
from cotonou.catalogue.views.public import card
from cotonou.payments import providers
from cotonou.portal.forms import TrackingForm


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    popular = [card(service) for service in Service.objects.published().filter(featured=True)]
    context = {
        "popular": popular,
        "form": TrackingForm(),
        "is_open": is_open(),
        "pays_online": bool(providers.enabled()),
        "count": Service.objects.published().count(),
    }
    return render(request, "portal/home.html", context)


@public
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    offices = Office.objects.arrondissements().select_related("arrondissement")
    mairie = Office.objects.filter(kind=Office.Kind.MAIRIE).first()
    context = {"offices": offices, "mairie": mairie, "pays_online": bool(providers.enabled())}
    return render(request, "portal/contact.html", context)


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")
