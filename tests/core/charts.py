"""Charts of numbers, for tests."""

from __future__ import annotations

from core import svg


def points(*values: float | None) -> list[svg.Point]:
    return [svg.Point(label=f"д{index}", now=value) for index, value in enumerate(values)]


def line(*values: float | None, **options: object) -> svg.LineChart:
    return svg.LineChart(message="Заказы", points=points(*values), now_label="сейчас", **options)


def bars(*series: list[float | None]) -> svg.StackedBars:
    return svg.StackedBars(
        message="Состав",
        categories=["пн", "вт"],
        series=[
            svg.Series(label=f"с{index}", values=values, fill="ozon") for index, values in enumerate(series)
        ],
    )
