"""Files that browsers, search engines and researchers ask for at fixed addresses."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import public

DAY = 24 * 3600
# What belongs to one person, to the staff or to machines is of no use to a search engine.
NOT_INDEXED = (
    "/agents/", "/api/", "/compte/", "/demandes/", "/demo/", "/documents/", "/espace/",
    "/gestion-technique/", "/i18n/", "/metrics", "/paiements/",
    "/recu/", "/reprendre/", "/sante/", "/suivi/", "/v/",
)  # fmt: skip
SECURITY_EXPIRES = timedelta(days=180)
# static/portail/favicon.svg, drawn at 16, 32 and 48 pixels.
_ICON = Path(__file__).resolve().parents[1] / "favicon.ico"


@public
@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_INDEXED), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
@require_safe
@cache_control(public=True, max_age=7 * DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """For what asks without reading the page's own link: PDF viewers, JSON pages, old browsers."""
    return HttpResponse(_ICON.read_bytes(), content_type="image/x-icon")


@public
@require_safe
@cache_control(public=True, max_age=DAY)
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116), once the City has said where."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + SECURITY_EXPIRES:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.PORTAL_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
