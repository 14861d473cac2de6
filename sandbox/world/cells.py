"""Which product lies in which warehouse, when its supplies come and when it is planned to run out."""

from dataclasses import dataclass
from functools import lru_cache

from sandbox.world.catalog import Product
from sandbox.world.geography import CLUSTERS, ROUTES, WAREHOUSES
from sandbox.world.seeds import mix, unit
from sandbox.world.settings import WorldSettings

WIDTH = len(WAREHOUSES)
_LENGTHS = (14, 21, 28)
_BUYERS = sum(cluster.buyers for cluster in CLUSTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A product in a warehouse: `place` numbers it, supplies come every `length` days.

    `safety` is what is left of a supply when the next one comes, unless the cycle ends in a stock-out.
    """

    place: int
    product: int
    warehouse: int
    length: int
    phase: int
    safety: int

    def cycle(self, day: int) -> int:
        """Return the number of the supply cycle that a day belongs to."""
        return (day + self.phase) // self.length

    def first_day(self, cycle: int) -> int:
        """Return the day on which a cycle begins, with a supply at midnight UTC."""
        return cycle * self.length - self.phase


class Cells:
    """All cells of a world, with the stock-outs planted in them."""

    def __init__(self, settings: WorldSettings, products: tuple[Product, ...], *, per_day: float) -> None:
        """Spread the products over the warehouses; `per_day` sets the size of the safety stock."""
        self._seed = settings.own_seed
        self._rate = settings.stockout_rate
        total = sum(product.popularity for product in products)
        self._outs: dict[tuple[int, int], int] = {}
        self.by_place: dict[int, Cell] = {}
        self._of_product: list[list[Cell]] = []
        for product in products:
            daily = per_day * 1.3 * product.popularity / total
            row = [self._cell(product, w, daily=daily) for w in range(WIDTH) if self._keeps(product, w)]
            self._of_product.append(row)
            self.by_place.update((cell.place, cell) for cell in row)

    def _keeps(self, product: Product, warehouse: int) -> bool:
        if warehouse == 0:
            return True
        eagerness = min(1.15, 0.45 + product.popularity * 0.4)
        return unit(self._seed, 31, product.index, warehouse) < WAREHOUSES[warehouse].share * eagerness

    def _cell(self, product: Product, warehouse: int, *, daily: float) -> Cell:
        stir = mix(self._seed, 32, product.index, warehouse)
        length = _LENGTHS[stir % 3]
        share = WAREHOUSES[warehouse].share * WAREHOUSES[warehouse].cluster.buyers / _BUYERS
        return Cell(
            place=product.index * WIDTH + warehouse,
            product=product.index,
            warehouse=warehouse,
            length=length,
            phase=(stir >> 8) % length,
            safety=1 + (stir >> 20) % 3 + int(daily * share * (3 + (stir >> 24) % 4)),
        )

    def runs_out(self, cell: Cell, cycle: int) -> bool:
        """Tell whether a cycle ends in a planted stock-out; two in a row never do."""
        return self.out_from(cell, cycle) < cell.first_day(cycle + 1)

    def out_from(self, cell: Cell, cycle: int) -> int:
        """Return the day from which a cycle has nothing to sell, or the first day of the next one."""
        day = self._outs.get((cell.place, cycle))
        if day is None:
            day = cell.first_day(cycle + 1)
            if cell.place and self._doomed(cell, cycle) and not self._doomed(cell, cycle - 1):
                day -= 2 + mix(self._seed, 34, cell.place, cycle) % 7
            self._outs[cell.place, cycle] = day
        return day

    def _doomed(self, cell: Cell, cycle: int) -> bool:
        return unit(self._seed, 33, cell.place, cycle) < self._rate

    def is_out(self, cell: Cell, day: int) -> bool:
        """Tell whether a cell has nothing to sell on a day."""
        return day >= self.out_from(cell, cell.cycle(day))

    def leftover(self, cell: Cell, cycle: int) -> int:
        """Return what is still there to sell when a cycle ends."""
        return 0 if self.runs_out(cell, cycle) else cell.safety

    def selling(self, day: int) -> list[list[int]]:
        """Return, for each product, the warehouses that can sell it on a day."""
        return [[cell.warehouse for cell in row if not self.is_out(cell, day)] for row in self._of_product]


@lru_cache(maxsize=20_000)
def _served_from(open_: tuple[int, ...]) -> tuple[int, ...]:
    """Return for each cluster the nearest of some warehouses, or -1."""
    return tuple(next((w for w in nearest if w in open_), -1) for nearest in ROUTES)


def routes(selling: list[list[int]]) -> list[tuple[int, ...]]:
    """Return for each product the warehouse that serves each cluster, or -1."""
    return [_served_from(tuple(warehouses)) for warehouses in selling]
