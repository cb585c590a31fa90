"""What the portal asks of an operator, and nothing more. One adapter per operator.

Adapters hold no transaction and write nothing of ours: they ask and translate.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings


class ProviderUnavailableError(Exception):
    """No answer, or none that makes sense: nothing is known, ask again later."""


class ProviderRefusedError(Exception):
    """The operator said no for good; nothing was charged."""


class Status(StrEnum):
    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"  # the operator never heard of it


@dataclass(frozen=True)
class Demand:
    """What is asked for. ``reference`` is ours and makes a repeated demand harmless."""

    reference: str
    amount_xof: int
    label: str
    payer_phone: str  # E.164 or ""
    return_path: str

    @property
    def return_url(self) -> str:
        return settings.PORTAL_URL + self.return_path


@dataclass(frozen=True)
class Started:
    """provider_id: the operator's number. checkout_url: a path on our host, an address elsewhere, or ""."""

    provider_id: str
    checkout_url: str = ""


@dataclass(frozen=True)
class Reading:
    """What the operator says of one transaction now. Amounts in the smallest unit of ``currency``."""

    status: Status
    reference: str = ""
    provider_id: str = ""
    amount: int = 0
    currency: str = "XOF"
    fee_xof: int = 0
    failure: str = ""  # a payments.states.FailureReason


class Provider(Protocol):
    name: str
    # An attempt without an answer is given up after this; a late success still counts.
    expires_after: datetime.timedelta

    @property
    def label(self) -> str:
        """For people, translated."""
        ...

    def start(self, demand: Demand) -> Started:
        """Raises ProviderUnavailableError or ProviderRefusedError."""
        ...

    def read_status(self, *, reference: str, provider_id: str | None) -> Reading:
        """Raises ProviderUnavailableError."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook is genuine and fresh, judged on its raw bytes."""
        ...

    def event_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The operator's own id of a verified event, "" when it has none."""
        ...

    def event_reference(self, body: bytes) -> str:
        """Our reference, or the operator's id, in a verified event; "" when there is none."""
        ...

    def refund(self, *, reference: str, provider_id: str | None, amount_xof: int, key: str) -> str:
        """Give money back and return the operator's id of it; the same key refunds once.

        Raises ProviderUnavailableError or ProviderRefusedError.
        """
        ...

    def list(self, *, since: datetime.datetime) -> Iterable[Reading]:
        """Everything the operator holds for us since then. Raises ProviderUnavailableError."""
        ...
