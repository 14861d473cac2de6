"""core.periods: half-open ranges, business days of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import MOSCOW, Days, Moments, business_day, day_start, last_days

NOVEMBER = Days(first=date(2026, 11, 1), after=date(2026, 12, 1))


def test_range_holds_its_first_day_and_not_the_one_after() -> None:
    assert (date(2026, 11, 1) in NOVEMBER, date(2026, 12, 1) in NOVEMBER) == (True, False)
    assert (len(NOVEMBER), NOVEMBER.last) == (30, date(2026, 11, 30))
    assert list(NOVEMBER)[-1] == date(2026, 11, 30)


def test_range_before_is_as_long_and_touches() -> None:
    assert NOVEMBER.before() == Days(first=date(2026, 10, 2), after=date(2026, 11, 1))


def test_last_days_end_today() -> None:
    assert last_days(7, today=date(2026, 11, 24)) == Days(first=date(2026, 11, 18), after=date(2026, 11, 25))


def test_backward_range_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Days(first=date(2026, 11, 2), after=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Moscow", date(2026, 11, 21)),
        ("Europe/Kaliningrad", date(2026, 11, 20)),
        ("Asia/Vladivostok", date(2026, 11, 21)),
    ],
)
def test_business_day_is_the_zones(zone: str, day: date) -> None:
    half_past_midnight_in_moscow = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)

    assert business_day(half_past_midnight_in_moscow, ZoneInfo(zone)) == day


def test_moments_of_a_range_begin_at_midnight_of_the_zone() -> None:
    moments = NOVEMBER.moments(MOSCOW)

    assert moments == Moments(
        start=datetime(2026, 10, 31, 21, 0, tzinfo=UTC), end=datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
    )


@given(st.integers(0, 4000), st.integers(1, 500))
def test_pieces_cover_the_range_without_gap_or_overlap(hours: int, longest: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    whole = Moments(start=start, end=start + timedelta(hours=hours))

    pieces = list(whole.split(timedelta(hours=longest)))

    edges = [piece.start for piece in pieces] + [whole.end]
    assert [piece.end for piece in pieces] == edges[1:]
    assert all(piece.end - piece.start <= timedelta(hours=longest) for piece in pieces)
    assert edges[0] == (whole.start if hours else whole.end)


def test_naive_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Moments(start=datetime(2026, 1, 1), end=datetime(2026, 1, 2))  # noqa: DTZ001 - the point of the test


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad"]),
)
def test_day_start_belongs_to_its_day_and_the_moment_before_does_not(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start = day_start(day, zone)

    assert business_day(start, zone) == day
    assert business_day(start - timedelta(microseconds=1), zone) == day - timedelta(days=1)
