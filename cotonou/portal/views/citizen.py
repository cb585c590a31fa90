from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cotonou.accounts.permissions import signed_in
from cotonou.catalogue import cards
from cotonou.core import phones
from cotonou.portal import services
from cotonou.portal.forms import ProfileForm


@signed_in
@require_safe
def space(request: HttpRequest) -> HttpResponse:
    found = [
        {"href": c.url, "title": c.title, "text": c.text, "note": _awaiting(c)}
        for c in cards.citizen_cards(request.actor)
    ]
    return render(request, "portal/space.html", {"cards": found, "person": request.actor.user})


def _awaiting(card: cards.Card) -> str:
    if card.urgent:
        return _("%(count)d à faire par vous") % {"count": card.urgent}
    return "" if card.count is None else _("%(count)d en cours") % {"count": card.count}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = request.actor.user
    reach = [
        {"label": _("Téléphone"), "value": phones.pretty(user.phone), **_change("account_change_phone")},
        {"label": _("Courriel"), "value": user.email or "", **_change("account_email")},
    ]
    if request.method != "POST":
        form = ProfileForm(initial={"full_name": user.full_name, "language": user.language})
        return render(request, "portal/profile.html", {"form": form, "reach": reach})
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/profile.html", {"form": form, "reach": reach}, status=422)
    services.update_profile(by=request.actor, **form.cleaned_data)
    messages.success(request, _("Votre profil est enregistré."))
    return redirect("portal:space")


def _change(url_name: str) -> dict:
    """Phone and e-mail are changed where they are verified; no link when that is switched off."""
    try:
        return {"href": reverse(url_name)}
    except NoReverseMatch:
        return {}
