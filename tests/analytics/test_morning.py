"""The morning page: what needs a decision, ranked by money, and what happened yesterday, out of facts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from analytics.charts.decisions import decision_rows
from analytics.models import ListingSales, MonthlyUnits
from analytics.selectors.decisions import decisions
from analytics.selectors.scope import scope_of
from catalog.models import TouchedDay
from core.periods import MOSCOW, business_day
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.contracts.supplies import SupplyStatus
from orders.models import OrderTally
from returns.choices import AttentionKind as ReturnsKind
from returns.choices import Unmatched
from supplies.choices import AttentionKind as SupplyKind
from tests.factories.catalog import CostPriceFactory, ListingFactory, StockLevelFactory
from tests.factories.facts import count_supplies, sum_up
from tests.factories.goods import DoubtfulPairFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderFactory, OrderTallyFactory
from tests.factories.returns import ReturnFactory
from tests.factories.supplies import SupplyFactory

pytestmark = pytest.mark.django_db

# Who is asking, the accounts; sales 3, stock 3, supplies 4, returns 1, stuck orders 2, prices, pairs, yesterday 5, runs,
# streams. The forecast and the balance are remembered.
LIVE_QUERIES = 31
# Accounts whose stock was read, turnover 5 (of accounts that are known long, as these), what is on its way, the balance 12.
QUERIES_OF_ALL_LISTINGS = 19


@pytest.fixture(autouse=True)
def _no_memory(settings):
    """What is counted over all listings is counted anew in every test."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "morning"}
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    cache.clear()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today(now):
    return business_day(now)


def at(day, hour=12):
    return datetime.combine(day, datetime.min.time(), tzinfo=MOSCOW) + timedelta(hours=hour)


def read(company, now, **asked):
    return decisions(scope_of(company, **asked), now=now)


def rows_of(company, now, **asked):
    scope = scope_of(company, **asked)
    return decision_rows(decisions(scope, now=now), scope, narrowed=asked, now=now)


def known(account, today):
    """Orders of the account are known since before the days that demand is counted over."""
    day = today - timedelta(days=29)
    if not OrderTally.objects.for_company(account.company).filter(account=account, day=day).exists():
        OrderTallyFactory(account=account, day=day)


def sells(account, today, *, units, available, price="100.00", **fields):
    """A listing that sold `units` on each of the last 28 days."""
    known(account, today)
    listing = ListingFactory(account=account, price=price and Decimal(price), **fields)
    for age in range(1, 29):
        ListingSales.all_companies.create(
            company=account.company, account=account, listing=listing, day=today - timedelta(days=age),
            ordered_units=units, ordered_amount=100 * units,
        )  # fmt: skip
    sum_up(account.company)
    StockLevelFactory(listing=listing, available=available, reserved=0, ads=None)
    return listing


# ---- what runs out ----


def test_what_runs_out_is_told_by_marketplace_with_the_sales_that_are_lost(account, today, now):
    sells(account, today, units=10, available=40)  # 4 days: 10 days × 10 × 100
    sells(account, today, units=2, available=0)  # none: 14 days × 2 × 100
    sells(account, today, units=1, available=14)  # to the day
    quiet = AccountFactory(company=account.company, marketplace="wildberries")
    sells(quiet, today, units=1, available=13, price=None)

    ozon, wildberries = read(account.company, now).gaps

    assert (ozon.marketplace, ozon.listings, ozon.ended) == ("ozon", 2, 1)
    assert (ozon.lost, ozon.ends_on) == (Decimal(12_800), today + timedelta(days=4))
    assert (wildberries.listings, wildberries.lost) == (1, None)


def test_what_is_on_its_way_closes_the_gap(account, today, now):
    by_stock = sells(account, today, units=10, available=40)
    by_stock.stock_levels.update(in_transit=100)
    by_supply = sells(account, today, units=10, available=40)
    SupplyFactory(account=account, status=SupplyStatus.SHIPPED, shipped=50, lines=1, lines__listing=by_supply)

    (gap,) = read(account.company, now).gaps

    assert (gap.listings, gap.lost) == (1, Decimal(5_000))


@pytest.mark.parametrize(("accepted", "listings"), [(None, 0), (0, 0), (40, 1), (100, 1), (110, 1)])
def test_of_a_supply_at_the_gate_what_is_not_counted_yet_is_on_its_way(
    account, today, now, accepted, listings
):
    sold_out = sells(account, today, units=10, available=40)
    SupplyFactory(
        account=account, status=SupplyStatus.ACCEPTING, shipped=100, accepted=accepted, lines=1,
        lines__listing=sold_out,
    )  # fmt: skip

    gaps = read(account.company, now).gaps

    # Of ten days nothing is to be had; what is not counted yet lasts for six of them, or for all.
    assert sum(gap.listings for gap in gaps) == listings
    assert [gap.lost for gap in gaps] == ([] if not listings else [4_000 if accepted == 40 else 10_000])


def test_the_forecast_is_remembered_a_while_and_told_apart_by_account(
    account, today, now, django_assert_num_queries
):
    sells(account, today, units=10, available=40)
    other = AccountFactory(company=account.company)
    read(account.company, now)
    scope = scope_of(account.company)
    sells(account, today, units=10, available=40)

    assert decisions(scope, now=now).gaps[0].listings == 1
    assert read(account.company, now, account=str(other.pk)).gaps == ()


def test_goods_that_nobody_sells_any_more_and_stock_that_was_not_read_are_no_gap(account, today, now):
    sells(account, today, units=10, available=0, archived=True)
    unread = AccountFactory(company=account.company)
    sells(unread, today, units=10, available=0).stock_levels.all().delete()

    found = read(account.company, now)

    assert (found.gaps, found.forecast.listings) == ((), 0)


# ---- what waits ----


@pytest.fixture
def waiting(account, today, now):
    """One thing of every kind, in an account that is read."""
    for stream in ("products", "stock", "orders"):
        StreamStateFactory(account=account, stream=stream, fresh=True, data_as_of=now)
    sells(account, today, units=10, available=40)
    SupplyFactory(
        account=account, taken=True, status=SupplyStatus.DISCREPANCY, number="20001", lines=0, accepted=97,
        missing_units=3, missing_amount=Decimal("2670.00"), status_at=now - timedelta(days=2),
    )  # fmt: skip
    SupplyFactory(account=account, number="20002", slot_from=now - timedelta(hours=5), lines__declared=100)
    for _one in range(2):
        ReturnFactory(
            account=account, status=ReturnStatus.WAITING_PICKUP, pick_up_until=today + timedelta(days=1),
            disposal_on=today + timedelta(days=2),
        )  # fmt: skip
    ReturnFactory(account=account, unmatched=Unmatched.ORDER_UNKNOWN, order_external_id="9")
    OrderFactory(account=account, status_at=now - timedelta(days=9), amount=Decimal("4000.00"))
    ListingFactory(account=account, held_price=Decimal("90.00"))
    DoubtfulPairFactory(listing=ListingFactory(account=account))
    lost = ListingFactory(account=account)
    CostPriceFactory(product=lost.product, cost=Decimal("700.00"))
    SupplyFactory(
        account=account, taken=True, number="20003", status_at=now - timedelta(days=80), lines__listing=lost,
    )  # fmt: skip
    count_supplies(account.company)
    MonthlyUnits.all_companies.create(
        company=account.company, account=account, listing=lost, day=today.replace(day=1), ordered=4
    )
    StockLevelFactory(listing=lost, available=91, reserved=0)
    return account


def test_everything_that_waits_stands_in_the_order_of_the_money(waiting, now):
    rows = rows_of(waiting.company, now)

    assert [row.amount.replace("\xa0", " ") for row in rows] == [
        "249 000 ₽", "10 000 ₽", "4 980 ₽", "4 000 ₽", "3 500 ₽", "2 670 ₽", "–", "–", "–",
    ]  # fmt: skip
    assert rows[0].share == 1
    assert 0 < rows[1].share < rows[0].share
    assert rows[-1].share == 0


@pytest.mark.parametrize("narrowed", [None, "account", "marketplace"])
def test_each_row_has_one_link_whose_list_understands_it(owner_client, waiting, now, narrowed):
    asked = {"account": str(waiting.pk), "marketplace": "ozon"}

    rows = rows_of(waiting.company, now, **{narrowed: asked[narrowed]} if narrowed else {})

    assert len(rows) == 9
    for row in rows:
        assert row.title
        assert row.why
        assert row.action
        understood(owner_client, row.url)


def understood(client, url):
    found = client.get(url)
    assert found.status_code == 200, url
    listed = found.context.get("found")
    assert not getattr(listed, "errors", None), url
    assert not getattr(listed, "warnings", None), url


def test_the_other_links_of_the_page_are_understood(owner_client, waiting, today):
    OrderTallyFactory(account=waiting, day=today)
    for number in range(5):
        SupplyFactory(account=waiting, taken=True, status_at=at(today - timedelta(days=1)), accepted=number)
    ReturnFactory(account=waiting, status=ReturnStatus.RECEIVED, status_at=at(today - timedelta(days=1)))

    html = page(owner_client, waiting.company, f"?account={waiting.pk}").content.decode()

    main = html[html.index('id="dashboard-live"') : html.index("</main>")]
    links = {url.replace("&amp;", "&") for url in re.findall(r'href="(/lavka/[^"#]*)', main)}
    assert len(links) > 15
    for url in links:
        understood(owner_client, url)


def test_a_link_keeps_the_account_that_is_chosen(waiting, now):
    rows = rows_of(waiting.company, now, account=str(waiting.pk))

    lists = [row.url for row in rows if "?" in row.url]
    assert lists
    assert all(f"account={waiting.pk}" in url for url in lists)


def test_nothing_of_another_account_waits(waiting, now):
    other = AccountFactory(company=waiting.company)

    rows = rows_of(waiting.company, now, account=str(other.pk))

    assert [row.url for row in rows] == [reverse("catalog:pair-list", args=[waiting.company.slug])]


def test_pairs_are_counted_as_their_list_shows_them(owner_client, waiting, now):
    other = AccountFactory(company=waiting.company)

    (row,) = rows_of(waiting.company, now, account=str(other.pk))

    shown = owner_client.get(row.url).context["counts"]
    assert (shown.waiting, row.title) == (1, "1 пара карточек похожа на один товар")


def test_nothing_of_another_company_waits(waiting, other_company, now):
    assert rows_of(other_company, now) == []


def test_the_kinds_of_what_waits(waiting, now):
    found = read(waiting.company, now)

    assert [one.waiting.kind for one in found.supplies] == [SupplyKind.OVERDUE, SupplyKind.DISCREPANCY]
    assert {one.kind for one in found.returns} == {
        ReturnsKind.PICK_UP, ReturnsKind.DISPOSAL, ReturnsKind.UNMATCHED,
    }  # fmt: skip
    assert (found.missing.listings, found.missing.units, found.missing.amount) == (1, 5, Decimal(3_500))
    assert (found.stuck.count, found.held_prices, found.pairs) == (1, 1, 1)


def test_while_the_history_is_counted_nothing_missing_is_not_remembered(waiting, today, now):
    day = TouchedDay.all_companies.create(company=waiting.company, day=today - timedelta(days=60))
    assert read(waiting.company, now).missing.units == 0
    day.delete()

    assert read(waiting.company, now).missing.units == 5

    TouchedDay.all_companies.create(company=waiting.company, day=today - timedelta(days=60))
    assert read(waiting.company, now).missing.units == 5, "what is known is remembered a while"


def test_what_is_picked_up_or_disposed_of_is_told_once(waiting, now):
    about_returns = [row for row in rows_of(waiting.company, now) if "waits=" in row.url]

    assert ["waits=pick_up" in row.url for row in about_returns] == [True, False]


def test_of_many_supplies_the_most_pressing_are_named(account, now):
    for number in range(7):
        SupplyFactory(
            account=account,
            slot_from=now - timedelta(hours=5),
            lines__declared=number + 1,
            lines__planned=None,
        )

    found = read(account.company, now)

    assert [one.amount for one in found.supplies] == [2490 * units for units in (7, 6, 5, 4)]
    assert (found.more_supplies, found.are_all_valued) == (3, True)
    assert "attention=true" in rows_of(account.company, now)[-1].url


def test_goods_that_are_not_on_sale_are_worth_what_waits_of_them(account, now):
    SupplyFactory(
        account=account, taken=True, on_sale=90, lines__waiting_since=now - timedelta(days=8),
        status_at=now - timedelta(days=9),
    )  # fmt: skip

    (one,) = read(account.company, now).supplies

    assert (one.waiting.kind, one.waiting.units, one.amount) == (SupplyKind.WAITING, 10, Decimal(24_900))


# ---- the page ----


def page(client, company, query="", **headers):
    return client.get(reverse("analytics:dashboard", args=[company.slug]) + query, headers=headers)


def test_decisions_stand_before_figures(owner_client, waiting, today):
    OrderTallyFactory(account=waiting, day=today)

    html = page(owner_client, waiting.company).content.decode()

    places = [
        html.index(mark) for mark in ('<ol class="decisions">', "yesterday-panel", "kpis-box", "status-panel")
    ]
    assert places == sorted(places)
    assert html.count('class="decision"') == 9
    assert len(re.findall(r'<details class="decisions-more"', html)) == 1


def test_the_product_with_the_most_returns_is_a_link_away(owner_client, waiting, today):
    OrderTallyFactory(account=waiting, day=today)

    html = page(owner_client, waiting.company).content.decode()

    assert f'href="{reverse("analytics:returns", args=[waiting.company.slug])}"' in html
    assert f'href="{reverse("returns:return-reasons", args=[waiting.company.slug])}"' in html


def test_what_arrived_yesterday_is_told(owner_client, account, today):
    supply = SupplyFactory(
        account=account, taken=True, status_at=at(today - timedelta(days=1)), accepted=97, missing_units=3
    )

    html = page(owner_client, account.company).content.decode()

    assert reverse("supplies:supply-detail", args=[account.company.slug, supply.pk]) in html
    assert "97" in html


def test_what_arrived_leads_to_the_returns_of_its_place(owner_client, account, today):
    came = {"account": account, "status": ReturnStatus.RECEIVED, "status_at": at(today - timedelta(days=1))}
    here = ReturnFactory(**came, place_name="Софьино & К")
    ReturnFactory(**came, place_name="Казань")

    body = page(owner_client, account.company).content.decode()

    links = [unescape(url) for url in re.findall(r'href="([^"]*status=received[^"]*)"', body)]
    assert [len(owner_client.get(url).context["found"].rows) for url in links] == [1, 1]
    assert [here] in [list(owner_client.get(url).context["found"].rows) for url in links]


def test_an_account_without_anything_says_that_nothing_waits(owner_client, account):
    html = page(owner_client, account.company).content.decode()

    assert 'class="decision"' not in html
    assert "decisions-panel" in html


def test_only_those_who_may_plan_are_offered_a_plan(owner_client, client_of, teammate, account):
    plan = reverse("supplies:supply-plan", args=[account.company.slug])

    assert f'href="{plan}"' in page(owner_client, account.company).content.decode()
    assert f'href="{plan}"' not in page(client_of(teammate), account.company).content.decode()


def test_the_live_block_is_silent_while_nothing_changes(owner_client, waiting, today):
    OrderTallyFactory(account=waiting, day=today)
    html = page(owner_client, waiting.company).content.decode()
    address = re.search(r'hx-get="[^"?]*(\?[^"]*)"', html)[1].replace("&amp;", "&")

    assert page(owner_client, waiting.company, address, **{"HX-Request": "true"}).status_code == 204

    ReturnFactory(account=waiting, status=ReturnStatus.WAITING_PICKUP, pick_up_until=today)

    assert page(owner_client, waiting.company, address, **{"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("more", [0, 2])
def test_cost_does_not_grow(owner_client, waiting, today, now, more, django_assert_num_queries):
    for _one in range(more):
        account = AccountFactory(company=waiting.company)
        known(account, today)
        OrderTallyFactory(account=account, day=today)
        SupplyFactory(account=account, slot_from=now - timedelta(hours=5))
        SupplyFactory(account=account, taken=True, status_at=at(today - timedelta(days=1)))
        ReturnFactory(account=account, status=ReturnStatus.WAITING_PICKUP, pick_up_until=today)
        OrderFactory(account=account, status_at=now - timedelta(days=9))
        sells(account, today, units=1, available=1)
    OrderTallyFactory(account=waiting, day=today)
    page(owner_client, waiting.company)

    with django_assert_num_queries(LIVE_QUERIES):
        assert page(owner_client, waiting.company, **{"HX-Request": "true"}).status_code == 200
    cache.clear()
    with django_assert_num_queries(LIVE_QUERIES + QUERIES_OF_ALL_LISTINGS):
        assert page(owner_client, waiting.company, **{"HX-Request": "true"}).status_code == 200


def test_supplies_that_are_too_many_to_be_valued_are_counted_all(owner_client, account, now, monkeypatch):
    monkeypatch.setattr("analytics.selectors.decisions._MOST_SUPPLIES", 5)
    for _supply in range(7):
        SupplyFactory(account=account, slot_from=now - timedelta(days=1), status="booked")

    found = read(account.company, now)

    assert (found.more_supplies, found.are_all_valued) == (3, False)
    assert "Их слишком много" in page(owner_client, account.company).content.decode()
