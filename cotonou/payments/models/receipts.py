import uuid
from functools import partial

from django.db import models
from django.db.models import Q

from cotonou.core import codes
from cotonou.payments.models.payments import Payment
from cotonou.payments.querysets import ReceiptQuerySet


class ReceiptSeries(models.Model):
    """The counter of one desk, or of the online payments, in one year; see receipts.next_number."""

    code = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="receipt_series_once", fields=["code", "year"])]

    def __str__(self):
        return f"{self.code}-{self.year}"


class Receipt(models.Model):
    """What the payer keeps: append-only, one per payment, number without gap in its series.

    ``paper`` is what was printed, as printed; the page at /recu/<code>/ shows no more.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt")
    series = models.ForeignKey(ReceiptSeries, models.PROTECT, related_name="receipts")
    number = models.PositiveBigIntegerField()
    code = models.CharField(max_length=16, unique=True, default=partial(codes.new_code, 12), editable=False)
    amount_xof = models.BigIntegerField()
    issued_at = models.DateTimeField()
    issued_by_label = models.CharField(max_length=200)
    paper = models.JSONField()

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipt_number_once", fields=["series", "number"]),
            models.CheckConstraint(name="receipt_amount_positive", condition=Q(amount_xof__gt=0)),
        ]

    def __str__(self):
        return self.full_number

    @property
    def full_number(self) -> str:
        return f"{self.series.code}-{self.series.year}-{self.number:06d}"
