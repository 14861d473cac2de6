"""Wire → contracts: orders and their money. Pure and total: every row becomes a snapshot or a Rejected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from core.money import KOPECK, LARGEST, currency_code, round_kopecks
from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrderStatus, Precision
from marketplaces.contracts.pages import Rejected
from marketplaces.wire import BAD_SUM, MISSING_FIELD, MIXED_CURRENCY, OUT_OF_RANGE, safe_payload
from marketplaces.yandex_market.mapping import LONG_WORD, NAME, PLACE, WORD, given_id, moment, moment_of
from marketplaces.yandex_market.schemas import BusinessOrder, Delivery, DeliveryDates, OrderItem, Paid, Region
from marketplaces.yandex_market.statuses import CANCEL_REASONS, order_status

_ZERO: Final = Decimal(0)
FBY: Final = "FBY"
# Their word for a delivery to the door: only then the day of delivery is the day when the buyer got the goods.
_TO_DOOR: Final = "DELIVERY"
_CITIES: Final = frozenset({"CITY", "VILLAGE", "CITY_DISTRICT"})
_RETURNED: Final = frozenset({OrderStatus.RETURNED, OrderStatus.PARTLY_RETURNED})


def is_ours(order: BusinessOrder, *, campaign_id: str) -> bool:
    """Whether it is a real order of the shop from Market's warehouse: FBY is never mixed with other models."""
    return not order.fake and order.programType in (None, FBY) and order.campaignId in (None, "", campaign_id)


def order_snapshot(order: BusinessOrder) -> OrderSnapshot | Rejected:
    """Turn an order into ours; what cannot be true of one is rejected.

    They say when an order changed last, which is at the earliest when it came to its status: it stands for that.
    """
    placed_at = moment(order.creationDate)
    lines = tuple(line for item in order.items for line in order_lines(item))
    reason, detail = _flaw(order, lines, placed_at)
    if placed_at is None or reason:
        return _rejected(order, reason, detail)
    word, substatus = order.status, (order.substatus or "").strip()
    status = order_status(word, substatus)
    delivery = order.delivery or Delivery()
    dates = delivery.dates or DeliveryDates()
    status_at = _status_at(order, status, placed_at)
    region = _region(delivery)
    is_cancelled = status is OrderStatus.CANCELLED
    initiator, why = CANCEL_REASONS.get(substatus, ("", substatus)) if is_cancelled else ("", "")
    return OrderSnapshot(
        external_id=order.orderId,
        number=order.orderId,
        status=status,
        external_status=word,
        external_substatus=substatus[:WORD],
        placed_at=placed_at,
        accepted_at=placed_at,
        status_at=status_at,
        delivered_at=_delivered_at(delivery, dates, status, placed_at=placed_at, status_at=status_at),
        delivered_precision=Precision.EXACT if status is OrderStatus.DELIVERED else Precision.DAY,
        expected_from=moment_of(dates.fromDate, time(0, 0)),
        expected_to=moment_of(dates.toDate or dates.fromDate, time(23, 59)),
        lines=lines,
        currency=_currency(order.items),
        warehouse_external_id=given_id(delivery.warehouseId),
        cluster_to=(region.name or "")[:PLACE],
        city=(region.name or "")[:LONG_WORD] if region.type in _CITIES else "",
        delivery_type=(delivery.type or "")[:WORD],
        cancel_reason_id=substatus[:WORD] if is_cancelled else "",
        cancel_reason=why[:PLACE],
        cancel_initiator=initiator,
    )


def order_lines(item: OrderItem) -> tuple[OrderLineSnapshot, ...]:
    """A position as lines of one price for a unit.

    Their sums are for all units together. Where such a sum does not divide to the kopeck, some units cost a kopeck
    more than the others: two lines, whose sum is theirs exactly. A position whose units were all taken out is none.
    """
    if not item.count:
        return ()
    whole = line_total(item.prices)
    price = (whole / item.count).quantize(KOPECK, rounding=ROUND_FLOOR)
    dearer = int((whole - price * item.count) / KOPECK)
    parts = ((price, item.count - dearer), (price + KOPECK, dearer))
    return tuple(
        OrderLineSnapshot(
            marketplace_sku=item.offerId,
            seller_sku=item.offerId,
            name=(item.offerName or item.offerId)[:NAME],
            quantity=quantity,
            price=unit_price,
        )
        for unit_price, quantity in parts
        if quantity
    )


def line_total(paid: Paid | None) -> Decimal:
    """What the seller gets for all units before fees: from the buyer, from Market, and in points of Plus."""
    parts = (paid.payment, paid.subsidy, paid.cashback) if paid else ()
    return sum((round_kopecks(part.value) for part in parts if part), _ZERO)


def _flaw(
    order: BusinessOrder, lines: tuple[OrderLineSnapshot, ...], placed_at: datetime | None
) -> tuple[str, str]:
    """Reason and field of what cannot be true; empty texts when all is well."""
    if placed_at is None:
        return OUT_OF_RANGE, "creationDate"
    if not lines:
        return OUT_OF_RANGE, "items.count"
    if any(item.count and (item.prices is None or item.prices.payment is None) for item in order.items):
        return MISSING_FIELD, "items.prices.payment"
    if len({_currency([item]) for item in order.items if item.count}) > 1:
        return MIXED_CURRENCY, "items.prices.payment.currencyId"
    mine, theirs = sum((line.price * line.quantity for line in lines), _ZERO), line_total(order.prices)
    # An order that names no sum of its own (zero) is not held against its lines.
    is_odd = theirs > 0 and abs(mine - theirs) > KOPECK * len(order.items)
    return (BAD_SUM, "prices") if is_odd or mine > LARGEST else ("", "")


def _currency(items: Iterable[OrderItem]) -> str:
    told = (item.prices.payment.currencyId for item in items if item.prices and item.prices.payment)
    return currency_code(next((one for one in told if one), None))


def _status_at(order: BusinessOrder, status: OrderStatus, placed_at: datetime) -> datetime | None:
    changed_at = moment(order.updateDate)
    if status is OrderStatus.ACCEPTED or changed_at is None:
        return None
    return max(changed_at, placed_at)


def _delivered_at(
    delivery: Delivery,
    dates: DeliveryDates,
    status: OrderStatus,
    *,
    placed_at: datetime,
    status_at: datetime | None,
) -> datetime | None:
    """When the buyer got the goods: the last change of a delivered order. Of a returned one only the day is known,
    and only to the door (`realDeliveryDate` of a pick-up is the day when the goods came to the point): its noon."""
    if status is OrderStatus.DELIVERED:
        return status_at
    if status not in _RETURNED or delivery.type != _TO_DOOR:
        return None
    noon = moment_of(dates.realDeliveryDate, time(12, 0))
    return min(max(noon, placed_at), status_at or noon) if noon else None


def _region(delivery: Delivery) -> Region:
    place = delivery.courier or delivery.pickup
    return (place and place.region) or Region()


def _rejected(order: BusinessOrder, reason: str, detail: str) -> Rejected:
    return Rejected(
        external_id=order.orderId,
        reason=reason,
        detail=detail,
        payload=safe_payload(order.model_dump(mode="json")),
    )
