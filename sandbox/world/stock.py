"""Stock that follows from the orders: levels at any instant, supplies, what comes back, stock-outs.

A cell is supplied at midnight UTC at the start of each of its cycles, with exactly what the orders of the
cycle will take plus what shall be left of it. So what can be sold at an instant is what is left at the end
of the cycle plus the orders still to come in it: no history is needed, and it is never negative. A unit that
comes back is looked over first; unless it is spoilt or lost, it is put back with the next supply. Live orders
are supplied every hour in the same way.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.world.cells import WIDTH, Cell, Cells
from sandbox.world.moments import DAY, HOUR
from sandbox.world.orders import Order
from sandbox.world.returns import CHECKED_WITHIN, Return, Returns
from sandbox.world.shelf import Shelf
from sandbox.world.streams import Stream, Streams

_LONGEST_CYCLE = 28


class Level(NamedTuple):
    """Units of a product in a warehouse: free to sell, and waiting there for orders."""

    available: int
    reserved: int

    @property
    def present(self) -> int:
        """All units that lie in the warehouse for sale."""
        return self.available + self.reserved


class Arrival(NamedTuple):
    """Units that join a cell at an instant; `removed` when the seller takes a surplus home."""

    at: int
    place: int
    supplied: int
    put_back: int
    removed: int


class Trouble(NamedTuple):
    """Units of cancelled orders of a cell: under check, and travelling back."""

    checking: int
    returning: int


class Balance(NamedTuple):
    """Everything that ever happened to a cell, summed from the orders and the supplies one by one."""

    opening: int
    supplied: int
    put_back: int
    removed: int
    shipped: int
    withdrawn: int
    reserved: int

    @property
    def present(self) -> int:
        """What must lie there: all that came less all that left."""
        came = self.opening + self.supplied + self.put_back
        return came - self.removed - self.shipped - self.withdrawn


class _Back(NamedTuple):
    """Units of an order that come back: `registered` when they set out, `sold` whether they are put on sale again.

    `cancelled` tells the units of cancelled orders from those that buyers had got, `live` those of live orders.
    """

    registered: int
    checked: int
    place: int
    units: int
    sold: bool
    cancelled: bool
    live: bool


class _Digest(NamedTuple):
    """What stock needs to know of a chunk of orders: units taken by place, and those that come back."""

    units: "array[int]"
    back: tuple[_Back, ...]


class Stock:
    """The stock of a world."""

    def __init__(self, streams: Streams, cells: Cells, returns: Returns, *, products: int) -> None:
        """Derive the stock of these cells from these orders and what comes back of them."""
        self._streams = streams
        self._cells = cells
        self._returns = returns
        self._places = products * WIDTH
        self._usual: Shelf[int, _Digest] = Shelf(lambda n: self._digest(streams.usual, n), room=3000)
        self._live: Shelf[int, _Digest] = Shelf(self._live_digest, room=500)
        self._taken: Shelf[int, array[int]] = Shelf(self._day_units, room=100)
        self._ahead: Shelf[int, list[int]] = Shelf(self._rest_of_cycle, room=4)
        self._levels: Shelf[int, dict[int, Level]] = Shelf(self._snapshot, room=8)

    def levels(self, at: int) -> dict[int, Level]:
        """Return the level of every cell at an instant."""
        return self._levels.get(at)

    def units_on(self, day: int) -> "array[int]":
        """Return the units that all orders of a day take, by place."""
        return self._taken.get(day)

    def _day_units(self, day: int) -> "array[int]":
        units = self._usual.get(day).units
        live = self._streams.live
        if live is None or (day + 1) * DAY <= live.since:
            return units
        hours = [units, *(self._live.get(hour).units for hour in range(day * 24, day * 24 + 24))]
        return array("H", map(sum, zip(*hours, strict=True)))

    def _digest(self, stream: Stream, number: int) -> _Digest:
        units = array("H", bytes(2 * self._places))
        for order in stream.chunk(number):
            for line in order.lines:
                units[line.product * WIDTH + order.warehouse] += line.quantity
        back = tuple(_back(one) for one in self._returns.of_chunk(stream, number))
        return _Digest(units, back)

    def _live_digest(self, hour: int) -> _Digest:
        live = self._streams.live
        return self._digest(live, hour) if live else _Digest(array("H", bytes(2 * self._places)), ())

    def _rest_of_cycle(self, day: int) -> list[int]:
        rest = [0] * self._places
        later = [self._usual.get(day + ahead).units for ahead in range(1, _LONGEST_CYCLE)]
        for place, cell in self._cells.by_place.items():
            ahead = cell.first_day(cell.cycle(day) + 1) - day - 1
            rest[place] = sum(units[place] for units in later[:ahead])
        return rest

    def _snapshot(self, at: int) -> dict[int, Level]:
        day = at // DAY
        free = list(self._ahead.get(day))
        _add(free, self._streams.usual.between(at + 1, (day + 1) * DAY))
        if self._streams.live:
            _add(free, self._streams.live.between(at + 1, (at // HOUR + 1) * HOUR))
        reserved = [0] * self._places
        for stream in self._streams.all():
            _add(reserved, stream.reserved(at))
        return {
            place: Level(free[place] + self._cells.leftover(cell, cell.cycle(day)), reserved[place])
            for place, cell in self._cells.by_place.items()
        }

    def trouble(self, at: int) -> dict[int, Trouble]:
        """Return the units of cancelled orders that are not for sale yet, where there are any."""
        checking: defaultdict[int, int] = defaultdict(int)
        returning: defaultdict[int, int] = defaultdict(int)
        for unit in self._back_between(at - _LONGEST_CYCLE * DAY, at + 1):
            cell = self._cells.by_place[unit.place]
            if unit.registered > at or not unit.cancelled:
                continue
            if unit.checked > at:
                returning[unit.place] += unit.units
            elif unit.sold and cell.cycle(unit.checked // DAY) == cell.cycle(at // DAY):
                checking[unit.place] += unit.units
        return {place: Trouble(checking[place], returning[place]) for place in {*checking, *returning}}

    def _back_between(self, since: int, until: int) -> Iterator[_Back]:
        """Yield units that may have been looked over in a range."""
        for stream, digests in self._sources():
            first = max(since - CHECKED_WITHIN, stream.since) // stream.span
            for number in range(first, (until - 1) // stream.span + 1):
                yield from digests.get(number).back

    def _sources(self) -> list[tuple[Stream, Shelf[int, _Digest]]]:
        usual = [(self._streams.usual, self._usual)]
        return [*usual, (self._streams.live, self._live)] if self._streams.live else usual

    def arrivals(self, since: int, until: int) -> list[Arrival]:
        """Return all supplies, put-backs and removals in a half-open range, oldest first."""
        first = max(-(-since // DAY), self._streams.opened // DAY)
        found = [a for a in self.cycle_arrivals(first, -(-until // DAY)) if since <= a.at < until]
        return sorted([*found, *self.live_arrivals(since, until)])

    def cycle_arrivals(self, first: int, last: int) -> Iterator[Arrival]:
        """Yield the supplies that begin a cycle on the days from `first` to before `last`."""
        if last <= first:
            return
        back: defaultdict[tuple[int, int, bool], int] = defaultdict(int)
        for unit in self._back_between((first - _LONGEST_CYCLE) * DAY, last * DAY):
            if unit.sold:
                cell = self._cells.by_place[unit.place]
                back[unit.place, cell.cycle(unit.checked // DAY) + 1, unit.live] += unit.units
        for cell in self._cells.by_place.values():
            for cycle in range(cell.cycle(first - 1) + 1, cell.cycle(last - 1) + 1):
                usual, live = back[cell.place, cycle, False], back[cell.place, cycle, True]
                yield self._arrival(cell, cycle, put_back=usual, live_back=live)

    def _arrival(self, cell: Cell, cycle: int, *, put_back: int, live_back: int) -> Arrival:
        """Return the supply that begins a cycle.

        What comes back of live orders is taken home at once: a supply that has been counted stays as it is whoever
        watches afterwards.
        """
        start = cell.first_day(cycle)
        taken = sum(self._usual.get(day).units[cell.place] for day in range(start, start + cell.length))
        wanted = taken + self._cells.leftover(cell, cycle) - self._cells.leftover(cell, cycle - 1) - put_back
        return Arrival(
            start * DAY, cell.place, max(wanted, 0), put_back + live_back, max(-wanted, 0) + live_back
        )

    def live_arrivals(self, since: int, until: int) -> Iterator[Arrival]:
        """Yield the supplies of live orders in a half-open range: just before the hour in which they are taken."""
        live = self._streams.live
        if live is None:
            return
        for hour in range(max(since, live.since) // HOUR, -(-until // HOUR)):
            at = hour * HOUR
            if since <= at < until:
                units = self._live.get(hour).units
                yield from (Arrival(at, place, count, 0, 0) for place, count in enumerate(units) if count)

    def balance(self, at: int) -> dict[int, Balance]:
        """Add up the whole life of every cell, order by order: the check of the levels, slow on purpose."""
        opened = self._streams.opened
        books = {
            place: [level.available, 0, 0, 0, 0, 0, 0] for place, level in self.levels(opened - 1).items()
        }
        for arrival in self.arrivals(opened, at + 1):
            book = books[arrival.place]
            book[1] += arrival.supplied
            book[2] += arrival.put_back
            book[3] += arrival.removed
        for order in self._streams.between(opened, at + 1):
            column = 6 if order.released > at else 4 if order.shipped is not None else 5
            for line in order.lines:
                books[line.product * WIDTH + order.warehouse][column] += line.quantity
        return {place: Balance(*book) for place, book in books.items()}


def _add(totals: list[int], orders: Iterator[Order]) -> None:
    for order in orders:
        for line in order.lines:
            totals[line.product * WIDTH + order.warehouse] += line.quantity


def _back(one: Return) -> _Back:
    return _Back(
        registered=one.registered,
        checked=one.checked if one.checked is not None else one.times[-1],
        place=one.product * WIDTH + one.warehouse,
        units=one.quantity,
        sold=one.back_on_sale is not None,
        cancelled=one.order.cancelled is not None,
        live=one.order.live,
    )
