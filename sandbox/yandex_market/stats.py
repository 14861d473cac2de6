"""The money of orders, with statuses of its own: `/v2/campaigns/{campaignId}/stats/orders`."""

from collections.abc import Callable
from typing import Any

from sandbox.world.geography import CLUSTERS
from sandbox.world.moments import DAY, HOUR, MINUTE, iso
from sandbox.world.orders import Order, Reason, Step
from sandbox.world.seeds import mix
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.calls import Call, day_of, flag, integers, limit_of, money, moscow_day, strings
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.order_rows import Money, delivery_fee, line_money, standing
from sandbox.yandex_market.paging import page, page_of, token_of
from sandbox.yandex_market.places import MARKET_OF
from sandbox.yandex_market.tariffs import charges, parcel_of

#: An order and its changes come into the statistics within forty minutes.
_LATEST = 40 * MINUTE
#: The buyer's money comes to the seller's account so long after the goods came to the buyer.
_SETTLED = DAY
_COMMISSIONS = {
    "FEE": "FEE",
    "AGENCY_COMMISSION": "AGENCY",
    "PAYMENT_TRANSFER": "PAYMENT_TRANSFER",
    "DELIVERY_TO_CUSTOMER": "DELIVERY_TO_CUSTOMER",
    "CROSSREGIONAL_DELIVERY": "CROSSREGIONAL_DELIVERY",
}


def _known(order: Order, at: int) -> int:
    """Return the instant up to which the statistics know an order."""
    return at - mix(order.serial, 91) % _LATEST


def status_of(order: Order, at: int) -> str:
    """Return the status in the words of the statistics."""
    now = standing(order, at)
    if now.step is not Step.CANCELLED:
        return now.status
    if order.reason is Reason.LOST:
        return "LOST"
    if order.shipped is not None:
        return "CANCELLED_IN_DELIVERY"
    return "CANCELLED_IN_PROCESSING" if len(order.path) > 2 else "CANCELLED_BEFORE_PROCESSING"


def stats_orders(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/stats/orders`, oldest first."""
    limit = limit_of(call, default=100, most=200)
    numbers = integers(call.body, "orders", most=1000)
    since, until, accept = _asked(call)
    if numbers is not None:
        found = (ids.find_order(call.world, number) for number in numbers)
        there = {order for order in found if order is not None and accept(order)}
        got = page_of(call, sorted(there, key=_place), key=_place, width=2, limit=limit)
    else:
        token = token_of(call, width=2)
        orders = call.world.listing(
            since=since,
            until=min(until - 1, call.at),
            after=(token.after[0], token.after[1]) if token.after is not None else None,
            limit=limit + 1,
            newest_first=False,
            accept=accept,
        )
        got = page(call, orders, key=_place, token=token, limit=limit)
    rows = [_row(call, order, max(_known(order, call.seen_at), order.created)) for order in got.rows]
    if call.fault == "unknown_status" and rows:
        rows[int(call.chance * len(rows))]["status"] = words.UNKNOWN_STATUS
    return {"status": "OK", "result": {"orders": rows, "paging": got.paging}}


def _place(order: Order) -> tuple[int, int]:
    return order[:2]


def _asked(call: Call) -> tuple[int, int, Callable[[Order], bool]]:
    """Return a half-open range of creation and a filter; both ends of the dates are included."""
    body = call.body
    since, until = day_of(body, "dateFrom"), day_of(body, "dateTo")
    changed_since, changed_until = day_of(body, "updateFrom"), day_of(body, "updateTo")
    if (since, until) != (None, None) and (changed_since, changed_until) != (None, None):
        raise bad("dateFrom, dateTo: must not be used together with updateFrom, updateTo")
    statuses = strings(body, "statuses", most=20)
    has_marks = flag(body, "hasCis") is True
    first = since if since is not None else 0
    if changed_since is not None:
        first = changed_since - max(stream.tempo.horizon for stream in call.world.streams.all())

    def accept(order: Order) -> bool:
        at = _known(order, call.at)
        if order.created > at or has_marks:
            return False
        changed = order.times[order.step_at(at)]
        return (
            (changed_since is None or changed >= changed_since)
            and (changed_until is None or changed < changed_until + DAY)
            and (statuses is None or status_of(order, at) in statuses)
        )

    return first, (until + DAY if until is not None else call.at + 1), accept


def _row(call: Call, order: Order, at: int) -> dict[str, Any]:
    number = ids.order_id(call.world, order)
    changed = standing(order, at).changed
    parts = [line_money(order, place) for place in range(len(order.lines))]
    subsidies = [
        {"operationType": "ACCRUAL", "type": kind, "amount": money(sum(amounts))}
        for kind, amounts in (
            ("SUBSIDY", [part.subsidy for part in parts]),
            ("YANDEX_CASHBACK", [part.cashback for part in parts]),
        )
        if sum(amounts)
    ]
    return {
        "id": number,
        "creationDate": moscow_day(order.created),
        # Moscow's time without its offset: the one date of the API that is written so.
        "statusUpdateDate": iso(changed + 3 * HOUR)[:19],
        "status": status_of(order, at),
        "paymentType": words.PAYMENTS[order.payment][0],
        "fake": False,
        "deliveryRegion": {"id": 1_000 + order.cluster, "name": CLUSTERS[order.cluster].name},
        "items": [*(_item(call, order, place, at) for place in range(len(order.lines))), *_delivery(order)],
        "payments": _payments(order, parts, number=number, at=at),
        "commissions": _commissions(call, order, at),
        **({"subsidies": subsidies} if subsidies else {}),
        "currency": "RUR",
    }


def _item(call: Call, order: Order, place: int, at: int) -> dict[str, Any]:
    line, market = order.lines[place], MARKET_OF[order.warehouse]
    product = call.world.assortment[line.product]
    paid = line_money(order, place)
    kinds = (("BUYER", paid.payment), ("MARKETPLACE", paid.subsidy), ("CASHBACK", paid.cashback))
    prices = [
        {
            "type": kind,
            "costPerItem": round(kopecks / line.quantity / 100, 2),
            "total": money(kopecks),
        }
        for kind, kopecks in kinds
        if kopecks
    ]
    details = _details(order, place, at)
    return {
        "offerName": product.name,
        "marketSku": ids.market_sku(product),
        "shopSku": ids.offer_id(call.world, product),
        "count": line.quantity,
        "prices": prices,
        "warehouse": {"id": market.id, "name": market.name},
        **({"details": details} if details else {}),
        "initialCount": line.quantity,
        "bidFee": mix(order.serial, 92) % 6 * 100,
    }


def _details(order: Order, place: int, at: int) -> list[dict[str, Any]]:
    """Tell which units did not stay with the buyer."""
    now = standing(order, at)
    if now.step is Step.RETURNED and order.returned[place]:
        kind, units = "RETURNED", order.returned[place]
    elif now.step is Step.CANCELLED and order.shipped is not None and order.reason is not Reason.LOST:
        kind, units = "REJECTED", order.lines[place].quantity
    else:
        return []
    return [
        {"itemStatus": kind, "itemCount": units, "updateDate": moscow_day(now.changed), "stockType": "FIT"}
    ]


def _delivery(order: Order) -> list[dict[str, Any]]:
    """Return the way to the door as their pseudo item, which has no SKU."""
    fee = delivery_fee(order)
    if not fee:
        return []
    paid = [{"type": "BUYER", "costPerItem": money(fee), "total": money(fee)}]
    return [{"offerName": "Доставка", "count": 1, "prices": paid, "initialCount": 1}]


def _payments(order: Order, parts: list[Money], *, number: int, at: int) -> list[dict[str, Any]]:
    """Return what was settled: nothing before the order is received."""
    times = dict(zip(order.path, order.times, strict=True))
    rows = [
        ("PAYMENT", times.get(Step.RECEIVED), sum(part.payment for part in parts)),
        ("REFUND", times.get(Step.RETURNED), _refund(order, parts)),
    ]
    return [
        {
            "id": f"{number}-{place}",
            "date": moscow_day(happened),
            "type": kind,
            "source": "BUYER",
            "total": money(total),
            "paymentOrder": {"id": str(happened // DAY), "date": moscow_day(happened + _SETTLED)},
        }
        for place, (kind, happened, total) in enumerate(rows)
        if happened is not None and happened + _SETTLED <= at and total
    ]


def _refund(order: Order, parts: list[Money]) -> int:
    lines = zip(order.returned, order.lines, parts, strict=True) if order.returned else ()
    return sum(part.payment * units // line.quantity for units, line, part in lines)


def _commissions(call: Call, order: Order, at: int) -> list[dict[str, Any]]:
    """Return what Market charges; what is charged for the way comes with the way."""
    sums: dict[str, int] = {}
    for line in order.lines:
        parcel = parcel_of(call, call.world.assortment[line.product], price=line.price)
        for charge in charges(parcel):
            if charge.type in _COMMISSIONS:
                name = _COMMISSIONS[charge.type]
                sums[name] = sums.get(name, 0) + charge.amount * line.quantity
    if order.shipped is None or order.shipped > at:
        return []
    return [{"type": name, "actual": money(kopecks)} for name, kopecks in sums.items()]
