"""The test database: migrated once by the owner, cloned per process, used as the app role.

A database `<name>_template` is migrated under a lock and kept; every process
clones it, which takes a fraction of a second. What the migrations themselves
inserted (arrondissements, quartiers, content types…) is reference data: a
transactional test that dirties it gets it back, everything else is emptied.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
# What decides the content of a freshly migrated database.
SCHEMA_SOURCES = ("migrations", "models", "data", "definitions", "fixtures")
SCHEMA_FILES = ("models.py", "database.py", "base.py", "test.py", "requirements.lock")
PACKAGES = ("django", "django-allauth", "django-axes", "django-pghistory", "psycopg")

TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
FOREIGN_KEYS = """
SELECT DISTINCT child.relname, parent.relname FROM pg_constraint
  JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
 WHERE contype = 'f' AND conrelid <> confrelid
"""


def fingerprint() -> str:
    """Digest of everything that a migrated, still unused database depends on."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for folder in ("cotonou", "civil_acts", "quarters", "revenue", "startups"):
        for path in sorted((ROOT / folder).rglob("*")):
            wanted = path.name in SCHEMA_FILES or set(path.parent.parts) & set(SCHEMA_SOURCES)
            if wanted and path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def owner_parameters(database: str) -> dict:
    """psycopg parameters of the owner, taken from the `owner` alias of the test settings."""
    config = settings.DATABASES["owner"]
    if not settings.DATABASE_OWNER_URL:
        pytest.exit("DATABASE_OWNER_URL is not set: run the tests with bin/test", returncode=3)
    return {
        "host": config["HOST"],
        "port": config["PORT"],
        "user": config["USER"],
        "password": config["PASSWORD"],
        "dbname": database,
    }


def owner_connection(database: str) -> psycopg.Connection:
    return psycopg.connect(**owner_parameters(database), autocommit=True, connect_timeout=10)


@contextmanager
def one_at_a_time(name: str):
    """CREATE DATABASE … TEMPLATE refuses a template that somebody uses."""
    path = Path(tempfile.gettempdir()) / f"portail-{os.getuid()}-{name}.lock"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def use_database(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def drop(admin: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for left in reversed(range(40)):
        try:
            admin.execute(statement)
            return
        except psycopg.errors.InsufficientPrivilege:
            # An autovacuum worker is there, which the owner may not end; it leaves by itself.
            if not left:
                raise
            time.sleep(0.25)


def ensure_template(admin: psycopg.Connection, template: str) -> None:
    """Migrate `template` as owner unless it already holds this very schema."""
    wanted = fingerprint()
    found = admin.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [template]
    ).fetchone()
    if found and found[0] == wanted:
        return
    drop(admin, template)
    admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template1").format(sql.Identifier(template)))
    config = connections["default"].settings_dict
    app = {key: config[key] for key in ("USER", "PASSWORD")}
    owner = connections["owner"].settings_dict
    config.update({key: owner[key] for key in ("USER", "PASSWORD")})
    try:
        use_database(template)
        call_command("migrate", verbosity=0, interactive=False, database="default")
    finally:
        connections["default"].close()
        config.update(app)
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    admin.execute(comment.format(sql.Identifier(template), sql.Literal(wanted)))


@dataclass
class Reference:
    """One table as the migrations left it."""

    name: str
    digest: str
    rows: bytes


@dataclass
class TestDatabase:
    name: str
    references: dict[str, Reference] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    # referenced table -> tables holding a foreign key to it
    referenced_by: dict[str, set[str]] = field(default_factory=dict)

    __test__ = False

    def learn(self) -> None:
        """Read the tables, their foreign keys and the reference rows; once per process."""
        with owner_connection(self.name) as connection:
            self.tables = [row[0] for row in connection.execute(TABLES)]
            for child, parent in connection.execute(FOREIGN_KEYS):
                self.referenced_by.setdefault(parent, set()).add(child)
            for name in self._filled(connection, self.tables):
                rows = b"".join(self._copy_out(connection, name))
                self.references[name] = Reference(name, self._digests(connection, [name])[name], rows)

    @staticmethod
    def _filled(connection: psycopg.Connection, tables: list[str]) -> list[str]:
        one = sql.SQL("SELECT {label} WHERE EXISTS (SELECT FROM {table})")
        parts = [one.format(label=sql.Literal(t), table=sql.Identifier(t)) for t in tables]
        return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(parts))]

    @staticmethod
    def _digests(connection: psycopg.Connection, tables: list[str]) -> dict[str, str]:
        one = sql.SQL(
            "SELECT {label}, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
        )
        parts = [one.format(label=sql.Literal(t), table=sql.Identifier(t)) for t in tables]
        return dict(connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall())

    @staticmethod
    def _copy_out(connection: psycopg.Connection, table: str):
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            yield from (bytes(chunk) for chunk in copy)

    def reset(self) -> None:
        """Empty what the test filled and put back the reference rows it changed."""
        with owner_connection(self.name) as connection:
            connection.execute("SET lock_timeout = '20s'")
            candidates = [table for table in self.tables if table not in self.references]
            dirty = set(self._filled(connection, candidates))
            now = self._digests(connection, list(self.references))
            dirty |= {name for name, kept in self.references.items() if now[name] != kept.digest}
            if not dirty:
                return
            closed = self._with_referrers(dirty)
            tables = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(closed))
            with connection.transaction():
                # A deferred check left pending would forbid ALTER TABLE below.
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                connection.execute(sql.SQL("TRUNCATE {}").format(tables))
                for name in self._parents_first(closed & self.references.keys()):
                    self._restore(connection, self.references[name])

    def _with_referrers(self, tables: set[str]) -> set[str]:
        """PostgreSQL truncates a table only together with those that point at it."""
        closed, todo = set(tables), list(tables)
        while todo:
            new = self.referenced_by.get(todo.pop(), set()) - closed
            closed |= new
            todo += new
        return closed

    def _parents_first(self, tables: set[str]) -> list[str]:
        ordered: list[str] = []
        left = set(tables)
        while left:
            ready = {t for t in left if not any(t in self.referenced_by.get(p, ()) for p in left if p != t)}
            ordered += sorted(ready or left)
            left -= ready or left
        return ordered

    @staticmethod
    def _restore(connection: psycopg.Connection, reference: Reference) -> None:
        table = sql.Identifier(reference.name)
        # Row history and other triggers fired when these rows were first made.
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
            copy.write(reference.rows)
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


current: TestDatabase | None = None


def flush_as_owner(test_case) -> None:
    """Replaces TransactionTestCase's flush: the app role may not empty tables, the owner may."""
    for alias in ("default", "owner"):
        connections[alias].close()
    if current is not None:
        current.reset()


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    global current
    base = settings.DATABASES["default"]["TEST"]["NAME"]
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name, template = f"{base}_{worker}", f"{base}_template"
    original = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock(), owner_connection(original) as admin:
        with one_at_a_time(base):
            ensure_template(admin, template)
            drop(admin, name)
            clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(clone.format(sql.Identifier(name), sql.Identifier(template)))
        use_database(name)
        current = TestDatabase(name)
        current.learn()
    yield current
    with django_db_blocker.unblock(), owner_connection(original) as admin:
        use_database(original)
        drop(admin, name)
    current = None
