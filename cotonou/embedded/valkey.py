"""One local Valkey server: the broker, and nothing else."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cotonou.embedded import places, processes


class ValkeyError(RuntimeError):
    pass


@dataclass
class Valkey:
    """root: folder of its configuration, log and append-only file.

    trust: no password (throw-away servers only).
    persistent: keep the queue on disk. Losing it only delays work, PostgreSQL can rebuild it.
    """

    root: Path
    port: int = 0
    trust: bool = False
    persistent: bool = True

    def __post_init__(self) -> None:
        self.user = places.server_user()
        self.root = Path(self.root)
        self.log = self.root / "valkey.log"
        self.pid_file = self.root / "valkey.pid"
        self.password_file = self.root / "password"
        self.process: subprocess.Popen | None = None

    def url(self) -> str:
        password = "" if self.trust else f":{self.password()}@"
        return f"redis://{password}127.0.0.1:{self.port}/0"

    def password(self) -> str:
        if not self.password_file.exists():
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_urlsafe(24))
        return self.password_file.read_text()

    def pid(self) -> int | None:
        try:
            pid, port = (int(part) for part in self.pid_file.read_text().split())
        except (FileNotFoundError, ValueError):
            return None
        if not processes.runs_from(pid, "valkey-server"):
            return None
        self.port = port
        return pid

    def start(self, *, detached: bool = False) -> None:
        """Start and wait until it answers; does nothing if it runs already."""
        if self.pid() is not None:
            return
        self.user.folder(self.root)
        self.port = self.port or processes.free_port(6379)
        configuration = self._configuration()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(places.valkey_server()), str(configuration)],
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=None if detached else processes.end_with_parent(signal.SIGTERM),  # noqa: PLW1509
                umask=0o077,
                **self.user.popen,
            )
        self.pid_file.write_text(f"{self.process.pid} {self.port}")
        if not processes.wait_until(self._answers, timeout_s=20):
            raise ValkeyError("Valkey does not answer:\n" + self.log.read_text(errors="replace")[-1500:])

    def _configuration(self) -> Path:
        """The password is in a file of mode 600, not on a command line that everyone can list."""
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            "daemonize no",
            'dir "."',
            'save ""',
            f"appendonly {'yes' if self.persistent else 'no'}",
            "maxmemory-policy noeviction",
        ]
        if not self.trust:
            lines.append(f"requirepass {self.password()}")
        path = self.root / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        self.user.own(path)
        return path

    def _answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise ValkeyError("Valkey stopped at once:\n" + self.log.read_text(errors="replace")[-1500:])
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def stop(self) -> None:
        pid = self.pid()
        if pid is not None:
            processes.stop(pid, signal.SIGTERM)
        if self.process is not None:
            self.process.wait(timeout=10)
            self.process = None
        self.pid_file.unlink(missing_ok=True)
