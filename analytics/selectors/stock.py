"""Which listings run out first, and what that costs a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Greatest

from catalog.models import Listing, StockLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.selectors.scope import Scope
    from analytics.selectors.turnover import TurnoverRow

_MOST_SHOWN: Final = 8
# Beyond ten years a day says nothing.
_FAR: Final = 3650


class Ending(NamedTuple):
    """A listing that is sold and has stock; `demand` is units a day, `money_a_day` None without a price."""

    listing_id: int
    demand: Decimal
    money_a_day: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What runs out first; beside it the listings that have run out (and are sold) and those without sales."""

    soonest: tuple[Ending, ...] = ()
    listings: int = 0
    ended: int = 0
    ended_money_a_day: Decimal = Decimal(0)
    unsold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """A listing whose sellable units, over all warehouses, end on `ends_on`.

    `demand` is units sold a day of the last 28 days, days without stock left out. It is the listing's, not a
    warehouse's, so neither is the cover. `empty_places` of its `places` hold nothing to sell any more.
    """

    listing: Listing
    sellable: int
    demand: Decimal
    days: Decimal
    ends_on: date
    money_a_day: Decimal | None
    places: int
    empty_places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOuts:
    """The forecast with the stock of this moment; `as_of` is the oldest reading of it."""

    soonest: tuple[StockOut, ...]
    listings: int
    ended: int
    ended_money_a_day: Decimal
    unsold: int
    as_of: datetime | None


def forecast(rows: Iterable[TurnoverRow], *, limit: int = _MOST_SHOWN) -> Forecast:
    """What runs out first: by whole days left, then by money a day."""
    rows = list(rows)
    ending = sorted((row for row in rows if row.demand > 0 and row.sellable), key=_urgency)
    ended = [row for row in rows if row.demand > 0 and not row.sellable]
    return Forecast(
        soonest=tuple(Ending(row.id, row.demand, _money_a_day(row)) for row in ending[:limit]),
        listings=len(rows),
        ended=len(ended),
        ended_money_a_day=sum((_money_a_day(row) or Decimal(0) for row in ended), Decimal(0)),
        unsold=sum(1 for row in rows if row.sellable and row.demand <= 0),
    )


def stock_outs(scope: Scope, known: Forecast, *, today: date) -> StockOuts:
    """The forecast beside the stock as it is now (three queries)."""
    ids = [one.listing_id for one in known.soonest]
    listings = Listing.objects.for_company(scope.company).select_related("account").in_bulk(ids)
    levels = _levels(scope, ids)
    kept = Listing.objects.for_company(scope.company).filter(is_archived=False, **scope.filters)
    return StockOuts(
        soonest=tuple(
            _stock_out(one, listings[one.listing_id], levels[one.listing_id], today=today)
            for one in known.soonest
            if one.listing_id in listings and one.listing_id in levels
        ),
        listings=known.listings,
        ended=known.ended,
        ended_money_a_day=known.ended_money_a_day,
        unsold=known.unsold,
        as_of=kept.aggregate(oldest=Min("stock_as_of"))["oldest"],
    )


def _urgency(row: TurnoverRow) -> tuple[int, bool, Decimal, int]:
    money = _money_a_day(row)
    return int(row.sellable / row.demand), money is None, -(money or Decimal(0)), row.id


def _money_a_day(row: TurnoverRow) -> Decimal | None:
    price = row.listing.price
    return None if price is None else row.demand * price


def _levels(scope: Scope, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = (
        StockLevel.objects.for_company(scope.company)
        .filter(listing_id__in=ids)
        .values("listing_id")
        .annotate(
            sellable=Sum(Greatest(F("available") - F("held"), 0)),
            places=Count("pk"),
            empty_places=Count("pk", filter=Q(available__lte=F("held"))),
        )
    )
    return {row["listing_id"]: row for row in rows}


def _stock_out(one: Ending, listing: Listing, level: dict[str, Any], *, today: date) -> StockOut:
    days = level["sellable"] / one.demand
    whole_days = int(days.to_integral_value(rounding=ROUND_FLOOR))
    return StockOut(
        listing=listing,
        sellable=level["sellable"],
        demand=one.demand,
        days=days,
        ends_on=today + timedelta(days=min(whole_days, _FAR)),
        money_a_day=one.money_a_day,
        places=level["places"],
        empty_places=level["empty_places"],
    )
