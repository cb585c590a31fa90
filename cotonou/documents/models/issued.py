import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.models import Office
from cotonou.core import states
from cotonou.documents.models.templates import TemplateVersion
from cotonou.documents.querysets import IssuedDocumentQuerySet
from cotonou.documents.states import TRANSITIONS, DocumentState, HistoryKind


class SerialCounter(models.Model):
    """The last number given, per office, series and year.

    Its row stays locked until the transaction ends, so that a rollback leaves
    no gap: take a number as late as possible.
    """

    office = models.ForeignKey(Office, models.PROTECT)
    series = models.CharField(max_length=6, blank=True)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "series", "year"], name="serial_counter_once"),
        ]

    def __str__(self):
        return f"{self.year} {self.office_id} {self.series} {self.last}"


class IssuedDocument(models.Model):
    """A document of the City: decided when the row is made, on paper when it is sealed.

    Everything the paper says is fixed at insertion, the seal is written once,
    the state only moves forward: a trigger holds all three.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=120)
    # Who asked for it, by name and uuid: this room knows no service.
    subject_kind = models.CharField(max_length=80)
    subject_uuid = models.UUIDField(db_index=True)
    office = models.ForeignKey(Office, models.PROTECT)
    template_version = models.ForeignKey(TemplateVersion, models.PROTECT)
    snapshot = models.JSONField()
    serial = models.CharField(_("numéro"), max_length=50, unique=True)
    serial_series = models.CharField(max_length=6, blank=True)
    serial_year = models.PositiveSmallIntegerField()
    serial_number = models.PositiveIntegerField()
    code = models.CharField(_("code de vérification"), max_length=16, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by_uuid = models.UUIDField(null=True, blank=True)
    issued_by_label = models.CharField(max_length=200)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    state = models.CharField(max_length=10, choices=DocumentState, default=DocumentState.VALID)
    replaced_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)

    # Written once, together, by sealing.store().
    sealed_at = models.DateTimeField(null=True, blank=True)
    pdf = models.FileField(max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveIntegerField(null=True, blank=True)
    qr_payload = models.CharField(max_length=400, blank=True)
    qr_key_id = models.CharField(max_length=16, blank=True)
    seal_fingerprint = models.CharField(max_length=64, blank=True)  # SHA-256 of the seal's certificate

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="document_serial_once",
                fields=["office", "serial_series", "serial_year", "serial_number"],
            ),
            models.UniqueConstraint(
                name="document_one_valid_per_subject",
                fields=["kind", "subject_kind", "subject_uuid"],
                condition=Q(state="VALID"),
                violation_error_message=_("Ce document a déjà été émis. Remplacez-le au lieu de le refaire."),
            ),
            models.UniqueConstraint(
                name="document_pdf_once", fields=["pdf_sha256"], condition=~Q(pdf_sha256="")
            ),
            models.CheckConstraint(
                name="document_seal_is_whole",
                condition=Q(
                    sealed_at=None,
                    pdf="",
                    pdf_sha256="",
                    pdf_size=None,
                    qr_payload="",
                    qr_key_id="",
                    seal_fingerprint="",
                )
                | (
                    Q(sealed_at__isnull=False, pdf_size__gt=0)
                    & ~Q(pdf="")
                    & ~Q(pdf_sha256="")
                    & ~Q(qr_payload="")
                    & ~Q(qr_key_id="")
                    & ~Q(seal_fingerprint="")
                ),
            ),
            models.CheckConstraint(
                name="document_replaced_has_date",
                condition=~Q(state="REPLACED") | Q(replaced_at__isnull=False),
            ),
            models.CheckConstraint(
                name="document_revoked_has_reason",
                condition=(Q(state="REVOKED", revoked_at__isnull=False) & ~Q(revocation_reason=""))
                | (~Q(state="REVOKED") & Q(revoked_at=None, revocation_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="document_unsealed", fields=["issued_at"], condition=Q(sealed_at=None)),
            models.Index(name="document_withdrawn", fields=["id"], condition=~Q(state="VALID")),
        ]

    def __str__(self):
        return self.serial

    def revoke(self, *, reason: str) -> None:
        """Caller holds the row lock and saves."""
        states.check(TRANSITIONS, self.state, DocumentState.REVOKED)
        self.state, self.revoked_at, self.revocation_reason = DocumentState.REVOKED, timezone.now(), reason

    def mark_replaced(self) -> None:
        """Caller holds the row lock and saves, then issues the document that replaces this one."""
        states.check(TRANSITIONS, self.state, DocumentState.REPLACED)
        self.state, self.replaced_at = DocumentState.REPLACED, timezone.now()


class DocumentHistory(models.Model):
    """What happened to a document, in order; append-only, chained by ``audit``."""

    document = models.ForeignKey(IssuedDocument, models.PROTECT, related_name="history")
    event = models.CharField(max_length=10, choices=HistoryKind)
    at = models.DateTimeField(default=timezone.now)
    by_uuid = models.UUIDField(null=True, blank=True)
    by_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Issued, sealed, replaced and revoked: each once in a document's life.
            models.UniqueConstraint(fields=["document", "event"], name="document_history_once"),
            models.CheckConstraint(
                name="document_history_sealed_has_hash", condition=~Q(event="SEALED", pdf_sha256="")
            ),
        ]

    def __str__(self):
        return f"{self.document_id} {self.event}"


class DocumentPrint(models.Model):
    """One paper copy handed out; append-only."""

    document = models.ForeignKey(IssuedDocument, models.PROTECT, related_name="prints")
    copy_number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by_uuid = models.UUIDField(null=True, blank=True)
    by_label = models.CharField(max_length=200)
    office_uuid = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["copy_number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "copy_number"], name="document_print_copy_once"),
            models.CheckConstraint(name="document_print_from_one", condition=Q(copy_number__gte=1)),
        ]

    def __str__(self):
        return f"{self.document_id} no {self.copy_number}"
