"""Facts planted by hand, brought to what the builder would have made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import facts
from analytics.facts.months import MONTHLY
from analytics.facts.orders import BY_LISTING, BY_REGION
from analytics.facts.steps import STEPS
from analytics.models import (
    ClosingStock,
    DailyReturns,
    Deliveries,
    ListingSales,
    PlaceDeliveries,
    RegionSales,
    StepTimes,
)
from core.periods import business_day
from supplies.models import CAME_AT, Supply

if TYPE_CHECKING:
    from datetime import date

    from companies.models import Company


def sum_up(company: Company) -> None:
    """Build what is summed from the facts of single days that a test has written: weeks, months, levels, flows."""
    days = _days(company)
    for table in (BY_LISTING, BY_REGION, STEPS):
        table.lengthen(company, days)
    facts.sum_up(company, days)


def count_supplies(company: Company) -> None:
    """Build the units of the months in which a supply of the company came or left."""
    counted = Supply.objects.for_company(company).filter(lines__accepted__gt=0)
    moments = counted.annotate(came_at=CAME_AT).values_list("came_at", flat=True)
    MONTHLY.build(company, sorted({business_day(moment, company.zone) for moment in moments}))


def _days(company: Company) -> list[date]:
    kept = {
        ClosingStock: ("day",),
        DailyReturns: ("day", "placed_day"),
        Deliveries: ("day", "delivered_day"),
        ListingSales: ("day",),
        PlaceDeliveries: ("day", "delivered_day"),
        RegionSales: ("day",),
        StepTimes: ("day",),
    }
    found: set[date] = set()
    for model, names in kept.items():
        for name in names:
            found.update(
                model.objects.for_company(company).exclude(**{name: None}).values_list(name, flat=True)
            )
    return sorted(found)
