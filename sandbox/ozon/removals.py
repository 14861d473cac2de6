"""Removals of the seller's own stock: withdrawals and disposals, a row for each product in each box."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sandbox.ozon.calls import Call, limit_of
from sandbox.ozon.errors import bad
from sandbox.ozon.paging import page_of
from sandbox.ozon.supplies import spoiled_at
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY, HOUR, day_number, iso
from sandbox.world.supplies import DISPOSAL, SUPPLY, Stage, Supply, SupplyLine

_BOX_PRODUCTS = 4
_BOXES = 1000
_MOSCOW = 3 * HOUR
_STATES = {
    Stage.DRAFT: "создаётся",
    Stage.BOOKED: "создана",
    Stage.ACCEPTING: "собирается на складе",
    Stage.ACCEPTED: "завершено",
}
_DESTROYED, _BEING_DESTROYED = "утилизирована", "в процессе утилизации"
_BOX_STATES = {
    Stage.DRAFT: "уже в заявке на вывоз",
    Stage.BOOKED: "уже в заявке на вывоз",
    Stage.ACCEPTING: "подготовка к вывозу",
    Stage.ACCEPTED: "получена",
}


class RemovalLine(NamedTuple):
    """A row: the removal, the box, the place in it, the goods."""

    supply: Supply
    box: int
    line: SupplyLine


def removal_id(serial: int) -> int:
    """Return the number of a removal."""
    return serial + 1


def told_status(supply: Supply, at: int) -> str:
    """Return how far Ozon says that a removal has come, in the words of our lifecycle."""
    stage = supply.stage_at(at)
    return {Stage.DRAFT: "draft", Stage.ACCEPTED: "accepted"}.get(stage, "booked")


def removals(call: Call) -> dict[str, Any]:
    """Answer `/v1/removal/from-stock/list`."""
    limit = limit_of(call.body, most=500)
    since, until = _day(call, "date_from"), _day(call, "date_to") + DAY
    if until <= since:
        raise bad("date_to: must not be before date_from")
    rows = list(_lines(call, since, min(until, call.at + 1)))
    got = page_of(call, rows, key=_place, token=call.body.get("last_id"), limit=limit)
    at = spoiled_at(call)
    told = [_row(call, row, max(at, row.supply.created)) for row in got.rows]
    if call.fault == "unknown_status" and told:
        told[int(call.chance * len(told))]["return_state"] = "телепортируется"
    return {"returns_summary_report_rows": told, "last_id": got.next}


def _day(call: Call, name: str) -> int:
    """Return the midnight in Moscow that begins a day of the request."""
    value = call.body.get(name)
    try:
        return day_number(date.fromisoformat(value or "")) * DAY - _MOSCOW
    except (TypeError, ValueError) as error:
        raise bad(f"{name}: value must be a date as YYYY-MM-DD") from error


def _place(row: RemovalLine) -> tuple[int, int, int]:
    return row.supply.created, row.supply.serial, row.line.product


def _lines(call: Call, since: int, until: int) -> Iterator[RemovalLine]:
    for supply in call.world.supply_book.between(since, until) if until > since else ():
        if supply.kind != SUPPLY:
            for number, line in enumerate(supply.lines):
                yield RemovalLine(supply, number // _BOX_PRODUCTS + 1, line)


def _row(call: Call, row: RemovalLine, at: int) -> dict[str, Any]:
    supply, product = row.supply, call.world.assortment[row.line.product]
    stage = supply.stage_at(at)
    is_disposal, is_done = supply.kind == DISPOSAL, stage is Stage.ACCEPTED
    ended = iso(supply.times[-1]) if is_done else ""
    state = _DESTROYED if is_disposal and is_done else _STATES[stage]
    box_state = (_DESTROYED if is_done else _BEING_DESTROYED) if is_disposal else _BOX_STATES[stage]
    point = WAREHOUSES[supply.warehouse]
    return {
        "name": product.name,
        "offer_id": product.offer_id,
        "sku": product.sku,
        "barcode": product.barcodes[0] if product.barcodes else "",
        "quantity_for_return": row.line.planned,
        "quant_count": 0,
        "box_id": removal_id(supply.serial) * _BOXES + row.box,
        "box_barcode": f"ii{removal_id(supply.serial) * _BOXES + row.box}",
        "return_id": removal_id(supply.serial),
        "stock_type": "брак, доступный к вывозу со стока" if is_disposal else "доступно к продаже",
        "return_created_at": iso(supply.created),
        "is_auto_return": False,
        "clearing_warehouse_name": point.name,
        "return_state": state,
        "delivery_type": "самовывоз",
        "preliminary_delivery_price": 0,
        "box_length": 0.6,
        "box_width": 0.4,
        "box_height": 0.4,
        "box_volume": 96,
        "box_weight": round(row.line.planned * product.family.weight / 1000, 3),
        "box_state": box_state,
        "destination_warehouse_name": point.name,
        "destination_warehouse_address": point.address,
        "delivery_date": "",
        "given_out_date": "" if is_disposal else ended,
        "utilization_date": ended if is_disposal else "",
    }
