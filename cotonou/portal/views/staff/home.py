from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.catalogue import cards
from cotonou.catalogue.cards import Card


@require_permission(*Permission)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What awaits this agent today, by role, and their pages of every day, always in the same place."""
    found = cards.staff_cards(request.actor)
    context = {
        "doors": [_door(card) for card in found],
        "quiet": not any(card.count or card.urgent for card in found),
        "memberships": request.actor.memberships,
    }
    return render(request, "portal/staff/home.html", context)


def _door(card: Card) -> dict[str, Any]:
    words = card.urgent_words or _("à traiter d’abord")
    return {"card": card, "urgent": words if card.urgent else "", "waits": bool(card.count or card.urgent)}
