"""Which listings run out first, and what that costs a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.db.models.functions import Floor, Greatest

from catalog.models import Listing, StockLevel

if TYPE_CHECKING:
    from analytics.selectors.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """A listing whose sellable units, over all warehouses, end on `ends_on`.

    `ads` is the marketplace's own average of units sold a day over 28 days. It is the listing's, not a
    warehouse's, so neither is the cover. `empty_places` of its `places` hold nothing to sell any more.
    """

    listing: Listing
    sellable: int
    ads: Decimal
    days: Decimal
    ends_on: date
    money_a_day: Decimal | None
    places: int
    empty_places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOuts:
    """What ends first; beside it the listings that have ended (and sold before) and those without sales."""

    soonest: tuple[StockOut, ...]
    listings: int
    ended: int
    ended_money_a_day: Decimal
    unsold: int
    as_of: datetime | None


_MONEY = DecimalField(max_digits=20, decimal_places=2)
_RATE = DecimalField(max_digits=14, decimal_places=3)


def stock_outs(scope: Scope, *, today: date, limit: int = 8) -> StockOuts:
    """Read what runs out first: by whole days left, then by money a day (three queries)."""
    held = _by_listing(scope)
    ending = held.filter(rate__gt=0, sellable__gt=0).annotate(days=_quotient(F("sellable"), F("rate")))
    rows = list(ending.order_by(Floor("days"), F("money").desc(nulls_last=True), "listing_id")[:limit])
    listings = (
        Listing.objects.for_company(scope.company)
        .select_related("account")
        .in_bulk([row["listing_id"] for row in rows])
    )
    sums: dict[str, Any] = held.aggregate(
        listings=Count("listing_id"),
        oldest=Min("as_of"),
        ended=Count("listing_id", filter=Q(rate__gt=0, sellable=0)),
        ended_money=Sum("money", filter=Q(rate__gt=0, sellable=0)),
        unsold=Count("listing_id", filter=Q(sellable__gt=0) & (Q(rate=None) | Q(rate=0))),
    )
    return StockOuts(
        soonest=tuple(_stock_out(row, listings[row["listing_id"]], today=today) for row in rows),
        listings=sums["listings"],
        ended=sums["ended"],
        ended_money_a_day=sums["ended_money"] or Decimal(0),
        unsold=sums["unsold"],
        as_of=sums["oldest"],
    )


def _by_listing(scope: Scope) -> Any:
    """Listings that are on the shelves, each with its units over all warehouses, as dictionaries."""
    return (
        StockLevel.objects.for_company(scope.company)
        .filter(listing__is_archived=False, **scope.filters)
        .values("listing_id")
        .annotate(
            sellable=Sum(Greatest(F("available") - F("held"), 0)),
            rate=Max("ads"),
            money=ExpressionWrapper(Max(F("ads") * F("listing__price")), output_field=_MONEY),
            places=Count("pk"),
            empty_places=Count("pk", filter=Q(available__lte=F("held"))),
            as_of=Min("listing__stock_as_of"),
        )
    )


def _quotient(units: Any, rate: Any) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(units / rate, output_field=_RATE)


def _stock_out(row: dict[str, Any], listing: Listing, *, today: date) -> StockOut:
    whole_days = int(row["days"].to_integral_value(rounding=ROUND_FLOOR))
    return StockOut(
        listing=listing,
        sellable=row["sellable"],
        ads=row["rate"],
        days=row["days"],
        ends_on=today + timedelta(days=whole_days),
        money_a_day=row["money"],
        places=row["places"],
        empty_places=row["empty_places"],
    )
