import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.models import Office
from cotonou.payments.querysets import DeskQuerySet, SessionQuerySet


class CashDesk(models.Model):
    """A drawer in an office; its code starts the numbers of its receipts."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="cash_desks")
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    closed_on = models.DateField(null=True, blank=True)

    objects = DeskQuerySet.as_manager()

    class Meta:
        constraints = [
            # "WEB" is the series of the online payments.
            models.CheckConstraint(name="cash_desk_code_not_web", condition=~Q(code__iexact="WEB")),
        ]

    def __str__(self):
        return self.name


class CashSession(models.Model):
    """One cashier at one drawer, from the count at opening to the count at closing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    desk = models.ForeignKey(CashDesk, models.PROTECT, related_name="sessions")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    float_xof = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    expected_xof = models.BigIntegerField(null=True, blank=True)
    counted_xof = models.BigIntegerField(null=True, blank=True)
    gap_xof = models.BigIntegerField(null=True, blank=True)  # counted - expected
    gap_reason = models.CharField(max_length=300, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cash_session_one_open_per_desk", fields=["desk"], condition=Q(closed_at=None)
            ),
            models.UniqueConstraint(
                name="cash_session_one_open_per_cashier", fields=["opened_by"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(name="cash_session_float", condition=Q(float_xof__gte=0)),
            models.CheckConstraint(
                name="cash_session_closed_with_count",
                condition=Q(closed_at=None, closed_by=None, counted_xof=None, expected_xof=None, gap_xof=None)
                | Q(
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    counted_xof__gte=0,
                    expected_xof__isnull=False,
                    gap_xof=F("counted_xof") - F("expected_xof"),
                ),
            ),
            models.CheckConstraint(
                name="cash_session_gap_has_reason",
                condition=Q(gap_xof=None) | Q(gap_xof=0) | ~Q(gap_reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.desk.code} {timezone.localtime(self.opened_at):%Y-%m-%d %H:%M}"
