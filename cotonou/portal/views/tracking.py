from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cotonou.accounts import grants
from cotonou.accounts import services as accounts
from cotonou.accounts.permissions import public
from cotonou.core import clients
from cotonou.core.errors import DomainError
from cotonou.portal import tracking
from cotonou.portal.forms import TrackingForm


@public
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Code and phone open a request to this browser for two hours."""
    if request.method != "POST":
        form = TrackingForm(initial={"code": request.GET.get("code", "")[:40]})
        return render(request, "portal/tracking.html", {"form": form})
    form = TrackingForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/tracking.html", {"form": form}, status=422)
    try:
        item = tracking.find(**form.cleaned_data, ip=clients.client_ip(request))
    except DomainError as error:
        form.add_error(None, error.message)
        return render(request, "portal/tracking.html", {"form": form}, status=error.status)
    grants.give(request, item.contact.public_id)
    accounts.link_contact(contact_uuid=item.contact.public_id, by=request.actor)
    return redirect(item.url)
