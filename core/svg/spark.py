"""The sparkline: the shape of a series in a row or a tile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.svg.curves import curves, dots
from core.svg.places import pixels
from core.svg.scales import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.svg.values import Value

# Room for the dot above the highest point and below the lowest, in pixels.
_INSET: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """The shape of a series in a row or a tile, scaled to its own range, without an axis.

    `height` in pixels; `now` and `before` in the box that stretches; `dot`, the last point known, as
    (percents, pixels).
    """

    height: str
    now: tuple[str, ...]
    before: tuple[str, ...]
    dot: tuple[str, str] | None


def sparkline(
    now: Sequence[Value | None], before: Sequence[Value | None] = (), *, height: int = 32
) -> Sparkline:
    """Measure a sparkline `height` pixels high; a flat series lies in the middle."""
    known = [float(value) for value in (*now, *before) if value is not None]
    low, high = min(known, default=0), max(known, default=1)
    margin = 1 if low == high else 0
    measure = Scale(low=low - margin, high=high + margin, step=1, base=height - _INSET, top=_INSET)
    ends = dots(now, measure)
    return Sparkline(
        height=pixels(height),
        now=curves(now, measure),
        before=curves(before, measure),
        dot=ends[-1] if ends else None,
    )
