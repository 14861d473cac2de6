"""Wire → contracts: returns and unredeemed orders, one snapshot for each offer of a return. Pure and total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.wire import OUT_OF_RANGE, safe_payload
from marketplaces.yandex_market.mapping import LONG_WORD, MOSCOW, NAME, PLACE, WORD, moment
from marketplaces.yandex_market.schemas import MOST_UNITS, BusinessOrder
from marketplaces.yandex_market.schemas_returns import MarketReturn, ReturnInstance, ReturnItem
from marketplaces.yandex_market.statuses import (
    CANCEL_REASONS,
    LOST_ON_THE_WAY,
    REFUND_STATUSES,
    REFUNDED,
    RETURN_TYPES,
    SHIPMENT_STATUSES,
    order_status,
    return_reason,
    unit_status,
)

_ON_PAPER: Final = frozenset({ReturnStatus.CLAIMED, ReturnStatus.UNKNOWN})
# Of units that ended differently the worse end is told.
_WORST_FIRST: Final = (
    ReturnStatus.LOST,
    ReturnStatus.DISPOSED,
    ReturnStatus.COMPENSATED,
    ReturnStatus.HANDED_OVER,
    ReturnStatus.REJECTED,
    ReturnStatus.BACK_ON_SALE,
)
_DELIVERED: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What the order of an unredeemed return tells: whether all of it was refused, and why it was cancelled."""

    is_whole: bool
    reason_id: str = ""
    reason: str = ""


def refusals(orders: Mapping[str, BusinessOrder], rows: list[MarketReturn]) -> dict[str, Refused]:
    """What is known of the orders of unredeemed returns, by the number of the order."""
    units: dict[str, int] = {}
    for row in rows:
        units[row.orderId] = units.get(row.orderId, 0) + sum(item.count for item in row.items)
    return {number: _refused(order, units.get(number, 0)) for number, order in orders.items()}


def return_snapshots(
    row: MarketReturn, refused: Refused | None
) -> tuple[tuple[ReturnSnapshot, ...], Rejected | None]:
    """A return as one snapshot for each of its offers. `refused` speaks of the order of an unredeemed one.

    `amount` is what the buyer gets back, without what Market and points of Plus paid: it is no price of the seller.
    """
    if not 0 < sum(item.count for item in row.items) <= MOST_UNITS:
        return (), _rejected(row)
    return tuple(_snapshot(row, item, refused) for item in _by_offer(row)), None


def return_kind(row: MarketReturn, refused: Refused | None) -> ReturnKind:
    """Refused at hand-over, wholly or in part, brought back later, or on its way back without the buyer's doing. Which
    of these an unredeemed one is, its order tells; unknown without it."""
    kind = RETURN_TYPES.get(row.returnType or "", ReturnKind.UNKNOWN)
    if kind is not ReturnKind.REFUSAL:
        return kind
    if refused is None:
        return ReturnKind.UNKNOWN
    if refused.reason_id in LOST_ON_THE_WAY:
        return ReturnKind.TECHNICAL
    return kind if refused.is_whole else ReturnKind.PARTIAL_REFUSAL


def item_status(row: MarketReturn, item: ReturnItem) -> tuple[ReturnStatus, str]:
    """Our status of an offer in a return, and the word that told it.

    Units tell most; where they are silent, the shipment; where that is, the buyer's money, of goods that a buyer brings
    back only. Units that differ stand where the one stands that has come least far.
    """
    refund = (row.refundStatus or "") if row.returnType == "RETURN" else ""
    status, word = _told(row, item, refund=refund)
    if status in _ON_PAPER and REFUND_STATUSES.get(refund) is ReturnStatus.REJECTED:
        return ReturnStatus.REJECTED, refund
    if status is ReturnStatus.CLAIMED and row.returnType == "UNREDEEMED":
        # Nobody asks for it: the parcel is on its way back.
        return ReturnStatus.IN_TRANSIT, word
    return status, word


def _told(row: MarketReturn, item: ReturnItem, *, refund: str) -> tuple[ReturnStatus, str]:
    units = [
        (unit_status(one.status, one.stockType or ""), _words(one)) for one in item.instances if one.status
    ]
    if units:
        return min(units, key=lambda unit: (unit[0].rank, _badness(unit[0]), unit[1]))
    if row.shipmentStatus:
        return SHIPMENT_STATUSES.get(row.shipmentStatus, ReturnStatus.UNKNOWN), row.shipmentStatus
    if row.fastReturn and refund in REFUNDED:
        # The buyer keeps the goods: they are written off.
        return ReturnStatus.DISPOSED, refund
    return REFUND_STATUSES.get(refund, ReturnStatus.UNKNOWN), refund


def _snapshot(row: MarketReturn, item: ReturnItem, refused: Refused | None) -> ReturnSnapshot:
    status, word = item_status(row, item)
    kind = return_kind(row, refused)
    reason_id, reason = _reason(item, refused if row.returnType == "UNREDEEMED" else None)
    till = moment(row.pickupTillDate)
    name, address = _place(row)
    return ReturnSnapshot(
        external_id=f"{row.id}/{item.shopSku}",
        number=row.id,
        order_external_id=row.orderId,
        order_number=row.orderId,
        kind=kind,
        kind_else=RETURN_TYPES.get(row.returnType or "", ReturnKind.UNKNOWN),
        status=status,
        external_status=word[:LONG_WORD],
        registered_at=moment(row.creationDate),
        changed_at=moment(row.updateDate),
        marketplace_sku=item.shopSku,
        seller_sku=item.shopSku,
        quantity=item.count,
        reason_id=reason_id,
        reason=reason,
        place_name=name,
        place_address=address,
        pick_up_until=till.astimezone(MOSCOW).date() if till else None,
    )


def _by_offer(row: MarketReturn) -> list[ReturnItem]:
    """The offers of a return, each once, with what was told of all its units."""
    found: dict[str, ReturnItem] = {}
    for item in row.items:
        known = found.get(item.shopSku)
        found[item.shopSku] = _together(known, item) if known else item
    return [item for item in found.values() if item.count]


def _together(one: ReturnItem, other: ReturnItem) -> ReturnItem:
    return ReturnItem(
        shopSku=one.shopSku,
        count=one.count + other.count,
        decisions=[*one.decisions, *other.decisions],
        instances=[*one.instances, *other.instances],
    )


def _reason(item: ReturnItem, refused: Refused | None) -> tuple[str, str]:
    """Why most units came back; of a refusal without a decision, why the order was cancelled."""
    told = [one for one in item.decisions if one.reasonType]
    if told:
        main = max(told, key=lambda one: one.count or 0)
        found, words = return_reason((main.reasonType or "")[:WORD], (main.subreasonType or "")[:WORD])
        return found[:LONG_WORD], words[:PLACE]
    return (refused.reason_id, refused.reason) if refused else ("", "")


def _place(row: MarketReturn) -> tuple[str, str]:
    point = row.logisticPickupPoint
    if point is None:
        return "", ""
    address = point.address
    parts = (address.city, address.street, address.house) if address else ()
    return (point.name or "")[:PLACE], ", ".join(part for part in parts if part)[:NAME]


def _refused(order: BusinessOrder, units: int) -> Refused:
    """An order that was delivered was refused in part, a cancelled one wholly; of one still on its way the units
    tell."""
    substatus = (order.substatus or "").strip()[:WORD]
    status = order_status(order.status, substatus)
    if status is OrderStatus.CANCELLED:
        return Refused(
            is_whole=True,
            reason_id=substatus,
            reason=CANCEL_REASONS.get(substatus, ("", substatus))[1][:PLACE],
        )
    is_whole = status not in _DELIVERED and units >= sum(item.count for item in order.items)
    return Refused(is_whole=is_whole)


def _words(instance: ReturnInstance) -> str:
    return "/".join(word for word in (instance.status, instance.stockType) if word)


def _badness(status: ReturnStatus) -> int:
    return _WORST_FIRST.index(status) if status in _WORST_FIRST else len(_WORST_FIRST)


def _rejected(row: MarketReturn) -> Rejected:
    """The return under the id of the offer that is told of it first once it can be: that settles it."""
    offers = [item for item in row.items if item.count] or row.items
    return Rejected(
        external_id=f"{row.id}/{offers[0].shopSku}",
        reason=OUT_OF_RANGE,
        detail="items.count",
        payload=safe_payload(row.model_dump(mode="json")),
    )
