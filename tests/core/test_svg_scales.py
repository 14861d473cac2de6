"""Scales: round steps that hold every value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import svg


@pytest.mark.parametrize(
    ("values", "whole", "ticks"),
    [
        ([427, 178], True, [0, 150, 300, 450]),
        ([2], True, [0, 1, 2]),
        ([1], True, [0, 1]),
        ([], True, [0, 1]),
        ([0, 0], True, [0, 1]),
        ([0.051], False, [0, 0.015, 0.03, 0.045, 0.06]),
        ([-30, 60], True, [-30, 0, 30, 60]),
        ([10_000], True, [0, 2500, 5000, 7500, 10_000]),
    ],
)
def test_ticks_are_round_and_few(values, whole, ticks):
    assert svg.scale(values, whole=whole, base=200).ticks() == pytest.approx(ticks)


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), max_size=20), st.booleans())
def test_scale_holds_every_value_and_zero_on_few_lines(values, whole):
    measure = svg.scale(values, whole=whole, base=200)

    assert measure.low <= min([*values, 0]) + 1e-6
    assert measure.high >= max([*values, 0]) - 1e-6
    assert 2 <= len(measure.ticks()) <= 6
    assert any(abs(tick) < measure.step / 1000 for tick in measure.ticks())
    for value in values:
        assert measure.top - 0.1 <= measure.y(value) <= measure.base + 0.1
