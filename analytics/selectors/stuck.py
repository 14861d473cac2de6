"""Orders that stand in a status longer than most orders do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Sum

from analytics.choices import Step
from analytics.formulas.percentiles import nearest_rank
from analytics.selectors.sales import stuck_after
from analytics.selectors.timings import histograms, step_times
from core.periods import Days
from marketplaces.contracts.orders import OrderStatus
from marketplaces.registry import untold_steps
from orders.models import OPEN, Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from analytics.selectors.scope import Scope

# The usual time is that of orders placed in four weeks which ended a week ago: the latest have not come to their end,
# and only the quick ones of them would be measured.
_WINDOW: Final = timedelta(days=28)
_RIPE_AFTER: Final = timedelta(days=7)
# Fewer orders than this have no usual time.
_ENOUGH: Final = 30
_NINE_OF_TEN: Final = 0.9
# More than this are "more than": a count must not read every open order of a large shop.
MOST_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """How long an order of a marketplace usually stands in a status; `is_usual` when nine of ten of its own orders
    say so, otherwise it is the cabinet's default."""

    marketplace: str
    status: OrderStatus
    after: timedelta
    is_usual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckOrder:
    """An order that stands in its status for `lasted`, beyond the norm."""

    order: Order
    lasted: timedelta
    norm: timedelta

    @property
    def beyond(self) -> timedelta:
        """By how much it is over the norm."""
        return self.lasted - self.norm


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckOrders:
    """The orders that have stood longest, how many there are by status, and by which norms.

    `count` is MOST_COUNTED and `is_more` when there are more than that; `amount` is of the counted ones.
    """

    orders: tuple[StuckOrder, ...]
    norms: tuple[Norm, ...]
    by_status: Mapping[OrderStatus, int]
    count: int
    is_more: bool
    amount: Decimal


def stuck_orders(scope: Scope, *, now: datetime, limit: int = 50) -> StuckOrders:
    """Read what is stuck (four queries), the longest first."""
    norms = norms_of(scope, now=now)
    too_long = [_beyond(norm, now=now) for norm in norms]
    rows = _orders(scope).filter(reduce(or_, too_long, Q(pk__in=[])))
    counted = rows.order_by()[:MOST_COUNTED].aggregate(
        count=Count("pk"),
        amount=Sum("amount", default=Decimal(0)),
        **{status.value: Count("pk", filter=Q(status=status)) for status in OPEN},
    )
    count = counted["count"]
    known = {(norm.marketplace, norm.status): norm.after for norm in norms}
    longest = _longest(scope, too_long, limit=limit) if count and limit else ()
    return StuckOrders(
        orders=tuple(
            StuckOrder(
                order=order,
                lasted=now - order.status_at,
                norm=known[order.marketplace, OrderStatus.of(order.status)],
            )
            for order in longest
        ),
        norms=norms,
        by_status=Counter({status: counted[status.value] for status in OPEN if counted[status.value]}),
        count=count,
        is_more=count == MOST_COUNTED and rows.order_by()[MOST_COUNTED:].exists(),
        amount=counted["amount"],
    )


def norms_of(scope: Scope, *, now: datetime) -> tuple[Norm, ...]:
    """The norm of every open status on every marketplace of the scope (one query)."""
    measured = _measured(scope, now=now)
    found = []
    for marketplace in sorted({account.marketplace for account in scope.accounts}):
        for status, days in stuck_after(marketplace).items():
            minutes = _usual(measured.get((marketplace, _step_after(marketplace, status)), {}))
            found.append(
                Norm(
                    marketplace=marketplace,
                    status=status,
                    after=timedelta(minutes=minutes) if minutes else timedelta(days=days),
                    is_usual=bool(minutes),
                )
            )
    return tuple(found)


def _step_after(marketplace: str, status: OrderStatus) -> Step | None:
    """The step that an order in this status is on, as far as the marketplace tells steps."""
    if status is OrderStatus.ACCEPTED and OrderStatus.PACKED in untold_steps(marketplace):
        return Step.WHOLE
    return {
        OrderStatus.ACCEPTED: Step.ASSEMBLY,
        OrderStatus.PACKED: Step.HANDOVER,
        OrderStatus.SHIPPED: Step.DELIVERY,
    }.get(status)


def _usual(counts: Mapping[int, int]) -> int | None:
    return nearest_rank(counts, _NINE_OF_TEN) if sum(counts.values()) >= _ENOUGH else None


def _measured(scope: Scope, *, now: datetime) -> Mapping[tuple[Any, ...], Mapping[int, int]]:
    last = now.astimezone(scope.company.zone).date() - _RIPE_AFTER
    days = Days(first=last - _WINDOW, after=last)
    return histograms(step_times(scope, days), "account__marketplace", "step")


def _beyond(norm: Norm, *, now: datetime) -> Q:
    return Q(marketplace=norm.marketplace, status=norm.status, status_at__lt=now - norm.after)


def _longest(scope: Scope, too_long: Sequence[Q], *, limit: int) -> Sequence[Order]:
    """Those that have stood longest. Of each norm the oldest come first in an index: no other is read."""
    oldest, *others = (
        _orders(scope).filter(one).order_by("status_at", "pk").values_list("pk", "status_at")[:limit]
        for one in too_long
    )
    found = oldest.union(*others, all=True).order_by("status_at", "pk")[:limit]
    pks = [pk for pk, _since in found]
    rows = Order.objects.for_company(scope.company).filter(pk__in=pks).select_related("account")
    return list(rows.order_by("status_at", "pk"))


def _orders(scope: Scope) -> QuerySet[Order]:
    rows = Order.objects.for_company(scope.company).filter(**scope.filters)
    goods = scope.listing_filters()
    if goods:
        lines = OrderLine.objects.for_company(scope.company).filter(order=OuterRef("pk"), **goods)
        rows = rows.filter(Exists(lines))
    return rows
