"""The days a page speaks of and the days they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from analytics.choices import Period
from core.periods import Days, last_days

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FOUR_WEEKS: Final = timedelta(days=28)
_FIVE_WEEKS: Final = timedelta(days=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A period that ends with today, and the one before it, laid weekday on weekday.

    Today is not over: the day it is compared with counts only up to `until_hour`.
    """

    period: Period
    days: Days
    before: Days
    until_hour: int

    @property
    def today(self) -> date:
        """The last day, which is still going on."""
        return self.days.last

    def is_comparable(self, known_from: date | None) -> bool:
        """Whether the days before are wholly known, given the day from which orders of all accounts are."""
        return known_from is not None and known_from <= self.before.first


def window_of(period: Period, *, now: datetime, zone: ZoneInfo) -> Window:
    """The window of a period at a moment. A month is compared with the same weekdays 4 or 5 weeks earlier."""
    local = now.astimezone(zone)
    today = local.date()
    if period is Period.MONTH:
        days = Days(first=today.replace(day=1), after=today + timedelta(days=1))
        shift = _FOUR_WEEKS if len(days) <= _FOUR_WEEKS.days else _FIVE_WEEKS
    else:
        days = last_days(int(period), today=today)
        shift = timedelta(days=len(days))
    return Window(
        period=period,
        days=days,
        before=Days(first=days.first - shift, after=days.after - shift),
        until_hour=local.hour + (local.minute >= 30),
    )
