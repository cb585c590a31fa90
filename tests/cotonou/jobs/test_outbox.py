"""Work is recorded with the change it follows; the broker only carries ids and may be away."""

import socket
import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cotonou.celery import PERIODIC_TOPICS
from cotonou.celery import app as celery
from cotonou.jobs import runner, services, tasks, topics
from cotonou.jobs.models import Job
from tests.support.threads import together


@pytest.fixture
def offered(monkeypatch):
    """The ids handed to the broker."""
    ids = []
    monkeypatch.setattr(tasks.run, "apply_async", lambda args, **_: ids.append(args[0]))
    return ids


@pytest.mark.django_db(transaction=True)
def test_a_job_is_offered_when_its_change_commits_and_not_before(topic, offered):
    name = topic(lambda job: None)
    with transaction.atomic():
        job = services.enqueue(name, key="k1")
        assert offered == []
    assert offered == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_rolls_back_takes_its_job_with_it(topic, offered):
    name = topic(lambda job: None)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.enqueue(name, key="k1")
        raise RuntimeError
    assert offered == []
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twenty_times_at_once_is_one_job(topic, offered):
    name = topic(lambda job: None)
    jobs = together(20, lambda _: services.enqueue(name, key="once"))
    assert len({job.pk for job in jobs}) == 1
    assert Job.objects.count() == 1
    assert len(offered) == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_stays_taken_after_its_job_is_done(topic, offered, run_jobs):
    ran = []
    name = topic(lambda job: ran.append(job.pk))
    services.enqueue(name, key="once")
    run_jobs()
    services.enqueue(name, key="once")
    run_jobs()
    assert len(ran) == 1


@pytest.mark.django_db
def test_a_topic_nobody_handles_is_refused_at_once():
    with pytest.raises(KeyError):
        services.enqueue("tests.nobody", key="k")


def test_a_topic_has_one_handler(topic):
    name = topic(lambda job: None)
    with pytest.raises(ValueError, match="already"):
        topics.register(name, lambda job: None, label="Essai")
    with pytest.raises(ValueError, match="not one of"):
        topics.register("tests.other", lambda job: None, label="Essai", queue="nowhere")


@pytest.fixture(params=["down", "hung"])
def broken_broker(request, monkeypatch):
    """A broker whose port is closed, or that accepts the call and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "hung":
            server.listen()
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setattr(celery.conf, "broker_write_url", address)
        monkeypatch.setattr(celery, "_pool", None)
        monkeypatch.setattr(celery.amqp, "_producer_pool", None)
        yield


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_a_page_nothing_but_delay(topic, broken_broker, run_jobs):
    ran = []
    name = topic(lambda job: ran.append(job.pk))
    start = time.monotonic()
    services.enqueue(name, key="k1")
    assert time.monotonic() - start < 2.5
    assert services.sweep() == 0
    assert run_jobs() == 1
    assert len(ran) == 1


@pytest.mark.django_db(transaction=True)
def test_a_crowd_in_one_queue_does_not_hide_the_retries_of_another(topic, offered):
    crowd, codes = topic(lambda job: None, queue="bulk"), topic(lambda job: None, queue="codes")
    for number in range(5):
        services.enqueue(crowd, key=f"bulk-{number}")
    last = services.enqueue(codes, key="code")
    offered.clear()
    services.sweep(limit=3)
    assert last.pk in offered
    assert len(offered) == 4


@pytest.mark.django_db(transaction=True)
def test_a_job_due_later_waits(topic, offered, run_jobs):
    name = topic(lambda job: None)
    job = services.enqueue(name, key="k", due_at=timezone.now() + timedelta(hours=1))
    assert offered == []
    assert services.sweep() == 0
    assert not runner.run_job(job.pk)


@pytest.mark.django_db(transaction=True)
def test_a_parked_job_runs_again_when_staff_retry_it(topic, offered, run_jobs):
    outcome = [RuntimeError("panne"), None]

    def flaky(job):
        if error := outcome.pop(0):
            raise error

    job = services.enqueue(topic(flaky, max_attempts=1), key="k")
    run_jobs()
    job.refresh_from_db()
    assert job.parked_at
    assert services.sweep() == 0
    services.retry_parked(job=job)
    run_jobs()
    job.refresh_from_db()
    assert job.done_at
    assert job.parked_at is None


@pytest.mark.django_db
def test_a_job_cannot_be_both_done_and_parked():
    with pytest.raises(IntegrityError):
        Job.objects.create(
            topic="t",
            key="k",
            queue="default",
            max_attempts=1,
            done_at=timezone.now(),
            parked_at=timezone.now(),
        )


@pytest.mark.django_db(transaction=True)
def test_the_clock_may_strike_twice_and_the_work_is_one(topic, offered):
    name = topic(lambda job: None)
    with time_machine.travel("2026-03-02 08:00:05+00:00", tick=False):
        tasks.periodic(name)
        tasks.periodic(name)
    with time_machine.travel("2026-03-02 08:01:05+00:00", tick=False):
        tasks.periodic(name)
    assert Job.objects.filter(topic=name).count() == 2


@pytest.mark.django_db(transaction=True)
def test_finished_jobs_of_the_clock_are_forgotten_and_no_other(topic, offered):
    name = topic(lambda job: None)
    long_ago = timezone.now() - timedelta(days=8)
    for key in ("periodic:x:1", "settled:1"):
        job = services.enqueue(name, key=key)
        Job.objects.filter(pk=job.pk).update(done_at=long_ago)
    services.enqueue(name, key="periodic:x:2")
    services.purge_periodic(Job())
    assert set(Job.objects.values_list("key", flat=True)) == {"settled:1", "periodic:x:2"}


def test_everything_the_clock_starts_has_a_handler():
    assert set(PERIODIC_TOPICS) <= set(topics.names())


@pytest.mark.django_db(transaction=True)
def test_a_chunk_belongs_to_its_parent(topic, offered, run_jobs):
    def split(job):
        for number in range(3):
            services.enqueue(small, key=f"{job.key}:{number}", parent=job)

    small = topic(lambda job: None)
    parent = services.enqueue(topic(split), key=str(uuid.uuid4()))
    assert run_jobs() == 4
    assert parent.chunks.filter(done_at__isnull=False).count() == 3
