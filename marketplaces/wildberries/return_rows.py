"""Wire → contracts: what comes back, unit by unit, from four sources that each tell a part. Pure and total."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from core.money import currency_code, round_kopecks
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.wildberries import statuses
from marketplaces.wildberries.mapping import (
    LONG_WORD,
    MOSCOW,
    NAME,
    discounted,
    given_id,
    moment,
    rejected,
    thing_id,
)
from marketplaces.wildberries.return_schemas import Claim, ItemReturn
from marketplaces.wildberries.schemas import FeedOrder, SaleRow
from marketplaces.wire import MISSING_FIELD, OUT_OF_RANGE

_REASON: Final = 300
_ADDRESS: Final = 500
# The first letter of `saleID`: of a return, and of a sale.
_RETURN: Final = "R"
_SALE: Final = "S"
# How their documents word the status `returnDefective`.
_FOR_A_DEFECT: Final = "Возвращён по причине брака"
# `returnType` of what turned out to be defective, bought or not.
_DEFECTIVE: Final = "возврат брака"


def is_return(row: SaleRow | FeedOrder) -> bool:
    """Whether the unit came back from its buyer, or its buyer did not take it."""
    if isinstance(row, FeedOrder):
        return row.status in statuses.FEED_RETURNS or is_refusal(row)
    return row.saleID.startswith(_RETURN)


def is_refusal(order: FeedOrder) -> bool:
    """Whether a cancelled order was refused at hand-over: its goods had left."""
    return order.status == statuses.CANCEL and _cancel_type(order) in statuses.REFUSALS


def _cancel_type(order: FeedOrder) -> str:
    return (order.cancelType or "").strip()


def may_be_return(record: Rejected) -> bool:
    """Whether a row that could not be read may tell of a return: orders and sales are not lost here."""
    payload = record.payload if isinstance(record.payload, dict) else {}
    status, sale_id = payload.get("status"), payload.get("saleID")
    is_other_order = status in (statuses.CREATED, statuses.BUYOUT)
    return not (is_other_order or (isinstance(sale_id, str) and sale_id.startswith(_SALE)))


def feed_return(order: FeedOrder, *, currency: str | None) -> ReturnSnapshot | Rejected:
    """A return or a refusal of the feed: when it began, and for returns whether it is for a defect."""
    came_at = moment(order.updatedAt)
    if came_at is None:
        return rejected(order, order.srid, OUT_OF_RANGE, "updatedAt")
    told = ReturnSnapshot(
        external_id=order.srid,
        order_external_id=order.srid,
        kind=ReturnKind.CLIENT_RETURN,
        status=statuses.FEED_RETURNS.get(order.status, ReturnStatus.IN_TRANSIT),
        external_status=order.status,
        registered_at=came_at,
        changed_at=came_at,
        marketplace_sku=order.chrtId,
        price=round_kopecks(order.sellerPrice) if order.sellerPrice else None,
        currency=currency_code(currency, default=""),
        is_partial=True,
    )
    if is_refusal(order):
        kind = _cancel_type(order)
        return replace(
            told, kind=ReturnKind.REFUSAL, reason_id=kind, reason=statuses.CANCEL_TYPES.get(kind, kind)
        )
    if order.status == statuses.RETURN_DEFECTIVE:
        return replace(told, reason_id=order.status, reason=_FOR_A_DEFECT)
    return told


def sale_return(row: SaleRow) -> ReturnSnapshot | Rejected:
    """A return of statistics: that a unit came back, and when. Its price is right from the start, its money is not."""
    came_at = moment(row.date)
    if came_at is None:
        return rejected(row, row.srid, OUT_OF_RANGE, "date")
    return ReturnSnapshot(
        external_id=row.srid,
        order_external_id=row.srid,
        kind=ReturnKind.CLIENT_RETURN,
        status=statuses.FEED_RETURNS[statuses.RETURN],
        external_status=statuses.RETURN,
        registered_at=came_at,
        changed_at=came_at,
        barcode=(row.barcode or "").strip()[:LONG_WORD],
        seller_sku=(row.supplierArticle or "").strip()[:LONG_WORD],
        price=round_kopecks(discounted(row.totalPrice, row.discountPercent)),
        is_partial=True,
    )


def claim_return(claim: Claim) -> ReturnSnapshot:
    """A buyer's claim: what becomes of the goods. When they were handed in it does not say, and the buyer's own words
    are not kept."""
    return ReturnSnapshot(
        external_id=claim.srid,
        order_external_id=claim.srid,
        kind=ReturnKind.CLIENT_RETURN,
        status=statuses.claim_status(claim.status_ex),
        external_status=f"claim {claim.status_ex}",
        changed_at=moment(claim.dt_update) or moment(claim.dt),
        is_partial=True,
    )


def item_return(row: ItemReturn) -> ReturnSnapshot | Rejected:
    """A thing on its way to the seller: one that a buyer gave back, or his own stock that he takes back.

    It names no buyer's order: where another source knows the unit it says more, and its kind stands. Things of one
    order of a return are told as one: by its id alone the sources meet.
    """
    external_id = thing_id(row.srid, row.shkId)
    if not external_id:
        return rejected(row, "", MISSING_FIELD, "srid")
    expires_at = moment(row.expiredDt)
    settled_at = moment(row.completedDt)
    return ReturnSnapshot(
        external_id=external_id,
        number=given_id(row.shkId),
        kind=ReturnKind.TECHNICAL,
        status=statuses.item_return_status(row.returnStatus),
        external_status=row.returnStatus.strip(),
        registered_at=moment(row.orderDt),
        changed_at=settled_at or _ready_at(row) or moment(row.orderDt),
        settled_at=settled_at,
        barcode=(row.sku or "").strip()[:LONG_WORD],
        name=(row.subjectName or "").strip()[:NAME],
        reason=_reason(row),
        place_address=(row.dstOfficeAddress or "").strip()[:_ADDRESS],
        pick_up_until=expires_at.astimezone(MOSCOW).date() if expires_at else None,
        is_partial=True,
    )


def _reason(row: ItemReturn) -> str:
    """Why it goes to the seller. That it is defective is no reason why a buyer did not want it: other sources tell
    that, and are not to be contradicted."""
    words = (row.returnReason or row.returnType or "").strip()[:_REASON]
    return "" if words.lower() == _DEFECTIVE else words


def _ready_at(row: ItemReturn) -> datetime | None:
    return moment(row.readyToReturnDt)
