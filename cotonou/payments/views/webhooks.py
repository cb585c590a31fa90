from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cotonou.accounts.permissions import public
from cotonou.core.errors import DomainError
from cotonou.payments import services

# Operators send a few hundred bytes.
MAX_BODY = 64 * 1024


@csrf_exempt
@require_POST
@public
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Where operators call: 204 once stored, genuine or not, 413 when too long."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        services.receive(provider, request.headers, request.body)
    except DomainError as error:
        raise Http404(error.message) from error
    return HttpResponse(status=204)
