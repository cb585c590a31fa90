"""PostgreSQL and Valkey of a test's own, to be killed, cut and restored without harm to others."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from cotonou.embedded import processes
from cotonou.embedded.postgres import APP, DATABASE, OWNER, Cluster
from cotonou.embedded.valkey import Valkey


@pytest.fixture
def scratch_servers():
    """A folder that the server account can reach, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portail-servers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def new_cluster(scratch_servers):
    """new_cluster(name="a", **Cluster options) -> a running, empty cluster with the three roles."""
    clusters: list[Cluster] = []

    def start(name: str = "a", **options) -> Cluster:
        # fsync guards against a dying machine, not a dying process: what is killed here loses nothing.
        defaults = {"trust": True, "settings": {"fsync": "off"}}
        cluster = Cluster(scratch_servers / name, processes.free_port(), **(defaults | options))
        clusters.append(cluster)
        cluster.up()
        return cluster

    yield start
    for cluster in clusters:
        cluster.stop(immediate=True)


@pytest.fixture
def new_valkey(scratch_servers):
    """new_valkey(name="broker") -> a running Valkey."""
    servers: list[Valkey] = []

    def start(name: str = "broker", **options) -> Valkey:
        server = Valkey(scratch_servers / name, processes.free_port(), **({"trust": True} | options))
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@contextmanager
def portal_on(cluster: Cluster, *, migrate: bool = True):
    """Migrate the portal on a running cluster; meanwhile `default` and `owner` point to it."""
    kept = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}

    def point(alias: str, role: str) -> None:
        password = "" if cluster.trust else cluster.passwords()[role]
        connections[alias].close()
        connections[alias].settings_dict.update(
            HOST="127.0.0.1", PORT=cluster.port, USER=role, PASSWORD=password, NAME=DATABASE
        )

    try:
        point("owner", OWNER)
        point("default", OWNER)
        if migrate:
            call_command("migrate", verbosity=0, interactive=False, database="default")
        point("default", APP)
        yield cluster
    finally:
        for alias, config in kept.items():
            connections[alias].close()
            connections[alias].settings_dict.update(config)


@pytest.fixture
def own_cluster(new_cluster, transactional_db):
    """The portal, migrated, on a cluster of this test alone: `default` and `owner` point to it.

    Yields the Cluster, which the test may stop, kill and start again.
    """
    with portal_on(new_cluster("own")) as cluster:
        yield cluster
