"""The operator's side of the ``fake`` provider: its books, not ours."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FakeOperator(models.Model):
    """How the operator behaves; one row. Tests and demonstrations make it misbehave."""

    webhook_copies = models.PositiveSmallIntegerField(default=1)  # 0: every webhook is lost
    amount_delta_xof = models.BigIntegerField(default=0)  # added to what was asked
    currency = models.CharField(max_length=3, default="XOF")
    fee_xof = models.BigIntegerField(default=0)
    is_down = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="fake_operator_single_row", condition=Q(id=1))]

    def __str__(self):
        return "fake"


class FakeTransaction(models.Model):
    class State(models.TextChoices):
        WAITING = "WAITING", _("en attente")
        ACCEPTED = "ACCEPTED", _("accepté")
        REFUSED = "REFUSED", _("refusé")
        INSUFFICIENT = "INSUFFICIENT", _("solde insuffisant")

    provider_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)  # the merchant's
    amount_xof = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="XOF")
    label = models.CharField(max_length=200)
    payer = models.CharField(max_length=30, blank=True)
    return_url = models.CharField(max_length=500)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    refunds = models.JSONField(default=dict)  # the merchant's key: XOF

    def __str__(self):
        return self.reference
