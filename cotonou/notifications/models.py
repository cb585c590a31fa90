import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cotonou.core.models import Contact
from cotonou.notifications.querysets import MessageQuerySet, OneTimeCodeQuerySet
from cotonou.notifications.states import Channel, MessageState


class Message(models.Model):
    """One text to one address by one channel, kept as it was written until its retention ends.

    ``secret`` marks a text that holds a one-time code: its body is wiped once sent.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("canal"), max_length=10, choices=Channel)
    to = models.CharField(_("destinataire"), max_length=254)  # E.164, e-mail, or the account's uuid
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="messages")
    template = models.CharField(max_length=100)
    language = models.CharField(max_length=5)
    subject_line = models.CharField(_("objet"), max_length=200, blank=True)
    body = models.TextField(_("texte"), blank=True)
    secret = models.BooleanField(default=False)
    subject_kind = models.CharField(max_length=80, blank=True)
    subject_uuid = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    provider_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_sent_with_moment",
                condition=Q(state="SENT", sent_at__isnull=False) | (~Q(state="SENT") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="message_failed_with_error", condition=~Q(state="FAILED") | ~Q(error="")
            ),
            models.CheckConstraint(name="message_has_address", condition=~Q(to="")),
        ]
        indexes = [
            models.Index(name="message_newest", fields=["-created_at", "-id"]),
            models.Index(name="message_to", fields=["to", "-id"]),
            models.Index(name="message_subject", fields=["subject_uuid", "id"]),
        ]

    def __str__(self):
        return f"{self.channel} {self.template}"


class OneTimeCode(models.Model):
    """A code somebody must read back from their phone or e-mail; only digests are kept.

    A row also stands for a code that was asked for an address we do not know:
    it counts against the same limits, so both answers are alike.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=60)
    target_hash = models.CharField(max_length=64)
    subject_uuid = models.UUIDField(null=True, blank=True)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = OneTimeCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_time_code_attempts", condition=Q(attempts__lte=5)),
        ]
        indexes = [
            models.Index(name="one_time_code_target", fields=["target_hash", "-created_at"]),
            models.Index(name="one_time_code_old", fields=["created_at"]),
        ]

    def __str__(self):
        return self.purpose
