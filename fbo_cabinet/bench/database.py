"""A database of its own for the benchmarks, gone afterwards."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def scratch_database() -> Iterator[str]:
    """Make a database on the server that settings name, point Django at it and migrate it; drop it at the end."""
    name = f"bench_{secrets.token_hex(4)}"
    usual = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    use_database(name)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield name
    finally:
        use_database(usual)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def use_database(name: str) -> None:
    """Point Django at a database of the server; the next query opens a new connection."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper
    connection.settings_dict["NAME"] = name


def bare_connection() -> psycopg.Connection[Any]:
    """A psycopg connection to the same database, without Django."""
    parameters: dict[str, Any] = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "host", "port", "user", "password", "sslmode"}
    }
    return psycopg.connect(**parameters)


def run(statement: str, **parameters: Any) -> int:
    """One statement, committed; gives how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def vacuum() -> None:
    """Leave the tables as a running server's autovacuum does: analysed, their visibility map set."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
