"""The pages of the catalog and of the stock as a browser sees them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from catalog.models import StockLevel
from catalog.selectors.listings import product_page
from tests.factories.catalog import ListingFactory, ProductFactory, StockLevelFactory, WarehouseFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

CATALOG, STOCK = "/lavka/catalog/", "/lavka/stock/"
CATALOG_QUERIES, STOCK_QUERIES, PRODUCT_QUERIES = 14, 16, 15
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("url", "queries"), [(CATALOG, CATALOG_QUERIES), (STOCK, STOCK_QUERIES)])
def test_lists_take_the_same_queries_for_one_row_and_three(
    owner_client: Client,
    account: MarketplaceAccount,
    url: str,
    queries: int,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    StockLevelFactory.create_batch(count, listing__account=account)
    owner_client.get(url)

    with django_assert_num_queries(queries):
        response = owner_client.get(url)

    assert len(response.context["found"].rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_product_takes_the_same_queries_however_many_places(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    product = ProductFactory(company=account.company)
    for listing in ListingFactory.create_batch(count, account=account, product=product):
        StockLevelFactory(listing=listing)
    url = f"{CATALOG}{product.pk}/"
    owner_client.get(url)

    with django_assert_num_queries(PRODUCT_QUERIES):
        owner_client.get(url)


def test_catalog_shows_a_listing(owner_client: Client, account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, price=Decimal(2490), stock_available=31)

    page = owner_client.get(CATALOG).content.decode()

    for text in (
        listing.name,
        listing.seller_sku,
        listing.marketplace_sku,
        listing.barcode,
        "2\u00a0490",
        "31",
    ):
        assert text in page
    assert f'href="{CATALOG}{listing.product_id}/"' in page


def test_catalog_shows_where_else_the_goods_are_sold(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    here = ListingFactory(account=account)
    ListingFactory(
        account=AccountFactory(company=account.company, marketplace="wildberries"), product=here.product
    )
    ListingFactory(account=account)

    found = owner_client.get(CATALOG).context["found"].rows

    assert sorted((row.account.marketplace, row.also_on) for row in found) == [
        ("ozon", []),
        ("ozon", ["wildberries"]),
        ("wildberries", ["ozon"]),
    ]


def test_unknown_price_is_a_dash_not_a_zero(owner_client: Client, account: MarketplaceAccount) -> None:
    ListingFactory(account=account, unpriced=True)

    assert '<span class="zero">–</span>' in owner_client.get(CATALOG).content.decode()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (CATALOG, "Здесь будет ваш ассортимент"),
        (f"{CATALOG}?status=blocked", "Ни одна карточка не подходит"),
        (STOCK, "Здесь будут остатки"),
        (f"{STOCK}?state=soon", "Ни один остаток не подходит"),
        (f"{STOCK}?state=odd", "Фильтр не понятен"),
        (f"{CATALOG}?colour=red", "не знает: colour"),
    ],
)
def test_empty_lists_say_why(owner_client: Client, url: str, text: str) -> None:
    assert text in owner_client.get(url).content.decode()


def test_strangers_find_nothing(
    stranger: User, client_of: Callable[[User], Client], account: MarketplaceAccount
) -> None:
    listing = ListingFactory(account=account)
    client = client_of(stranger)

    for url in (
        CATALOG,
        STOCK,
        f"{CATALOG}{listing.product_id}/",
        f"{CATALOG}export.csv",
        f"{STOCK}export.csv",
    ):
        assert client.get(url).status_code == 404


def test_foreign_product_is_not_there(owner_client: Client, other_company: Company) -> None:
    foreign = StockLevelFactory(listing__account=AccountFactory(company=other_company)).listing

    assert owner_client.get(f"{CATALOG}{foreign.product_id}/").status_code == 404
    assert foreign.seller_sku not in owner_client.get(CATALOG).content.decode()
    assert foreign.seller_sku not in owner_client.get(STOCK).content.decode()


def test_viewer_may_not_export(teammate: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(teammate)

    assert client.get(CATALOG).context["exports"] == []
    assert client.get(f"{CATALOG}export.csv").status_code == 403
    assert client.get(f"{STOCK}export.xlsx").status_code == 403


def test_product_page_sums_places_and_clusters(company: Company, account: MarketplaceAccount) -> None:
    product = ProductFactory(company=company)
    listing = ListingFactory(account=account, product=product, length_mm=340, width_mm=280, height_mm=155,
                             weight_g=1100)  # fmt: skip
    near, far = WarehouseFactory.create_batch(2, company=company)
    far.cluster = near.cluster
    far.save()
    lone = WarehouseFactory(company=company, cluster=None)
    # Every place repeats what the listing sells everywhere and in its cluster.
    sold = {"ads": Decimal(8), "cluster_ads": Decimal(5)}
    StockLevelFactory(listing=listing, warehouse=near, available=10, held=4, defect=1, **sold)
    StockLevelFactory(listing=listing, warehouse=far, available=20, to_seller=2, **sold)
    StockLevelFactory(listing=listing, warehouse=lone, available=1, ads=Decimal(8), cluster_ads=None)

    page = product_page(company, product.pk)

    assert [(one.name, one.places, one.sellable, one.days_of_cover) for one in page.clusters] == [
        (near.cluster.name, 2, 26, Decimal("5.2")),
        ("", 1, 1, None),
    ]
    assert (page.total.sellable, page.total.not_for_sale) == (27, 3)
    assert page.total.days_of_cover == Decimal("3.4")
    facts = {str(fact.label): fact.value for fact in page.facts}
    assert (facts["Габариты"], facts["Вес"]) == ("34 × 28 × 15,5 см, 14,8 л", "1,1 кг")


def test_product_page_without_stock_says_so(owner_client: Client, account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account)

    page = owner_client.get(f"{CATALOG}{listing.product_id}/").content.decode()

    assert "Нет ни на одном складе" in page
    assert f"/lavka/orders/of-product/{listing.product_id}/" in page


def test_units_that_cannot_be_sold_are_named(account: MarketplaceAccount) -> None:
    level = StockLevelFactory.build(defect=2, expiring=1)

    assert [(str(label), count) for label, count in level.idle_parts] == [("истекает срок", 1), ("брак", 2)]
    assert level.not_for_sale == 3


def test_stock_takes_new_orders_off_and_tells_the_live_block(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    level = StockLevelFactory(listing__account=account, available=10)
    seen = owner_client.get(STOCK).context["seen"]

    assert owner_client.get(f"{STOCK}?seen={seen}", headers=HTMX).status_code == 204
    StockLevel.objects.for_company(account.company).update(
        held=3, changed_at=level.changed_at + timedelta(seconds=1)
    )
    page = owner_client.get(f"{STOCK}?seen={seen}", headers=HTMX).content.decode()
    assert 'data-label="Доступно">7</td>' in page
    assert "<html" not in page


@pytest.mark.parametrize(("url", "cells"), [(CATALOG, 15), (STOCK, 26)])
def test_exports_hold_every_column(
    owner_client: Client, account: MarketplaceAccount, url: str, cells: int
) -> None:
    level = StockLevelFactory(listing__account=account)

    response = owner_client.get(f"{url}export.csv")

    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert [line.count(";") + 1 for line in lines[:2]] == [cells, cells]
    assert level.listing.seller_sku in lines[1]
