"""Calling libraries that start an event loop of their own, from anywhere."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def outside_loops(call: Callable[[], Result]) -> Result:
    """``call()``, in a thread of its own when this one already runs an event loop (ASGI, browser tests)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(call).result()
