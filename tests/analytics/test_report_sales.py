"""The report of sales: what is summed, against what, by what, and what the page and the file show of it."""

from __future__ import annotations

import html
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from analytics.charts.tiles import nothing_before
from analytics.choices import Breakdown, Comparison, Grain
from analytics.facts.orders import BY_LISTING, BY_REGION
from analytics.models import DailyFact, DailyReturns
from analytics.selectors.buckets import buckets, grains_of
from analytics.selectors.dynamics import dynamics
from analytics.selectors.scope import report_scope, shifted
from core.periods import Days, business_day
from tests.factories.catalog import ListingFactory, ProductFactory
from tests.factories.companies import CompanyFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderTallyFactory

pytestmark = pytest.mark.django_db

# Who is asking: the session's trace (six), the member. The bar: the account's choice. The report: accounts, first day,
# facts and returns by day, orders, facts and returns by product (of the days and of those before), products, freshness.
# The bar: categories. The frame: accounts of the top bar, companies, open quarantine.
QUERIES = 24


@pytest.fixture
def today():
    return business_day(timezone.now())


def fact(listing, day, units=1, amount="100.00", **fields):
    planted(listing, day, units, amount, **fields).save()
    built(listing.company, [day])


def planted(listing, day, units, amount, **fields):
    return DailyFact(
        company=listing.company, account=listing.account, listing=listing, day=day,
        ordered_units=units, ordered_amount=Decimal(amount), **fields,
    )  # fmt: skip


def built(company, days):
    """What is summed from the facts of the days."""
    for table in (BY_LISTING, BY_REGION):
        table.build(company, days)
    sum_up(company)


def came_back(listing, placed_day, units=1, kind="client_return", **fields):
    DailyReturns.all_companies.create(
        company=listing.company, account=listing.account, listing=listing, day=placed_day + timedelta(days=9),
        placed_day=placed_day, kind=kind, units=units, **fields,
    )  # fmt: skip
    sum_up(listing.company)


def scope_of(company, first, after, **asked):
    usual = {"period": Days(first=first, after=after), "compare": "", "marketplace": "", "account": ""}
    return report_scope(
        company, usual | {"category": "", "product": ""} | asked, today=business_day(timezone.now())
    )


def page(client, company, query=""):
    return client.get(reverse("analytics:sales", args=[company.slug]) + query)


def links_of(response, word):
    """The small links that say the word."""
    found = re.findall(rf'<a class="small" href="([^"]*)"[^>]*>{word}</a>', response.content.decode())
    return [html.unescape(url) for url in found]


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("\xa0", " "))


# ---- the days ----


def test_the_period_before_is_as_long_and_a_year_before_has_the_same_dates():
    days = Days(first=date(2026, 3, 1), after=date(2026, 4, 1))

    assert shifted(days, Comparison.PREVIOUS) == Days(first=date(2026, 1, 29), after=date(2026, 3, 1))
    assert shifted(days, Comparison.YEAR) == Days(first=date(2025, 3, 1), after=date(2025, 4, 1))
    assert shifted(days, Comparison.NONE) is None


def test_the_29th_of_february_is_compared_with_the_end_of_that_february():
    leap = Days(first=date(2028, 2, 1), after=date(2028, 2, 29))
    assert shifted(leap, Comparison.YEAR) == Days(first=date(2027, 2, 1), after=date(2027, 3, 1))
    day = Days(first=date(2028, 2, 29), after=date(2028, 3, 1))
    assert len(shifted(day, Comparison.YEAR)) == 0


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ((2025, 2, 28), (2025, 2, 28), ((2024, 2, 28), (2024, 2, 28))),
        ((2025, 1, 1), (2025, 2, 28), ((2024, 1, 1), (2024, 2, 28))),
        ((2028, 2, 1), (2028, 2, 29), ((2027, 2, 1), (2027, 2, 28))),
        ((2025, 3, 1), (2025, 3, 31), ((2024, 3, 1), (2024, 3, 31))),
    ],
)
def test_a_leap_day_of_the_year_before_is_not_added(first, last, before):
    days = Days(first=date(*first), after=date(*last) + timedelta(days=1))

    assert shifted(days, Comparison.YEAR) == Days(
        first=date(*before[0]), after=date(*before[1]) + timedelta(days=1)
    )


@pytest.mark.parametrize(
    ("days", "grains"),
    [(5, [Grain.DAY]), (28, [Grain.DAY, Grain.WEEK]), (90, [Grain.DAY, Grain.WEEK, Grain.MONTH]),
     (365, [Grain.WEEK, Grain.MONTH]), (900, [Grain.MONTH])],
)  # fmt: skip
def test_longer_periods_are_cut_into_longer_pieces(days, grains):
    first = date(2024, 1, 1)
    assert list(grains_of(Days(first=first, after=first + timedelta(days=days)))) == grains


def test_pieces_cover_the_period_and_the_days_compared_with(company):
    first, after = date(2026, 8, 5), date(2026, 11, 3)
    for compare in ("previous", "year"):
        scope = scope_of(company, first, after, compare=compare)
        for grain in Grain:
            pieces = buckets(scope, grain)
            assert [day for one in pieces for day in one.days] == list(scope.days)
            assert [day for one in pieces for day in one.before] == list(scope.before)
    months = buckets(scope, Grain.MONTH)
    assert [one.days.first for one in months] == [
        date(2026, 8, 5),
        date(2026, 9, 1),
        date(2026, 10, 1),
        date(2026, 11, 1),
    ]


# ---- the sums ----


def test_sums_by_day_and_by_product_are_of_the_same_facts(account, today):
    plaid, towel = ListingFactory(account=account), ListingFactory(account=account)
    for age, units in ((1, 3), (2, 5), (29, 7), (60, 100)):
        fact(plaid, today - timedelta(days=age), units, f"{units * 10}.50", delivered_units=1)
    OrderTallyFactory(account=account, day=today - timedelta(days=2))
    fact(towel, today - timedelta(days=2), 2, "19.99", cancelled_units=1, cluster_to="Урал")
    came_back(plaid, today - timedelta(days=2))
    came_back(plaid, today - timedelta(days=2), kind="refusal", units=50)
    scope = scope_of(account.company, today - timedelta(days=28), today)

    found = dynamics(scope, grain=Grain.DAY, by=Breakdown.PRODUCT)

    assert (found.total.ordered_units, found.total.ordered_amount) == (10, Decimal("100.99"))
    assert [one.now is not None for one in found.series] == [False] * 26 + [True] * 2
    assert (found.total.delivered_units, found.total.cancelled_units, found.total.returned_units) == (2, 1, 1)
    assert sum(one.now.ordered_units for one in found.series if one.now) == 10
    rows = {row.product: row for row in found.rows}
    assert rows[plaid.product].now.ordered_amount == Decimal("81.00")
    assert rows[towel.product].now.average_price == Decimal("10.00")
    assert (rows[plaid.product].now.returned_units, rows[plaid.product].letter) == (1, "A")
    # 1 bought of 2 delivered, 1 returned: 1 ÷ (1 + 0 + 1).
    assert (rows[plaid.product].buyout, rows[plaid.product].on_the_way) == (Decimal("50.0"), Decimal("75.0"))
    assert rows[towel.product].buyout == Decimal("0.0")


def test_the_days_before_are_compared_only_when_they_are_wholly_known(account, today):
    plaid = ListingFactory(account=account)
    fact(plaid, today - timedelta(days=1), 4, "400.00")
    fact(plaid, today - timedelta(days=30), 2, "100.00")
    OrderTallyFactory(account=account, day=today - timedelta(days=30))
    scope = scope_of(account.company, today - timedelta(days=28), today)

    young = dynamics(scope, grain=Grain.DAY, by=Breakdown.PRODUCT)
    OrderTallyFactory(account=account, day=today - timedelta(days=56), orders=5)
    old = dynamics(scope, grain=Grain.DAY, by=Breakdown.PRODUCT)

    assert (young.total_before, young.rows[0].before, young.orders_before) == (None, None, None)
    assert old.total_before.ordered_units == 2
    assert old.rows[0].change == Decimal("300.0")
    assert (old.orders, old.orders_before) == (0, 6)


def test_scope_narrows_to_account_marketplace_category_and_product(company, today):
    ozon = AccountFactory(company=company)
    wb = AccountFactory(company=company, marketplace="wildberries")
    day = today - timedelta(days=1)
    plaid = ListingFactory(account=ozon, category="Пледы")
    fact(plaid, day, 1)
    fact(ListingFactory(account=ozon, category="Халаты"), day, 10)
    fact(ListingFactory(account=wb, category="Пледы", product=plaid.product), day, 100)

    def rows(by, **asked):
        return dynamics(scope_of(company, day, today, **asked), grain=Grain.DAY, by=by).rows

    def units(**asked):
        scope = scope_of(company, day, today, **asked)
        found = dynamics(scope, grain=Grain.DAY, by=Breakdown.PRODUCT)
        assert sum(row.now.ordered_units for row in found.rows) == found.total.ordered_units
        return found.total.ordered_units

    assert units() == 111
    assert units(account=str(ozon.pk)) == 11
    assert units(marketplace="wildberries") == 100
    assert units(category="Пледы") == 101
    assert units(product=str(plaid.product_id)) == 101
    assert units(product=str(plaid.product_id), marketplace="ozon") == 1
    assert units(account=str(ozon.pk), marketplace="wildberries") == 0
    for by in Breakdown:
        assert sum(row.now.ordered_units for row in rows(by, category="Пледы")) == 101


def test_orders_are_counted_on_one_marketplace_only(company, today):
    ozon = AccountFactory(company=company)
    wb = AccountFactory(company=company, marketplace="wildberries")
    day = today - timedelta(days=1)
    for account, orders in ((ozon, 3), (wb, 5)):
        OrderTallyFactory(account=account, day=day, orders=orders)
    listing = ListingFactory(account=ozon, category="Пледы")

    def orders(**asked):
        return dynamics(scope_of(company, day, today, **asked), grain=Grain.DAY, by=Breakdown.REGION).orders

    assert orders() is None
    assert orders(marketplace="ozon") == 3
    assert orders(marketplace="ozon", category=listing.category) is None


def test_by_category_and_region_what_is_not_told_has_a_row(account, today):
    day = today - timedelta(days=1)
    fact(ListingFactory(account=account, category=""), day, 2, cluster_to="")
    DailyFact.all_companies.create(
        company=account.company, account=account, listing=None, day=day, ordered_units=3, cluster_to="Урал"
    )
    for table in (BY_LISTING, BY_REGION):
        table.build(account.company, [day])
    scope = scope_of(account.company, day, today)

    def units(by):
        return {row.key: row.now.ordered_units for row in dynamics(scope, grain=Grain.DAY, by=by).rows}

    assert units(Breakdown.CATEGORY) == {"": 5}
    assert units(Breakdown.REGION) == {"": 2, "Урал": 3}
    assert sorted(units(Breakdown.PRODUCT).values()) == [2, 3]


# ---- the page ----


@pytest.fixture
def shop(account, today):
    """Two products sold every day for 60 days."""
    StreamStateFactory(account=account, stream="orders", data_as_of=timezone.now())
    days = [today - timedelta(days=age) for age in range(60)]
    for number in (1, 2):
        listing = ListingFactory(account=account, category="Пледы", product__name=f"Плед {number}")
        DailyFact.all_companies.bulk_create(
            [planted(listing, day, number, f"{number * 100}.00", cluster_to="Урал") for day in days]
        )
    for day in days:
        OrderTallyFactory(account=account, day=day, orders=2)
    built(account.company, days)
    return account


@pytest.mark.parametrize(
    "by", ["", "?by=category", "?by=region", "?grain=week&measure=orders", "?compare=year"]
)
def test_the_page_shows_the_report(owner_client, shop, by):
    found = page(owner_client, shop.company, by)

    assert found.status_code == 200
    assert found.context["report"].total.ordered_units == 28 * 3
    assert ("Плед 2" in text_of(found)) is (by not in ("?by=category", "?by=region"))


def test_a_region_leads_to_its_orders_of_the_account(owner_client, shop):
    found = page(owner_client, shop.company, f"?by=region&account={shop.pk}&marketplace={shop.marketplace}")

    (query,) = re.findall(r'href="[^"?]*/orders/\?(cluster_to=[^"]*)"', found.content.decode())
    asked = parse_qs(html.unescape(query))
    assert (asked["account"], asked["marketplace"]) == ([str(shop.pk)], [shop.marketplace])
    assert not owner_client.get(f"/{shop.company.slug}/orders/", asked).context["found"].warnings


def test_a_year_without_comparison_is_shown_by_month_unless_told(owner_client, shop):
    found = page(owner_client, shop.company, "?period=365d&compare=none")

    report = found.context["report"]
    assert (report.grain, report.total_before, report.total.ordered_units) == (Grain.MONTH, None, 59 * 3)
    assert page(owner_client, shop.company, "?period=365d&grain=week").context["report"].grain is Grain.WEEK


def test_an_open_day_is_said_and_drawn_as_unripe(owner_client, shop, today):
    first = (today - timedelta(days=3)).isoformat()

    found = page(owner_client, shop.company, f"?period_from={first}&period_to=2099-01-01")

    assert (found.context["scope"].is_open, found.context["line"].unripe_from) == (True, 3)
    assert found.context["report"].total.ordered_units == 4 * 3


def test_rows_are_ordered_and_paged_by_the_address(owner_client, shop, today):
    product = ProductFactory(company=shop.company)
    for _number in range(60):
        fact(ListingFactory(account=shop), today - timedelta(days=1), 1, "1.00")
    assert product

    first = page(owner_client, shop.company, "?sort=units").context["found"]
    second = page(owner_client, shop.company, "?sort=units&after=50").context["found"]

    assert (len(first.rows), len(second.rows)) == (50, 12)
    assert second.rows[-1].now.ordered_units == 56
    assert first.older_url == "?sort=units&after=50"
    assert second.newer_url == "?sort=units"


@pytest.mark.parametrize(
    ("query", "said"),
    [("?colour=red", "colour"), ("?by=colour", "by"), ("?grain=century", "grain"), ("?sort=colour", "colour"),
     ("?after=x", "")],
)  # fmt: skip
def test_what_the_address_cannot_mean_is_said(owner_client, shop, query, said):
    found = page(owner_client, shop.company, query)

    (warning,) = found.context["found"].warnings
    assert said in warning
    assert found.context["report"].total.ordered_units == 28 * 3


@pytest.mark.parametrize(
    "query",
    ["?period=soon", "?compare=moon", "?marketplace=moon", "?account=x", "?category=moon", "?product=0",
     "?period_from=2026-02-02&period_to=2026-02-01", "?period_from=2001-01-01", "?period_from=2099-01-01",
     "?category=%00", "?product=" + "9" * 30],
)  # fmt: skip
def test_a_filter_that_is_not_understood_shows_nothing_and_says_so(owner_client, shop, query):
    found = page(owner_client, shop.company, query)

    assert found.status_code == 200
    assert found.context["found"].errors
    assert found.context["scope"] is None
    assert "Плед 2" not in text_of(found)
    address = reverse("analytics:sales-export", args=[shop.company.slug, "csv"])
    assert owner_client.get(address + query).status_code == 400


def test_the_file_has_the_rows_of_the_page_in_their_order(owner_client, shop):
    query = "?sort=name&period=7d"
    rows = page(owner_client, shop.company, query).context["found"].rows

    answer = owner_client.get(reverse("analytics:sales-export", args=[shop.company.slug, "csv"]) + query)

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    cells = [line.split(";") for line in lines]
    assert [line[0] for line in cells[1:]] == [row.name for row in rows]
    assert [line[2] for line in cells[1:]] == [str(row.now.ordered_units) for row in rows] == ["7", "14"]
    assert [line[3] for line in cells[1:]] == ["700,00", "1400,00"]


@pytest.mark.parametrize("name", ["sales", "processing"])
def test_the_workbook_says_what_it_is_of(owner_client, shop, name):
    address = reverse(f"analytics:{name}-export", args=[shop.company.slug, "xlsx"])

    answer = owner_client.get(f"{address}?period=7d&marketplace=ozon&compare=none")

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    about = {row[0]: row[1] for row in book.get_sheet_by_index(1).to_python()}
    assert shop.company.name in about.values()
    assert "Ozon" in about.values()
    assert len(book.get_sheet_by_index(0).to_python()) > (name == "sales")


def test_a_company_without_orders_is_told_what_comes(owner_client, account):
    found = page(owner_client, account.company)

    assert found.status_code == 200
    assert found.context["report"].rows == ()


def test_foreign_products_and_accounts_are_unknown(owner_client, company, account):
    foreign = ListingFactory(account=AccountFactory(company=CompanyFactory()))

    for query in (f"?product={foreign.product_id}", f"?account={foreign.account_id}"):
        assert page(owner_client, company, query).context["found"].errors


def test_the_section_begins_with_sales_and_keeps_what_was_asked(owner_client, company):
    found = owner_client.get(reverse("analytics:reports", args=[company.slug]) + "?period=7d")

    assert found.url == reverse("analytics:sales", args=[company.slug]) + "?period=7d"


@pytest.mark.parametrize("products", [1, 3])
def test_cost_does_not_grow(owner_client, shop, today, products, django_assert_num_queries):
    for _number in range(products):
        more = AccountFactory(company=shop.company)
        StreamStateFactory(account=more, stream="orders", data_as_of=timezone.now())
        fact(ListingFactory(account=more), today - timedelta(days=1))
    query = f"?account={shop.pk}"
    page(owner_client, shop.company, query)

    with django_assert_num_queries(QUERIES):
        assert page(owner_client, shop.company, query).status_code == 200


def test_an_account_whose_history_is_shorter_makes_no_growth(company, today):
    rows, days = [], [today - timedelta(days=age) for age in range(1, 61)]
    accounts = AccountFactory.create_batch(3, company=company)
    for account, known in zip(accounts, (60, 30, 0), strict=True):
        listing = ListingFactory(account=account)
        for day in days[:known]:
            rows.append(planted(listing, day, 1, "100"))
            OrderTallyFactory(account=account, day=day)
    DailyFact.all_companies.bulk_create(rows)
    built(company, days)

    def read(**asked):
        scope = scope_of(company, today - timedelta(days=30), today, **asked)
        return dynamics(scope, grain=Grain.DAY, by=Breakdown.PRODUCT)

    both, old, young = read(), read(account=str(accounts[0].pk)), read(account=str(accounts[1].pk))

    assert (both.total_before, both.total_change, both.rows[0].before) == (None, None, None)
    assert (both.known.first, both.known.whole) == (days[-1], days[29])
    assert nothing_before(both)
    assert (old.total_change, nothing_before(old)) == (0, "")
    assert young.total_before is None


def test_what_has_no_category_leads_nowhere(owner_client, account, today):
    for category in ("", "Пледы"):
        fact(ListingFactory(account=account, category=category), today - timedelta(days=3))

    found = page(owner_client, account.company, "?by=category")

    (url,) = links_of(found, "Товары")
    assert url == "?category=%D0%9F%D0%BB%D0%B5%D0%B4%D1%8B"
    assert not page(owner_client, account.company, url).context["found"].errors


def test_a_region_of_a_category_leads_to_no_list_that_knows_none(owner_client, account, today):
    for category in ("Пледы", "Халаты"):
        fact(ListingFactory(account=account, category=category), today - timedelta(days=3), cluster_to="Урал")

    assert len(links_of(page(owner_client, account.company, "?by=region"), "Заказы")) == 1
    narrowed = page(owner_client, account.company, "?by=region&category=Пледы")
    assert narrowed.context["found"].rows[0].now.ordered_units == 1
    assert links_of(narrowed, "Заказы") == []


def test_the_age_of_the_data_is_that_of_the_accounts_in_scope(owner_client, company):
    now = timezone.now()
    for marketplace, hours in (("ozon", 1), ("ozon", 2), ("wildberries", 500)):
        account = AccountFactory(company=company, marketplace=marketplace)
        StreamStateFactory(account=account, stream="orders", data_as_of=now - timedelta(hours=hours))

    ages = {
        query: now - page(owner_client, company, query).context["fresh"].at
        for query in ("", "?marketplace=ozon", f"?account={account.pk}", "?period=nonsense")
    }

    assert [age / timedelta(hours=1) for age in ages.values()] == [500, 2, 500, 500]


@pytest.mark.parametrize("page", ["", "analytics/sales/", "analytics/turnover/", "analytics/returns/"])
def test_money_of_another_currency_is_named(owner_client, account, page):
    foreign = AccountFactory(company=account.company, title="Алматы")
    ListingFactory(account=account)
    address = f"/lavka/{page}"

    before = owner_client.get(address).context["other_money"]
    ListingFactory(account=foreign, currency="KZT")
    told = owner_client.get(address)

    assert (before, told.context["other_money"]) == ((), ("Алматы (KZT)",))
    assert "Алматы (KZT) не в рублях" in told.text
    assert owner_client.get(f"{address}?account={account.pk}").context["other_money"] == ()
