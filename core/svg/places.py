"""Places on a chart as text: across in percents of a width that stretches, down in pixels.

Points stand from edge to edge, slots lie side by side, rows lie under a head of labels.
"""

from __future__ import annotations

from typing import Final, Literal

# How a text hangs on its x: starts there, has its middle there, ends there.
Anchor = Literal["", "mid", "end"]
# The width of a viewBox that stretches, for what takes no percents: polylines, polygons.
_BOX: Final = 1000
# The labels above rows, in pixels.
HEAD: Final = 22
# From the middle of a letter down to its foot, in pixels.
_HALF_LETTER: Final = 4


def pixels(value: float) -> str:
    """`13.5`, `14`: a length or a y, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def percents(value: float) -> str:
    """`33.33`: an x or a width in percents of the plot, without their sign."""
    return f"{value:.2f}"


def box(share: float) -> str:
    """A share of the width (0–1) as an x in the box that stretches."""
    return pixels(share * _BOX)


def baseline(middle: float) -> str:
    """The y of a line of text whose letters have their middle at `middle`, in pixels."""
    return pixels(middle + _HALF_LETTER)


def point_share(index: int, count: int) -> float:
    """The share of the width (0–1) at which a point of `count` stands; a lonely one in the middle."""
    return index / (count - 1) if count > 1 else 0.5


def slot_width(count: int) -> float:
    """The width of each of `count` equal slots, in percents."""
    return 100 / max(count, 1)


def row_middle(index: int, height: int) -> float:
    """The y of the middle of a row, all of them `height` pixels high, under the head."""
    return HEAD + height * (index + 0.5)


def edge_anchor(share: float) -> Anchor:
    """The anchor that keeps a text at this share of the width (0–1) inside the plot."""
    return "end" if share >= 1 else "mid" if share > 0 else ""
