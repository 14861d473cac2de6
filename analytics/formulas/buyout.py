"""How much of what is ordered is bought: pure functions. Source: domain formulas 4."""

from __future__ import annotations

from decimal import Decimal


def buyout(*, bought: int, cancelled: int, returned: int) -> Decimal | None:
    """Of the units whose fate is known the share that was bought and kept, 0–1; None while none is known.

    What is on its way is left out, so that a young period is not taken for a bad one.
    """
    known = bought + cancelled + returned
    return Decimal(bought) / known if known else None


def naive_buyout(*, ordered: int, cancelled: int, returned: int) -> Decimal | None:
    """The formula many sellers use: what is on its way counts as bought. None without orders."""
    return Decimal(ordered - cancelled - returned) / ordered if ordered else None


def on_the_way(*, ordered: int, delivered: int, cancelled: int) -> Decimal | None:
    """The share of what was ordered whose fate is not known yet, 0–1. None without orders."""
    return Decimal(ordered - delivered - cancelled) / ordered if ordered else None
