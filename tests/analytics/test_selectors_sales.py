"""Sales out of tallies: totals that add up, honest comparison."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.choices import Basis, Period
from analytics.models import HourlyOrders, ReasonReturns
from analytics.selectors.sales import Totals, sales, stuck_after
from analytics.selectors.scope import UnknownAccount, scope_of
from analytics.selectors.windows import window_of
from marketplaces.contracts.orders import OrderStatus
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderTallyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # noon in Moscow
TODAY = date(2026, 11, 24)


def tally(account, *, age, status=OrderStatus.ACCEPTED, orders=1, units=None, amount="100.00"):
    OrderTallyFactory(
        account=account,
        day=TODAY - timedelta(days=age),
        status=status,
        orders=orders,
        units=units or orders,
        amount=Decimal(amount),
    )


def read(company, *, period=Period.WEEK, **narrow):
    return sales(scope_of(company, **narrow), window_of(period, now=NOW, zone=company.zone))


def test_days_and_statuses_add_up_to_the_total(account):
    tally(account, age=0, orders=3, units=5, amount="300.00")
    tally(account, age=0, status=OrderStatus.CANCELLED, orders=1, amount="50.00")
    tally(account, age=6, status=OrderStatus.DELIVERED, orders=2, amount="20.00")
    tally(account, age=7, orders=100, amount="9999.00")

    found = read(account.company)

    assert found.total == Totals(
        orders=6, units=8, amount=Decimal("370.00"),
        delivered=2, cancelled=1, delivered_units=2, cancelled_units=1,
    )  # fmt: skip
    assert sum((day for day in found.now if day), Totals()) == found.total
    assert sum(count.count for count in found.statuses) == found.total.orders
    assert sum(count.share for count in found.statuses) == 1
    assert found.today == Totals(orders=4, units=6, amount=Decimal("350.00"), cancelled=1, cancelled_units=1)


def test_marketplaces_are_summed_by_units_and_stand_side_by_side(account):
    other = AccountFactory(company=account.company, marketplace="wildberries")
    tally(account, age=0, orders=2, units=6, amount="600.00")
    tally(other, age=0, orders=3, units=3, amount="150.00")
    tally(other, age=1, status=OrderStatus.RETURNED, orders=1, units=1, amount="50.00")
    for one, units in ((account, 4), (other, 1)):
        ReasonReturns.all_companies.create(
            company=one.company,
            account=one,
            day=TODAY,
            basis=Basis.COHORT,
            returned=units,
        )

    found = read(account.company)

    assert found.is_mixed
    assert found.counted == found.total.units == 10
    assert {count.status: count.count for count in found.statuses if count.count} == {
        OrderStatus.ACCEPTED: 9,
        OrderStatus.RETURNED: 1,
    }
    assert [
        (one.marketplace, one.total.orders, one.total.units, one.share) for one in found.marketplaces
    ] == [
        ("ozon", 2, 6, Decimal("0.75")),
        ("wildberries", 4, 4, Decimal("0.25")),
    ]
    assert found.marketplaces[1].total.delivered_units == 1
    assert [one.total.returned_units for one in found.marketplaces] == [4, 1]
    assert found.total.returned_units == 5


def test_one_marketplace_alone_counts_its_orders(account):
    AccountFactory(company=account.company, marketplace="wildberries")
    tally(account, age=0, orders=2, units=6, amount="600.00")

    found = read(account.company, marketplace="ozon")

    assert (found.is_mixed, found.counted, found.marketplaces) == (False, 2, ())


def test_shares_and_averages_are_of_all_orders():
    totals = Totals(orders=8, units=9, amount=Decimal("100.00"), delivered=4, cancelled=2)

    assert totals.average == Decimal("12.5")
    assert totals.cancelled_share == Decimal("0.25")
    assert totals.delivered_share == Decimal("0.5")
    assert totals.on_the_way == 2


def test_without_orders_nothing_is_divided():
    assert (Totals().average, Totals().cancelled_share, Totals().delivered_share) == (None, None, None)


def test_the_day_that_today_is_compared_with_counts_up_to_the_same_hour(account):
    tally(account, age=30)
    tally(account, age=8, orders=2, amount="20.00")
    tally(account, age=7, orders=10, amount="1000.00")
    for hour, orders in ((0, 1), (11, 2), (12, 3), (23, 4)):
        HourlyOrders.all_companies.create(
            company=account.company, account=account, day=TODAY - timedelta(days=7), hour=hour,
            orders=orders, units=orders, amount=Decimal(orders), delivered=1, cancelled=0,
        )  # fmt: skip

    found = read(account.company)

    assert found.before[-1] == Totals(orders=3, units=3, amount=Decimal(3), delivered=2)
    assert found.total_before == Totals(orders=5, units=5, amount=Decimal(23), delivered=2)


def test_days_before_the_first_order_are_unknown_and_not_compared(account):
    tally(account, age=9)

    found = read(account.company)

    assert found.total_before is None
    assert found.known.first == TODAY - timedelta(days=9)
    assert [day is None for day in found.before] == [True, True, True, True, False, False, False]
    assert found.now == (Totals(),) * 7


def test_a_first_order_on_the_first_day_before_is_enough_to_compare(account):
    tally(account, age=13, orders=4)

    assert read(account.company).total_before == Totals(orders=4, units=4, amount=Decimal("100.00"))


def test_where_no_steps_are_told_an_accepted_order_has_the_time_of_all_of_them():
    assert stuck_after("ozon")[OrderStatus.ACCEPTED] == 2
    assert stuck_after("wildberries") == {OrderStatus.UNKNOWN: 2, OrderStatus.ACCEPTED: 14}


def test_unknown_status_is_shown_only_when_there_are_such_orders(account):
    tally(account, age=0, status=OrderStatus.UNKNOWN)

    assert read(account.company).statuses[0].status is OrderStatus.UNKNOWN


def test_scope_narrows_to_an_account(account):
    other = AccountFactory(company=account.company)
    tally(account, age=0, orders=1)
    tally(other, age=0, orders=10)

    assert read(account.company).total.orders == 11
    assert read(account.company, account=str(other.pk)).total.orders == 10
    assert read(account.company, marketplace="ozon").total.orders == 11


def test_scope_of_a_foreign_account_is_unknown(account, other_company):
    with pytest.raises(UnknownAccount):
        scope_of(other_company, account=str(account.pk))


def test_another_company_counts_nothing(account, other_company):
    tally(account, age=0)

    assert read(other_company).total == Totals()


def test_an_account_whose_orders_begin_later_is_not_taken_for_growth(account):
    other = AccountFactory(company=account.company)
    tally(account, age=30)
    tally(other, age=3)

    found = read(account.company)

    assert (found.total_before, found.known.whole) == (None, TODAY - timedelta(days=3))
    assert found.known.first == TODAY - timedelta(days=30)
    assert set(found.before) == {None}, "one account alone is no measure of two"
    assert None not in read(account.company, account=str(account.pk)).before
    assert read(account.company, account=str(account.pk)).total_before is not None
