"""Stocks in Market's warehouses, by offer and kind, and how fast an offer is sold."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY
from sandbox.world.seeds import unit
from sandbox.yandex_market import ids
from sandbox.yandex_market.calls import Call, flag, limit_of, moscow, offers_of
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.paging import page_of
from sandbox.yandex_market.places import MARKETS, market_at

_WINDOW = 28
#: Ends of the classes of turnover, in days.
_CLASSES = ((30, "VERY_HIGH"), (60, "HIGH"), (120, "ALMOST_LOW"))


class Heap(NamedTuple):
    """Units of an offer in a warehouse of Market, by kind."""

    available: int = 0
    freeze: int = 0
    quarantine: int = 0
    defect: int = 0
    utilization: int = 0

    def stocks(self) -> list[dict[str, Any]]:
        """Return the kinds that are there; those that are not are left out."""
        kinds = {
            "FIT": self.available + self.freeze,
            "AVAILABLE": self.available,
            "FREEZE": self.freeze,
            "QUARANTINE": self.quarantine,
            "DEFECT": self.defect,
            "UTILIZATION": self.utilization,
        }
        return [{"type": kind, "count": count} for kind, count in kinds.items() if count]


def heaps(world: World, at: int) -> dict[tuple[int, int], Heap]:
    """Return what lies of each product in each warehouse of Market; what has nothing at all is not there."""
    sums: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for place, level in world.stock_book.levels(at).items():
        row = sums[place // WIDTH, market_at(place).index]
        row[0] += level.available
        row[1] += level.reserved
        row[3] += int(unit(world.settings.seed, 74, place) ** 8 * 4)
        row[4] += int(unit(world.settings.seed, 75, place) ** 12 * 3)
    for place, trouble in world.stock_book.trouble(at).items():
        sums[place // WIDTH, market_at(place).index][2] += trouble.checking
    there = {product.index for product in ids.sold(world, day=at // DAY)}
    return {place: Heap(*row) for place, row in sorted(sums.items()) if any(row) and place[0] in there}


class Turnover:
    """How many days the stock of an offer lasts, from the sales of four full weeks."""

    def __init__(self, world: World, at: int, lying: dict[tuple[int, int], Heap]) -> None:
        """Add up the days before the day of the call."""
        self._sold: defaultdict[int, int] = defaultdict(int)
        self._free: defaultdict[int, int] = defaultdict(int)
        for (product, _), heap in lying.items():
            self._free[product] += heap.available
        today = at // DAY
        for day in range(today - _WINDOW, today):
            units = world.stock_book.units_on(day)
            for place in world.cells.by_place:
                self._sold[place // WIDTH] += units[place]

    def of(self, product: Product, at: int) -> dict[str, Any]:
        """Return the class of an offer, with the days where there are any."""
        if at // DAY - product.launched < _WINDOW:
            return {"turnover": "FREE_STORE"}
        sold = self._sold[product.index]
        if not sold:
            return {"turnover": "NO_SALES"}
        days = round(self._free[product.index] * _WINDOW / sold, 1)
        named = next((name for end, name in _CLASSES if days < end), "LOW")
        return {"turnover": named, "turnoverDays": days}


class Asked(NamedTuple):
    """What a body asks for."""

    named: list[str] | None
    warehouse: int | None
    has_stocks: bool | None
    archived: bool
    turnover: bool


def _asked(call: Call) -> Asked:
    warehouse = call.body.get("stocksWarehouseId")
    if warehouse is not None and (type(warehouse) is not int or warehouse < 1):
        raise bad("stocksWarehouseId: must be greater than or equal to 1", code="INVALID_WAREHOUSE_ID")
    has_stocks = flag(call.body, "hasStocks")
    if has_stocks is not None and warehouse is None:
        raise bad("hasStocks: use it together with stocksWarehouseId only")
    named = offers_of(call.body, "offerIds", most=500)
    others = (call.asked("limit"), call.asked("pageToken"), call.body.get("archived") is not None)
    if named is not None and any(others):
        raise bad("offerIds: must not be used together with pageToken, limit, archived")
    return Asked(
        named,
        warehouse,
        has_stocks,
        archived=bool(flag(call.body, "archived")),
        turnover=bool(flag(call.body, "withTurnover")),
    )


def offers_stocks(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/offers/stocks`.

    A page holds up to `limit` pairs of offer and warehouse, so an offer may go on in the next page. A
    larger limit is cut to 100 without a word. Without `archived` the archive is left out.
    """
    wanted = _asked(call)
    at = call.seen_at
    lying = heaps(call.world, at)
    rows = list(_rows(call, wanted, lying))
    limit = len(rows) + 1 if wanted.named is not None else limit_of(call, default=50, most=100, is_cut=True)
    got = page_of(call, rows, key=lambda place: place, width=2, limit=limit)
    turnover = Turnover(call.world, at, lying) if wanted.turnover else None
    by_market: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for place in got.rows:
        by_market[place[1]].append(_offer(call, place, lying.get(place, Heap()), turnover))
    warehouses = [{"warehouseId": MARKETS[index].id, "offers": by_market[index]} for index in by_market]
    return {"status": "OK", "result": {"warehouses": warehouses, "paging": got.paging}}


def _rows(call: Call, wanted: Asked, lying: dict[tuple[int, int], Heap]) -> Iterator[tuple[int, int]]:
    day = call.at // DAY
    if wanted.named is not None:
        products = ids.found(call.world, wanted.named, day=day)
    else:
        products = [p for p in ids.sold(call.world, day=day) if p.archived is wanted.archived]
    for product in products:
        for market in MARKETS:
            place = (product.index, market.index)
            if wanted.warehouse is not None and market.id != wanted.warehouse:
                continue
            if wanted.has_stocks is False or place in lying:
                there = place in lying and lying[place].available > 0
                if wanted.has_stocks is None or wanted.has_stocks is there:
                    yield place


def _offer(call: Call, place: tuple[int, int], heap: Heap, turnover: Turnover | None) -> dict[str, Any]:
    product = call.world.assortment[place[0]]
    at = call.seen_at
    return {
        "offerId": ids.offer_id(call.world, product),
        **({"turnoverSummary": turnover.of(product, at)} if turnover else {}),
        "stocks": heap.stocks(),
        "updatedAt": moscow(at),
    }
