"""A table of facts: the SQL that sums it up for some days, how it is built again and compared with what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from core.periods import Days
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.registry import adapters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from companies.models import Company

_ONE_DAY: Final = timedelta(days=1)
# The days of a statement with their first moments and the first moments after them: `FROM {DAYS}`.
DAYS: Final = (
    "unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (day, starts, ends)"
)

_OF_DAYS: Final = "company_id = %(company)s AND day = ANY(%(days)s)"
_DIFFERENT: Final = """
    WITH right_now AS (SELECT {columns} FROM ({select}) summed {not_empty}),
    held AS (SELECT {columns} FROM {table} WHERE {asked} {and_not_empty})
    SELECT {columns}, is_held FROM (
        SELECT *, true AS is_held FROM (TABLE held EXCEPT TABLE right_now) too_much
        UNION ALL
        SELECT *, false FROM (TABLE right_now EXCEPT TABLE held) lacking
    ) different
    {where}
    ORDER BY day, {key}
"""
_UNLESS_QUEUED: Final = """
    WHERE NOT EXISTS (
        SELECT FROM catalog_touchedday t WHERE t.company_id = %(company)s AND {queued}
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row of facts that is not what it should be; `held` or `right` is None where there is no such row."""

    table: str
    day: date
    key: tuple[tuple[str, Any], ...]
    held: tuple[tuple[str, Any], ...] | None
    right: tuple[tuple[str, Any], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """Facts of days: `key` besides the company and the day, `sums`, and the SELECT that gives them all.

    `select` reads `%(company)s` and the days (DAYS) and names its columns as the table does, `day` among them.
    `is_queued`: a day that waits in the queue of touched days may differ, `queued` telling which of them (`t`) are
    those of a row. `ignores_empty`: a row of nothing but zeros is as good as none.
    """

    name: str
    key: tuple[str, ...]
    sums: tuple[str, ...]
    select: str
    is_queued: bool = True
    ignores_empty: bool = False
    queued: str = "t.day = different.day"

    @property
    def names(self) -> tuple[str, ...]:
        """What a row is known by, besides the company and the day."""
        return self.key

    @property
    def columns(self) -> str:
        """The columns of a row, the company apart."""
        return ", ".join(("day", *self.names, *self.sums))

    @property
    def asked(self) -> str:
        """Which rows of the table are those of the days."""
        return _OF_DAYS

    @property
    def right(self) -> str:
        """The SELECT of the rows that should be there."""
        return self.select

    def build(self, company: Company, days: Sequence[date]) -> int:
        """Replace the facts of the days, in the caller's transaction; returns how many rows they have."""
        parameters = self.parameters(company, days)
        self.delete(self.asked, parameters)
        return self.insert(self.select, parameters)

    def parameters(self, company: Company, days: Sequence[date]) -> dict[str, Any]:
        """What the statements are given."""
        return bounds(company, days)

    def delete(self, asked: str, parameters: Mapping[str, Any]) -> None:
        """Delete the rows that a condition names."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name} WHERE {asked}", parameters)  # noqa: S608 - our own words

    def insert(self, select: str, parameters: Mapping[str, Any]) -> int:
        """Insert what the SELECT gives; returns how many rows that were."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.name} (company_id, {self.columns})"  # noqa: S608 - our own words
                f" SELECT %(company)s, {self.columns} FROM ({select}) summed",
                parameters,
            )
            return int(cursor.rowcount)

    def differences(self, company: Company, days: Sequence[date]) -> list[Difference]:
        """The rows of the days that are not what they should be."""
        not_empty = f"({', '.join(self.sums)}) <> ({', '.join('0' for _ in self.sums)})"
        statement = _DIFFERENT.format(
            columns=self.columns,
            key=", ".join(self.names),
            select=self.right,
            table=self.name,
            asked=self.asked,
            where=_UNLESS_QUEUED.format(queued=self.queued) if self.is_queued else "",
            not_empty=f"WHERE {not_empty}" if self.ignores_empty else "",
            and_not_empty=f"AND {not_empty}" if self.ignores_empty else "",
        )
        return list(self._paired(rows(statement, self.parameters(company, days))))

    def _paired(self, found: Sequence[tuple[Any, ...]]) -> Iterator[Difference]:
        """What is held and what is right of the same key, made one."""
        sides: dict[tuple[Any, ...], dict[bool, tuple[Any, ...]]] = {}
        after_key = 1 + len(self.names)
        for row in found:
            sides.setdefault(row[:after_key], {})[row[-1]] = row[after_key:-1]
        for key, values in sides.items():
            yield Difference(
                table=self.name,
                day=key[0],
                key=tuple(zip(self.names, key[1:], strict=True)),
                held=self._named(values.get(True)),
                right=self._named(values.get(False)),
            )

    def _named(self, values: tuple[Any, ...] | None) -> tuple[tuple[str, Any], ...] | None:
        return None if values is None else tuple(zip(self.sums, values, strict=True))


def rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def bounds(company: Company, days: Sequence[date]) -> dict[str, Any]:
    """The parameters of a statement: the company, its zone, the days and their moments in that zone."""
    moments = [Days(first=day, after=day + _ONE_DAY).moments(company.zone) for day in days]
    return {
        "company": company.pk,
        "zone": company.time_zone,
        "days": list(days),
        "starts": [one.start for one in moments],
        "ends": [one.end for one in moments],
        "resting": [
            f"{code}:{one}"
            for code, adapter in adapters().items()
            if adapter.resting_returns
            for one in (*adapter.resting_returns, ReturnStatus.IN_TRANSIT)
        ],
    }
