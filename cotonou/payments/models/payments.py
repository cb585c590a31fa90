import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from cotonou.accounts.models import Office
from cotonou.core import codes, states
from cotonou.core.models import Contact
from cotonou.ledger.models import Account
from cotonou.payments.querysets import CaseQuerySet, PaymentQuerySet
from cotonou.payments.states import (
    OPEN,
    TONES,
    TRANSITIONS,
    CaseKind,
    FailureReason,
    PaymentState,
)


class Payment(models.Model):
    """One attempt to pay one subject of one service; amounts, purpose and provider never change.

    ``reference`` is what the operator, the receipt and people quote. ``provider_id``
    is the operator's own number, once known. Another attempt is another row.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, default=codes.new_code, editable=False)
    purpose = models.CharField(max_length=60)
    subject_uuid = models.UUIDField()
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="payments")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    label = models.CharField(max_length=200)
    period_label = models.CharField(max_length=100, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    amount_xof = models.BigIntegerField()
    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=120, null=True, blank=True)
    checkout_url = models.CharField(max_length=500, blank=True)
    return_url = models.CharField(max_length=500, blank=True)
    cash_session = models.ForeignKey(
        "payments.CashSession", models.PROTECT, null=True, blank=True, related_name="payments"
    )
    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.STARTED)
    failure = models.CharField(max_length=20, choices=FailureReason, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    contacted_at = models.DateTimeField(null=True, blank=True)  # the operator was asked to start
    expires_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    author_uuid = models.UUIDField(null=True, blank=True)
    author_label = models.CharField(max_length=200)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount_xof__gt=0)),
            models.CheckConstraint(
                name="payment_settled_at_with_state",
                condition=Q(state="SETTLED", settled_at__isnull=False)
                | (~Q(state="SETTLED") & Q(settled_at=None)),
            ),
            models.CheckConstraint(
                name="payment_cash_has_session",
                condition=Q(provider="cash", cash_session__isnull=False, state="SETTLED")
                | (~Q(provider="cash") & Q(cash_session=None)),
            ),
            models.UniqueConstraint(
                name="payment_one_open_attempt",
                fields=["purpose", "subject_uuid"],
                condition=Q(state__in=OPEN),
            ),
            models.UniqueConstraint(name="payment_provider_id_once", fields=["provider", "provider_id"]),
        ]
        indexes = [
            models.Index(name="payment_subject", fields=["purpose", "subject_uuid"]),
            models.Index(name="payment_office_created", fields=["office", "-created_at", "-id"]),
            models.Index(name="payment_created", fields=["-created_at", "-id"]),
            models.Index(
                name="payment_next_check",
                fields=["next_check_at"],
                condition=Q(next_check_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.reference

    def move(self, target: str) -> None:
        """Caller holds the row lock and saves. Raises IllegalTransition."""
        states.check(TRANSITIONS, self.state, target)
        self.state = target

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_settled(self) -> bool:
        return self.state == PaymentState.SETTLED

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def next_url(self) -> str:
        """Where the payer goes now: the operator's page when it is on our host, else our own page.

        Our CSP lets no form end on another host; the status page links there.
        """
        if self.is_open and self.checkout_url.startswith("/"):
            return self.checkout_url
        return reverse("payments:status", args=[self.public_id])

    @property
    def provider_label(self) -> str:
        from cotonou.payments import providers

        return providers.label_of(self.provider)


class PaymentAllocation(models.Model):
    """Where a payment's money goes: an account, and whose it is when not the commune's.

    The database checks at commit that the allocations add up to the payment.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount_xof = models.BigIntegerField()
    held_for = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="allocation_amount_positive", condition=Q(amount_xof__gt=0)),
            models.UniqueConstraint(name="allocation_once", fields=["payment", "account", "held_for"]),
        ]

    def __str__(self):
        return f"{self.amount_xof} {self.held_for}"


class ProviderEvent(models.Model):
    """What an operator, or somebody who pretends to be one, sent us: raw, once, append-only."""

    provider = models.CharField(max_length=20)
    # Unverified events have an id of their own kind, so that nobody can use up a genuine one.
    event_id = models.CharField(max_length=150)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    verified = models.BooleanField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="provider_event_once", fields=["provider", "event_id"]),
        ]
        indexes = [models.Index(name="provider_event_received", fields=["provider", "-received_at"])]

    def __str__(self):
        return f"{self.provider} {self.event_id}"


class MoneyCase(models.Model):
    """Something that a person must look at: money that is not what we expected.

    ``received_xof`` is booked to the unidentified receipts; None when it was no F CFA.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=CaseKind)
    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=120)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="cases")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    received_xof = models.BigIntegerField(null=True, blank=True)
    received_text = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    treated_at = models.DateTimeField(null=True, blank=True)
    treated_by_uuid = models.UUIDField(null=True, blank=True)
    treated_by_label = models.CharField(max_length=200, blank=True)
    treatment = models.CharField(max_length=500, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="money_case_once", fields=["provider", "provider_id", "kind"]),
            models.CheckConstraint(
                name="money_case_treated_with_note",
                condition=Q(treated_at=None) | (~Q(treatment="") & ~Q(treated_by_label="")),
            ),
        ]
        indexes = [
            models.Index(name="money_case_open", fields=["opened_at"], condition=Q(treated_at=None)),
        ]

    def __str__(self):
        return _("%(kind)s, %(id)s") % {"kind": self.get_kind_display(), "id": self.provider_id}
