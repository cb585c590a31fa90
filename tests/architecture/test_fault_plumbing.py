"""The real worker, the private scanner and the private cluster that fault tests use."""

import socket
import struct

import pytest
from django.db import OperationalError, connection

from cotonou.embedded import processes
from cotonou.jobs.models import Job
from tests.support.scanner import EICAR


def scan(path: str, content: bytes) -> str:
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(b"zINSTREAM\0" + struct.pack("!I", len(content)) + content + struct.pack("!I", 0))
        return link.recv(200).decode().rstrip("\0")


@pytest.mark.hostile
def test_the_private_scanner_knows_eicar_and_passes_the_rest(clamd):
    assert scan(clamd.socket, EICAR).endswith("FOUND")
    assert scan(clamd.socket, b"Bonjour").endswith("OK")


@pytest.mark.chaos
def test_a_real_worker_runs_a_due_job_and_dies_on_kill(worker, transactional_db):
    from cotonou.jobs import services

    services.enqueue("audit.seal_chains", key="plumbing")
    assert processes.wait_until(
        lambda: Job.objects.filter(key="plumbing", done_at__isnull=False).exists(), timeout_s=30
    ), worker.text()[-3000:]
    worker.kill()
    assert worker.process.returncode == -9


@pytest.mark.chaos
def test_a_cluster_of_one_s_own_can_be_killed_and_started_again(own_cluster):
    key = {"topic": "t", "key": "durable", "queue": "default", "max_attempts": 1}
    Job.objects.create(**key)
    own_cluster.stop(immediate=True)
    with pytest.raises(OperationalError):
        Job.objects.count()
    connection.close()
    own_cluster.start()
    assert Job.objects.filter(key="durable").exists()
