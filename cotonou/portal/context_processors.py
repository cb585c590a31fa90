from functools import cache

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cotonou.catalogue import navigation
from cotonou.portal import refusals


def staff(request: HttpRequest) -> dict:
    """What the agents' layout shows; read only by the pages that use it, and by those of an error."""
    if not hasattr(request, "actor"):
        return {}

    def menu():
        return navigation.menu(request.actor, request.path) if request.actor.is_staff else []

    def refused():
        return refusals.of_agent(request.actor, request.resolver_match) if request.actor.is_staff else None

    return {
        "staff_nav": SimpleLazyObject(menu),
        # A public page that cannot be shown stays public; an agent keeps the menu and is told whom to ask.
        "error_layout": lambda: "layout/staff.html" if request.actor.is_staff else "layout/base.html",
        "for_agent": lambda: request.actor.is_staff,
        "refused_agent": cache(refused),
    }
