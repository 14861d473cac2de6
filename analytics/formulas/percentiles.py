"""Percentiles of a histogram by nearest rank: pure functions."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def nearest_rank(counts: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` (0–1) of all reach or stay under; None of nothing.

    `counts` says how many there are of each value.
    """
    return nearest_ranks(counts, share)[0]


def nearest_ranks(counts: Mapping[int, int], *shares: float) -> tuple[int | None, ...]:
    """The same for several shares at once."""
    values = sorted(counts)
    reached = list(accumulate(counts[value] for value in values))
    total = reached[-1] if reached else 0
    if not total:
        return tuple(None for _share in shares)
    return tuple(values[bisect_left(reached, max(1, ceil(round(total * share, 9))))] for share in shares)
