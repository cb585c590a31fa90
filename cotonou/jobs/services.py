import contextlib
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from cotonou.jobs import topics
from cotonou.jobs.models import Job

log = structlog.get_logger(__name__)


def enqueue(
    topic: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    parent: Job | None = None,
) -> Job:
    """Record work to do, in the caller's transaction; on commit it is offered to a worker.

    ``key`` is unique for ever: a second enqueue with the same key does nothing
    and returns the first job. ``payload`` holds ids only.
    Raises KeyError for a topic that no app registered.
    """
    registered = topics.get(topic)
    job, created = Job.objects.get_or_create(
        key=key,
        defaults={
            "topic": topic,
            "payload": payload or {},
            "queue": registered.queue,
            "max_attempts": registered.max_attempts,
            "due_at": due_at or timezone.now(),
            "parent": parent,
        },
    )
    if created and job.due_at <= timezone.now():
        transaction.on_commit(lambda: offer(job))
    return job


def offer(job: Job) -> bool:
    """Hand the job's id to the broker; False when the broker is down (the sweep will retry)."""
    from cotonou.jobs.tasks import run

    # Any broker failure costs delay only: the row is the truth.
    with contextlib.suppress(Exception):
        run.apply_async(args=[job.pk], queue=job.queue, retry=False)
        return True
    log.warning("jobs.broker_down", job=job.pk)
    return False


def sweep(*, limit: int = 500) -> int:
    """Offer again what is due and leased by nobody; returns how many were offered."""
    count = 0
    for job in Job.objects.offerable()[:limit]:
        if not offer(job):
            break
        count += 1
    return count


@transaction.atomic
def retry_parked(*, job: Job) -> Job:
    """Give a parked job a fresh set of attempts, at once."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.parked_at is None:
        return job
    job.parked_at, job.attempts, job.due_at = None, 0, timezone.now()
    job.lease_token = job.leased_until = None
    job.save(update_fields=["parked_at", "attempts", "due_at", "lease_token", "leased_until"])
    transaction.on_commit(lambda: offer(job))
    return job
