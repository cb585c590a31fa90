"""What a way of sending SMS must do; one module per operator, chosen by SMS_GATEWAY."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

GATEWAYS = {
    "inbox": "cotonou.notifications.gateways.inbox.InboxGateway",
    "console": "cotonou.notifications.gateways.console.ConsoleGateway",
    "http": "cotonou.notifications.gateways.http.HttpGateway",
}


class Unavailable(Exception):
    """Try again later: time-out, overload, network. The message may or may not have left."""


class Refused(Exception):
    """Trying again is useless: bad number, blocked, bad request. Says why."""


class SmsGateway(Protocol):
    def send(self, *, to: str, text: str, reference: str) -> str:
        """Send ``text`` (GSM 7-bit) to ``to`` (E.164); returns the operator's id.

        reference: ours, the same at each retry, so that an operator which
        knows how can drop the second. Raises Unavailable or Refused.
        """
        ...


def gateway() -> SmsGateway:
    """The gateway of this installation. Raises KeyError for a name that does not exist."""
    return import_string(GATEWAYS[settings.SMS_GATEWAY])()
