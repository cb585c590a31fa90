"""One at a time for what is paid. The fixed order of locks: job, subject, payment, ledger counter."""

from uuid import UUID

from django.db import connection


def hold(purpose: str, subject: UUID) -> None:
    """Until this transaction ends, nobody else opens an attempt or takes cash for the same subject.

    The subject is a row of a service that this room does not know, hence a lock by name.
    A service that locks its own row does so before. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a subject is held until a transaction ends")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payments:{purpose}:{subject}"]
        )
