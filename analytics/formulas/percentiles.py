"""Percentiles of a histogram by nearest rank: pure functions."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def nearest_rank(counts: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` (0–1) of all reach or stay under; None of nothing.

    `counts` says how many there are of each value.
    """
    total = sum(counts.values())
    if not total:
        return None
    wanted = max(1, ceil(round(total * share, 9)))
    reached = 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= wanted:
            return value
    raise AssertionError("the counts add up to their total")
