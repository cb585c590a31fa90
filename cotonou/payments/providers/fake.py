"""An operator played by the portal itself, for demonstrations and tests.

Its books are FakeTransaction; it answers, delays and errs as FakeOperator says.
"""

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cotonou.jobs import services as jobs
from cotonou.payments.models import FakeOperator, FakeTransaction
from cotonou.payments.providers import signatures
from cotonou.payments.providers.base import (
    Demand,
    ProviderRefusedError,
    ProviderUnavailableError,
    Reading,
    Started,
    Status,
)
from cotonou.payments.states import FailureReason

S = FakeTransaction.State
STATUSES = {
    S.WAITING: Status.PENDING,
    S.ACCEPTED: Status.PAID,
    S.REFUSED: Status.FAILED,
    S.INSUFFICIENT: Status.FAILED,
}
FAILURES = {S.REFUSED: FailureReason.REFUSED.value, S.INSUFFICIENT: FailureReason.INSUFFICIENT.value}
SIGNATURE = "X-Fake-Signature"


def operator() -> FakeOperator:
    return FakeOperator.objects.filter(pk=1).first() or FakeOperator(pk=1)


def secret() -> bytes:
    return salted_hmac("payments.fake", "webhook").digest()


class FakeProvider:
    name = "fake"
    expires_after = datetime.timedelta(minutes=30)

    @property
    def label(self) -> str:
        return _("Mobile money (démonstration)")

    def _reach(self) -> FakeOperator:
        behaviour = operator()
        if behaviour.is_down:
            raise ProviderUnavailableError("fake")
        return behaviour

    def start(self, demand: Demand) -> Started:
        behaviour = self._reach()
        row, _created = FakeTransaction.objects.get_or_create(
            reference=demand.reference,
            defaults={
                "amount_xof": demand.amount_xof + behaviour.amount_delta_xof,
                "currency": behaviour.currency,
                "label": demand.label,
                "payer": demand.payer_phone,
                "return_url": demand.return_path,
            },
        )
        return Started(str(row.provider_id), reverse("payments:fake_operator", args=[row.reference]))

    def read_status(self, *, reference: str, provider_id: str | None) -> Reading:
        behaviour = self._reach()
        row = FakeTransaction.objects.filter(reference=reference).first()
        return _reading(row, behaviour) if row else Reading(Status.UNKNOWN, reference)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signatures.verify(secret(), headers.get(SIGNATURE, ""), body)

    def event_id(self, headers: Mapping[str, str], body: bytes) -> str:
        return str(json.loads(body)["id"])

    def event_reference(self, body: bytes) -> str:
        return str(json.loads(body)["reference"])

    @transaction.atomic
    def refund(self, *, reference: str, provider_id: str | None, amount_xof: int, key: str) -> str:
        self._reach()
        row = FakeTransaction.objects.select_for_update().filter(reference=reference).first()
        if row is None or row.state != S.ACCEPTED:
            raise ProviderRefusedError("not paid")
        if key in row.refunds:
            return f"R-{key}"
        if sum(row.refunds.values()) + amount_xof > row.amount_xof:
            raise ProviderRefusedError("too much")
        row.refunds[key] = amount_xof
        row.save(update_fields=["refunds"])
        return f"R-{key}"

    def list(self, *, since: datetime.datetime) -> Iterable[Reading]:
        behaviour = self._reach()
        for row in FakeTransaction.objects.filter(created_at__gte=since).order_by("pk").iterator():
            yield _reading(row, behaviour)


def _reading(row: FakeTransaction, behaviour: FakeOperator) -> Reading:
    return Reading(
        status=STATUSES[FakeTransaction.State(row.state)],
        reference=row.reference,
        provider_id=str(row.provider_id),
        amount=row.amount_xof,
        currency=row.currency,
        fee_xof=behaviour.fee_xof if row.state == S.ACCEPTED else 0,
        failure=FAILURES.get(FakeTransaction.State(row.state), ""),
    )


@transaction.atomic
def decide(*, reference: str, answer: str) -> FakeTransaction:
    """The payer's answer on the phone; the first one counts. Sends its webhooks by job."""
    row = FakeTransaction.objects.select_for_update().get(reference=reference)
    if row.state != S.WAITING or answer == S.WAITING:
        return row
    row.state, row.decided_at = answer, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    event = str(uuid.uuid4())
    for copy in range(operator().webhook_copies):
        jobs.enqueue(
            "payments.fake_webhook",
            key=f"fake-webhook:{event}:{copy}",
            payload={"transaction": row.pk, "event": event},
        )
    return row


def webhook(row: FakeTransaction, event: str) -> tuple[dict[str, str], bytes]:
    """(headers, body) as this operator sends them."""
    body = json.dumps(
        {"id": event, "reference": row.reference, "transaction": str(row.provider_id), "status": row.state}
    ).encode()
    return {SIGNATURE: signatures.sign(secret(), body), "Content-Type": "application/json"}, body
