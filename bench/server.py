"""The portal as it runs: gunicorn on this machine, stopped by its pid."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from bench.setup import CLONE
from cotonou.embedded import processes
from cotonou.embedded.supervisor import web


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The port of a portal that answers, with the words that bin/run starts it with."""
    port = processes.free_port(8765)
    child = subprocess.Popen(
        [sys.executable, "-m", *web("127.0.0.1", port)], cwd=CLONE, env=os.environ, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, child)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=30)


def _wait(port: int, child: subprocess.Popen) -> None:
    for _ in range(300):
        if child.poll() is not None:
            raise RuntimeError("gunicorn ended at once")
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/live", timeout=2)
            return
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")
