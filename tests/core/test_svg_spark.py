"""The sparkline: its own range, whatever the numbers."""

from __future__ import annotations

from decimal import Decimal

from core import svg


def test_sparkline_scales_to_its_own_range_and_a_flat_one_lies_in_the_middle():
    assert svg.sparkline([100, 110]).now == ("0,29 1000,3",)
    assert svg.sparkline([5, 5]).now == ("0,16 1000,16",)
    assert svg.sparkline([]).dot is None


def test_sparkline_takes_money_as_it_comes():
    assert svg.sparkline([Decimal(1), Decimal(2)]).now == ("0,29 1000,3",)
