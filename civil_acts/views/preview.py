"""The document before it is signed, for whoever prepared it and whoever will sign it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from civil_acts.models import ActRequest
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core import codes
from cotonou.documents import rendering
from cotonou.documents import services as documents
from cotonou.territory.dates import local_today

SEE = (Permission.ACT_REQUEST_PREPARE, Permission.ACT_REQUEST_SIGN)
# Nobody has signed: the paper says so where the name will stand. It is in French, like the paper.
_UNSIGNED = {"name": "Signature à venir", "title": "officier de l’état civil"}


@require_safe
@require_permission(*SEE)
def project(request: HttpRequest, public_id) -> HttpResponse:
    """A PDF made for this reading, marked « PROJET – sans valeur », kept nowhere."""
    scope = request.actor.scope(*SEE)
    item = get_object_or_404(
        ActRequest.objects.filter(scope.where("office"), state=RequestState.TO_SIGN).select_related(
            "office__arrondissement"
        ),
        public_id=public_id,
    )
    values = (item.snapshot or {}) | {"officer": _UNSIGNED, "signed_on": local_today().isoformat()}
    version = documents.template_for(item.document_kind)
    return HttpResponse(
        rendering.project(version, values, office=item.office),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="projet-{codes.pretty(item.tracking_code)}.pdf"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
