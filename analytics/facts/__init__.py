"""The SQL that builds facts out of orders, supplies, returns and stock; when and for which days is in services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analytics.facts.levels import (
    LISTING_REASONS,
    LISTING_RETURNS,
    PLACE_RETURNS,
    REASON_RETURNS,
    moved_days,
)
from analytics.facts.months import MONTHLY
from analytics.facts.orders import BY_LISTING, BY_REGION, DAILY, HOURLY, TALLIES
from analytics.facts.returns import DELIVERIES, PLACES, RETURNS, days_elsewhere
from analytics.facts.steps import STEPS
from analytics.facts.stock import CLOSING, FLOWS
from analytics.facts.tables import Difference, FactTable, rows
from supplies.models import CAME_AT_NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from companies.models import Company

__all__ = ["CLOSED", "SUMMED", "TALLIES", "TOUCHED", "Difference", "FactTable"]

# Built again for every touched day, in this order: some are summed from those before them.
TOUCHED: Final = (HOURLY, DAILY, BY_LISTING, BY_REGION, STEPS, RETURNS, DELIVERIES, PLACES, MONTHLY)
# Summed from those, of the touched days and of the days that these move.
SUMMED: Final = (LISTING_RETURNS, LISTING_REASONS, REASON_RETURNS, PLACE_RETURNS, FLOWS)
# Built for the days whose end the stock history tells: readings never change the past.
CLOSED: Final = (CLOSING,)

# Where the days of a company may come from: what is synced, and whatever facts it has, wrong ones too.
_DAYS_OF: Final = {
    "orders_order": "placed_date",
    "returns_return": "registered_date",
    "supplies_supply": f"(coalesce({', '.join(CAME_AT_NAMES)}) AT TIME ZONE %(zone)s)::date",
    "catalog_stockinterval": "(valid_from AT TIME ZONE %(zone)s)::date",
} | {table.name: "day" for table in (*TOUCHED, *SUMMED, *CLOSED, TALLIES)}
_ENDS: Final = "SELECT min({day}) AS first, max({day}) AS last FROM {table} WHERE company_id = %(company)s"
_KNOWN: Final = " UNION ALL ".join(_ENDS.format(day=day, table=table) for table, day in _DAYS_OF.items())
_KNOWN_DAYS: Final = f"SELECT min(first), max(last) FROM ({_KNOWN}) known"  # noqa: S608 - our own words


def build_days(company: Company, days: Sequence[date]) -> int:
    """Replace the facts of touched days, in the caller's transaction; returns how many daily rows they have.

    Where an order of these days turns out to have left another warehouse, so do its returns, whatever day they are of.
    """
    returned = sorted({*days, *days_elsewhere(company, days)})
    moved = moved_days(company, returned)
    count = [table.build(company, returned if table is RETURNS else days) for table in TOUCHED][
        TOUCHED.index(DAILY)
    ]
    sum_up(company, {*returned, *moved, *moved_days(company, returned)})
    return count


def sum_up(company: Company, days: Collection[date]) -> None:
    """Replace what is summed from the facts of the days, in the caller's transaction."""
    for table in SUMMED:
        table.build(company, sorted(days))


def build_closing_stock(company: Company, days: Sequence[date]) -> int:
    """Replace the closing stock of the days, in the caller's transaction; returns how many rows they have."""
    count = [table.build(company, days) for table in CLOSED][CLOSED.index(CLOSING)]
    FLOWS.build(company, days)
    return count


def build_tallies(company: Company, days: Sequence[date]) -> int:
    """Replace the order tallies of the days; the caller holds the "orders" lock of every account."""
    return TALLIES.build(company, days)


def known_days(company: Company) -> tuple[date, date] | None:
    """The first and the last day of which anything is known."""
    first, last = rows(_KNOWN_DAYS, {"company": company.pk, "zone": company.time_zone})[0]
    return None if first is None else (first, last)
