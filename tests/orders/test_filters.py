"""Each filter of the list of orders: a row that stays and a row that goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.test import RequestFactory

from core.listing import Listing, listing
from marketplaces.contracts.orders import OrderStatus
from orders.filters import TALLIED, OrderFilter
from orders.models import Order
from orders.selectors.lists import order_list
from orders.tables import OrderTable
from tests.factories.catalog import ClusterFactory, ListingFactory, ProductFactory, WarehouseFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderFactory, OrderLineFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("_frozen")


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def see(company: Company, **query: Any) -> Listing:
    request: Any = RequestFactory().get("/", query)
    request.company = company
    return listing(request, order_list(company), table=OrderTable, filterset=OrderFilter)


def found(company: Company, **query: Any) -> set[Order]:
    page = see(company, **query)
    assert (page.errors, page.warnings) == ((), ())
    return set(page.rows)


def test_status_takes_any_of_several(company: Company, account: MarketplaceAccount) -> None:
    packed, shipped = OrderFactory(account=account, packed=True), OrderFactory(account=account, shipped=True)
    OrderFactory(account=account, delivered=True)

    assert found(company, status=["packed", "shipped"]) == {packed, shipped}


def test_account(company: Company, account: MarketplaceAccount) -> None:
    mine = OrderFactory(account=account)
    OrderFactory(account=AccountFactory(company=company))

    assert found(company, account=account.pk) == {mine}


def test_marketplace(company: Company, account: MarketplaceAccount) -> None:
    mine = OrderFactory(account=account)
    OrderFactory(account=AccountFactory(company=company, marketplace="elsewhere"))

    assert found(company, marketplace="ozon") == {mine}


@pytest.mark.parametrize(
    ("preset", "hours"), [("today", 2), ("yesterday", 20), ("7d", 100), ("30d", 600), ("90d", 2000)]
)
def test_period_preset(company: Company, account: MarketplaceAccount, preset: str, hours: int) -> None:
    inside = OrderFactory(account=account, placed_at=NOW - timedelta(hours=hours))
    OrderFactory(account=account, placed_at=NOW - timedelta(days=91))
    OrderFactory(account=account, placed_at=NOW + timedelta(days=1))

    assert found(company, period=preset) == {inside}


def test_warehouse(company: Company, account: MarketplaceAccount) -> None:
    here, there = WarehouseFactory(company=company), WarehouseFactory(company=company)
    mine = OrderFactory(account=account, warehouse=here)
    OrderFactory(account=account, warehouse=there)

    assert found(company, warehouse=here.pk) == {mine}


def test_cluster(company: Company, account: MarketplaceAccount) -> None:
    for name in ("Урал", "Юг"):
        ClusterFactory(company=company, name=name)
    mine = OrderFactory(account=account, cluster_to="Урал")
    OrderFactory(account=account, cluster_to="Юг")

    assert found(company, cluster_to="Урал") == {mine}


def test_amount_from(company: Company, account: MarketplaceAccount) -> None:
    large = OrderFactory(account=account, amount=Decimal(10_000))
    OrderFactory(account=account, amount=Decimal("9999.99"))

    assert found(company, amount_from="10000") == {large}


def test_late_are_open_and_past_their_day(company: Company, account: MarketplaceAccount) -> None:
    late = OrderFactory(account=account, shipped=True, expected_to=NOW - timedelta(hours=1))
    OrderFactory(account=account, shipped=True, expected_to=NOW + timedelta(hours=1))
    OrderFactory(account=account, shipped=True, expected_to=None)
    OrderFactory(account=account, delivered=True, expected_to=NOW - timedelta(hours=1))

    assert found(company, late="true") == {late}


def test_product_holds_every_listing_of_it(company: Company, account: MarketplaceAccount) -> None:
    product = ProductFactory(company=company)
    first, second = ListingFactory.create_batch(2, account=account, product=product)
    orders = {OrderFactory(account=account, lines=0), OrderFactory(account=account, lines=0)}
    for order, listed in zip(orders, (first, second), strict=True):
        OrderLineFactory(order=order, listing=listed)
    OrderFactory(account=account)

    assert found(company, product=product.pk) == orders


@pytest.mark.parametrize("text", ["LN-PLD-130", "ln-pld-130-oat", "4670123400313", "1482207331"])
@pytest.mark.parametrize("name", ["q", "sku"])
def test_article_barcode_and_sku(company: Company, account: MarketplaceAccount, name: str, text: str) -> None:
    wanted = ListingFactory(
        account=account,
        seller_sku="LN-PLD-130-OAT",
        barcodes=["1", "4670123400313"],
        marketplace_sku="1482207331",
    )
    order = OrderFactory(account=account, lines=0)
    OrderLineFactory(order=order, listing=wanted)
    OrderFactory(account=account)

    assert found(company, **{name: text}) == {order}


@pytest.mark.parametrize("text", ["48217735", "48217735-0193", "48217735-0193-1"])
def test_beginning_of_the_number(company: Company, account: MarketplaceAccount, text: str) -> None:
    order = OrderFactory(account=account, external_id="48217735-0193-1")
    OrderFactory(account=account, external_id="148217735-0193-1")

    assert found(company, q=text) == {order}
    assert found(company, sku=text) == set()


def test_text_that_is_both_a_number_and_an_article_finds_both(
    company: Company, account: MarketplaceAccount
) -> None:
    numbered = OrderFactory(account=account, external_id="777-1", lines=0)
    holding = OrderFactory(account=account, external_id="888-1", lines=0)
    OrderLineFactory(order=holding, listing=ListingFactory(account=account, seller_sku="777-1-RED"))

    assert found(company, q="777-1") == {numbered, holding}


def test_a_region_that_only_orders_tell_can_be_asked_for(
    company: Company, account: MarketplaceAccount
) -> None:
    mine = OrderFactory(account=account, cluster_to="Приволжский федеральный округ")
    OrderFactory(account=account, cluster_to="Урал")

    assert found(company, cluster_to="Приволжский федеральный округ") == {mine}


def test_orders_that_only_name_their_warehouse_are_of_it(
    company: Company, account: MarketplaceAccount
) -> None:
    warehouse = WarehouseFactory(company=company, marketplace=account.marketplace, name="Коледино")
    tied = OrderFactory(account=account, warehouse=warehouse, warehouse_name="Коледино")
    named = OrderFactory(account=account, warehouse=None, warehouse_name="Коледино")
    OrderFactory(account=account, warehouse=None, warehouse_name="Тула")
    other = AccountFactory(company=company, marketplace="yandex_market")
    OrderFactory(account=other, warehouse=None, warehouse_name="Коледино")

    assert found(company, warehouse=str(warehouse.pk)) == {tied, named}


def test_letter_case_and_percent_signs_mean_nothing_special(
    company: Company, account: MarketplaceAccount
) -> None:
    order = OrderFactory(account=account, external_id="AB_1%2")
    OrderFactory(account=account, external_id="ABX1Y2")

    assert found(company, q="ab_1%") == {order}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"account": "999999"},
        {"warehouse": "999999"},
        {"cluster_to": "Атлантида"},
        {"product": "1"},
        {"product": "x"},
        {"amount_from": "-1"},
        {"amount_from": "1e400"},
        {"q": "a\x00b"},
        {"marketplace": "bazaar"},
        {"late": "maybe"},
    ],
)
def test_wrong_value_is_an_error_not_a_shrug(
    company: Company, account: MarketplaceAccount, query: dict[str, str]
) -> None:
    OrderFactory(account=account)

    page = see(company, **query)

    assert len({label for label, _error in page.errors}) == 1
    assert list(page.rows) == []


def test_foreign_choices_are_unknown(company: Company, other_company: Company) -> None:
    foreign = AccountFactory(company=other_company)
    OrderFactory(account=foreign)

    assert see(company, account=foreign.pk).errors
    assert see(company, warehouse=WarehouseFactory(company=other_company).pk).errors
    assert see(company, product=ProductFactory(company=other_company).pk).errors
    assert found(company, q="48217735") == set()


def test_foreign_articles_find_nothing(
    company: Company, account: MarketplaceAccount, other_company: Company
) -> None:
    OrderFactory(account=account)
    foreign = ListingFactory(account=AccountFactory(company=other_company), seller_sku="SECRET-1")
    OrderLineFactory(order=OrderFactory(account=foreign.account, lines=0), listing=foreign)

    assert found(company, q="SECRET-1") == set()
    assert found(company, sku="SECRET-1") == set()


def test_summary_says_the_filters_in_words(company: Company, account: MarketplaceAccount) -> None:
    page = see(company, status=["packed"], period="7d", account=account.pk, late="true")

    assert page.selection.filterset.summary() == [
        ("Статус", OrderStatus.PACKED.label),
        ("Создан", "18–24\u00a0ноя"),
        ("Кабинет", "Ozon основной"),
        ("Запаздывают", "только опаздывающие"),
    ]
    assert page.selection.filterset.is_filtered(besides=TALLIED)
    assert not see(company, status="packed", period="7d").selection.filterset.is_filtered(besides=TALLIED)
