"""Stock: one row a size, because Wildberries hides its warehouses since August 2026."""

from collections import defaultdict
from typing import Any, NamedTuple

from sandbox.wildberries.calls import REFRESHED, Call, Words
from sandbox.wildberries.errors import short
from sandbox.wildberries.paging import window
from sandbox.wildberries.words import WAREHOUSE, WAREHOUSE_ID
from sandbox.world import World
from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY
from sandbox.world.orders import Step
from sandbox.world.units import units

_WORDS = Words(lambda call, text: short(text, at=call.now))
_MOST = 250_000
_WAY_BACK = 4 * DAY


class Heap(NamedTuple):
    """Units of a size: in the warehouses, on the way to buyers, on the way back."""

    quantity: int
    to_client: int
    from_client: int


def heaps(world: World, at: int) -> dict[int, Heap]:
    """Return the units of each listed product, by place in the assortment, as they were last counted.

    Goods on the way to a buyer are those of orders that are neither received nor cancelled; goods on the way back
    those of orders that were cancelled after they had left, or that the buyer brought back in these days.
    """
    at = at // REFRESHED * REFRESHED
    quantity: defaultdict[int, int] = defaultdict(int)
    to: defaultdict[int, int] = defaultdict(int)
    back: defaultdict[int, int] = defaultdict(int)
    for place, level in world.stock_book.levels(at).items():
        quantity[place // WIDTH] += level.available
    for place, trouble in world.stock_book.trouble(at).items():
        back[place // WIDTH] += trouble.returning
    for stream in world.streams.all():
        for order in stream.restless(at, at + 1):
            for one in units(order):
                step, since = one.path[one.step_at(at)], one.times[one.step_at(at)]
                if step < Step.RECEIVED:
                    to[one.line.product] += 1
                elif step is Step.RETURNED and since + _WAY_BACK > at:
                    back[one.line.product] += 1
    return {index: Heap(quantity[index], to[index], back[index]) for index in world.listed}


def wb_warehouses(call: Call) -> dict[str, Any]:
    """Answer `/api/analytics/v1/stocks-report/wb-warehouses`; sizes without a unit anywhere are left out."""
    cards = set(_WORDS.integers(call, call.body, "nmIds", most=1000))
    sizes = set(_WORDS.integers(call, call.body, "chrtIds", most=1000))
    limit = _WORDS.integer(call, call.body, "limit", default=_MOST, most=_MOST, least=1)
    offset = _WORDS.integer(call, call.body, "offset", default=0)
    rows = []
    for index, heap in heaps(call.world, call.seen_at).items():
        card = call.shop.cards.by_product[index]
        chrt = call.shop.cards.chrt_id(call.world.assortment[index])
        if any(heap) and (not cards or card.nm_id in cards) and (not sizes or chrt in sizes):
            rows.append(
                {
                    "nmId": card.nm_id,
                    "chrtId": chrt,
                    "warehouseId": WAREHOUSE_ID,
                    "warehouseName": WAREHOUSE,
                    "regionName": WAREHOUSE,
                    "quantity": heap.quantity,
                    "inWayToClient": heap.to_client,
                    "inWayFromClient": heap.from_client,
                }
            )
    return {"data": {"items": window(call, rows, offset=offset, limit=limit)}}
