"""Supplies: the list, and of each the details, the goods, the boxes, and what was found in them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sandbox.wildberries import ids
from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import of_supplies, problem
from sandbox.wildberries.intake import Told, found_in_boxes, told
from sandbox.wildberries.paging import window
from sandbox.wildberries.words import MOSCOW, UNKNOWN_SUPPLY, moscow, moscow_day
from sandbox.world.moments import DAY, day_number
from sandbox.world.supplies import SUPPLY, Supply, SupplyLine

_WORDS = Words(lambda call, text: of_supplies(text, at=call.now))
_MOST, _USUAL_GOODS, _MOST_GOODS = 1000, 100, 1000
_STATUSES = frozenset(range(1, 7))
_DAYS = ("factDate", "createDate", "supplyDate", "updatedDate")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T\S{1,30})?", re.ASCII)
_LONGEST = 18
_YEAR = 365 * DAY
#: Nothing that is older than this is still on its way.
_OPEN_FOR = 120 * DAY
#: The day for which something is planned is so far at most from a change of it, and a change from being told.
_PLANNED_FOR, _TOLD_WITHIN = 60 * DAY, 2 * DAY

Row = dict[str, Any]
Accept = Callable[[Told], bool]


def supplies(call: Call) -> list[Row]:
    """Answer `/api/v1/supplies`: the newest first; without a filter, the last thousand."""
    limit = _number(call, "limit", default=_MOST, most=_MOST, least=1)
    offset = _number(call, "offset", default=0)
    statuses = _statuses(call)
    filters = [_filter(call, one) for one in _dates(call)]
    if statuses:
        filters.append(lambda one: one.status in statuses)
    found = [one for one in _all(call) if all(accept(one) for accept in filters)]
    found.sort(key=lambda one: (one.created, one.supply_id or one.preorder_id), reverse=True)
    if not filters:
        found = found[:_MOST]
    rows = [_row(one) for one in window(call, found, offset=offset, limit=limit)]
    if call.fault == "unknown_status" and rows:
        rows[int(call.chance * len(rows))]["statusID"] = UNKNOWN_SUPPLY
    return rows


def supply(call: Call) -> Row:
    """Answer `/api/v1/supplies/{ID}`."""
    one = _asked(call)
    lines = one.counts()
    row = {key: value for key, value in _row(one).items() if key not in ("supplyID", "preorderID")}
    if call.fault == "unknown_status":
        row["statusID"] = UNKNOWN_SUPPLY
    if one.is_virtual:
        row["virtualTypeID"] = one.virtual_type
    if one.status == 5:
        row["discrepancies"] = sum(line.shortage + line.surplus for line in one.supply.lines) * (
            not one.is_virtual
        )
    warehouse_id, warehouse = one.warehouse
    arrived = one.fact is not None
    accepted, on_sale = sum(count.accepted or 0 for count in lines), sum(count.on_sale for count in lines)
    return row | {
        "warehouseID": warehouse_id,
        "warehouseName": warehouse,
        "actualWarehouseID": warehouse_id if arrived else None,
        "actualWarehouseName": warehouse if arrived else "",
        "transitWarehouseID": one.transit[0] if one.transit else None,
        "transitWarehouseName": one.transit[1] if one.transit else "",
        "acceptanceCost": None,
        "paidAcceptanceCoefficient": None,
        "rejectReason": one.reject_reason,
        "supplierAssignName": call.shop.account.company,
        "storageCoef": "115",
        "deliveryCoef": "130",
        "quantity": sum(count.planned for count in lines),
        "readyForSaleQuantity": on_sale,
        "acceptedQuantity": accepted,
        "unloadingQuantity": max(0, accepted - on_sale),
        "depersonalizedQuantity": 0,
    }


def goods(call: Call) -> list[Row]:
    """Answer `/api/v1/supplies/{ID}/goods`."""
    limit = _number(call, "limit", default=_USUAL_GOODS, most=_MOST_GOODS, least=1)
    offset = _number(call, "offset", default=0)
    one = _asked(call)
    rows = [_good(call, one, line) for line in one.lines]
    return window(call, rows, offset=offset, limit=limit)


def package(call: Call) -> list[Row]:
    """Answer `/api/v1/supplies/{ID}/package`."""
    one = _by_supply_id(call, _id(call))
    if one is None:
        raise of_supplies(
            "fail to get barcodes info: internal error: get supply by id: Поставка не найдена", at=call.now
        )
    rows = [
        {
            "packageCode": one.box_code(box.number),
            "quantity": sum(units for _place, units in box.contents),
            "barcodes": [
                {"barcode": one.barcode(call.world, one.supply.lines[place]), "quantity": units}
                for place, units in box.contents
            ],
        }
        for box in one.boxes
    ]
    return window(call, rows, offset=0, limit=len(rows))


def discrepancies(call: Call) -> list[Row]:
    """Answer `/api/supplies/v1/discrepancies/{supplyId}`; nothing of what was accepted more than a year ago."""
    one = _by_supply_id(call, _id(call))
    if one is None:
        raise of_supplies(f"поставка {call.target} не найдена", status=404, at=call.now)
    if one.status != 5 or one.is_virtual:
        return []
    if one.supply.times[-1] < call.at - _YEAR:
        raise problem(403, "forbidden", "accepted more than a year ago", at=call.now, origin="supply-api")
    return found_in_boxes(call.world, one)


# ---- rows -------------------------------------------------------------------------------------------------
def _row(one: Told) -> Row:
    kind = {"isBoxOnPallet": False} if one.box_type == 2 else {}
    return {
        "phone": "+7 916 *** 44 44",
        "supplyID": one.supply_id,
        "preorderID": one.preorder_id,
        "createDate": moscow(one.created),
        "supplyDate": _day_text(one.day),
        "factDate": moscow(one.fact) if one.fact is not None else None,
        "updatedDate": moscow(one.updated) if one.updated is not None else None,
        "statusID": one.status,
        "boxTypeID": one.box_type,
        **kind,
    }


def _good(call: Call, one: Told, line: SupplyLine) -> Row:
    listed = call.world.listed[line.product]
    product = call.world.assortment[line.product]
    count = one.count(line)
    return {
        "barcode": one.barcode(call.world, line),
        "vendorCode": listed.article,
        "nmID": call.shop.cards.by_product[product.index].nm_id,
        "needKiz": False,
        "tnved": None,
        "techSize": listed.size,
        "color": None,
        "supplierBoxAmount": count.shipped,
        "quantity": count.planned,
        "readyForSaleQuantity": count.on_sale,
        "acceptedQuantity": count.accepted or 0,
        "unloadingQuantity": max(0, (count.accepted or 0) - count.on_sale),
    }


def _day_text(day: int | None) -> str | None:
    return None if day is None else moscow(day * DAY - MOSCOW)


# ---- which ones -------------------------------------------------------------------------------------------
def _all(call: Call) -> Iterator[Told]:
    """Yield what is there to be listed: as far back as it is asked for, and everything that is still open."""
    spans = [_span(call, one) for one in _dates(call)]
    firsts = [
        day * DAY - (_PLANNED_FOR if kind == "supplyDate" else _TOLD_WITHIN) for kind, day, _last in spans
    ]
    first = max(firsts) if firsts else call.at - _OPEN_FOR if _statuses(call) else 0
    for one in call.world.supply_book.changed_between(max(first, _opened(call)), call.seen_at + 1):
        yield from _told(call, one)


def _opened(call: Call) -> int:
    """The instant before which there was nothing, not even the supplies of the opening stock."""
    return call.world.streams.opened - 60 * DAY


def _told(call: Call, one: Supply) -> Iterator[Told]:
    if one.kind == SUPPLY and one.created <= call.seen_at:
        found = told(one, call.seen_at)
        if found is not None:
            yield found
        virtual = told(one, call.seen_at, is_virtual=True)
        if virtual is not None:
            yield virtual


def _filter(call: Call, asked: dict[str, Any]) -> Accept:
    kind, first, last = _span(call, asked)
    return lambda one: (day := _day_of(one, kind)) is not None and first <= day <= last


def _day_of(one: Told, kind: str) -> int | None:
    if kind == "supplyDate":
        return one.day
    moment = {"factDate": one.fact, "createDate": one.created, "updatedDate": one.updated}[kind]
    return None if moment is None else moscow_day(moment)


def _span(call: Call, asked: dict[str, Any]) -> tuple[str, int, int]:
    kind = asked.get("type")
    if kind not in _DAYS:
        words = " ".join(_DAYS)
        raise _WORDS.bad(call, f"Выберите значение параметра 'Type' из списка: '{words}'")
    first, last = (_day(call, asked.get(name)) for name in ("from", "till"))
    return kind, first if first is not None else 0, last if last is not None else moscow_day(call.at)


def _day(call: Call, value: Any) -> int | None:
    if value is None:
        return None
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            text = value if len(value) == 10 else datetime.fromisoformat(value).date().isoformat()
            return day_number(date.fromisoformat(text))
    except ValueError:
        pass
    raise _WORDS.bad(
        call, f'ошибка при считывании даты "{value}". Дата должна быть в формате ISO Date: 2006-01-02'
    )


def _dates(call: Call) -> list[dict[str, Any]]:
    found = call.body.get("dates")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _WORDS.bad(call, "dates: array of objects expected")
    return found


def _statuses(call: Call) -> frozenset[int]:
    found = call.body.get("statusIDs")
    if found is None:
        return frozenset()
    if not isinstance(found, list) or not all(type(one) is int and one in _STATUSES for one in found):
        raise _WORDS.bad(call, "Выберите значение параметра 'StatusIDs[0]' из списка: '1 2 3 4 5 6'")
    return frozenset(found)


# ---- one of them ------------------------------------------------------------------------------------------
def _asked(call: Call) -> Told:
    """Return the supply that a path names, by its own id or by that of its pre-order."""
    number, word = _id(call), call.asked("isPreorderID") or "false"
    if word not in ("true", "false"):
        raise _WORDS.bad(call, "Неверный формат isPreorderID")
    found = _by_preorder_id(call, number) if word == "true" else _by_supply_id(call, number)
    if found is None:
        raise of_supplies(f"поставка {number} не найдена", status=404, at=call.now)
    if word == "true" and found.supply_id:
        raise _WORDS.bad(
            call,
            f"fail to get supply details: по заказу {number} найдена поставка {found.supply_id}. "
            "Используйте поиск по ID поставки",
        )
    return found


def _id(call: Call) -> int:
    if not (call.target.isascii() and call.target.isdigit()):
        raise _WORDS.bad(call, "неверный формат id (должен быть int64)")
    if len(call.target) > _LONGEST:
        raise _WORDS.bad(call, "id выходит за рамки int64")
    return int(call.target)


def _by_preorder_id(call: Call, number: int) -> Told | None:
    return _standing(call, ids.serial_of_preorder(number), is_virtual=False)


def _by_supply_id(call: Call, number: int) -> Told | None:
    serial, is_virtual = ids.serial_of_supply(number)
    found = _standing(call, serial, is_virtual=is_virtual)
    return found if found is not None and found.supply_id else None


def _standing(call: Call, serial: int, *, is_virtual: bool) -> Told | None:
    found = call.world.supply_book.get(serial)
    if found is None or found.kind != SUPPLY or found.created > call.seen_at:
        return None
    return told(found, call.seen_at, is_virtual=is_virtual)


def _number(call: Call, name: str, *, default: int, most: int | None = None, least: int = 0) -> int:
    text = call.asked(name)
    if not text:
        return default
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else -1
    if value < least or (most is not None and value > most):
        raise _WORDS.bad(call, f"Неверный формат {name}")
    return value
