"""Locks that live in PostgreSQL, so that they hold over any number of workers."""

from __future__ import annotations

from django.db import connection


def lock_until_commit(name: str, *ids: int) -> None:
    """Wait for the lock of this name and these ids, and hold it until the transaction ends.

    Must run inside a transaction. Two transactions that take several locks must take them in one order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [":".join([name, *map(str, ids)])]
        )


def try_lock_until_commit(name: str, *ids: int) -> bool:
    """Take the same lock if it is free, and say whether it was; for work that another worker is doing anyway."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [":".join([name, *map(str, ids)])]
        )
        return bool(cursor.fetchone()[0])
