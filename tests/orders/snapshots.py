"""Orders as a marketplace tells them, for tests: a delivered one differs from an accepted one by one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrderStatus

PLACED = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # 00:30 of 21 November in Moscow
SEEN = PLACED + timedelta(minutes=10)

WORDS = {
    OrderStatus.ACCEPTED: "awaiting_packaging",
    OrderStatus.PACKED: "awaiting_deliver",
    OrderStatus.SHIPPED: "delivering",
    OrderStatus.DELIVERED: "delivered",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.UNKNOWN: "waiting_for_the_moon",
    OrderStatus.PARTLY_RETURNED: "partly_returned",
    OrderStatus.RETURNED: "returned",
}


def line(**changes: Any) -> OrderLineSnapshot:
    base = OrderLineSnapshot(
        marketplace_sku="1482000001",
        seller_sku="LN-PLD-130",
        name="Плед 130×170",
        quantity=2,
        price=Decimal("890.00"),
    )
    return replace(base, **changes)


def order(
    external_id: str = "48217735-0193-1", status: OrderStatus = OrderStatus.ACCEPTED, **changes: Any
) -> OrderSnapshot:
    base = OrderSnapshot(
        external_id=external_id,
        number=external_id.rpartition("-")[0],
        status=status,
        external_status=WORDS[status],
        placed_at=PLACED,
        lines=(line(),),
        warehouse_external_id="22000001",
        warehouse_name="ХОРУГВИНО_РФЦ",
        cluster_from="Москва",
        cluster_to="Урал",
    )
    return replace(base, **changes)
