"""Which things of orders a list tells of, in its order: small enough to be kept between the pages of a list."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.world import World
from sandbox.world.moments import DAY
from sandbox.world.orders import Step
from sandbox.world.shelf import Shelf
from sandbox.world.units import Unit, units

KEPT = 90 * DAY
#: The money of a row of statistics comes so long after the row.
MONEY_AFTER = DAY
Entry = tuple[int, int]


class Standing(NamedTuple):
    """How a thing is doing as far as Wildberries tells: a status of the feed, and since when."""

    status: str
    since: int


_FINAL = {Step.RECEIVED: "buyout", Step.CANCELLED: "cancel", Step.RETURNED: "return"}


def standing(one: Unit, at: int) -> Standing:
    """Return the status of a thing by an instant; nothing is told between the order and its end.

    Which returns are for a defect the feed tells apart.
    """
    place = one.step_at(at)
    word = _FINAL.get(one.path[place])
    if word is None:
        return Standing("created", one.order.created)
    return Standing(word, one.times[place])


def code_of(one: Unit) -> int:
    """Return a number that stands for a thing."""
    return one.order.serial * 16 + one.place * 4 + one.number


def _changed(one: Unit, at: int) -> int:
    """Return the last change of an order by an instant: it is made, its money comes, or it is cancelled."""
    order = one.order
    changed = order.created + MONEY_AFTER if order.created + MONEY_AFTER <= at else order.created
    cancelled = order.cancelled
    return cancelled if cancelled is not None and changed < cancelled <= at else changed


class OrderBook:
    """The lists of one world: entries of a moment and the number of a thing, oldest first."""

    def __init__(self, world: World) -> None:
        """Keep the lists that were asked for last."""
        self._world = world
        self._horizon = max(stream.tempo.horizon for stream in world.streams.all())
        self._feeds: Shelf[tuple[int, int, int], list[Entry]] = Shelf(lambda key: self._feed(*key), room=2)
        self._orders: Shelf[tuple[int, int], list[Entry]] = Shelf(lambda key: self._ordered(*key), room=1)
        self._sales: Shelf[tuple[int, int], list[Entry]] = Shelf(lambda key: self._sold(*key), room=1)

    def unit(self, code: int) -> Unit:
        """Return the thing of a number."""
        order = self._world.streams.by_serial(code // 16)
        if order is None:
            raise LookupError(code)
        return Unit(order, code // 4 % 4, code % 4)

    def feed(self, at: int, *, since: int, until: int) -> list[Entry]:
        """Return the things whose status by an instant is from a closed range, newest first."""
        return self._feeds.get((at, since, until))

    def _feed(self, at: int, since: int, until: int) -> list[Entry]:
        found = []
        for one in self._created(since - self._horizon, min(at, until)):
            now = standing(one, at).since
            if since <= now <= until:
                found.append((now, code_of(one)))
        return sorted(found, reverse=True)

    def orders(self, at: int, *, since: int) -> list[Entry]:
        """Return the orders of ninety days that were changed since an instant, the last change last."""
        entries = self._orders.get((at, self._first(at, since)))
        return entries[bisect_left(entries, (since, 0)) :]

    def ordered_in(self, at: int, *, since: int, until: int) -> list[Entry]:
        """Return the orders of ninety days that were made in a closed range, the last change last."""
        first, last = max(since, at - KEPT), min(until, at)
        return sorted((_changed(one, at), code_of(one)) for one in self._created(first, last))

    def _ordered(self, at: int, first: int) -> list[Entry]:
        return self.ordered_in(at, since=first, until=at)

    def sales(self, at: int, *, since: int) -> list[Entry]:
        """Return sales (even numbers) and returns (odd ones) of ninety days that were changed since an instant.

        Half of such a number stands for the thing.
        """
        entries = self._sales.get((at, self._first(at, since) - self._horizon))
        return entries[bisect_left(entries, (since, 0)) :]

    def _sold(self, at: int, first: int) -> list[Entry]:
        found = []
        for one in self._created(first, at):
            for step, happened in zip(one.path, one.times, strict=True):
                if step in (Step.RECEIVED, Step.RETURNED) and at - KEPT <= happened <= at:
                    changed = happened + MONEY_AFTER if happened + MONEY_AFTER <= at else happened
                    found.append((changed, code_of(one) * 2 + (step is Step.RETURNED)))
        return sorted(found)

    def _first(self, at: int, since: int) -> int:
        """Return the first creation that matters: whole days, so that one list serves many requests."""
        return max(at - KEPT, (since - self._horizon) // DAY * DAY)

    def _created(self, since: int, until: int) -> Iterator[Unit]:
        for order in self._world.streams.between(since, until + 1):
            yield from units(order)
