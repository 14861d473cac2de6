"""The fourth marketplace's words → ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus

ORDER_STATUSES: Final[dict[str, OrderStatus]] = {
    "NEW": OrderStatus.ACCEPTED,
    "SENT": OrderStatus.SHIPPED,
    "GOT": OrderStatus.DELIVERED,
    "BACK": OrderStatus.RETURNED,
}
TABLES: Final[dict[str, Mapping[str, OrderStatus | ListingStatus]]] = {"Order, `state`": ORDER_STATUSES}
