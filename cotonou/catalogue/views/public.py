from urllib.parse import urlsplit

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import public
from cotonou.catalogue import registry
from cotonou.catalogue.models import AuthorityMode, Service, ServiceLevel, Theme
from cotonou.catalogue.services import is_open


def how(service: Service) -> str:
    """In three words, how the service is asked for today."""
    if registry.start_url_for(service):
        return _("Demande en ligne")
    if service.authority_mode == AuthorityMode.REDIRECT:
        return _("Sur la plateforme nationale")
    if service.authority_mode == AuthorityMode.QUARTIER:
        return _("Auprès du chef de quartier")
    if service.authority_mode == AuthorityMode.RELAY:
        return _("Auprès de l’ANIP")
    return _("Au guichet")


def card(service: Service) -> dict:
    return {
        "href": service.get_absolute_url(),
        "title": service.name,
        "text": service.lead,
        "note": how(service),
    }


@public
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every published service by theme, or the nearest to ``q``; ``theme`` narrows the list."""
    typed = request.GET.get("q", "").strip()[:200].replace("\0", "")
    theme = request.GET.get("theme", "")
    theme = theme if theme in Theme.values and not typed else ""
    found = list(Service.objects.published().in_theme(theme).search(typed))
    by_theme = {value: [card(s) for s in found if s.theme == value] for value in Theme.values}
    groups = [
        {"id": value, "label": label, "cards": by_theme[value]}
        for value, label in Theme.choices
        if by_theme[value]
    ]
    here = reverse("catalogue:services")
    tabs = [{"href": here, "label": _("Toutes"), "current": not theme, "count": None}]
    tabs += [
        {"href": f"{here}?theme={value}", "label": label, "current": value == theme, "count": None}
        for value, label in Theme.choices
    ]
    context = {
        "typed": typed,
        "cards": [card(s) for s in found] if typed else [],
        "groups": groups,
        "tabs": tabs,
    }
    return render(request, "catalogue/services.html", context)


@public
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    levels = Prefetch("levels", ServiceLevel.objects.current(), to_attr="level_now")
    item = get_object_or_404(Service.objects.published().prefetch_related(levels), slug=slug)
    context = {
        "service": item,
        "facts": registry.facts_for(item),
        "start_url": registry.start_url_for(item),
        "is_open": is_open(),
        "level": item.level_now[0] if item.level_now else None,
        "sources": [
            {"href": address, "host": urlsplit(address).netloc.removeprefix("www.")}
            for address in dict.fromkeys(item.sources)
        ],
        "breadcrumbs": [
            {"href": "/", "label": _("Accueil")},
            {"href": reverse("catalogue:services"), "label": _("Démarches")},
        ],
    }
    return render(request, "catalogue/service.html", context)
