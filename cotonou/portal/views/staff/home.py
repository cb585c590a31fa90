from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.catalogue import cards


@require_permission(*Permission)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What awaits this agent today, by role."""
    found = [
        {
            "href": card.url,
            "title": f"{card.title} ({card.count})" if card.count is not None else card.title,
            "text": card.text,
            "note": _("%(count)d en retard ou à traiter d’abord") % {"count": card.urgent}
            if card.urgent
            else "",
        }
        for card in cards.staff_cards(request.actor)
    ]
    return render(
        request, "portal/staff/home.html", {"cards": found, "memberships": request.actor.memberships}
    )
