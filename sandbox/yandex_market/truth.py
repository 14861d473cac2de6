"""The truth of a world in Yandex Market's ids: rows of the shape in which the world itself tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import movements
from sandbox.world import World
from sandbox.world.moments import DAY, instant
from sandbox.world.views import roubles
from sandbox.yandex_market import ids
from sandbox.yandex_market.places import MARKET_OF, MARKETS
from sandbox.yandex_market.prices_book import PriceBook
from sandbox.yandex_market.requests import true_supplies
from sandbox.yandex_market.returns import true_return
from sandbox.yandex_market.stocks import heaps


def truth_orders(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every order by an instant: `number` is its orderId, `sku` of a line its offerId."""
    until = instant(at)
    orders = world.streams.between(world.streams.opened, until + 1)
    for order, view in zip(orders, world.orders(until=at), strict=True):
        row = view.as_json()
        market = MARKET_OF[order.warehouse]
        row |= {
            "number": str(ids.order_id(world, order)),
            "warehouse_id": market.id,
            "warehouse": market.name,
        }
        for line, written in zip(order.lines, row["lines"], strict=True):
            offer = ids.offer_id(world, world.assortment[line.product])
            written |= {"sku": offer, "offer_id": offer}
        yield row


def truth_stock(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the stock of every offer in every warehouse of Market where anything of it lies."""
    for (product, market), heap in heaps(world, instant(at)).items():
        offer = ids.offer_id(world, world.assortment[product])
        yield {
            "sku": offer,
            "offer_id": offer,
            "warehouse_id": MARKETS[market].id,
            "warehouse": MARKETS[market].name,
            "available": heap.available,
            "reserved": heap.freeze,
            "present": heap.available + heap.freeze,
            "quarantine": heap.quarantine,
            "defect": heap.defect,
            "utilization": heap.utilization,
        }


def truth_prices(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the price of every offer as it stands while nobody has set another one."""
    now = instant(at)
    book = PriceBook(world)
    for product in ids.sold(world, day=now // DAY):
        price = book.price(product, now)
        yield {
            "sku": ids.offer_id(world, product),
            "price": str(roubles(price.value)),
            "old_price": str(roubles(price.base)) if price.base else None,
        }


def truth_supplies(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every request by its id: supplies, withdrawals and disposals."""
    for supply, row in movements.supplies(world, at):
        market = MARKET_OF[supply.warehouse]
        lines = [line | _offer(world, line["sku"]) for line in row["lines"]]
        told = row | {"warehouse_id": market.id, "warehouse": market.name, "lines": lines}
        yield from true_supplies(world, supply, instant(at), told)


def truth_returns(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield everything that comes back after it has left the warehouse."""
    for one, row in movements.returns(world, at):
        market = MARKET_OF[one.warehouse]
        told = row | {"warehouse_id": market.id, "warehouse": market.name}
        found = true_return(world, one, instant(at), told)
        if found is not None:
            yield found


def _offer(world: World, sku: int) -> dict[str, Any]:
    offer = ids.offer_id(world, world.by_sku[sku])
    return {"sku": offer, "offer_id": offer}
