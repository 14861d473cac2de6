"""The report on turnover: figures from facts, beside the marketplace's own; page and file alike."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.choices import Comparison
from analytics.formulas.turnover import Grade
from analytics.models import ClosingStock, ListingSales
from analytics.selectors.known import stock_known_since
from analytics.selectors.scope import ReportScope, shifted
from analytics.selectors.turnover import turnover
from core.periods import Days, business_day
from tests.factories.catalog import CostPriceFactory, ListingFactory, StockLevelFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderTallyFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 28)
LAST_28 = Days(first=TODAY - timedelta(days=28), after=TODAY)


def scope(account, *, days=LAST_28, **fields):
    sum_up(account.company)
    return ReportScope(
        company=account.company, accounts=(account,), days=days, before=shifted(days, Comparison.PREVIOUS),
        comparison=Comparison.PREVIOUS, today=TODAY, **fields,
    )  # fmt: skip


def sold(listing, day, units, *, cancelled=0):
    ListingSales.all_companies.create(
        company=listing.company, account=listing.account, listing=listing, day=day,
        ordered_units=units + cancelled, cancelled_units=cancelled, ordered_amount=100 * (units + cancelled),
    )  # fmt: skip


def closed(listing, day, available, *, reserved=0, cluster=""):
    ClosingStock.all_companies.create(
        company=listing.company, listing=listing, day=day, cluster=cluster, available=available, reserved=reserved
    )  # fmt: skip


def row_of(account, **fields):
    return turnover(scope(account, **fields)).rows[0]


def test_the_golden_turnover_of_45_days(account):
    listing = ListingFactory(account=account)
    days = Days(first=TODAY - timedelta(days=90), after=TODAY)
    for day in days:
        closed(listing, day, 200, reserved=50, cluster="Центр")
        closed(listing, day, 200, cluster="Урал")
        sold(listing, day, 10, cancelled=2)

    row = row_of(account, days=days)

    assert (row.turnover, row.now.units, row.now.average_stock) == (45, 900, 450)


def test_the_golden_cover_of_28_days_beside_theirs(account):
    listing = ListingFactory(account=account)
    StockLevelFactory(listing=listing, available=100, held=0, ads=Decimal("5.000"))
    StockLevelFactory(listing=listing, available=42, held=2, ads=Decimal("5.000"))
    for day in LAST_28:
        sold(listing, day, 5)

    row = row_of(account)

    assert (row.sellable, row.demand, row.cover, row.their_cover) == (140, 5, 28, 28)
    assert row.grade is Grade.POPULAR
    assert row.is_told_alike
    assert row.ends_on == TODAY + timedelta(days=28)


def test_days_without_stock_are_left_out_of_demand_and_counted_as_lost(account):
    listing = ListingFactory(account=account, price=Decimal("200.00"))
    StockLevelFactory(listing=listing, available=10, held=0, ads=Decimal("2.500"))
    for place, day in enumerate(LAST_28):
        closed(listing, day, 8 if place < 14 else 0)
        if place < 14:
            sold(listing, day, 5)

    row = row_of(account)

    assert (row.demand, row.plain_demand, row.availability) == (5, Decimal("2.5"), Decimal("0.5"))
    assert (row.lost_units, row.lost_amount) == (70, 14_000)
    assert (row.cover, row.their_cover, row.is_told_alike) == (2, 4, False)


def test_what_is_not_sold_has_no_days_and_is_all_surplus(account):
    listing = ListingFactory(account=account)
    StockLevelFactory(listing=listing, available=7, held=0, ads=None)
    CostPriceFactory(product=listing.product, valid_from=date(2026, 1, 1), cost=Decimal("120.00"))

    row = row_of(account)

    assert (row.cover, row.turnover, row.grade, row.surplus) == (None, None, Grade.DEAD, 7)
    assert (row.surplus_cost, row.stock_cost) == (840, row.cost * (7 + row.reserved))


def test_days_before_the_stock_was_known_do_not_stretch_turnover(account):
    listing = ListingFactory(account=account)
    for day in LAST_28:
        sold(listing, day, 4)
    for day in Days(first=TODAY - timedelta(days=2), after=TODAY):
        closed(listing, day, 40)

    row = row_of(account)

    assert (row.turnover, row.now.known_days) == (10, 2)


def test_the_cost_price_of_today_counts(account):
    listing = ListingFactory(account=account)
    StockLevelFactory(listing=listing, available=10, held=0)
    for valid_from, cost in ((date(2025, 1, 1), 90), (date(2026, 6, 1), 100), (date(2027, 1, 1), 500)):
        CostPriceFactory(product=listing.product, valid_from=valid_from, cost=Decimal(cost))

    assert row_of(account).cost == 100


def test_the_figures_over_all_rows_add_up(account):
    for units in (3, 6):
        listing = ListingFactory(account=account)
        for day in LAST_28:
            closed(listing, day, units * 10)
            sold(listing, day, units)

    found = turnover(scope(account))

    assert (found.turnover, found.known_days, found.without_cost) == (10, 28, 0)
    assert found.turnover_before is None


def test_goods_narrow_the_report(account):
    towel, plaid = ListingFactory(account=account, category="Полотенца"), ListingFactory(account=account)
    for listing in (towel, plaid):
        sold(listing, TODAY - timedelta(days=1), 1)

    assert [row.id for row in turnover(scope(account, category="Полотенца")).rows] == [towel.pk]
    assert [row.id for row in turnover(scope(account, product=plaid.product)).rows] == [plaid.pk]


@pytest.fixture
def shop(account):
    """Listings of several classes, sold until yesterday."""
    today = business_day(timezone.now())
    for available, units in ((140, 5), (10, 5), (0, 5), (9, 0)):
        listing = ListingFactory(account=account)
        StockLevelFactory(listing=listing, available=available, held=0)
        for age in range(1, 29 if units else 1):
            sold(listing, today - timedelta(days=age), units)
    sum_up(account.company)
    return account


def address(account, name="turnover", query="", **parts):
    return reverse(f"analytics:{name}", args=[account.company.slug, *parts.values()]) + query


def test_the_page_shows_what_ends_first_and_what_is_not_sold_last(owner_client, shop):
    response = owner_client.get(address(shop))

    assert response.status_code == 200
    assert [row.sellable for row in response.context["found"].rows] == [0, 10, 140, 9]
    assert [one.value for one in response.context["counters"]] == ["1", "1", "1", "1"]


def test_a_class_filters_and_a_wrong_one_is_told(owner_client, shop):
    scarce = owner_client.get(address(shop, query="?grade=scarce")).context["found"]
    wrong = owner_client.get(address(shop, query="?grade=sold&nonsense=1")).context["found"]

    assert [row.sellable for row in scarce.rows] == [10]
    assert len(wrong.rows) == 4
    assert len(wrong.warnings) == 2


def test_the_file_holds_the_rows_of_the_screen_in_their_order(owner_client, shop):
    page = owner_client.get(address(shop, query="?sort=-sellable"))
    file = owner_client.get(address(shop, "turnover-export", "?sort=-sellable", form="csv"))

    rows = list(csv.reader(b"".join(file.streaming_content).decode("utf-8-sig").splitlines(), delimiter=";"))
    head = next(place for place, row in enumerate(rows) if "Available" in " ".join(row) or len(row) > 5)
    column = next(
        place for place, name in enumerate(rows[head]) if name.startswith(("Available", "Доступно"))
    )
    assert [row[column] for row in rows[head + 1 :]] == [
        str(row.sellable) for row in page.context["found"].rows
    ]


def test_an_empty_company_sees_what_will_be_here(owner_client, company):
    assert owner_client.get(reverse("analytics:turnover", args=[company.slug])).status_code == 200


def test_more_rows_ask_no_more_queries(owner_client, account, django_assert_max_num_queries):
    owner_client.get(address(account))
    counts = []
    for _more in range(2):
        for _row in range(2):
            StockLevelFactory(listing=ListingFactory(account=account), available=3, held=0)
        with django_assert_max_num_queries(22) as asked:
            owner_client.get(address(account))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_days_before_the_account_was_known_are_not_days_in_stock(account):
    """The cabinet knows 90 days: 10 a day in stock on 60 of them, nothing on 30."""
    listing = ListingFactory(account=account, price=Decimal(100))
    for age in range(1, 91):
        closed(listing, TODAY - timedelta(days=age), 0 if age > 60 else 100)
        if age <= 60:
            sold(listing, TODAY - timedelta(days=age), 10)

    rows = [row_of(account, days=Days(first=TODAY - timedelta(days=days), after=TODAY)) for days in (90, 365)]

    assert [(row.lost_units, row.availability) for row in rows] == [(300, Decimal(60) / 90)] * 2


@pytest.mark.parametrize("day", [20, 7])
def test_an_account_is_known_since_its_first_order_or_its_first_stock(account, day):
    listing = ListingFactory(account=account)
    OrderTallyFactory(account=account, day=TODAY - timedelta(days=day))
    for age in range(1, 11):
        closed(listing, TODAY - timedelta(days=age), 5)
        sold(listing, TODAY - timedelta(days=age), 10)

    row = row_of(account)

    assert (row.days, row.recent_days) == (max(day, 10),) * 2
    assert row.demand == row.plain_demand == Decimal(100) / max(day, 10)


def test_a_new_listing_is_counted_since_its_first_stock(account):
    """Beside one that the account has long had: seven days in stock, one of them the last, without."""
    old, new = ListingFactory(account=account), ListingFactory(account=account, price=Decimal(100))
    for age in range(1, 61):
        closed(old, TODAY - timedelta(days=age), 5)
        sold(old, TODAY - timedelta(days=age), 1)
    for age in range(1, 9):
        closed(new, TODAY - timedelta(days=age), 0 if age == 1 else 50)
        sold(new, TODAY - timedelta(days=age), 0 if age == 1 else 6)

    kept, fresh = sorted(turnover(scope(account)).rows, key=lambda row: row.id)
    alone = turnover(replace(scope(account), product=new.product)).rows[0]

    assert (kept.counted_days, kept.is_new, kept.demand) == (28, False, 1)
    assert (fresh.counted_days, fresh.is_new, fresh.demand) == (8, True, 6)
    assert (fresh.recent_days, fresh.plain_demand) == (28, Decimal("1.5"))
    assert (fresh.lost_units, fresh.availability) == (6, Decimal(7) / 8)
    assert replace(alone, listing=fresh.listing) == fresh


def test_what_was_sold_before_its_stock_was_known_is_not_new(account):
    old, listing = ListingFactory(account=account), ListingFactory(account=account)
    for day in LAST_28:
        closed(old, day, 5)
    for age in range(1, 9):
        closed(listing, TODAY - timedelta(days=age), 50)
    sold(listing, LAST_28.first, 14)
    sold(listing, TODAY - timedelta(days=1), 14)

    row = next(row for row in turnover(scope(account)).rows if row.id == listing.pk)

    assert (row.is_new, row.counted_days, row.demand) == (False, 28, 1)


def test_accounts_are_known_each_since_its_own_day(account):
    other = AccountFactory(company=account.company)
    for one, days in ((account, 60), (other, 7)):
        listing = ListingFactory(account=one)
        for age in range(1, days + 1):
            closed(listing, TODAY - timedelta(days=age), 5)
            sold(listing, TODAY - timedelta(days=age), 2)

    asked = scope(account)
    rows = turnover(replace(asked, accounts=(account, other))).rows

    assert {row.listing.account: (row.recent_days, row.demand) for row in rows} == {
        account: (28, 2), other: (7, 2),
    }  # fmt: skip


def test_days_when_the_stock_of_some_account_was_not_known_are_no_measure(account):
    other = AccountFactory(company=account.company)
    for one, days in ((account, 60), (other, 20)):
        listing = ListingFactory(account=one)
        for age in range(1, days + 1):
            closed(listing, TODAY - timedelta(days=age), 5)
            sold(listing, TODAY - timedelta(days=age), 2)

    asked = scope(account)
    both = turnover(replace(asked, accounts=(account, other)))
    alone = turnover(replace(asked, accounts=(account,), is_narrowed=True))

    assert (both.turnover_before, {row.turnover_before for row in both.rows}) == (None, {None})
    assert alone.turnover_before == Decimal("2.5")


def test_of_days_before_the_account_was_known_nothing_is_said(account):
    closed(ListingFactory(account=account), TODAY - timedelta(days=5), 3)

    row = row_of(account, days=Days(first=TODAY - timedelta(days=40), after=TODAY - timedelta(days=30)))

    assert (row.days, row.lost_units, row.availability) == (0, 0, None)


def test_an_account_known_long_asks_nothing_of_its_stock(account, django_assert_num_queries):
    OrderTallyFactory(account=account, day=LAST_28.first)

    asked = scope(account)

    with django_assert_num_queries(1):
        assert stock_known_since(asked, before=LAST_28.first) == {account.pk: LAST_28.first}
