from datetime import datetime, timedelta
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

    try:
        run.apply_async(args=[job.pk], queue=job.queue, retry=False)
    except Exception as error:  # whatever the broker's trouble, it costs delay only: the row is the truth
        log.warning("jobs.broker_down", job=job.pk, reason=type(error).__name__)
        return False
    return True


def sweep(*, limit: int = 500) -> int:
    """Offer again what is due and leased by nobody; returns how many were offered.

    ``limit`` holds for each queue: a crowd in one must not hide the retries of another.
    """
    count = 0
    for queue in topics.QUEUES:
        for job in Job.objects.offerable().filter(queue=queue)[:limit]:
            if not offer(job):
                return count
            count += 1
    return count


def purge_periodic(job: Job) -> None:
    """Forget the finished jobs of the clock after a week; every other key is kept for ever."""
    week_ago = timezone.now() - timedelta(days=7)
    Job.objects.filter(key__startswith="periodic:", done_at__lt=week_ago).delete()


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
