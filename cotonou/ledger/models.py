import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.models import Office
from cotonou.core.database import period_of
from cotonou.ledger.querysets import EntryQuerySet, LineQuerySet


class Account(models.Model):
    """An account of the internal chart. Only its name may change; see migration 0002_guards."""

    class Kind(models.TextChoices):
        ASSET = "ASSET", _("avoir")
        LIABILITY = "LIABILITY", _("dette")
        REVENUE = "REVENUE", _("recette")
        EXPENSE = "EXPENSE", _("charge")
        MEMO = "MEMO", _("pour mémoire")

    class Side(models.TextChoices):
        DEBIT = "DEBIT", _("débit")
        CREDIT = "CREDIT", _("crédit")

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    normal_side = models.CharField(max_length=6, choices=Side)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_side_by_kind",
                condition=Q(kind__in=["ASSET", "EXPENSE"], normal_side="DEBIT")
                | Q(kind__in=["LIABILITY", "REVENUE"], normal_side="CREDIT")
                | Q(kind="MEMO"),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Period(models.Model):
    """Dates (bounds included) that are closed together, once and for ever."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_uuid = models.UUIDField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="period_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="period_closed_by_somebody", condition=Q(closed_at=None) | ~Q(closed_by_label="")
            ),
            ExclusionConstraint(
                name="period_no_overlap",
                expressions=[
                    (period_of("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return self.name


class Journal(models.TextChoices):
    ONLINE = "ONLINE", _("paiements en ligne")
    CASH = "CASH", _("caisses")
    REFUND = "REFUND", _("remboursements")
    ASSESSMENT = "ASSESSMENT", _("titres et avis")
    BANK = "BANK", _("banque et Trésor")
    MISC = "MISC", _("opérations diverses")


class Entry(models.Model):
    """One balanced movement of money. Append-only; a mistake is corrected by a reversal.

    The database refuses an entry that does not balance, has no lines or is
    dated in a closed period. Author and source are ids and labels, no foreign keys.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True)
    journal = models.CharField(max_length=12, choices=Journal)
    date = models.DateField(db_index=True)
    label = models.CharField(max_length=200)
    source_kind = models.CharField(max_length=80, blank=True)
    source_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    author_uuid = models.UUIDField(null=True, blank=True)
    author_label = models.CharField(max_length=200)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    posted_at = models.DateTimeField(auto_now_add=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="entry_has_key_and_author", condition=~Q(key="") & ~Q(author_label="")
            ),
        ]

    def __str__(self):
        return f"{self.label}"


class Line(models.Model):
    """One side of an entry. ``date`` and ``office`` repeat the entry's; the database checks that.

    auxiliary: which drawer, operator or third party. party_uuid: which taxpayer or contact.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines", db_index=False)
    debit_xof = models.BigIntegerField(default=0)
    credit_xof = models.BigIntegerField(default=0)
    date = models.DateField()
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    auxiliary = models.CharField(max_length=60, blank=True)
    party_uuid = models.UUIDField(null=True, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="line_exactly_one_side",
                condition=Q(debit_xof__gt=0, credit_xof=0) | Q(debit_xof=0, credit_xof__gt=0),
            ),
        ]
        indexes = [
            # Balances are index-only sums over one of these.
            models.Index(
                name="line_account_date",
                fields=["account", "date"],
                include=["debit_xof", "credit_xof", "office"],
            ),
            models.Index(
                name="line_account_auxiliary",
                fields=["account", "auxiliary", "date"],
                include=["debit_xof", "credit_xof"],
                condition=~Q(auxiliary=""),
            ),
            models.Index(
                name="line_party",
                fields=["party_uuid", "account", "date"],
                include=["debit_xof", "credit_xof"],
                condition=Q(party_uuid__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.account_id} {self.debit_xof} {self.credit_xof}"
