"""Paying for a request: what is owed, and to whom each franc belongs."""

import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from civil_acts import durations, fees
from civil_acts.models import ActRequest
from civil_acts.services.intake import PURPOSE, quote_for
from civil_acts.states import RequestState
from cotonou.accounts.actors import Actor
from cotonou.catalogue.services import require_open
from cotonou.core import codes
from cotonou.core.errors import Conflict
from cotonou.payments import services as payments
from cotonou.payments.models import CashSession, Payment
from cotonou.territory.dates import local_date


def _terms(request: ActRequest) -> dict:
    if request.state != RequestState.TO_PAY:
        raise Conflict(_("Cette demande n’attend pas de paiement."), code="nothing_to_pay")
    lines = quote_for(request.procedure_version, request.answers)
    service = request.procedure_version.procedure.service
    return {
        "purpose": PURPOSE,
        "subject": request.public_id,
        "amount_xof": request.fee_xof,
        "label": label_of(request, str(service.title)),
        "contact": request.contact,
        "allocations": fees.allocations(lines),
        "legal_basis": request.procedure_version.legal_basis,
    }


def label_of(request: ActRequest, title: str) -> str:
    """What the receipt says was paid for, in French: the copies too, where they are asked for."""
    copies = request.copies if "copies" in request.answers else 0
    with override("fr"):
        many = ngettext(", %(n)d exemplaire", ", %(n)d exemplaires", copies) % {"n": copies} if copies else ""
    return f"{title}{many} – {codes.pretty(request.tracking_code)}"


def pay_online(*, request: ActRequest, provider: str, by: Actor, idempotency_key: str = "") -> Payment:
    """Start with an operator; no transaction may be open. See ``payments.start``. Raises PortalClosed."""
    require_open()
    return payments.start(
        **_terms(request),
        provider=provider,
        office=request.office,
        return_url=reverse("civil_acts:tracking", args=[request.tracking_code]),
        by=by,
        idempotency_key=idempotency_key,
    )


@transaction.atomic
def pay_cash(*, request: ActRequest, session: CashSession, by: Actor, idempotency_key: str = "") -> Payment:
    """Take cash at the agent's open drawer. See ``payments.take_cash``.

    Under the request's lock: of two desks at the same moment, one takes the
    money and the other is told.
    """
    request = (
        ActRequest.objects.select_for_update(of=("self",))
        .select_related("contact", "procedure_version__procedure__service")
        .get(pk=request.pk)
    )
    return payments.take_cash(**_terms(request), session=session, by=by, idempotency_key=idempotency_key)


def kept_until(request: ActRequest) -> datetime.date:
    """The day from which a request that nobody pays may be abandoned."""
    return local_date(request.created_at + datetime.timedelta(days=durations.UNPAID_DAYS))


def on_its_way(request: ActRequest) -> Payment | None:
    """What was paid, perhaps, and has not reached this request yet: nobody should pay again."""
    if request.state != RequestState.TO_PAY:
        return None
    attempts = Payment.objects.of(PURPOSE, request.public_id)
    return attempts.open().first() or payments.unapplied(PURPOSE, request.public_id)


def last_payment(request: ActRequest) -> Payment | None:
    """The settled payment, else the latest attempt."""
    attempts = Payment.objects.of(PURPOSE, request.public_id)
    return attempts.settled().first() or attempts.order_by("-created_at").first()
