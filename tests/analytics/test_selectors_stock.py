"""What runs out first, in which order, and what is said of the rest."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.choices import Comparison
from analytics.models import ListingSales
from analytics.selectors.scope import ReportScope, scope_of
from analytics.selectors.stock import forecast, stock_outs
from analytics.selectors.turnover import turnover
from core.periods import Days
from tests.factories.catalog import ListingFactory, StockLevelFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


LAST_28 = Days(first=TODAY - timedelta(days=28), after=TODAY)


def sells(listing, units):
    """So many units on each of the last 28 days."""
    ListingSales.all_companies.bulk_create(
        ListingSales(
            company=listing.company, account=listing.account, listing=listing, day=day, ordered_units=units,
            ordered_amount=units,
        )
        for day in LAST_28
    )  # fmt: skip
    sum_up(listing.company)


def level(account, *, available, a_day, price="100.00", **fields):
    listing = ListingFactory(account=account, price=price and Decimal(price))
    sells(listing, a_day)
    return StockLevelFactory(listing=listing, available=available, ads=None, **fields)


def read(account, *, scope=None, **options):
    scope = scope or scope_of(account.company)
    about = ReportScope(
        company=scope.company, accounts=scope.accounts, is_narrowed=scope.is_narrowed, days=LAST_28, before=None,
        comparison=Comparison.NONE, today=TODAY,
    )  # fmt: skip
    return stock_outs(scope, forecast(turnover(about).rows, **options), today=TODAY)


def test_soonest_first_then_more_money_a_day(account):
    later = level(account, available=20, a_day=1)
    cheap = level(account, available=5, a_day=1, price="10.00")
    dear = level(account, available=10, a_day=2, price="500.00")
    unpriced = level(account, available=5, a_day=1, price=None)

    found = read(account)

    assert [row.listing.pk for row in found.soonest] == [
        dear.listing_id,
        cheap.listing_id,
        unpriced.listing_id,
        later.listing_id,
    ]
    assert [row.money_a_day for row in found.soonest] == [Decimal(1000), Decimal(10), None, Decimal(100)]


def test_less_than_a_day_apart_money_decides(account):
    cheap = level(account, available=21, a_day=10, price="10.00")
    dear = level(account, available=29, a_day=10, price="500.00")

    assert [row.listing.pk for row in read(account).soonest] == [dear.listing_id, cheap.listing_id]


def test_warehouses_of_a_listing_are_added_up_and_its_sales_are_not(account):
    listing = ListingFactory(account=account, price=Decimal("100.00"))
    for available, held in ((8, 0), (4, 0), (2, 5), (0, 0)):
        StockLevelFactory(listing=listing, available=available, held=held)
    sells(listing, 3)

    (row,) = read(account).soonest

    assert (row.sellable, row.demand, row.days, row.money_a_day) == (12, Decimal(3), Decimal(4), Decimal(300))
    assert (row.places, row.empty_places) == (4, 2)


def test_what_new_orders_hold_is_not_counted_as_left(account):
    level(account, available=10, held=4, a_day=2)

    (row,) = read(account).soonest

    assert (row.sellable, row.days, row.ends_on) == (6, Decimal(3), TODAY + timedelta(days=3))


def test_no_sales_and_nothing_left_are_counted_apart(account):
    level(account, available=10, a_day=0)
    level(account, available=10, a_day=0)
    level(account, available=0, a_day=0)
    level(account, available=0, a_day=3, price="7.00")
    level(account, available=2, held=2, a_day=1, price="9.00")

    found = read(account)

    assert found.soonest == ()
    assert (found.listings, found.ended, found.unsold) == (5, 2, 2)
    assert found.ended_money_a_day == Decimal(30)


def test_the_oldest_reading_dates_the_block(account):
    now = timezone.now()
    for age in (5, 50):
        StockLevelFactory(listing=ListingFactory(account=account, stock_as_of=now - timedelta(minutes=age)))

    assert read(account).as_of == now - timedelta(minutes=50)


def test_limit_and_scope(account):
    for _ in range(3):
        level(account, available=1, a_day=1)
    other = AccountFactory(company=account.company)
    mine = level(other, available=100, a_day=1)

    found = read(account, scope=scope_of(account.company, account=str(other.pk)))

    assert [row.listing.pk for row in found.soonest] == [mine.listing_id]
    assert len(read(account, limit=2).soonest) == 2


def test_another_company_sees_nothing(account, other_company):
    level(account, available=1, a_day=1)

    assert read(account, scope=scope_of(other_company)).listings == 0
