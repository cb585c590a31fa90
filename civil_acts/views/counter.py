"""The counter: type for someone who came, take cash, receive a piece, hand a document over."""

import uuid
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import asking, forms, queue, request_page
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import delivery, intake, paying, treatment
from civil_acts.states import RequestState
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.catalogue.models import Service
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.core.money import format_xof
from cotonou.documents import storage
from cotonou.formbuilder import views as filling
from cotonou.formbuilder.models import Draft
from cotonou.payments import desks, providers
from cotonou.payments.models import Payment

ENTRY = Permission.COUNTER_ENTRY


def _send(request: HttpRequest, draft: Draft) -> str:
    item = intake.confirm(draft=draft, by=request.actor, channel="COUNTER")
    return reverse("civil_acts:counter-request", args=[item.public_id])


JOURNEY = filling.Journey(
    purpose="civil_acts.counter",
    address=lambda draft, step: reverse("civil_acts:counter-page", args=[draft.public_id, step]),
    send=_send,
    sent=lambda draft: reverse(
        "civil_acts:counter-request", args=[ActRequest.objects.get(tracking_code=draft.code).public_id]
    ),
    exit_url=lambda draft: reverse("civil_acts:counter"),
    send_label={"fr": "Enregistrer la demande", "en": "Save the request"},
    check_note={
        "fr": "Relisez les réponses avec la personne avant d’enregistrer.",
        "en": "Read the answers with the person before saving.",
    },
    bill=asking.bill,
    note=asking.note,
    judge=asking.judge,
)


class CashForm(forms.PortalForm):
    idempotency_key = django_forms.CharField(widget=django_forms.HiddenInput, max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = uuid.uuid4


@require_safe
@require_permission(ENTRY, Permission.COUNTER_DELIVER)
def home(request: HttpRequest) -> HttpResponse:
    """Who is in front of me: a new request, or one that exists."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    found = _found(request, text) if text else []
    services = Service.objects.filter(
        owner="civil_acts",
        pk__in=ProcedureVersion.objects.applying().values("procedure__service"),
    )
    drafts = Draft.objects.visible_to(request.actor).filter(purpose=JOURNEY.purpose, state="OPEN")
    context = {
        "text": text,
        "found": [request_page.queue_row(item) for item in found],
        "services": services.order_by("position"),
        "drafts": drafts.select_related("contact").order_by("-updated_at")[:10],
        "may_enter": request.actor.has(ENTRY),
    }
    return render(request, "civil_acts/counter/home.html", context)


def _found(request: HttpRequest, text: str):
    scope = request.actor.scope(ENTRY, Permission.COUNTER_DELIVER)
    rows = ActRequest.objects.filter(scope.where("office")).select_related(
        "contact", "office", "claimed_by", "procedure_version__procedure__service"
    )
    return rows.filter(queue.matches(text)).order_by("-pk")[:20]


@require_POST
@require_permission(ENTRY)
def start(request: HttpRequest, slug: str) -> HttpResponse:
    version = ProcedureVersion.objects.in_force(slug)
    if version is None:
        raise Http404
    return filling.begin(
        request,
        JOURNEY,
        form_version=version.form_version,
        subject_label=version.procedure.service.title,
        context={"procedure_version": version.pk, "slug": slug, "assisted": True},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(ENTRY)
def page(request: HttpRequest, public_id, step: str) -> HttpResponse:
    return filling.step(request, JOURNEY, public_id, step)


@require_safe
@require_permission(ENTRY)
def resume(request: HttpRequest, public_id) -> HttpResponse:
    return filling.go_on(request, JOURNEY, public_id)


def _item(request: HttpRequest, public_id, *permissions: Permission) -> ActRequest:
    scope = request.actor.scope(*(permissions or (ENTRY, Permission.COUNTER_DELIVER)))
    return get_object_or_404(
        ActRequest.objects.filter(scope.where("office")).select_related(
            "contact",
            "office",
            "document",
            "procedure_version__procedure__service",
            "procedure_version__form_version",
        ),
        public_id=public_id,
    )


@require_safe
@require_permission(ENTRY, Permission.COUNTER_DELIVER)
def show(request: HttpRequest, public_id) -> HttpResponse:
    return _show(request, _item(request, public_id))


def _show(request: HttpRequest, item: ActRequest, *, status: int = 200, **bound) -> HttpResponse:
    prints = request_page.prints(item)
    context = {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "badges": request_page.badges(item, item.document),
        "paper": request_page.paper_notice(item),
        "to_pay": item.state == RequestState.TO_PAY,
        "amount": format_xof(item.fee_xof),
        "may_cash": request.actor.has(Permission.CASH_DESK),
        "pays_online": bool(providers.enabled()),
        "session": desks.session_of(request.actor),
        "payment": paying.last_payment(item),
        "cash_form": CashForm(),
        "deliverable": request_page.deliverable(item)
        and request.actor.scope(Permission.COUNTER_DELIVER).covers(item.office_id),
        "may_enter": request.actor.scope(ENTRY).covers(item.office_id),
        "deliver_form": forms.HandOverForm(exhausted=prints["exhausted"]),
        "prints": prints,
        "form": next(iter(bound.values()), None),
    } | bound
    return render(request, "civil_acts/counter/request.html", context, status=status)


@require_POST
@require_permission(Permission.CASH_DESK)
def cash(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _item(request, public_id), CashForm(request.POST)
    session = desks.session_of(request.actor)
    if session is None:
        messages.error(request, _("Ouvrez d’abord votre caisse."))
        return redirect("payments:cash_home")
    if form.is_valid():
        try:
            payment = paying.pay_cash(
                request=item,
                session=session,
                by=request.actor,
                idempotency_key=form.cleaned_data["idempotency_key"],
            )
            return _receipt(payment, item)
        except DomainError as error:
            taken = paying.last_payment(item)
            if taken and taken.cash_session_id == session.pk and hasattr(taken, "receipt"):
                # The second click: this very drawer took it.
                return _receipt(taken, item)
            form.add_error(None, error.message)
            item = _item(request, public_id)
    return _show(request, item, status=422, cash_form=form)


def _receipt(payment: Payment, item: ActRequest) -> HttpResponse:
    """The receipt to print, which leads back to the request."""
    back = urlencode({"retour": reverse("civil_acts:counter-request", args=[item.public_id])})
    return redirect(f"{reverse('payments:receipt', args=[payment.receipt.code])}?{back}")


@require_POST
@require_permission(Permission.COUNTER_DELIVER)
def hand_over(request: HttpRequest, public_id) -> HttpResponse:
    """Count the print, then give the sealed PDF to the printer."""
    item = _item(request, public_id, Permission.COUNTER_DELIVER)
    # As the page asked: the service says whether a reason is due, and a second click is no second print.
    form = forms.HandOverForm(request.POST, exhausted="reason" in request.POST)
    if form.is_valid():
        try:
            item = delivery.hand_over(public_id=public_id, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            if error.code == "reason_missing":  # the last paid copy was printed meanwhile
                form = forms.HandOverForm(request.POST, exhausted=True)
            else:
                form.add_error(None, error.message)
        else:
            name = item.issued.serial.replace("/", "-")
            return HttpResponse(
                storage.read(item.issued.pdf.name),
                content_type="application/pdf",
                headers={
                    "Content-Disposition": f'inline; filename="{name}.pdf"',
                    "Cache-Control": "no-store",
                },
            )
    return _show(request, item, status=422, deliver_form=form)


@require_http_methods(["GET", "POST"])
@require_permission(ENTRY)
def answer(request: HttpRequest, public_id) -> HttpResponse:
    """The person brings the missing piece to the counter."""
    item = _item(request, public_id, ENTRY)
    complement = item.complements.open().first()
    if complement is None:
        messages.info(request, _("Aucune pièce n’est attendue pour cette demande."))
        return redirect("civil_acts:counter-request", public_id=public_id)
    form = forms.ComplementForm(request.POST or None, request.FILES or None, wants_file=complement.wants_file)
    if request.method == "POST" and form.is_valid():
        try:
            treatment.answer_with_file(public_id=public_id, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error("file" if "file" in form.fields else None, error.message)
        else:
            messages.success(request, _("Pièce enregistrée : le délai reprend."))
            return redirect("civil_acts:counter-request", public_id=public_id)
    context = {"item": item, "complement": complement, "form": form, "code": codes.pretty(item.tracking_code)}
    return render(request, "civil_acts/counter/answer.html", context, status=422 if form.errors else 200)
