"""What staff look for among payments, and what waits for a person."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from cotonou.accounts.actors import Actor
from cotonou.core import codes
from cotonou.jobs.models import Job
from cotonou.payments.models import CashDesk, CashSession, MoneyCase, Payment, Refund
from cotonou.payments.states import RefundState


def filtered(payments: QuerySet[Payment], wanted: dict[str, Any]) -> QuerySet[Payment]:
    """``wanted``: cleaned data of PaymentFilterForm; empty values filter nothing."""
    if typed := wanted.get("q"):
        code = codes.normalise(typed) or "?"
        payments = payments.filter(reference=code) | payments.filter(receipt__code=code)
    if wanted.get("state"):
        payments = payments.filter(state=wanted["state"])
    if wanted.get("provider"):
        payments = payments.filter(provider=wanted["provider"])
    if wanted.get("start"):
        payments = payments.filter(created_at__date__gte=wanted["start"])
    if wanted.get("end"):
        payments = payments.filter(created_at__date__lte=wanted["end"])
    return payments


def unapplied_jobs(actor: Actor) -> list[tuple[Payment, Job]]:
    """Paid, not applied: settled payments whose service could not take the news, with the parked job."""
    jobs = {job.payload["payment"]: job for job in Job.objects.parked().filter(key__startswith="settled:")}
    payments = Payment.objects.visible_to(actor).filter(pk__in=jobs).not_refunded().listed()
    return [(payment, jobs[payment.pk]) for payment in payments]


def open_cases(actor: Actor) -> QuerySet[MoneyCase]:
    return MoneyCase.objects.visible_to(actor).untreated().select_related("payment", "office")


def open_refunds(actor: Actor) -> QuerySet[Refund]:
    waiting = Refund.objects.visible_to(actor).filter(state__in=[RefundState.PROPOSED, RefundState.APPROVED])
    return waiting.select_related("payment__contact", "proposed_by").order_by("proposed_at", "pk")


def free_desks(actor: Actor) -> QuerySet[CashDesk]:
    """Drawers of the actor's offices that nobody holds open."""
    return (
        CashDesk.objects.visible_to(actor).active().exclude(pk__in=CashSession.objects.open().values("desk"))
    )


def desks_with_sessions(actor: Actor) -> QuerySet[CashDesk]:
    """Each drawer with its ``open_sessions``: none or one."""
    opened = Prefetch(
        "sessions", queryset=CashSession.objects.open().select_related("opened_by"), to_attr="open_sessions"
    )
    return CashDesk.objects.visible_to(actor).active().select_related("office").prefetch_related(opened)
