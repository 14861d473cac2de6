"""Refusals at hand-over that a marketplace tells by its orders only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from orders.models import Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount
    from orders.models import OrderQuerySet

PAGE: Final = 1_000


def refused_orders(
    account: MarketplaceAccount, *, reasons: frozenset[str], changed_since: datetime
) -> Iterator[list[Order]]:
    """Orders that ended in a refusal and changed since, oldest change first, a page at a time with their lines."""
    orders = Order.objects.for_company(account.company_id).filter(
        account=account,
        status=OrderStatus.CANCELLED,
        cancel_reason_id__in=reasons,
        changed_at__gte=changed_since,
    )
    after: tuple[datetime, int] | None = None
    while page := _page(orders, after):
        yield page
        after = page[-1].changed_at, page[-1].pk


def refusals_of(order: Order) -> list[ReturnSnapshot]:
    """What an order that was refused at hand-over tells: a return for each of its lines.

    Where the goods went from there nobody says: they are on their way back until another source knows more.
    """
    lines: list[OrderLine] = list(order.lines.all())
    return [
        ReturnSnapshot(
            external_id=order.external_id
            if len(lines) == 1
            else f"{order.external_id}/{line.marketplace_sku}",
            order_external_id=order.external_id,
            order_number=order.number,
            kind=ReturnKind.REFUSAL,
            status=ReturnStatus.IN_TRANSIT,
            registered_at=order.status_at,
            changed_at=order.status_at,
            marketplace_sku=line.marketplace_sku,
            seller_sku=line.seller_sku,
            name=line.name,
            quantity=line.quantity,
            price=line.price,
            currency=order.currency,
            reason_id=order.cancel_reason_id,
            reason=order.cancel_reason,
            is_partial=True,
        )
        for line in lines
    ]


def _page(orders: OrderQuerySet, after: tuple[datetime, int] | None) -> list[Order]:
    if after is not None:
        orders = orders.filter(Q(changed_at__gt=after[0]) | Q(changed_at=after[0], pk__gt=after[1]))
    return list(orders.order_by("changed_at", "pk").prefetch_related("lines")[:PAGE])
