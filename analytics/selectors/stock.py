"""Where stock runs out first, and what that costs a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Min, Q, Sum

from catalog.models import StockLevel

if TYPE_CHECKING:
    from analytics.selectors.scope import Scope
    from catalog.models import Listing, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """A listing at a warehouse whose sellable units end on `ends_on` at the marketplace's 28-day average."""

    listing: Listing
    warehouse: Warehouse
    sellable: int
    ads: Decimal
    days: Decimal
    ends_on: date
    money_a_day: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOuts:
    """What ends first, and what has ended already (and sold before): places and money a day."""

    soonest: tuple[StockOut, ...]
    empty_places: int
    empty_money_a_day: Decimal
    unsold_places: int
    places: int
    as_of: datetime | None


_SELLABLE = F("available") - F("held")
_MONEY = ExpressionWrapper(
    F("ads") * F("listing__price"), output_field=DecimalField(max_digits=20, decimal_places=2)
)
_DAYS = ExpressionWrapper(_SELLABLE / F("ads"), output_field=DecimalField(max_digits=14, decimal_places=3))


def stock_outs(scope: Scope, *, today: date, limit: int = 8) -> StockOuts:
    """Read what runs out first: by days left, then by money a day (two queries)."""
    levels = StockLevel.objects.for_company(scope.company).filter(listing__is_archived=False, **scope.filters)
    ending = (
        levels.filter(ads__gt=0, available__gt=F("held"))
        .annotate(days=_DAYS, money=_MONEY)
        .select_related("listing", "warehouse")
        .order_by("days", F("money").desc(nulls_last=True), "pk")[:limit]
    )
    sums: dict[str, Any] = levels.aggregate(
        places=Count("pk"),
        as_of=Min("listing__stock_as_of"),
        empty=Count("pk", filter=Q(ads__gt=0, available__lte=F("held"))),
        empty_money=Sum(_MONEY, filter=Q(ads__gt=0, available__lte=F("held"))),
        unsold=Count("pk", filter=Q(available__gt=F("held")) & (Q(ads=None) | Q(ads=0))),
    )
    return StockOuts(
        soonest=tuple(_stock_out(level, today=today) for level in ending),
        empty_places=sums["empty"],
        empty_money_a_day=sums["empty_money"] or Decimal(0),
        unsold_places=sums["unsold"],
        places=sums["places"],
        as_of=sums["as_of"],
    )


def _stock_out(level: Any, *, today: date) -> StockOut:
    # `Any`: the annotations `days` and `money` are not fields of StockLevel.
    return StockOut(
        listing=level.listing,
        warehouse=level.warehouse,
        sellable=level.sellable,
        ads=level.ads,
        days=level.days,
        ends_on=today + timedelta(days=int(level.days)),
        money_a_day=level.money,
    )
