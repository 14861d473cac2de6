"""The axes: values at the left with their grid lines, labels of points or of slots below."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

from core import formats
from core.svg.places import baseline, edge_anchor, percents, pixels, point_share
from core.svg.scales import scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.svg.places import Anchor
    from core.svg.scales import Scale
    from core.svg.values import Value, Write

# The labels under a plot, in pixels.
_FOOT: Final = 24
# Labels of slots that stand side by side.
_MOST_SLOT_LABELS: Final = 8
# Letters of all labels, when each slot has one, that a phone has room for.
_MOST_SLOT_LETTERS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on an axis: `at` in percents on a horizontal one, in pixels on a vertical one.

    `text_at` is the y of the label where the tick has a line of its own; `is_minor` ones leave first on a
    narrow panel.
    """

    at: str
    label: str
    anchor: Anchor = ""
    is_minor: bool = False
    is_zero: bool = False
    text_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAxis:
    """An axis of values: its scale, its ticks from the lowest, their room (`""`, `mid`, `long`)."""

    measure: Scale
    ticks: tuple[Tick, ...]
    room: str


def value_axis(values: Iterable[Value | None], *, height: int, whole: bool, text: Write) -> ValueAxis:
    """The axis at the left of a chart `height` pixels high, which keeps room for the labels below.

    `whole` keeps the ticks whole; `text` writes one.
    """
    measure = scale(values, whole=whole, base=height - _FOOT)
    ticks = tuple(_value_tick(value, measure, text) for value in measure.ticks())
    return ValueAxis(measure=measure, ticks=ticks, room=_room(ticks))


def _value_tick(value: float, measure: Scale, text: Write) -> Tick:
    y = measure.y(value)
    return Tick(
        at=pixels(y),
        text_at=baseline(y),
        label=_tick_text(value, measure.step, text),
        is_zero=abs(value) < measure.step / 1000,
    )


def _tick_text(value: float, step: float, text: Write) -> str:
    """Plain figures get the digits their step needs; anything else writes itself."""
    if text is not formats.number:
        return text(value)
    digits = 0 if float(step).is_integer() else max(1, -floor(log10(step)))
    return formats.number(round(value, 6), digits=digits)


def _room(ticks: Iterable[Tick]) -> str:
    longest = max((len(tick.label) for tick in ticks), default=0)
    return "" if longest <= 4 else "mid" if longest <= 8 else "long"


def point_ticks(labels: Sequence[str]) -> tuple[Tick, ...]:
    """Under points: first and last always, in between what fits, three more at most."""
    count = len(labels)
    if not count:
        return ()
    step = max(1, round((count - 1) / 4))
    inner = [index for index in range(step, count - 1, step) if count - 1 - index >= step * 0.7]
    keep = {inner[len(inner) // 2]} if inner else set()
    indexes = [0, *inner, *([count - 1] if count > 1 else [])]
    return tuple(
        _point_tick(labels[index], point_share(index, count), is_minor=index in inner and index not in keep)
        for index in indexes
    )


def _point_tick(label: str, share: float, *, is_minor: bool) -> Tick:
    return Tick(at=percents(share * 100), label=label, anchor=edge_anchor(share), is_minor=is_minor)


def slot_ticks(labels: Sequence[str], slot: float) -> tuple[Tick, ...]:
    """Under slots of `slot` percents: each has its label, or every second, third one where they are many."""
    every = max(1, ceil(len(labels) / _MOST_SLOT_LABELS))
    is_long = sum(map(len, labels)) > _MOST_SLOT_LETTERS * every
    return tuple(
        slot_tick(label, index, slot, is_minor=is_long and index % 2 == 1)
        for index, label in enumerate(labels)
        if index % every == 0
    )


def slot_tick(label: str, index: int, slot: float, *, is_minor: bool) -> Tick:
    """The label in the middle of a slot of `slot` percents."""
    return Tick(at=percents((index + 0.5) * slot), label=label, anchor="mid", is_minor=is_minor)
