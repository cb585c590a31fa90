"""The cashier's pages: open, see what was taken, close with a blind count, the day's journal."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.payments import desks, listing, tables
from cotonou.payments.forms import CloseSessionForm, DeskForm, OpenSessionForm
from cotonou.payments.models import CashSession
from cotonou.payments.views import days

PAGE = 50


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CASH_DESK)
def home(request: HttpRequest) -> HttpResponse:
    """My drawer when it is open; else the form that opens one."""
    session = CashSession.objects.open_of(request.actor).first()
    if session is not None:
        return redirect("payments:cash_session", session.public_id)
    free = listing.free_desks(request.actor)
    form = OpenSessionForm(request.POST or None, desks=free)
    if request.method == "POST" and form.is_valid():
        try:
            session = desks.open_session(by=request.actor, **form.cleaned_data)
            return redirect("payments:cash_session", session.public_id)
        except DomainError as error:
            form.add_error(None, error.message)
    context = {"form": form, "has_desk": free.exists()}
    return render(request, "payments/desk/open.html", context, status=422 if form.is_bound else 200)


def _session(request: HttpRequest, public_id) -> CashSession:
    rows = CashSession.objects.visible_to(request.actor).select_related(
        "desk__office", "opened_by", "closed_by"
    )
    return get_object_or_404(rows, public_id=public_id)


@require_GET
@require_permission(Permission.CASH_DESK, Permission.CASH_SUPERVISE)
def session(request: HttpRequest, public_id) -> HttpResponse:
    """The receipts of one session. No total while it is open: the count at closing is blind."""
    found = _session(request, public_id)
    payments = found.payments.select_related("receipt__series", "contact").order_by("-receipt__number")
    refunds = found.refunds.select_related("payment").order_by("paid_at", "pk")
    page = Paginator(payments, PAGE).get_page(request.GET.get("page"))
    context = {
        "session": found,
        "page": page,
        "table": tables.takings(page),
        "refunds": tables.refunds(refunds) if refunds else None,
        "may_close": found.closed_at is None,
    }
    return render(request, "payments/desk/session.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CASH_DESK, Permission.CASH_SUPERVISE)
def close(request: HttpRequest, public_id) -> HttpResponse:
    found = _session(request, public_id)
    if found.closed_at:
        return redirect("payments:cash_session", found.public_id)
    form = CloseSessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            desks.close_session(session=found, by=request.actor, **form.cleaned_data)
            return redirect("payments:cash_session", found.public_id)
        except DomainError as error:
            name = "gap_reason" if error.code == "gap_reason_missing" else None
            form.add_error(name, error.message)
    context = {"form": form, "session": found}
    return render(request, "payments/desk/close.html", context, status=422 if form.is_bound else 200)


@require_GET
@require_permission(Permission.CASH_DESK, Permission.CASH_SUPERVISE)
def journal(request: HttpRequest) -> HttpResponse:
    """The sessions opened on one day, with what was counted once they are closed."""
    day = days.asked_day(request)
    sessions = CashSession.objects.visible_to(request.actor).on(day).with_takings()
    closed = [s for s in sessions if s.closed_at]
    context = {
        "day": day,
        "table": tables.sessions(sessions),
        "total_xof": sum(s.taken_xof for s in closed),
        "gap_xof": sum(s.gap_xof for s in closed),
        **days.around(day),
    }
    return render(request, "payments/desk/journal.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CASH_SUPERVISE)
def all_desks(request: HttpRequest) -> HttpResponse:
    """The drawers of my offices, and a form that adds one."""
    scope = request.actor.scope(Permission.CASH_SUPERVISE)
    offices = Office.objects.filter(scope.where("pk")).order_by("name")
    form = DeskForm(request.POST or None, offices=offices)
    if request.method == "POST" and form.is_valid():
        try:
            desks.add_desk(by=request.actor, **form.cleaned_data)
            return redirect("payments:cash_desks")
        except DomainError as error:
            form.add_error("code", error.message)
    rows = listing.desks_with_sessions(request.actor)
    return render(
        request,
        "payments/desk/desks.html",
        {"form": form, "table": tables.desks(rows)},
        status=422 if form.is_bound else 200,
    )
