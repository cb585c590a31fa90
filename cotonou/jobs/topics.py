"""Who does what: apps register one handler per topic at startup."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotonou.jobs.models import Job

QUEUES = ("codes", "default", "documents", "bulk")


@dataclass(frozen=True)
class Topic:
    name: str
    handler: Callable[["Job"], None]
    queue: str
    max_attempts: int


_topics: dict[str, Topic] = {}


def register(
    name: str, handler: Callable[["Job"], None], *, queue: str = "default", max_attempts: int = 8
) -> None:
    """Raises ValueError when the topic already has a handler or the queue is unknown."""
    if name in _topics:
        raise ValueError(f"{name} already has a handler")
    if queue not in QUEUES:
        raise ValueError(f"{queue} is not one of {QUEUES}")
    _topics[name] = Topic(name, handler, queue, max_attempts)


def get(name: str) -> Topic:
    """Raises KeyError for a topic nobody registered."""
    return _topics[name]


def names() -> list[str]:
    return sorted(_topics)
