"""The report on returns: two rates, refusals apart, reasons of the delivered, products, places, weeks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.choices import Comparison, ReturnsBy
from analytics.models import DailyReturns, Deliveries, ListingSales, PlaceDeliveries, RegionSales
from analytics.selectors.returning import return_level, with_main_reasons
from analytics.selectors.scope import ReportScope, shifted
from core.periods import Days
from returns.models import Reason
from tests.factories.catalog import ListingFactory
from tests.factories.facts import sum_up

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 28)
LAST_28 = Days(first=TODAY - timedelta(days=28), after=TODAY)
IN, EARLIER = TODAY - timedelta(days=10), TODAY - timedelta(days=35)


@pytest.fixture
def size():
    return Reason.objects.create(code="t-size", group="size", name="Не подошёл размер")


@pytest.fixture
def flaw():
    return Reason.objects.create(code="t-flaw", group="product", name="Брак")


def level(account, *, by=ReturnsBy.PRODUCT, days=LAST_28, compare=Comparison.PREVIOUS, **fields):
    sum_up(account.company)
    scope = ReportScope(
        company=account.company, accounts=(account,), days=days, before=shifted(days, compare),
        comparison=compare, today=TODAY, **fields,
    )  # fmt: skip
    return return_level(scope, by=by)


def delivered(listing, units, *, placed=IN, on=IN):
    owned = {"company": listing.company, "account": listing.account}
    sums = {"day": placed, "ordered_units": units, "delivered_units": units}
    ListingSales.all_companies.create(**owned, **sums, listing=listing)
    RegionSales.all_companies.create(**owned, **sums, cluster_to=f"of listing {listing.pk}")
    Deliveries.all_companies.create(**owned, listing=listing, day=placed, delivered_day=on, units=units)


def back(listing, units, *, on=IN, placed=IN, kind="client_return", **fields):
    DailyReturns.all_companies.create(
        company=listing.company, account=listing.account, listing=listing, day=on, placed_day=placed, kind=kind,
        units=units, amount=Decimal(100) * units, **fields,
    )  # fmt: skip


def test_the_two_rates_differ_by_what_the_days_mean(account):
    plaid = ListingFactory(account=account)
    delivered(plaid, 100)
    delivered(plaid, 50, placed=EARLIER, on=IN)
    back(plaid, 6)
    back(plaid, 9, placed=EARLIER)

    total = level(account).total

    assert (total.delivered, total.returned, total.event_rate) == (150, 15, Decimal("0.1"))
    assert (total.cohort_delivered, total.cohort_returned, total.cohort_rate) == (100, 6, Decimal("0.06"))


def test_refusals_and_technical_returns_are_apart(account):
    plaid = ListingFactory(account=account)
    delivered(plaid, 100)
    for kind, units in (("client_return", 4), ("refusal", 7), ("partial_refusal", 2), ("technical", 1)):
        back(plaid, units, kind=kind)
    back(plaid, 50, kind="cancellation")

    total = level(account).total

    assert (total.returned, total.refused, total.refused_in_part, total.all_refused) == (4, 7, 2, 9)
    assert (total.technical, total.amount, total.cohort_rate) == (1, 400, Decimal("0.04"))


def test_nothing_delivered_is_no_rate(account):
    back(ListingFactory(account=account), 1)

    found = level(account)

    assert (found.total.event_rate, found.total.cohort_rate, found.highest_rate) == (None, None, 0)


def test_a_reason_is_measured_against_everything_delivered(account, size, flaw):
    plaid, robe = ListingFactory.create_batch(2, account=account)
    delivered(plaid, 100)
    delivered(robe, 100)
    back(robe, 6, reason=size)
    back(plaid, 2, reason=flaw)
    back(plaid, 1)

    found = level(account, by=ReturnsBy.REASON)

    assert [(one.reason, one.units, one.share) for one in found.reasons] == [
        (size, 6, Decimal("0.03")), (flaw, 2, Decimal("0.01")), (None, 1, Decimal("0.005")),
    ]  # fmt: skip
    assert {row.reason: row.rate for row in found.rows} == {
        size: Decimal("0.03"), flaw: Decimal("0.01"), None: Decimal("0.005"),
    }  # fmt: skip


def test_a_product_names_its_main_reason_over_all_its_listings(account, size, flaw):
    first = ListingFactory(account=account)
    second = ListingFactory(account=account, product=first.product)
    for listing, units, reason in ((first, 2, flaw), (first, 2, size), (second, 1, size)):
        back(listing, units, reason=reason)
    delivered(first, 10)

    found = level(account)
    (row,) = with_main_reasons(found, found.rows)

    assert (row.product, row.main_reason, row.main_units) == (first.product, size, 3)
    assert (row.now.returned, row.sku) == (5, first.product.sku)


def test_categories_are_summed(account):
    for category, units in (("Халаты", 3), ("Халаты", 1), ("Пледы", 1)):
        listing = ListingFactory(account=account, category=category)
        delivered(listing, 10)
        back(listing, units)

    rows = {row.name: row.rate for row in level(account, by=ReturnsBy.CATEGORY).rows}

    assert rows == {"Халаты": Decimal("0.2"), "Пледы": Decimal("0.1")}


@pytest.mark.parametrize("by", [ReturnsBy.WAREHOUSE, ReturnsBy.CLUSTER])
def test_places_go_by_the_orders_of_the_days(account, by):
    for name, units in (("Казань", 40), ("Хоругвино", 60)):
        PlaceDeliveries.all_companies.create(
            company=account.company,
            account=account,
            day=IN,
            warehouse_name=name,
            cluster_to=name,
            units=units,
        )
    back(ListingFactory(account=account), 4, warehouse_name="Казань", cluster_to="Казань")

    rows = {row.name: row.rate for row in level(account, by=by).rows}

    assert rows == {"Казань": Decimal("0.1"), "Хоругвино": 0}
    assert level(account, by=by, category="Пледы").rows == ()


def test_weeks_are_of_the_order_and_ripen(account):
    plaid = ListingFactory(account=account)
    days = Days(first=date(2026, 9, 28), after=date(2026, 11, 16))
    delivered(plaid, 20, placed=date(2026, 9, 30))
    back(plaid, 1, placed=date(2026, 10, 4), on=IN)
    delivered(plaid, 20, placed=date(2026, 11, 10))

    found = level(account, days=days, compare=Comparison.NONE)

    assert [(week.first, week.rate, week.is_ripe) for week in found.weeks if week.delivered] == [
        (date(2026, 9, 28), Decimal("0.05"), True),
        (date(2026, 11, 9), 0, False),
    ]
    assert len(found.weeks) == 7
    assert found.weeks_before == ()
    assert not found.is_ripe


def test_the_days_compared_with_stand_beside(account):
    plaid = ListingFactory(account=account)
    for placed in (IN, EARLIER):
        delivered(plaid, 10, placed=placed, on=placed)
    back(plaid, 1, placed=EARLIER, on=EARLIER)

    (row,) = level(account).rows

    assert (row.rate, row.rate_before) == (0, Decimal("0.1"))


@pytest.mark.parametrize("by", ReturnsBy.values)
def test_the_page_and_the_file_of_every_breakdown(owner_client, account, size, by):
    listing = ListingFactory(account=account)
    delivered(listing, 10)
    back(listing, 1, reason=size, warehouse_name="Казань", cluster_to="Урал")
    sum_up(account.company)
    period = f"period_from={LAST_28.first}&period_to={LAST_28.last}&by={by}"

    page = owner_client.get(reverse("analytics:returns", args=[account.company.slug]) + f"?{period}")
    file = owner_client.get(
        reverse("analytics:returns-export", args=[account.company.slug, "csv"]) + f"?{period}"
    )

    assert page.status_code == 200
    assert not page.context["found"].warnings
    body = b"".join(file.streaming_content).decode("utf-8-sig")
    assert all(row.name in body for row in page.context["found"].rows)


def test_an_empty_company_and_a_wrong_word(owner_client, company):
    url = reverse("analytics:returns", args=[company.slug])

    assert owner_client.get(url).status_code == 200
    assert len(owner_client.get(f"{url}?by=moon").context["found"].warnings) == 1


def test_more_rows_ask_no_more_queries(owner_client, account, django_assert_max_num_queries):
    url = reverse("analytics:returns", args=[account.company.slug])
    url += f"?period_from={LAST_28.first}&period_to={LAST_28.last}"
    owner_client.get(url)
    counts = []
    for _more in range(2):
        for _row in range(2):
            listing = ListingFactory(account=account)
            delivered(listing, 10)
            back(listing, 1)
        sum_up(account.company)
        with django_assert_max_num_queries(28) as asked:
            owner_client.get(url)
        counts.append(len(asked))

    assert counts[0] == counts[1]
