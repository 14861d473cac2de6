"""A period cut into days, weeks or months, and the same pieces of the days it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from analytics.choices import Comparison, Grain
from analytics.selectors.scope import year_before
from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.selectors.scope import ReportScope

# A line of more points than this says nothing: then the pieces are longer.
_MOST_DAYS: Final = 120
_MOST_WEEKS: Final = 110
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A piece of the period and the piece it is compared with."""

    days: Days
    before: Days | None


def grains_of(days: Days) -> tuple[Grain, ...]:
    """The pieces a period can sensibly be cut into, the finest first."""
    possible = []
    if len(days) <= _MOST_DAYS:
        possible.append(Grain.DAY)
    if 7 < len(days) <= _MOST_WEEKS * 7:
        possible.append(Grain.WEEK)
    if len(days) > 31:
        possible.append(Grain.MONTH)
    return tuple(possible)


def buckets(scope: ReportScope, grain: Grain) -> tuple[Bucket, ...]:
    """The pieces of the scope's days, oldest first; the first and the last may be cut by the period's ends."""
    return tuple(Bucket(days=piece, before=_before(scope, piece)) for piece in _pieces(scope.days, grain))


def _pieces(days: Days, grain: Grain) -> Iterator[Days]:
    first = days.first
    while first < days.after:
        after = min(_next(first, grain), days.after)
        yield Days(first=first, after=after)
        first = after


def _next(day: date, grain: Grain) -> date:
    """Where the day's piece ends: the next day, Monday or first of a month."""
    if grain is Grain.DAY:
        return day + _ONE_DAY
    if grain is Grain.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _before(scope: ReportScope, piece: Days) -> Days | None:
    if scope.before is None:
        return None
    if scope.comparison is Comparison.PREVIOUS:
        back = timedelta(days=len(scope.days))
        return Days(first=piece.first - back, after=piece.after - back)
    return year_before(piece)
