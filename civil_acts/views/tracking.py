"""What the citizen sees of a request, by code + phone or account: state, answer, withdrawal, document."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import forms, tracking, ucip
from civil_acts.models import ActRequest
from civil_acts.services import delivery, intake, paying, treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import public
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.views import csrf
from cotonou.documents import storage
from cotonou.documents.states import DocumentState
from cotonou.notifications import codes as one_time
from cotonou.payments import providers

DOWNLOAD = "civil_acts.download"
READY = (RequestState.READY, RequestState.DELIVERED)
GRANT = "document_proved"


def own(request: HttpRequest, code: str) -> ActRequest | None:
    """The request under this code if this session proved it; None sends to /suivi/."""
    canonical = codes.normalise(code)
    if canonical is None:
        raise Http404
    return (
        ActRequest.objects.own(request.actor)
        .select_related(
            "contact",
            "office",
            "document",
            "procedure_version__procedure__service",
            "procedure_version__form_version",
        )
        .filter(tracking_code=canonical)
        .first()
    )


def ask_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The same answer for an unknown code and for somebody else's; what was typed is kept for after it."""
    page = f"{reverse('portal:tracking')}?{urlencode({'code': codes.normalise(code) or ''})}"
    typed = request.POST.keys() - {"csrfmiddlewaretoken", "code"}
    return (csrf.typed_again(request, proof=page) if typed else None) or redirect(page)


def _page(request: HttpRequest, item: ActRequest, *, form=None, status: int = 200) -> HttpResponse:
    complement = item.complements.open().first()
    if complement and form is None:
        form = forms.ComplementForm(wants_file=complement.wants_file)
    paying_now, payment = paying.on_its_way(item), paying.last_payment(item)
    context = {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "story": tracking.story(item, paying=paying_now, payment=payment),
        "paying": paying_now,
        "pays_online": bool(providers.enabled()),
        "complement": complement,
        "form": form,
        "payment": payment,
        "ucip": ucip.place() if item.transmitted_at else None,
        "refusal_rows": _refusal_rows(item),
        "downloadable": _downloadable(item),
        "may_withdraw": _may_withdraw(item),
        "refreshes": item.state == RequestState.SEALING or paying_now is not None,
    }
    return render(request, "civil_acts/citizen/tracking.html", context, status=status)


def _refusal_rows(item: ActRequest) -> list[dict]:
    """Why, and what the agent adds to it: two things that one reads apart."""
    if item.state != RequestState.REJECTED:
        return []
    return [
        {"label": _("Raison"), "value": item.get_rejection_reason_display()},
        {"label": _("Explication de l’agent"), "lines": item.rejection_text.splitlines()},
    ]


def _may_withdraw(item: ActRequest) -> bool:
    return item.may_move(RequestState.WITHDRAWN) and not item.is_replacing


@require_safe
@never_cache
@public
def show(request: HttpRequest, code: str) -> HttpResponse:
    item = own(request, code)
    return _page(request, item) if item else ask_proof(request, code)


@require_POST
@public
def answer(request: HttpRequest, code: str) -> HttpResponse:
    item = own(request, code)
    if item is None:
        return ask_proof(request, code)
    complement = item.complements.open().first()
    if complement is None:
        messages.info(request, _("Votre réponse est déjà enregistrée."))
        return redirect("civil_acts:tracking", code=item.tracking_code)
    form = forms.ComplementForm(request.POST, request.FILES, wants_file=complement.wants_file)
    if not form.is_valid():
        return _page(request, item, form=form, status=422)
    try:
        treatment.answer_with_file(public_id=item.public_id, by=request.actor, **form.cleaned_data)
    except DomainError as error:
        form.add_error("file" if "file" in form.fields else None, error.message)
        return _page(request, item, form=form, status=422)
    messages.success(request, _("Merci. Votre réponse est enregistrée et le délai reprend."))
    return redirect("civil_acts:tracking", code=item.tracking_code)


@require_http_methods(["GET", "POST"])
@public
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    item = own(request, code)
    if item is None:
        return ask_proof(request, code)
    try:
        if request.method == "POST":
            intake.withdraw(public_id=item.public_id, by=request.actor)
            messages.success(request, _("Votre demande est annulée."))
            return redirect("civil_acts:tracking", code=item.tracking_code)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("civil_acts:tracking", code=item.tracking_code)
    if not _may_withdraw(item):
        messages.info(request, _("Cette demande ne peut plus être annulée."))
        return redirect("civil_acts:tracking", code=item.tracking_code)
    return render(
        request, "civil_acts/citizen/withdraw.html", {"item": item, "code": codes.pretty(item.tracking_code)}
    )


def _downloadable(item: ActRequest) -> bool:
    """Never for somebody with neither phone nor e-mail: no one-time code reaches them."""
    if item.contact.in_person:
        return False
    return item.state in READY and item.document is not None and item.document.state == DocumentState.VALID


def _refusal(item: ActRequest) -> str:
    """Why a document that was given out is given out no more; "" when there was none."""
    if item.is_replacing:
        return _("Ce document contient une erreur. Vous pourrez télécharger le nouveau dès qu’il sera signé.")
    if item.document is not None and item.document.state == DocumentState.REVOKED:
        return _("Ce document est annulé : il ne peut plus être téléchargé.")
    return ""


def _target(item: ActRequest) -> tuple[str, str]:
    """(phone, e-mail) for the one-time code: the phone of the request, else its e-mail."""
    return (str(item.contact.phone), "") if item.contact.phone else ("", item.contact.email)


@require_http_methods(["GET", "POST"])
@never_cache
@public
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The sealed PDF: the code and phone opened this page, a one-time code opens the file."""
    item = own(request, code)
    if item is None:
        return ask_proof(request, code)
    if not _downloadable(item):
        if refusal := _refusal(item):
            messages.error(request, refusal)
        return redirect("civil_acts:tracking", code=item.tracking_code)
    phone, email = _target(item)
    form = forms.CodeForm(request.POST if "code" in request.POST else None, by_mail=not phone)
    sent, wait = request.session.get(GRANT) == f"sent:{item.public_id}", ""
    try:
        if request.method == "POST" and "code" not in request.POST:
            one_time.send(purpose=DOWNLOAD, subject_uuid=item.public_id, phone=phone, email=email)
            request.session[GRANT] = f"sent:{item.public_id}"
            return redirect("civil_acts:document", code=item.tracking_code)
        if request.method == "POST" and form.is_valid():
            if one_time.check(
                form.cleaned_data["code"],
                purpose=DOWNLOAD,
                subject_uuid=item.public_id,
                phone=phone,
                email=email,
            ):
                return _file(request, item)
            form.add_error(
                "code", _("Ce code n’est pas le bon ou n’est plus valable. Demandez-en un nouveau.")
            )
    except one_time.TooManyCodes as error:
        wait = error.message
    context = {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "form": form,
        "sent": sent,
        "wait": wait,
        "phone": f"•• •• •• {phone[-4:-2]} {phone[-2:]}" if phone else "",
        "email": _hidden(email),
    }
    status = 429 if wait else 422 if form.errors else 200
    return render(request, "civil_acts/citizen/document.html", context, status=status)


def _hidden(email: str) -> str:
    """a•••@example.org"""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


def _file(request: HttpRequest, item: ActRequest) -> HttpResponse:
    delivery.record_download(request=item, by=request.actor)
    name = f"{item.issued.serial.replace('/', '-')}.pdf"
    return HttpResponse(
        storage.read(item.issued.pdf.name),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
