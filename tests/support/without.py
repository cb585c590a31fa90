"""A rule of the database taken away for the length of a block, and put back: the twins of the races.

The test names both databases: ``django_db(transaction=True, databases=["default", "owner"])``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql


@contextmanager
def without_index(name: str, *, emptying: str) -> Iterator[None]:
    """No unique index ``name``; the rows of the table ``emptying`` go before it comes back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(emptying)))
            cursor.execute(definition)


@contextmanager
def function_without(name: str, words: str) -> Iterator[None]:
    """The database's function ``name`` with ``words`` left out of its text."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
        (definition,) = cursor.fetchone()
        assert words in definition
        cursor.execute(definition.replace(words, ""))
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(definition)
