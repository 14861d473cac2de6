"""The Pareto: what to fix first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from core import formats
from core.svg.axes import Tick
from core.svg.places import HEAD, baseline, box, edge_anchor, percents, pixels, row_middle
from core.svg.values import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django_stubs_ext import StrOrPromise

    from core.svg.places import Anchor
    from core.svg.values import Value, Write

# Pixels of a row, of the bar in it (chart_pareto.html draws it as high), and under the last row.
_ROW: Final = 30
_BAR: Final = 17
_FOOT: Final = 4
# Causes that reach this share come first.
_VITAL: Final = 0.8
# Grid lines in percents, and those of them that leave first on a narrow panel.
_GRID: Final = (0, 20, 40, 60, 80, 100)
_MINOR: Final = frozenset({20, 60, 100})
# Letters that a phone has room for beside a bar.
_LONGEST_LINE: Final = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A cause and how often, for a Pareto."""

    label: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """What to fix first: causes from the largest, bars and cumulative share on one scale of 0–100 %.

    `message` is what the chart says, read aloud in its place; `text` writes a value. `heading` and
    `value_heading` head the columns of the table, else they are the cause and the count.
    """

    message: StrOrPromise
    shares: Sequence[Share]
    text: Write = formats.number
    heading: StrOrPromise = ""
    value_heading: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoRow:
    """A cause: its name in one or two `lines` (y, text), its bar, its number, the cumulative share after it.

    `width` and `cumulative_x` in percents, each y in pixels; `share` and `cumulative` are texts.
    """

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
    """A Pareto, measured; `vital` causes reach 80 %.

    `height` and `bottom`, where the grid ends, in pixels; `line`, the cumulative share, as a polyline in the
    box that stretches.
    """

    height: str
    bottom: str
    rows: tuple[ParetoRow, ...]
    ticks: tuple[Tick, ...]
    line: str
    vital: int


def pareto_plot(chart: Pareto) -> ParetoPlot:
    """Measure a Pareto; the causes are put in order here, the largest first."""
    shares = sorted(chart.shares, key=lambda share: -share.value)
    whole = float(total(share.value for share in shares)) or 1
    parts = [float(share.value) / whole for share in shares]
    reached = list(accumulate(parts, initial=0.0))
    rows = tuple(
        _row(share, index, part=part, before=before, after=after, text=chart.text)
        for index, (share, part, before, after) in enumerate(
            zip(shares, parts, reached[:-1], reached[1:], strict=True)
        )
    )
    height = pixels(HEAD + _ROW * len(shares) + _FOOT)
    return ParetoPlot(
        height=height,
        bottom=height,
        rows=rows,
        ticks=tuple(_tick(at) for at in _GRID),
        line=_polyline((row.cumulative_x, row.cumulative_y) for row in rows),
        vital=sum(before < _VITAL for before in reached[:-1]),
    )


def _row(share: Share, index: int, *, part: float, before: float, after: float, text: Write) -> ParetoRow:
    """A cause that is `part` of all (0–1) and takes the cumulative share from `before` to `after`."""
    middle = row_middle(index, _ROW)
    return ParetoRow(
        label=share.label,
        lines=_beside(share.label, middle=middle),
        text=text(share.value),
        y=pixels(middle - _BAR / 2),
        text_y=baseline(middle),
        width=percents(part * 100),
        fill="accent" if before < _VITAL else "muted",
        is_inside=index == 0 and part > 0.15,
        share=formats.percent(part, digits=0),
        cumulative_x=percents(after * 100),
        cumulative_y=pixels(middle),
        cumulative=formats.percent(after, digits=0),
        anchor="end" if after > 0.85 else "",
    )


def _beside(label: StrOrPromise, *, middle: float) -> tuple[tuple[str, str], ...]:
    """A name beside a bar: too long a one for a phone is broken in two at the space nearest to its middle."""
    text = str(label)
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if len(text) <= _LONGEST_LINE or not spaces:
        return ((baseline(middle), text),)
    cut = min(spaces, key=lambda place: abs(place - len(text) / 2))
    return ((pixels(middle - 3), text[:cut]), (pixels(middle + 11), text[cut + 1 :]))


def _tick(at: int) -> Tick:
    return Tick(
        at=percents(at),
        label=formats.percent(at / 100, digits=0),
        anchor=edge_anchor(at / 100),
        is_minor=at in _MINOR,
        is_zero=at == 0,
    )


def _polyline(spots: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{box(float(x) / 100)},{y}" for x, y in spots)
