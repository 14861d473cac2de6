"""catalog.services.stock: levels, history by intervals, and what an answer does not name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from catalog.models import StockInterval, StockLevel, Warehouse
from catalog.services.stock import record_stock
from marketplaces.contracts.stock import StockQuantities, StockSnapshot, WarehouseSnapshot
from marketplaces.streams import PageResult
from tests.factories.catalog import ListingFactory

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

NOON = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at_warehouse(units: int, *, sku: str = "1", warehouse: str = "22") -> StockSnapshot:
    return StockSnapshot(
        marketplace_sku=sku,
        warehouse=WarehouseSnapshot(
            external_id=warehouse, name=f"Склад {warehouse}", cluster_external_id="4", cluster_name="Урал"
        ),
        quantities=StockQuantities(available=units, reserved=1),
    )


def read(
    account: MarketplaceAccount, *snapshots: StockSnapshot, at: datetime = NOON, covers: str = "1"
) -> PageResult:
    return record_stock(account=account, snapshots=snapshots, covers=list(covers), observed_at=at)


def intervals(account: MarketplaceAccount) -> list[tuple[int, datetime, datetime | None]]:
    rows = StockInterval.objects.for_company(account.company_id).order_by(
        "valid_from", "warehouse__external_id"
    )
    return [(row.available, row.valid_from, row.valid_to) for row in rows]


def test_stock_is_written_with_its_warehouse_and_cluster(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1")

    result = read(account, at_warehouse(5))

    assert result == PageResult(inserted=1)
    warehouse = Warehouse.objects.for_company(account.company_id).get()
    assert (warehouse.name, warehouse.cluster.name) == ("Склад 22", "Урал")
    listing.refresh_from_db()
    assert (listing.stock_available, listing.stock_as_of) == (5, NOON)


def test_same_stock_twice_adds_no_history(account: MarketplaceAccount) -> None:
    ListingFactory(account=account, marketplace_sku="1")
    read(account, at_warehouse(5))

    assert read(account, at_warehouse(5), at=NOON + HOUR) == PageResult(unchanged=1)
    assert intervals(account) == [(5, NOON, None)]


def test_changed_quantity_closes_one_interval_and_opens_another(account: MarketplaceAccount) -> None:
    ListingFactory(account=account, marketplace_sku="1")
    read(account, at_warehouse(5))

    assert read(account, at_warehouse(3), at=NOON + HOUR) == PageResult(changed=1)
    assert intervals(account) == [(5, NOON, NOON + HOUR), (3, NOON + HOUR, None)]


def test_warehouse_not_named_for_a_covered_sku_is_zero(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1")
    read(account, at_warehouse(5), at_warehouse(7, warehouse="33"))

    read(account, at_warehouse(7, warehouse="33"), at=NOON + HOUR)

    levels = StockLevel.objects.for_company(account.company_id).order_by("warehouse__external_id")
    assert [level.available for level in levels] == [0, 7]
    listing.refresh_from_db()
    assert listing.stock_available == 7


def test_sku_not_covered_keeps_its_stock(account: MarketplaceAccount) -> None:
    ListingFactory(account=account, marketplace_sku="1")
    ListingFactory(account=account, marketplace_sku="2")
    read(account, at_warehouse(5), at_warehouse(6, sku="2"), covers="12")

    read(account, at=NOON + HOUR, covers="1")

    left = StockLevel.objects.for_company(account.company_id).filter(available__gt=0)
    assert [level.listing.marketplace_sku for level in left] == ["2"]


def test_older_answer_changes_nothing(account: MarketplaceAccount) -> None:
    ListingFactory(account=account, marketplace_sku="1")
    read(account, at_warehouse(5), at=NOON + HOUR)

    read(account, at_warehouse(9), at=NOON)

    assert StockLevel.objects.for_company(account.company_id).get().available == 5
    assert intervals(account) == [(5, NOON + HOUR, None)]


def test_sku_outside_the_assortment_is_rejected(account: MarketplaceAccount) -> None:
    result = read(account, at_warehouse(5, sku="404"), covers="404")

    assert [(one.external_id, one.reason) for one in result.rejected] == [("404", "unknown_sku")]
