"""What must work before this process may receive people: asked by the load balancer, in JSON."""

import time
import uuid
from collections.abc import Callable

import structlog
from celery import current_app as celery
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

log = structlog.get_logger(__name__)
STORAGE_SECONDS = 30.0
# check -> when it last succeeded, in this process
_succeeded: dict[str, float] = {}


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    """Read once: a process that found its schema complete keeps it until it stops."""
    if "migrations" in _succeeded:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations remain to be applied")
    _succeeded["migrations"] = time.monotonic()


def storage() -> None:
    """Write and remove a small file, at most twice a minute."""
    if time.monotonic() - _succeeded.get("storage", -STORAGE_SECONDS) < STORAGE_SECONDS:
        return
    name = default_storage.save(f"sante/{uuid.uuid4()}", ContentFile(b"ok"))
    default_storage.delete(name)
    _succeeded["storage"] = time.monotonic()


def broker() -> None:
    with celery.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=1)


# Without these nobody can be served.
ESSENTIAL: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "storage": storage,
}
# Without these work waits, people are still served.
USEFUL: dict[str, Callable[[], None]] = {"broker": broker}


def readiness() -> tuple[bool, dict[str, str]]:
    """(ready, {check: "ok" | "down"}); the reason goes to the log, not to the caller."""
    found = {name: _state(name, check) for name, check in {**ESSENTIAL, **USEFUL}.items()}
    return all(found[name] == "ok" for name in ESSENTIAL), found


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        log.warning("health.down", check=name, exc_info=error)
        return "down"
    return "ok"
