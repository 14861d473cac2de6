"""Periods and what they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.choices import Period
from analytics.selectors.windows import window_of
from core.periods import MOSCOW, Days


def test_four_weeks_end_with_today_and_follow_four_others():
    window = window_of(Period.FOUR_WEEKS, now=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), zone=MOSCOW)

    assert window.days == Days(first=date(2026, 10, 28), after=date(2026, 11, 25))
    assert window.before == Days(first=date(2026, 9, 30), after=date(2026, 10, 28))


@pytest.mark.parametrize(
    ("today", "first_before"),
    [
        (date(2026, 11, 24), date(2026, 10, 4)),
        (date(2026, 10, 31), date(2026, 8, 27)),
        (date(2026, 2, 1), date(2026, 1, 4)),
    ],
)
def test_month_is_compared_with_the_same_weekdays_before_it(today, first_before):
    window = window_of(
        Period.MONTH, now=datetime(today.year, today.month, today.day, 9, tzinfo=UTC), zone=MOSCOW
    )

    assert window.days == Days(first=today.replace(day=1), after=today + timedelta(days=1))
    assert window.before.first == first_before


@pytest.mark.parametrize(("minute", "hour"), [(0, 12), (29, 12), (30, 13)])
def test_today_counts_up_to_the_nearest_hour(minute, hour):
    window = window_of(Period.WEEK, now=datetime(2026, 11, 24, 9, minute, tzinfo=UTC), zone=MOSCOW)

    assert window.until_hour == hour


def test_today_is_the_day_of_the_company():
    window = window_of(Period.WEEK, now=datetime(2026, 11, 24, 21, 30, tzinfo=UTC), zone=MOSCOW)

    assert window.today == date(2026, 11, 25)


_MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(
    lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)
)


@given(now=_MOMENTS, period=st.sampled_from(Period))
def test_windows_are_equally_long_apart_and_weekday_on_weekday(now, period):
    window = window_of(period, now=now, zone=MOSCOW)

    assert len(window.days) == len(window.before)
    assert window.before.after <= window.days.first
    assert window.before.first.weekday() == window.days.first.weekday()
    assert window.today == now.astimezone(MOSCOW).date()
