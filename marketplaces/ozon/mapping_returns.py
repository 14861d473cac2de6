"""Returns: wire → contract. Pure and total, as in mapping.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from core.money import currency_code, round_kopecks
from core.periods import MOSCOW
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnSnapshot, ReturnStatus
from marketplaces.ozon.mapping import given_id, moment, rejected_row
from marketplaces.ozon.schemas_returns import Logistic, Place, ReturnRow, StatusSince, Storage, Sum
from marketplaces.ozon.statuses import return_kind, return_status
from marketplaces.wire import MISSING_FIELD

_DAY: Final = timedelta(days=1)
_ARTICLE: Final = 100
_NAME: Final = 500
_PLACE: Final = 200
_ADDRESS: Final = 500
_REASON: Final = 300
_NUMBER: Final = 100
_WORD: Final = 64
_LONG_WORD: Final = 100
_NO_LOGISTIC: Final = Logistic()
_NO_STORAGE: Final = Storage()


def is_fbo(row: ReturnRow) -> bool:
    """Whether the row is of FBO; Ozon writes the scheme in letters of either size."""
    return (row.schema_word or "").strip().lower() in ("", "fbo")


def return_snapshot(row: ReturnRow) -> ReturnSnapshot | Rejected:
    """Turn a row into a return; one that names neither a product nor a posting is rejected.

    `changed_at` is the latest of what Ozon dates: the change of the status, that of the compensation, the end of
    the way. Goods that wait can be picked up until the day before their disposal.
    """
    product, storage = row.product, row.storage or _NO_STORAGE
    logistic = row.logistic or _NO_LOGISTIC
    if not given_id(product.sku) and not product.offer_id and not row.posting_number:
        return rejected_row(row, row.id, MISSING_FIELD, "product.sku")
    word, compensation = _word(row.visual), _word(row.compensation_status)
    final_at = moment(logistic.final_moment)
    status = return_status(word, is_at_end=final_at is not None, compensation=compensation)
    changed_at = _latest(_since(row.visual), _since(row.compensation_status), final_at)
    disposal_on = _day(storage.utilization_forecast_date)
    place_name, place_address = _place(row.place)
    price = product.price
    return ReturnSnapshot(
        external_id=row.id,
        number=row.id,
        order_external_id=(row.posting_number or "")[:_NUMBER],
        order_number=(row.order_number or "")[:_NUMBER],
        kind=return_kind(row.type or ""),
        status=status,
        external_status=word[:_LONG_WORD],
        registered_at=moment(logistic.return_date) or moment(logistic.technical_return_moment),
        changed_at=changed_at,
        received_at=final_at if status is ReturnStatus.BACK_ON_SALE else moment(storage.arrived_moment),
        settled_at=changed_at if status.is_final else None,
        marketplace_sku=given_id(product.sku),
        seller_sku=(product.offer_id or "")[:_ARTICLE],
        name=(product.name or "")[:_NAME],
        quantity=product.quantity,
        price=_amount(price),
        currency=currency_code(price.currency_code if price else "", default=""),
        reason=(row.return_reason_name or "").strip()[:_REASON],
        place_name=place_name,
        place_address=place_address,
        pick_up_until=disposal_on - _DAY if disposal_on and status is ReturnStatus.WAITING_PICKUP else None,
        storage_from=_day(storage.tariffication_first_date) or _day(storage.tariffication_start_date),
        storage_cost=_amount(storage.sum),
        disposal_on=disposal_on,
        disposal_cost=_amount(storage.utilization_sum),
        compensation_status=compensation[:_WORD],
    )


def _word(told: StatusSince | None) -> str:
    return ((told and told.status and told.status.sys_name) or "").strip()


def _since(told: StatusSince | None) -> datetime | None:
    """When a status came, if there is one."""
    return moment(told.change_moment) if told and _word(told) else None


def _latest(*moments: datetime | None) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)


def _amount(told: Sum | None) -> Decimal | None:
    return round_kopecks(told.price) if told and isinstance(told.price, Decimal) else None


def _day(value: datetime | str | None) -> date | None:
    """The business day of a moment."""
    at = moment(value)
    return at and at.astimezone(MOSCOW).date()


def _place(place: Place | None) -> tuple[str, str]:
    """Name and address of a place of Ozon's own; one without a number may be a buyer's and is dropped."""
    if place is None or not given_id(place.id):
        return "", ""
    return (place.name or "")[:_PLACE], (place.address or "")[:_ADDRESS]
