"""Each filter of the catalog and of the stock: a row that stays and a row that goes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import RequestFactory

from catalog.choices import LinkSource, PairState
from catalog.filters import ListingFilter, StockFilter
from catalog.selectors import listings, stock
from catalog.selectors.listings import measures_of
from catalog.tables import ListingTable, StockTable
from core.listing import Listing, listing
from marketplaces.contracts.products import ListingStatus
from tests.factories.catalog import (
    ClusterFactory,
    ListingFactory,
    ProductFactory,
    StockLevelFactory,
    WarehouseFactory,
)
from tests.factories.goods import DoubtfulPairFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount


def ask(company: Company, query: dict[str, Any]) -> Any:
    request: Any = RequestFactory().get("/", query)
    request.company = company
    return request


def see_listings(company: Company, **query: Any) -> Listing:
    rows = listings.listing_list(company)
    return listing(ask(company, query), rows, table=ListingTable, filterset=ListingFilter)


def see_stock(company: Company, **query: Any) -> Listing:
    return listing(ask(company, query), stock.stock_list(company), table=StockTable, filterset=StockFilter)


def rows(page: Listing) -> list[Any]:
    assert (page.errors, page.warnings) == ((), ())
    return list(page.rows)


@pytest.mark.parametrize("text", ["хлопок", "ЛЁН", "ln-pld", "148220", "4670123400313"])
def test_text_finds_a_listing(company: Company, account: MarketplaceAccount, text: str) -> None:
    wanted = ListingFactory(
        account=account,
        name="Плед, хлопок и лён",
        seller_sku="LN-PLD-1",
        marketplace_sku="1482207331",
        barcodes=["1", "4670123400313"],
    )
    ListingFactory(account=account, name="Халат", seller_sku="X", marketplace_sku="9", barcodes=[])

    assert rows(see_listings(company, q=text)) == [wanted]


def test_listing_status_account_marketplace_archive_and_stock(
    company: Company, account: MarketplaceAccount
) -> None:
    sold = ListingFactory(account=account, stock_available=5)
    elsewhere = AccountFactory(company=company, marketplace="elsewhere")
    put_away = ListingFactory(account=elsewhere, archived=True)

    for query, expected in [
        ({"status": "on_sale"}, sold),
        ({"status": ["archived", "blocked"]}, put_away),
        ({"account": elsewhere.pk}, put_away),
        ({"marketplace": "ozon"}, sold),
        ({"archived": "false"}, sold),
        ({"archived": "true"}, put_away),
        ({"stock": "true"}, sold),
        ({"stock": "false"}, put_away),
    ]:
        assert rows(see_listings(company, **query)) == [expected], query


def test_how_a_listing_was_matched(company: Company, account: MarketplaceAccount) -> None:
    second = AccountFactory(company=company, marketplace="wildberries")
    alone = ListingFactory(account=account, name="1")
    known = ListingFactory(account=account, name="2")
    by_hand = ListingFactory(account=second, name="3", product=known.product, link=LinkSource.MANUAL)
    asked = ListingFactory(account=second, name="4")
    DoubtfulPairFactory(listing=asked, product=alone.product)
    DoubtfulPairFactory(listing=known, product=alone.product, state=PairState.DECLINED)

    for state, expected in [
        ("alone", [alone, asked]),
        ("several", [known, by_hand]),
        ("doubtful", [asked]),
        ("manual", [by_hand]),
    ]:
        assert rows(see_listings(company, matching=state)) == expected, state


def test_two_accounts_of_one_marketplace_are_one_marketplace(
    company: Company, account: MarketplaceAccount
) -> None:
    first = ListingFactory(account=account, name="1")
    second = ListingFactory(account=AccountFactory(company=company), name="2", product=first.product)

    assert rows(see_listings(company, matching="alone")) == [first, second]


@pytest.mark.parametrize(
    ("sides", "weight", "is_other"),
    [
        ((300, 200, 100), 500, False),
        ((100, 300, 200), 500, False),
        ((300, 200, 110), 500, True),
        ((300, 190, 110), 500, True),
        ((300, 200, 100), 600, True),
        ((300, 200, 100), 509, False),
        ((300, 200, 100), 490, True),
        ((None, None, None), None, False),
        ((300, 200, None), 500, False),
        ((0, 0, 0), 0, False),
    ],
)
def test_dimensions_that_differ_from_the_sellers(
    company: Company,
    account: MarketplaceAccount,
    sides: tuple[int | None, int | None, int | None],
    weight: int | None,
    is_other: bool,
) -> None:
    length, width, height = sides
    product = ProductFactory(company=company, length_mm=300, width_mm=200, height_mm=100, weight_g=500)
    one = ListingFactory(
        account=account, product=product, length_mm=length, width_mm=width, height_mm=height, weight_g=weight
    )
    unmeasured = ListingFactory(account=account, length_mm=1, width_mm=2, height_mm=3, weight_g=4)

    assert rows(see_listings(company, dimensions="differ")) == ([one] if is_other else [])
    assert rows(see_listings(company, dimensions="unmeasured")) == [unmeasured]
    # The page of the product marks the same ones.
    assert [line.is_other for line in measures_of(product, [one]) if line.listing] in ([is_other], [])


def test_prices_that_are_not_known_come_last(company: Company, account: MarketplaceAccount) -> None:
    dear = ListingFactory(account=account, price=Decimal(900))
    cheap = ListingFactory(account=account, price=Decimal(100))
    unknown = ListingFactory(account=account, unpriced=True)

    assert rows(see_listings(company, sort="price")) == [cheap, dear, unknown]
    assert rows(see_listings(company, sort="-price")) == [dear, cheap, unknown]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"account": "0"},
        {"stock": "maybe"},
        {"marketplace": "bazaar"},
        {"matching": "no"},
        {"dimensions": "x"},
    ],
)
def test_wrong_value_of_a_listing_filter(company: Company, query: dict[str, str]) -> None:
    assert len(see_listings(company, **query).errors) == 1


def test_status_counts(company: Company, account: MarketplaceAccount) -> None:
    ListingFactory.create_batch(2, account=account)
    ListingFactory(account=account, status=ListingStatus.BLOCKED)

    assert listings.status_counts(listings.listing_list(company)) == {"on_sale": 2, "blocked": 1}


# ---- stock ----------------------------------------------------------------------------------------------------


@pytest.fixture
def levels(account: MarketplaceAccount) -> dict[str, Any]:
    """One level in each state."""
    spans: dict[str, dict[str, Any]] = {
        "out": {"available": 0, "ads": Decimal(1)},
        "held": {"available": 3, "held": 3, "ads": Decimal(1)},
        "soon": {"available": 6, "ads": Decimal(1)},
        "warning": {"available": 10, "ads": Decimal(1)},
        "calm": {"available": 50, "ads": Decimal(1)},
        "too_long": {"available": 500, "ads": Decimal(1)},
        "unsold": {"available": 5, "ads": None},
        "never": {"available": 5, "ads": Decimal(0), "preparing": 4},
    }
    return {name: StockLevelFactory(listing__account=account, **fields) for name, fields in spans.items()}


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("out", ["out", "held"]),
        ("soon", ["soon"]),
        ("warning", ["soon", "warning"]),
        ("present", ["soon", "warning", "calm", "too_long", "unsold", "never"]),
        ("too_long", ["too_long"]),
        ("unsold", ["unsold", "never"]),
        ("waiting", ["never"]),
    ],
)
def test_state_of_stock(company: Company, levels: dict[str, Any], state: str, names: list[str]) -> None:
    page = see_stock(company, state=state)

    assert rows(page) == [levels[name] for name in names]


def test_stock_that_ends_first_comes_first_and_unknown_last(company: Company, levels: dict[str, Any]) -> None:
    found = rows(see_stock(company))

    assert [row.cover for row in found] == [0, 0, 6, 10, 50, 500, None, None]
    assert [row.units for row in found] == [0, 0, 6, 10, 50, 500, 5, 5]


def test_cover_of_the_list_is_that_of_the_model(company: Company, levels: dict[str, Any]) -> None:
    for row in rows(see_stock(company)):
        assert row.units == row.sellable
        assert row.cover == row.days_of_cover


def test_stock_by_account_warehouse_and_cluster(company: Company, account: MarketplaceAccount) -> None:
    cluster = ClusterFactory(company=company)
    here = WarehouseFactory(company=company, cluster=cluster)
    mine = StockLevelFactory(listing__account=account, warehouse=here)
    StockLevelFactory(listing__account=AccountFactory(company=company))

    for query in ({"account": account.pk}, {"warehouse": here.pk}, {"cluster": cluster.pk}):
        assert rows(see_stock(company, **query)) == [mine], query


@pytest.mark.parametrize("text", ["овсяный", "ln-pld", "хоругвино", "4670123400313", "148220"])
def test_text_finds_stock(company: Company, account: MarketplaceAccount, text: str) -> None:
    wanted = StockLevelFactory(
        listing=ListingFactory(
            account=account,
            name="Плед овсяный",
            seller_sku="LN-PLD-1",
            marketplace_sku="1482207331",
            barcodes=["4670123400313"],
        ),
        warehouse=WarehouseFactory(company=company, name="ХОРУГВИНО_РФЦ"),
    )
    StockLevelFactory(
        listing=ListingFactory(account=account, name="Халат", seller_sku="X", marketplace_sku="9"),
        warehouse=WarehouseFactory(company=company, name="Казань"),
    )

    assert rows(see_stock(company, q=text)) == [wanted]


def test_foreign_choices_are_unknown(company: Company, other_company: Company) -> None:
    assert see_stock(company, warehouse=WarehouseFactory(company=other_company).pk).errors
    assert see_stock(company, cluster=ClusterFactory(company=other_company).pk).errors
    assert see_stock(company, account=AccountFactory(company=other_company).pk).errors


def test_totals_add_up(company: Company, levels: dict[str, Any]) -> None:
    sums = stock.totals(stock.stock_list(company))

    assert (sums.places, sums.sellable) == (8, sum(level.sellable for level in levels.values()))
    assert (sums.out, sums.soon, sums.too_long) == (2, 1, 1)
    assert (sums.states["reserved"], sums.states["preparing"]) == (16, 4)


def test_totals_of_nothing_are_zero(company: Company) -> None:
    assert stock.totals(stock.stock_list(company)).sellable == 0
