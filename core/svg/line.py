"""The line: how something moves, against the period before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import formats
from core.svg.axes import point_ticks, value_axis
from core.svg.curves import areas, curves, dots
from core.svg.places import percents, pixels, point_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from core.svg.axes import Tick
    from core.svg.places import Anchor
    from core.svg.scales import Scale
    from core.svg.values import Value, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the x axis with its value now and in the period before, laid on the same place."""

    label: str
    now: Value | None
    before: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMark:
    """A named day on the plot, by the index of its point: a sale, an outage."""

    index: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """How something moves, against the period before.

    `message` is what the chart says, read aloud in its place. From the point `unripe_from` on the series
    still changes and is drawn dotted on a band. `whole` keeps the ticks whole (pieces); `text` writes a
    value, `axis_text` one on the axis, where it must be shorter; `height` in pixels. `place` heads the first
    column of the table, else it is the day.
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
class Named:
    """A named mark: a short line down to the series and a text beside it; x in percents, y in pixels."""

    x: str
    y: str
    label: str
    anchor: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """A line chart, measured.

    `height`, `base` (the lowest line) and `band_height` in pixels; `axis` is the room the ticks need.
    `now`, `open_end` (dotted), `area` and `before` in the box that stretches; `dots` as (percents, pixels);
    `band` as (x, width) in percents. `rows` of the table are (label, now, before); `ys` holds the pixel of
    every point for the cursor, `-` where it is unknown.
    """

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


def line_plot(chart: LineChart) -> LinePlot:
    """Measure a line chart."""
    points = chart.points
    now, before = [point.now for point in points], [point.before for point in points]
    axis = value_axis(
        [*now, *before], height=chart.height, whole=chart.whole, text=chart.axis_text or chart.text
    )
    measure = axis.measure
    ripe = len(points) if chart.unripe_from is None else chart.unripe_from
    return LinePlot(
        height=pixels(chart.height),
        base=pixels(measure.base),
        axis=axis.room,
        y_ticks=axis.ticks,
        x_ticks=point_ticks([point.label for point in points]),
        now=curves([value if index < ripe else None for index, value in enumerate(now)], measure),
        # The dotted end starts at the last ripe point, so that the line has no hole.
        open_end=curves([value if index >= ripe - 1 else None for index, value in enumerate(now)], measure),
        area=areas(now, measure),
        before=curves(before, measure),
        dots=dots(now, measure),
        marks=tuple(_named(mark, points, measure) for mark in chart.marks),
        band=_band(ripe, len(points)),
        band_height=pixels(measure.base - measure.top),
        rows=tuple((point.label, chart.text(point.now), chart.text(point.before)) for point in points),
        ys=" ".join(pixels(measure.y(value)) if value is not None else "-" for value in now),
    )


def _band(ripe: int, count: int) -> tuple[str, str] | None:
    if ripe >= count:
        return None
    start = point_share(max(ripe - 1, 0), count) * 100
    return percents(start), percents(100 - start)


def _named(mark: NamedMark, points: Sequence[Point], measure: Scale) -> Named:
    share = point_share(mark.index, len(points))
    value = points[mark.index].now
    y = measure.y(value) if value is not None else measure.base
    return Named(
        x=percents(share * 100),
        y=pixels(max(y - 4, 2)),
        label=mark.label,
        anchor="end" if share > 0.6 else "",
    )
