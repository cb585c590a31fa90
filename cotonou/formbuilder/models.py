import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.documents.models import Upload
from cotonou.formbuilder.assisted import assisted
from cotonou.formbuilder.definition import Form, parse
from cotonou.formbuilder.querysets import DraftQuerySet, FormVersionQuerySet
from cotonou.formbuilder.states import DraftState

CODE_LENGTH = 10


def draft_days() -> int:
    """How long a draft waits for its author after the last page saved."""
    return getattr(settings, "FORM_DRAFT_DAYS", 30)


def draft_days_at_most() -> int:
    """However often it is touched, no draft is kept longer than this."""
    return getattr(settings, "FORM_DRAFT_DAYS_AT_MOST", 90)


def purge_days() -> int:
    """How long after its end a draft's answers and files stay before they are wiped."""
    return getattr(settings, "FORM_PURGE_DAYS", 7)


class FormDefinition(models.Model):
    """A form under one name, through all its versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.slug


class FormVersion(models.Model):
    """One version of a form. Once published, a trigger refuses any change of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    definition = models.ForeignKey(FormDefinition, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical JSON of content
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_uuid = models.UUIDField(null=True, blank=True)
    published_by_label = models.CharField(max_length=200, blank=True)

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="form_version_number_once"),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(published_at=None), name="form_version_one_in_the_making"
            ),
            models.CheckConstraint(
                name="form_version_published_by",
                condition=Q(published_at=None) | ~Q(published_by_label=""),
            ),
        ]

    def __str__(self):
        return f"{self.definition_id} v{self.number}"

    @property
    def form(self) -> Form:
        """The parsed definition; published ones are parsed once per process."""
        if self.published_at is None:
            return parse(self.content)
        if self.digest not in _forms:
            if len(_forms) >= FORMS_KEPT:
                _forms.clear()
            _forms[self.digest] = parse(self.content)
        return _forms[self.digest]


# Parsed definitions of this process by digest: equal digests hold equal documents.
_forms: dict[str, Form] = {}
FORMS_KEPT = 256


class Draft(models.Model):
    """Answers on their way: kept page by page until they are sent or expire.

    ``context`` holds the ids that the service above needs (which procedure,
    which office). ``page_revisions`` says at which ``revision`` each page was
    last saved, so that two tabs cannot overwrite each other in silence.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True)
    purpose = models.CharField(max_length=60)
    subject_label = models.CharField(_("démarche"), max_length=200)
    context = models.JSONField(default=dict, blank=True)
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="drafts")
    answers = models.JSONField(default=dict, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    # The account that types: the citizen's, or the counter agent's for someone else.
    owner_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    state = models.CharField(max_length=12, choices=DraftState, default=DraftState.OPEN)
    last_step = models.CharField(max_length=60, blank=True)
    revision = models.PositiveIntegerField(default=0)
    page_revisions = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draft_submitted_with_moment",
                condition=Q(state="SUBMITTED", submitted_at__isnull=False)
                | (~Q(state="SUBMITTED") & Q(submitted_at=None)),
            ),
            models.CheckConstraint(
                name="draft_purged_is_empty",
                condition=Q(purged_at=None) | (Q(answers={}) & ~Q(state="OPEN")),
            ),
            models.CheckConstraint(name="draft_dates", condition=Q(expires_at__gt=F("created_at"))),
        ]
        indexes = [
            models.Index(name="draft_open_expiry", fields=["expires_at"], condition=Q(state="OPEN")),
            models.Index(name="draft_to_purge", fields=["expires_at"], condition=Q(purged_at=None)),
        ]

    def __str__(self):
        return codes.pretty(self.code)

    @property
    def is_assisted(self) -> bool:
        """An agent fills it for somebody at the counter: see assisted.py. ``context["assisted"]`` says so."""
        return bool(self.context.get("assisted"))

    @property
    def form(self) -> Form:
        form = self.form_version.form
        return assisted(form) if self.is_assisted else form

    def filled(self) -> dict[str, Any]:
        """The answers with the files among them, as the engine reads them (one query)."""
        answers = dict(self.answers)
        for link in self.kept_uploads():
            answers.setdefault(link.piece, []).append(link.as_answer())
        return answers

    def kept_uploads(self) -> "models.QuerySet[DraftUpload]":
        """The files given so far that still exist, in order."""
        return self.uploads.filter(upload__purged_at=None).select_related("upload").order_by("pk")


class DraftUpload(models.Model):
    """A file given for one piece of a draft."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="uploads")
    piece = models.CharField(max_length=48)
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="+")
    # Of the stored file: the same photo sent twice is kept once.
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "piece", "sha256"], name="draft_upload_once"),
        ]

    def __str__(self):
        return self.piece

    def as_answer(self) -> dict[str, Any]:
        upload = self.upload
        return {"upload": str(upload.public_id), "name": upload.original_name, "size": upload.size}


class ResumeFailure(models.Model):
    """A code and phone that did not fit, counted per code typed and per address; digests only."""

    key_hash = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="resume_failure_recent", fields=["key_hash", "at"])]

    def __str__(self):
        return self.key_hash[:8]
