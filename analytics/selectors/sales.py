"""Orders and money by day and by status, out of the tallies; nothing here counts orders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Sum

from analytics.choices import Basis
from analytics.models import HourlyOrders, ReasonReturns
from analytics.selectors.known import KnownSince, known_since
from analytics.selectors.scope import on_days
from core.periods import Days
from marketplaces.contracts.orders import OrderStatus
from marketplaces.registry import untold_steps
from orders.models import OrderTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.selectors.scope import Scope
    from analytics.selectors.windows import Window

# Days in a status from which an order is stuck, where the shop's own orders do not say what is usual.
STUCK_AFTER: Final = {
    OrderStatus.UNKNOWN: 2,
    OrderStatus.ACCEPTED: 2,
    OrderStatus.PACKED: 3,
    OrderStatus.SHIPPED: 14,
}


_BY_HOUR: Final = (
    "orders", "units", "amount", "delivered", "cancelled", "delivered_units", "cancelled_units",
)  # fmt: skip

# What came to the buyer, also when it came back later.
DELIVERED: Final = (OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED)


def stuck_after(marketplace: str) -> dict[OrderStatus, int]:
    """The norms of a marketplace: where it never tells a step, the step before it lasts as long as that one may."""
    norms = dict(STUCK_AFTER)
    untold = untold_steps(marketplace)
    longest = max((STUCK_AFTER[status] for status in untold if status in STUCK_AFTER), default=0)
    return {
        status: max(norm, longest) if status is OrderStatus.ACCEPTED else norm
        for status, norm in norms.items()
        if status not in untold
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The orders placed in some time and what became of them so far; money at the seller's price."""

    orders: int = 0
    units: int = 0
    amount: Decimal = Decimal(0)
    delivered: int = 0
    cancelled: int = 0
    delivered_units: int = 0
    cancelled_units: int = 0
    # Told where marketplaces are set side by side.
    returned_units: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )

    @property
    def average(self) -> Decimal | None:
        """Money an order; None without orders."""
        return self.amount / self.orders if self.orders else None

    @property
    def cancelled_share(self) -> Decimal | None:
        """Cancelled orders of all, 0–1; None without orders."""
        return Decimal(self.cancelled) / self.orders if self.orders else None

    @property
    def delivered_share(self) -> Decimal | None:
        """Delivered orders of all, 0–1; None without orders."""
        return Decimal(self.delivered) / self.orders if self.orders else None

    @property
    def average_unit(self) -> Decimal | None:
        """Money a unit; None without units."""
        return self.amount / self.units if self.units else None

    @property
    def cancelled_units_share(self) -> Decimal | None:
        """Units of cancelled orders of all units, 0–1; None without units."""
        return Decimal(self.cancelled_units) / self.units if self.units else None

    @property
    def delivered_units_share(self) -> Decimal | None:
        """Units of delivered orders of all units, 0–1; None without units."""
        return Decimal(self.delivered_units) / self.units if self.units else None

    @property
    def units_on_the_way(self) -> int:
        """Units of orders that may still move."""
        return self.units - self.delivered_units - self.cancelled_units

    @property
    def on_the_way(self) -> int:
        """Orders that may still move."""
        return self.orders - self.delivered - self.cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """The orders of the window in a status, or their units where marketplaces are summed (Sales.is_mixed)."""

    status: OrderStatus
    count: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceSales:
    """What was ordered on one marketplace in the window."""

    marketplace: str
    total: Totals
    share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """What was ordered in the window, day by day, against the days before.

    `is_mixed` says that several marketplaces are summed: then orders, which are not the same everywhere, stand side
    by side in `marketplaces`, and units and money are summed. `now` and `before` have one entry a day, None for days
    before the first `known` order: of any account now, of all of them before. `total_before` is None when the days before are not wholly known.
    """

    window: Window
    now: tuple[Totals | None, ...]
    before: tuple[Totals | None, ...]
    total: Totals
    total_before: Totals | None
    statuses: tuple[StatusCount, ...]
    is_mixed: bool
    marketplaces: tuple[MarketplaceSales, ...]
    known: KnownSince

    @property
    def today(self) -> Totals:
        """What came today so far."""
        return self.now[-1] or Totals()

    @property
    def counted(self) -> int:
        """The orders of the window; the units where marketplaces are summed."""
        return self.total.units if self.is_mixed else self.total.orders


def sales(scope: Scope, window: Window) -> Sales:
    """Read the sales of a window (three queries; two more where marketplaces are summed)."""
    known = known_since(scope)
    tallies = _tallies(scope, Days(first=window.before.first, after=window.days.after))
    now = _by_day(tallies, window.days, first_day=known.first)
    before = _by_day(tallies, window.before, first_day=known.whole)
    if before[-1] is not None:
        before = (*before[:-1], _until_hour(scope, window.before.last, hour=window.until_hour))
    marketplaces = _by_marketplace(scope, window.days) if scope.is_mixed else ()
    returned = sum(one.total.returned_units for one in marketplaces)
    return Sales(
        window=window,
        now=now,
        before=before,
        total=replace(_sum(now), returned_units=returned),
        total_before=_sum(before) if window.is_comparable(known.whole) else None,
        statuses=_statuses(tallies, window.days, by_units=scope.is_mixed),
        is_mixed=scope.is_mixed,
        marketplaces=marketplaces,
        known=known,
    )


def _tallies(scope: Scope, days: Days) -> dict[tuple[date, OrderStatus], Totals]:
    rows = (
        OrderTally.objects.for_company(scope.company)
        .filter(on_days(days), **scope.filters)
        .values_list("day", "status")
        .annotate(Sum("orders"), Sum("units"), Sum("amount"))
        .order_by("day", "status")
    )
    return {
        (day, status): _totals(status, orders, units, amount) for day, status, orders, units, amount in rows
    }


def _by_marketplace(scope: Scope, days: Days) -> tuple[MarketplaceSales, ...]:
    rows = (
        OrderTally.objects.for_company(scope.company)
        .filter(on_days(days), **scope.filters)
        .values_list("account__marketplace", "status")
        .annotate(Sum("orders"), Sum("units"), Sum("amount"))
        .order_by("account__marketplace", "status")
    )
    sums: dict[str, Totals] = {account.marketplace: Totals() for account in scope.accounts}
    for marketplace, status, orders, units, amount in rows:
        sums[marketplace] = sums.get(marketplace, Totals()) + _totals(status, orders, units, amount)
    whole = sum((totals.amount for totals in sums.values()), Decimal(0))
    back = _returned(scope, days)
    found = [
        MarketplaceSales(
            marketplace=code,
            total=replace(totals, returned_units=back.get(code, 0)),
            share=totals.amount / whole if whole else None,
        )
        for code, totals in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.total.amount, one.marketplace)))


def _returned(scope: Scope, days: Days) -> dict[str, int]:
    """Units of the orders placed in the days that buyers returned, by marketplace: not each of them tells it by the
    status of the order."""
    rows = ReasonReturns.objects.for_company(scope.company).within(days)
    rows = rows.filter(basis=Basis.COHORT, **scope.filters).order_by()
    return dict(rows.values_list("account__marketplace").annotate(Sum("returned")))


def _totals(status: str, orders: int, units: int, amount: Decimal) -> Totals:
    is_delivered, is_cancelled = status in DELIVERED, status == OrderStatus.CANCELLED
    return Totals(
        orders=orders,
        units=units,
        amount=amount,
        delivered=orders if is_delivered else 0,
        cancelled=orders if is_cancelled else 0,
        delivered_units=units if is_delivered else 0,
        cancelled_units=units if is_cancelled else 0,
    )


def _by_day(
    tallies: dict[tuple[date, OrderStatus], Totals], days: Days, *, first_day: date | None
) -> tuple[Totals | None, ...]:
    sums: dict[date, Totals] = defaultdict(Totals)
    for (day, _status), totals in tallies.items():
        sums[day] += totals
    return tuple(None if first_day is None or day < first_day else sums[day] for day in days)


def _until_hour(scope: Scope, day: date, *, hour: int) -> Totals:
    sums: dict[str, Any] = (
        HourlyOrders.objects.for_company(scope.company)
        .filter(day=day, hour__lt=hour, **scope.filters)
        .aggregate(**{name: Sum(name) for name in _BY_HOUR})
    )
    known: dict[str, Any] = {name: value or 0 for name, value in sums.items()}
    return Totals(**known)


def _statuses(
    tallies: dict[tuple[date, OrderStatus], Totals],
    days: Days,
    *,
    by_units: bool,
) -> tuple[StatusCount, ...]:
    counts: dict[OrderStatus, int] = defaultdict(int)
    for (day, status), totals in tallies.items():
        if day in days:
            counts[status] += totals.units if by_units else totals.orders
    whole = sum(counts.values())
    shown = [status for status in OrderStatus if status.is_always_shown or counts[status]]
    return tuple(
        StatusCount(
            status=status,
            count=counts[status],
            share=Decimal(counts[status]) / whole if whole else Decimal(0),
        )
        for status in shown
    )


def _sum(days: Iterable[Totals | None]) -> Totals:
    return sum((day for day in days if day is not None), Totals())
