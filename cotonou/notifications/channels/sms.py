from cotonou.notifications.gateways.base import gateway
from cotonou.notifications.models import Message


def send(message: Message) -> str:
    """Raises Unavailable or Refused."""
    return gateway().send(to=message.to, text=message.body, reference=str(message.public_id))
