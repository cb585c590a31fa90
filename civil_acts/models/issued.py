"""What becomes of a document after it was issued: made again, or cancelled."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from civil_acts.models.requests import ActRequest
from civil_acts.querysets.issued import ReplacementQuerySet
from civil_acts.states import ReplacementReason, RevocationReason
from cotonou.documents.models import IssuedDocument


def _person(**extra):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **extra)


class Replacement(models.Model):
    """An officer has a document made again: open until another officer signs, or until it is given up.

    Meanwhile the request is back with the clerks and keeps the old document.
    ``before``: how the request stood, column -> value, to be put back.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(ActRequest, models.PROTECT, related_name="replacements")
    old = models.ForeignKey(IssuedDocument, models.PROTECT, related_name="+")
    new = models.OneToOneField(IssuedDocument, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_by = _person()  # the old one
    asked_by, asked_at = _person(), models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=20, choices=ReplacementReason)
    text = models.CharField(max_length=200)
    before = models.JSONField()
    signed_by = _person(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="replacement_one_open", fields=["request"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="replacement_asker_is_not_preparer", condition=~Q(asked_by=F("prepared_by"))
            ),
            models.CheckConstraint(
                name="replacement_signer_is_not_asker",
                condition=Q(signed_by=None) | ~Q(signed_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="replacement_signed_whole",
                condition=Q(new=None, signed_by=None)
                | Q(new__isnull=False, signed_by__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(name="replacement_has_text", condition=~Q(text="")),
        ]

    def __str__(self):
        return f"{self.old} {self.reason}"


class Revocation(models.Model):
    """Why and by whom a document was cancelled: once in its life, never by who prepared it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(ActRequest, models.PROTECT, related_name="revocations")
    document = models.OneToOneField(IssuedDocument, models.PROTECT, related_name="+")
    prepared_by = _person()
    revoked_by, revoked_at = _person(), models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=20, choices=RevocationReason)
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="revocation_revoker_is_not_preparer", condition=~Q(revoked_by=F("prepared_by"))
            ),
            models.CheckConstraint(name="revocation_has_text", condition=~Q(text="")),
        ]

    def __str__(self):
        return f"{self.document} {self.reason}"
