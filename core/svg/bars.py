"""Stacked bars: what something is made of, category by category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from core import formats
from core.svg.axes import slot_ticks, value_axis
from core.svg.places import percents, pixels, slot_width
from core.svg.values import total, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from core.svg.axes import Tick
    from core.svg.scales import Scale
    from core.svg.values import Value, Write

Fill = Literal[
    "accent", "muted", "neutral", "info", "progress", "success", "warning", "danger", "ozon", "wb", "yandex"
]
# What a bar takes of its slot.
_BAR_SHARE: Final = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of stacked bars, with one value for every category."""

    label: StrOrPromise
    values: Sequence[Value | None]
    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBars:
    """What something is made of, category by category: at most five parts, in the order of the process.

    `message` is what the chart says, read aloud in its place. `whole` keeps the ticks whole (pieces); `text`
    writes a value, `axis_text` one on the axis, where it must be shorter; `height` in pixels. `place` heads
    the first column of the table, else it is the day.
    """

    message: StrOrPromise
    categories: Sequence[str]
    series: Sequence[Series]
    whole: bool = True
    text: Write = formats.number
    axis_text: Write | None = None
    height: int = 236
    place: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle: x and width in percents, y and height in pixels."""

    x: str
    y: str
    width: str
    height: str
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot:
    """Stacked bars, measured.

    `height` and `base` (the lowest line) in pixels; `axis` is the room the ticks need; `rects` category by
    category, from below. `rows` of the table are (category, a value for each series, their total); `totals`
    are those of the series.
    """

    height: str
    base: str
    axis: str
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    rects: tuple[Rect, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    totals: tuple[str, ...]


def bar_plot(chart: StackedBars) -> BarPlot:
    """Measure stacked bars."""
    stacks = [[part.values[index] for part in chart.series] for index in range(len(chart.categories))]
    totals = [total(stack) for stack in stacks]
    axis = value_axis(totals, height=chart.height, whole=chart.whole, text=chart.axis_text or chart.text)
    slot = slot_width(len(chart.categories))
    fills = [part.fill for part in chart.series]
    return BarPlot(
        height=pixels(chart.height),
        base=pixels(axis.measure.base),
        axis=axis.room,
        y_ticks=axis.ticks,
        x_ticks=slot_ticks(chart.categories, slot),
        rects=tuple(
            rect
            for index, stack in enumerate(stacks)
            for rect in _stack(stack, fills, left=index * slot, slot=slot, measure=axis.measure)
        ),
        rows=tuple(
            (name, written(stack, chart.text), chart.text(whole))
            for name, stack, whole in zip(chart.categories, stacks, totals, strict=True)
        ),
        totals=tuple(chart.text(total(part.values)) for part in chart.series),
    )


def _stack(
    stack: Sequence[Value | None], fills: Sequence[Fill], *, left: float, slot: float, measure: Scale
) -> list[Rect]:
    """The bar in the slot that begins at `left`, from below; nothing is drawn of unknown values and zeros."""
    rects, below = [], 0.0
    width = slot * _BAR_SHARE
    for value, fill in zip(stack, fills, strict=True):
        if not value:
            continue
        top, bottom = measure.y(below + float(value)), measure.y(below)
        rects.append(
            Rect(
                x=percents(left + (slot - width) / 2),
                y=pixels(top),
                width=percents(width),
                # A hairline of the ground parts the colours where there is room for it.
                height=pixels(max(bottom - top - (1 if bottom - top > 3 else 0), 0.5)),
                fill=fill,
            )
        )
        below += float(value)
    return rects
