import uuid

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from cotonou.core.errors import Conflict
from cotonou.jobs.querysets import JobQuerySet


class LeaseLost(Conflict):
    """Another worker took this job over; whatever we did must not be committed."""

    code = "lease_lost"


class Job(models.Model):
    """One piece of work that leaves the database: an outbox row run under a lease."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    topic = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    queue = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="chunks")
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField()
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    # What staff read: for a parked job, why; the trace goes to the log.
    last_error = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="job_done_or_parked", condition=Q(done_at=None) | Q(parked_at=None)),
        ]
        indexes = [
            models.Index(name="job_open_due", fields=["due_at"], condition=Q(done_at=None, parked_at=None)),
            models.Index(name="job_parked", fields=["parked_at"], condition=Q(parked_at__isnull=False)),
        ]

    def __str__(self):
        return f"{self.topic} {self.key}"

    def finish(self) -> None:
        """Mark the job done, inside the transaction that commits its effect.

        Raises LeaseLost when the lease is no longer ours, so that the caller's
        transaction rolls back. Raises RuntimeError outside a transaction.
        """
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("Job.finish() belongs in the transaction of the job's effect")
        mine = Job.objects.filter(pk=self.pk, lease_token=self.lease_token, done_at=None, parked_at=None)
        if not mine.update(done_at=timezone.now(), leased_until=None, last_error=""):
            raise LeaseLost(f"job {self.pk}")

    def report(self, done: int, total: int) -> None:
        """Show progress; a no-op once the lease is lost. Call outside long transactions."""
        Job.objects.filter(pk=self.pk, lease_token=self.lease_token).update(
            progress_done=done, progress_total=total
        )
