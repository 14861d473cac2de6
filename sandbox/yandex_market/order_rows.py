"""One order in Market's shape: where it stands, what was paid for its lines, how it travels."""

from typing import Any, NamedTuple

from sandbox.world.geography import CLUSTERS
from sandbox.world.moments import DAY, iso
from sandbox.world.orders import Delivery, Order, Reason, Step
from sandbox.world.seeds import mix, unit
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.calls import Call, moscow, moscow_day, price
from sandbox.yandex_market.places import MARKET_OF

_SERVICE = "Яндекс Маркет"
_SERVICE_ID = 1_005_705
_NO_VAT = "NO_VAT"


class Standing(NamedTuple):
    """Where an order stands at an instant, in Market's words, and when it came there."""

    status: str
    substatus: str
    step: Step
    changed: int


def standing(order: Order, at: int) -> Standing:
    """Return where an order stands at an instant."""
    place = order.step_at(at)
    step, changed = order.path[place], order.times[place]
    if step is Step.CANCELLED and order.reason is not None:
        return Standing(words.STATUS[step], words.CANCELLED[order.reason], step, changed)
    if order.delivery is Delivery.COURIER and step in words.TO_DOOR:
        return Standing(*words.TO_DOOR[step], step, changed)
    is_part = step is Step.RETURNED and not order.is_wholly_returned
    status = words.PARTLY_RETURNED if is_part else words.STATUS[step]
    return Standing(status, words.SUBSTATUS[step], step, changed)


class Money(NamedTuple):
    """What was paid for all units of a line, in kopecks: by the buyer, by Market, with points of Plus."""

    payment: int
    subsidy: int
    cashback: int


def line_money(order: Order, place: int) -> Money:
    """Split the price of a line so that the parts give the price of a unit times the units again."""
    line = order.lines[place]
    total = line.price * line.quantity
    stir = mix(order.serial, 81, place)
    subsidy = total * (stir % 17) // 100 if stir % 5 < 3 else 0
    cashback = total * (stir // 32 % 30) // 100 if stir // 64 % 4 == 0 else 0
    return Money(total - subsidy - cashback, subsidy, cashback)


def delivery_fee(order: Order) -> int:
    """Return what the buyer paid for the way to his door, in kopecks: it is not the seller's money."""
    return 9900 if order.delivery is Delivery.COURIER else 0


def _prices(money: Money) -> dict[str, Any]:
    """Write the parts of a price; those that are nothing are left out, but for the buyer's own."""
    rest = {"subsidy": money.subsidy, "cashback": money.cashback}
    return {
        "payment": price(money.payment),
        **{name: price(kopecks) for name, kopecks in rest.items() if kopecks},
    }


def row(call: Call, order: Order, at: int) -> dict[str, Any]:
    """Return an order as it stands at an instant, not before it was created."""
    at = max(at, order.created)
    now = standing(order, at)
    money = [line_money(order, place) for place in range(len(order.lines))]
    whole = Money(*(sum(part) for part in zip(*money, strict=True)))
    payment_type, method = words.PAYMENTS[order.payment]
    return {
        "orderId": ids.order_id(call.world, order),
        "campaignId": call.shop.campaign_id,
        "programType": "FBY",
        "status": now.status,
        "substatus": now.substatus,
        "creationDate": moscow(order.created),
        "updateDate": moscow(now.changed),
        "paymentType": payment_type,
        "paymentMethod": method,
        "fake": False,
        "items": [_item(call, order, place, now) for place in range(len(order.lines))],
        "prices": {**_prices(whole), "delivery": {"payment": price(delivery_fee(order)), "vat": _NO_VAT}},
        "delivery": _delivery(order, at),
        "buyerType": "BUSINESS" if order.legal else "PERSON",
        "sourcePlatform": "MARKET",
    }


def _item_statuses(order: Order, place: int, now: Standing) -> list[dict[str, Any]]:
    """Tell how the units of a line are doing: after a return some of them otherwise than the rest."""
    units = order.lines[place].quantity
    if now.step is Step.RETURNED:
        back = order.returned[place]
        counts = {"RETURNED": back, words.ITEM[Step.RECEIVED]: units - back}
        return [{"status": status, "count": count} for status, count in counts.items() if count]
    if now.step is not Step.CANCELLED:
        status = words.ITEM[now.step]
    elif now.substatus == words.CANCELLED[Reason.LOST]:
        status = "LOST"
    else:
        status = "REJECTED" if order.shipped is not None else "CANCELLED"
    return [{"status": status, "count": units}]


def _item(call: Call, order: Order, place: int, now: Standing) -> dict[str, Any]:
    line = order.lines[place]
    product = call.world.assortment[line.product]
    return {
        "id": ids.order_id(call.world, order) * 10 + place,
        "offerId": ids.offer_id(call.world, product),
        "offerName": product.name,
        "count": line.quantity,
        "prices": {**_prices(line_money(order, place)), "vat": _NO_VAT},
        "itemStatuses": _item_statuses(order, place, now),
    }


def _delivery(order: Order, at: int) -> dict[str, Any]:
    came = dict(zip(order.path, order.times, strict=True)).get(Step.RECEIVED)
    received = came if came is not None and came <= at else None
    shipped = order.shipped if order.shipped is not None else order.created + DAY
    is_door = order.delivery is Delivery.COURIER
    city = CLUSTERS[order.cluster].name
    where = {
        "address": {"country": "Россия", "city": city},
        "region": {"id": 1_000 + order.cluster, "name": city, "type": "REGION"},
    }
    first = shipped + 2 * DAY + int(unit(order.serial, 82) * 2) * DAY
    return {
        "type": words.DELIVERY[order.delivery],
        "serviceName": _SERVICE,
        "deliveryServiceId": _SERVICE_ID,
        "warehouseId": str(MARKET_OF[order.warehouse].id),
        "deliveryPartnerType": "YANDEX_MARKET",
        "dispatchType": "BUYER" if is_door else "MARKET_BRANDED_OUTLET",
        "dates": {
            "fromDate": moscow_day(first),
            "toDate": moscow_day(first + DAY),
            "fromTime": "10:00:00",
            "toTime": "22:00:00",
            **({"realDeliveryDate": moscow_day(received)} if received is not None else {}),
        },
        "shipment": {
            "id": 500_000_000 + order.created // DAY * 10 + order.warehouse % 10,
            "shipmentDate": moscow_day(shipped),
            "shipmentTime": iso(shipped)[11:16],
        },
        ("courier" if is_door else "pickup"): where
        if is_door
        else {**where, "logisticPointId": 10_000_000_000 + mix(order.serial, 83) % 40_000},
    }
