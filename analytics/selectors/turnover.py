"""How fast the goods turn over, how long they last, what lies too long and what was lost without stock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Greatest

from analytics.formulas.turnover import (
    DEMAND_DAYS,
    Grade,
    daily_demand,
    days_of_cover,
    grade,
    stock_out_on,
    surplus_units,
    turnover_of_sums,
)
from analytics.selectors.flows import Flow, Period
from analytics.selectors.known import stock_known_since
from catalog.models import CostPrice, Listing, StockLevel
from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analytics.selectors.scope import ReportScope
    from companies.models import Company

# Closer than this to ours, the marketplace's own days of cover say the same.
SAME_DAYS: Final = Decimal("0.5")
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverRow:
    """A listing: its turnover in the period, its cover now. Units, days, money in the account's currency.

    `demand` is units a day of the last 28 whole days, days without stock left out. `their_demand` is the
    marketplace's own average of 28 days, `their_grade` its word for it. `cost` is the cost price of a unit. `days` of
    the period and `counted_days` of the last 28 are those since anything is known of the account and, of a listing
    that is new in it, since its first stock; `recent_days` of the last 28 are the account's.
    """

    id: int
    listing: Listing
    now: Flow
    before: Flow | None
    recent: Flow
    days: int
    recent_days: int
    counted_days: int
    today: date
    sellable: int
    reserved: int
    inbound: int
    demand: Decimal
    their_demand: Decimal | None
    their_grade: str
    cost: Decimal | None

    @property
    def turnover(self) -> Decimal | None:
        """Turnover in days; None: nothing sold."""
        return self.now.turnover

    @property
    def turnover_before(self) -> Decimal | None:
        """The same in the days compared with."""
        return self.before.turnover if self.before else None

    @property
    def cover(self) -> Decimal | None:
        """Days that the sellable units last; None: nothing is sold."""
        return days_of_cover(self.sellable, self.demand)

    @property
    def ends_on(self) -> date | None:
        """The day of the last unit."""
        return stock_out_on(self.sellable, self.demand, today=self.today) if self.sellable else None

    @property
    def their_cover(self) -> Decimal | None:
        """Days of cover at the marketplace's own average."""
        return days_of_cover(self.sellable, self.their_demand) if self.their_demand is not None else None

    @property
    def cover_gap(self) -> Decimal | None:
        """Our days of cover less theirs; None where either is unknown."""
        ours, theirs = self.cover, self.their_cover
        return None if ours is None or theirs is None else ours - theirs

    @property
    def is_told_alike(self) -> bool:
        """Whether their days of cover and ours are the same to half a day."""
        return self.cover_gap is not None and abs(self.cover_gap) < SAME_DAYS

    @property
    def plain_demand(self) -> Decimal:
        """Units a day of the last 28 days, or of those since the account is known, days without stock counted too: what
        the marketplace averages."""
        return _plain_demand(self.recent, self.recent_days)

    @property
    def is_new(self) -> bool:
        """Whether its first stock came within the last 28 days, and its demand is that of the days since then."""
        return self.counted_days < self.recent_days

    @property
    def grade(self) -> Grade:
        """The class of the listing by its cover."""
        return grade(self.sellable, self.demand)

    @property
    def surplus(self) -> int:
        """Units beyond what four months need."""
        return surplus_units(self.sellable, self.demand)

    @property
    def surplus_cost(self) -> Decimal | None:
        """What those units cost; None without a cost price."""
        return None if self.cost is None else self.cost * self.surplus

    @property
    def stock_cost(self) -> Decimal | None:
        """What the units on hand cost; None without a cost price."""
        return None if self.cost is None else self.cost * (self.sellable + self.reserved)

    @property
    def lost_units(self) -> Decimal:
        """Units not sold in the period for want of stock."""
        return self.now.lost(self.days).units

    @property
    def lost_amount(self) -> Decimal | None:
        """The same at the listing's price; None without a price."""
        price = self.listing.price
        return None if price is None else self.lost_units * price

    @property
    def availability(self) -> Decimal | None:
        """The share of days of the period with stock, unknown ones counted as such; None: the account was not known."""
        return self.now.lost(self.days).availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """The report: its rows, and the figures over all of them. Money is None while no row's is known."""

    scope: ReportScope
    rows: tuple[TurnoverRow, ...]

    @property
    def turnover(self) -> Decimal | None:
        """Turnover of all stock in days."""
        return _turnover_of([row.now for row in self.rows])

    @property
    def turnover_before(self) -> Decimal | None:
        """The same in the days compared with."""
        return _turnover_of([row.before for row in self.rows if row.before])

    @property
    def sellable(self) -> int:
        """Units that can be bought now."""
        return sum(row.sellable for row in self.rows)

    @property
    def cover(self) -> Decimal | None:
        """Days that all sellable units last at all demand together."""
        return days_of_cover(self.sellable, sum((row.demand for row in self.rows), _NOTHING))

    @property
    def stock_cost(self) -> Decimal | None:
        """What the units on hand cost, where the cost price is known."""
        return _sum(row.stock_cost for row in self.rows)

    @property
    def surplus_cost(self) -> Decimal | None:
        """What the units beyond four months cost, where the cost price is known."""
        return _sum(row.surplus_cost for row in self.rows)

    @property
    def lost_amount(self) -> Decimal | None:
        """What was not sold for want of stock, at the seller's prices."""
        return _sum(row.lost_amount for row in self.rows)

    @property
    def lost_units(self) -> Decimal:
        """The same in units."""
        return sum((row.lost_units for row in self.rows), _NOTHING)

    @property
    def without_cost(self) -> int:
        """Listings with stock whose cost price nobody knows."""
        return sum(1 for row in self.rows if row.cost is None and row.sellable + row.reserved)

    @property
    def known_days(self) -> int:
        """The most days of the period of which any closing stock is known."""
        return max((row.now.known_days for row in self.rows), default=0)

    def by_grade(self) -> Mapping[Grade, tuple[int, int]]:
        """Listings and sellable units of each class, in the order of the classes."""
        listings: Counter[Grade] = Counter()
        units: Counter[Grade] = Counter()
        for row in self.rows:
            listings[row.grade] += 1
            units[row.grade] += row.sellable
        return {one: (listings[one], units[one]) for one in Grade}


def turnover(scope: ReportScope) -> Turnover:
    """Read the report (as many queries whatever the size, one more where an account is new and one where goods are
    chosen; none over orders)."""
    listings = _listings(scope)
    lately = Days(first=scope.today - timedelta(days=DEMAND_DAYS), after=scope.today)
    first = stock_known_since(scope, before=min(scope.days.first, lately.first))
    accounts = _accounts(scope, listings)
    now = Period(scope, scope.days, first=first, accounts=accounts)
    recent = now if lately == scope.days else Period(scope, lately, first=first, accounts=accounts)
    earlier = Period(scope, scope.before, first=first, accounts=accounts) if scope.before else None
    # Of days when the stock of some accounts was not known yet, the sum says nothing beside that of all.
    before = earlier.flows if earlier and now.is_after(earlier) else None
    levels, costs = _levels(scope), costs_of(scope.company, today=scope.today)
    rows = tuple(
        _row(scope, listing, now=now, before=before, recent=recent, levels=levels, costs=costs)
        for pk, listing in listings.items()
        if pk in now.flows or pk in recent.flows or levels.get(pk, _NO_LEVEL).holds_any
    )
    return Turnover(scope=scope, rows=rows)


class _Level(NamedTuple):
    sellable: int = 0
    reserved: int = 0
    inbound: int = 0
    ads: Decimal | None = None
    grade: str = ""

    @property
    def holds_any(self) -> bool:
        return bool(self.sellable or self.reserved or self.inbound)


_NO_LEVEL: Final = _Level()


def _row(
    scope: ReportScope,
    listing: Listing,
    *,
    now: Period,
    before: Mapping[int, Flow] | None,
    recent: Period,
    levels: Mapping[int, _Level],
    costs: Mapping[int, Decimal],
) -> TurnoverRow:
    level, lately = levels.get(listing.pk, _NO_LEVEL), recent.flow(listing)
    counted_days = recent.listing_days(listing)
    rate = lately.lost(counted_days).in_stock_rate
    return TurnoverRow(
        id=listing.pk,
        listing=listing,
        now=now.flow(listing),
        before=None if before is None else before.get(listing.pk, Flow()),
        recent=lately,
        days=now.listing_days(listing),
        recent_days=recent.account_days(listing.account_id),
        counted_days=counted_days,
        today=scope.today,
        sellable=level.sellable,
        reserved=level.reserved,
        inbound=level.inbound,
        demand=_plain_demand(lately, counted_days) if rate is None else rate,
        their_demand=level.ads,
        their_grade=level.grade,
        cost=costs.get(listing.product_id),
    )


def _plain_demand(flow: Flow, days: int) -> Decimal:
    """Units a day over the days, with stock and without; none without days."""
    return daily_demand(max(flow.units, 0), days) if days else _NOTHING


def _listings(scope: ReportScope) -> dict[int, Listing]:
    rows = (
        Listing.objects.for_company(scope.company)
        .filter(**scope.filters, **scope.listing_filters(""))
        .select_related("account")
        .only(
            "company_id", "product_id", "name", "seller_sku", "marketplace_sku", "photo_url", "category",
            "price", "currency", "is_archived", "account__marketplace", "account__title",
        )
    )  # fmt: skip
    return {listing.pk: listing for listing in rows}


def _accounts(scope: ReportScope, listings: Mapping[int, Listing]) -> Mapping[int, int]:
    """The account of every listing of the accounts chosen, also where goods are chosen."""
    if not scope.is_of_some_listings:
        return {pk: listing.account_id for pk, listing in listings.items()}
    rows = Listing.objects.for_company(scope.company).filter(**scope.filters)
    return dict(rows.values_list("pk", "account_id"))


def _levels(scope: ReportScope) -> dict[int, _Level]:
    rows = (
        StockLevel.objects.for_company(scope.company)
        .filter(**scope.filters)
        .values_list("listing_id")
        .annotate(
            units=Sum(Greatest(F("available") - F("held"), 0)),
            kept=Sum("reserved"),
            coming=Sum(F("requested") + F("in_transit")),
            rate=Max("ads"),
            word=Max("turnover_grade", filter=~Q(turnover_grade="")),
        )
    )
    return {
        pk: _Level(sellable=sellable, reserved=reserved, inbound=inbound, ads=ads, grade=word or "")
        for pk, sellable, reserved, inbound, ads, word in rows
    }


def costs_of(company: Company, *, today: date) -> dict[int, Decimal]:
    """What a unit of each product costs today."""
    rows = (
        CostPrice.objects.for_company(company)
        .filter(valid_from__lte=today)
        .order_by("product_id", "-valid_from")
        .distinct("product_id")
    )
    return dict(rows.values_list("product_id", "cost"))


def _turnover_of(flows: Iterable[Flow]) -> Decimal | None:
    known: Any = [flow for flow in flows if flow.known_days]
    if not known:
        return None
    return turnover_of_sums(
        sum(flow.closing_sum for flow in known), sum(flow.units_on_known_days for flow in known)
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, _NOTHING) if known else None
