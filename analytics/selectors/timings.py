"""Histograms of processing times, read as a few long rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.choices import Axis, Span
from analytics.models import StepTimes

if TYPE_CHECKING:
    from analytics.selectors.scope import Scope
    from core.periods import Days

# How many orders took so many minutes.
Counts = dict[int, int]


def step_times(scope: Scope, days: Days, *, axis: Axis = Axis.ALL, longest: Span = Span.MONTH) -> Any:
    """The rows of the orders placed in the days."""
    rows = StepTimes.objects.for_company(scope.company).filter(axis=axis, **scope.filters)
    return rows.within(days, longest=longest)


def histograms(rows: Any, *keys: str) -> dict[tuple[Any, ...], Counts]:
    """The histogram of each combination of the keys, over all rows that share it (one query)."""
    found: dict[tuple[Any, ...], Counts] = {}
    for *key, minutes, orders in rows.order_by().values_list(*keys, "minutes", "orders"):
        row = zip(minutes, orders, strict=True)
        counts = found.get(tuple(key))
        if counts is None:
            found[tuple(key)] = dict(row)
            continue
        # Of a year these are tens of thousands; Counter would take twice as long for them.
        known = counts.get
        for minute, count in row:
            counts[minute] = known(minute, 0) + count
    return found
