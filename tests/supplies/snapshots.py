"""Supplies as a marketplace tells them, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplaces.contracts.supplies import SupplyLineSnapshot, SupplySnapshot, SupplyStatus

CREATED = datetime(2026, 11, 9, 12, 20, tzinfo=UTC)
SLOT = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # 14:00 in Moscow
SEEN = datetime(2026, 11, 24, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

WORDS = {
    SupplyStatus.UNKNOWN: "WAITING_FOR_THE_MOON",
    SupplyStatus.DRAFT: "DATA_FILLING",
    SupplyStatus.BOOKED: "BOOKED",
    SupplyStatus.READY: "READY_TO_SUPPLY",
    SupplyStatus.SHIPPED: "IN_TRANSIT",
    SupplyStatus.ARRIVED: "ACCEPTED_AT_SUPPLY_WAREHOUSE",
    SupplyStatus.ACCEPTING: "ACCEPTANCE_AT_STORAGE_WAREHOUSE",
    SupplyStatus.DISCREPANCY: "REPORTS_CONFIRMATION_AWAITING",
    SupplyStatus.ACCEPTED: "COMPLETED",
    SupplyStatus.CANCELLED: "CANCELLED",
    SupplyStatus.OVERDUE: "OVERDUE",
}


def line(sku: str = "1482000001", **changes: Any) -> SupplyLineSnapshot:
    base = SupplyLineSnapshot(
        marketplace_sku=sku,
        barcode=f"46{sku}",
        seller_sku=f"LN-{sku}",
        name="Плед 130×170",
        declared=100,
        price=Decimal("900.00"),
    )
    return replace(base, **changes)


def supply(
    status: SupplyStatus = SupplyStatus.BOOKED, external_id: str = "2000031847", **changes: Any
) -> SupplySnapshot:
    base = SupplySnapshot(
        external_id=external_id,
        number=external_id,
        status=status,
        external_status=WORDS[status],
        created_at=CREATED,
        slot_from=SLOT,
        slot_to=SLOT + HOUR,
        slot_zone="Europe/Moscow",
        warehouse_external_id="22000001",
        warehouse_name="ХОРУГВИНО_РФЦ",
        cluster_name="Москва",
        lines=(line(),),
    )
    return replace(base, **changes)
