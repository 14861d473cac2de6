"""Orders for lists, and how many stand in each status."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Max, Q, Sum
from django.utils import timezone

from catalog.models import Listing, Warehouse
from catalog.selectors.choices import listings_meant
from core import counting
from marketplaces.contracts.orders import OrderStatus
from orders.choices import COUNT_LIMIT
from orders.models import Order, OrderLine, OrderTally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from companies.models import Company
    from core.periods import Days
    from orders.models import OrderQuerySet

# What a row of the list shows; the rest of an order is wide.
_ROW = (
    "company_id", "marketplace", "external_id", "status", "external_status", "amount", "currency", "units",
    "lines_count", "title", "city", "cluster_to", "placed_at", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """How many orders stand in a status; `amount` and `today` only from the tally, `is_more` when not all were counted."""

    orders: int = 0
    amount: Decimal | None = None
    today: int | None = None
    is_more: bool = False


class IsAnyOf(Func):
    """`a = ANY(ARRAY(SELECT …))`: the ids are found first and once, whatever the planner thinks of their number."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def order_list(company: Company) -> OrderQuerySet:
    """The orders of a company, light enough for a list."""
    orders: OrderQuerySet = Order.objects.for_company(company).only(*_ROW)
    return orders


def matching(orders: OrderQuerySet, company: Company, text: str) -> OrderQuerySet:
    """Orders whose number begins with the text, or that hold an article, barcode or SKU that it means."""
    listings = listings_meant(company, text)
    numbered = Q(external_id__istartswith=text)
    return orders.filter(numbered | _holding(company, listings) if listings else numbered)


def with_sku(orders: OrderQuerySet, company: Company, text: str) -> OrderQuerySet:
    """Orders that hold an article, barcode or marketplace SKU."""
    return orders.filter(_holding(company, listings_meant(company, text)))


def with_product(orders: OrderQuerySet, company: Company, product_id: int) -> OrderQuerySet:
    """Orders that hold any listing of a product."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id).values_list("pk", flat=True)
    return orders.filter(_holding(company, listings))


def from_warehouse(orders: OrderQuerySet, company: Company, warehouse_id: int) -> OrderQuerySet:
    """Orders that left a warehouse; where a marketplace names it only, those that name it so."""
    there = Warehouse.objects.for_company(company).get(pk=warehouse_id)
    named = Q(warehouse_id=None, marketplace=there.marketplace, warehouse_name=there.name)
    return orders.filter(Q(warehouse_id=there.pk) | named)


def late(orders: OrderQuerySet, company: Company) -> OrderQuerySet:
    """Orders that should have arrived by now and have not."""
    overdue = Order.objects.for_company(company).open().filter(expected_to__lt=timezone.now())
    return orders.filter(IsAnyOf(F("pk"), ArraySubquery(overdue.values("pk"))))


def last_change(company: Company) -> datetime | None:
    """When an order of the company last changed."""
    moment: datetime | None = Order.objects.for_company(company).aggregate(at=Max("changed_at"))["at"]
    return moment


def tally(
    company: Company,
    *,
    today: date,
    period: Days | None = None,
    account_id: int | None = None,
    marketplace: str = "",
) -> dict[str, StatusCount]:
    """Orders by status from the tally that is kept with them, by the day they were placed."""
    rows = OrderTally.objects.for_company(company)
    if period is not None:
        rows = rows.filter(day__gte=period.first, day__lt=period.after)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if marketplace:
        rows = rows.filter(account__marketplace=marketplace)
    sums = (
        rows.order_by()
        .values("status")
        .annotate(count=Sum("orders"), sum=Sum("amount"), today=Sum("orders", filter=Q(day=today)))
    )
    return {
        str(row["status"]): StatusCount(orders=row["count"], amount=row["sum"], today=row["today"] or 0)
        for row in sums
    }


def bounded_counts(orders: OrderQuerySet, *, limit: int = COUNT_LIMIT) -> dict[str, StatusCount]:
    """Orders by status, counted row by row: all of a short list, no further than the limit in each of a long one."""
    found = counting.bounded_counts(orders, field="status", values=OrderStatus.values, limit=limit)
    return {status: StatusCount(orders=one.count, is_more=one.is_more) for status, one in found.items()}


def total(counts: Mapping[str, StatusCount]) -> StatusCount:
    """All statuses together."""
    amounts = [count.amount for count in counts.values() if count.amount is not None]
    return StatusCount(
        orders=sum(count.orders for count in counts.values()),
        amount=sum(amounts, Decimal(0)) if amounts else None,
        is_more=any(count.is_more for count in counts.values()),
    )


def orders_of_product(company: Company, product_id: int, *, limit: int = 10) -> list[OrderLine]:
    """The last lines that sold a product, with their orders."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id)
    lines = OrderLine.objects.for_company(company).filter(listing__in=listings)
    return list(lines.select_related("order").order_by("-placed_at", "-order_id")[:limit])


def _holding(company: Company, listings: Iterable[int]) -> Q:
    lines = OrderLine.objects.for_company(company).filter(listing_id__in=list(listings))
    return Q(IsAnyOf(F("pk"), ArraySubquery(lines.values("order_id"))))
