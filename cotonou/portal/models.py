import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OperationRecord(models.Model):
    """Something done outside the portal that opening it depends on; kept for ever."""

    class Kind(models.TextChoices):
        DATA_DECLARATION = "DATA_DECLARATION", _("déclaration des données personnelles à l’APDP")
        OFFSITE_BACKUP = "OFFSITE_BACKUP", _("sauvegarde hors site")
        RESTORE_DRILL = "RESTORE_DRILL", _("exercice de restauration")
        DEMONSTRATION = "DEMONSTRATION", _("chargement de données de démonstration")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("opération"), max_length=20, choices=Kind)
    happened_on = models.DateField(_("date"))
    reference = models.CharField(_("référence"), max_length=200)
    # Null: written by a command of the portal itself.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="operation_has_reference", condition=~Q(reference="")),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} – {self.reference}"


class TrackingAttempt(models.Model):
    """One look-up by code and phone that has not succeeded; keyed hashes, purged after a day."""

    ip_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(name="tracking_attempt_ip", fields=["ip_digest", "at"]),
            models.Index(name="tracking_attempt_code", fields=["code_digest", "at"]),
            models.Index(name="tracking_attempt_at", fields=["at"]),
        ]

    def __str__(self):
        return str(self.at)
