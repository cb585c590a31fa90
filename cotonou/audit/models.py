import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Event(models.Model):
    """What somebody did: append-only by trigger and by grants.

    Actor, office and subject are ids and labels, not foreign keys: the trail
    outlives the rows it speaks of.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=80)
    actor_uuid = models.UUIDField(null=True, blank=True)
    actor_label = models.CharField(max_length=200)
    office_uuid = models.UUIDField(null=True, blank=True)
    subject_kind = models.CharField(max_length=80)
    subject_uuid = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(name="event_subject", fields=["subject_uuid", "id"]),
            models.Index(name="event_actor", fields=["actor_uuid", "id"]),
            models.Index(name="event_action", fields=["action", "id"]),
            BrinIndex(name="event_at", fields=["at"]),
        ]

    def __str__(self):
        return f"{self.action} {self.subject_kind}"


class ChainLink(models.Model):
    """One sealed row of a registered chain: hash(previous hash, the row's columns)."""

    chain = models.CharField(max_length=40)
    position = models.BigIntegerField()
    row_id = models.BigIntegerField()
    # The transaction that made the row: where the next batch goes on, even if the row is gone.
    row_xid = models.BigIntegerField()
    row_hash = models.CharField(max_length=64)
    link_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="chain_link_position_once"),
            models.UniqueConstraint(fields=["chain", "row_id"], name="chain_link_row_once"),
        ]

    def __str__(self):
        return f"{self.chain} {self.position}"


class IntegrityCheck(models.Model):
    """What a reading of all the registers found: append-only by trigger and by grants."""

    SHOWN = 200  # findings kept; beyond, something else than reading them is to be done

    at = models.DateTimeField(auto_now_add=True)
    rows = models.BigIntegerField()  # sealed rows read
    found = models.PositiveIntegerField()
    findings = models.JSONField(default=list)  # sentences

    def __str__(self):
        return f"{self.at} {self.found}"


class PublishedHeads(models.Model):
    """The heads of every chain on one day, as they were published: append-only by trigger and by grants."""

    day = models.DateField(unique=True)
    # The very text that is signed: JSON with the day, the time, the heads and the digest of the text before.
    text = models.TextField()
    previous = models.CharField(max_length=64, unique=True)
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=100)  # base64url
    published_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return str(self.day)
