"""How fast stock goes: turnover, days of cover, stock-out, surplus, what was lost without stock.

Units and days in, Decimal days out; None stands for "never at this pace". Golden values: tests/analytics/test_turnover.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices

if TYPE_CHECKING:
    from collections.abc import Sequence

# The window of daily demand, and Ozon's borders of cover in days (lower bound inclusive: 28.0 days are POPULAR).
DEMAND_DAYS: Final = 28
SCARCE, NORMAL, SLOW = 28, 56, 120
# Fewer days in stock than this say nothing of a product's own demand.
LEAST_DAYS_IN_STOCK: Final = 3
_TENTH: Final = Decimal("0.1")


class Grade(StatusChoices):
    """What the cover of a product means."""

    OUT = "out", "danger", "circle-x", False, _("Out of stock")
    SCARCE = "scarce", "warning", "trending-down", False, _("Scarce")
    POPULAR = "popular", "success", "flame", False, _("Sells well")
    NORMAL = "normal", "neutral", "check", False, _("Normal")
    SURPLUS = "surplus", "warning", "layers", False, _("Surplus")
    DEAD = "dead", "danger", "snowflake", False, _("Not sold")
    EMPTY = "empty", "neutral", "minus", False, _("Neither stock nor sales")


def daily_demand(units: int, days: int) -> Decimal:
    """Units a day over a window. Raises ValueError for a window without days."""
    if days < 1:
        raise ValueError("a window has at least one day")
    return Decimal(units) / days


def days_of_cover(sellable: int, demand: Decimal) -> Decimal | None:
    """Days that the sellable units last at a daily demand; None: nothing is sold."""
    return None if demand <= 0 else Decimal(sellable) / demand


def stock_out_on(sellable: int, demand: Decimal, *, today: date) -> date | None:
    """The day on which the last unit goes, today included; None: never at this pace, or beyond 10 years."""
    cover = days_of_cover(sellable, demand)
    if cover is None or cover > 3650:
        return None
    return today + timedelta(days=int(cover.to_integral_value(rounding=ROUND_FLOOR)))


def turnover_days(closing: Sequence[int], units: int) -> Decimal | None:
    """Average closing stock ÷ average units a day, over the days of which the closing stock is known.

    `units` are those of the same days. None: nothing was sold. Raises ValueError without any day.
    """
    if not closing:
        raise ValueError("turnover needs at least one closing stock")
    return turnover_of_sums(sum(closing), units)


def turnover_of_sums(closing_sum: int, units: int) -> Decimal | None:
    """The same from sums over the same days: the number of days goes out of the quotient."""
    return None if units <= 0 else Decimal(closing_sum) / units


def sell_through(units: int, average_stock: Decimal) -> Decimal | None:
    """Units sold ÷ average units on hand in the period; None without stock."""
    return None if average_stock <= 0 else Decimal(units) / average_stock


def grade(sellable: int, demand: Decimal) -> Grade:
    """The class of a product by its days of cover."""
    cover = days_of_cover(sellable, demand)
    if cover is None:
        return Grade.DEAD if sellable else Grade.EMPTY
    if not sellable:
        return Grade.OUT
    if cover < SCARCE:
        return Grade.SCARCE
    if cover < NORMAL:
        return Grade.POPULAR
    return Grade.NORMAL if cover <= SLOW else Grade.SURPLUS


def surplus_units(sellable: int, demand: Decimal) -> int:
    """Units beyond what is sold in SLOW days; all of them where nothing is sold."""
    if demand <= 0:
        return sellable
    kept = (demand * SLOW).to_integral_value(rounding=ROUND_HALF_UP)
    return max(0, sellable - int(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What was not sold for want of stock: units, and units a day while there was stock (None: too few days).

    `availability` is the share of days with stock; None where there are no days.
    """

    units: Decimal
    in_stock_rate: Decimal | None
    availability: Decimal | None


def lost_sales(units: int, *, days_in_stock: int, days: int) -> Lost:
    """Sales of the days in stock, spread over the days without: 70 units in 14 of 28 days lose 70.

    Nothing is guessed from fewer than LEAST_DAYS_IN_STOCK days. Raises ValueError for impossible days.
    """
    if not 0 <= days_in_stock <= days or days < 1:
        raise ValueError(f"{days_in_stock} days in stock of {days}")
    availability = Decimal(days_in_stock) / days
    if days_in_stock < LEAST_DAYS_IN_STOCK:
        return Lost(units=Decimal(0), in_stock_rate=None, availability=availability)
    rate = Decimal(units) / days_in_stock
    return Lost(units=rate * (days - days_in_stock), in_stock_rate=rate, availability=availability)


def shown_days(days: Decimal) -> Decimal:
    """Days as they are shown: one decimal."""
    return days.quantize(_TENTH, rounding=ROUND_HALF_UP)
