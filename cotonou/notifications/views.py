from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cotonou.accounts.permissions import public
from cotonou.core import phones
from cotonou.notifications.models import Message
from cotonou.notifications.states import Channel

PER_PAGE = 30


@public
@require_GET
@never_cache
def demo_messages(request: HttpRequest) -> HttpResponse:
    """Every SMS and e-mail of the demonstration, one-time codes included, newest first."""
    if not settings.DEMO:
        raise Http404
    typed = request.GET.get("q", "").replace("\0", "").strip()
    messages = Message.objects.exclude(channel=Channel.INBOX).to_address(_address(typed)).newest_first()
    page = Paginator(messages, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/demo_messages.html", {"page": page, "typed": typed})


def _address(typed: str) -> str:
    """A phone as people write it, or the beginning of any address."""
    try:
        return phones.to_e164(typed, foreign=True)
    except phones.PhoneError:
        return typed
