"""The worker dies while it seals: each request still gets one document, and each citizen one word."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils import timezone

from civil_acts.models import ActRequest
from civil_acts.services import signing
from cotonou.accounts.permissions import Role
from cotonou.documents.models import DocumentHistory, IssuedDocument, SerialCounter
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.notifications.models import Message
from tests.civil_acts.test_officer_pages import many
from tests.support import civil

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("city")]
REQUESTS = 6
SECONDS = 90  # it takes 15 on a quiet machine


def children(worker) -> list[int]:
    pid = worker.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_children(worker) -> None:
    for child in children(worker):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def strike(worker, kill, *, wait_s: float) -> int:
    """Kill while a document is being sealed; the leases of the dead run out. Returns how many were held."""
    end = time.monotonic() + 15
    sealing = Job.objects.filter(topic="documents.seal", done_at=None, leased_until__gt=timezone.now())
    while not (held := list(sealing.values_list("pk", "lease_token"))):
        if time.monotonic() > end or not IssuedDocument.objects.filter(sealed_at=None).exists():
            return 0
        time.sleep(0.005)
    time.sleep(wait_s)
    kill(worker)
    for pk, token in held:  # what two minutes without a heartbeat do
        Job.objects.filter(pk=pk, lease_token=token, done_at=None).update(leased_until=None)
    jobs.sweep()
    return len(held)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(run_jobs, start_worker):
    items = many(run_jobs, REQUESTS)
    officer = civil.staff(Role.OFFICER, name="Pierre Gbaguidi")
    worker, started, chance = start_worker(), time.monotonic(), random.Random(7)
    for item in items:
        signing.sign_one(public_id=item.public_id, by=officer)
    struck = sum(strike(worker, kill_children, wait_s=chance.uniform(0, 0.15)) for _kill in range(4))
    struck += strike(worker, lambda dead: dead.kill(), wait_s=0.02)  # and all of it, as when a machine stops
    worker = start_worker()
    jobs.sweep()
    wait_until_ready(worker, started)

    assert struck >= 2
    assert Job.objects.filter(topic="documents.seal", attempts__gt=1).exists()
    assert list(
        IssuedDocument.objects.order_by("serial_number").values_list("serial_number", flat=True)
    ) == list(range(1, REQUESTS + 1))
    assert SerialCounter.objects.get(office=civil.office()).last == REQUESTS
    assert DocumentHistory.objects.filter(event="SEALED").count() == REQUESTS
    for item in ActRequest.objects.select_related("document"):
        assert default_storage.exists(item.document.pdf.name)
        told = Message.objects.filter(template="civil_acts.ready", subject_uuid=item.public_id)
        assert sorted(told.values_list("channel", flat=True)) == ["EMAIL", "SMS"]
    assert not Job.objects.filter(topic="documents.seal").exclude(done_at__isnull=False).exists()
    assert not Job.objects.filter(attempts__gt=F("max_attempts")).exists()


def wait_until_ready(worker, started: float) -> None:
    swept = time.monotonic()
    while ActRequest.objects.exclude(state="READY").exists():
        if time.monotonic() - started > SECONDS:
            states = list(ActRequest.objects.values_list("state", flat=True))
            pytest.fail(f"{states} after {SECONDS} s:\n" + worker.text()[-3000:])
        if time.monotonic() - swept > 2:
            Job.objects.unfinished().filter(leased_until=None).update(
                due_at=timezone.now()
            )  # no back-off here
            jobs.sweep()
            swept = time.monotonic()
        time.sleep(0.1)
