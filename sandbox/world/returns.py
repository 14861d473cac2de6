"""What comes back: why, on which way, and what becomes of it in the end."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH, Cells
from sandbox.world.moments import DAY, HOUR
from sandbox.world.orders import Order, Reason
from sandbox.world.seeds import mix, unit
from sandbox.world.shelf import Shelf
from sandbox.world.streams import Stream, Streams

#: How long after its order was made something is handed in at the latest, and how long after that its life may go on.
HANDED_IN_WITHIN = 46 * DAY
LONGEST_LIFE = 66 * DAY
#: How long after its order was made it has been looked over at the latest.
CHECKED_WITHIN = HANDED_IN_WITHIN + 13 * DAY

_PLACES = 8
_HELD = 60_000
_MOSCOW = 3 * HOUR


class BackStep(IntEnum):
    """Where a returned thing is."""

    REGISTERED = 0
    RECEIVED = 1
    CHECKED = 2
    DEFECTIVE = 3
    WAITING = 4
    ON_SALE = 5
    HANDED_OVER = 6
    DISPOSED = 7
    COMPENSATED = 8
    LOST = 9


class Why(IntEnum):
    """What the buyer or the marketplace gives as the reason."""

    SIZE = 0
    COLOR_DIFFERS = 1
    DEFECT_SEAM = 2
    STAIN_SMELL = 3
    CHANGED_MIND = 4
    WRONG_ITEM = 5
    DAMAGED_PACKAGE = 6
    INCOMPLETE = 7
    NOT_AS_DESCRIBED = 8
    LATE = 9
    NOT_COLLECTED = 10
    REFUSED = 11
    CHEAPER = 12
    NO_ROUTE = 13
    LOST_ON_THE_WAY = 14
    UNKNOWN = 15


CANCELLATION, REFUSAL, PARTIAL_REFUSAL = "cancellation", "refusal", "partial_refusal"
CLIENT_RETURN, TECHNICAL = "client_return", "technical"

_OF_REASON = {
    Reason.CHANGED_MIND: Why.CHANGED_MIND,
    Reason.CHEAPER: Why.CHEAPER,
    Reason.LONG_WAIT: Why.LATE,
    Reason.NOT_COLLECTED: Why.NOT_COLLECTED,
    Reason.REFUSED: Why.REFUSED,
    Reason.NO_ROUTE: Why.NO_ROUTE,
    Reason.LOST: Why.LOST_ON_THE_WAY,
}
_CLOTHES = frozenset(("HLT", "PIZ", "RBH", "BRK", "PLT", "TPC"))
#: Shares of the reasons of client returns, in the order of `Why`.
_OF_GOODS = (4, 15, 8, 6, 22, 4, 7, 5, 14, 3, 0, 0, 4, 0, 0, 8)
_OF_CLOTHES = (34, 9, 6, 3, 16, 3, 2, 1, 12, 2, 0, 0, 4, 0, 0, 8)
_RUNNING_SMALL = (74, 2, 3, 1, 7, 1, 1, 0, 5, 1, 0, 0, 1, 0, 0, 4)
_BADLY_SEWN = (5, 4, 58, 4, 9, 2, 2, 2, 7, 1, 0, 0, 2, 0, 0, 4)
_SPOILT = frozenset((Why.DEFECT_SEAM, Why.STAIN_SMELL, Why.DAMAGED_PACKAGE, Why.INCOMPLETE))


def runs_small(seed: int, product: Product) -> bool:
    """Tell whether clothes were planted to be cut too small: they come back four times as often, for their size."""
    return product.family.code in _CLOTHES and mix(seed, 91, product.index) % 6 == 0


def is_badly_sewn(seed: int, product: Product) -> bool:
    """Tell whether a product was planted with bad seams: it comes back twice as often, for them."""
    return not runs_small(seed, product) and mix(seed, 92, product.index) % 25 == 0


def return_rates(seed: int, products: Sequence[Product], *, rate: float) -> tuple[float, ...]:
    """Return for each product the share of received orders of which something comes back."""
    return tuple(
        rate * (4.0 if runs_small(seed, product) else 2.0 if is_badly_sewn(seed, product) else 0.8)
        for product in products
    )


class Return(NamedTuple):
    """A line of an order, or some units of it, that goes back: `times[i]` is when it came to `path[i]`.

    `kind` is one of the kinds above; `warehouse` is where it goes and lies. `pick_up_until`, `storage_from` and
    `disposal_at` are midnights in Moscow, there for what waits to be picked up. Money is in kopecks: storage
    for all units a day, compensation for all units (0 unless it is paid in the end).
    """

    serial: int
    order: Order
    place: int
    product: int
    quantity: int
    kind: str
    why: Why
    registered: int
    path: tuple[BackStep, ...]
    times: tuple[int, ...]
    warehouse: int
    pick_up_until: int | None = None
    storage_from: int | None = None
    storage_a_day: int = 0
    disposal_at: int | None = None
    compensation: int = 0

    @property
    def price(self) -> int:
        """The price of a unit in the order, in kopecks."""
        return self.order.lines[self.place].price

    @property
    def back_on_sale(self) -> int | None:
        """The instant at which the units can be bought again, or nothing if they never can."""
        return self.times[-1] if self.path[-1] is BackStep.ON_SALE else None

    @property
    def checked(self) -> int | None:
        """The instant at which the units were looked over, or nothing if they never are."""
        return next(
            (at for step, at in zip(self.path, self.times, strict=True) if step is BackStep.CHECKED), None
        )

    def step_at(self, at: int) -> BackStep:
        """Return the step that the units have reached by an instant."""
        return self.path[self._place_at(at)]

    def changed_at(self, at: int) -> int:
        """Return the last instant up to the given one at which the step changed."""
        return self.times[self._place_at(at)]

    def stored_days(self, at: int) -> int:
        """Return for how many days storage is charged by an instant: every begun day until the units have left."""
        if self.storage_from is None:
            return 0
        end = min(at, self.times[-1])
        return max(0, -(-(end - self.storage_from) // DAY))

    def _place_at(self, at: int) -> int:
        place = len(self.times) - 1
        while place and self.times[place] > at:
            place -= 1
        return place


class ReturnMaker:
    """Tells what comes back of an order, always the same."""

    def __init__(self, *, seed: int, goods_seed: int, cells: Cells, products: Sequence[Product]) -> None:
        """Remember what the draws depend on: `goods_seed` is that of the goods, the same on every marketplace."""
        self._seed = seed
        self._cells = cells
        self._products = products
        self._whys = [self._shares(goods_seed, product) for product in products]

    @staticmethod
    def _shares(seed: int, product: Product) -> tuple[int, ...]:
        if runs_small(seed, product):
            return _RUNNING_SMALL
        if is_badly_sewn(seed, product):
            return _BADLY_SEWN
        return _OF_CLOTHES if product.family.code in _CLOTHES else _OF_GOODS

    def of_order(self, order: Order) -> tuple[Return, ...]:
        """Return what comes back of an order, line by line; cancelled orders too, whether they had left or not."""
        if order.cancelled is not None and order.reason is not None:
            reason, at = order.reason, order.cancelled
            return tuple(self._cancelled(order, place, reason, at) for place in range(len(order.lines)))
        return tuple(self._handed_in(order, place) for place, units in enumerate(order.returned) if units)

    def _cancelled(self, order: Order, place: int, reason: Reason, cancelled: int) -> Return:
        why = _OF_REASON[reason]
        if order.shipped is None:
            steps = [
                (BackStep.CHECKED, order.checked),
                (BackStep.ON_SALE, self._sold_from(order, place, order.checked)),
            ]
            return self._made(order, place, CANCELLATION, why, cancelled, steps)
        kind = TECHNICAL if reason in (Reason.NO_ROUTE, Reason.LOST) else REFUSAL
        received = cancelled + (order.checked - cancelled) * 4 // 5
        steps = [
            (BackStep.REGISTERED, cancelled),
            (BackStep.RECEIVED, received),
            (BackStep.CHECKED, order.checked),
        ]
        draw = self._draw(order, place, 1)
        fate = 0.96 + 0.04 * draw if reason is Reason.LOST else draw * 0.2 if draw < 0.9 else 2 * draw - 1
        return self._made(order, place, kind, why, cancelled, self._fated(order, place, steps, fate))

    def _handed_in(self, order: Order, place: int) -> Return:
        day = self._day(order)
        way = 1 + 3 * self._draw(order, place, 2) if order.is_refused else 2 + 7 * self._draw(order, place, 2)
        received = order.back_at + int(way * day)
        checked = received + int((0.2 + 2.8 * self._draw(order, place, 3)) * day)
        why = (
            Why.REFUSED if order.is_refused and self._draw(order, place, 4) < 0.5 else self._why(order, place)
        )
        fate = self._draw(order, place, 1)
        if why in _SPOILT:
            fate = 0.7 + 0.3 * fate
        steps = [
            (BackStep.REGISTERED, order.back_at),
            (BackStep.RECEIVED, received),
            (BackStep.CHECKED, checked),
        ]
        kind = PARTIAL_REFUSAL if order.is_refused else CLIENT_RETURN
        return self._made(order, place, kind, why, order.back_at, self._fated(order, place, steps, fate))

    def _fated(
        self, order: Order, place: int, steps: list[tuple[BackStep, int]], fate: float
    ) -> list[tuple[BackStep, int]]:
        """Lead what has been looked over to its end, or let it be lost before."""
        day = self._day(order)
        wait = int((1 + self._draw(order, place, 5) * 12) * day)
        checked = steps[-1][1]
        if fate < 0.76:
            return [*steps, (BackStep.ON_SALE, self._sold_from(order, place, checked))]
        if fate >= 0.96:
            lost = BackStep.LOST if fate >= 0.985 else BackStep.COMPENSATED
            return [steps[0], (lost, steps[0][1] + 5 * day + wait)]
        found = checked + day // 4
        steps = [*steps, (BackStep.DEFECTIVE, found)]
        if fate >= 0.93:
            return [*steps, (BackStep.COMPENSATED, found + wait)]
        waiting = found + day // 3
        steps = [*steps, (BackStep.WAITING, waiting)]
        if fate < 0.87:
            return [*steps, (BackStep.HANDED_OVER, waiting + wait)]
        return [*steps, (BackStep.DISPOSED, self._disposal(waiting) + 9 * HOUR)]

    def _made(
        self,
        order: Order,
        place: int,
        kind: str,
        why: Why,
        registered: int,
        steps: list[tuple[BackStep, int]],
    ) -> Return:
        line = order.lines[place]
        is_cancelled = order.cancelled is not None
        quantity = line.quantity if is_cancelled else order.returned[place]
        waiting = next((at for step, at in steps if step is BackStep.WAITING), None)
        made = Return(
            serial=order.serial * _PLACES + place,
            order=order,
            place=place,
            product=line.product,
            quantity=quantity,
            kind=kind,
            why=why,
            registered=registered,
            path=tuple(step for step, _ in steps),
            times=tuple(at for _, at in steps),
            warehouse=order.warehouse,
            compensation=line.price * quantity * 9 // 10 if steps[-1][0] is BackStep.COMPENSATED else 0,
        )
        if waiting is None:
            return made
        wide, long, high = self._products[line.product].family.box
        return made._replace(
            pick_up_until=self._disposal(waiting) - DAY,
            storage_from=_midnight(waiting) + 5 * DAY,
            storage_a_day=(wide * long * high // 10_000 + 100) * quantity,
            disposal_at=self._disposal(waiting),
        )

    @staticmethod
    def _disposal(waiting: int) -> int:
        return _midnight(waiting) + 36 * DAY

    def _sold_from(self, order: Order, place: int, checked: int) -> int:
        """Return when looked-over units are for sale again: with the next supply of their product there."""
        cell = self._cells.by_place[order.lines[place].product * WIDTH + order.warehouse]
        return cell.first_day(cell.cycle(checked // DAY) + 1) * DAY

    def _why(self, order: Order, place: int) -> Why:
        shares = self._whys[order.lines[place].product]
        draw = self._draw(order, place, 6) * sum(shares)
        for why, share in zip(Why, shares, strict=True):
            draw -= share
            if draw < 0:
                return why
        return Why.UNKNOWN

    @staticmethod
    def _day(order: Order) -> int:
        """Return how long a day takes: a minute for live orders."""
        return DAY // 1440 if order.live else DAY

    def _draw(self, order: Order, place: int, what: int) -> float:
        return unit(self._seed, 93, order.serial * _PLACES + place, what)


def _midnight(at: int) -> int:
    """Return the midnight in Moscow that began the day of an instant."""
    return (at + _MOSCOW) // DAY * DAY - _MOSCOW


class Returns:
    """Everything that comes back in a world."""

    def __init__(self, streams: Streams, maker: ReturnMaker) -> None:
        """Derive the returns from these orders."""
        self._streams = streams
        self._maker = maker
        self._chunks: Shelf[tuple[int, bool], tuple[Return, ...]] = Shelf(
            self._of_chunk, room=_HELD, weigh=_weight
        )

    def of_order(self, order: Order) -> tuple[Return, ...]:
        """Return what comes back of an order, line by line."""
        return self._maker.of_order(order)

    def get(self, serial: int) -> Return | None:
        """Return what a serial stands for, or nothing."""
        order = self._streams.by_serial(serial // _PLACES) if serial >= 0 else None
        found = self.of_order(order) if order is not None else ()
        return next((one for one in found if one.serial == serial), None)

    def between(self, since: int, until: int) -> Iterator[Return]:
        """Yield what is registered in a half-open range, oldest first."""
        found = [
            one for one in self._made(since - HANDED_IN_WITHIN, until) if since <= one.registered < until
        ]
        yield from sorted(found, key=lambda one: (one.registered, one.serial))

    def changed_between(self, since: int, until: int) -> Iterator[Return]:
        """Yield what comes to any step in a half-open range, in the order of registration."""
        found = [
            one
            for one in self._made(since - HANDED_IN_WITHIN - LONGEST_LIFE, until)
            if any(since <= at < until for at in one.times)
        ]
        yield from sorted(found, key=lambda one: (one.registered, one.serial))

    def of_chunk(self, stream: Stream, number: int) -> tuple[Return, ...]:
        """Return what comes back of the orders of a chunk."""
        return self._chunks.get((number, stream is self._streams.live))

    def _made(self, since: int, until: int) -> Iterator[Return]:
        """Yield what comes back of the orders made in a range of whole chunks."""
        for stream in self._streams.all():
            for number in range(max(since, stream.since) // stream.span, -(-until // stream.span)):
                yield from self.of_chunk(stream, number)

    def _of_chunk(self, key: tuple[int, bool]) -> tuple[Return, ...]:
        number, is_live = key
        stream = self._streams.live if is_live else self._streams.usual
        return tuple(
            one
            for order in (stream.chunk(number) if stream else ())
            if order.returned or order.reason is not None
            for one in self._maker.of_order(order)
        )


def _weight(returns: tuple[Return, ...]) -> int:
    return len(returns) + 1
