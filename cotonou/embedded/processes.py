"""Start, find and stop processes by pid."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def end_with_parent(sig: int) -> Callable[[], None] | None:
    """A preexec_fn: the child gets `sig` if we die without stopping it (kill -9, closed terminal)."""
    if not sys.platform.startswith("linux"):
        return None
    # Looked up here: between fork and exec in a threaded program only plain calls are safe.
    prctl = ctypes.CDLL(None).prctl

    def preexec() -> None:
        prctl(PR_SET_PDEATHSIG, sig)

    return preexec


def alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def runs_from(pid: int, binary_name: str) -> bool:
    """Whether `pid` is a live process of that program; a pid file may outlive a reboot."""
    if not alive(pid):
        return False
    proc = Path(f"/proc/{pid}/cmdline")
    if not proc.exists():
        return not Path("/proc").exists()
    first = proc.read_bytes().split(b"\0", 1)[0].decode(errors="replace")
    return Path(first.split(" ")[0] if first.startswith("/proc") else first).name.startswith(binary_name)


def stop(pid: int, sig: int = signal.SIGTERM, *, timeout_s: float = 20) -> bool:
    """Ask one process to end and wait; SIGKILL when time is up. True if it ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sig)
    if wait_until(lambda: not alive(pid), timeout_s=timeout_s):
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), timeout_s=5)
    return False


def end_group(leader: subprocess.Popen, *, timeout_s: float = 5) -> None:
    """End a process that leads a group of its own, and what it started; nothing if it ended by itself."""
    if leader.poll() is not None:
        return
    os.killpg(leader.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        leader.wait(timeout=timeout_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()


def wait_until(done: Callable[[], bool], *, timeout_s: float, step_s: float = 0.05) -> bool:
    deadline = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(step_s)
    return True


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0, host: str = "127.0.0.1") -> int:
    """`preferred` or the next free port after it; 0 lets the system choose."""
    if preferred:
        for port in range(preferred, preferred + 200):
            if port_is_free(port, host):
                return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]
