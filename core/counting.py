"""Counting no further than a limit: how many rows hold each value of a column, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

# The rows that are seen first decide: a short list is counted whole, in a long one each value for itself, which an
# index that ends in the value answers however long the list is.
_COUNT = """
    WITH seen AS MATERIALIZED ({rows} LIMIT %s),
         told AS MATERIALIZED (SELECT count(*) AS rows FROM seen)
    SELECT held.value, count(*), true FROM seen AS held (value) WHERE (SELECT rows FROM told) <= %s GROUP BY 1
    UNION ALL
    {values}
"""
_VALUE = """
    SELECT %s, count(*), false FROM (
        SELECT 1 FROM ({rows}) AS held (value)
        WHERE held.value = %s AND (SELECT rows FROM told) > %s
        LIMIT %s
    ) AS counted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """How many rows there are; `is_more` when there are more than were counted."""

    count: int = 0
    is_more: bool = False


def bounded_counts(
    rows: QuerySet[Any], *, field: str, values: Sequence[str], limit: int
) -> dict[str, Bounded]:
    """The rows by the value of a column, no further than the limit for each; a value that no row holds is left out.

    A list of up to twice the limit is counted exactly, with whatever values it holds.
    """
    plain = rows.select_related(None).order_by().values_list(field)
    try:
        sql, parameters = plain.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return {}
    short = 2 * limit
    asked: list[Any] = [*parameters, short + 1, short]
    for value in values:
        asked += [value, *parameters, value, short, limit + 1]
    each = " UNION ALL ".join([_VALUE.format(rows=sql)] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=sql, values=each), asked)
        found = cursor.fetchall()
    return {
        str(value): Bounded(
            count=count if is_whole else min(count, limit), is_more=not is_whole and count > limit
        )
        for value, count, is_whole in found
        if count
    }
