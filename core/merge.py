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
from psycopg import sql

if TYPE_CHECKING:
    from django.db.models import Model

Row = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class MergeRule:
    """How the rows of one table are merged.

    `columns` are the columns of the rows given, in order; `key` those of a unique constraint. On conflict the
    columns in `update` are set to the given SQL (`None`: the new value), where `t` is the held row and
    `EXCLUDED` the new one, but only when the SQL `when` holds. With no `update` a known row stays as it is.
    `new` and `old` are the columns returned, after and before.
    """

    model: type[Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    update: Mapping[str, str | None] = field(default_factory=dict)
    when: str = ""
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
    def create_sql(self) -> sql.Composed:
        """Makes the temporary table, once for a connection."""
        return sql.SQL(
            "CREATE TEMPORARY TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS"
            " AS SELECT {columns} FROM {table} WITH NO DATA"
        ).format(
            staging=sql.Identifier(self.staging),
            columns=_names(self.columns),
            table=sql.Identifier(self.table),
        )

    @cached_property
    def copy_sql(self) -> sql.Composed:
        """Fills the temporary table."""
        return sql.SQL("COPY {staging} ({columns}) FROM STDIN").format(
            staging=sql.Identifier(self.staging), columns=_names(self.columns)
        )

    @cached_property
    def merge_sql(self) -> sql.Composed:
        """Writes what differs and returns (id, is_new, *new, *old) of the rows written.

        The outer SELECT reads the table as it was when the statement began, which is where the old values
        come from: a row that is not there is new.
        """
        returned: list[sql.Composable] = [sql.SQL("merged.id, held.id IS NULL")]
        returned += [sql.SQL("merged.{}").format(sql.Identifier(name)) for name in self.new]
        returned += [sql.SQL("held.{}").format(sql.Identifier(name)) for name in self.old]
        return sql.SQL(
            "WITH merged AS (INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM {staging}"
            " ORDER BY {key} ON CONFLICT ({key}) {action} RETURNING {returning})"
            " SELECT {returned} FROM merged LEFT JOIN {table} held ON held.id = merged.id"
        ).format(
            table=sql.Identifier(self.table),
            columns=_names(self.columns),
            staging=sql.Identifier(self.staging),
            key=_names(self.key),
            action=self._action(),
            returning=sql.SQL(", ").join(
                sql.SQL("t.{}").format(sql.Identifier(name)) for name in ("id", *self.new)
            ),
            returned=sql.SQL(", ").join(returned),
        )

    def _action(self) -> sql.Composable:
        if not self.update:
            return sql.SQL("DO NOTHING")
        sets = [
            sql.SQL("{} = ").format(sql.Identifier(name))
            + (sql.SQL("EXCLUDED.{}").format(sql.Identifier(name)) if value is None else sql.SQL(value))
            for name, value in self.update.items()
        ]
        action = sql.SQL("DO UPDATE SET ") + sql.SQL(", ").join(sets)
        return action + sql.SQL(" WHERE " + self.when) if self.when else action


def merge(rule: MergeRule, rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Merge the rows and return `(id, is_new, *rule.new, *rule.old)` of those written, in no order.

    Rows that are not returned were the same, or `rule.when` refused them. Two rows with one key in a call are
    an error (psycopg.errors.CardinalityViolation). Runs in a transaction of its own or the caller's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(rule.create_sql)
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(rule.staging)))
        with cursor.copy(rule.copy_sql) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(rule.merge_sql)
        written: list[tuple[Any, ...]] = cursor.fetchall()
        return written


def append(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY new rows straight into a table; a duplicate is an error."""
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(_table(model)), columns=_names(columns)
    )
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's documented way to the table's name


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
