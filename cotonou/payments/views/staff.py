"""Payments as the régie sees them, and what waits for a person."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.ledger.models import Entry
from cotonou.payments import listing, refunds, services, settlement, tables
from cotonou.payments.forms import DecisionForm, PaymentFilterForm, RefundForm, TreatmentForm
from cotonou.payments.models import CashSession, MoneyCase, Payment, Refund
from cotonou.payments.states import RefundState

PAGE = 50
SEE = (Permission.PAYMENT_VIEW, Permission.CASH_SUPERVISE)


def _tabs(request: HttpRequest, current: str) -> dict[str, Any]:
    """The four lists, with what waits in three of them: the same queries on every list."""
    items = (
        ("staff_index", _("Tous les paiements"), None),
        ("unapplied", _("Payés, non appliqués"), len(listing.unapplied_jobs(request.actor))),
        ("cases", _("Sommes inattendues"), listing.open_cases(request.actor).count()),
        ("refunds", _("Remboursements"), listing.open_refunds(request.actor).count()),
    )
    return {
        "tabs": [
            {"href": reverse(f"payments:{name}"), "label": label, "count": count, "current": name == current}
            for name, label, count in items
        ]
    }


@require_GET
@require_permission(*SEE)
def index(request: HttpRequest) -> HttpResponse:
    form = PaymentFilterForm(request.GET or None)
    payments = Payment.objects.visible_to(request.actor)
    if form.is_bound:
        payments = listing.filtered(payments, form.cleaned_data) if form.is_valid() else payments.none()
    page = Paginator(payments.listed(), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "table": tables.payments(page), **_tabs(request, "staff_index")}
    return render(request, "payments/staff/index.html", context)


@require_GET
@require_permission(*SEE)
def unapplied(request: HttpRequest) -> HttpResponse:
    rows = listing.unapplied_jobs(request.actor)
    context = {"table": tables.unapplied(rows), **_tabs(request, "unapplied")}
    return render(request, "payments/staff/unapplied.html", context)


@require_GET
@require_permission(*SEE)
def cases(request: HttpRequest) -> HttpResponse:
    page = Paginator(listing.open_cases(request.actor), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "table": tables.cases(page), **_tabs(request, "cases")}
    return render(request, "payments/staff/cases.html", context)


@require_GET
@require_permission(*SEE)
def refund_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(listing.open_refunds(request.actor), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "table": tables.refunds(page), **_tabs(request, "refunds")}
    return render(request, "payments/staff/refunds.html", context)


def _payment(request: HttpRequest, public_id) -> Payment:
    return get_object_or_404(Payment.objects.visible_to(request.actor).listed(), public_id=public_id)


def _detail(request: HttpRequest, payment: Payment, **forms) -> dict[str, Any]:
    key = settlement.settled_key(payment)
    sources = [payment.public_id, *payment.refunds.values_list("public_id", flat=True)]
    left = refunds.refundable_xof(payment) if payment.is_settled else 0
    parked = Job.objects.parked().filter(key=key).first() if left else None
    supervises = request.actor.has(Permission.CASH_SUPERVISE)
    return {
        "payment": payment,
        "receipt": getattr(payment, "receipt", None),
        "shares": payment.allocations.select_related("account").order_by("pk"),
        "refunds": tables.refunds(payment.refunds.select_related("payment__contact").order_by("pk")),
        "cases": tables.cases(payment.cases.select_related("payment", "office").order_by("pk")),
        "entries": Entry.objects.visible_to(request.actor).filter(source_uuid__in=sources).order_by("pk"),
        "parked": parked,
        "can_supervise": supervises,
        "refund_form": RefundForm(initial={"amount_xof": left}) if supervises and left else None,
        **forms,
    }


@require_GET
@require_permission(*SEE)
def detail(request: HttpRequest, public_id) -> HttpResponse:
    context = _detail(request, _payment(request, public_id))
    return render(request, "payments/staff/detail.html", context)


@require_POST
@require_permission(Permission.CASH_SUPERVISE)
def propose_refund(request: HttpRequest, public_id) -> HttpResponse:
    payment = _payment(request, public_id)
    form = RefundForm(request.POST)
    if form.is_valid():
        try:
            refund = refunds.propose(payment=payment, by=request.actor, **form.cleaned_data)
            return redirect("payments:refund", refund.public_id)
        except DomainError as error:
            form.add_error(None, error.message)
    context = _detail(request, payment, refund_form=form, form=form)
    return render(request, "payments/staff/detail.html", context, status=422)


@require_POST
@require_permission(Permission.CASH_SUPERVISE)
def reapply(request: HttpRequest, public_id) -> HttpResponse:
    """Give the service another chance to take a settled payment in."""
    payments = Payment.objects.visible_to(request.actor).not_refunded()
    payment = get_object_or_404(payments, public_id=public_id)
    job = get_object_or_404(Job.objects.parked(), key=settlement.settled_key(payment))
    jobs.retry_parked(job=job)
    messages.success(request, _("Le service va reprendre ce paiement."))
    return redirect("payments:staff_detail", payment.public_id)


def _refund(request: HttpRequest, public_id) -> Refund:
    rows = Refund.objects.visible_to(request.actor).select_related(
        "payment__contact", "payment__office", "proposed_by", "decided_by", "paid_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def _refund_page(request: HttpRequest, refund: Refund, form=None) -> HttpResponse:
    supervises = request.actor.has(Permission.CASH_SUPERVISE)
    may_decide = supervises and refund.proposed_by_id != request.actor.user.pk
    proposed = refund.state == RefundState.PROPOSED
    context = {
        "refund": refund,
        "payment": refund.payment,
        "form": form or (DecisionForm() if proposed and may_decide else None),
        "is_mine": proposed and not may_decide and supervises,
        "drawer": CashSession.objects.open_of(request.actor).first(),
        "can_supervise": supervises,
    }
    return render(request, "payments/staff/refund.html", context, status=422 if form else 200)


@require_GET
@require_permission(*SEE)
def refund(request: HttpRequest, public_id) -> HttpResponse:
    return _refund_page(request, _refund(request, public_id))


@require_POST
@require_permission(Permission.CASH_SUPERVISE)
def decide_refund(request: HttpRequest, public_id) -> HttpResponse:
    found = _refund(request, public_id)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            refunds.decide(refund=found, by=request.actor, **form.cleaned_data)
            return redirect("payments:refund", found.public_id)
        except DomainError as error:
            form.add_error("note" if error.code == "note_missing" else None, error.message)
    return _refund_page(request, found, form)


@require_POST
@require_permission(Permission.CASH_DESK)
def pay_refund_in_cash(request: HttpRequest, public_id) -> HttpResponse:
    found = _refund(request, public_id)
    session = get_object_or_404(CashSession.objects.open_of(request.actor))
    refunds.pay_in_cash(refund=found, session=session, by=request.actor)
    return redirect("payments:refund", found.public_id)


@require_POST
@require_permission(Permission.CASH_SUPERVISE)
def pay_refund_by_operator(request: HttpRequest, public_id) -> HttpResponse:
    found = _refund(request, public_id)
    refunds.pay_by_operator(refund=found, by=request.actor)
    return redirect("payments:refund", found.public_id)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CASH_SUPERVISE)
def case(request: HttpRequest, public_id) -> HttpResponse:
    rows = MoneyCase.objects.visible_to(request.actor).select_related("payment__contact", "office")
    found = get_object_or_404(rows, public_id=public_id)
    form = TreatmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.treat_case(case=found, by=request.actor, **form.cleaned_data)
            return redirect("payments:case", found.public_id)
        except DomainError as error:
            form.add_error(None, error.message)
    context = {"case": found, "form": form}
    return render(request, "payments/staff/case.html", context, status=422 if form.is_bound else 200)
