"""Running one job under a lease.

The lease is one committed UPDATE, so a worker that dies has still spent an
attempt and a poison job ends parked. The handler runs with no transaction
open; a heartbeat in its own thread and connection renews the lease.
"""

import threading
import uuid
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from cotonou.core.errors import DomainError
from cotonou.jobs import topics
from cotonou.jobs.models import Job, LeaseLost

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
HEARTBEAT_SECONDS = 30
# clock_timestamp(): now() is the moment the transaction began, which may lie before due_at.
_TAKE = """
UPDATE jobs_job
   SET lease_token = %s, leased_until = clock_timestamp() + make_interval(secs => %s), attempts = attempts + 1
 WHERE id = %s AND done_at IS NULL AND parked_at IS NULL AND due_at <= clock_timestamp()
   AND (leased_until IS NULL OR leased_until < clock_timestamp())
"""


def take(job_id: int, *, lease: timedelta = LEASE) -> Job | None:
    """The leased job, or None if somebody else has it, it is done, parked or not due."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [token, lease.total_seconds(), job_id])
        if not cursor.rowcount:
            return None
    return Job.objects.get(pk=job_id, lease_token=token)


class Heartbeat(threading.Thread):
    def __init__(self, job: Job):
        super().__init__(daemon=True, name=f"heartbeat-{job.pk}")
        self.job, self.stop = job, threading.Event()

    def run(self):
        try:
            while not self.stop.wait(HEARTBEAT_SECONDS):
                self._renew()
        finally:
            connections.close_all()

    def _renew(self):
        """A database that is away for a moment must not cost the lease: the next beat tries again."""
        try:
            Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token, done_at=None).update(
                leased_until=timezone.now() + LEASE
            )
        except DatabaseError as error:
            log.warning("jobs.heartbeat_failed", job=self.job.pk, exc_info=error)
            connections.close_all()


def run_job(job_id: int) -> bool:
    """Take, run and settle one job; True when a handler ran. Never raises for a failing handler."""
    job = take(job_id)
    if job is None:
        return False
    if job.attempts > job.max_attempts:
        # The last worker died before it could say why.
        _park(job, "Interrompu à chaque essai (arrêt du traitement).")
        return False
    heartbeat = Heartbeat(job)
    heartbeat.start()
    try:
        topics.get(job.topic).handler(job)
    except LeaseLost:
        log.info("jobs.lease_lost", job=job.pk, topic=job.topic)
    except Exception as error:
        _failed(job, error)
    else:
        # A handler whose effect is its own last transaction has called finish().
        Job.objects.filter(pk=job.pk, lease_token=job.lease_token, done_at=None, parked_at=None).update(
            done_at=timezone.now(), leased_until=None, last_error=""
        )
    finally:
        heartbeat.stop.set()
    return True


def _failed(job: Job, error: Exception) -> None:
    log.warning("jobs.failed", job=job.pk, topic=job.topic, attempt=job.attempts, exc_info=error)
    # The handler may have lost its connection, and this write must not fail with it.
    if not connection.in_atomic_block:  # a caller's transaction dies with its connection anyway
        connection.close_if_unusable_or_obsolete()
    reason = _reason(error)
    if job.attempts >= job.max_attempts:
        _park(job, reason)
        return
    delay = min(timedelta(seconds=5 * 2 ** (job.attempts - 1)), timedelta(hours=1))
    Job.objects.filter(pk=job.pk, lease_token=job.lease_token, done_at=None).update(
        leased_until=None, due_at=timezone.now() + delay, last_error=reason[:2000]
    )


def _reason(error: Exception) -> str:
    """What staff may read: the first line only, since psycopg quotes the offending row below it."""
    if isinstance(error, DomainError):
        return error.message
    first_line = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line}"


def _park(job: Job, reason: str) -> None:
    Job.objects.filter(pk=job.pk, lease_token=job.lease_token, done_at=None).update(
        parked_at=timezone.now(), leased_until=None, last_error=reason[:2000]
    )


def run_due(*, limit: int = 1000) -> int:
    """Run everything that is due, here and now, until nothing is left; returns how many ran.

    For commands and tests: jobs that handlers enqueue are run too.
    """
    ran, before = 0, None
    while ran < limit:
        ids = list(Job.objects.offerable().values_list("pk", flat=True)[:50])
        if not ids or ids == before:  # nothing left, or others just took them
            break
        before = ids
        ran += sum(run_job(pk) for pk in ids)
    return ran
