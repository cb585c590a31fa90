import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from cotonou.core.errors import DomainError


class DomainErrorMiddleware:
    """A DomainError that no form caught becomes a page that says what to do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": exception.code, "message": exception.message}, status=exception.status
            )
        return render(request, "error.html", {"error": exception}, status=exception.status)


class NoNulMiddleware:
    """PostgreSQL keeps no NUL byte: an address that holds one leads nowhere, whoever would look it up.

    In a query, the field of the form that reads it refuses it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404
        return self.get_response(request)


class TlsForMachinesMiddleware:
    """People who type http:// are led to https://; a program is refused, lest it go on sending in clear."""

    MACHINES = re.compile(r"/api/|/paiements/[^/]+/evenements$")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and self.MACHINES.match(request.path):
            return JsonResponse({"code": "https_only", "message": "https://"}, status=403)
        return self.get_response(request)
