from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cotonou.accounts.permissions import public
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.documents import lookups
from cotonou.payments import providers, receipts, services
from cotonou.payments.forms import OnceForm, ProviderForm
from cotonou.payments.models import Payment, Receipt


class TooManyUnknownCodes(DomainError):
    code = "too_many_unknown_codes"
    status = 429


def _own(request: HttpRequest, public_id) -> Payment:
    payments = Payment.objects.own(request.actor).select_related("contact", "office", "receipt__series")
    return get_object_or_404(payments, public_id=public_id)


@require_GET
@public
def status(request: HttpRequest, public_id) -> HttpResponse:
    """Where the payment is, honestly; the operator's return page leads here and proves nothing."""
    payment = _own(request, public_id)
    if "retour" in request.GET:
        services.look_again(payment=payment)
    context = _status(payment) | {"returned": "retour" in request.GET}
    return render(request, "payments/status.html", context)


def _status(payment: Payment) -> dict:
    return {
        "payment": payment,
        "receipt": getattr(payment, "receipt", None),
        "once": OnceForm(),
        "can_retry": payment.provider in {p.name for p in providers.enabled()},
    }


@require_POST
@public
def retry(request: HttpRequest, public_id) -> HttpResponse:
    payment = _own(request, public_id)
    return _again(request, payment, payment.provider, OnceForm(request.POST))


@require_http_methods(["GET", "POST"])
@public
def otherwise(request: HttpRequest, public_id) -> HttpResponse:
    """Another operator, or none: the open attempt is given up first."""
    payment = _own(request, public_id)
    if request.method == "POST":
        form = ProviderForm(request.POST)
        chosen = form.cleaned_data["provider"] if form.is_valid() else ""
        return _again(request, payment, chosen, form)
    if payment.is_settled:
        return redirect(payment.next_url)
    return _other_ways(request, payment, ProviderForm())


def _other_ways(request: HttpRequest, payment: Payment, form, *, status: int = 200) -> HttpResponse:
    context = {"payment": payment, "form": form, "online": bool(providers.enabled())}
    return render(request, "payments/otherwise.html", context, status=status)


def _again(request: HttpRequest, payment: Payment, provider: str, form) -> HttpResponse:
    if form.is_valid():
        try:
            attempt = services.pay_again(
                payment=payment,
                provider=provider,
                by=request.actor,
                idempotency_key=form.cleaned_data["idempotency_key"],
            )
            return redirect(attempt.next_url)
        except DomainError as error:
            form.add_error(None, error.message)
    if "provider" in form.fields:
        return _other_ways(request, payment, form, status=422)
    payment.refresh_from_db()
    return render(request, "payments/status.html", _status(payment) | {"form": form}, status=422)


@require_POST
@public
def cancel(request: HttpRequest, public_id) -> HttpResponse:
    payment = services.cancel(payment=_own(request, public_id), by=request.actor)
    return redirect(payment.next_url)


@require_GET
@public
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The paper again, for whoever holds its code; what it shows is what the City booked.

    Codes that are not ours count as on /v, and past the same limit nothing is read any more.
    """
    canonical = codes.normalise(code)
    rows = Receipt.objects.select_related("series", "payment")
    found = rows.filter(code=canonical).first() if canonical else None
    visitor = lookups.visitor(request)
    if found is None and canonical:
        lookups.count_failure(visitor)
    elif found and lookups.failures_of(visitor) > lookups.LIMIT:
        raise TooManyUnknownCodes(
            _("Trop de codes inconnus depuis cette connexion. Attendez un quart d’heure, puis recommencez.")
        )
    if found is None:
        raise Http404
    context = {
        "receipt": found,
        "qr": receipts.qr_svg(found),
        "place": receipts.place_of(found),
        "back": _back(request),
    }
    return render(request, "payments/receipt.html", context)


def _back(request: HttpRequest) -> str:
    """Where an agent came from, said by a page of ours; nothing for anyone else."""
    asked = request.GET.get("retour", "")
    ours = asked.startswith("/agents/") and url_has_allowed_host_and_scheme(asked, {request.get_host()})
    return asked if ours and request.actor.is_staff else ""
