from django.http import HttpRequest

from cotonou.catalogue import navigation


def staff(request: HttpRequest) -> dict:
    """The menu of an agent, on the agents' pages only."""
    if not request.path.startswith("/agents/") or not hasattr(request, "actor"):
        return {}
    return {"staff_nav": navigation.menu(request.actor, request.path) if request.actor.is_staff else []}
