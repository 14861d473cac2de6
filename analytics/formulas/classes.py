"""Sorting goods by what they bring (ABC) and by how evenly they sell (XYZ, type of demand): pure functions.

Source: domain formulas 5. Everything is exact in Decimal but roots, which are taken to 28 digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

A_UP_TO: Final = Decimal("0.80")
B_UP_TO: Final = Decimal("0.95")
X_UP_TO: Final = Decimal("0.25")
Y_UP_TO: Final = Decimal("0.50")
# Syntetos and Boylan: how rarely there is any demand, and how uneven it is where there is some.
RARE: Final = Decimal("1.32")
UNEVEN: Final = Decimal("0.49")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abc:
    """The class of an item, its share of the whole and the share reached with it; both 0–1, None of a loss."""

    letter: str
    share: Decimal | None
    reached: Decimal | None


class Demand(StrEnum):
    """How an item is asked for."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"
    NONE = "none"


def abc(
    values: Mapping[int, Decimal], *, a_up_to: Decimal = A_UP_TO, b_up_to: Decimal = B_UP_TO
) -> dict[int, Abc]:
    """The class of every item by what it brings, the largest first, ties by id.

    The item that crosses a border still belongs to the upper class. What brings nothing is C, a loss is D and adds
    nothing to the whole.
    """
    whole = sum((value for value in values.values() if value > 0), Decimal(0))
    found: dict[int, Abc] = {}
    reached = Decimal(0)
    for key, value in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        if value < 0:
            found[key] = Abc(letter="D", share=None, reached=None)
            continue
        if not value:
            found[key] = Abc(letter="C", share=Decimal(0), reached=Decimal(1) if whole else Decimal(0))
            continue
        before = reached / whole
        reached += value
        letter = "A" if before < a_up_to else "B" if before < b_up_to else "C"
        found[key] = Abc(letter=letter, share=value / whole, reached=reached / whole)
    return found


def variation(series: Sequence[Decimal | int]) -> Decimal | None:
    """The coefficient of variation, population standard deviation ÷ mean; None without any demand."""
    count, total = len(series), sum((Decimal(one) for one in series), Decimal(0))
    if not count or not total:
        return None
    mean = total / count
    return (sum(((one - mean) ** 2 for one in series), Decimal(0)) / count).sqrt() / mean


def xyz(
    series: Sequence[Decimal | int], *, x_up_to: Decimal = X_UP_TO, y_up_to: Decimal = Y_UP_TO
) -> str | None:
    """X, Y or Z by the variation of weekly demand; the borders belong to the better class. None without demand."""
    found = variation(series)
    if found is None:
        return None
    return "X" if found <= x_up_to else "Y" if found <= y_up_to else "Z"


def average_interval(series: Sequence[Decimal | int]) -> Decimal | None:
    """ADI: periods ÷ periods with any demand; None without any."""
    busy = sum(1 for one in series if one)
    return Decimal(len(series)) / busy if busy else None


def size_variation(series: Sequence[Decimal | int]) -> Decimal | None:
    """CV² of the sizes of demand where there is any: population variance ÷ mean²; None without any."""
    sizes = [Decimal(one) for one in series if one]
    if not sizes:
        return None
    mean = sum(sizes, Decimal(0)) / len(sizes)
    return sum(((one - mean) ** 2 for one in sizes), Decimal(0)) / len(sizes) / mean**2


def demand(series: Sequence[Decimal | int]) -> Demand:
    """The type of demand by ADI (1.32) and CV² (0.49)."""
    interval = average_interval(series)
    if interval is None:
        return Demand.NONE
    is_uneven = (size_variation(series) or Decimal(0)) > UNEVEN
    if interval > RARE:
        return Demand.LUMPY if is_uneven else Demand.INTERMITTENT
    return Demand.ERRATIC if is_uneven else Demand.SMOOTH
