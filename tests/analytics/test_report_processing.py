"""The report of processing: how long steps take, where orders stand, which are stuck; the page and the file."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from analytics.choices import Step
from analytics.models import StepTimes
from analytics.selectors.processing import processing, told_steps
from analytics.selectors.scope import report_scope
from analytics.selectors.stuck import norms_of, stuck_orders
from core.periods import Days, business_day
from marketplaces.contracts.orders import OrderStatus
from tests.factories.catalog import ListingFactory, WarehouseFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderFactory, OrderTallyFactory

pytestmark = pytest.mark.django_db

# Who is asking: the session's trace (six), the member. The report: accounts, times of the days and of those before, tally, places, warehouses, norms,
# stuck orders counted and shown, freshness. The bar: categories. The frame: accounts of the top bar, companies, open
# quarantine.
QUERIES = 25


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today(now):
    return business_day(now)


def times(account, *measured, **fields):
    planted(account, *measured, **fields)
    sum_up(account.company)


def planted(account, day, minutes, orders, *, step=Step.WHOLE, axis="all", place=""):
    row, _is_new = StepTimes.all_companies.get_or_create(
        company=account.company, account=account, day=day, span="day", axis=axis, place=place, step=step,
        defaults={"minutes": [], "orders": []},
    )  # fmt: skip
    row.minutes, row.orders = [*row.minutes, minutes], [*row.orders, orders]
    row.save()


def scope_of(company, *, days=28, **asked):
    today = business_day(timezone.now())
    usual = {"period": Days(first=today - timedelta(days=days), after=today), "compare": ""}
    usual |= {"marketplace": "", "account": "", "category": "", "product": ""}
    return report_scope(company, usual | asked, today=today)


def page(client, company, query=""):
    return client.get(reverse("analytics:processing", args=[company.slug]) + query)


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("\xa0", " "))


# ---- how long steps take ----


def test_median_and_nine_of_ten_are_of_all_orders_of_the_days(account, today, now):
    OrderTallyFactory(account=account, day=today - timedelta(days=60))
    times(account, today - timedelta(days=1), 60, 5)
    times(account, today - timedelta(days=3), 120, 4)
    times(account, today - timedelta(days=3), 600, 1)
    times(account, today - timedelta(days=30), 1200, 10)
    times(account, today - timedelta(days=3), 30, 99, axis="cluster", place="Урал")

    found = processing(scope_of(account.company), by="week", now=now)

    whole = next(one for one in found.steps if one.step is Step.WHOLE)
    assert (whole.now.orders, whole.now.median, whole.now.p90) == (10, Decimal("1.00"), Decimal("2.00"))
    assert whole.before.median == Decimal("20.00")


def test_days_when_not_all_accounts_were_known_are_no_measure(company, account, today, now):
    other = AccountFactory(company=company, marketplace="wildberries")
    OrderTallyFactory(account=account, day=today - timedelta(days=60))
    OrderTallyFactory(account=other, day=today - timedelta(days=3))
    times(account, today - timedelta(days=30), 1200, 10)
    times(other, today - timedelta(days=3), 7200, 10)

    found = processing(scope_of(company), by="week", now=now)

    assert {one.before for one in found.steps} == {None}


def test_the_file_says_that_goods_do_not_narrow_it(owner_client, shop):
    ListingFactory(account=shop, category="Пледы")
    address = reverse("analytics:processing-export", args=[shop.company.slug, "xlsx"])

    def words(query):
        file = io.BytesIO(b"".join(owner_client.get(f"{address}{query}").streaming_content))
        book = CalamineWorkbook.from_filelike(file)
        return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])

    assert ["измеряется по заказам" in words(query) for query in ("", "?category=Пледы")] == [False, True]


def test_steps_that_no_marketplace_of_the_scope_tells_are_not_shown(company):
    AccountFactory(company=company, marketplace="wildberries")
    assert told_steps(scope_of(company)) == (Step.WHOLE,)

    AccountFactory(company=company, marketplace="ozon")
    assert told_steps(scope_of(company)) == tuple(Step)


def test_warehouses_and_clusters_stand_side_by_side(account, today, now):
    day = today - timedelta(days=1)
    kazan = WarehouseFactory(company=account.company, name="КАЗАНЬ")
    times(account, day, 60, 5, step=Step.ASSEMBLY, axis="warehouse", place="КАЗАНЬ")
    times(account, day, 90, 5, step=Step.HANDOVER, axis="warehouse", place="КАЗАНЬ")
    times(account, day, 30, 3, step=Step.ASSEMBLY, axis="warehouse", place="")
    times(account, day, 3000, 7, axis="cluster", place="Урал")

    by_warehouse = processing(scope_of(account.company), by="warehouse", now=now).rows
    (by_cluster,) = processing(scope_of(account.company), by="cluster", now=now).rows

    assert [(row.name, row.orders, row.warehouse_id) for row in by_warehouse] == [
        ("", 3, None),
        ("КАЗАНЬ", 5, kazan.pk),
    ]
    assert by_warehouse[1].handover.median == Decimal("1.50")
    assert by_warehouse[1].whole.median is None
    assert (by_cluster.name, by_cluster.whole.median) == ("Урал", Decimal("50.00"))


def test_weeks_are_of_the_day_of_the_order_and_tell_whether_they_still_ripen(account, today, now):
    old, young = today - timedelta(days=20), today - timedelta(days=2)
    times(account, old, 600, 10)
    times(account, young, 60, 1)
    OrderTallyFactory(account=account, day=old, status=OrderStatus.DELIVERED, orders=10)
    OrderTallyFactory(account=account, day=young, status=OrderStatus.DELIVERED, orders=1)
    OrderTallyFactory(account=account, day=young, status=OrderStatus.SHIPPED, orders=9)

    found = processing(scope_of(account.company), by="week", now=now)

    assert [(week.whole.median, week.is_ripe) for week in found.weeks] == [
        (Decimal("10.00"), True),
        (Decimal("1.00"), False),
    ]
    assert [row.day for row in found.rows] == [week.first for week in found.weeks]
    assert all(row.day.weekday() == 0 for row in found.rows)
    assert (found.orders, {one.status: one.orders for one in found.statuses}[OrderStatus.SHIPPED]) == (20, 9)


# ---- stuck ----


def test_an_order_is_stuck_beyond_what_nine_of_ten_took(account, today, now):
    day = today - timedelta(days=14)
    times(account, day, 60, 27, step=Step.ASSEMBLY)
    times(account, day, 300, 3, step=Step.ASSEMBLY)
    fine = OrderFactory(account=account, status_at=now - timedelta(minutes=59))
    stuck = OrderFactory(account=account, status_at=now - timedelta(minutes=61))
    OrderFactory(account=account, delivered=True, status_at=now - timedelta(days=90))

    found = stuck_orders(scope_of(account.company), now=now)

    assert [one.order for one in found.orders] == [stuck]
    assert (found.orders[0].norm, found.orders[0].beyond) == (timedelta(hours=1), timedelta(minutes=1))
    assert (found.count, found.is_more, found.amount) == (1, False, Decimal("2490.00"))
    assert found.by_status == {OrderStatus.ACCEPTED: 1}
    assert fine.pk != stuck.pk


def test_a_few_orders_are_no_norm(account, today):
    times(account, today - timedelta(days=14), 60, 29, step=Step.ASSEMBLY)
    times(account, today - timedelta(days=3), 60, 900, step=Step.DELIVERY)

    norms = {one.status: one for one in norms_of(scope_of(account.company), now=timezone.now())}

    assert not any(one.is_usual for one in norms.values())
    assert norms[OrderStatus.ACCEPTED].after == timedelta(days=2)


def test_where_only_the_whole_way_is_told_that_is_the_norm(company, today, now):
    account = AccountFactory(company=company, marketplace="wildberries")
    times(account, today - timedelta(days=14), 2880, 40)
    stuck = OrderFactory(account=account, status_at=now - timedelta(days=3))
    OrderFactory(account=account, status_at=now - timedelta(days=1))

    found = stuck_orders(scope_of(company), now=now)

    assert [one.order for one in found.orders] == [stuck]


def test_stuck_orders_follow_account_and_goods(account, now):
    plaid = ListingFactory(account=account, category="Пледы")
    mine = OrderFactory(account=account, status_at=now - timedelta(days=30), lines__listing=plaid)
    other = OrderFactory(account=AccountFactory(company=account.company), status_at=now - timedelta(days=29))

    def numbers(**asked):
        return [one.order.pk for one in stuck_orders(scope_of(account.company, **asked), now=now).orders]

    assert numbers() == [mine.pk, other.pk]
    assert numbers(account=str(account.pk)) == [mine.pk]
    assert numbers(category="Пледы") == [mine.pk]
    assert numbers(product=str(plaid.product_id)) == [mine.pk]


# ---- the page ----


@pytest.fixture
def shop(account, today):
    StreamStateFactory(account=account, stream="orders", data_as_of=timezone.now())
    OrderTallyFactory(account=account, day=today - timedelta(days=60), orders=1)
    for age in range(1, 30):
        day = today - timedelta(days=age)
        OrderTallyFactory(account=account, day=day, status=OrderStatus.DELIVERED, orders=2)
        for axis, place in (("all", ""), ("warehouse", "КАЗАНЬ"), ("cluster", "Урал")):
            planted(account, day, 2760 + age * 60, 2, axis=axis, place=place)
    sum_up(account.company)
    OrderFactory(account=account, external_id="111-1", status_at=timezone.now() - timedelta(days=40))
    return account


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "КАЗАНЬ"), ("?by=cluster", "Урал"), ("?by=week", "111-1"), ("?compare=none", "111-1")],
)
def test_the_page_shows_the_report(owner_client, shop, query, said):
    found = page(owner_client, shop.company, query)

    assert found.status_code == 200
    assert said in text_of(found)
    assert not found.context["found"].warnings


def test_goods_narrow_only_what_is_stuck_and_the_page_says_so(owner_client, shop):
    ListingFactory(account=shop, category="Пледы")

    found = page(owner_client, shop.company, "?category=Пледы")

    assert found.context["report"].orders == 56
    assert found.context["report"].stuck.count == 0
    assert 'role="status"' in found.content.decode()


def test_unknown_words_are_said(owner_client, shop):
    found = page(owner_client, shop.company, "?by=colour&colour=red").context["found"]

    assert len(found.warnings) == 2
    assert page(owner_client, shop.company, "?period=soon").context["found"].errors


@pytest.mark.parametrize("by", ["warehouse", "cluster", "week"])
def test_rows_lead_to_the_orders_that_were_counted(owner_client, shop, today, by):
    WarehouseFactory(company=shop.company, name="КАЗАНЬ")
    first, last = today - timedelta(days=10), today - timedelta(days=2)
    scope = f"account={shop.pk}&marketplace={shop.marketplace}"

    found = page(owner_client, shop.company, f"?by={by}&{scope}&period_from={first}&period_to={last}")
    body = html.unescape(found.content.decode())

    links = [parse_qs(query) for query in re.findall(r'class="small" href="[^"?]*/orders/\?([^"]*)"', body)]
    assert len(links) == len(found.context["rows"])
    for asked in links:
        assert (asked["account"], asked["marketplace"]) == ([str(shop.pk)], [shop.marketplace])
        assert not owner_client.get(f"/{shop.company.slug}/orders/", asked).context["found"].warnings
    assert min(asked["period_from"] for asked in links) == [str(first)]
    assert max(asked["period_to"] for asked in links) == [str(last)]


@pytest.mark.parametrize("by", ["warehouse", "week"])
def test_the_file_has_the_rows_of_the_page(owner_client, shop, by):
    rows = page(owner_client, shop.company, f"?by={by}").context["found"].rows

    answer = owner_client.get(
        reverse("analytics:processing-export", args=[shop.company.slug, "csv"]) + f"?by={by}"
    )

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    cells = [line.split(";") for line in lines[1:]]
    assert [line[0] for line in cells] == [str(row.day or row.name) for row in rows]
    assert [line[-2] for line in cells] == [str(row.whole.median).replace(".", ",") for row in rows]


def test_a_company_without_orders_is_told_so(owner_client, account):
    assert page(owner_client, account.company).status_code == 200


@pytest.mark.parametrize("more", [0, 3])
def test_cost_does_not_grow(owner_client, shop, today, more, django_assert_num_queries):
    for number in range(more):
        times(shop, today - timedelta(days=1), 60, 1, axis="warehouse", place=f"Склад {number}")
        OrderFactory(account=shop, status_at=timezone.now() - timedelta(days=40 + number))
    page(owner_client, shop.company)

    with django_assert_num_queries(QUERIES):
        assert page(owner_client, shop.company).status_code == 200


def test_a_name_that_several_warehouses_have_leads_nowhere(company, today, now):
    ozon, wildberries = (
        AccountFactory(company=company, marketplace=code) for code in ("ozon", "wildberries")
    )
    own = WarehouseFactory(company=company, marketplace="ozon", name="Тверь")
    shared = {
        code: WarehouseFactory(company=company, marketplace=code, name="Казань")
        for code in ("ozon", "wildberries")
    }
    for name in ("Пермь", "Пермь"):
        WarehouseFactory(company=company, marketplace="ozon", name=name)
    # Of this marketplace nobody has told the warehouse yet.
    half_known = WarehouseFactory(company=company, marketplace="ozon", name="Самара")
    for account, places in (
        (ozon, ("Тверь", "Казань", "Пермь", "Самара")),
        (wildberries, ("Казань", "Самара")),
    ):
        for place in places:
            planted(account, today - timedelta(days=5), 60, 1, axis="warehouse", place=place)
    sum_up(company)

    def led(**asked):
        rows = processing(scope_of(company, **asked), by="warehouse", now=now).rows
        return {row.name: row.warehouse_id for row in rows if row.warehouse_id}

    assert led() == {"Тверь": own.pk}
    assert led(marketplace="ozon") == {
        "Тверь": own.pk, "Казань": shared["ozon"].pk, "Самара": half_known.pk,
    }  # fmt: skip
    assert led(account=str(wildberries.pk)) == {"Казань": shared["wildberries"].pk}
