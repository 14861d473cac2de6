"""Wire → contracts: rows of the order feed and of statistics. Pure and total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from core.money import currency_code, round_kopecks
from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrderStatus
from marketplaces.contracts.pages import Rejected
from marketplaces.wildberries import statuses
from marketplaces.wildberries.mapping import (
    ALL_WAREHOUSES,
    ALL_WAREHOUSES_NAME,
    LONG_WORD,
    NAME,
    PLACE,
    discounted,
    moment,
    rejected,
)
from marketplaces.wildberries.schemas import FeedOrder, OrderRow, SaleRow, StatisticsRow
from marketplaces.wire import OUT_OF_RANGE

# What stands in the seller's own warehouse is FBS: never mixed with FBW.
_SELLERS_WAREHOUSE: Final = "Склад продавца"
_ZERO: Final = Decimal(0)
_OF_DISTRICTS: Final = "федеральный округ"
_DISTRICTS: Final = frozenset(
    {
        "Центральный",
        "Северо-Западный",
        "Южный",
        "Северо-Кавказский",
        "Приволжский",
        "Уральский",
        "Сибирский",
        "Дальневосточный",
    }
)


def is_fbw(row: StatisticsRow | FeedOrder) -> bool:
    """Whether the unit came from a warehouse of theirs."""
    if isinstance(row, FeedOrder):
        return not row.isMp
    return (row.warehouseType or "").strip() != _SELLERS_WAREHOUSE


# ---- the feed ---------------------------------------------------------------------------------------------
def feed_snapshot(order: FeedOrder, *, currency: str | None) -> OrderSnapshot | Rejected:
    """An order of the feed: its status and what it takes to keep an order that is new. Statistics tell the rest."""
    placed_at = moment(order.createdAt)
    if placed_at is None:
        return rejected(order, order.srid, OUT_OF_RANGE, "createdAt")
    status = statuses.order_status(order.status)
    status_at = moment(order.updatedAt) or placed_at
    kind = (order.cancelType or "").strip()[:64] if status is OrderStatus.CANCELLED else ""
    return OrderSnapshot(
        external_id=order.srid,
        status=status,
        external_status=order.status,
        external_substatus=kind,
        placed_at=placed_at,
        accepted_at=placed_at,
        status_at=status_at,
        delivered_at=status_at if status is OrderStatus.DELIVERED else None,
        lines=(
            OrderLineSnapshot(
                marketplace_sku=order.chrtId,
                seller_sku="",
                name="",
                quantity=1,
                price=round_kopecks(order.sellerPrice or _ZERO),
            ),
        ),
        currency=currency_code(currency),
        warehouse_external_id=_warehouse_id(order.warehouseName),
        warehouse_name=(order.warehouseName or "")[:PLACE],
        cluster_to=_district(order.destinationDistrict),
        cancel_reason_id=kind,
        cancel_reason=statuses.CANCEL_TYPES.get(kind, kind),
        is_partial=True,
        is_floor=status is OrderStatus.ACCEPTED,
    )


# ---- statistics -------------------------------------------------------------------------------------------
def order_snapshot(row: OrderRow, skus: Mapping[str, str]) -> OrderSnapshot | Rejected:
    """An order of statistics. It knows of cancellations only: any other order may have come further."""
    placed_at = moment(row.date)
    if placed_at is None:
        return rejected(row, row.srid, OUT_OF_RANGE, "date")
    word = statuses.ORDER_ROWS[bool(row.isCancel)]
    return OrderSnapshot(
        external_id=row.srid,
        number=(row.gNumber or "")[:LONG_WORD],
        status=statuses.order_status(word),
        external_status=word,
        placed_at=placed_at,
        accepted_at=placed_at,
        status_at=moment(row.cancelDate) if row.isCancel else placed_at,
        lines=(_line(row, skus),),
        warehouse_external_id=_warehouse_id(row.warehouseName),
        warehouse_name=(row.warehouseName or "")[:PLACE],
        cluster_to=_district(row.oblastOkrugName),
        is_floor=True,
    )


def sale_snapshot(row: SaleRow, skus: Mapping[str, str]) -> OrderSnapshot | Rejected:
    """A sale or a return as a step of its order; it does not tell when the order was placed, so it makes none."""
    happened_at = moment(row.date)
    word = statuses.SALE_ROWS.get(row.saleID[:1])
    if happened_at is None:
        return rejected(row, row.srid, OUT_OF_RANGE, "date")
    status = statuses.order_status(word) if word else OrderStatus.UNKNOWN
    return OrderSnapshot(
        external_id=row.srid,
        status=status,
        external_status=word or row.saleID[:1],
        placed_at=happened_at,
        status_at=happened_at,
        delivered_at=happened_at if status is OrderStatus.DELIVERED else None,
        lines=(_line(row, skus),),
        is_partial=True,
        is_floor=True,
        needs_order=True,
    )


def furthest_steps(steps: Iterable[OrderSnapshot]) -> list[OrderSnapshot]:
    """One step for each order: the furthest, which keeps the day of the delivery that another told."""
    kept: dict[str, OrderSnapshot] = {}
    for step in steps:
        known = kept.get(step.external_id)
        if known is None:
            kept[step.external_id] = step
            continue
        further, other = (step, known) if step.status.rank >= known.status.rank else (known, step)
        kept[step.external_id] = replace(further, delivered_at=further.delivered_at or other.delivered_at)
    return list(kept.values())


def knows_size(row: StatisticsRow, skus: Mapping[str, str]) -> bool:
    """Whether the assortment has the barcode of the row."""
    return (row.barcode or "").strip() in skus


def _line(row: StatisticsRow, skus: Mapping[str, str]) -> OrderLineSnapshot:
    """The one unit of a row. Its money columns may be 0 for a day; price and discount are right from the start."""
    full = round_kopecks(row.totalPrice)
    price = round_kopecks(discounted(row.totalPrice, row.discountPercent))
    barcode = (row.barcode or "").strip()
    return OrderLineSnapshot(
        # A barcode of goods that are deleted for good stands for their size.
        marketplace_sku=skus.get(barcode) or barcode[:LONG_WORD] or row.nmId or "-",
        seller_sku=(row.supplierArticle or "").strip()[:LONG_WORD],
        name=_subject(row, skus, barcode),
        quantity=1,
        price=price,
        discount=full - price,
    )


def _subject(row: StatisticsRow, skus: Mapping[str, str], barcode: str) -> str:
    """The name of what they call a subject, for goods without a listing; a listing's own name is better."""
    return "" if barcode in skus else (row.subject or row.supplierArticle or "").strip()[:NAME]


def _district(name: str | None) -> str:
    """The federal district by its whole name, which statistics give and the feed may cut short."""
    word = (name or "").strip()[:PLACE]
    return f"{word} {_OF_DISTRICTS}" if word in _DISTRICTS else word


def _warehouse_id(name: str | None) -> str:
    """Orders name warehouses and give no ids; only the one that stands for all is known."""
    return ALL_WAREHOUSES if (name or "").strip() == ALL_WAREHOUSES_NAME else ""
