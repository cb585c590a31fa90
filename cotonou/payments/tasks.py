"""Handlers of this room's jobs."""

from cotonou.jobs.models import Job
from cotonou.payments import services, settlement
from cotonou.payments.models import FakeTransaction
from cotonou.payments.providers import fake


def refresh(job: Job) -> None:
    settlement.refresh(job)


def sweep(job: Job) -> None:
    settlement.sweep(job)


def send_fake_webhook(job: Job) -> None:
    """The fake operator calls our webhook, as a real one would by HTTP."""
    row = FakeTransaction.objects.get(pk=job.payload["transaction"])
    headers, body = fake.webhook(row, job.payload["event"])
    services.receive("fake", headers, body)
