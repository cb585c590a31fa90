"""A real Celery worker beside a test, to be killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connections

from cotonou.embedded import processes

ROOT = Path(__file__).resolve().parents[2]
QUEUES = "codes,default,documents,bulk"


@dataclass
class Worker:
    """process leads a group of its own, so that its children end with it."""

    process: subprocess.Popen
    log: Path

    def kill(self) -> None:
        """kill -9 of the worker and all its children, as when the machine dies."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self) -> None:
        """Warm shutdown: what is in hand is finished."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()

    def text(self) -> str:
        return self.log.read_text(errors="replace")


def test_database_environment() -> dict[str, str]:
    """Environment with which another process uses this test's database, media and queues."""
    name = connections["default"].settings_dict["NAME"]
    environment = dict(os.environ)
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_READER_URL"):
        if variable in environment:
            environment[variable] = urlunsplit(urlsplit(environment[variable])._replace(path=f"/{name}"))
    return environment | {
        "DJANGO_SETTINGS_MODULE": "cotonou.settings.test",
        "PORTAL_URL": settings.PORTAL_URL,
        "MEDIA_ROOT": str(settings.STORAGES["default"].get("OPTIONS", {}).get("location", "")),
        "DOCUMENT_KEYS_DIR": str(settings.DOCUMENT_KEYS_DIR),
        "CLAMD_SOCKET": settings.CLAMD_SOCKET,
    }


test_database_environment.__test__ = False


def forget_queues() -> None:
    """Remove this process's messages from the shared broker."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        keys = list(broker.scan_iter(match=prefix + "*", count=1000))
        if keys:
            broker.delete(*keys)


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """start_worker(concurrency=1, environment={}) -> a ready Worker; all are stopped at the end."""
    forget_queues()
    workers: list[Worker] = []

    def start(*, concurrency: int = 1, queues: str = QUEUES, environment: dict | None = None) -> Worker:
        log = tmp_path / f"worker{len(workers)}.log"
        command = [sys.executable, "-m", "celery", "-A", "cotonou.celery", "worker"]
        command += [f"--concurrency={concurrency}", f"--queues={queues}", f"--hostname=w{len(workers)}@test"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle", "--loglevel=INFO"],
                cwd=ROOT,
                env=test_database_environment() | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=processes.end_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )
        worker = Worker(process, log)
        workers.append(worker)
        processes.wait_until(
            lambda: " ready." in worker.text() or process.poll() is not None, timeout_s=60, step_s=0.1
        )
        if " ready." not in worker.text():
            pytest.fail("the worker did not start:\n" + worker.text()[-3000:])
        return worker

    yield start
    for worker in workers:
        worker.stop()
    forget_queues()


@pytest.fixture
def worker(start_worker) -> Worker:
    return start_worker()
