"""Doing the same thing from several threads at the same moment, each with its own connection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """The results of ``act(0) … act(count - 1)``, started at once; an exception is its result."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        try:
            gate.wait(timeout=20)
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
