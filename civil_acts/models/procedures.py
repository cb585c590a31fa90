import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from civil_acts.querysets.procedures import EntitlementRuleQuerySet, ProcedureVersionQuerySet
from civil_acts.states import Relation
from cotonou.core.database import period_of


class Procedure(models.Model):
    """How the City treats one service of the catalogue; the facts are in dated versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.OneToOneField("catalogue.Service", models.PROTECT, related_name="+")

    def __str__(self):
        return str(self.service)


class ProcedureVersion(models.Model):
    """Form, fee, delay and documents from a date; never changed once published (trigger).

    ``variants``: [{"id", "label", "document_kind"}], what can be asked for.
    ``fees``: [{"id", "label", "amount_xof", "per_copy", "variant", "source",
    "allocations": [{"account", "amount_xof", "held_for"}]}]; a line without a
    variant applies to all; a label is a text or {"fr", "en"}. A null amount is
    unknown: « à confirmer par la Mairie ».
    ``office_rule``: {"field": answer that names the arrondissement or quartier}.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    form_version = models.ForeignKey("formbuilder.FormVersion", models.PROTECT, related_name="+")
    variants = models.JSONField(default=list)
    fees = models.JSONField(default=list)
    delay_working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    delay_source = models.CharField(max_length=300, blank=True)
    office_rule = models.JSONField(default=dict)
    legal_basis = models.TextField(blank=True)
    source = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    in_force_from = models.DateField(null=True, blank=True)
    # Invented figures of the demonstration city; refused at go-live.
    demonstration = models.BooleanField(default=False)

    objects = ProcedureVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_number"),
            # Two drafts would be two people preparing without knowing of each other.
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(published_at=None), name="procedure_version_one_draft"
            ),
            models.CheckConstraint(
                name="procedure_version_published_with_date",
                condition=Q(published_at=None, in_force_from=None)
                | Q(published_at__isnull=False, in_force_from__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.procedure} v{self.number}"

    def variant(self, variant_id: str) -> dict:
        """Raises KeyError for an unknown variant."""
        for variant in self.variants:
            if variant["id"] == variant_id:
                return variant
        raise KeyError(variant_id)


class EntitlementRule(models.Model):
    """Who may obtain a kind of document, and what they must show, between two dates.

    No rule for a relation means: refused. A full copy is stricter than an extract.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document_kind = models.CharField(max_length=120)
    relation = models.CharField(max_length=20, choices=Relation)
    proofs = models.JSONField(default=list)  # sentences the clerk ticks one by one
    source = models.CharField(_("source"), max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = EntitlementRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="entitlement_rule_known_relation", condition=~Q(relation="OTHER")),
            models.CheckConstraint(name="entitlement_rule_has_proof", condition=~Q(proofs=[])),
            ExclusionConstraint(
                name="entitlement_rule_no_overlap",
                expressions=[
                    ("document_kind", RangeOperators.EQUAL),
                    ("relation", RangeOperators.EQUAL),
                    (period_of("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.document_kind} {self.relation}"
