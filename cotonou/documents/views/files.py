"""Private files: authorised by the app that owns the subject, served so that nothing in them can run."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cotonou.accounts.permissions import public, signed_in, to_second_factor
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict
from cotonou.documents import kinds, previews, storage, uploads
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.documents.states import DocumentState


def _lock_down(response: HttpResponse) -> HttpResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _download(path: str | None, *, filename: str, content_type: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    headers = {"Content-Disposition": disposition}
    return _lock_down(HttpResponse(storage.read(path), content_type=content_type, headers=headers))


def _staff_upload(request: HttpRequest, public_id: UUID) -> Upload:
    if not request.actor.is_staff:
        raise PermissionDenied
    upload = get_object_or_404(Upload.objects.kept(), public_id=public_id)
    if not uploads.may_see(request.actor, upload):
        raise Http404
    return upload


@signed_in
@require_GET
def upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file itself when the scanner saw it; otherwise a page of pictures that says why."""
    if request.actor.is_staff and not request.actor.second_factor:
        return to_second_factor(request)
    item = _staff_upload(request, public_id)
    if not item.is_safe_to_open:
        return render(request, "documents/preview.html", {"upload": item, "pages": range(1, item.pages + 1)})
    audit.record("documents.upload_opened", subject=item, actor=request.actor)
    return _download(item.file.name, filename=item.download_name, content_type=item.content_type)


@signed_in
@require_GET
def preview(request: HttpRequest, public_id: UUID, page: int) -> HttpResponse:
    """One page as a picture, safe to show beside a request."""
    if request.actor.is_staff and not request.actor.second_factor:
        return to_second_factor(request)
    item = _staff_upload(request, public_id)
    if not 1 <= page <= item.pages:
        raise Http404
    return _lock_down(HttpResponse(previews.page_png(item, page), content_type="image/png"))


# Citizens prove themselves by account or by grant; the kind's own rule says which.
@public
@require_GET
def document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The sealed PDF, to whom the issuing service allows it."""
    if request.actor.is_staff and not request.actor.second_factor:
        return to_second_factor(request)
    item = get_object_or_404(IssuedDocument, public_id=public_id)
    allowed = kinds.get(item.kind).may_download
    if allowed is None or not allowed(request.actor, item):
        raise Http404
    if item.sealed_at is None:
        raise Conflict(
            _("Le document n’est pas encore prêt. Attendez quelques instants, puis rechargez la page."),
            code="not_sealed",
        )
    if item.state != DocumentState.VALID and not request.actor.is_staff:
        raise Conflict(
            _("Ce document n’est plus valable. Demandez au bureau qui l’a délivré."), code="not_valid"
        )
    audit.record("documents.downloaded", subject=item, actor=request.actor)
    filename = item.serial.replace("/", "-") + ".pdf"
    return _download(item.pdf.name, filename=filename, content_type="application/pdf")
