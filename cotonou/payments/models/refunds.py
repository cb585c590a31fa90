import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cotonou.core import states
from cotonou.payments.models.cash import CashSession
from cotonou.payments.models.payments import Payment
from cotonou.payments.querysets import RefundQuerySet
from cotonou.payments.states import REFUND_TRANSITIONS, RefundState


class Refund(models.Model):
    """Money to give back: proposed, decided by somebody else, then paid.

    The database refuses a decision by the proposer and refunds beyond the payment.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount_xof = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.PROPOSED)
    proposed_at = models.DateTimeField(auto_now_add=True)
    # None: proposed by the portal itself, when a service could not use the money.
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.CharField(max_length=300, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cash_session = models.ForeignKey(
        CashSession, models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    # Set before the operator is asked: from then on the money may be on its way, and no drawer gives it too.
    operator_asked_at = models.DateTimeField(null=True, blank=True)
    provider_refund_id = models.CharField(max_length=120, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount_xof__gt=0)),
            models.CheckConstraint(name="refund_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="refund_decided_by_another",
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="refund_decided_when_moved",
                condition=Q(state="PROPOSED", decided_by=None, decided_at=None)
                | (~Q(state="PROPOSED") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="refund_paid_when_paid",
                condition=Q(state="PAID", paid_by__isnull=False, paid_at__isnull=False)
                | (~Q(state="PAID") & Q(paid_by=None, paid_at=None)),
            ),
            models.CheckConstraint(
                name="refund_by_operator_or_drawer",
                condition=Q(operator_asked_at=None) | Q(cash_session=None),
            ),
        ]

    def __str__(self):
        return f"{self.payment.reference} {self.amount_xof}"

    def move(self, target: str) -> None:
        """Caller holds the row lock and saves. Raises IllegalTransition."""
        states.check(REFUND_TRANSITIONS, self.state, target)
        self.state = target
