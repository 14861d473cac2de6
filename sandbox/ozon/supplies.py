"""FBO supplies: the list of requests, the requests, their goods and cargoes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ozon import shipments
from sandbox.ozon.calls import Call, flag, integers, limit_of, section, strings, time_of
from sandbox.ozon.catalogue import photos_of, product_id
from sandbox.ozon.errors import NOT_FOUND, ApiError, bad
from sandbox.ozon.paging import page_of
from sandbox.ozon.shipments import Turn, turn_at
from sandbox.world.catalog import Product
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY, instant, iso, moment
from sandbox.world.supplies import Box, Stage, Supply

_MOST_ORDERS, _MOST_BUNDLES, _MOST_SUPPLIES = 50, 100, 100
_SORTS = ("ORDER_CREATION", "ORDER_STATE_UPDATED_AT", "TIMESLOT_FROM_UTC", "TIMESLOT_FROM_LOCAL")
_BUNDLE_SORTS = ("SKU", "NAME", "QUANTITY", "TOTAL_VOLUME_IN_LITRES")
_CARGO_STATUSES = {
    "READY_TO_SUPPLY": "READY_TO_SUPPLY",
    "ACCEPTED_AT_SUPPLY_WAREHOUSE": "ON_WAREHOUSE",
    "IN_TRANSIT": "ON_TRANSIT_WAREHOUSE",
    "ACCEPTANCE_AT_STORAGE_WAREHOUSE": "ACCEPTING",
    "CANCELLED": "DELETED",
    "OVERDUE": "NOT_DELIVERED",
}


def spoiled_at(call: Call) -> int:
    """Return the instant that an answer tells of: one that is stale tells of an earlier one."""
    return call.at - int((0.2 + 2 * call.chance) * DAY) if call.fault == "stale" else call.at


def local_z(at: int, zone: str) -> str:
    """Write the local time of an instant with a Z, as Ozon writes slots."""
    return f"{moment(at).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}Z"


# ---- the list ---------------------------------------------------------------------------------------------
def supply_order_list(call: Call) -> dict[str, Any]:
    """Answer `/v3/supply-order/list`."""
    limit = limit_of(call.body, most=100)
    query = section(call.body, "filter")
    states = strings(query, "states", most=100)
    if not states or not set(states) <= shipments.STATES:
        raise bad("filter.states: value must be a list of documented states")
    key = _sorted_by(call)
    rows = sorted(
        (serial, turn)
        for serial, turn in shipments.register_of(call.world).at(call.at)
        if turn.state in states and _wanted(call, query, serial)
    )
    placed = sorted((*key(serial, turn), serial) for serial, turn in rows)
    got = page_of(call, placed, key=lambda place: place, token=call.body.get("last_id"), limit=limit)
    return {"order_ids": [str(shipments.order_id(place[-1])) for place in got.rows], "last_id": got.next}


def _sorted_by(call: Call) -> Callable[[int, Turn], tuple[int, int]]:
    name, direction = call.body.get("sort_by"), call.body.get("sort_dir") or "ASC"
    if name not in _SORTS or direction not in ("ASC", "DESC"):
        raise bad("sort_by: value must be one of " + ", ".join(_SORTS))
    register, world = shipments.register_of(call.world), call.world
    sign = -1 if direction == "DESC" else 1

    def place(serial: int, turn: Turn) -> tuple[int, int]:
        if name == "ORDER_STATE_UPDATED_AT":
            return sign * turn.at, sign * serial
        if name == "ORDER_CREATION":
            supply = shipments.supply_of(world, serial, call.at)
            return sign * (supply.created if supply else 0), sign * serial
        at, zone = register.slot(serial)
        if name == "TIMESLOT_FROM_LOCAL":
            at = instant(datetime.fromisoformat(local_z(at, zone)))
        return sign * at, sign * serial

    return place


def _wanted(call: Call, query: dict[str, Any], serial: int) -> bool:
    search = query.get("order_number_search") or ""
    if not isinstance(search, str) or 0 < len(search) < 3:
        raise bad("filter.order_number_search: value length must be at least 3 characters")
    points = integers(query, "dropoff_warehouse_ids", most=100)
    slots = section(query, "timeslot_from_range")
    if search and search not in shipments.order_number(serial):
        return False
    if points:
        supply = shipments.supply_of(call.world, serial, call.at)
        if supply is None or _drop_off(supply)["warehouse_id"] not in points:
            return False
    return not slots or _is_in(slots, *shipments.register_of(call.world).slot(serial))


def _is_in(slots: dict[str, Any], at: int, zone: str) -> bool:
    since, until = time_of(slots, "from"), time_of(slots, "to")
    kind = slots.get("timeslot_filter_type")
    if kind not in ("BY_LOCAL_TIME", "BY_UTC_TIME") or since is None or until is None:
        raise bad("filter.timeslot_from_range: from, to and timeslot_filter_type are required")
    if kind == "BY_LOCAL_TIME":
        at = instant(datetime.fromisoformat(local_z(at, zone)))
    return since <= at <= until


# ---- requests ---------------------------------------------------------------------------------------------
def supply_order_get(call: Call) -> dict[str, Any]:
    """Answer `/v3/supply-order/get`."""
    ids = integers(call.body, "order_ids", most=_MOST_ORDERS)
    if not ids:
        raise bad("order_ids: value must contain between 1 and 50 items, inclusive")
    found = [shipments.supply_of(call.world, shipments.of_order_id(one), call.at) for one in ids]
    orders = [_order(supply, spoiled_at(call)) for supply in found if supply is not None]
    match call.fault:
        case "unknown_status" if orders:
            odd = orders[int(call.chance * len(orders))]
            odd["state"] = odd["supplies"][0]["state"] = shipments.UNKNOWN_STATE
        case "out_of_order":
            orders.reverse()
        case "empty_page":
            orders = []
    return {"orders": orders}


def _order(supply: Supply, at: int) -> dict[str, Any]:
    at = max(at, supply.created)
    turn = turn_at(supply, at)
    has_slot = supply.stage_at(at) is not Stage.DRAFT
    return {
        "order_id": shipments.order_id(supply.serial),
        "order_number": shipments.order_number(supply.serial),
        "created_date": iso(supply.created),
        "state": turn.state,
        "state_updated_date": iso(turn.at),
        "data_filling_deadline_utc": iso(supply.slot_from - DAY) if supply.point else None,
        "dropoff_warehouse": _drop_off(supply),
        "order_tags": {
            "is_econom": False,
            "is_pickup": False,
            "is_quant": False,
            "is_super_fbo": False,
            "is_virtual": False,
            "original_supply_id": 0,
            "product_super_fbo": False,
            "seller_warehouse_id": 0,
        },
        "timeslot": _slot(supply) if has_slot else None,
        "supplies": [_supply(supply, turn.state, at)],
    }


def _drop_off(supply: Supply) -> dict[str, Any]:
    place = supply.point or WAREHOUSES[supply.warehouse]
    return {"warehouse_id": place.id, "name": place.name, "address": place.address}


def _slot(supply: Supply) -> dict[str, Any]:
    offset = moment(supply.slot_from).astimezone(ZoneInfo(supply.zone)).strftime("%z")
    return {
        "timeslot": {
            "from": local_z(supply.slot_from, supply.zone),
            "to": local_z(supply.slot_to, supply.zone),
        },
        "timezone_info": {"iana_name": supply.zone, "offset": f"{offset[:3]}:{offset[3:]}"},
    }


def _supply(supply: Supply, state: str, at: int) -> dict[str, Any]:
    is_edited = any(supply.count_at(line, at).shipped is not None for line in supply.lines)
    warehouse = WAREHOUSES[supply.warehouse]
    storage = {
        "warehouse_id": warehouse.id,
        "name": warehouse.name,
        "address": warehouse.address,
        "arrival_date": iso(supply.slot_from // DAY * DAY),
    }
    return {
        "supply_id": shipments.supply_id(supply.serial),
        "bundle_id": shipments.bundle_id(supply.serial, edition=int(is_edited)),
        "state": state,
        "is_crossdock": supply.drop_off is not None,
        "macrolocal_cluster_id": warehouse.cluster.macro_id,
        "storage_warehouse": storage if supply.drop_off is None else None,
        "supply_tags": {
            "freeze_stock_for_marking": False,
            "is_ettn_required": False,
            "is_evsd_required": False,
            "is_jewelry": False,
            "is_marking_possible": False,
            "is_marking_required": False,
            "is_utd": False,
        },
    }


# ---- goods ------------------------------------------------------------------------------------------------
def supply_bundle(call: Call) -> dict[str, Any]:
    """Answer `/v1/supply-order/bundle`: the goods of one supply, or of one of its boxes."""
    limit = limit_of(call.body, most=100)
    names = strings(call.body, "bundle_ids", most=_MOST_BUNDLES)
    if not names:
        raise bad("bundle_ids: value must contain between 1 and 100 items, inclusive")
    name = call.body.get("sort_field") or "SKU"
    if name not in _BUNDLE_SORTS:
        raise bad(f"sort_field: invalid value for enum type: {name!r}")
    sign = 1 if flag(call.body, "is_asc") else -1
    goods = [one for text in names for one in _goods(call, text)]
    assortment = call.world.assortment
    placed = sorted((sign * assortment[product].sku, product, units) for product, units in goods)
    got = page_of(call, placed, key=lambda row: row, token=call.body.get("last_id"), limit=limit)
    return {
        "items": [_item(call, assortment[product], units) for _place, product, units in got.rows],
        "total_count": len(placed),
        "has_next": got.more,
        "last_id": got.next,
    }


def _goods(call: Call, text: str) -> list[tuple[int, int]]:
    """Return the products in a bundle and their units."""
    place = shipments.of_bundle_id(text)
    supply = shipments.supply_of(call.world, place[0], call.at) if place else None
    if supply is None or place is None:
        raise ApiError(404, NOT_FOUND, "BUNDLE_NOT_FOUND")
    _serial, number, edition = place
    if not number:
        return [(line.product, line.shipped if edition else line.planned) for line in supply.lines]
    box = next((one for one in supply.boxes if one.number == number), Box(0, ()))
    return [(supply.lines[line].product, units) for line, units in box.contents]


def _item(call: Call, product: Product, units: int) -> dict[str, Any]:
    wide, long, high = product.family.box
    litres = wide * long * high / 1_000_000
    return {
        "icon_path": photos_of(call, product)[0],
        "sku": product.sku,
        "name": product.name,
        "offer_id": product.offer_id,
        "quantity": units,
        "barcode": product.barcodes[0] if product.barcodes else "",
        "product_id": product_id(product),
        "quant": 1,
        "is_quant_editable": False,
        "volume_in_litres": round(litres, 3),
        "total_volume_in_litres": round(litres * units, 3),
        "contractor_item_code": product.offer_id,
        "sfbo_attribute": "ITEM_SFBO_ATTRIBUTE_NONE",
        "shipment_type": "BUNDLE_ITEM_SHIPMENT_TYPE_GENERAL",
        "tags": [],
        "placement_zone": "SORT",
    }


# ---- cargoes ----------------------------------------------------------------------------------------------
def cargoes(call: Call) -> dict[str, Any]:
    """Answer `/v1/cargoes/get`."""
    ids = integers(call.body, "supply_ids", most=_MOST_SUPPLIES)
    if not ids:
        raise bad("supply_ids: value must contain between 1 and 100 items, inclusive")
    found = [shipments.supply_of(call.world, shipments.of_supply_id(one), call.at) for one in ids]
    rows = [_cargoes(supply, spoiled_at(call)) for supply in found if supply is not None]
    return {"supply": rows[::-1] if call.fault == "out_of_order" else rows}


def _cargoes(supply: Supply, at: int) -> dict[str, Any]:
    packed = supply.time_of(Stage.READY)
    boxes = supply.boxes if packed is not None and packed <= at else ()
    return {
        "supply_id": shipments.supply_id(supply.serial),
        "bundle_id": shipments.bundle_id(supply.serial),
        "cargoes": [_cargo(supply, box, at) for box in boxes],
    }


def _cargo(supply: Supply, box: Box, at: int) -> dict[str, Any]:
    arrived = supply.time_of(Stage.ARRIVED)
    state = turn_at(supply, at).state
    status = _CARGO_STATUSES.get(state, "PROCESSED")
    if status == "ON_WAREHOUSE" and supply.point:
        status = "ON_POINT_SHIPMENT"
    here = arrived if arrived is not None and arrived <= at else None
    return {
        "cargo_id": shipments.cargo_id(supply.serial, box.number),
        "bundle_id": shipments.bundle_id(supply.serial, box=box.number),
        "type": "BOX",
        "content_type": "MONO" if len(box.contents) == 1 else "MIX",
        "placement_zone_type": "SINGLE",
        "tracking_info": {
            "date": iso(supply.slot_from if here is None else here),
            "status": status,
            "type": "EXPECTED_ARRIVAL" if here is None else "ACTUAL_ARRIVAL",
        },
    }
