"""Time and chance of the demonstration: services live through past days, alike for the same seed."""

import contextlib
import datetime
import os
import random
from collections.abc import Iterator
from typing import Any

from django.utils import timezone


class Clock:
    """What ``timezone.now()`` says inside ``lived``."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.moment = moment


def _datetime_of(clock: Clock) -> type:
    class AnyDatetime(type(datetime.datetime)):  # type: ignore[misc]
        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, datetime.datetime)

    class Lived(datetime.datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return clock.moment.astimezone(tz)

    return Lived


@contextlib.contextmanager
def replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    kept = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)


@contextlib.contextmanager
def lived(clock: Clock, seed: int) -> Iterator[None]:
    """Django's clock follows ``clock``; uuids and codes come from ``seed``.

    Replacing the class that ``timezone.now`` reads also reaches the columns whose
    default is that very function. Keys and seals are OpenSSL's, out of its reach.
    """
    stream = random.Random(f"{seed}:chance").randbytes  # noqa: S311  # nosec
    with (
        replaced(timezone, "datetime", _datetime_of(clock)),
        replaced(os, "urandom", stream),  # uuid.uuid4
        replaced(random, "_urandom", stream),  # secrets
    ):
        yield
