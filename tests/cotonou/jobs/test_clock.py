"""What beat sends is read by the workers that run: without it no sweep, no retry, no purge."""

import pytest

from cotonou.celery import PERIODIC_TOPICS, app
from cotonou.embedded import processes, supervisor
from cotonou.jobs import services, topics
from cotonou.jobs.models import Job

# The queues of the workers that bin/run and docker-compose.yml start: see test_operations.py.
READ = {"codes", "default", "documents", "bulk"}
ENTRIES = pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))


@ENTRIES
def test_every_message_of_the_clock_goes_to_a_queue_that_a_worker_reads(name):
    entry = app.conf.beat_schedule[name]
    route = app.amqp.router.route(dict(entry["options"]), entry["task"])
    assert route["queue"].name in READ


@ENTRIES
def test_a_message_of_the_clock_that_nobody_took_is_gone_before_the_next(name):
    entry = app.conf.beat_schedule[name]
    assert entry["options"]["expires"] <= entry["schedule"]


def test_the_clock_asks_for_registered_work_only():
    assert set(PERIODIC_TOPICS) <= set(topics.names())


def sent_by_beat(name: str) -> None:
    """As Celery's scheduler sends an entry that is due."""
    entry = app.conf.beat_schedule[name]
    app.send_task(entry["task"], entry.get("args", ()), **entry["options"])


def queues_of(arguments: list[str]) -> str:
    return next(word for word in arguments if word.startswith("--queues=")).removeprefix("--queues=")


def test_a_worker_of_the_portal_runs_what_the_clock_sends(start_worker, monkeypatch):
    monkeypatch.setattr(services, "offer", lambda job: False)  # the broker was down when it was asked for
    lost = services.enqueue("portal.purge_attempts", key="lost")
    worker = start_worker(queues=queues_of(supervisor.worker("rapide", "codes,default", 2)))
    sent_by_beat("jobs.sweep")
    sent_by_beat("payments.sweep")

    def done() -> bool:
        finished = Job.objects.filter(done_at__isnull=False)
        return (
            finished.filter(pk=lost.pk).exists()
            and finished.filter(key__startswith="periodic:payments.sweep:").exists()
        )

    processes.wait_until(done, timeout_s=30, step_s=0.2)
    assert done(), worker.text()[-3000:]
