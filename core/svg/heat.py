"""The heat map: when, or which with which."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from core import formats
from core.svg.axes import Tick, slot_tick
from core.svg.places import HEAD, baseline, percents, pixels, row_middle, slot_width
from core.svg.values import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from core.svg.values import Value, Write

# Pixels of a row, and those of them that part it from the next.
_ROW: Final = 24
_GAP: Final = 2
# Steps of the hue, and the last that dark numbers can be read on.
_STEPS: Final = 6
_LAST_LIGHT: Final = 4
# Columns that a phone has room for a label of each of.
_MOST_COLUMNS: Final = 9
# Letters of a row that need no wider axis.
_LONGEST_ROW: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """When, or which with which: a number in every cell, one hue; `values[row][column]`.

    `message` is what the chart says, read aloud in its place; `text` writes a value. Without `numbers` they
    stand in the table only. `corner` heads the first column of the table.
    """

    message: StrOrPromise
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Value | None]]
    text: Write = formats.number
    numbers: bool = True
    corner: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A cell of a heat map: its place, its step of the hue and its number.

    x and width in percents, y and height in pixels. Step 0 is nothing or unknown, 6 the largest; unknown has
    a text, nothing has none.
    """

    x: str
    y: str
    width: str
    height: str
    text_x: str
    text_y: str
    step: int
    text: str
    is_dark: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPlot:
    """A heat map, measured: `height` in pixels, `axis` the room for rows, `table` as (row, its values)."""

    height: str
    axis: str
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    cells: tuple[HeatCell, ...]
    table: tuple[tuple[str, tuple[str, ...]], ...]


def heat_plot(chart: HeatMap) -> HeatPlot:
    """Measure a heat map."""
    slot = slot_width(len(chart.columns))
    return HeatPlot(
        height=pixels(HEAD + _ROW * len(chart.rows)),
        axis="wide" if max(map(len, chart.rows), default=0) > _LONGEST_ROW else "mid",
        rows=tuple(
            Tick(at=baseline(row_middle(index, _ROW)), label=label) for index, label in enumerate(chart.rows)
        ),
        columns=_columns(chart.columns, slot),
        cells=_cells(chart, slot),
        table=tuple(
            (label, written(values, chart.text))
            for label, values in zip(chart.rows, chart.values, strict=True)
        ),
    )


def _columns(labels: Sequence[str], slot: float) -> tuple[Tick, ...]:
    """The labels above the columns; where they are many, a phone keeps every third."""
    is_crowded = len(labels) > _MOST_COLUMNS
    return tuple(
        slot_tick(label, index, slot, is_minor=is_crowded and index % 3 > 0)
        for index, label in enumerate(labels)
    )


def _cells(chart: HeatMap, slot: float) -> tuple[HeatCell, ...]:
    largest = max((float(value) for row in chart.values for value in row if value is not None), default=0)
    return tuple(
        _cell(value, x=column * slot, y=HEAD + row * _ROW, slot=slot, largest=largest, text=chart.text)
        for row, values in enumerate(chart.values)
        for column, value in enumerate(values)
    )


def _cell(value: Value | None, *, x: float, y: float, slot: float, largest: float, text: Write) -> HeatCell:
    step = 0 if not value or not largest else max(1, ceil(float(value) / largest * _STEPS))
    height = _ROW - _GAP
    return HeatCell(
        x=percents(x),
        y=pixels(y),
        width=percents(slot),
        height=pixels(height),
        text_x=percents(x + slot / 2),
        text_y=baseline(y + height / 2),
        step=step,
        text=text(value) if value or value is None else "",
        is_dark=step > _LAST_LIGHT,
    )
