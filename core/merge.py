"""Merge many rows into a table at once: COPY into a temporary table, then one INSERT … ON CONFLICT.

Says of every row written whether it is new and what stood there before, so that the caller can write events
and sums of real changes only. Concurrent merges of the same rows must be kept apart by the caller
(core.locks), or the old values may be those of a moment before.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from django.db.models import Model

Row = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class MergeRule:
    """How the rows of one table are merged.

    `columns` are the columns of the rows given, in order; `key` those of a unique constraint, `among` the SQL of
    its condition when it has one. On conflict the columns in `update` are set to the given SQL (`None`: the new
    value), where `t` is the held row and `EXCLUDED` the new one, but only when the SQL `when` holds. With no
    `update` a known row stays as it is. `new` and `old` are the columns returned, after and before.
    """

    model: type[Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    update: Mapping[str, str | None] = field(default_factory=dict)
    when: str = ""
    among: str = ""
    new: tuple[str, ...] = ()
    old: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The table merged into."""
        return _table(self.model)

    @cached_property
    def staging(self) -> str:
        """The temporary table of this rule: one for each table and set of columns."""
        return f"merge_{self.table}_{zlib.crc32(' '.join(self.columns).encode()):08x}"[:63]

    @cached_property
    def prepare_sql(self) -> str:
        """Makes the temporary table, once for a connection, and empties it."""
        return (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.staging} ON COMMIT DELETE ROWS"  # noqa: S608 - names of our own models
            f" AS SELECT {', '.join(self.columns)} FROM {self.table} WITH NO DATA;"
            f" DELETE FROM {self.staging}"
        )

    @cached_property
    def copy_sql(self) -> str:
        """Fills the temporary table."""
        return f"COPY {self.staging} ({', '.join(self.columns)}) FROM STDIN"

    @cached_property
    def merge_sql(self) -> str:
        """Writes what differs and returns (id, is_new, *new, *old) of the rows written.

        The outer SELECT reads the table as it was when the statement began, which is where the old values
        come from: a row that is not there is new.
        """
        columns, key = ", ".join(self.columns), ", ".join(self.key)
        returned = ["merged.id", "held.id IS NULL"]
        returned += [f"merged.{name}" for name in self.new] + [f"held.{name}" for name in self.old]
        conflict = f"({key})" + (f" WHERE {self.among}" if self.among else "")
        return (
            f"WITH merged AS (INSERT INTO {self.table} AS t ({columns})"  # noqa: S608 - names of our own models
            f" SELECT {columns} FROM {self.staging} ORDER BY {key}"
            f" ON CONFLICT {conflict} {self._action()} RETURNING {', '.join(f't.{name}' for name in ('id', *self.new))})"
            f" SELECT {', '.join(returned)} FROM merged LEFT JOIN {self.table} held ON held.id = merged.id"
        )

    def _action(self) -> str:
        if not self.update:
            return "DO NOTHING"
        sets = [
            f"{name} = {f'EXCLUDED.{name}' if value is None else value}"
            for name, value in self.update.items()
        ]
        return f"DO UPDATE SET {', '.join(sets)}" + (f" WHERE {self.when}" if self.when else "")


def merge(rule: MergeRule, rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Merge the rows and return `(id, is_new, *rule.new, *rule.old)` of those written, in no order.

    Rows that are not returned were the same, or `rule.when` refused them. Two rows with one key in a call are
    an error (psycopg.errors.CardinalityViolation). Runs in a transaction of its own or the caller's.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(rule.prepare_sql)
        with cursor.copy(rule.copy_sql) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(rule.merge_sql)
        written: list[tuple[Any, ...]] = cursor.fetchall()
        return written


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """COPY rows that are known to be new straight into a table, and return their ids in the same order.

    Saves the temporary table and the search for conflicts of `merge`. Who calls it has looked, under a lock, that there
    is none: one is an error (psycopg.errors.UniqueViolation).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [_table(model), len(rows)],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    append(model, ("id", *columns), ((pk, *row) for pk, row in zip(ids, rows, strict=True)))
    return ids


def append(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY new rows straight into a table; a duplicate is an error."""
    statement = f"COPY {_table(model)} ({', '.join(columns)}) FROM STDIN"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's documented way to the table's name
