"""The truth of a world in Wildberries' ids: rows of the shape in which the world itself tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import movements
from sandbox.wildberries.ids import cards_of
from sandbox.wildberries.order_book import standing
from sandbox.wildberries.prices_book import PriceBook
from sandbox.wildberries.stocks import heaps
from sandbox.wildberries.words import PLACES, WAREHOUSE, WAREHOUSE_ID
from sandbox.world import World
from sandbox.world.moments import instant, moment
from sandbox.world.orders import Step
from sandbox.world.returns import CLIENT_RETURN, REFUSAL
from sandbox.world.supplies import SUPPLY
from sandbox.world.units import Unit, srid, units
from sandbox.world.views import roubles

_STAGES = {
    "created": "accepted",
    "buyout": "delivered",
    "cancel": "cancelled",
    "return": "returned",
    "returnDefective": "returned",
}
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
    """Yield every supply; what is taken back is not among them, and defects are not told apart."""
    for supply, row in movements.supplies(world, at):
        if supply.kind == SUPPLY:
            yield row | {"lines": [_in_sizes(world, line) for line in row["lines"]]}


def _in_sizes(world: World, line: dict[str, Any]) -> dict[str, Any]:
    product = world.by_sku[line["sku"]]
    article = world.listed[product.index].article
    return line | {"sku": cards_of(world).chrt_id(product), "offer_id": article, "defect": None}


def truth_returns(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every thing that comes back: `number` and `order` are its srid.

    What was cancelled on its way without the buyer's doing is an order that was cancelled, and no return.
    """
    book = PriceBook(world)
    for one, row in movements.returns(world, at):
        if one.kind not in (REFUSAL, CLIENT_RETURN):
            continue
        for thing in units(one.order):
            if thing.place == one.place and thing.number < one.quantity:
                number = srid(world, thing)
                price = book.of_day(one.product, one.order.created).kopecks
                told = {"number": number, "order": number, "quantity": 1, "price": str(roubles(price))}
                yield _in_sizes(world, row) | told
