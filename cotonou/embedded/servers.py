"""The local servers that stand in for what the environment does not give."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cotonou.embedded import places, processes
from cotonou.embedded.postgres import THROWAWAY_SETTINGS, Cluster
from cotonou.embedded.valkey import Valkey

# Where to look first for a free port: away from a PostgreSQL or Redis of the machine.
POSTGRES_PORT, VALKEY_PORT = 54320, 63790


@dataclass
class Servers:
    """cluster, valkey: None when DATABASE_URL or REDIS_URL names a server of somebody else's."""

    cluster: Cluster | None
    valkey: Valkey | None

    def start(self, *, detached: bool = False) -> None:
        if self.cluster is not None:
            if self.cluster.pid() is None:
                self.cluster.port = processes.free_port(self.cluster.port)
            self.cluster.up(detached=detached)
        if self.valkey is not None:
            if self.valkey.pid() is None:
                self.valkey.port = processes.free_port(self.valkey.port)
            self.valkey.start(detached=detached)

    def stop(self) -> None:
        if self.valkey is not None:
            self.valkey.stop()
        if self.cluster is not None:
            self.cluster.stop()

    def running(self) -> bool:
        local = [server for server in (self.cluster, self.valkey) if server is not None]
        return all(server.pid() is not None for server in local)

    def environment(self) -> dict[str, str]:
        """Variables that lead the portal to these servers."""
        variables: dict[str, str] = {}
        if self.cluster is not None:
            variables |= self.cluster.environment()
        if self.valkey is not None:
            variables["REDIS_URL"] = self.valkey.url()
        return variables


def read_env_file() -> None:
    """Take the variables of .env, as the settings do; what is already set wins."""
    import environ

    path = Path(os.environ.get("ENV_FILE", places.CLONE / ".env"))
    if path.exists():
        environ.Env.read_env(str(path))


def wal_folder() -> Path:
    """Where the lasting cluster archives its WAL, once it exists: see archive_from_now_on."""
    return places.servers_root() / "wal"


def archive_from_now_on() -> None:
    """From the first backup on, WAL is kept. Before, it would fill the disk for nothing."""
    places.server_user().folder(wal_folder())


def archive_settings(wal: Path) -> dict[str, str]:
    """postgresql.conf values that compress every finished segment into `wal`, if that folder exists."""
    place = str(wal).replace("%", "%%")
    return {
        "archive_mode": "on",
        "archive_timeout": "60",
        "archive_command": (
            f'if [ -d "{place}" ]; then test -f "{place}/%f.gz" || '
            f'{{ gzip -1 <"%p" >"{place}/%f.tmp" && mv "{place}/%f.tmp" "{place}/%f.gz"; }}; fi'
        ),
    }


def local() -> Servers:
    """The lasting servers of this clone; those that the environment replaces are left out."""
    root = places.servers_root()
    given = os.environ
    return Servers(
        None
        if given.get("DATABASE_URL")
        else Cluster(root / "postgres", POSTGRES_PORT, settings=archive_settings(wal_folder())),
        None if given.get("REDIS_URL") else Valkey(root / "valkey", VALKEY_PORT),
    )


@contextlib.contextmanager
def throwaway() -> Iterator[Servers]:
    """Servers for one command, fast and without safety, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="portail-servers-"))
    folder.chmod(0o755)
    servers = Servers(
        Cluster(folder / "postgres", trust=True, settings=THROWAWAY_SETTINGS | {"max_connections": "200"}),
        Valkey(folder / "valkey", trust=True, persistent=False),
    )
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(folder)


@contextlib.contextmanager
def borrowed() -> Iterator[Servers]:
    """The clone's servers: those that run already, or started for the time of one command."""
    servers = local()
    if servers.running():
        yield servers
        return
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
