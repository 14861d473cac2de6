"""Products, listings, clusters, warehouses and stock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from catalog.models import (
    Cluster,
    CostImport,
    CostPrice,
    Listing,
    Product,
    StockHold,
    StockLevel,
    Tariff,
    Warehouse,
)
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject, TariffUnit
from tests.factories.base import CompanyOwnedFactory
from tests.factories.companies import CompanyFactory
from tests.factories.marketplaces import AccountFactory


class ProductFactory(CompanyOwnedFactory):
    class Meta:
        model = Product

    company = factory.SubFactory(CompanyFactory)
    sku = factory.Sequence(lambda n: f"LN-PLD-{n:04}")
    name = factory.Sequence(lambda n: f"Плед {n}, хлопок")


class ListingFactory(CompanyOwnedFactory):
    """On sale, at 2 490 ₽, with one barcode, of a product of its own."""

    class Meta:
        model = Listing

    class Params:
        archived = factory.Trait(is_archived=True, status=ListingStatus.ARCHIVED)
        unpriced = factory.Trait(price=None, old_price=None, min_price=None)

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    seller_sku = factory.Sequence(lambda n: f"LN-ART-{n:04}")
    product = factory.SubFactory(
        ProductFactory,
        company=factory.SelfAttribute("..company"),
        sku=factory.SelfAttribute("..seller_sku"),
        name=factory.SelfAttribute("..name"),
    )
    external_id = factory.Sequence(lambda n: str(500_000 + n))
    marketplace_sku = factory.Sequence(lambda n: str(1_482_000_000 + n))
    name = factory.Sequence(lambda n: f"Плед {n}, хлопок")
    barcodes = factory.Sequence(lambda n: [f"46701234{n:05}"])
    status = ListingStatus.ON_SALE
    external_status = "price_sent"
    price = Decimal("2490.00")
    old_price = Decimal("2990.00")
    observed_at = factory.LazyFunction(timezone.now)


class ClusterFactory(CompanyOwnedFactory):
    class Meta:
        model = Cluster

    company = factory.SubFactory(CompanyFactory)
    marketplace = "ozon"
    external_id = factory.Sequence(str)
    name = factory.Sequence(lambda n: f"Кластер {n}")


class WarehouseFactory(CompanyOwnedFactory):
    class Meta:
        model = Warehouse

    company = factory.SubFactory(CompanyFactory)
    marketplace = "ozon"
    external_id = factory.Sequence(lambda n: str(22_000_000 + n))
    name = factory.Sequence(lambda n: f"ХОРУГВИНО_{n}_РФЦ")
    cluster = factory.SubFactory(ClusterFactory, company=factory.SelfAttribute("..company"))


class StockLevelFactory(CompanyOwnedFactory):
    """Ten available, two reserved, one sold a day."""

    class Meta:
        model = StockLevel

    company = factory.SelfAttribute("listing.company")
    account = factory.SelfAttribute("listing.account")
    listing = factory.SubFactory(ListingFactory)
    warehouse = factory.SubFactory(WarehouseFactory, company=factory.SelfAttribute("..company"))
    available = 10
    reserved = 2
    ads = Decimal("1.000")
    cluster_ads = factory.SelfAttribute("ads")
    observed_at = factory.LazyFunction(timezone.now)


class StockHoldFactory(CompanyOwnedFactory):
    class Meta:
        model = StockHold

    company = factory.SelfAttribute("listing.company")
    listing = factory.SubFactory(ListingFactory)
    warehouse = factory.SubFactory(WarehouseFactory, company=factory.SelfAttribute("..company"))
    order_external_id = factory.Sequence(lambda n: f"48217735-{n:04}-1")
    quantity = 1
    held_at = factory.LazyFunction(timezone.now)


class TariffFactory(CompanyOwnedFactory):
    """A commission of 17.5 % on a listing since the beginning of November 2026."""

    class Meta:
        model = Tariff

    company = factory.SelfAttribute("account.company")
    account = factory.SelfAttribute("listing.account")
    listing = factory.SubFactory(ListingFactory)
    subject = TariffSubject.LISTING
    subject_id = factory.SelfAttribute("listing.external_id")
    subject_name = factory.SelfAttribute("listing.name")
    kind = ChargeKind.COMMISSION
    raw_name = "sales_percent_fbo"
    value = Decimal("17.5")
    unit = TariffUnit.PERCENT.value
    valid_from = date(2026, 11, 1)
    seen_on = factory.SelfAttribute("valid_from")


class CostPriceFactory(CompanyOwnedFactory):
    class Meta:
        model = CostPrice

    company = factory.SelfAttribute("product.company")
    product = factory.SubFactory(ProductFactory)
    valid_from = date(2026, 11, 1)
    cost = Decimal("740.00")


class CostImportFactory(CompanyOwnedFactory):
    """A file that was read and waits."""

    class Meta:
        model = CostImport

    company = factory.SubFactory(CompanyFactory)
    file_name = "costs.xlsx"
    checksum = factory.Sequence(lambda n: f"{n:064x}")
