from django.db import models
from django.db.models import Q

from cotonou.documents.querysets import PublicKeyQuerySet
from cotonou.documents.states import KeyUse


class PublicKey(models.Model):
    """Every key that ever signed a document, its public half, and when it could be trusted.

    Kept for ever, so that an old document outlives the key that sealed it.
    ``key_id``: what the QR names (QR) or the certificate's SHA-256 (SEAL, ROOT).
    """

    use = models.CharField(max_length=4, choices=KeyUse)
    key_id = models.CharField(max_length=64)
    # QR: raw Ed25519 key in base64url; SEAL and ROOT: the certificate in PEM.
    material = models.TextField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    # A key that was only a file: what it signed proves nothing, for ever.
    is_trial = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)
    crl = models.TextField(blank=True)  # ROOT: the last list it published, PEM

    objects = PublicKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "key_id"], name="public_key_once"),
            models.CheckConstraint(
                name="public_key_dates", condition=Q(valid_until__gt=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="public_key_revoked_has_reason",
                condition=Q(revoked_at=None, revocation_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revocation_reason="")),
            ),
        ]

    def __str__(self):
        return f"{self.use} {self.key_id}"

    def trusted_at(self, moment) -> bool:
        """True when a signature made at ``moment`` counts."""
        return self.valid_from <= moment <= self.valid_until and (
            self.revoked_at is None or moment < self.revoked_at
        )


class KeyProbe(models.Model):
    """Whether the keys signed when they were last tried, told by the worker that reaches them."""

    provider = models.CharField(max_length=20, unique=True)
    tried_at = models.DateTimeField()
    # When the first of the keys expires; unknown when they did not sign.
    expires_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="key_probe_signed_or_says_why",
                condition=Q(expires_at__isnull=False, error="") | (Q(expires_at=None) & ~Q(error="")),
            ),
        ]

    def __str__(self):
        return f"{self.provider} {self.tried_at}"


class LookupFailure(models.Model):
    """Failed verifications per address and quarter of an hour; the address only as a keyed hash."""

    address_hash = models.CharField(max_length=32)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "window"], name="lookup_failure_once"),
        ]
        indexes = [models.Index(name="lookup_failure_window", fields=["window"])]

    def __str__(self):
        return f"{self.window} {self.count}"
