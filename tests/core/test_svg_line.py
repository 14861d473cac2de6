"""The line: edges, gaps, the unripe end, labels, marks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core import formats, svg
from tests.core.charts import line


def test_line_starts_and_ends_at_the_edges():
    plot = svg.line_plot(line(0, 100, 50))

    assert plot.now == ("0,212 500,14 1000,113",)
    assert plot.area == ("0,212 0,212 500,14 1000,113 1000,212",)
    assert plot.dots == (("100.00", "113"),)


def test_unknown_days_are_gaps_and_never_zeros():
    plot = svg.line_plot(line(10, 20, None, 30, 40))

    assert len(plot.now) == 2
    assert len(plot.area) == 2
    assert plot.ys.split()[2] == "-"


def test_lonely_point_between_gaps_is_a_dot():
    plot = svg.line_plot(line(None, 20, None, 30, 40))

    assert [x for x, _y in plot.dots] == ["25.00", "100.00"]


def test_unripe_end_is_dotted_from_the_last_ripe_point_on_a_band():
    plot = svg.line_plot(line(10, 10, 10, 10, 10, unripe_from=3))

    assert plot.now[0].split()[-1].startswith("500,")
    assert plot.open_end[0].split()[0].startswith("500,")
    assert plot.band == ("50.00", "50.00")


def test_first_and_last_label_always_stand():
    ticks = svg.line_plot(line(*range(28))).x_ticks

    assert [tick.label for tick in ticks] == ["д0", "д7", "д14", "д21", "д27"]
    assert [tick.anchor for tick in ticks] == ["", "mid", "mid", "mid", "end"]
    assert [tick.is_minor for tick in ticks] == [False, True, False, True, False]


@given(st.integers(min_value=1, max_value=400))
def test_labels_never_crowd(count):
    ticks = svg.line_plot(line(*range(count))).x_ticks

    places = [float(tick.at) for tick in ticks]
    assert len(ticks) <= 7
    assert places == sorted(places)
    assert count < 6 or min(b - a for a, b in pairwise(places)) > 9


def test_empty_chart_draws_an_empty_frame():
    plot = svg.line_plot(line())

    assert (plot.now, plot.dots, plot.x_ticks) == ((), (), ())
    assert [tick.label for tick in plot.y_ticks] == ["0", "1"]


def test_named_mark_near_the_end_writes_to_the_left():
    plot = svg.line_plot(
        line(1, 2, 3, 4, marks=[svg.NamedMark(index=0, label="а"), svg.NamedMark(index=3, label="б")])
    )

    assert [mark.anchor for mark in plot.marks] == ["", "end"]


def test_money_is_drawn_as_it_comes():
    chart = svg.LineChart(
        message="Выручка",
        points=[
            svg.Point(label="а", now=Decimal("0.10"), before=Decimal(1)),
            svg.Point(label="б", now=Decimal("0.20")),
        ],
        now_label="сейчас",
        text=formats.money,
    )

    assert svg.line_plot(chart).now == ("0,192.2 1000,172.4",)
