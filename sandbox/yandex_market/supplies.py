"""Requests for supplies, withdrawals and disposals: `/v2/campaigns/{campaignId}/supply-requests`."""

from collections.abc import Callable
from typing import Any

from sandbox.world import World
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY
from sandbox.world.supplies import LEAD, SUPPLY, WITHDRAWAL, Counts, Stage, Supply, SupplyLine
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
    rows = [_row(call, supply) for supply in got.rows]
    if call.fault == "unknown_status" and rows:
        rows[int(call.chance * len(rows))]["status"] = words.UNKNOWN_STATUS
    return {"status": "OK", "result": {"requests": rows, "paging": got.paging}}


def supply_items(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/supply-requests/items`: up to 100 offers, whatever is asked for."""
    limit = min(limit_of(call, default=250, most=500), _MOST_ITEMS)
    supply = _one(call)
    places = range(len(supply.lines))
    got = page_of(call, places, key=lambda place: (place,), width=1, limit=limit)
    items = [_item(call, supply, supply.lines[place]) for place in got.rows]
    return {"status": "OK", "result": {"items": items, "paging": got.paging}}


def supply_documents(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/supply-requests/documents`."""
    supply = _one(call)
    number = ids.request_number(supply)
    rows = [
        {"type": kind, "url": f"{call.base_url}/documents/{number}/{kind}", "createdAt": moscow(drawn)}
        for kind, drawn in _documents(supply)
        if drawn <= call.seen_at
    ]
    return {"status": "OK", "result": {"documents": rows}}


# ---- what is told -----------------------------------------------------------------------------------------
def status_of(supply: Supply, at: int) -> str:
    """Return the status of a request in Market's words, which do not tell who drives to a warehouse, quarrels over
    what was counted, or missed his slot."""
    stage = supply.stage_at(at)
    if supply.kind != SUPPLY:
        ready = words.READY_TO_LEAVE[supply.kind] if _is_ready(supply, at) else None
        return ready or words.REQUEST[stage]
    sent_on = _sent_on(supply)
    if stage is Stage.ARRIVED and sent_on is not None:
        return words.IN_TRANSIT[at >= sent_on]
    return words.REQUEST[stage]


def changed_at(supply: Supply, at: int) -> int:
    """Return when a request last changed, its leaving of a transit warehouse counted."""
    changed, sent_on = supply.changed_at(at), _sent_on(supply)
    return changed if sent_on is None or sent_on > at else max(changed, sent_on)


def _sent_on(supply: Supply) -> int | None:
    """Return when a supply is sent on from its transit warehouse, or nothing if it never is in one."""
    arrived, begun = supply.time_of(Stage.ARRIVED), supply.time_of(Stage.ACCEPTING)
    if supply.drop_off is None or arrived is None or begun is None:
        return None
    return (arrived + begun) // 2


def counters_of(supply: Supply, line: SupplyLine, at: int) -> dict[str, int]:
    """Return the units of a line by Market's names; what is not known yet is left out."""
    counts: Counts = supply.count_at(line, at)
    named = {
        "planCount": counts.planned,
        "factCount": counts.accepted,
        "surplusCount": counts.surplus,
        "shortageCount": counts.shortage,
        "defectCount": counts.defect,
    }
    return {name: count for name, count in named.items() if count is not None}


def true_supply(world: World, supply: Supply, at: int, row: dict[str, Any]) -> dict[str, Any]:
    """Write over a row of the truth what Market calls a request and what it keeps to itself."""
    means = words.REQUEST_MEANS if supply.kind == SUPPLY else words.REQUEST_MEANS | words.REMOVAL_MEANS
    status = means[status_of(supply, at)]
    is_counted = status in ("accepting", "accepted")
    lines = []
    for line, told in zip(supply.lines, row["lines"], strict=True):
        counters = counters_of(supply, line, at)
        is_told = is_counted or any(count for name, count in counters.items() if name != "planCount")
        counts = {
            "accepted": counters.get("factCount"),
            "shortage": counters.get("shortageCount"),
            "surplus": counters.get("surplusCount"),
            "defect": counters.get("defectCount"),
        }
        offer = ids.offer_id(world, world.assortment[line.product])
        untold = {"sku": offer, "offer_id": offer, "shipped": None, "on_sale": None}
        lines.append(told | untold | (counts if is_told else dict.fromkeys(counts)))
    return row | {"number": str(ids.request_id(world, supply)), "status": status, "lines": lines}


def _is_ready(supply: Supply, at: int) -> bool:
    """Tell whether all that is taken back has been gathered and waits."""
    return supply.stage_at(at) is Stage.ACCEPTING and all(
        when <= at for line in supply.lines for when, _ in line.parts
    )


def _documents(supply: Supply) -> list[tuple[str, int]]:
    """Return the papers of a request and when they are drawn up."""
    steps = dict(zip(supply.path, supply.times, strict=True))
    if supply.kind != SUPPLY:
        first, last = (
            ("WITHDRAW", "ACT_OF_WITHDRAW")
            if supply.kind == WITHDRAWAL
            else ("TRANSFER", "ACT_OF_WITHDRAW_FROM_STORAGE")
        )
        return [(first, supply.created), (last, steps[Stage.ACCEPTED])]
    drawn = [
        ("SUPPLY", supply.created),
        ("CARGO_UNITS", steps.get(Stage.READY)),
        ("ACT_OF_RECEPTION_TRANSFER", steps.get(Stage.ARRIVED)),
        ("SECONDARY_RECEPTION_ACT", supply.counted),
        ("ACT_OF_DISCREPANCY", supply.counted if supply.has_discrepancies else None),
    ]
    return [(kind, at) for kind, at in drawn if at is not None]


# ---- rows -------------------------------------------------------------------------------------------------
def _row(call: Call, supply: Supply) -> dict[str, Any]:
    at = max(call.seen_at, supply.created)
    transit = TRANSITS[supply.drop_off] if supply.drop_off is not None else None
    due = supply.slot_from + (_MOVED_IN if transit else 0)
    market = MARKET_OF[supply.warehouse]
    row: dict[str, Any] = {
        "id": {
            "id": ids.request_id(call.world, supply),
            "marketplaceRequestId": ids.request_number(supply),
            **({"warehouseRequestId": str(90_000_000 + supply.serial)} if _is_booked(supply, at) else {}),
        },
        "type": words.REQUEST_TYPES[supply.kind],
        "subtype": _subtype(supply),
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


def _is_booked(supply: Supply, at: int) -> bool:
    return supply.stage_at(at) is not Stage.DRAFT


def _subtype(supply: Supply) -> str:
    if supply.drop_off is not None:
        return "XDOC"
    return words.REQUEST_SUBTYPES[supply.kind]


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
def _named(call: Call) -> list[Supply]:
    """Return the requests that are named, or all of them, as far as they are created."""
    numbers = integers(call.body, "requestIds", most=100)
    if numbers is None:
        return list(call.world.supply_book.between(call.world.streams.opened - LEAD, call.seen_at + 1))
    found = (ids.find_request(call.world, number) for number in numbers)
    return [one for one in found if one is not None and one.created <= call.seen_at]


def _newest(
    call: Call,
    accept: Callable[[Supply], bool],
    place: Callable[[Supply], Position],
    *,
    after: Position | None,
    count: int,
) -> list[Supply]:
    """Return so many requests after a position, the last changed first."""
    at, first = call.seen_at, call.world.streams.opened - LEAD
    until = (at if after is None else min(at, -after[0])) + 1
    found: list[Supply] = []
    while len(found) < count and until > first:
        since = until - _SPAN
        some = [
            one
            for one in call.world.supply_book.changed_between(since - _SENT_ON_WITHIN, until)
            if one.created <= at and since <= changed_at(one, at) < until and accept(one)
        ]
        found += sorted((one for one in some if after is None or place(one) > after), key=place)
        until = since
    return found[:count]


def _one(call: Call) -> Supply:
    number = call.body.get("requestId")
    if type(number) is not int or number < 1:
        raise bad("requestId: must be greater than or equal to 1")
    found = ids.find_request(call.world, number)
    if found is None or found.created > call.at:
        raise not_found("SUPPLY_REQUEST_NOT_FOUND", f"Supply request not found: {number}")
    return found


def _accepting(call: Call) -> Callable[[Supply], bool]:
    types = _words(call, "requestTypes", words.REQUEST_TYPES.values())
    subtypes = _words(call, "requestSubtypes", words.ALL_SUBTYPES)
    statuses = _words(call, "requestStatuses", words.ALL_REQUEST_STATUSES)
    since, until = time_of(call.body, "requestDateFrom"), time_of(call.body, "requestDateTo")

    def accept(supply: Supply) -> bool:
        return (
            (types is None or words.REQUEST_TYPES[supply.kind] in types)
            and (subtypes is None or _subtype(supply) in subtypes)
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


def _order(call: Call) -> Callable[[Supply], Position]:
    """Return the place of a request in the order that is asked for; those that are equal stand by their id."""
    sorting = section(call.body, "sorting")
    attribute, direction = sorting.get("attribute", "ID"), sorting.get("direction", "ASC")
    if sorting and not {"attribute", "direction"} <= sorting.keys():
        raise bad("sorting: attribute and direction must not be null")
    at = call.seen_at
    values: dict[str, Callable[[Supply], int]] = {
        "ID": lambda one: ids.request_id(call.world, one),
        "REQUESTED_DATE": lambda one: one.slot_from,
        "UPDATED_AT": lambda one: changed_at(one, at),
        "STATUS": lambda one: words.ALL_REQUEST_STATUSES.index(status_of(one, at)),
    }
    if attribute not in values or direction not in _DIRECTIONS:
        raise bad("sorting: unknown value")
    value, turn = values[attribute], -1 if direction == "DESC" else 1
    return lambda one: (turn * value(one), turn * ids.request_id(call.world, one))
