"""The geometry of the charts, and what the components draw of it."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from core import formats, svg


def drawn(tag: str, **context: object) -> str:
    return Template("{% load charts %}" + tag).render(Context(context))


def points(*values: float | None) -> list[svg.Point]:
    return [svg.Point(label=f"д{index}", now=value) for index, value in enumerate(values)]


def line(*values: float | None, **options: object) -> svg.LineChart:
    return svg.LineChart(message="Заказы", points=points(*values), now_label="сейчас", **options)


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


def bars(*series: list[float | None]) -> svg.StackedBars:
    return svg.StackedBars(
        message="Состав",
        categories=["пн", "вт"],
        series=[
            svg.Series(label=f"с{index}", values=values, fill="ozon") for index, values in enumerate(series)
        ],
    )


def test_stacked_bars_stand_on_each_other():
    first, second = svg.bar_plot(bars([10, None], [30, 0])).rects

    assert float(first.y) == pytest.approx(float(second.y) + float(second.height) + 1, abs=0.2)
    assert first.x == second.x
    assert svg.bar_plot(bars([10, None], [30, 0])).rows == (
        ("пн", ("10", "30"), "40"),
        ("вт", ("–", "0"), "0"),
    )


def test_heat_map_keeps_unknown_apart_from_zero():
    plot = svg.heat_plot(
        svg.HeatMap(message="Когда", rows=["пн"], columns=["0", "1", "2"], values=[[None, 0, 12]])
    )

    assert [(cell.step, cell.text, cell.is_dark) for cell in plot.cells] == [
        (0, "–", False),
        (0, "", False),
        (6, "12", True),
    ]
    assert plot.table == (("пн", ("–", "0", "12")),)


def test_pareto_orders_causes_and_marks_those_that_reach_eighty_percent():
    plot = svg.pareto_plot(
        svg.Pareto(
            message="Причины",
            shares=[svg.Share(label=n, value=v) for n, v in [("а", 10), ("б", 60), ("в", 30)]],
        )
    )

    assert [(row.label, row.fill, row.cumulative) for row in plot.rows] == [
        ("б", "accent", "60\u00a0%"),
        ("в", "accent", "90\u00a0%"),
        ("а", "muted", "100\u00a0%"),
    ]
    assert plot.vital == 2


def test_a_long_cause_is_broken_in_two_lines_around_the_middle_of_its_bar():
    shares = [
        svg.Share(label="Брак", value=9),
        svg.Share(label="Пятна, запах или следы носки", value=2),
        svg.Share(label="Несоответствиеописанию", value=1),
    ]
    short, long, unbroken = svg.pareto_plot(svg.Pareto(message="Причины", shares=shares)).rows

    assert short.lines == ((short.text_y, "Брак"),)
    assert [text for _y, text in long.lines] == ["Пятна, запах", "или следы носки"]
    assert float(long.lines[0][0]) < float(long.text_y) < float(long.lines[1][0])
    assert unbroken.lines == ((unbroken.text_y, "Несоответствиеописанию"),)


def test_pareto_of_nothing_is_empty():
    plot = svg.pareto_plot(svg.Pareto(message="Причины", shares=[]))

    assert (plot.rows, plot.vital, plot.line) == ((), 0, "")


def test_sparkline_scales_to_its_own_range_and_a_flat_one_lies_in_the_middle():
    assert svg.sparkline([100, 110]).now == ("0,29 1000,3",)
    assert svg.sparkline([5, 5]).now == ("0,16 1000,16",)
    assert svg.sparkline([]).dot is None


@pytest.mark.parametrize(
    ("tag", "chart"),
    [
        ("{% line_chart chart %}", line(1, None, 3, 4, before_label="раньше", unripe_from=3)),
        ("{% stacked_bars chart %}", bars([10, None], [30, 0])),
        ("{% heat_map chart %}", svg.HeatMap(message="Заказы", rows=["а"], columns=["б"], values=[[3]])),
        ("{% pareto chart %}", svg.Pareto(message="Заказы", shares=[svg.Share(label="а", value=3)])),
    ],
)
def test_chart_says_its_message_and_keeps_a_table_behind(tag, chart):
    markup = drawn(tag, chart=chart)

    assert f'role="img" aria-label="{chart.message}"' in markup
    assert f"<title>{chart.message}</title>" in markup
    assert '<details class="chart__table">' in markup
    assert "style=" not in markup


def test_coordinates_keep_the_point_in_russian():
    markup = drawn("{% line_chart chart %}", chart=line(1, 2, 4))

    assert not re.search(r'(?:x|y|x1|x2|cx|cy|width|height)="[^"]*,', markup)


def test_chart_table_holds_every_number():
    markup = drawn("{% line_chart chart %}", chart=line(1200, None, text=formats.number))

    cells = re.findall(r'<td class="n">([^<]*)</td>', markup)
    assert cells == ["1\u00a0200", "–"]


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
    columns = svg.StackedBars(
        message="Выручка",
        categories=["пн"],
        series=[svg.Series(label=name, values=[Decimal("0.10")], fill="accent") for name in "аб"],
        text=lambda value: formats.money(value, kopecks=True),
    )

    assert svg.line_plot(chart).now == ("0,192.2 1000,172.4",)
    assert svg.bar_plot(columns).rows == (("пн", ("0,10\u00a0₽", "0,10\u00a0₽"), "0,20\u00a0₽"),)
    assert svg.sparkline([Decimal(1), Decimal(2)]).now == ("0,29 1000,3",)
