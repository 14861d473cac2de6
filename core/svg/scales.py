"""Vertical scales: from values to pixels, with round steps between the grid lines."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.svg.values import Value

_NICE: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
# Room for named marks above the highest line, in pixels; chart_line.html begins its band below it.
_TOP: Final = 14
# A range smaller than this has nothing to show.
_FLAT: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A vertical scale: `low`, `high` and `step` in values, `base` and `top` in pixels from the top.

    `low` stands at `base`, `high` at `top`.
    """

    low: float
    high: float
    step: float
    base: float = 0
    top: float = _TOP

    def y(self, value: Value) -> float:
        """The pixel of a value."""
        span = (self.high - self.low) or 1
        return self.base - (float(value) - self.low) / span * (self.base - self.top)

    def ticks(self) -> list[float]:
        """The values of the grid lines, from the lowest."""
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * index for index in range(count + 1)]


def scale(values: Iterable[Value | None], *, whole: bool, base: float, lines: int = 4) -> Scale:
    """A scale from zero with at most `lines` round steps; below zero as well when a value is negative.

    `whole` keeps the steps whole; `base` is the pixel of the lowest line.
    """
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
