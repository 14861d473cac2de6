"""Stacked bars: parts on each other, totals exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import formats, svg
from tests.core.charts import bars


def test_stacked_bars_stand_on_each_other():
    first, second = svg.bar_plot(bars([10, None], [30, 0])).rects

    assert float(first.y) == pytest.approx(float(second.y) + float(second.height) + 1, abs=0.2)
    assert first.x == second.x
    assert svg.bar_plot(bars([10, None], [30, 0])).rows == (
        ("пн", ("10", "30"), "40"),
        ("вт", ("–", "0"), "0"),
    )


def test_money_is_summed_to_the_kopeck():
    columns = svg.StackedBars(
        message="Выручка",
        categories=["пн"],
        series=[svg.Series(label=name, values=[Decimal("0.10")], fill="accent") for name in "аб"],
        text=lambda value: formats.money(value, kopecks=True),
    )

    assert svg.bar_plot(columns).rows == (("пн", ("0,10\u00a0₽", "0,10\u00a0₽"), "0,20\u00a0₽"),)
