"""Pages for the machines that watch the portal."""

import hmac
import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from cotonou.accounts.permissions import public
from cotonou.core import clients
from cotonou.portal import health


@public
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked of it."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    is_ready, checks = health.readiness()
    status = "ok" if is_ready else "down"
    return JsonResponse({"status": status, "checks": checks}, status=200 if is_ready else 503)


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for known networks or the holder of the token; others see nothing here."""
    if not (_has_token(request) or _is_known(request)):
        raise Http404
    return ExportToDjangoView(request)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(
        given.encode(), settings.METRICS_TOKEN.encode()
    )


def _is_known(request: HttpRequest) -> bool:
    if "X-Forwarded-For" in request.headers and not settings.TRUSTED_PROXIES:
        return False  # a proxy nobody declared: its address says nothing about who asks
    try:
        address = ipaddress.ip_address(clients.client_ip(request))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_ALLOW)
