"""The heat map: steps of the hue, unknown apart from zero."""

from __future__ import annotations

from core import svg


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
