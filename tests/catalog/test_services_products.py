"""catalog.services.products: listings and the products behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog.models import Listing, Product
from catalog.services.matching import match_assortment
from catalog.services.products import record_products
from marketplaces.contracts.products import ListingStatus, ProductSnapshot
from marketplaces.streams import PageResult

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAID = ProductSnapshot(
    external_id="501",
    marketplace_sku="1482000001",
    seller_sku="LN-PLD-130",
    name="Плед 130×170",
    barcodes=("4670123400313", "OZN1482000001"),
    status=ListingStatus.ON_SALE,
    external_status="price_sent",
    price=Decimal("2490.00"),
)


def read(account: MarketplaceAccount, *snapshots: ProductSnapshot, at: datetime = NOON) -> PageResult:
    result = record_products(account=account, snapshots=snapshots, observed_at=at)
    match_assortment(company_id=account.company_id)
    return result


def test_listing_gets_a_product_of_its_article(account: MarketplaceAccount) -> None:
    assert read(account, PLAID) == PageResult(inserted=1)

    listing = Listing.objects.for_company(account.company_id).get()
    assert (listing.product.sku, listing.barcodes, listing.status, listing.price) == (
        "LN-PLD-130",
        ["4670123400313", "OZN1482000001"],
        ListingStatus.ON_SALE,
        Decimal("2490.00"),
    )


def test_same_page_twice_changes_nothing(account: MarketplaceAccount) -> None:
    read(account, PLAID)

    assert read(account, PLAID, at=NOON + HOUR) == PageResult(unchanged=1)


def test_new_price_is_a_change(account: MarketplaceAccount) -> None:
    read(account, PLAID)

    assert read(account, replace(PLAID, price=Decimal("1990.00")), at=NOON + HOUR) == PageResult(changed=1)
    assert Listing.objects.for_company(account.company_id).get().price == Decimal("1990.00")


def test_older_page_changes_nothing(account: MarketplaceAccount) -> None:
    read(account, PLAID, at=NOON + HOUR)

    read(account, replace(PLAID, name="Старое имя"), at=NOON)

    assert Listing.objects.for_company(account.company_id).get().name == "Плед 130×170"


def test_renamed_article_takes_its_product_along(account: MarketplaceAccount) -> None:
    read(account, PLAID)
    product = Product.objects.for_company(account.company_id).get()

    read(account, replace(PLAID, seller_sku="LN-PLD-130-OAT"), at=NOON + HOUR)

    product.refresh_from_db()
    assert product.sku == "LN-PLD-130-OAT"
    assert Listing.objects.for_company(account.company_id).get().product == product
    assert Product.objects.for_company(account.company_id).count() == 1


def test_article_renamed_to_a_taken_one_moves_the_listing(account: MarketplaceAccount) -> None:
    other = replace(PLAID, external_id="502", marketplace_sku="2", seller_sku="LN-POL-70")
    read(account, PLAID, other)

    read(account, replace(PLAID, seller_sku="LN-POL-70"), at=NOON + HOUR)

    skus = Listing.objects.for_company(account.company_id).values_list("product__sku", flat=True)
    assert set(skus) == {"LN-POL-70"}
