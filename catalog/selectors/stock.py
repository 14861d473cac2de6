"""Stock by listing and warehouse for lists, and its sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DecimalField, F, IntegerField, Max, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from catalog.models import IDLE_STATES, StockLevel
from catalog.selectors.listings import STATES

if TYPE_CHECKING:
    from datetime import datetime

    from companies.models import Company

# Days of cover: red under the first, amber under the second, too much beyond the third.
SOON, WARNING, TOO_LONG = 7, 14, 90


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTotals:
    """Units by state over the whole list, and how many places need attention."""

    places: int
    sellable: int
    states: dict[str, int]
    out: int
    soon: int
    too_long: int


def stock_list(company: Company) -> Any:
    """Where each listing lies: `sellable` units, how many days they last (`cover`), all states."""
    return with_cover(
        StockLevel.objects.for_company(company).select_related("listing__account", "warehouse__cluster")
    )


def with_cover(levels: Any) -> Any:
    """Levels that know their sellable units and days of cover (unknown without sales)."""
    sellable = Greatest(F("available") - F("held"), Value(0), output_field=IntegerField())
    return levels.annotate(
        units=sellable,
        idle=sum((F(state) for state in IDLE_STATES[1:]), F(IDLE_STATES[0])),
        cover=Case(
            When(cluster_ads__gt=0, then=sellable / F("cluster_ads")),
            output_field=DecimalField(max_digits=14, decimal_places=4, null=True),
        ),
    )


def matching(levels: Any, text: str) -> Any:
    """Levels of listings by a part of the name, the beginning of the article, a SKU or a barcode."""
    return levels.filter(
        Q(listing__name__icontains=text)
        | Q(listing__seller_sku__istartswith=text)
        | Q(listing__marketplace_sku__startswith=text)
        | Q(listing__barcodes__contains=[text])
        | Q(warehouse__name__icontains=text)
    )


def in_state(levels: Any, state: str) -> Any:
    """Levels in one of the states that the page names; `levels` must know their cover."""
    conditions = {
        "out": Q(units=0, cluster_ads__gt=0),
        "soon": Q(units__gt=0, cover__lt=SOON),
        "warning": Q(units__gt=0, cover__lt=WARNING),
        "too_long": Q(cover__gt=TOO_LONG),
        "unsold": Q(units__gt=0) & (Q(cluster_ads=None) | Q(cluster_ads=0)),
        "waiting": Q(preparing__gt=0) | Q(waiting_docs__gt=0),
        "present": Q(units__gt=0),
    }
    return levels.filter(conditions[state])


def totals(levels: Any) -> StockTotals:
    """The sums of a list of levels that know their cover."""
    sums = levels.order_by().aggregate(
        places=Count("pk"),
        sellable=Coalesce(Sum("units"), 0),
        out=Count("pk", filter=Q(units=0, ads__gt=0)),
        soon=Count("pk", filter=Q(units__gt=0, cover__lt=SOON)),
        too_long=Count("pk", filter=Q(cover__gt=TOO_LONG)),
        **{f"sum_{state}": Coalesce(Sum(state), 0) for state in STATES},
    )
    return StockTotals(
        places=sums["places"],
        sellable=sums["sellable"],
        out=sums["out"],
        soon=sums["soon"],
        too_long=sums["too_long"],
        states={state: sums[f"sum_{state}"] for state in STATES},
    )


def last_change(company: Company) -> datetime | None:
    """When a quantity of the company last changed."""
    moment: datetime | None = StockLevel.objects.for_company(company).aggregate(at=Max("changed_at"))["at"]
    return moment
