"""One worker at a time, a dead worker's attempt counts, nothing of a lost lease is committed."""

import threading
import uuid
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from cotonou.core.errors import DomainError
from cotonou.core.models import Contact
from cotonou.jobs import runner, services
from cotonou.jobs.models import Job, LeaseLost
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)


def new_job(name: str, **changes) -> Job:
    job = services.enqueue(name, key=str(uuid.uuid4()))
    if changes:
        Job.objects.filter(pk=job.pk).update(**changes)
        job.refresh_from_db()
    return job


def test_twenty_workers_want_a_job_and_one_gets_it(topic):
    job = new_job(topic(lambda job: None))
    taken = together(20, lambda _: runner.take(job.pk))
    assert sum(isinstance(result, Job) for result in taken) == 1
    assert sum(result is None for result in taken) == 19
    job.refresh_from_db()
    assert job.attempts == 1


def test_without_the_lease_condition_several_workers_would_get_it(topic, monkeypatch):
    """The twin: the same race with an UPDATE that forgets who holds the lease."""
    job = new_job(topic(lambda job: None))
    blind = "UPDATE jobs_job SET lease_token = %s, leased_until = now() + make_interval(secs => %s),"
    blind += " attempts = attempts + 1 WHERE id = %s"
    monkeypatch.setattr(runner, "_TAKE", blind)
    together(20, lambda _: runner.take(job.pk))
    job.refresh_from_db()
    assert job.attempts == 20


def test_twenty_workers_run_a_job_and_its_effect_happens_once(topic):
    ran = []
    job = new_job(topic(lambda job: ran.append(threading.get_ident())))
    together(20, lambda _: runner.run_job(job.pk))
    assert len(ran) == 1


def test_the_handler_runs_with_no_transaction_open(topic):
    seen = []
    job = new_job(topic(lambda job: seen.append(transaction.get_connection().in_atomic_block)))
    runner.run_job(job.pk)
    assert seen == [False]


def test_a_worker_that_died_has_spent_its_attempt_and_the_sweep_offers_the_job_again(topic, monkeypatch):
    job = new_job(topic(lambda job: None))
    assert runner.take(job.pk)  # and the process is gone
    offered = []
    monkeypatch.setattr(services, "offer", lambda job: bool(offered.append(job.pk)) or True)
    assert services.sweep() == 0
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert services.sweep() == 1
    assert offered == [job.pk]
    assert runner.run_job(job.pk)
    job.refresh_from_db()
    assert (job.attempts, job.done_at is not None) == (2, True)


def test_a_job_that_kills_every_worker_ends_parked_with_a_reason(topic):
    job = new_job(topic(lambda job: pytest.fail("must not run again"), max_attempts=3))
    for _ in range(3):
        assert runner.take(job.pk)
        Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert not runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.parked_at is not None
    assert "arrêt du traitement" in job.last_error


def test_what_a_worker_did_after_losing_its_lease_is_rolled_back(topic):
    def slow(job):
        other = uuid.uuid4()
        Job.objects.filter(pk=job.pk).update(lease_token=other)  # somebody took over meanwhile
        with transaction.atomic():
            Contact.objects.create(name="Effet", email="effet@exemple.bj")
            job.finish()

    job = new_job(topic(slow))
    assert runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at is None
    assert not Contact.objects.filter(name="Effet").exists()


def test_effect_and_end_are_committed_together(topic):
    def half(job):
        with transaction.atomic():
            job.finish()
            Contact.objects.create(name="Injoignable")  # refused by the database

    job = new_job(topic(half))
    runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at is None
    assert "IntegrityError" in job.last_error


def test_finish_outside_a_transaction_is_a_mistake(topic):
    job = new_job(topic(lambda job: None))
    with pytest.raises(RuntimeError):
        runner.take(job.pk).finish()


def test_finish_twice_is_refused(topic):
    job = runner.take(new_job(topic(lambda job: None)).pk)
    with transaction.atomic():
        job.finish()
    with pytest.raises(LeaseLost), transaction.atomic():
        job.finish()


def test_the_heartbeat_keeps_the_lease_of_a_long_job(topic, monkeypatch):
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 0.05)
    renewed = threading.Event()

    def long(job):
        Job.objects.filter(pk=job.pk).update(leased_until=timezone.now())
        for _ in range(100):
            if Job.objects.get(pk=job.pk).leased_until > timezone.now() + timedelta(minutes=1):
                renewed.set()
                return
            threading.Event().wait(0.05)

    runner.run_job(new_job(topic(long)).pk)
    assert renewed.is_set()


def test_a_heartbeat_survives_a_database_that_is_away_for_a_moment(topic, monkeypatch):
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 0.02)
    beats = []
    real = runner.Heartbeat._renew

    def flaky(self):
        beats.append(1)
        if len(beats) == 1:
            with monkeypatch.context() as broken:
                broken.setattr(Job.objects, "filter", Mock(side_effect=OperationalError("away")))
                real(self)
        else:
            real(self)

    monkeypatch.setattr(runner.Heartbeat, "_renew", flaky)

    def wait(job):
        for _ in range(200):
            if len(beats) >= 3:
                return
            threading.Event().wait(0.02)

    job = new_job(topic(wait))
    runner.run_job(job.pk)
    assert len(beats) >= 3


def test_progress_is_shown_only_by_the_holder_of_the_lease(topic):
    def report(job):
        job.report(3, 10)

    job = new_job(topic(report))
    runner.run_job(job.pk)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (3, 10)
    stranger = Job.objects.get(pk=job.pk)
    stranger.lease_token = uuid.uuid4()
    stranger.report(9, 10)
    job.refresh_from_db()
    assert job.progress_done == 3


def test_a_failing_job_waits_longer_each_time_then_parks_with_its_reason(topic):
    def refuse(job):
        raise DomainError("La poste est fermée.")

    job = new_job(topic(refuse, max_attempts=3))
    waits = []
    for _ in range(3):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        before = timezone.now()
        assert runner.run_job(job.pk)
        job.refresh_from_db()
        waits.append((job.due_at - before).total_seconds())
    assert waits[1] > waits[0] > 4
    assert job.parked_at is not None
    assert job.last_error == "La poste est fermée."


def test_the_reason_staff_read_holds_no_row_of_the_database(topic):
    def collide(job):
        for _ in range(2):
            Contact.objects.create(name="A", email="secret@exemple.bj", public_id=uuid.UUID(int=7))

    job = new_job(topic(collide))
    runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.last_error.startswith("IntegrityError: ")
    assert str(uuid.UUID(int=7)) not in job.last_error
