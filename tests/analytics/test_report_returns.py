"""The report on returns: two rates, refusals apart, reasons of the delivered, products, places, weeks."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.charts import returning as charts
from analytics.choices import Comparison, ReturnsBy
from analytics.models import DailyReturns, Deliveries, ListingSales, PlaceDeliveries, RegionSales
from analytics.selectors.returning import return_level, with_main_reasons
from analytics.selectors.scope import ReportScope, shifted
from core.periods import MOSCOW, Days
from returns.models import Reason
from tests.factories.catalog import ListingFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderFactory, OrderTallyFactory
from tests.factories.returns import ReturnFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 28)
LAST_28 = Days(first=TODAY - timedelta(days=28), after=TODAY)
IN, EARLIER = TODAY - timedelta(days=10), TODAY - timedelta(days=35)
LONG_AGO = TODAY - timedelta(days=56)


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


def known(account, *, since=LONG_AGO):
    """Orders of the account are known since a day: before all days compared with, unless told."""
    OrderTallyFactory(account=account, day=since)


def asked_of(company, name, query, *args):
    period = f"period_from={LAST_28.first}&period_to={LAST_28.last}"
    return f"{reverse(name, args=[company.slug, *args])}?{period}&{query}"


def file_of(client, company, query):
    answer = client.get(asked_of(company, "analytics:returns-export", query, "csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def links_of(answer, word):
    """The addresses of the links that say the word."""
    found = re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>{word}</a>', answer.content.decode())
    return [html.unescape(url) for url in found]


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


@pytest.mark.parametrize("by", [ReturnsBy.PRODUCT, ReturnsBy.CATEGORY])
def test_what_the_catalog_does_not_know_names_its_main_reason_too(account, size, flaw, by):
    known = ListingFactory(account=account, category="Халаты")
    loose = ListingFactory(account=account, category="")
    back(known, 5, reason=flaw)
    back(loose, 3, reason=flaw)
    back(loose, 2, reason=size)
    DailyReturns.all_companies.create(
        company=account.company, account=account, listing=None, day=IN, placed_day=IN, kind="client_return", units=2,
        reason=size,
    )  # fmt: skip

    rows = with_main_reasons(found := level(account, by=by), found.rows)
    (of_category,) = with_main_reasons(found := level(account, by=by, category="Халаты"), found.rows)

    assert {row.name: (row.main_reason, row.main_units) for row in rows} == {
        ReturnsBy.PRODUCT: {
            known.product.name: (flaw, 5), loose.product.name: (flaw, 3), "Нет в каталоге": (size, 2),
        },
        ReturnsBy.CATEGORY: {"Халаты": (flaw, 5), "Без категории": (size, 4)},
    }[by]  # fmt: skip
    assert (of_category.main_reason, of_category.main_units) == (flaw, 5)


def test_categories_are_summed(account):
    for category, units in (("Халаты", 3), ("Халаты", 1), ("Пледы", 1)):
        listing = ListingFactory(account=account, category=category)
        delivered(listing, 10)
        back(listing, units)

    rows = {row.name: row.rate for row in level(account, by=ReturnsBy.CATEGORY).rows}

    assert rows == {"Халаты": Decimal("0.2"), "Пледы": Decimal("0.1")}


PLACES = pytest.mark.parametrize("by", [ReturnsBy.WAREHOUSE, ReturnsBy.CLUSTER])


def delivered_at(account, name, units, *, placed=IN, on=IN):
    PlaceDeliveries.all_companies.create(
        company=account.company, account=account, day=placed, delivered_day=on, warehouse_name=name, cluster_to=name,
        units=units,
    )  # fmt: skip


@PLACES
def test_the_two_rates_of_a_place_differ_by_what_the_days_mean(account, by):
    plaid, kazan = ListingFactory(account=account), {"warehouse_name": "Казань", "cluster_to": "Казань"}
    known(account)
    delivered_at(account, "Казань", 40)
    delivered_at(account, "Казань", 10, placed=EARLIER)
    delivered_at(account, "Хоругвино", 60)
    back(plaid, 4, **kazan)
    back(plaid, 1, placed=EARLIER, **kazan)

    rows = {row.name: row for row in level(account, by=by).rows}

    kazan_now, other = rows["Казань"].now, rows["Хоругвино"].now
    assert (kazan_now.cohort_delivered, kazan_now.cohort_returned, kazan_now.cohort_rate) == (
        40,
        4,
        Decimal("0.1"),
    )
    assert (kazan_now.delivered, kazan_now.returned, kazan_now.event_rate) == (50, 5, Decimal("0.1"))
    assert (other.cohort_rate, other.event_rate, other.delivered) == (0, 0, 60)
    assert rows["Казань"].before.cohort_delivered == 10


@PLACES
def test_refusals_of_a_place_are_apart(account, by):
    plaid, kazan = ListingFactory(account=account), {"warehouse_name": "Казань", "cluster_to": "Казань"}
    known(account)
    delivered_at(account, "Казань", 40)
    for kind, units in (("client_return", 4), ("refusal", 7), ("partial_refusal", 2), ("technical", 1)):
        back(plaid, units, kind=kind, cost=Decimal(units), **kazan)

    (row,) = level(account, by=by).rows

    assert (row.now.returned, row.now.refused, row.now.refused_in_part, row.now.technical) == (4, 7, 2, 1)
    assert (row.now.amount, row.now.cost) == (400, 14)


@PLACES
def test_places_know_no_goods(account, by):
    delivered_at(account, "Казань", 40)

    assert level(account, by=by, category="Пледы").rows == ()


@PLACES
def test_places_begin_with_what_came_back_most(owner_client, account, by):
    for name, units in (("Уфа", 9), ("Казань", 4), ("Абакан", 1)):
        delivered_at(account, name, 40)
        back(ListingFactory(account=account), units, warehouse_name=name, cluster_to=name)
    sum_up(account.company)

    page = owner_client.get(asked_of(account.company, "analytics:returns", f"by={by}"))
    heads, *lines = file_of(owner_client, account.company, f"by={by}")

    assert [row.name for row in page.context["found"].rows] == ["Уфа", "Казань", "Абакан"]
    told = [dict(zip(heads, cells, strict=True)) for cells in lines]
    assert [(one["Вернулось, шт."], one["Вручено за дни"]) for one in told] == [
        ("9", "40"),
        ("4", "40"),
        ("1", "40"),
    ]


@PLACES
def test_a_place_leads_to_its_returns_that_were_counted(owner_client, account, by):
    noon = datetime.combine(IN, time(12), tzinfo=MOSCOW)
    listing = ListingFactory(account=account)
    counted, _other = (
        ReturnFactory(
            account=account, listing=listing, registered_at=noon, cluster_to=name,
            order=OrderFactory(account=account, warehouse_name=name, cluster_to=name),
        )
        for name in ("Ростов & Юг", "Казань")
    )  # fmt: skip
    back(listing, 1, warehouse_name="Ростов & Юг", cluster_to="Ростов & Юг")
    sum_up(account.company)

    page = owner_client.get(asked_of(account.company, "analytics:returns", f"by={by}"))
    (to_list,) = [url for url in links_of(page, "Возвраты") if "kind=" in url]
    listed = owner_client.get(to_list).context["found"]

    assert (list(listed.rows), listed.warnings) == ([counted], ())


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
    known(account)
    for placed in (IN, EARLIER):
        delivered(plaid, 10, placed=placed, on=placed)
    back(plaid, 1, placed=EARLIER, on=EARLIER)

    (row,) = level(account).rows

    assert (row.rate, row.rate_before) == (0, Decimal("0.1"))


@pytest.mark.parametrize(
    ("first", "days", "compare", "back"),
    [
        # Monday to Sunday four weeks long; a year before its first date is a Sunday, the nearest Monday a day later.
        (date(2026, 11, 2), 28, Comparison.YEAR, 364),
        (date(2026, 11, 2), 28, Comparison.PREVIOUS, 28),
        # Ninety days from a Sunday on.
        (date(2026, 8, 30), 90, Comparison.PREVIOUS, 91),
    ],
)
def test_weeks_are_laid_on_whole_weeks_before(account, first, days, compare, back):
    known(account, since=date(2025, 1, 1))
    plaid = ListingFactory(account=account)
    asked = Days(first=first, after=first + timedelta(days=days))
    for day in asked:
        delivered(plaid, day.day, placed=day, on=day)
        earlier = day - timedelta(days=back)
        if earlier < first:
            delivered(plaid, day.day, placed=earlier, on=earlier)

    found = level(account, days=asked, compare=compare)

    assert [week.first - timedelta(days=back) for week in found.weeks] == [
        week.first for week in found.weeks_before
    ]
    assert [week.delivered for week in found.weeks_before] == [week.delivered for week in found.weeks]


def test_the_last_ripe_week_is_not_drawn_as_ripening(account):
    known(account)
    delivered(ListingFactory(account=account), 10)

    found = level(account)
    line = charts.line(found)

    assert line.unripe_from == [week.is_ripe for week in found.weeks].index(False)


@pytest.mark.parametrize("by", ReturnsBy)
def test_days_that_are_not_wholly_known_are_not_compared_with(account, size, by):
    plaid = ListingFactory(account=account)
    edge = LAST_28.first - timedelta(days=2)
    known(account, since=edge)
    for placed, units in ((IN, 100), (edge, 1)):
        delivered(plaid, units, placed=placed, on=placed)
        back(plaid, 1, on=placed, placed=placed, reason=size, warehouse_name="Казань", cluster_to="Казань")

    found = level(account, by=by)

    assert (found.total_before, found.weeks_before, found.known.whole) == (None, (), edge)
    assert {row.before for row in found.rows} == {None}
    tiles = charts.tiles(found)
    assert [(tile.change, tile.was) for tile in tiles] == [(None, "")] * 5
    assert "сравнить не с чем" in tiles[1].note


def test_an_account_whose_history_is_shorter_makes_no_growth_of_returns(account):
    known(account)
    known(AccountFactory(company=account.company), since=IN)
    delivered(ListingFactory(account=account), 10)

    assert level(account).total_before is None


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


@pytest.mark.parametrize("by", [ReturnsBy.PRODUCT, ReturnsBy.CATEGORY])
def test_goods_that_nobody_knows_are_a_row_with_a_reason(owner_client, account, size, flaw, by):
    delivered(ListingFactory(account=account, category="Пледы"), 10)
    back(ListingFactory(account=account, category="Халаты"), 1, reason=flaw)
    DailyReturns.all_companies.create(
        company=account.company,
        account=account,
        day=IN,
        placed_day=IN,
        kind="client_return",
        units=3,
        reason=size,
    )
    sum_up(account.company)

    page = owner_client.get(asked_of(account.company, "analytics:returns", f"by={by}"))

    assert page.status_code == 200
    told = {
        row.id: (row.main_reason, row.main_units) for row, _bar in page.context["rows"] if row.main_reason
    }
    assert told[0] == (size, 3)
    assert set(told.values()) == {(size, 3), (flaw, 1)}


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (ReturnsBy.PRODUCT, "Нет в каталоге"),
        (ReturnsBy.CATEGORY, "Без категории"),
        (ReturnsBy.REASON, "Не указана"),
        (ReturnsBy.WAREHOUSE, "Место не указано"),
        (ReturnsBy.CLUSTER, "Место не указано"),
    ],
)
def test_what_has_no_name_is_called_alike_on_the_page_and_in_the_file(owner_client, account, by, said):
    DailyReturns.all_companies.create(
        company=account.company, account=account, day=IN, placed_day=IN, kind="client_return", units=3
    )
    sum_up(account.company)

    page = owner_client.get(asked_of(account.company, "analytics:returns", f"by={by}"))
    rows = file_of(owner_client, account.company, f"by={by}")

    assert [row.name for row in page.context["found"].rows] == [said]
    assert f'<span class="strong">{said}</span>' in page.content.decode()
    assert [row[0] for row in rows[1:]] == [said]


def test_rates_of_the_file_are_shares_without_a_sign(owner_client, account):
    listing = ListingFactory(account=account)
    delivered(listing, 20)
    back(listing, 1)
    sum_up(account.company)

    heads, cells = file_of(owner_client, account.company, "")

    assert not [head for head in heads if "%" in head]
    assert [value for value in cells if value == "0,05"] == ["0,05", "0,05"]


def test_the_links_lead_to_the_returns_that_were_counted(owner_client, account, size):
    listing = ListingFactory(account=account)
    noon, long_ago = (datetime.combine(day, time(12), tzinfo=MOSCOW) for day in (IN, EARLIER))
    told = {"account": account, "reason": size, "registered_at": noon, "listing": listing}
    counted = ReturnFactory(**told)
    ReturnFactory(**told, kind="refusal")
    for status in ("claimed", "rejected"):
        ReturnFactory(**told, status=status)
    ReturnFactory(**{**told, "registered_at": long_ago})
    ReturnFactory(**{**told, "account": AccountFactory(company=account.company)})
    back(listing, 1, reason=size)
    sum_up(account.company)
    scope = f"account={account.pk}&marketplace={account.marketplace}"

    by_reason = owner_client.get(asked_of(account.company, "analytics:returns", f"by=reason&{scope}"))
    (to_list,) = [url for url in links_of(by_reason, "Возвраты") if "reason=" in url]
    by_product = owner_client.get(asked_of(account.company, "analytics:returns", scope))
    to_reasons = links_of(by_product, "Причины") + links_of(by_product, "Причины по товарам")
    listed = owner_client.get(to_list).context["found"]

    assert (list(listed.rows), listed.warnings) == ([counted], ())
    assert len(to_reasons) == 2
    for url in to_reasons:
        shown = owner_client.get(url).context
        assert (shown["page"].total.units, shown["found"].warnings) == (1, ())


@pytest.mark.parametrize("by", ReturnsBy)
def test_a_category_leads_to_no_list_that_knows_none(owner_client, account, size, by):
    for category in ("Пледы", "Халаты"):
        listing = ListingFactory(account=account, category=category)
        delivered(listing, 10)
        back(listing, 1, reason=size)
    sum_up(account.company)

    page = owner_client.get(asked_of(account.company, "analytics:returns", f"by={by}&category=Пледы"))

    assert page.context["reasons"]
    assert page.context["found"].rows or by in (ReturnsBy.WAREHOUSE, ReturnsBy.CLUSTER)
    links = [url for word in ("Причины по товарам", "Причины", "Возвраты") for url in links_of(page, word)]
    assert not [url for url in links if "period_from" in url and "/analytics/" not in url]
