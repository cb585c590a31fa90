import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cotonou.documents.querysets import UploadQuerySet
from cotonou.documents.states import ScanState


class Upload(models.Model):
    """A file somebody sent: private, checked, re-encoded when it is an image, kept for a time.

    The row outlives the file (``purged_at``), so that a case still says what was given.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    original_name = models.CharField(_("nom du fichier"), max_length=120)
    content_type = models.CharField(max_length=60)  # decided from the content
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of what is stored
    pages = models.PositiveSmallIntegerField(default=1)
    file = models.FileField(max_length=200, blank=True)
    purpose = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=80, blank=True)
    subject_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    scan_state = models.CharField(max_length=10, choices=ScanState)
    uploaded_by_uuid = models.UUIDField(null=True, blank=True)
    uploaded_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    delete_after = models.DateField()
    purged_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_subject_is_whole",
                condition=Q(subject_kind="", subject_uuid=None)
                | (~Q(subject_kind="") & Q(subject_uuid__isnull=False)),
            ),
            models.CheckConstraint(
                name="upload_purged_has_no_file",
                condition=(Q(purged_at=None) & ~Q(file="")) | Q(purged_at__isnull=False, file=""),
            ),
            models.CheckConstraint(
                name="upload_infected_is_purged",
                condition=~Q(scan_state="INFECTED", purged_at=None),
            ),
        ]
        indexes = [
            models.Index(name="upload_due_for_purge", fields=["delete_after"], condition=Q(purged_at=None)),
        ]

    def __str__(self):
        return self.original_name

    @property
    def is_safe_to_open(self) -> bool:
        """The scanner saw it; otherwise staff get a rendered picture of it only."""
        return self.scan_state == ScanState.CLEAN

    @property
    def download_name(self) -> str:
        """The sender's name for it, with the extension of what it really is."""
        stem = self.original_name.rpartition(".")[0] or self.original_name
        return stem + (".pdf" if self.content_type == "application/pdf" else ".jpg")

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")
