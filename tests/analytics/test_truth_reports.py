"""Every figure of the reports equals what the world adds up by itself, on each marketplace, to the unit and kopeck."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from analytics.choices import Axis, Breakdown, Comparison, Grain
from analytics.models import DailyFact, DailyReturns
from analytics.selectors.dynamics import BACK_FROM_BUYERS, dynamics
from analytics.selectors.processing import Timing, processing
from analytics.services import verify_range
from catalog.models import Listing
from core.periods import Days, business_day
from tests.analytics.conftest import DAYS, region

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.selectors.dynamics import DynamicsRow
    from tests.analytics.conftest import Told

pytestmark = pytest.mark.django_db


def test_sales_are_true_by_day_product_and_region(told: Told) -> None:
    words = [
        f"{name}_{what}" for name in ("ordered", "cancelled", "delivered") for what in ("units", "amount")
    ]
    held: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(words))
    for fact in DailyFact.objects.for_company(told.account.company).select_related("listing"):
        key = (fact.day.isoformat(), fact.listing.marketplace_sku, region(fact.cluster_to))
        held[key] = [had + getattr(fact, word) for had, word in zip(held[key], words, strict=True)]
    true = {
        (row["day"], row["sku"], region(row["cluster_to"])): [Decimal(row[word]) for word in words]
        for row in told.rows["sales"]
    }

    assert len(true) > 200
    assert held == true
    what_came_back_is_true(told)
    assert [one for step in verify_range(told.account.company) for one in step.differences] == []


def what_came_back_is_true(told: Told) -> None:
    held: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    rows = DailyReturns.objects.for_company(told.account.company).filter(kind__in=BACK_FROM_BUYERS)
    for fact in rows.select_related("listing"):
        sums = held[fact.placed_day.isoformat(), fact.listing.marketplace_sku, region(fact.cluster_to)]
        sums[0] += fact.units
        sums[1] += fact.amount
    true = {
        (row["day"], row["sku"], region(row["cluster_to"])): [
            row["returned_units"] + row["refused_in_part_units"],
            Decimal(row["returned_amount"]) + Decimal(row["refused_in_part_amount"]),
        ]
        for row in told.rows["sales"]
        if row["returned_units"] or row["refused_in_part_units"]
    }

    assert dict(held) == true


def test_the_report_of_sales_adds_up_the_truth(told: Told) -> None:
    for by in Breakdown:
        report_is_true(told, by)


def report_is_true(told: Told, by: Breakdown) -> None:
    days = Days(first=told.today - timedelta(days=10), after=told.today - timedelta(days=2))
    found = dynamics(told.scope(days, Comparison.PREVIOUS), grain=Grain.DAY, by=by)

    def of(rows: Any) -> tuple[Any, ...]:
        rows = list(rows)
        words = (
            "ordered_units",
            "cancelled_units",
            "delivered_units",
            "returned_units",
            "refused_in_part_units",
        )
        sums = {word: sum(row[word] for row in rows) for word in words}
        amount = sum((Decimal(row["ordered_amount"]) for row in rows), Decimal(0))
        back = sums["returned_units"] + sums["refused_in_part_units"]
        return (sums["ordered_units"], amount, sums["cancelled_units"], sums["delivered_units"], back)

    def held(sold: Any) -> tuple[Any, ...]:
        return (
            sold.ordered_units, sold.ordered_amount, sold.cancelled_units, sold.delivered_units, sold.returned_units,
        )  # fmt: skip

    inside = [row for row in told.rows["sales"] if date.fromisoformat(row["day"]) in days]
    before = [row for row in told.rows["sales"] if date.fromisoformat(row["day"]) in days.before()]
    assert held(found.total) == of(inside)
    assert held(found.total_before) == of(before)
    assert len(inside) > 50
    for one in found.series:
        assert held(one.now) == of(row for row in inside if date.fromisoformat(row["day"]) in one.bucket.days)
    assert sum(row.now.ordered_amount for row in found.rows) == found.total.ordered_amount
    keys = keys_of(told, by)
    for row in found.rows:
        assert held(row.now) == of(one for one in inside if keys(one) == row_key(row, by)), row.name


def keys_of(told: Told, by: Breakdown) -> Callable[[dict[str, Any]], Any]:
    """By what a true row is told apart in a breakdown."""
    if by is Breakdown.REGION:
        return itemgetter("cluster_to")
    listings = Listing.objects.for_company(told.account.company)
    name = "product_id" if by is Breakdown.PRODUCT else "category"
    of_sku = dict(listings.values_list("marketplace_sku", name))
    return lambda row: of_sku[row["sku"]]


def row_key(row: DynamicsRow, by: Breakdown) -> Any:
    if by is Breakdown.PRODUCT:
        return row.product.pk if row.product else None
    return row.key


# Where a first reading tells when an order came to the buyer: of returned ones Yandex Market tells the day at most, and
# Ozon's list tells it of none, so there only what the cabinet sees move is measured.
TIMED = {
    "ozon": (),
    "wildberries": ("delivered", "partly_returned", "returned"),
    "yandex_market": ("delivered",),
}


def test_the_whole_way_is_true_by_place_and_by_week(told: Told) -> None:
    days = Days(first=told.today - timedelta(days=DAYS + 5), after=told.today + timedelta(days=1))
    true: dict[tuple[str, str], list[int]] = defaultdict(list)
    for order in told.orders:
        history = {step: datetime.fromisoformat(when) for step, when in order["history"]}
        if order["stage"] not in TIMED[told.account.marketplace]:
            continue
        lasted = rounded_up((history["received"] - history["created"]).total_seconds())
        placed = business_day(history["created"])
        for place in (("all", ""), ("cluster", region(order["cluster_to"])), ("week", f"{placed:%G-W%V}")):
            true[place].append(lasted)

    def of(by: str) -> dict[Any, Any]:
        rows = processing(told.scope(days), by=by, now=timezone.now()).rows
        return {
            f"{row.day:%G-W%V}" if row.day else region(row.name): figures(row.whole)
            for row in rows
            if row.whole.orders
        }

    def truth_of(by: str) -> dict[Any, Any]:
        return {key: ranks(values) for (kind, key), values in true.items() if kind == by}

    whole = processing(told.scope(days), by="week", now=timezone.now()).steps[-1].now
    assert figures(whole) == ranks(true["all", ""])
    assert of("week") == truth_of("week")
    assert of(Axis.CLUSTER) == truth_of("cluster")
    assert sum(orders for orders, _half, _most in of(Axis.WAREHOUSE).values()) == whole.orders


def figures(timing: Timing) -> tuple[int, Any, Any]:
    """Orders and minutes."""
    return (
        timing.orders,
        None if timing.median is None else timing.median * 60,
        None if timing.p90 is None else timing.p90 * 60,
    )


def ranks(values: list[int]) -> tuple[int, Any, Any]:
    """The same of sorted values, by nearest rank."""
    if not values:
        return (0, None, None)
    ordered = sorted(values)
    return (len(values), *(ordered[-(-len(values) * percent // 100) - 1] for percent in (50, 90)))


def rounded_up(seconds: float) -> int:
    """Minutes as facts keep them: to 15 up to 12 hours, to 60 up to three days, to 360 beyond."""
    step = 15 if seconds <= 12 * 3600 else 60 if seconds <= 72 * 3600 else 360
    return -int(-seconds // (step * 60)) * step
