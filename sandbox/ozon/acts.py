"""Acts of supplies: what was declared, found and agreed, and what it is worth."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.ozon import shipments
from sandbox.ozon.calls import Call, integers
from sandbox.ozon.catalogue import photos_of
from sandbox.ozon.errors import NOT_FOUND, ApiError, bad
from sandbox.ozon.supplies import spoiled_at
from sandbox.world.catalog import Product
from sandbox.world.moments import DAY, iso
from sandbox.world.supplies import Stage, Supply, SupplyLine

_KINDS = ("ACCEPTANCE", "DEFECT", "SURPLUS", "SHORTCOMING")
_STATES = {
    "REPORTS_CONFIRMATION_AWAITING": "AWAITING_APPROVAL_BY_SELLER",
    "REPORT_REJECTED": "REJECT_BY_SELLER",
    "COMPLETED": "ACCEPTED",
}
#: Share of the selling price that goods are valued at in acts, and VAT, in hundredths.
_WORTH, _VAT = 60, 20


class Row(NamedTuple):
    """A product in an act: units declared, found, agreed."""

    product: int
    declared: int
    fact: int
    approved: int


class ActOf(NamedTuple):
    """An act: its kind by its place in _KINDS, when it was made, its rows."""

    kind: int
    made: int
    rows: tuple[Row, ...]


def acts_of(supply: Supply, at: int) -> Iterator[ActOf]:
    """Yield the acts of a supply at an instant: the first from the beginning of the counting on, the others when
    it is over."""
    begun = supply.time_of(Stage.ACCEPTING)
    if begun is None or begun > at:
        return
    done = supply.stage_at(at) is Stage.ACCEPTED
    counts = [(line, supply.count_at(line, at)) for line in supply.lines]
    found: dict[int, list[tuple[SupplyLine, int]]] = {
        0: [(line, count.accepted or 0) for line, count in counts],
        1: [(line, count.defect) for line, count in counts if count.defect],
        2: [(line, line.shipped + count.surplus) for line, count in counts if count.surplus],
        3: [(line, line.shipped - count.shortage) for line, count in counts if count.shortage],
    }
    for kind, facts in found.items():
        rows = tuple(Row(line.product, line.shipped, fact, fact if done else 0) for line, fact in facts)
        if rows:
            yield ActOf(kind, (supply.counted or begun) if kind else begun, rows)


def _supply(call: Call, name: str) -> Supply:
    ids = integers({name: [call.body.get(name)]}, name, most=1) if call.body.get(name) is not None else []
    if not ids:
        raise bad(f"{name}: value is required")
    serial = shipments.of_order_id(ids[0]) if name == "order_id" else shipments.of_supply_id(ids[0])
    supply = shipments.supply_of(call.world, serial, call.at)
    if supply is None:
        raise ApiError(404, NOT_FOUND, "SUPPLY_NOT_FOUND")
    return supply


def act_summary(call: Call) -> dict[str, Any]:
    """Answer `/v1/supply-order/act/summary/get`."""
    supply = _supply(call, "order_id")
    at = max(spoiled_at(call), supply.created)
    state = _STATES.get(shipments.turn_at(supply, at).state, "UNSPECIFIED")
    acts = [_summary(call, supply, act, state=state) for act in acts_of(supply, at)]
    row = {
        "supply_id": shipments.supply_id(supply.serial),
        "is_agreement_completed": state == "ACCEPTED",
        "supply_acts": acts,
    }
    return {"supplies_acts": [row] if acts else []}


def _summary(call: Call, supply: Supply, act: ActOf, *, state: str) -> dict[str, Any]:
    worth = {row.product: _worth(call.world.assortment[row.product]) for row in act.rows}
    return {
        "act_id": shipments.act_id(supply.serial, act.kind),
        "act_number": f"{shipments.order_number(supply.serial)}-{act.kind + 1}",
        "act_state": state,
        "created_date": iso(act.made),
        "deadline_utc": iso(act.made + 30 * DAY),
        "summary": {
            "approved_amount": _amount(sum(worth[row.product] * row.approved for row in act.rows)),
            "approved_quantity": sum(row.approved for row in act.rows),
            "declared_quantity": sum(row.declared for row in act.rows),
            "fact_amount": _amount(sum(worth[row.product] * row.fact for row in act.rows)),
            "fact_quantity": sum(row.fact for row in act.rows),
            "sku_quantity": len(act.rows),
            "unidentified_quantity": 0,
        },
        "type": _KINDS[act.kind],
    }


def act_products(call: Call) -> dict[str, Any]:
    """Answer `/v1/supply-order/act/product/get`."""
    supply = _supply(call, "supply_id")
    acts = list(acts_of(supply, max(spoiled_at(call), supply.created)))
    assortment = call.world.assortment
    spoilt = [row.product for act in acts if act.kind == 1 for row in act.rows]
    rows = [
        {
            "act_id": shipments.act_id(supply.serial, act.kind),
            "items": [_item(call, assortment[row.product], row) for row in act.rows],
            "type": _KINDS[act.kind],
            "unidentified_quantity": 0,
        }
        for act in acts
    ]
    return {
        "skus_defects": [
            {"sku": assortment[one].sku, "defect_reasons": ["Повреждена упаковка"]} for one in spoilt
        ],
        "supply_acts": rows[::-1] if call.fault == "out_of_order" else rows,
        "supply_id": shipments.supply_id(supply.serial),
    }


def _item(call: Call, product: Product, row: Row) -> dict[str, Any]:
    worth = _worth(product)
    return {
        "approved_amount": _amount(worth * row.approved),
        "approved_quantity": row.approved,
        "declared_quantity": row.declared,
        "fact_amount": _amount(worth * row.fact),
        "fact_quantity": row.fact,
        "sku_info": {
            "barcode": product.barcodes[0] if product.barcodes else "",
            "image_link": photos_of(call, product)[0],
            "name": product.name,
            "offer_id": product.offer_id,
            "price_without_vat": _money(worth * 100 // (100 + _VAT)),
            "sku": product.sku,
            "vat": _VAT / 100,
        },
    }


def _worth(product: Product) -> int:
    """Return what a unit is worth in acts, in kopecks."""
    return product.base_price * _WORTH // 10_000 * 100


def _amount(kopecks: int) -> dict[str, Any]:
    bare = kopecks * 100 // (100 + _VAT)
    return {
        "amount": _money(kopecks),
        "amount_vat": _money(kopecks - bare),
        "amount_without_vat": _money(bare),
    }


def _money(kopecks: int) -> dict[str, str]:
    return {"amount": f"{kopecks / 100:.2f}", "currency": "RUB"}
