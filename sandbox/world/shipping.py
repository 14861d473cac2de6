"""Supplies made from the seed: they bring just what the stock says has arrived, with losses and quarrels planted."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY, HOUR, MINUTE
from sandbox.world.seeds import mix
from sandbox.world.shelf import Shelf
from sandbox.world.stock import Arrival, Stock
from sandbox.world.supplies import DISPOSAL, SUPPLY, WITHDRAWAL, Box, Stage, Supply, SupplyLine

_REGULAR, _OPENING, _LIVE, _WITHDRAWAL, _DISPOSAL, _FAILED = range(6)
_WAREHOUSES, _VARIANTS = 16, 8
_BOX = 40
#: Arrivals are made for so many days together.
_BLOCK = 28
_DISPOSED_OFTEN = 3
_WAY = (Stage.DRAFT, Stage.BOOKED, Stage.READY, Stage.SHIPPED, Stage.ARRIVED, Stage.ACCEPTING)
#: Drop-off points by the place of the warehouse: how often each is used.
_POINTS: dict[int, tuple[tuple[float, int], ...]] = {
    3: ((0.35, 0),),
    11: ((0.5, 1),),
    12: ((0.25, 1), (0.4, 2)),
    13: ((0.5, 1),),
}

Parts = Mapping[int, list[tuple[int, int]]]


class _Times(NamedTuple):
    created: int
    slot_from: int
    slot_to: int
    steps: tuple[int, ...]
    counted: int


class SupplyMaker:
    """Makes the supplies whose goods first come on sale in a week, the same at every asking."""

    def __init__(
        self,
        stock: Stock,
        products: Sequence[Product],
        *,
        seed: int,
        opened: int,
        live_hours: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Supply these listed products; the world opens at midnight UTC of the day `opened`.

        `live_hours` are the half-open ranges of hours since 1970 in which live orders come.
        """
        self._stock = stock
        self._live_hours = live_hours
        self._seed = seed
        self._opened = opened
        self._products = {product.index: product for product in products}
        self._blocks: Shelf[int, dict[int, list[Arrival]]] = Shelf(self._arrivals_of, room=12)
        self._launches: defaultdict[int, set[int]] = defaultdict(set)
        for product in products:
            if product.launched > opened:
                self._launches[product.launched].add(product.index)

    @property
    def since(self) -> int:
        """The instant about which the first supplies come."""
        return self._opened * DAY

    def week_of(self, serial: int) -> int | None:
        """Return the week in which what a serial stands for is made, or nothing if it stands for nothing."""
        number, rest = divmod(serial, _WAREHOUSES * _VARIANTS)
        warehouse, variant = divmod(rest, _VARIANTS)
        if serial < 0 or warehouse >= WIDTH or variant > _FAILED or number > 10**6:
            return None
        return number * HOUR // (7 * DAY) if variant == _LIVE else number

    def week(self, week: int) -> tuple[Supply, ...]:
        """Return everything that belongs to a week, in no order."""
        return tuple(self._week(week)) if (week + 2) * 7 >= self._opened else ()

    def _week(self, week: int) -> Iterator[Supply]:
        for warehouse in range(WIDTH):
            brought, taken = self._parts(week, warehouse)
            if brought:
                yield self._supply(_serial(week, warehouse, _REGULAR), warehouse, brought)
            if taken:
                yield self._taken_back(_serial(week, warehouse, _WITHDRAWAL), warehouse, taken, WITHDRAWAL)
            if self._opened // 7 == week and (found := self._on_opening(warehouse)):
                yield self._supply(_serial(week, warehouse, _OPENING), warehouse, found)
            for first, last in self._live_hours:
                if first * HOUR // (7 * DAY) == week and (live := self._live_parts(first, last, warehouse)):
                    yield self._supply(_serial(first, warehouse, _LIVE), warehouse, live)
            yield from self._failed(week, warehouse)
            if mix(self._seed, 87, week, warehouse) % _DISPOSED_OFTEN == 0:
                yield from self._disposed(week, warehouse)

    def _arrivals_of(self, block: int) -> dict[int, list[Arrival]]:
        """Return the arrivals of some weeks by day, without those of live orders and of goods that are not listed yet.

        What was laid in of a product before its launch arrives on the day of the launch.
        """
        first, last = block * _BLOCK, (block + 1) * _BLOCK
        found: defaultdict[int, list[Arrival]] = defaultdict(list)
        for one in self._stock.cycle_arrivals(first, last):
            if self._is_known(one.place // WIDTH, one.at // DAY):
                found[one.at // DAY].append(one)
        for day in range(first, last):
            if launched := self._launches.get(day):
                levels = self._stock.levels(day * DAY - 1)
                found[day] += [
                    Arrival(day * DAY, place, level.available, 0, 0)
                    for place, level in levels.items()
                    if place // WIDTH in launched
                ]
        return found

    def _parts(self, week: int, warehouse: int) -> tuple[Parts, Parts]:
        """Return what is brought and what is taken back in a warehouse's week, by product."""
        brought: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        taken: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        first = week * 7 - warehouse % 7
        for day in range(max(first, self._opened), first + 7):
            for arrival in self._blocks.get(day // _BLOCK).get(day, ()):
                if arrival.place % WIDTH == warehouse:
                    product = arrival.place // WIDTH
                    if arrival.supplied:
                        brought[product].append((arrival.at, arrival.supplied))
                    if arrival.removed:
                        taken[product].append((arrival.at, arrival.removed))
        return brought, taken

    def _on_opening(self, warehouse: int) -> Parts:
        at = self._opened * DAY - 6 * HOUR
        return {
            place // WIDTH: [(at, level.available)]
            for place, level in self._stock.levels(self._opened * DAY - 1).items()
            if place % WIDTH == warehouse and level.available and self._is_known(place // WIDTH, self._opened)
        }

    def _is_known(self, product: int, day: int) -> bool:
        return product in self._products and self._products[product].launched <= day

    def _live_parts(self, first: int, last: int, warehouse: int) -> Parts:
        parts: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for arrival in self._stock.live_arrivals(first * HOUR, last * HOUR):
            if arrival.place % WIDTH == warehouse:
                parts[arrival.place // WIDTH].append((arrival.at, arrival.supplied))
        return parts

    def _supply(self, serial: int, warehouse: int, brought: Parts) -> Supply:
        rng = random.Random(mix(self._seed, 82, serial))
        first = min(at for parts in brought.values() for at, _ in parts)
        drop_off = _drop_off(rng.random(), warehouse)
        if serial % _VARIANTS == _LIVE:
            drop_off, times = None, _at_once(first)
        else:
            times = _times(rng, first, is_dropped=drop_off is not None)
        lines = self._lines(rng, brought, begun=times.steps[-1], counted=times.counted)
        path: tuple[Stage, ...] = (*_WAY, Stage.ACCEPTED)
        steps = (*times.steps, times.counted)
        if any(line.shortage or line.surplus or line.defect for line in lines) and rng.random() < 0.8:
            settled = times.counted + int((1 + 8 * rng.random()) * DAY)
            path, steps = (*_WAY, Stage.CHECKING, Stage.ACCEPTED), (*steps, settled)
        return Supply(
            serial=serial,
            kind=SUPPLY,
            warehouse=warehouse,
            drop_off=drop_off,
            created=times.created,
            slot_from=times.slot_from,
            slot_to=times.slot_to,
            path=path,
            times=steps,
            lines=lines,
            boxes=_boxes(lines),
        )

    def _lines(
        self, rng: random.Random, brought: Parts, *, begun: int, counted: int
    ) -> tuple[SupplyLine, ...]:
        """Make the lines; the good units are those that come on sale and those that were planted as lost."""
        trouble = 2.2 if rng.random() < 0.45 else 0.0
        lines = []
        for number, product in enumerate(sorted(brought), start=1):
            parts = tuple(sorted(brought[product]))
            sold = sum(units for _, units in parts)
            lost = 1 + int(3 * rng.random()) if rng.random() < 0.012 else 0
            shortage = 1 + int(3 * rng.random()) if rng.random() < 0.06 * trouble else 0
            surplus = 1 + int(2 * rng.random()) if rng.random() < 0.02 * trouble else 0
            defect = 1 + int(2 * rng.random()) if rng.random() < 0.03 * trouble else 0
            accepted = sold + lost
            surplus = min(surplus, accepted - 1)
            shipped = accepted + defect + shortage - surplus
            more = 1 + int(4 * rng.random()) if rng.random() < 0.08 else 0
            lines.append(
                SupplyLine(
                    product=product,
                    planned=shipped + more,
                    shipped=shipped,
                    accepted=accepted,
                    shortage=shortage,
                    surplus=surplus,
                    defect=defect,
                    lost=lost,
                    on_sale_at=parts[0][0],
                    counted_at=begun + (counted - begun) * number // len(brought),
                    parts=parts,
                )
            )
        return tuple(lines)

    def _failed(self, week: int, warehouse: int) -> Iterator[Supply]:
        """Yield a supply that never arrives: cancelled by the seller, or its slot was missed."""
        serial = _serial(week, warehouse, _FAILED)
        rng = random.Random(mix(self._seed, 83, serial))
        end = week * 7 * DAY + int(7 * rng.random() * DAY)
        if rng.random() >= 0.05 or end < self._opened * DAY:
            return
        known = [index for index in self._products if self._is_known(index, week * 7 - 14)]
        wanted = sorted(rng.sample(known, min(len(known), 3 + int(6 * rng.random()))))
        lines = tuple(_never_brought(product, 2 + int(20 * rng.random())) for product in wanted)
        slot = end // HOUR * HOUR
        booked = slot - int((1 + 4 * rng.random()) * DAY)
        created = booked - int((1 + 30 * rng.random()) * HOUR)
        path: tuple[Stage, ...] = (*_WAY[:3], Stage.OVERDUE)
        steps: tuple[int, ...] = (created, booked, booked + (slot - booked) // 2, slot + HOUR)
        if rng.random() < 0.5:
            path = (*path[:2], Stage.CANCELLED)
            steps = steps[:3]
        yield Supply(
            serial=serial,
            kind=SUPPLY,
            warehouse=warehouse,
            drop_off=None,
            created=created,
            slot_from=slot,
            slot_to=slot + HOUR,
            path=path,
            times=steps,
            lines=lines,
            boxes=(),
        )

    def _disposed(self, week: int, warehouse: int) -> Iterator[Supply]:
        """Yield the disposal of half the products of which defects were found the week before."""
        brought, _ = self._parts(week - 1, warehouse)
        lines = (
            self._supply(_serial(week - 1, warehouse, _REGULAR), warehouse, brought).lines if brought else ()
        )
        spoilt = {line.product: line.defect for line in lines}
        serial = _serial(week, warehouse, _DISPOSAL)
        at = week * 7 * DAY + 4 * DAY + mix(self._seed, 84, serial) % (3 * DAY)
        taken = {
            product: [(at, units)]
            for product, units in spoilt.items()
            if units and mix(self._seed, 85, serial, product) % 2
        }
        if taken:
            yield self._taken_back(serial, warehouse, taken, DISPOSAL)

    def _taken_back(self, serial: int, warehouse: int, taken: Parts, kind: str) -> Supply:
        rng = random.Random(mix(self._seed, 86, serial))
        moments = [at for parts in taken.values() for at, _ in parts]
        begun = min(moments) - int((1 + 3 * rng.random()) * HOUR)
        booked = begun - int((1 + 2 * rng.random()) * DAY)
        created = booked - int((1 + 20 * rng.random()) * HOUR)
        done = max(moments) + int((0.2 + 2.5 * rng.random()) * DAY)
        slot = done // HOUR * HOUR
        lines = tuple(_line_taken(product, tuple(sorted(taken[product]))) for product in sorted(taken))
        return Supply(
            serial=serial,
            kind=kind,
            warehouse=warehouse,
            drop_off=None,
            created=created,
            slot_from=slot,
            slot_to=slot + HOUR,
            path=(Stage.DRAFT, Stage.BOOKED, Stage.ACCEPTING, Stage.ACCEPTED),
            times=(created, booked, begun, done),
            lines=lines,
            boxes=(),
        )


def _serial(number: int, warehouse: int, variant: int) -> int:
    return (number * _WAREHOUSES + warehouse) * _VARIANTS + variant


def _drop_off(draw: float, warehouse: int) -> int | None:
    for share, point in _POINTS.get(warehouse, ()):
        draw -= share
        if draw < 0:
            return point
    return None


def _times(rng: random.Random, first: int, *, is_dropped: bool) -> _Times:
    """Return the life of a supply whose first units come on sale at an instant: counted some hours before."""
    counted = first - int((2 + 18 * rng.random()) * HOUR)
    begun = counted - int((3 + 27 * rng.random()) * HOUR)
    way = (24 + 48 * rng.random()) if is_dropped else (0.3 + 11 * rng.random())
    arrived = begun - int(way * HOUR)
    slot_from = arrived // HOUR * HOUR
    if rng.random() < 0.12:
        slot_from -= (2 + int(20 * rng.random())) * HOUR
    slot_to = slot_from + (2 if rng.random() < 0.25 else 1) * HOUR
    shipped = min(arrived, slot_from) - int((2 + 38 * rng.random()) * HOUR)
    ready = shipped - int((1 + 19 * rng.random()) * HOUR)
    booked = ready - int((0.5 + 3.5 * rng.random()) * DAY)
    created = booked - int((0.02 + 2 * rng.random()) * DAY)
    return _Times(created, slot_from, slot_to, (created, booked, ready, shipped, arrived, begun), counted)


def _at_once(first: int) -> _Times:
    """Return the life of a supply for those who watch: over within an hour."""
    steps = tuple(first - minutes * MINUTE for minutes in (45, 40, 32, 25, 12, 6))
    slot = steps[4] // HOUR * HOUR
    return _Times(steps[0], slot, slot + HOUR, steps, first - MINUTE)


def _never_brought(product: int, units: int) -> SupplyLine:
    return SupplyLine(product, units, 0, 0, 0, 0, 0, 0, 0, 0, ())


def _line_taken(product: int, parts: tuple[tuple[int, int], ...]) -> SupplyLine:
    units = sum(count for _, count in parts)
    return SupplyLine(product, units, units, units, 0, 0, 0, 0, parts[0][0], parts[0][0], parts)


def _boxes(lines: tuple[SupplyLine, ...]) -> tuple[Box, ...]:
    """Pack the units shipped line by line into boxes of forty."""
    boxes: list[list[tuple[int, int]]] = []
    room = 0
    for place, line in enumerate(lines):
        left = line.shipped
        while left:
            if not room:
                boxes.append([])
                room = _BOX
            units = min(left, room)
            boxes[-1].append((place, units))
            left, room = left - units, room - units
    return tuple(Box(number, tuple(contents)) for number, contents in enumerate(boxes, start=1))
