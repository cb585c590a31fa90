"""A private clamd that knows one virus: the EICAR test string, by a signature of our own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cotonou.embedded import processes

# Written in two halves so that no scanner takes this file for the virus.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Portail.Eicar.Test:0:*:" + EICAR.hex() + "\n"
CLAMD = "clamd"


@dataclass(frozen=True)
class Clamd:
    socket: str
    pid: int


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            link.connect(str(path))
            link.sendall(b"zPING\0")
            return link.recv(8).startswith(b"PONG")
    except OSError:
        return False


def _configuration(folder: Path) -> Path:
    database = folder / "db"
    database.mkdir()
    (database / "portail.ndb").write_text(SIGNATURE)
    path = folder / "clamd.conf"
    path.write_text(
        f"LocalSocket {folder}/s\nDatabaseDirectory {database}\nTemporaryDirectory {folder}\n"
        f"User {pwd.getpwuid(os.getuid()).pw_name}\n"
        "Foreground yes\nFixStaleSocket yes\nExitOnOOM yes\nConcurrentDatabaseReload no\n"
        "StreamMaxLength 60M\nMaxFileSize 60M\nMaxScanSize 100M\nMaxThreads 2\n"
    )
    return path


@contextmanager
def running(program: str, folder: Path) -> Iterator[subprocess.Popen]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--config-file={_configuration(folder)}"], stdout=log, stderr=log
        )
    try:
        processes.wait_until(lambda: process.poll() is not None or _answers(folder / "s"), timeout_s=30)
        if not _answers(folder / "s"):
            pytest.fail("clamd did not start:\n" + (folder / "log").read_text(errors="replace"))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def clamd():
    """A running scanner; use it with settings.CLAMD_SOCKET = clamd.socket."""
    program = shutil.which(CLAMD) or shutil.which(CLAMD, path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("clamd is missing: apt-get install clamav-daemon")
    # A short path of its own: a socket's path may not be longer than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="portail-clamd-"))
    try:
        with running(program, folder) as process:
            yield Clamd(socket=str(folder / "s"), pid=process.pid)
    finally:
        shutil.rmtree(folder)
