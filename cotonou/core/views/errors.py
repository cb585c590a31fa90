"""Errors that no view saw: a page for people, the API's one shape of error for machines."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "message": _("Introuvable.")}, status=404)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "invalid", "message": _("Cette demande est mal formée.")}, status=400)
    return defaults.bad_request(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        message = _("Le portail a rencontré une panne. Elle est enregistrée.")
        return JsonResponse({"code": "broken", "message": message}, status=500)
    return defaults.server_error(request)
