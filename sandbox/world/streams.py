"""The orders of a world on the time line: the usual ones by day and the live ones by hour."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import timedelta
from heapq import merge
from operator import itemgetter

from sandbox.world.moments import DAY, HOUR, MINUTE, day_number, instant
from sandbox.world.numbers import MAX_IN_CHUNK, chunk_of
from sandbox.world.orders import LIVELY, RETURNABLE, USUAL, Order, OrderMaker, Tempo
from sandbox.world.settings import WorldSettings
from sandbox.world.shelf import Shelf

_created = itemgetter(0)
_position = itemgetter(0, 1)
_HELD_ORDERS = 40_000
_BURST = 15 * MINUTE


class Stream:
    """Orders in chunks of equal span; none changes later than its tempo's horizon after it was created."""

    def __init__(self, make: Callable[[int], list[Order]], *, span: int, tempo: Tempo, since: int) -> None:
        """Serve the chunks that `make` computes; nothing exists before `since`."""
        self.span = span
        self.tempo = tempo
        self.since = since
        self._chunks: Shelf[int, list[Order]] = Shelf(make, room=_HELD_ORDERS, weigh=len)

    def chunk(self, number: int) -> list[Order]:
        """Return the orders of a chunk, oldest first."""
        return self._chunks.get(number) if (number + 1) * self.span > self.since else []

    def between(self, since: int, until: int) -> Iterator[Order]:
        """Yield the orders created in a half-open range, oldest first."""
        since = max(since, self.since)
        if until <= since:
            return
        for number in range(since // self.span, (until - 1) // self.span + 1):
            orders = self.chunk(number)
            left = bisect_left(orders, since, key=_created)
            yield from orders[left : bisect_left(orders, until, key=_created)]

    def restless(self, since: int, until: int) -> Iterator[Order]:
        """Yield the orders that may change in a range: those created in it or shortly before."""
        return self.between(since - self.tempo.horizon, until)

    def reserved(self, at: int) -> Iterator[Order]:
        """Yield the orders whose units wait in the warehouse at an instant."""
        return (order for order in self.between(at - self.tempo.hold, at + 1) if order.released > at)


class Streams:
    """All orders of a world."""

    def __init__(self, maker: OrderMaker, settings: WorldSettings, *, count: Callable[[int], int]) -> None:
        """Join the usual stream, `count` orders a day, with the live one."""
        first_day = day_number(settings.first_day)
        self.opened = first_day * DAY
        self._sessions = sorted(instant(moment) for moment in settings.live_since)
        self._live_for = settings.live_for // timedelta(microseconds=1)

        def usual(day: int) -> list[Order]:
            return maker.day(day, count=min(count(day), MAX_IN_CHUNK))

        def live(hour: int) -> list[Order]:
            if not self._in_session(hour * HOUR, (hour + 1) * HOUR):
                return []
            orders = maker.live_hour(hour, per_minute=settings.live_per_minute)
            return [order for order in orders if self._watched(order)]

        tempo = RETURNABLE if settings.returns and settings.orders_tell_returns else USUAL
        self.usual = Stream(usual, span=DAY, tempo=tempo, since=self.opened)
        self.live: Stream | None = None
        if self._sessions and settings.live_per_minute:
            self.live = Stream(live, span=HOUR, tempo=LIVELY, since=max(self._sessions[0], self.opened))
        self._days: Shelf[int, list[Order]] = Shelf(self._merged, room=_HELD_ORDERS, weigh=len)

    def live_hours(self) -> list[tuple[int, int]]:
        """Return the half-open ranges of hours since 1970 in which live orders come, those that touch as one."""
        runs: list[tuple[int, int]] = []
        for begin in self._sessions if self.live else ():
            first, last = begin // HOUR, (begin + self._live_for) // HOUR + 1
            if runs and first <= runs[-1][1]:
                first, last = runs[-1][0], max(last, runs.pop()[1])
            runs.append((first, last))
        return runs

    def _in_session(self, since: int, until: int) -> bool:
        return any(begin < until and since < begin + self._live_for for begin in self._sessions)

    def _watched(self, order: Order) -> bool:
        """Tell whether a live order falls into a session, where all come at first and then every fourth."""
        begun = bisect_right(self._sessions, order.created)
        if begun == 0:
            return False
        age = order.created - self._sessions[begun - 1]
        return age < _BURST or (age < self._live_for and chunk_of(order.serial)[1] % 4 == 0)

    def _merged(self, day: int) -> list[Order]:
        live = self.live.between(day * DAY, (day + 1) * DAY) if self.live else ()
        return list(merge(self.usual.chunk(day), live, key=_position))

    def day(self, day: int) -> list[Order]:
        """Return all orders of a UTC day, also those still to come, oldest first."""
        if self.live is None or (day + 1) * DAY <= self.live.since:
            return self.usual.chunk(day)
        return self._days.get(day)

    def all(self) -> tuple[Stream, ...]:
        """Return the streams that this world has."""
        return (self.usual, self.live) if self.live else (self.usual,)

    def by_serial(self, serial: int) -> Order | None:
        """Return the order of a serial, or nothing if there is none."""
        chunk, index, live = chunk_of(serial)
        stream = self.live if live else self.usual
        if stream is None or not 0 <= chunk < 10**6:
            return None
        orders = stream.chunk(chunk)
        if live:
            return next((order for order in orders if order.serial == serial), None)
        return orders[index] if index < len(orders) else None

    def between(self, since: int, until: int) -> Iterator[Order]:
        """Yield the orders created in a half-open range, oldest first."""
        since = max(since, self.opened)
        if until <= since:
            return
        for number in range(since // DAY, (until - 1) // DAY + 1):
            orders = self.day(number)
            left = bisect_left(orders, since, key=_created)
            yield from orders[left : bisect_left(orders, until, key=_created)]

    def onwards(self, start: tuple[int, int], until: int) -> Iterator[Order]:
        """Yield the orders after a position (created, serial), up to and including an instant."""
        for number in range(max(start[0], self.opened) // DAY, until // DAY + 1):
            orders = self.day(number)
            left = bisect_right(orders, start, key=_position) if orders and orders[0][:2] <= start else 0
            yield from orders[left : bisect_right(orders, until, key=_created)]

    def backwards(self, start: tuple[int, int], since: int) -> Iterator[Order]:
        """Yield the orders before a position (created, serial), newest first, down to an instant."""
        for number in range(start[0] // DAY, max(since, self.opened) // DAY - 1, -1):
            orders = self.day(number)
            left = bisect_left(orders, since, key=_created)
            yield from reversed(orders[left : bisect_left(orders, start, key=_position)])
