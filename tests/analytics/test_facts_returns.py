"""Facts of deliveries and returns: by event and by cohort, and the units of a month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from analytics.facts.levels import PLACE_RETURNS
from analytics.facts.returns import RETURNS, days_elsewhere
from analytics.models import DailyReturns, Deliveries, MonthlyUnits, PlaceDeliveries, PlaceReturns
from analytics.services import refresh_facts
from catalog.models import TouchedDay
from core.periods import MOSCOW
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from orders.models import Order
from returns.models import Reason, Return
from tests.factories.catalog import ListingFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db

PLACED, DELIVERED, BACK = date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 9)


def at(day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=MOSCOW)


def order(account, listing, *, quantity=3, **fields):
    made = OrderFactory(
        account=account, placed_at=at(PLACED), lines=0, units=quantity, cluster_to="Урал",
        **{"warehouse_name": "Казань", "status_at": at(DELIVERED), "status": "delivered", **fields},
    )  # fmt: skip
    OrderLineFactory(order=made, listing=listing, quantity=quantity, price=Decimal("100.00"))
    return made


def back(made, *, quantity=1, kind=ReturnKind.CLIENT_RETURN, status=ReturnStatus.IN_TRANSIT, **fields):
    line = made.lines.get()
    return Return.all_companies.create(
        company=made.company, account=made.account, marketplace=made.marketplace,
        external_id=f"{made.pk}-{Return.all_companies.count()}", kind=kind, status=status, status_at=at(BACK),
        registered_at=at(BACK), registered_date=BACK, placed_date=made.placed_date, order=made, line=line,
        listing=line.listing, quantity=quantity, amount=line.price * quantity, cluster_to=made.cluster_to,
        observed_at=timezone.now(), changed_at=timezone.now(), **fields,
    )  # fmt: skip


def refresh(company):
    for day in (PLACED, BACK):
        TouchedDay.all_companies.create(company=company, day=day)
    refresh_facts(company)


def months(company):
    rows = MonthlyUnits.objects.for_company(company).order_by("day")
    return [
        (one.day.month, one.ordered, one.cancelled, one.refused, one.refused_back, one.returned, one.returned_back)
        for one in rows
    ]  # fmt: skip


def test_a_delivery_is_counted_on_both_of_its_days(account):
    plaid = ListingFactory(account=account)
    order(account, plaid, delivered_at=at(DELIVERED, 1))

    refresh(account.company)

    rows = Deliveries.objects.for_company(account.company)
    assert list(rows.values_list("day", "delivered_day", "units", "amount")) == [(PLACED, DELIVERED, 3, 300)]
    places = PlaceDeliveries.objects.for_company(account.company)
    held = places.values_list("day", "delivered_day", "warehouse_name", "cluster_to", "units")
    assert list(held) == [(PLACED, DELIVERED, "Казань", "Урал", 3)]


def test_without_a_told_moment_the_status_dates_the_delivery(account):
    order(account, ListingFactory(account=account), delivered_at=None)
    order(account, ListingFactory(account=account), status="shipped")

    refresh(account.company)

    assert Deliveries.objects.for_company(account.company).get().delivered_day == DELIVERED


def test_a_return_is_counted_on_its_day_with_reason_and_cost(account):
    size = Reason.objects.create(code="too-small-here", group="size", name="Маломерит")
    back(
        order(account, ListingFactory(account=account)),
        reason=size,
        storage_cost=Decimal("7.50"),
        disposal_cost=Decimal("40"),
    )

    refresh(account.company)

    row = DailyReturns.objects.for_company(account.company).get()
    assert (row.day, row.placed_day, row.kind, row.reason) == (BACK, PLACED, "client_return", size)
    assert (row.units, row.amount, row.cost, row.warehouse_name) == (1, 100, Decimal("47.50"), "Казань")


@pytest.mark.parametrize("status", [ReturnStatus.CLAIMED, ReturnStatus.REJECTED])
def test_what_stays_with_the_buyer_is_no_return(account, status):
    back(order(account, ListingFactory(account=account)), status=status)

    refresh(account.company)

    assert not DailyReturns.objects.for_company(account.company).exists()


def test_a_month_holds_what_moved_in_it(account):
    plaid = ListingFactory(account=account)
    back(order(account, plaid), status=ReturnStatus.BACK_ON_SALE)
    back(order(account, plaid), quantity=2)
    refused = order(account, plaid, status="cancelled")
    back(refused, quantity=3, kind=ReturnKind.REFUSAL, status=ReturnStatus.BACK_ON_SALE)
    back(order(account, plaid), kind=ReturnKind.PARTIAL_REFUSAL, status=ReturnStatus.BACK_ON_SALE)

    refresh(account.company)

    assert months(account.company) == [(10, 12, 3, 0, 0, 0, 0), (11, 0, 0, 3, 3, 4, 2)]


def test_goods_that_leave_for_the_seller_without_an_order_are_removed(account):
    made = back(order(account, ListingFactory(account=account)), kind=ReturnKind.TECHNICAL)
    Return.all_companies.filter(pk=made.pk).update(order=None, line=None)

    refresh(account.company)

    month = MonthlyUnits.objects.for_company(account.company).get(day=date(2026, 11, 1))
    assert (month.removed, month.returned) == (1, 0)


def test_where_a_marketplace_never_tells_of_the_shelf_its_last_word_counts(account, monkeypatch):
    monkeypatch.setattr(
        "marketplaces.ozon.adapter.Adapter.resting_returns", frozenset({ReturnStatus.RECEIVED})
    )
    back(order(account, ListingFactory(account=account)), status=ReturnStatus.RECEIVED)

    refresh(account.company)

    assert MonthlyUnits.objects.for_company(account.company).get(day=date(2026, 11, 1)).returned_back == 1


def test_a_moved_return_moves_its_facts(account):
    made = back(order(account, ListingFactory(account=account)))
    refresh(account.company)
    other = BACK + timedelta(days=1)
    Return.all_companies.filter(pk=made.pk).update(registered_date=other)
    TouchedDay.all_companies.create(company=account.company, day=other)

    refresh(account.company)

    assert [row.day for row in DailyReturns.objects.for_company(account.company)] == [other]


def test_the_returns_of_an_order_that_names_its_warehouse_later_are_counted_there(account):
    plaid = ListingFactory(account=account)
    made, other = order(account, plaid, warehouse_name=""), order(account, plaid)
    back(made, quantity=2)
    back(other)
    refresh(account.company)
    assert by_warehouse(account.company) == {"": 2, "Казань": 1}

    Order.all_companies.filter(pk=made.pk).update(warehouse_name="Казань")
    TouchedDay.all_companies.create(company=account.company, day=PLACED)
    built = refresh_facts(account.company)

    assert (by_warehouse(account.company), built) == ({"Казань": 3}, 1)
    for table in (RETURNS, PLACE_RETURNS):
        assert table.differences(account.company, [PLACED, BACK]) == []


def test_days_of_returns_that_are_right_are_not_built_again(account):
    made = order(account, ListingFactory(account=account))
    back(made, status=ReturnStatus.CLAIMED)
    back(made)
    Return.all_companies.create(
        company=account.company, account=account, marketplace="ozon", external_id="alone", kind="client_return",
        status="received", status_at=at(BACK), registered_at=at(BACK), registered_date=BACK, placed_date=PLACED,
        observed_at=at(BACK), changed_at=at(BACK),
    )  # fmt: skip
    refresh(account.company)

    assert days_elsewhere(account.company, [PLACED, BACK]) == set()


def by_warehouse(company):
    """Units by warehouse, as the facts by day and the sums of a place by event have them alike."""
    of_days, of_places = (
        dict(rows.values_list("warehouse_name").annotate(Sum(column)).order_by())
        for rows, column in (
            (DailyReturns.objects.for_company(company), "units"),
            (
                PlaceReturns.objects.for_company(company).filter(span="day", basis="event", returned__gt=0),
                "returned",
            ),
        )
    )
    assert of_days == of_places
    return of_days
