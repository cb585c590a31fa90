import datetime

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.payments.states import OPEN, PaymentState, RefundState

STAFF = (Permission.PAYMENT_VIEW, Permission.CASH_DESK, Permission.CASH_SUPERVISE)


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """Staff see the payments of their offices today; anyone else, only their own."""
        scope = actor.scope(*STAFF)
        return self.filter(scope.where("office") if scope else actor.own_contacts("contact"))

    def own(self, actor: Actor):
        """The payments of the person who looks, staff or not."""
        return self.filter(actor.own_contacts("contact"))

    def of(self, purpose: str, subject_uuid):
        return self.filter(purpose=purpose, subject_uuid=subject_uuid)

    def open(self):
        return self.filter(state__in=OPEN)

    def settled(self):
        return self.filter(state=PaymentState.SETTLED)

    def not_refunded(self):
        """Payments of which something is left: not wholly claimed by refunds that were not refused."""
        claimed = Sum("refunds__amount_xof", filter=~Q(refunds__state=RefundState.REFUSED))
        return self.annotate(claimed_xof=Coalesce(claimed, 0)).filter(claimed_xof__lt=F("amount_xof"))

    def to_check(self):
        """Attempts whose turn it is to be asked about at the operator, longest waiting first."""
        return self.filter(next_check_at__lte=timezone.now()).order_by("next_check_at", "pk")

    def listed(self):
        return self.select_related("contact", "office", "receipt").order_by("-created_at", "-pk")


class OfficeRowQuerySet(models.QuerySet):
    """Rows that hang on an office by ``office_path``."""

    office_path = "office"
    permissions: tuple[Permission, ...] = STAFF

    def visible_to(self, actor: Actor):
        scope = actor.scope(*self.permissions)
        return self.filter(scope.where(self.office_path)) if scope else self.none()


class DeskQuerySet(OfficeRowQuerySet):
    permissions = (Permission.CASH_DESK, Permission.CASH_SUPERVISE)

    def active(self):
        return self.filter(closed_on=None).order_by("code")


class SessionQuerySet(OfficeRowQuerySet):
    office_path = "desk__office"
    permissions = (Permission.CASH_DESK, Permission.CASH_SUPERVISE)

    def visible_to(self, actor: Actor):
        """A cashier sees their own sessions; a régisseur those of the office."""
        supervised = actor.scope(Permission.CASH_SUPERVISE)
        mine = Q(opened_by=actor.user) if actor.has(Permission.CASH_DESK) else Q(pk=None)
        return self.filter(supervised.where(self.office_path) | mine if supervised else mine)

    def open(self):
        return self.filter(closed_at=None)

    def on(self, day: datetime.date):
        """Opened that day, in Cotonou."""
        return self.filter(opened_at__date=day).order_by("desk__code", "opened_at", "pk")

    def with_takings(self):
        """Each session with ``taken_xof`` and ``receipts_count``."""
        return self.select_related("desk__office", "opened_by").annotate(
            taken_xof=Coalesce(Sum("payments__amount_xof"), 0), receipts_count=Count("payments")
        )

    def open_of(self, actor: Actor):
        return self.open().filter(opened_by=actor.user).select_related("desk__office")


class ReceiptQuerySet(OfficeRowQuerySet):
    office_path = "payment__office"


class RefundQuerySet(OfficeRowQuerySet):
    office_path = "payment__office"


class CaseQuerySet(OfficeRowQuerySet):
    permissions = (Permission.PAYMENT_VIEW, Permission.CASH_SUPERVISE)

    def untreated(self):
        return self.filter(treated_at=None).order_by("opened_at", "pk")
