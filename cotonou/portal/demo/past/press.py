"""Processes that make sealed PDFs while the rows are written.

Nothing here imports a model: a fresh process reads this before Django is set up.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.conf import settings

Sealed = tuple[bytes, str]  # PDF, QR payload


class Press:
    """Makes sealed PDFs: in two processes of its own, or here and now (processes=0)."""

    def __init__(self, processes: int) -> None:
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            # Fresh processes: a copy of this one would share its database connection.
            self._pool = ProcessPoolExecutor(
                processes,
                get_context("spawn"),
                start_process,
                (settings.SETTINGS_MODULE, settings.PORTAL_URL),
            )

    def make(self, document: Any) -> Callable[[], Sealed]:
        if self._pool is None:
            return lambda: _produce(document)
        future: Future[Sealed] = self._pool.submit(_produce, document)
        return future.result

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def start_process(settings_module: str, portal_url: str) -> None:
    import django

    os.environ |= {"DJANGO_SETTINGS_MODULE": settings_module, "PORTAL_URL": portal_url}
    django.setup()


def _produce(document: Any) -> Sealed:
    from cotonou.documents import sealing  # WeasyPrint and pyHanko are heavy

    return sealing.produce(document)
