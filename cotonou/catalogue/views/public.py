from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from cotonou.accounts.permissions import public
from cotonou.catalogue import registry
from cotonou.catalogue.models import Service, ServiceLevel, Theme


@public
def services(request: HttpRequest) -> HttpResponse:
    """Every published service by theme, or the nearest to ``q``; ``theme`` narrows both."""
    typed = request.GET.get("q", "").strip()[:200]
    theme = request.GET.get("theme", "")
    theme = theme if theme in Theme.values else ""
    found = list(Service.objects.published().in_theme(theme).search(typed))
    groups = [
        (label, [s for s in found if s.theme == value])
        for value, label in Theme.choices
        if any(s.theme == value for s in found)
    ]
    context = {
        "typed": typed,
        "theme": theme,
        "themes": Theme.choices,
        "found": found,
        "groups": [] if typed else groups,
    }
    return render(request, "catalogue/services.html", context)


@public
def service(request: HttpRequest, slug: str) -> HttpResponse:
    levels = Prefetch("levels", ServiceLevel.objects.current(), to_attr="level_now")
    item = get_object_or_404(Service.objects.published().prefetch_related(levels), slug=slug)
    context = {
        "service": item,
        "facts": registry.facts_for(item),
        "start_url": registry.start_url_for(item),
        "level": item.level_now[0] if item.level_now else None,
    }
    return render(request, "catalogue/service.html", context)
