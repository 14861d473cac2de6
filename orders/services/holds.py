"""What orders take off the stock until the marketplace tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalog.services.stock import NewUnits, hold_for_new_orders, release_holds
from marketplaces.contracts.orders import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.models import MarketplaceAccount
    from orders.services.rows import Written

_AT_WAREHOUSE: Final = (OrderStatus.ACCEPTED, OrderStatus.PACKED)


def hold_stock(
    *,
    account: MarketplaceAccount,
    written: Iterable[Written],
    sound: Mapping[str, OrderSnapshot],
    listings: Mapping[str, int],
    warehouses: Mapping[str, int],
    learnt_at: datetime,
) -> None:
    """Take new orders off the available stock, give back what cancelled ones held."""
    units = [
        NewUnits(
            order_external_id=row.external_id,
            listing_id=listings[line.marketplace_sku],
            warehouse_id=warehouses[snapshot.warehouse_external_id],
            quantity=line.quantity,
            placed_at=snapshot.placed_at,
        )
        for row in written
        if row.is_new
        and row.status in _AT_WAREHOUSE
        and (snapshot := sound[row.external_id]).warehouse_external_id in warehouses
        for line in snapshot.lines
        if line.marketplace_sku in listings
    ]
    hold_for_new_orders(account=account, units=units, learnt_at=learnt_at)
    cancelled = [row.external_id for row in written if not row.is_new and row.status == OrderStatus.CANCELLED]
    release_holds(account=account, order_external_ids=cancelled)
