"""Requests for supplies, withdrawals and disposals: `/v2/campaigns/{campaignId}/supply-requests`."""

from collections.abc import Callable
from typing import Any

from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY
from sandbox.world.supplies import LEAD, Stage, Supply, SupplyLine
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.calls import (
    Call,
    integers,
    limit_of,
    local,
    money,
    moscow,
    section,
    strings,
    time_of,
)
from sandbox.yandex_market.errors import bad, not_found
from sandbox.yandex_market.paging import Position, page, page_of, token_of
from sandbox.yandex_market.places import MARKET_OF, TRANSITS
from sandbox.yandex_market.requests import (
    Request,
    changed_at,
    counters_of,
    documents_of,
    find_request,
    is_split,
    requests_of,
    status_of,
)

_MOST_ITEMS = 100
#: What comes through a transit warehouse is due at the other so long after its slot.
_MOVED_IN = 2 * DAY
_DIRECTIONS = ("ASC", "DESC")
#: The order in which a list is read that is as long as the shop is old: it is told from its top, some days at a time.
_NEWEST = {"attribute": "UPDATED_AT", "direction": "DESC"}
_SPAN = 14 * DAY
#: What is brought to a transit warehouse is sent on within this.
_SENT_ON_WITHIN = 3 * DAY


def supply_requests(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/supply-requests`, by id unless another order is asked for."""
    limit = limit_of(call, default=50, most=100)
    place = _order(call)
    accept = _accepting(call)
    if call.body.get("sorting") == _NEWEST and call.body.get("requestIds") is None:
        token = token_of(call, width=2)
        found = _newest(call, accept, place, after=token.after, count=limit + 1)
        got = page(call, found, key=place, token=token, limit=limit)
    else:
        found = sorted((one for one in _named(call) if accept(one)), key=place)
        got = page_of(call, found, key=place, width=2, limit=limit)
    rows = [_row(call, request) for request in got.rows]
    if call.fault == "unknown_status" and rows:
        rows[int(call.chance * len(rows))]["status"] = words.UNKNOWN_STATUS
    return {"status": "OK", "result": {"requests": rows, "paging": got.paging}}


def supply_items(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/supply-requests/items`: up to 100 offers, whatever is asked for."""
    limit = min(limit_of(call, default=250, most=500), _MOST_ITEMS)
    supply = _one(call).supply
    places = range(len(supply.lines))
    got = page_of(call, places, key=lambda place: (place,), width=1, limit=limit)
    items = [_item(call, supply, supply.lines[place]) for place in got.rows]
    return {"status": "OK", "result": {"items": items, "paging": got.paging}}


def supply_documents(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/supply-requests/documents`."""
    request = _one(call)
    where = f"{call.base_url}/documents/{request.number}"
    rows = [
        {"type": kind, "url": f"{where}/{kind}", "createdAt": moscow(drawn)}
        for kind, drawn in documents_of(request)
        if drawn <= call.seen_at
    ]
    return {"status": "OK", "result": {"documents": rows}}


# ---- rows -------------------------------------------------------------------------------------------------
def _row(call: Call, request: Request) -> dict[str, Any]:
    supply = request.supply
    at = max(call.seen_at, supply.created)
    transit = TRANSITS[supply.drop_off] if supply.drop_off is not None else None
    due = supply.slot_from + (_MOVED_IN if transit else 0)
    market = MARKET_OF[supply.warehouse]
    row: dict[str, Any] = {
        "id": _names(call, request, is_booked=supply.stage_at(at) is not Stage.DRAFT),
        "type": words.REQUEST_TYPES[supply.kind],
        "subtype": request.subtype,
        "status": status_of(supply, at),
        "updatedAt": moscow(changed_at(supply, at)),
        "counters": _counters(supply, at),
        "targetLocation": _location(
            market.id,
            market.name,
            f"{market.city}, {market.street}, {market.number}",
            market.gps,
            "FULFILLMENT",
            local(due, WAREHOUSES[supply.warehouse].timezone),
        ),
    }
    row |= _links(call, request)
    if transit:
        row["transitLocation"] = _location(
            transit.id,
            transit.name,
            transit.address,
            transit.gps,
            "XDOC",
            local(supply.slot_from, transit.zone),
        )
    return row


def _names(call: Call, request: Request, *, is_booked: bool) -> dict[str, Any]:
    in_warehouse = {"warehouseRequestId": str(90_000_000 + request.supply.serial)}
    return {
        "id": request.key(call.world),
        "marketplaceRequestId": request.number,
        **(in_warehouse if is_booked and not request.is_whole else {}),
    }


def _links(call: Call, request: Request) -> dict[str, Any]:
    """Return what ties the part of a split supply and the whole together."""
    if not is_split(request.supply):
        return {}
    other = Request(request.supply, is_whole=not request.is_whole)
    link = {"id": _names(call, other, is_booked=False), "type": "VIRTUAL_DISTRIBUTION"}
    return {"childrenLinks": [link]} if request.is_whole else {"parentLink": link}


def _location(
    id_: int, name: str, address: str, gps: tuple[float, float], kind: str, due: str
) -> dict[str, Any]:
    latitude, longitude = gps
    return {
        "requestedDate": due,
        "serviceId": id_,
        "name": name,
        "address": {"fullAddress": address, "gps": {"latitude": latitude, "longitude": longitude}},
        "type": kind,
    }


def _counters(supply: Supply, at: int) -> dict[str, int]:
    """Add up the lines; what was not taken as good may not be brought again."""
    sums: dict[str, int] = {}
    for line in supply.lines:
        for name, count in counters_of(supply, line, at).items():
            sums[name] = sums.get(name, 0) + count
    if "defectCount" in sums:
        sums |= {
            "undefinedCount": sums["defectCount"],
            "acceptableCount": 0,
            "unacceptableCount": sums["defectCount"],
        }
    if supply.boxes and supply.stage_at(at) >= Stage.ARRIVED:
        sums |= {"actualBoxCount": len(supply.boxes), "actualPalletsCount": 0}
    return sums


def _item(call: Call, supply: Supply, line: SupplyLine) -> dict[str, Any]:
    product = call.world.assortment[line.product]
    price = call.shop.prices.price(product, supply.created)
    return {
        "offerId": ids.offer_id(call.world, product),
        "name": product.name,
        "price": {"value": money(price.value), "currencyId": "RUR"},
        "counters": counters_of(supply, line, max(call.seen_at, supply.created)),
    }


# ---- what is asked ----------------------------------------------------------------------------------------
def _named(call: Call) -> list[Request]:
    """Return the requests that are named, or all of them, as far as they are created."""
    numbers = integers(call.body, "requestIds", most=100)
    if numbers is None:
        book = call.world.supply_book.between(call.world.streams.opened - LEAD, call.seen_at + 1)
        return [request for supply in book for request in requests_of(supply)]
    found = (find_request(call.world, number) for number in numbers)
    return [one for one in found if one is not None and one.supply.created <= call.seen_at]


def _newest(
    call: Call,
    accept: Callable[[Request], bool],
    place: Callable[[Request], Position],
    *,
    after: Position | None,
    count: int,
) -> list[Request]:
    """Return so many requests after a position, the last changed first."""
    at, first = call.seen_at, call.world.streams.opened - LEAD
    until = (at if after is None else min(at, -after[0])) + 1
    found: list[Request] = []
    while len(found) < count and until > first:
        since = until - _SPAN
        some = [
            request
            for supply in call.world.supply_book.changed_between(since - _SENT_ON_WITHIN, until)
            if supply.created <= at and since <= changed_at(supply, at) < until
            for request in requests_of(supply)
            if accept(request)
        ]
        found += sorted((one for one in some if after is None or place(one) > after), key=place)
        until = since
    return found[:count]


def _one(call: Call) -> Request:
    number = call.body.get("requestId")
    if type(number) is not int or number < 1:
        raise bad("requestId: must be greater than or equal to 1")
    found = find_request(call.world, number)
    if found is None or found.supply.created > call.at:
        raise not_found("SUPPLY_REQUEST_NOT_FOUND", f"Supply request not found: {number}")
    return found


def _accepting(call: Call) -> Callable[[Request], bool]:
    types = _words(call, "requestTypes", words.REQUEST_TYPES.values())
    subtypes = _words(call, "requestSubtypes", words.ALL_SUBTYPES)
    statuses = _words(call, "requestStatuses", words.ALL_REQUEST_STATUSES)
    since, until = time_of(call.body, "requestDateFrom"), time_of(call.body, "requestDateTo")

    def accept(request: Request) -> bool:
        supply = request.supply
        return (
            (types is None or words.REQUEST_TYPES[supply.kind] in types)
            and (subtypes is None or request.subtype in subtypes)
            and (statuses is None or status_of(supply, call.seen_at) in statuses)
            and (since is None or supply.slot_from >= since)
            and (until is None or supply.slot_from <= until)
        )

    return accept


def _words(call: Call, name: str, known: Any) -> frozenset[str] | None:
    found = strings(call.body, name, most=100)
    if found is not None and not set(found) <= set(known):
        raise bad(f"{name}: unknown value")
    return None if found is None else frozenset(found)


def _order(call: Call) -> Callable[[Request], Position]:
    """Return the place of a request in the order that is asked for; those that are equal stand by their id."""
    sorting = section(call.body, "sorting")
    attribute, direction = sorting.get("attribute", "ID"), sorting.get("direction", "ASC")
    if sorting and not {"attribute", "direction"} <= sorting.keys():
        raise bad("sorting: attribute and direction must not be null")
    at = call.seen_at
    values: dict[str, Callable[[Request], int]] = {
        "ID": lambda one: one.key(call.world),
        "REQUESTED_DATE": lambda one: one.supply.slot_from,
        "UPDATED_AT": lambda one: changed_at(one.supply, at),
        "STATUS": lambda one: words.ALL_REQUEST_STATUSES.index(status_of(one.supply, at)),
    }
    if attribute not in values or direction not in _DIRECTIONS:
        raise bad("sorting: unknown value")
    value, turn = values[attribute], -1 if direction == "DESC" else 1
    return lambda one: (turn * value(one), turn * one.key(call.world))
