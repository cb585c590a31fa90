"""When a form comes back with a token that is no longer good.

It happens to honest people: a page left open, a log-in in another tab, cookies
erased. What they typed is put into a fresh form that they send again with one
button. Only for a form that our own pages sent: otherwise another site could
have its request replayed by a person who presses the button in good faith.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

# Never written back into a page: to be typed again.
SENSITIVE = re.compile(r"pass|secret|token|otp|pin$|cvv|card|(^|[-_])code($|[-_])", re.IGNORECASE)
MAX_FIELDS, MAX_CHARACTERS = 1000, 300_000


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: 403, with the typed values ready to be sent again when that is safe."""
    if request.path.startswith("/api/"):
        message = _("Jeton de sécurité absent ou périmé. Rechargez la page, puis recommencez.")
        return JsonResponse({"code": "csrf_failed", "message": message}, status=403)
    return typed_again(request) or render(request, "403_csrf.html", status=403)


def typed_again(request: HttpRequest, *, login: str = "", proof: str = "") -> HttpResponse | None:
    """A page that holds what was typed, ready to be sent again; None when that is not safe or not possible.

    For somebody whose session ended meanwhile, where they open it anew: login, the
    address of the log-in page, or proof, of the page that asks for code and phone.
    """
    if request.method != "POST" or not came_from_us(request):
        return None
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    kept = [(n, v) for n, v in posted if n != "csrfmiddlewaretoken" and not SENSITIVE.search(n)]
    if len(kept) > MAX_FIELDS or sum(len(n) + len(v) for n, v in kept) > MAX_CHARACTERS:
        return None
    context = {
        "address": request.get_full_path(),
        "kept": kept,
        "typed": [value for name, value in kept if value.strip() and not name.startswith("_")],
        "secrets": any(SENSITIVE.search(name) and name != "csrfmiddlewaretoken" for name, _value in posted),
        "files": bool(request.FILES),
        "login": login,
        "proof": proof,
    }
    return render(request, "core/csrf_replay.html", context, status=403)


def came_from_us(request: HttpRequest) -> bool:
    """Whether the browser vouches that one of our own pages sent the form."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    origin = urlsplit(source)
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return f"{origin.scheme}://{origin.netloc}" in ours
