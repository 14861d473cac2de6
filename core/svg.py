"""Geometry of the charts: plain data in, coordinates as text out. Templates draw them, CSS colours them.

x is in percent or in a box of 1000 that stretches, y in pixels, so text keeps its size at any width.
Unknown values (None) are gaps, never zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any, Literal

from core import formats
from core.formats import as_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django_stubs_ext import StrOrPromise

Fill = Literal[
    "accent", "muted", "neutral", "info", "progress", "success", "warning", "danger", "ozon", "wb", "yandex"
]
Anchor = Literal["", "mid", "end"]
# Pieces are whole, money is Decimal; geometry needs neither exactly.
Value = float | Decimal
# Writes a value for people, None included. Any: a page may well write one kind of number only.
Write = Callable[[Any], str]
_NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_TOP = 14
_FOOT = 24
_BOX = 1000
_HEAT_STEPS = 6
# Letters that a phone has room for beside a bar.
_LONGEST_LINE = 22
# A range smaller than this has nothing to show.
_FLAT = 1e-9


# ---- what pages give ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the x axis with its value now and in the period before, laid on the same place."""

    label: str
    now: Value | None
    before: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMark:
    """A named day on the plot: a sale, an outage."""

    index: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """How something moves, against the period before.

    `message` is what the chart says, read aloud in its place. From `unripe_from` on the series still changes
    and is drawn dotted on a band. `whole` keeps the ticks whole (pieces); `text` writes a value.
    """

    message: StrOrPromise
    points: Sequence[Point]
    now_label: StrOrPromise
    before_label: StrOrPromise = ""
    now_total: str = ""
    before_total: str = ""
    marks: Sequence[NamedMark] = ()
    unripe_from: int | None = None
    whole: bool = True
    text: Write = formats.number
    axis_text: Write | None = None
    height: int = 236
    place: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of stacked bars, with one value for every category."""

    label: StrOrPromise
    values: Sequence[Value | None]
    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBars:
    """What something is made of, category by category: at most five parts, in the order of the process."""

    message: StrOrPromise
    categories: Sequence[str]
    series: Sequence[Series]
    whole: bool = True
    text: Write = formats.number
    axis_text: Write | None = None
    height: int = 236
    place: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """When, or which with which: a number in every cell, one hue; `values[row][column]`."""

    message: StrOrPromise
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Value | None]]
    text: Write = formats.number
    numbers: bool = True
    corner: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A cause and how often, for a Pareto."""

    label: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """What to fix first: causes from the largest, bars and cumulative share on one scale of 0–100 %."""

    message: StrOrPromise
    shares: Sequence[Share]
    text: Write = formats.number
    heading: StrOrPromise = ""
    value_heading: StrOrPromise = ""


# ---- what templates draw ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on an axis; `is_minor` ones leave first on a narrow panel."""

    at: str
    label: str
    anchor: Anchor = ""
    is_minor: bool = False
    is_zero: bool = False
    text_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A named mark: a short line down to the series and a text beside it."""

    x: str
    y: str
    label: str
    anchor: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """A line chart, measured."""

    height: str
    base: str
    axis: str
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    now: tuple[str, ...]
    open_end: tuple[str, ...]
    area: tuple[str, ...]
    before: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    marks: tuple[Named, ...]
    band: tuple[str, str] | None
    band_height: str
    rows: tuple[tuple[str, str, str], ...]
    ys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle: x and width in percent, y and height in pixels."""

    x: str
    y: str
    width: str
    height: str
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot:
    """Stacked bars, measured."""

    height: str
    base: str
    axis: str
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    rects: tuple[Rect, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    totals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A cell of a heat map: its place, its step of the hue and its number."""

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
    """A heat map, measured."""

    height: str
    axis: str
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    cells: tuple[HeatCell, ...]
    table: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoRow:
    """A cause: its name in one or two lines (height, text), its bar, its number, the cumulative share after it."""

    label: str
    lines: tuple[tuple[str, str], ...]
    text: str
    y: str
    text_y: str
    width: str
    fill: str
    is_inside: bool
    share: str
    cumulative_x: str
    cumulative_y: str
    cumulative: str
    anchor: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPlot:
    """A Pareto, measured; `vital` causes reach 80 %."""

    height: str
    bottom: str
    rows: tuple[ParetoRow, ...]
    ticks: tuple[Tick, ...]
    line: str
    vital: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """The shape of a series in a row or a tile, scaled to its own range, without an axis."""

    height: str
    now: tuple[str, ...]
    before: tuple[str, ...]
    dot: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A vertical scale with round ticks: value → pixels from the top."""

    low: float
    high: float
    step: float
    base: float = field(default=0)
    top: float = _TOP

    def y(self, value: Value) -> float:
        """The pixel of a value."""
        span = (self.high - self.low) or 1
        return self.base - (float(value) - self.low) / span * (self.base - self.top)

    def ticks(self) -> list[float]:
        """The values of the grid lines, from the lowest."""
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * index for index in range(count + 1)]


# ---- measuring ----------------------------------------------------------------------------------------------------


def scale(values: Iterable[Value | None], *, whole: bool, base: float, lines: int = 4) -> Scale:
    """A scale from zero with at most `lines` round steps; below zero as well when a value is negative."""
    known = [float(value) for value in values if value is not None]
    high, low = max([*known, 0]), min([*known, 0])
    if high - low < _FLAT:
        high, low = 1, 0
    step = _round_step((high - low) / lines, high=high, low=low, whole=whole, lines=lines)
    return Scale(low=floor(low / step) * step, high=ceil(high / step) * step, step=step, base=base)


def _round_step(least: float, *, high: float, low: float, whole: bool, lines: int) -> float:
    power = pow(10.0, floor(log10(least)))
    candidates = [factor * scale_of for scale_of in (power, power * 10) for factor in _NICE]
    if whole:
        candidates = [step for step in candidates if step >= 1 and float(step).is_integer()] or [1]
    for step in candidates:
        if ceil(round(high / step, 9)) + ceil(round(-low / step, 9)) <= lines:
            return step
    return candidates[-1]


def line_plot(chart: LineChart) -> LinePlot:
    """Measure a line chart."""
    base = chart.height - _FOOT
    points = chart.points
    measure = scale([v for point in points for v in (point.now, point.before)], whole=chart.whole, base=base)
    now, before = [point.now for point in points], [point.before for point in points]
    ripe = len(points) if chart.unripe_from is None else chart.unripe_from
    solid = [value if index < ripe else None for index, value in enumerate(now)]
    # The dotted end starts at the last ripe point, so that the line has no hole.
    open_end = [value if index >= ripe - 1 else None for index, value in enumerate(now)]
    y_ticks = _y_ticks(measure, chart.axis_text or chart.text)
    return LinePlot(
        height=_px(chart.height),
        base=_px(base),
        axis=_axis_size(y_ticks),
        y_ticks=y_ticks,
        x_ticks=_x_ticks([point.label for point in points]),
        now=_lines(solid, measure),
        open_end=_lines(open_end, measure) if ripe < len(points) else (),
        area=_areas(now, measure),
        before=_lines(before, measure),
        dots=_ends(now, measure),
        marks=tuple(_named(mark, points, measure) for mark in chart.marks),
        band=_band(ripe, len(points)),
        band_height=_px(base - _TOP),
        rows=tuple((point.label, chart.text(point.now), chart.text(point.before)) for point in points),
        ys=" ".join(_px(measure.y(value)) if value is not None else "-" for value in now),
    )


def bar_plot(chart: StackedBars) -> BarPlot:
    """Measure stacked bars."""
    base = chart.height - _FOOT
    totals = [_sum(series.values[index] for series in chart.series) for index in range(len(chart.categories))]
    measure = scale(totals, whole=chart.whole, base=base)
    y_ticks = _y_ticks(measure, chart.axis_text or chart.text)
    slot = 100 / max(len(chart.categories), 1)
    return BarPlot(
        height=_px(chart.height),
        base=_px(base),
        axis=_axis_size(y_ticks),
        y_ticks=y_ticks,
        x_ticks=_slot_ticks(chart.categories, slot),
        rects=tuple(
            rect for index in range(len(totals)) for rect in _stack(chart.series, index, slot, measure)
        ),
        rows=tuple(
            (
                name,
                tuple(chart.text(series.values[index]) for series in chart.series),
                chart.text(totals[index]),
            )
            for index, name in enumerate(chart.categories)
        ),
        totals=tuple(chart.text(_sum(series.values)) for series in chart.series),
    )


def heat_plot(chart: HeatMap, *, row_height: int = 24, head: int = 22) -> HeatPlot:
    """Measure a heat map."""
    largest = max((float(value) for row in chart.values for value in row if value is not None), default=0)
    slot = 100 / max(len(chart.columns), 1)
    cells = tuple(
        _heat_cell(value, x=column * slot, y=head + row * row_height, slot=slot, height=row_height,
                   largest=largest, text=chart.text)
        for row, values in enumerate(chart.values)
        for column, value in enumerate(values)
    )  # fmt: skip
    return HeatPlot(
        height=_px(head + row_height * len(chart.rows)),
        axis="wide" if max(map(len, chart.rows), default=0) > 8 else "mid",
        rows=tuple(
            Tick(at=_px(head + row_height * (index + 0.5) + 4), label=label)
            for index, label in enumerate(chart.rows)
        ),
        columns=tuple(
            Tick(
                at=_pc((index + 0.5) * slot),
                label=label,
                anchor="mid",
                is_minor=len(chart.columns) > 9 and index % 3 > 0,
            )
            for index, label in enumerate(chart.columns)
        ),
        cells=cells,
        table=tuple(
            (label, tuple(chart.text(value) for value in values))
            for label, values in zip(chart.rows, chart.values, strict=True)
        ),
    )


def pareto_plot(chart: Pareto, *, row_height: int = 30, bar: int = 17, head: int = 22) -> ParetoPlot:
    """Measure a Pareto; the causes are put in order here, the largest first."""
    shares = sorted(chart.shares, key=lambda share: -share.value)
    total = float(_sum(share.value for share in shares)) or 1
    rows: list[ParetoRow] = []
    reached, vital = 0.0, 0
    for index, share in enumerate(shares):
        is_vital = reached < 0.8
        part = float(share.value) / total
        reached += part
        vital += is_vital
        middle = head + row_height * (index + 0.5)
        rows.append(
            ParetoRow(
                label=share.label,
                lines=_beside(share.label, middle=middle),
                text=chart.text(share.value),
                y=_px(middle - bar / 2),
                text_y=_px(middle + 4),
                width=_pc(part * 100),
                fill="accent" if is_vital else "muted",
                is_inside=index == 0 and part > 0.15,
                share=formats.percent(part, digits=0),
                cumulative_x=_pc(reached * 100),
                cumulative_y=_px(middle),
                cumulative=formats.percent(reached, digits=0),
                anchor="end" if reached > 0.85 else "",
            )
        )
    height = head + row_height * len(shares) + 4
    return ParetoPlot(
        height=_px(height),
        bottom=_px(height),
        rows=tuple(rows),
        ticks=tuple(
            Tick(at=_pc(at), label=formats.percent(at / 100, digits=0), anchor=_edge(at / 100), is_minor=at in {20, 60, 100},
                 is_zero=at == 0)
            for at in (0, 20, 40, 60, 80, 100)
        ),
        line=_polyline((row.cumulative_x, row.cumulative_y) for row in rows),
        vital=vital,
    )  # fmt: skip


def _beside(label: StrOrPromise, *, middle: float) -> tuple[tuple[str, str], ...]:
    """A name beside a bar: one that a phone has no room for is broken in two at the space nearest to its middle."""
    text = str(label)
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if len(text) <= _LONGEST_LINE or not spaces:
        return ((_px(middle + 4), text),)
    cut = min(spaces, key=lambda place: abs(place - len(text) / 2))
    return ((_px(middle - 3), text[:cut]), (_px(middle + 11), text[cut + 1 :]))


def sparkline(
    now: Sequence[Value | None], before: Sequence[Value | None] = (), *, height: int = 32, inset: int = 3
) -> Sparkline:
    """Measure a sparkline."""
    known = [float(value) for value in (*now, *before) if value is not None]
    low, high = min(known, default=0), max(known, default=1)
    flat = Scale(low=low, high=high, step=1, base=height - inset, top=inset)
    if low == high:
        flat = Scale(low=low - 1, high=high + 1, step=1, base=height - inset, top=inset)
    ends = _ends(now, flat)
    return Sparkline(
        height=_px(height), now=_lines(now, flat), before=_lines(before, flat), dot=ends[-1] if ends else None
    )


# ---- parts ----------------------------------------------------------------------------------------------------------


def _sum(values: Iterable[Value | None]) -> Value:
    """The sum, exact when the values are; unknown ones add nothing."""
    return sum((as_decimal(value) for value in values if value is not None), Decimal(0))


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _pc(value: float) -> str:
    return f"{value:.2f}"


def _at(index: int, count: int) -> float:
    """The share of the width at which a point stands."""
    return index / (count - 1) if count > 1 else 0.5


def _edge(share: float) -> Anchor:
    return "end" if share >= 1 else "mid" if share > 0 else ""


def _runs(values: Sequence[Value | None]) -> list[list[tuple[int, Value]]]:
    """The stretches of known values, as (index, value)."""
    runs: list[list[tuple[int, Value]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _spots(run: list[tuple[int, Value]], count: int, measure: Scale) -> list[str]:
    return [f"{_px(_at(index, count) * _BOX)},{_px(measure.y(value))}" for index, value in run]


def _lines(values: Sequence[Value | None], measure: Scale) -> tuple[str, ...]:
    return tuple(" ".join(_spots(run, len(values), measure)) for run in _runs(values) if len(run) > 1)


def _areas(values: Sequence[Value | None], measure: Scale) -> tuple[str, ...]:
    zero = _px(measure.y(0))
    areas = []
    for run in _runs(values):
        if len(run) > 1:
            first, last = _at(run[0][0], len(values)) * _BOX, _at(run[-1][0], len(values)) * _BOX
            spots = _spots(run, len(values), measure)
            areas.append(" ".join([f"{_px(first)},{zero}", *spots, f"{_px(last)},{zero}"]))
    return tuple(areas)


def _ends(values: Sequence[Value | None], measure: Scale) -> tuple[tuple[str, str], ...]:
    """The dots: lonely points between gaps, and the last known one."""
    runs = _runs(values)
    dots = [run[-1] for run in runs if len(run) == 1 or run is runs[-1]]
    return tuple((_pc(_at(index, len(values)) * 100), _px(measure.y(value))) for index, value in dots)


def _band(ripe: int, count: int) -> tuple[str, str] | None:
    if ripe >= count:
        return None
    start = _at(max(ripe - 1, 0), count) * 100
    return _pc(start), _pc(100 - start)


def _named(mark: NamedMark, points: Sequence[Point], measure: Scale) -> Named:
    share = _at(mark.index, len(points))
    value = points[mark.index].now
    y = measure.y(value) if value is not None else measure.base
    return Named(
        x=_pc(share * 100), y=_px(max(y - 4, 2)), label=mark.label, anchor="end" if share > 0.6 else ""
    )


def _y_ticks(measure: Scale, text: Write) -> tuple[Tick, ...]:
    return tuple(
        Tick(
            at=_px(measure.y(value)),
            text_at=_px(measure.y(value) + 4),
            label=_tick_text(value, measure.step, text),
            is_zero=abs(value) < measure.step / 1000,
        )
        for value in measure.ticks()
    )


def _tick_text(value: float, step: float, text: Write) -> str:
    """Plain figures get the digits their step needs; anything else writes itself."""
    if text is not formats.number:
        return text(value)
    digits = 0 if float(step).is_integer() else max(1, -floor(log10(step)))
    return formats.number(round(value, 6), digits=digits)


def _axis_size(ticks: Iterable[Tick]) -> str:
    longest = max((len(tick.label) for tick in ticks), default=0)
    return "" if longest <= 4 else "mid" if longest <= 8 else "long"


def _x_ticks(labels: Sequence[str]) -> tuple[Tick, ...]:
    """First and last always, in between what fits: three more at most."""
    count = len(labels)
    if not count:
        return ()
    step = max(1, round((count - 1) / 4))
    inner = [index for index in range(step, count - 1, step) if count - 1 - index >= step * 0.7]
    keep = {inner[len(inner) // 2]} if inner else set()
    indexes = [0, *inner, *([count - 1] if count > 1 else [])]
    return tuple(
        Tick(
            at=_pc(_at(index, count) * 100),
            label=labels[index],
            anchor=_edge(_at(index, count)),
            is_minor=index in inner and index not in keep,
        )
        for index in indexes
    )


def _slot_ticks(labels: Sequence[str], slot: float) -> tuple[Tick, ...]:
    every = max(1, ceil(len(labels) / 8))
    is_long = sum(map(len, labels)) > 24 * every
    return tuple(
        Tick(at=_pc((index + 0.5) * slot), label=label, anchor="mid", is_minor=is_long and index % 2 == 1)
        for index, label in enumerate(labels)
        if index % every == 0
    )  # fmt: skip


def _stack(series: Sequence[Series], index: int, slot: float, measure: Scale) -> list[Rect]:
    rects, below = [], 0.0
    width = slot * 0.62
    for part in series:
        value = part.values[index]
        if not value:
            continue
        top, bottom = measure.y(below + float(value)), measure.y(below)
        rects.append(
            Rect(
                x=_pc(index * slot + (slot - width) / 2),
                y=_px(top),
                width=_pc(width),
                # A hairline of the ground parts the colours where there is room for it.
                height=_px(max(bottom - top - (1 if bottom - top > 3 else 0), 0.5)),
                fill=part.fill,
            )
        )
        below += float(value)
    return rects


def _heat_cell(
    value: Value | None,
    *,
    x: float,
    y: float,
    slot: float,
    height: int,
    largest: float,
    text: Write,
) -> HeatCell:
    step = 0 if not value or not largest else max(1, ceil(float(value) / largest * _HEAT_STEPS))
    return HeatCell(
        x=_pc(x),
        y=_px(y),
        width=_pc(slot),
        height=_px(height - 2),
        text_x=_pc(x + slot / 2),
        text_y=_px(y + (height - 2) / 2 + 4),
        step=step,
        text=text(value) if value or value is None else "",
        is_dark=step > 4,
    )


def _polyline(spots: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{_px(float(x) / 100 * _BOX)},{y}" for x, y in spots)
