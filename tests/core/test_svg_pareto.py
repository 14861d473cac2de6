"""The Pareto: the order of causes, those that come first, long names."""

from __future__ import annotations

from core import svg


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
