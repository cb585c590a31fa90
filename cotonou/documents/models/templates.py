import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cotonou.documents.querysets import TemplateVersionQuerySet


class DocumentTemplate(models.Model):
    """One kind of document; its wording lives in dated, immutable versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=120, unique=True)

    def __str__(self):
        return self.kind


class TemplateVersion(models.Model):
    """What a document says and looks like, complete: never edited once published (trigger).

    ``variables`` are the names of the snapshot, all of them and no other.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.ForeignKey(DocumentTemplate, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("numéro"))
    layout = models.TextField()  # the page around the body, copied so that it cannot change either
    source = models.TextField(_("texte"))
    css = models.TextField(_("mise en page"))
    variables = models.JSONField(default=list)
    legal_reference = models.TextField(_("référence"), help_text=_("texte, décision ou spécimen suivi"))
    starts_on = models.DateField(_("applicable à partir du"))
    ends_on = models.DateField(_("applicable jusqu’au"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_uuid = models.UUIDField(null=True, blank=True)
    published_by_label = models.CharField(max_length=200, blank=True)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number_once"),
            models.CheckConstraint(
                name="template_version_dates", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="template_version_published_with_reference",
                condition=Q(published_at=None) | ~Q(legal_reference=""),
            ),
        ]

    def __str__(self):
        return f"{self.template} {self.number}"
