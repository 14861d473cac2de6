"""Whatever is held for an account goes with it, from every table there is, and nothing else goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.utils import timezone

from analytics.models import (
    ClosingStock,
    DailyFact,
    DailyReturns,
    Deliveries,
    HourlyOrders,
    ListingFlow,
    ListingReasons,
    ListingReturns,
    ListingSales,
    MonthlyUnits,
    PlaceDeliveries,
    PlaceReturns,
    ReasonReturns,
    RegionSales,
    StepTimes,
)
from catalog.models import Product, StockInterval, Warehouse
from companies.scoping import CompanyOwned
from core.periods import business_day
from marketplaces import registry, services
from marketplaces.models import MarketplaceAccount
from supplies.models import BoxLine
from tests.factories.catalog import ListingFactory, ProductFactory, StockHoldFactory, StockLevelFactory
from tests.factories.goods import (
    DoubtfulPairFactory,
    ListingMoveFactory,
    ListingPriceFactory,
    PriceChangeFactory,
    TariffDayFactory,
    TariffFactory,
)
from tests.factories.marketplaces import (
    AccountFactory,
    PushMessageFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderTallyFactory
from tests.factories.returns import ReturnEventFactory
from tests.factories.supplies import (
    PlanImportFactory,
    SupplyBoxFactory,
    SupplyDocumentFactory,
    SupplyEventFactory,
    SupplyFactory,
)

if TYPE_CHECKING:
    from companies.models import Company

pytestmark = pytest.mark.django_db


def reaching() -> dict[type[CompanyOwned], str]:
    """Every table of ours whose rows hang on an account, and the way there: `order__account`."""
    found: dict[type[CompanyOwned], str] = {}
    tables = [model for model in apps.get_models() if issubclass(model, CompanyOwned)]
    while True:
        before = len(found)
        for model in tables:
            for field in model._meta.fields:
                target = field.related_model
                if model in found or not field.is_relation or field.name == "company":
                    continue
                if target is MarketplaceAccount:
                    found[model] = field.name
                elif target in found:
                    found[model] = f"{field.name}__{found[target]}"
        if len(found) == before:
            return found


def fill(company: Company, *, products: list[Product]) -> MarketplaceAccount:
    """An account with rows in every table; its first listing is of the product that others list too."""
    account = AccountFactory(company=company)
    StreamStateFactory(account=account)
    SyncRunFactory.create_batch(3, account=account)
    QuarantinedRecordFactory(account=account)
    PushMessageFactory(account=account)
    today = business_day(timezone.now())
    for product in products:
        listing = ListingFactory(account=account, product=product)
        level = StockLevelFactory(listing=listing)
        moment = timezone.now() - timedelta(days=3)
        StockInterval.all_companies.create(
            company=company, listing=listing, warehouse=level.warehouse, valid_from=moment, available=4
        )
        StockHoldFactory(listing=listing, warehouse=level.warehouse)
        ClosingStock.all_companies.create(
            company=company, listing=listing, day=today, available=4, reserved=0
        )
        DailyFact.all_companies.create(
            company=company, account=account, listing=listing, day=today, ordered_units=1
        )
        facts = {"company": company, "account": account, "listing": listing, "day": today}
        DailyReturns.all_companies.create(**facts, kind="client_return", units=1)
        Deliveries.all_companies.create(**facts, delivered_day=today, units=1)
        MonthlyUnits.all_companies.create(**facts, ordered=1)
        ListingSales.all_companies.create(**facts, ordered_units=1)
        ListingReturns.all_companies.create(**facts, basis="event", returned=1)
        ListingReasons.all_companies.create(**facts, basis="event", returned=1)
        ListingFlow.all_companies.create(company=company, listing=listing, day=today, sold=1)
        DoubtfulPairFactory(listing=listing, product=listing.product)
        ListingMoveFactory(listing=listing, to_product=listing.product)
        ListingPriceFactory(listing=listing)
        PriceChangeFactory(listing=listing)
        TariffFactory(account=account, listing=listing, subject_id=listing.external_id)
        order = OrderFactory(account=account, warehouse=level.warehouse, lines=2, lines__listing=listing)
        OrderEventFactory(order=order)
        ReturnEventFactory(return_of__account=account, return_of__listing=listing, return_of__order=order)
        supply = SupplyFactory(account=account, warehouse=level.warehouse, lines__listing=listing)
        box = SupplyBoxFactory(supply=supply)
        BoxLine.all_companies.create(company=company, box=box, line=supply.lines.get(), quantity=1)
        SupplyDocumentFactory(supply=supply)
        SupplyEventFactory(supply=supply)
        PlanImportFactory(supply=supply)
    TariffDayFactory(account=account)
    HourlyOrders.all_companies.create(company=company, account=account, day=today, hour=9, orders=2)
    PlaceDeliveries.all_companies.create(
        company=company, account=account, day=today, delivered_day=today, units=1
    )
    PlaceReturns.all_companies.create(company=company, account=account, day=today, basis="event", returned=1)
    ReasonReturns.all_companies.create(company=company, account=account, day=today, basis="event", returned=1)
    RegionSales.all_companies.create(company=company, account=account, day=today, ordered_units=1)
    StepTimes.all_companies.create(
        company=company, account=account, day=today, axis="all", step="whole", minutes=[60], orders=[1]
    )
    OrderTallyFactory(account=account, day=today, orders=len(products), units=len(products))
    return account


def rows_of(account: MarketplaceAccount) -> dict[str, int]:
    return {
        model._meta.label: model.all_companies.filter(**{path: account}).count()
        for model, path in reaching().items()
    }


def erase(account: MarketplaceAccount, *, most: int) -> None:
    services.disconnect_account(account=account, erases=True)
    assert services.erase_account(account_id=account.pk, most=most)


@pytest.mark.parametrize("most", [1, 5000])
def test_an_erased_account_leaves_no_row_in_any_table(company: Company, most: int) -> None:
    shared, own, others = ProductFactory.create_batch(3, company=company)
    account = fill(company, products=[shared, own])
    second = fill(company, products=[shared, others])
    before = rows_of(second)
    filled = rows_of(account)
    assert [label for label, rows in filled.items() if not rows] == ["marketplaces.Erasure"]

    erase(account, most=most)

    assert set(rows_of(account).values()) == {0}
    assert not MarketplaceAccount.all_companies.filter(pk=account.pk).exists()
    assert rows_of(second) == before, "the other account is as it was"
    assert set(Product.all_companies.all()) == {shared, others}, "what nobody lists any more goes too"
    assert Warehouse.all_companies.count() == 4, "warehouses are the marketplace's"


def test_another_company_is_not_touched(company: Company, other_company: Company) -> None:
    account = fill(company, products=[ProductFactory(company=company)])
    theirs = fill(other_company, products=[ProductFactory(company=other_company)])
    before = rows_of(theirs)

    erase(account, most=5000)

    assert rows_of(theirs) == before
    assert Product.all_companies.get().company == other_company


def test_every_holding_says_what_it_is() -> None:
    titles = [str(holding.title) for _code, holding in registry.holdings().items()]

    assert len(set(titles)) == len(titles)
    assert all(titles)


def test_every_table_of_an_account_is_known_here() -> None:
    assert sorted(model._meta.label for model in reaching()) == [
        "analytics.ClosingStock",
        "analytics.DailyFact",
        "analytics.DailyReturns",
        "analytics.Deliveries",
        "analytics.HourlyOrders",
        "analytics.ListingFlow",
        "analytics.ListingReasons",
        "analytics.ListingReturns",
        "analytics.ListingSales",
        "analytics.MonthlyUnits",
        "analytics.PlaceDeliveries",
        "analytics.PlaceReturns",
        "analytics.ReasonReturns",
        "analytics.RegionSales",
        "analytics.StepTimes",
        "catalog.DoubtfulPair",
        "catalog.Listing",
        "catalog.ListingMove",
        "catalog.ListingPrice",
        "catalog.PriceChange",
        "catalog.StockHold",
        "catalog.StockInterval",
        "catalog.StockLevel",
        "catalog.Tariff",
        "catalog.TariffDay",
        "marketplaces.Erasure",
        "marketplaces.PushMessage",
        "marketplaces.QuarantinedRecord",
        "marketplaces.StreamState",
        "marketplaces.SyncRun",
        "orders.Order",
        "orders.OrderEvent",
        "orders.OrderLine",
        "orders.OrderTally",
        "returns.Return",
        "returns.ReturnEvent",
        "supplies.BoxLine",
        "supplies.PlanImport",
        "supplies.Supply",
        "supplies.SupplyBox",
        "supplies.SupplyDocument",
        "supplies.SupplyEvent",
        "supplies.SupplyLine",
    ]
