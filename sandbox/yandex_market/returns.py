"""Returns and unredeemed orders: `/v2/campaigns/{campaignId}/returns`. All that comes back of an order is one."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sandbox.world import World
from sandbox.world.moments import DAY
from sandbox.world.orders import Order
from sandbox.world.returns import CLIENT_RETURN, PARTIAL_REFUSAL, BackStep, Return
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.calls import Call, day_of, limit_of, moscow, price
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.order_rows import line_money
from sandbox.yandex_market.paging import page_of
from sandbox.yandex_market.places import MARKET_OF

_MOST_ORDERS = 50


class Back(NamedTuple):
    """What comes back of an order, line by line."""

    order: Order
    parts: tuple[Return, ...]

    @property
    def kind(self) -> str:
        """Its kind: that of all the lines."""
        return self.parts[0].kind

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the list: by when it was registered."""
        return self.parts[0].registered, self.order.serial

    def changed_at(self, at: int) -> int:
        """Return when any of the lines last changed."""
        return max(part.changed_at(at) for part in self.parts)

    def step_at(self, at: int) -> BackStep:
        """Return the step of the line that has come least far."""
        return min(part.step_at(at) for part in self.parts)


def returns(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/returns`, oldest first; a larger limit is cut to 100 without a word."""
    limit = limit_of(call, default=50, most=100, is_cut=True)
    accept = _accepting(call)
    found = sorted((back for back in _found(call) if accept(back)), key=lambda back: back.place)
    got = page_of(call, found, key=lambda back: back.place, width=2, limit=limit)
    rows = [_row(call, back) for back in got.rows]
    if call.fault == "unknown_status" and rows:
        odd = rows[int(call.chance * len(rows))]
        odd["shipmentStatus"] = words.UNKNOWN_STATUS
        for item in odd["items"]:
            item["instances"] = [{"status": words.UNKNOWN_STATUS} for _ in item["instances"]]
    return {"status": "OK", "result": {"returns": rows, "paging": got.paging}}


def true_return(world: World, one: Return, at: int, row: dict[str, Any]) -> dict[str, Any] | None:
    """Write over a row of the truth what Market calls a return and what it keeps to itself; nothing where it knows of
    none."""
    if one.kind not in words.RETURN_TYPES:
        return None
    offer = ids.offer_id(world, world.assortment[one.product])
    return row | {
        "number": f"{ids.return_id(world, one.order)}/{offer}",
        "order": str(ids.order_id(world, one.order)),
        "status": words.UNIT[one.step_at(at)][2],
        "reason": _reason(one),
        "sku": offer,
        "offer_id": offer,
    }


def _reason(one: Return) -> str:
    """Return the reason as it can be read: of a client return in its decision, of a cancelled order in the order."""
    if one.kind == CLIENT_RETURN:
        return "/".join(
            word for word, last in zip(words.WHY[one.why], ("", "UNKNOWN"), strict=True) if word != last
        )
    return (
        "" if one.kind == PARTIAL_REFUSAL or one.order.reason is None else words.CANCELLED[one.order.reason]
    )


# ---- rows -------------------------------------------------------------------------------------------------
def _row(call: Call, back: Back) -> dict[str, Any]:
    at = max(call.seen_at, back.place[0])
    step = back.step_at(at)
    is_return = back.kind == CLIENT_RETURN
    refunded = "REFUND_IN_PROGRESS" if step is BackStep.REGISTERED else "REFUNDED"
    return {
        "id": ids.return_id(call.world, back.order),
        "orderId": ids.order_id(call.world, back.order),
        "creationDate": moscow(back.place[0]),
        "updateDate": moscow(back.changed_at(at)),
        "returnType": words.RETURN_TYPES[back.kind],
        **({"refundStatus": refunded} if is_return else {}),
        "shipmentStatus": words.SHIPMENT[step],
        "shipmentRecipientType": "SHOP",
        **_pick_up(back, at),
        "fastReturn": False,
        "amount": price(sum(_refund(part) for part in back.parts)),
        "items": [_item(call, part, at) for part in back.parts],
    }


def _item(call: Call, part: Return, at: int) -> dict[str, Any]:
    product = call.world.assortment[part.product]
    status, stock_type, _ = words.UNIT[part.step_at(at)]
    instance = {"status": status, **({"stockType": stock_type} if stock_type else {})}
    return {
        "marketSku": ids.market_sku(product),
        "shopSku": ids.offer_id(call.world, product),
        "count": part.quantity,
        **({"decisions": [_decision(call, part)]} if part.kind == CLIENT_RETURN else {}),
        "instances": [instance] * part.quantity,
    }


def _decision(call: Call, part: Return) -> dict[str, Any]:
    reason, detail = words.WHY[part.why]
    return {
        "returnItemId": ids.return_id(call.world, part.order) * 10 + part.place,
        "count": part.quantity,
        "reasonType": reason,
        "subreasonType": detail,
        "decisionType": "REFUND_MONEY",
        "amount": price(_refund(part)),
    }


def _refund(part: Return) -> int:
    """Return what the buyer gets back, in kopecks: only what he paid himself."""
    line = part.order.lines[part.place]
    return line_money(part.order, part.place).payment * part.quantity // line.quantity


def _pick_up(back: Back, at: int) -> dict[str, Any]:
    """Tell where and until when the goods wait; only while they do."""
    waiting = [part for part in back.parts if part.step_at(at) is BackStep.WAITING]
    until = waiting[0].pick_up_until if waiting else None
    if until is None:
        return {}
    market = MARKET_OF[waiting[0].warehouse]
    return {
        "logisticPickupPoint": {
            "id": market.id,
            "name": f"{market.name}, выдача возвратов",
            "address": {
                "country": "Россия",
                "city": market.city,
                "street": market.street,
                "house": market.number,
            },
            "type": "WAREHOUSE",
        },
        "pickupTillDate": moscow(until),
    }


# ---- what is asked ----------------------------------------------------------------------------------------
def _found(call: Call) -> Iterable[Back]:
    """Yield what may be asked for, as far as it is registered."""
    numbers = _numbers(call)
    book = call.world.return_book
    if numbers is not None:
        named = (ids.find_order(call.world, number) for number in numbers)
        orders = {one.serial: one for one in named if one is not None}
    else:
        since, until = _period(call)
        orders = {one.order.serial: one.order for one in book.changed_between(since, until)}
    for order in orders.values():
        parts = tuple(one for one in book.of_order(order) if one.kind in words.RETURN_TYPES)
        if parts and parts[0].registered <= call.seen_at:
            yield Back(order, parts)


def _period(call: Call) -> tuple[int, int]:
    """Return the half-open range of changes; both days that are named are included."""
    dates = {name: call.asked(name) or None for name in ("fromDate", "toDate")}
    since, until = day_of(dates, "fromDate"), day_of(dates, "toDate")
    first = since if since is not None else call.world.streams.opened
    return first, min(until + DAY if until is not None else call.at + 1, call.at + 1)


def _accepting(call: Call) -> Callable[[Back], bool]:
    since, until = _period(call)
    is_named = _numbers(call) is not None and not (call.asked("fromDate") or call.asked("toDate"))
    kind = call.asked("type")
    if kind and kind not in words.RETURN_TYPES.values():
        raise bad("type: unknown value", code="INVALID_QUERY_PARAMETER")
    refunds = _words(call, "statuses", words.REFUND_STATUSES)
    shipments = _words(call, "shipmentStatuses", words.ALL_SHIPMENTS)

    def accept(back: Back) -> bool:
        at = call.seen_at
        step = back.step_at(at)
        refunded = "REFUND_IN_PROGRESS" if step is BackStep.REGISTERED else "REFUNDED"
        return (
            (is_named or since <= back.changed_at(at) < until)
            and (not kind or words.RETURN_TYPES[back.kind] == kind)
            and (refunds is None or (back.kind == CLIENT_RETURN and refunded in refunds))
            and (shipments is None or words.SHIPMENT[step] in shipments)
        )

    return accept


def _words(call: Call, name: str, known: Iterable[str]) -> frozenset[str] | None:
    found = _listed(call, name)
    if not found <= set(known):
        raise bad(f"{name}: unknown value", code="INVALID_QUERY_PARAMETER")
    return found or None


def _numbers(call: Call) -> list[int] | None:
    found = _listed(call, "orderIds")
    if len(found) > _MOST_ORDERS or not all(
        one.isascii() and one.isdigit() and len(one) < 20 for one in found
    ):
        raise bad(f"orderIds: up to {_MOST_ORDERS} numbers expected", code="INVALID_QUERY_PARAMETER")
    return [int(one) for one in found] or None


def _listed(call: Call, name: str) -> frozenset[str]:
    """Return the values of a parameter: named several times, or with commas between them."""
    values = ",".join(call.query.get(name, ()))
    return frozenset(one.strip() for one in values.split(",") if one.strip())
