"""Facts of touched days: what they hold, which days are built, and that doing it twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum

from analytics.models import ClosingStock, DailyFact, FactsState, HourlyOrders
from analytics.services import DAYS_AT_ONCE, refresh_facts
from analytics.tasks import refresh_facts_of_touched_companies
from catalog.models import StockInterval, TouchedDay
from core.periods import business_day, day_start
from tests.factories.catalog import ClusterFactory, ListingFactory, WarehouseFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = date(2026, 11, 20)


def noon(day):
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def touch(company, *days):
    for day in days:
        TouchedDay.all_companies.create(company=company, day=day)


def fact_rows(company):
    return list(
        DailyFact.objects.for_company(company)
        .order_by("day", "listing_id", "cluster_to")
        .values_list(
            "day", "listing_id", "cluster_to",
            "ordered_units", "ordered_amount", "cancelled_units", "cancelled_amount",
            "delivered_units", "delivered_amount",
        )
    )  # fmt: skip


def interval(listing, warehouse, *, available, since, until=None, reserved=0):
    StockInterval.all_companies.create(
        company=listing.company, listing=listing, warehouse=warehouse,
        available=available, reserved=reserved, valid_from=since, valid_to=until,
    )  # fmt: skip


def closing(company):
    return list(
        ClosingStock.objects.for_company(company)
        .order_by("day", "listing_id")
        .values("day", "listing_id")
        .annotate(units=Sum("available"), held=Sum("reserved"))
        .values_list("day", "listing_id", "units", "held")
    )


def order(account, listing, *, day=DAY, quantity=1, price="100.00", **fields):
    made = OrderFactory(account=account, placed_at=noon(day), lines=0, **fields)
    OrderLineFactory(order=made, listing=listing, quantity=quantity, price=Decimal(price))
    return made


def test_facts_sum_the_lines_of_a_day_by_listing_and_cluster(account):
    plaid, towel = ListingFactory(account=account), ListingFactory(account=account)
    order(account, plaid, quantity=2, price="100.50")
    order(account, plaid, quantity=1, price="90.00", delivered=True)
    order(account, plaid, quantity=3, price="10.00", cancelled=True)
    order(account, plaid, cluster_to="Москва", delivered=True)
    order(account, towel, price="7.77")
    touch(account.company, DAY)

    built = refresh_facts(account.company, now=NOW)

    assert built == 1
    assert fact_rows(account.company) == [
        (DAY, plaid.pk, "Москва", 1, Decimal("100.00"), 0, Decimal(0), 1, Decimal("100.00")),
        (DAY, plaid.pk, "Урал", 6, Decimal("321.00"), 3, Decimal("30.00"), 1, Decimal("90.00")),
        (DAY, towel.pk, "Урал", 1, Decimal("7.77"), 0, Decimal(0), 0, Decimal(0)),
    ]


def test_lines_without_a_listing_are_counted_apart(account):
    made = OrderFactory(account=account, placed_at=noon(DAY), lines=0)
    OrderLineFactory(order=made, listing=None, quantity=4, price=Decimal("5.00"))
    OrderLineFactory(order=made, position=1, listing=None, quantity=1, price=Decimal("1.00"))
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)

    assert [row[1:5] for row in fact_rows(account.company)] == [(None, "Урал", 5, Decimal("21.00"))]


def test_refreshing_twice_changes_nothing(account):
    order(account, ListingFactory(account=account))
    touch(account.company, DAY)
    refresh_facts(account.company, now=NOW)
    first = fact_rows(account.company)
    touch(account.company, DAY, DAY)

    refresh_facts(account.company, now=NOW)

    assert fact_rows(account.company) == first
    assert TouchedDay.objects.for_company(account.company).count() == 0


def test_only_touched_days_are_built(account):
    listing = ListingFactory(account=account)
    order(account, listing)
    order(account, listing, day=DAY + timedelta(days=1))
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)

    assert [row[0] for row in fact_rows(account.company)] == [DAY]


def test_a_day_without_orders_any_more_loses_its_facts(account):
    made = order(account, ListingFactory(account=account))
    touch(account.company, DAY)
    refresh_facts(account.company, now=NOW)
    made.delete()
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)

    assert fact_rows(account.company) == []


def test_the_day_is_cut_at_midnight_of_the_company(account):
    listing = ListingFactory(account=account)
    midnight = day_start(DAY, account.company.zone)
    for moment in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=23, minutes=59)):
        made = OrderFactory(
            account=account, placed_at=moment, placed_date=business_day(moment, account.company.zone), lines=0
        )
        OrderLineFactory(order=made, listing=listing)
    touch(account.company, DAY - timedelta(days=1), DAY)

    refresh_facts(account.company, now=NOW)

    assert [(row[0], row[3]) for row in fact_rows(account.company)] == [
        (DAY - timedelta(days=1), 1),
        (DAY, 2),
    ]


def test_another_company_is_left_alone(account, other_company):
    order(account, ListingFactory(account=account))
    touch(account.company, DAY)
    touch(other_company, DAY)

    refresh_facts(other_company, now=NOW)

    assert DailyFact.all_companies.count() == 0
    assert TouchedDay.objects.for_company(account.company).count() == 1


def test_many_touched_days_are_built_in_several_transactions(account):
    days = [TODAY - timedelta(days=offset) for offset in range(DAYS_AT_ONCE + 3)]
    touch(account.company, *days, *days)

    built = refresh_facts(account.company, now=NOW)

    assert built == DAYS_AT_ONCE + 3


def test_state_says_when(account):
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)
    refresh_facts(account.company, now=NOW + timedelta(hours=1))

    assert FactsState.objects.for_company(account.company).get().refreshed_at == NOW


def test_task_refreshes_every_touched_company(account, other_company):
    touch(account.company, DAY)
    touch(other_company, DAY)

    refresh_facts_of_touched_companies()

    assert FactsState.all_companies.count() == 2
    assert TouchedDay.all_companies.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_the_work_to_the_first(account):
    touch(account.company, DAY)
    with psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": None, "context": None}
    ) as busy:
        busy.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"facts:{account.company.pk}"])
        assert refresh_facts(account.company, now=NOW) == 0

    assert refresh_facts(account.company, now=NOW) == 1


def test_closing_stock_is_what_the_day_ended_with_over_all_warehouses(account):
    plaid = ListingFactory(account=account)
    khorugvino, kazan = WarehouseFactory(company=account.company), WarehouseFactory(company=account.company)
    end = day_start(TODAY, account.company.zone)
    interval(plaid, khorugvino, available=10, since=end - timedelta(days=9), until=end - timedelta(hours=3))
    interval(plaid, khorugvino, available=7, reserved=2, since=end - timedelta(hours=3), until=end)
    interval(plaid, khorugvino, available=99, since=end)
    interval(plaid, kazan, available=5, since=end - timedelta(days=2))
    touch(account.company, TODAY - timedelta(days=1), TODAY)

    refresh_facts(account.company, now=NOW)

    assert closing(account.company) == [
        (TODAY - timedelta(days=1), plaid.pk, 12, 2),
        (TODAY, plaid.pk, 104, 0),
    ]


def test_closing_stock_is_kept_by_cluster(account):
    plaid = ListingFactory(account=account)
    centre = ClusterFactory(company=account.company, name="Центр")
    near, other = (WarehouseFactory(company=account.company, cluster=centre) for _ in range(2))
    far = WarehouseFactory(company=account.company, cluster=None)
    for warehouse, units in ((near, 3), (other, 4), (far, 5)):
        interval(plaid, warehouse, available=units, since=NOW - timedelta(days=3))
    touch(account.company, TODAY)

    refresh_facts(account.company, now=NOW)

    rows = ClosingStock.objects.for_company(account.company).order_by("cluster")
    assert list(rows.values_list("cluster", "available")) == [("", 5), ("Центр", 7)]


def test_sold_out_closes_with_zero_not_with_nothing(account):
    plaid = ListingFactory(account=account)
    interval(plaid, WarehouseFactory(company=account.company), available=0, since=NOW - timedelta(days=3))
    touch(account.company, TODAY)

    refresh_facts(account.company, now=NOW)

    assert closing(account.company) == [(TODAY, plaid.pk, 0, 0)]


def test_days_without_a_worker_are_closed_from_the_history(account):
    plaid = ListingFactory(account=account)
    warehouse = WarehouseFactory(company=account.company)
    interval(plaid, warehouse, available=3, since=noon(DAY), until=noon(TODAY))
    interval(plaid, warehouse, available=1, since=noon(TODAY))
    ClosingStock.all_companies.create(
        company=account.company, listing=plaid, day=DAY, available=8, reserved=0
    )
    touch(account.company, TODAY)

    refresh_facts(account.company, now=NOW)

    assert [(day.day, available) for day, _, available, _ in closing(account.company)] == [
        (20, 3), (21, 3), (22, 3), (23, 3), (24, 1),
    ]  # fmt: skip


def test_orders_of_the_past_do_not_touch_closing_stock(account):
    plaid = ListingFactory(account=account)
    ClosingStock.all_companies.create(
        company=account.company, listing=plaid, day=TODAY, available=8, reserved=0
    )
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)

    assert closing(account.company) == [(TODAY, plaid.pk, 8, 0)]


def test_orders_are_counted_by_the_hour_of_the_company(account):
    midnight = day_start(DAY, account.company.zone)
    for minutes, trait in ((0, {}), (59, {"delivered": True}), (60, {"cancelled": True}), (23 * 60 + 59, {})):
        OrderFactory(
            account=account, placed_at=midnight + timedelta(minutes=minutes), placed_date=DAY, **trait
        )
    touch(account.company, DAY)

    refresh_facts(account.company, now=NOW)

    rows = HourlyOrders.objects.for_company(account.company).order_by("hour")
    assert list(rows.values_list("hour", "orders", "units", "amount", "delivered", "cancelled")) == [
        (0, 2, 2, Decimal("4980.00"), 1, 0),
        (1, 1, 1, Decimal("2490.00"), 0, 1),
        (23, 1, 1, Decimal("2490.00"), 0, 0),
    ]
