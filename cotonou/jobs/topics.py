"""Who does what: apps register one handler per topic at startup."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cotonou.jobs.models import Job

QUEUES = ("codes", "default", "documents", "bulk")


@dataclass(frozen=True)
class Topic:
    name: str
    handler: Callable[["Job"], None]
    label: Any
    about: tuple[str, str] | None
    queue: str
    max_attempts: int


_topics: dict[str, Topic] = {}


def register(
    name: str,
    handler: Callable[["Job"], None],
    *,
    label: Any,
    about: tuple[str, str] | None = None,
    queue: str = "default",
    max_attempts: int = 8,
) -> None:
    """Declare who does a piece of work.

    label: what it does, in the words of staff, French, lazy.
    about: ("payments.payment", "payment"), the model whose id the payload holds under that key.

    Raises ValueError when the topic already has a handler or the queue is unknown.
    """
    if name in _topics:
        raise ValueError(f"{name} already has a handler")
    if queue not in QUEUES:
        raise ValueError(f"{queue} is not one of {QUEUES}")
    _topics[name] = Topic(name, handler, label, about, queue, max_attempts)


def get(name: str) -> Topic:
    """Raises KeyError for a topic nobody registered."""
    return _topics[name]


def find(name: str) -> Topic | None:
    return _topics.get(name)


def label_of(name: str) -> str:
    """In the reader's language; the topic itself when no app registers it any more."""
    return str(_topics[name].label) if name in _topics else name


def names() -> list[str]:
    return sorted(_topics)
