"""One local PostgreSQL cluster: made, started, stopped, with the portal's three roles."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from cotonou.embedded import places, processes

DATABASE = "portail"
SUPERUSER = "postgres"
OWNER, APP, READER = "portail_owner", "portail_app", "portail_reader"

ROLES = (OWNER, APP, READER)
# The same two files prepare a real server: see docs/operations/deploy.md.
ROLES_SQL = Path(__file__).with_name("sql") / "roles.sql"
GRANTS_SQL = Path(__file__).with_name("sql") / "grants.sql"
DEFAULT_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # The socket path could be too long, and as root the clone out of reach.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_duration_statement": "1000",
    "wal_level": "replica",
}
# For clusters whose loss costs nothing.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    pass


@dataclass
class Cluster:
    """A PostgreSQL data folder. `root` also holds the log and the passwords.

    trust: no passwords on 127.0.0.1 (throw-away clusters only).
    settings: extra postgresql.conf values, strings.
    patience_s: how long it may take to answer; a recovery replays its log first.
    """

    root: Path
    port: int = 0
    trust: bool = False
    settings: dict[str, str] | None = None
    patience_s: float = 60

    def __post_init__(self) -> None:
        self.user = places.server_user()
        self.root = Path(self.root)
        self.data = self.root / "data"
        self.log = self.root / "postgres.log"
        self.secrets_file = self.root / "passwords.json"
        self.process: subprocess.Popen | None = None

    # -- addresses ---------------------------------------------------------

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        password = "" if self.trust else ":" + quote(self.passwords()[role])
        return f"postgres://{role}{password}@127.0.0.1:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url(APP),
            "DATABASE_OWNER_URL": self.url(OWNER),
            "DATABASE_READER_URL": self.url(READER),
        }

    def passwords(self) -> dict[str, str]:
        if not self.secrets_file.exists():
            made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, *ROLES)}
            self.secrets_file.touch(mode=0o600)
            self.secrets_file.write_text(json.dumps(made))
        return json.loads(self.secrets_file.read_text())

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=5)

    # -- life --------------------------------------------------------------

    def up(self, *, detached: bool = False) -> None:
        """Make, start and prepare the cluster; does nothing that is already done."""
        self.create()
        self.start(detached=detached)
        self.prepare()

    def create(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        self.user.folder(self.root)
        self.user.folder(self.data)
        # initdb finds its password in a file that only its own account reads.
        pwfile = self.root / "initdb.pw"
        pwfile.touch(mode=0o600)
        pwfile.write_text(self.passwords()[SUPERUSER])
        self.user.own(pwfile)
        method = "trust" if self.trust else "scram-sha-256"
        try:
            self.tool(
                "initdb",
                f"--pgdata={self.data}",
                f"--username={SUPERUSER}",
                f"--pwfile={pwfile}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                f"--auth={method}",
                "--data-checksums",
                "--no-instructions",
                *(["--no-sync"] if self.trust else []),
            )
        finally:
            pwfile.unlink()

    def tool(self, name: str, *args: str, env: dict[str, str] | None = None) -> str:
        """Run one of PostgreSQL's own programs as the server account; its output.

        Raises PostgresError with what the program said.
        """
        done = subprocess.run(
            [str(places.postgres_bin() / name), *args],
            cwd=self.root,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
            **self.user.popen,
        )
        if done.returncode:
            raise PostgresError(f"{name}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def pid(self) -> int | None:
        """The running postmaster of this folder, ours or another session's."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        if not processes.runs_from(pid, "postgres"):
            return None
        if len(lines) > 3 and lines[3].isdigit():
            self.port = int(lines[3])
        return pid

    def start(self, *, detached: bool = False) -> None:
        """Start and wait until it answers. detached: survives us; else it ends with us."""
        if self.pid() is not None:
            self._wait_ready()
            return
        self.port = self.port or processes.free_port(5432)
        options = DEFAULT_SETTINGS | (self.settings or {}) | {"port": str(self.port)}
        arguments = [f"-c{name}={value}" for name, value in options.items()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(places.postgres_bin() / "postgres"), "-D", str(self.data), *arguments],
                cwd=self.root,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=None if detached else processes.end_with_parent(signal.SIGINT),  # noqa: PLW1509
                umask=0o077,
                **self.user.popen,
            )
        self._wait_ready()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + self.patience_s
        while True:
            if self.process is not None and self.process.poll() is not None:
                raise PostgresError("PostgreSQL stopped at once:\n" + self.log_tail())
            try:
                with self.connect():
                    return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL does not answer: {error}\n{self.log_tail()}") from error
            time.sleep(0.05)

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, *, immediate: bool = False) -> None:
        """Fast shutdown (SIGINT), or `immediate` (SIGQUIT: as if the power failed)."""
        pid = self.pid()
        if pid is not None:
            processes.stop(pid, signal.SIGQUIT if immediate else signal.SIGINT, timeout_s=60)
        if self.process is not None:
            self.process.wait(timeout=10)
            self.process = None

    # -- roles and database -------------------------------------------------

    def prepare(self) -> None:
        """Roles, database and default rights; safe to repeat."""
        with self.connect() as connection:
            connection.execute(ROLES_SQL.read_text())
            for role in ROLES if not self.trust else ():
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                connection.execute(
                    statement.format(sql.Identifier(role), sql.Literal(self.passwords()[role]))
                )
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        # template1 too: a database that the owner creates later (tests) starts with the same rights.
        for database in (DATABASE, "template1"):
            with self.connect(database=database) as connection:
                connection.execute(GRANTS_SQL.read_text())

    def empty(self) -> None:
        """Throw the portal's database away and make it again, without a table."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self.prepare()
