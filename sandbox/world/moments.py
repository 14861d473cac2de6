"""Instants as integer microseconds since 1970 in UTC, and days as ordinals: cheap to compare and exact."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def instant(moment: datetime) -> int:
    """Turn an aware datetime into microseconds since 1970."""
    if moment.tzinfo is None:
        raise ValueError("the world knows aware datetimes only")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(instant_: int) -> datetime:
    """Turn microseconds since 1970 into an aware datetime."""
    return _EPOCH + timedelta(microseconds=instant_)


def day_number(day: date) -> int:
    """Return the count of days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=4096)
def day_date(number: int) -> date:
    """Return the calendar day of a day number."""
    return date.fromordinal(number + _EPOCH_ORDINAL)


_TIMES = tuple(f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400))


@lru_cache(maxsize=4096)
def _day_text(number: int) -> str:
    return day_date(number).isoformat()


def iso(instant_: int) -> str:
    """Write an instant as RFC 3339 with microseconds and Z, as marketplaces do."""
    day, rest = divmod(instant_, DAY)
    return f"{_day_text(day)}T{_TIMES[rest // SECOND]}.{rest % SECOND:06}Z"
