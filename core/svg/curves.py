"""The shape of a series: polylines, the area under them, dots. Unknown values are gaps in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.svg.places import box, percents, pixels, point_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.svg.scales import Scale
    from core.svg.values import Value

    Run = list[tuple[int, Value]]


def curves(values: Sequence[Value | None], measure: Scale) -> tuple[str, ...]:
    """A polyline `x,y x,y …` in the box that stretches for each stretch of two or more known values."""
    return tuple(" ".join(_spots(run, len(values), measure)) for run in _runs(values) if len(run) > 1)


def areas(values: Sequence[Value | None], measure: Scale) -> tuple[str, ...]:
    """A polygon between each of the curves and the line of zero."""
    zero, count = pixels(measure.y(0)), len(values)
    return tuple(
        " ".join(
            [
                f"{_x(run[0][0], count)},{zero}",
                *_spots(run, count, measure),
                f"{_x(run[-1][0], count)},{zero}",
            ]
        )
        for run in _runs(values)
        if len(run) > 1
    )


def dots(values: Sequence[Value | None], measure: Scale) -> tuple[tuple[str, str], ...]:
    """The dots as (percents, pixels): lonely points between gaps, and the last known one."""
    runs = _runs(values)
    ends = [run[-1] for run in runs if len(run) == 1 or run is runs[-1]]
    return tuple(
        (percents(point_share(index, len(values)) * 100), pixels(measure.y(value))) for index, value in ends
    )


def _runs(values: Sequence[Value | None]) -> list[Run]:
    """The stretches of known values, as (index, value)."""
    runs: list[Run] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _spots(run: Run, count: int, measure: Scale) -> list[str]:
    return [f"{_x(index, count)},{pixels(measure.y(value))}" for index, value in run]


def _x(index: int, count: int) -> str:
    return box(point_share(index, count))
