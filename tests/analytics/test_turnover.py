"""The golden values of turnover, cover, sell-through and lost sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.formulas.turnover import (
    Grade,
    daily_demand,
    days_of_cover,
    grade,
    lost_sales,
    sell_through,
    shown_days,
    stock_out_on,
    surplus_units,
    turnover_days,
    turnover_of_sums,
)

FIVE = Decimal(5)


def test_140_units_at_5_a_day_last_28_days_and_are_no_longer_scarce() -> None:
    cover = days_of_cover(140, daily_demand(140, 28))

    assert cover is not None
    assert str(shown_days(cover)) == "28.0"
    assert grade(140, FIVE) is Grade.POPULAR
    assert grade(139, FIVE) is Grade.SCARCE


@pytest.mark.parametrize(
    ("sellable", "demand", "expected"),
    [
        (0, FIVE, Grade.OUT),
        (279, FIVE, Grade.POPULAR),
        (280, FIVE, Grade.NORMAL),
        (600, FIVE, Grade.NORMAL),
        (601, FIVE, Grade.SURPLUS),
        (3, Decimal(0), Grade.DEAD),
        (0, Decimal(0), Grade.EMPTY),
    ],
)
def test_grades_by_days_of_cover(sellable: int, demand: Decimal, expected: Grade) -> None:
    assert grade(sellable, demand) is expected


def test_an_average_stock_of_450_and_900_units_in_90_days_turn_over_in_45_days() -> None:
    assert turnover_days([450] * 90, 900) == 45
    assert turnover_of_sums(450 * 90, 900) == 45
    assert sell_through(900, Decimal(450)) == 2


def test_nothing_sold_is_no_number() -> None:
    assert turnover_days([10], 0) is None
    assert days_of_cover(10, Decimal(0)) is None
    assert stock_out_on(10, Decimal(0), today=date(2026, 11, 28)) is None
    assert sell_through(10, Decimal(0)) is None


def test_turnover_needs_a_day() -> None:
    with pytest.raises(ValueError, match="at least one"):
        turnover_days([], 5)
    with pytest.raises(ValueError, match="at least one"):
        daily_demand(5, 0)


def test_the_last_unit_goes_on_a_day() -> None:
    assert stock_out_on(12, FIVE, today=date(2026, 11, 28)) == date(2026, 11, 30)
    assert stock_out_on(0, FIVE, today=date(2026, 11, 28)) == date(2026, 11, 28)
    assert stock_out_on(10**9, Decimal("0.01"), today=date(2026, 11, 28)) is None


def test_surplus_is_what_120_days_do_not_need() -> None:
    assert surplus_units(700, FIVE) == 100
    assert surplus_units(600, FIVE) == 0
    assert surplus_units(7, Decimal(0)) == 7


def test_70_units_in_14_of_28_days_lose_70() -> None:
    lost = lost_sales(70, days_in_stock=14, days=28)

    assert (lost.units, lost.in_stock_rate, lost.availability) == (70, 5, Decimal("0.5"))


def test_two_days_in_stock_say_nothing() -> None:
    lost = lost_sales(70, days_in_stock=2, days=28)

    assert (lost.units, lost.in_stock_rate) == (0, None)


def test_days_must_add_up() -> None:
    with pytest.raises(ValueError, match="29 days"):
        lost_sales(1, days_in_stock=29, days=28)


@given(st.integers(0, 10_000), st.integers(3, 28))
def test_with_stock_on_every_day_nothing_is_lost(units: int, days: int) -> None:
    assert lost_sales(units, days_in_stock=days, days=days).units == 0
