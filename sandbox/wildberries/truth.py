"""The truth of a world in Wildberries' ids: rows of the shape in which the world itself tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import movements
from sandbox.wildberries import ids
from sandbox.wildberries.ids import cards_of
from sandbox.wildberries.intake import Told, told
from sandbox.wildberries.order_book import standing
from sandbox.wildberries.prices_book import PriceBook
from sandbox.wildberries.returns import DEFECTS, things, ways_of_removal
from sandbox.wildberries.stocks import heaps
from sandbox.wildberries.words import PLACES, WAREHOUSE, WAREHOUSE_ID
from sandbox.world import World
from sandbox.world.moments import DAY, HOUR, instant, moment
from sandbox.world.orders import Step
from sandbox.world.returns import CLIENT_RETURN, REFUSAL, TECHNICAL, BackStep, Return, Why
from sandbox.world.supplies import SUPPLY, WITHDRAWAL, Supply
from sandbox.world.units import Unit, srid, units
from sandbox.world.views import roubles

_STAGES = {
    "created": "accepted",
    "buyout": "delivered",
    "cancel": "cancelled",
    "return": "returned",
    "returnDefective": "returned",
}
#: Their `statusID` of a supply in the words of our lifecycle.
_SUPPLY_STATUSES = {1: "draft", 2: "booked", 3: "ready", 4: "accepting", 5: "accepted", 6: "arrived"}
#: The end of what waited for the seller.
_SENT_ON = {
    BackStep.WAITING: "waiting_pickup",
    BackStep.HANDED_OVER: "handed_over",
    BackStep.DISPOSED: "disposed",
}
#: Words of things on their way to the seller.
_WAYS = {
    "Оформлен": "in_transit",
    "В пути в пвз": "in_transit",
    "Готов к выдаче": "waiting_pickup",
    "Истек срок хранения на пвз": "waiting_pickup",
    "Выдано": "handed_over",
}
#: How far back the feed looks, a little less.
_FEED_KEPT = 31 * DAY - HOUR
_TOLD = (Step.CREATED, Step.RECEIVED, Step.CANCELLED, Step.RETURNED)


def truth_orders(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every thing ordered by an instant: `number` is its srid, `sku` of its line the chrtID.

    Wildberries tells of no step between the order and its end, so neither does this.
    """
    until, book = instant(at), PriceBook(world)
    for order in world.streams.between(world.streams.opened, until + 1):
        for one in units(order):
            yield _row(world, book, one, until)


def _row(world: World, book: PriceBook, one: Unit, until: int) -> dict[str, Any]:
    order, now = one.order, standing(one, until)
    product = world.assortment[one.line.product]
    price = str(roubles(book.of_day(product.index, order.created).kopecks))
    history = [
        [step.name.lower(), moment(when).isoformat()]
        for step, when in zip(one.path, one.times, strict=True)
        if step in _TOLD and when <= until
    ]
    line = {
        "sku": cards_of(world).chrt_id(product),
        "offer_id": world.listed[product.index].article,
        "quantity": 1,
        "price": price,
    }
    return {
        "number": srid(world, one),
        "basket": order.basket,
        "stage": _STAGES[now.status],
        "step": history[-1][0],
        "created_at": moment(order.created).isoformat(),
        "changed_at": moment(now.since).isoformat(),
        "warehouse_id": WAREHOUSE_ID,
        "warehouse": WAREHOUSE,
        "cluster_to": PLACES[order.cluster].district,
        "lines": [line],
        "amount": price,
        "reason": order.reason.name.lower() if order.reason is not None and now.status == "cancel" else None,
        "live": order.live,
        "history": history,
    }


def truth_stock(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the stock of every size that has any, of all warehouses together, as it was last counted."""
    for index, heap in heaps(world, instant(at)).items():
        product = world.assortment[index]
        if any(heap):
            yield {
                "sku": cards_of(world).chrt_id(product),
                "offer_id": world.listed[index].article,
                "warehouse_id": WAREHOUSE_ID,
                "warehouse": WAREHOUSE,
                "available": heap.quantity,
                "reserved": 0,
                "present": heap.quantity,
                "to_client": heap.to_client,
                "from_client": heap.from_client,
            }


def truth_prices(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the price of every size as it stands while nobody has set another one."""
    now, book, cards = instant(at), PriceBook(world), cards_of(world)
    for card in cards.all:
        for product in card.sold(now):
            price = book.of_day(product.index, now)
            yield {
                "sku": cards.chrt_id(product),
                "price": str(roubles(price.kopecks)),
                "old_price": str(roubles(price.full * 100)) if price.discount else None,
            }


def truth_supplies(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every supply by the id of its pre-order, and the virtual ones that follow some.

    One that was given up is forgotten (`is_forgotten`): only who has seen it before knows of it. Shortage and
    surplus are told by a slow report, defects never. What is taken back is no supply here.
    """
    now = instant(at)
    for supply, row in movements.supplies(world, at):
        if supply.kind != SUPPLY:
            continue
        one = told(supply, now)
        number = {"number": str(ids.preorder_id(supply))}
        if one is None:
            yield row | number | {"status": "cancelled", "is_forgotten": True, "lines": []}
        else:
            yield row | number | _as_told(world, one, row)
        virtual = told(supply, now, is_virtual=True)
        if virtual is not None:
            moved = {"number": f"S{ids.virtual_id(supply)}", "kind": "virtual"}
            yield row | moved | _as_told(world, virtual, row)


def _as_told(world: World, one: Told, row: dict[str, Any]) -> dict[str, Any]:
    is_counted = one.status in (4, 5)
    lines = []
    for line, true in zip(one.lines, row["lines"], strict=False):
        count = one.count(line)
        known = {
            "declared": count.planned,
            "shipped": count.shipped,
            "accepted": (count.accepted or 0) if is_counted else None,
            "on_sale": count.on_sale if is_counted else None,
            "shortage": count.shortage if one.status == 5 else None,
            "surplus": count.surplus if one.status == 5 else None,
            "defect": None,
        }
        lines.append(_in_sizes(world, true) | known)
    status = "overdue" if one.reject_reason else _SUPPLY_STATUSES[one.status]
    return {"status": status, "lines": lines, "tells_late": ["shortage", "surplus"]}


def _in_sizes(world: World, row: dict[str, Any]) -> dict[str, Any]:
    product = world.by_sku[row["sku"]]
    return row | {
        "sku": cards_of(world).chrt_id(product),
        "offer_id": world.listed[product.index].article,
    }


def truth_returns(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every thing that comes back by its srid, and the things of his own stock that the seller takes back.

    A refusal is an order that was cancelled at its hand-over. Of what came back otherwise they tell only what they
    send on to the seller. That a thing is on sale again, lost or paid for, they never tell. Which orders were refused,
    and which returns are for a defect, the feed tells for 31 days (`is_forgotten`): only who has asked before knows.
    """
    now, book = instant(at), PriceBook(world)
    for one, row in movements.returns(world, at):
        status = _return_status(one, now)
        if status is None:
            continue
        price = str(roubles(book.of_day(one.product, one.order.created).kopecks))
        for thing in things(one):
            number = srid(world, thing)
            names = {"number": number, "order": number if one.kind != TECHNICAL else ""}
            more = {"quantity": 1, "price": price, "status": status, "reason": _reason(one)}
            yield _in_sizes(world, row) | names | more | _forgotten(one, now)
    for supply, row in movements.supplies(world, at):
        if supply.kind == WITHDRAWAL:
            yield from _taken_back(world, supply, row, now)


def _return_status(one: Return, now: int) -> str | None:
    """Return how far they say that a thing has come; nothing of one that they do not tell of."""
    steps = [step for step, when in zip(one.path, one.times, strict=True) if when <= now]
    last = _SENT_ON.get(steps[-1]) if BackStep.WAITING in steps else None
    if one.kind == CLIENT_RETURN:
        return last or ("defective" if one.why in DEFECTS else "received")
    if one.kind == REFUSAL:
        return last or "in_transit"
    is_sent_on = one.kind == TECHNICAL and BackStep.WAITING in one.path and BackStep.DEFECTIVE in steps
    return last or "in_transit" if is_sent_on else None


def _forgotten(one: Return, now: int) -> dict[str, bool]:
    is_of_feed = one.kind == REFUSAL or (one.kind == CLIENT_RETURN and one.why in DEFECTS)
    return {"is_forgotten": True} if is_of_feed and one.registered < now - _FEED_KEPT else {}


def _reason(one: Return) -> str:
    """Return the reason that they give."""
    if one.kind == TECHNICAL:
        return "Не удалось определить покупателя"
    if one.kind == REFUSAL:
        return "receipt" if one.why is Why.REFUSED else "expire"
    return "returnDefective" if one.why in DEFECTS else ""


def _taken_back(world: World, supply: Supply, row: dict[str, Any], now: int) -> Iterator[dict[str, Any]]:
    for place, line in enumerate(supply.lines):
        for way in ways_of_removal(world, supply, place, line):
            yield _in_sizes(world, row["lines"][place]) | {
                "number": way.srid,
                "order": "",
                "kind": TECHNICAL,
                "status": _WAYS[way.status(now)],
                "reason": way.kind,
                "registered_at": row["created_at"],
                "quantity": 1,
                "price": "0",
            }
