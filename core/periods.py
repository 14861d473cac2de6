"""Half-open ranges of days and moments, and the business day of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days from `first` up to and not including `after`."""

    first: date
    after: date

    def __post_init__(self) -> None:
        if self.after < self.first:
            raise ValueError(f"the range ends before it starts: {self.first} … {self.after}")

    @property
    def last(self) -> date:
        """The last day inside (meaningless for an empty range)."""
        return self.after - timedelta(days=1)

    def __len__(self) -> int:
        return (self.after - self.first).days

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=offset) for offset in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day < self.after

    def before(self) -> Days:
        """The range of the same length that ends where this one starts."""
        return Days(first=self.first - (self.after - self.first), after=self.first)

    def moments(self, zone: ZoneInfo) -> Moments:
        """The same range as UTC moments, days cut at midnight of the zone."""
        return Moments(start=day_start(self.first, zone), end=day_start(self.after, zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The moments from `start` up to and not including `end`, both aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("moments must be aware")
        if self.end < self.start:
            raise ValueError(f"the range ends before it starts: {self.start} … {self.end}")

    def split(self, longest: timedelta) -> Iterator[Moments]:
        """The same range as consecutive pieces no longer than `longest`, oldest first."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield Moments(start=start, end=end)
            start = end


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of the day in the zone, as a UTC moment."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def business_day(moment: datetime, zone: ZoneInfo = MOSCOW) -> date:
    """The day of an aware moment in the company's zone."""
    return moment.astimezone(zone).date()


def last_days(count: int, *, today: date) -> Days:
    """`count` days that end with today."""
    return Days(first=today - timedelta(days=count - 1), after=today + timedelta(days=1))
