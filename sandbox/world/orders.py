"""Orders computed from the seed: who bought what, from which warehouse, and each step on its way."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

from sandbox.world.cells import Cells, routes
from sandbox.world.demand import HOUR_WEIGHTS, HOURS, Demand, pick
from sandbox.world.geography import CLUSTERS, WAREHOUSES
from sandbox.world.moments import DAY, HOUR, MINUTE, SECOND
from sandbox.world.numbers import Numbers, serial_of
from sandbox.world.seeds import mix, unit


class Step(IntEnum):
    """Where an order stands on its way."""

    CREATED = 0
    PACKING = 1
    PACKED = 2
    SHIPPED = 3
    LAST_MILE = 4
    AT_POINT = 5
    RECEIVED = 6
    CANCELLED = 7
    RETURNED = 8


class Delivery(IntEnum):
    """How the buyer gets the goods."""

    PICKUP = 0
    COURIER = 1
    LOCKER = 2


class Reason(IntEnum):
    """Why an order was cancelled."""

    CHANGED_MIND = 0
    CHEAPER = 1
    LONG_WAIT = 2
    NOT_COLLECTED = 3
    REFUSED = 4
    NO_ROUTE = 5
    LOST = 6


class Line(NamedTuple):
    """A product in an order: place in the assortment, units, price of a unit in kopecks."""

    product: int
    quantity: int
    price: int


class Order(NamedTuple):
    """An order from one warehouse, with its whole life: `times[i]` is when it came to `path[i]`."""

    created: int
    serial: int
    number: str
    basket: str
    basket_id: int
    warehouse: int
    cluster: int
    lines: tuple[Line, ...]
    path: tuple[Step, ...]
    times: tuple[int, ...]
    taken: int
    delivery: Delivery
    payment: int
    premium: bool
    legal: bool
    reason: Reason | None
    checked: int
    live: bool
    #: Units that come back after the buyer has got the order, line by line; empty when nothing does.
    returned: tuple[int, ...] = ()
    #: When they are handed in; the path tells of it only where the orders of the marketplace do.
    back_at: int = 0
    #: They were refused at hand-over, while the buyer took the rest.
    is_refused: bool = False

    @property
    def is_wholly_returned(self) -> bool:
        """Tell whether every unit comes back."""
        return bool(self.returned) and all(
            units == line.quantity for units, line in zip(self.returned, self.lines, strict=True)
        )

    @property
    def shipped(self) -> int | None:
        """The instant at which the goods left the warehouse, or nothing if they never do."""
        return self.times[3] if len(self.path) > 3 and self.path[3] is Step.SHIPPED else None

    @property
    def cancelled(self) -> int | None:
        """The instant of cancellation, or nothing if the order is received."""
        return self.times[-1] if self.path[-1] is Step.CANCELLED else None

    @property
    def released(self) -> int:
        """The instant until which the units are reserved in the warehouse."""
        return self.times[3] if len(self.path) > 3 and self.path[3] is Step.SHIPPED else self.times[-1]

    def step_at(self, at: int) -> int:
        """Return the place in `path` that the order has reached by an instant."""
        place = len(self.times) - 1
        while place and self.times[place] > at:
            place -= 1
        return place


_WAY = tuple(Step)[:7]
#: The path of an order that is cancelled after so many steps; the last is never cancelled.
PATHS = (*((*_WAY[:done], Step.CANCELLED) for done in range(1, 7)), _WAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How long the steps take: the least and the spread of each, in microseconds."""

    taken: tuple[int, int]
    packing: tuple[int, int]
    packed: tuple[int, int]
    shipped: tuple[int, int]
    travel: tuple[int, int]
    per_degree: int
    to_point: tuple[int, int]
    pickup: tuple[int, int]
    unclaimed: tuple[int, int]
    back: tuple[int, int]
    horizon: int

    @property
    def hold(self) -> int:
        """The longest time for which the units of an order are reserved."""
        return sum((*self.packing, *self.packed, *self.shipped))


USUAL = Tempo(
    taken=(10 * SECOND, 50 * SECOND),
    packing=(HOUR // 6, 3 * HOUR),
    packed=(HOUR, 7 * HOUR),
    shipped=(2 * HOUR, 12 * HOUR),
    travel=(8 * HOUR, 22 * HOUR),
    per_degree=HOUR,
    to_point=(3 * HOUR, 20 * HOUR),
    pickup=(2 * HOUR, 70 * HOUR),
    unclaimed=(7 * DAY, 5 * DAY),
    back=(DAY, 4 * DAY),
    horizon=25 * DAY,
)
#: The same where goods come back: weeks after the buyer has got them.
RETURNABLE = replace(USUAL, horizon=USUAL.horizon + 21 * DAY)

LIVELY = Tempo(
    taken=(0, SECOND),
    packing=(5 * SECOND, 7 * SECOND),
    packed=(14 * SECOND, 20 * SECOND),
    shipped=(30 * SECOND, 60 * SECOND),
    travel=(25 * SECOND, 25 * SECOND),
    per_degree=0,
    to_point=(20 * SECOND, 25 * SECOND),
    pickup=(60 * SECOND, 90 * SECOND),
    unclaimed=(60 * SECOND, 60 * SECOND),
    back=(MINUTE, MINUTE),
    horizon=10 * MINUTE,
)

_BUYERS = list(accumulate(cluster.buyers for cluster in CLUSTERS))
#: Degrees of longitude between a warehouse and the buyers of a cluster.
_FAR = [[abs(w.cluster.longitude - c.longitude) for c in CLUSTERS] for w in WAREHOUSES]
_PAYMENTS = (34, 22, 14, 8, 12, 5, 0, 5)
PAYMENT_ON_ACCOUNT = 6
_PAYMENT_WEIGHTS = list(accumulate(float(weight) for weight in _PAYMENTS))
_QUANTITIES = [88.0, 97.0, 100.0]


class DayPlan:
    """What orders of one day are drawn from: popularity, prices, open warehouses."""

    __slots__ = ("prices", "route", "selling", "weights")

    def __init__(self, demand: Demand, cells: Cells, *, day: int) -> None:
        """Work out the tables of a day."""
        self.weights = demand.weights_on(day)
        self.prices = demand.prices_on(day)
        self.selling = cells.selling(day)
        self.route = routes(self.selling)

    def warehouse(self, product: int, cluster: int) -> int:
        """Return the warehouse that serves a product to a cluster, or -1."""
        return self.route[product][cluster]

    def on_sale(self, product: int) -> bool:
        """Tell whether anybody could buy the product today."""
        return self.weights[product] > (self.weights[product - 1] if product else 0.0)

    def draw(self, chance: float, cluster: int) -> tuple[int, int]:
        """Return a product and its warehouse; a sold-out product gives way to the next one in the shop."""
        product = pick(self.weights, chance)
        for _ in range(len(self.prices)):
            warehouse = self.warehouse(product, cluster)
            if warehouse >= 0 and self.on_sale(product):
                return product, warehouse
            product = (product + 1) % len(self.prices)
        return 0, 0


class _Back(NamedTuple):
    """What a buyer gives back of an order: when, and how many units of each line."""

    at: int
    units: tuple[int, ...]
    is_refused: bool


_KEPT = _Back(0, (), is_refused=False)


class OrderMaker:
    """Draws the orders of a chunk, a day or a live hour, always the same ones."""

    def __init__(
        self,
        *,
        seed: int,
        cancel_rate: float,
        plan: Callable[[int], DayPlan],
        return_rates: Sequence[float],
        tells_returns: bool = True,
        refuses_in_part: bool = True,
    ) -> None:
        """Remember what the draws depend on; `plan` gives the tables of a day.

        `return_rates` holds for each product the share of its received orders of which something comes back.
        """
        self._seed = seed
        self._cancel_rate = cancel_rate
        self._return_rates = return_rates
        self._tells_returns = tells_returns
        self._refuses_in_part = refuses_in_part
        self._plan = plan
        self.numbers = Numbers(seed)

    def day(self, day: int, *, count: int) -> list[Order]:
        """Draw the usual orders of a day."""
        rng = random.Random(mix(self._seed, 42, day))
        hours = rng.choices(HOURS, cum_weights=HOUR_WEIGHTS, k=count)
        start = day * DAY
        times = sorted(start + int((hour + rng.random()) * HOUR) for hour in hours)
        return self._orders(rng, chunk=day, times=times, live=False)

    def live_hour(self, hour: int, *, per_minute: float) -> list[Order]:
        """Draw the live orders of an hour, evenly spread and a little uneven."""
        rng = random.Random(mix(self._seed, 43, hour))
        count = int(per_minute * 60)
        gap = HOUR // count if count else 0
        times = [hour * HOUR + int((n + 0.8 * rng.random()) * gap) for n in range(count)]
        return self._orders(rng, chunk=hour, times=times, live=True)

    def _orders(self, rng: random.Random, *, chunk: int, times: list[int], live: bool) -> list[Order]:
        if not times:
            return []
        tempo = LIVELY if live else USUAL
        plan = self._plan(times[0] // DAY)
        orders: list[Order] = []
        previous: Order | None = None
        for index, created in enumerate(times):
            serial = serial_of(chunk, index, live=live)
            second = previous is not None and previous.number[-1] == "1" and rng.random() < 0.03
            first = previous if second else None
            previous = self._order(rng.random, plan, tempo, serial=serial, created=created, first=first)
            orders.append(previous)
        return orders

    def _order(
        self,
        chance: Callable[[], float],
        plan: DayPlan,
        tempo: Tempo,
        *,
        serial: int,
        created: int,
        first: Order | None,
    ) -> Order:
        """Draw an order; with `first` it is the second part of that one, from wherever its goods lie."""
        if first is None:
            basket, basket_id, part = self.numbers.basket(serial), 30_000_000_000 + serial, "1"
            cluster = pick(_BUYERS, chance())
            payment, premium, legal = pick(_PAYMENT_WEIGHTS, chance()), chance() < 0.35, chance() < 0.02
        else:
            basket, basket_id, part, created = first.basket, first.basket_id, "2", first.created
            cluster, payment, premium, legal = first.cluster, first.payment, first.premium, first.legal
        warehouse, lines = _lines(chance, plan, cluster)
        draw = chance()
        delivery = Delivery.PICKUP if draw < 0.78 else Delivery.COURIER if draw < 0.94 else Delivery.LOCKER
        path, times, reason, checked = _life(
            chance,
            tempo,
            created=created,
            far=_FAR[warehouse][cluster],
            courier=delivery is Delivery.COURIER,
            doomed=chance() < self._cancel_rate,
        )
        back = _KEPT
        if path[-1] is Step.RECEIVED and unit(self._seed, 47, serial) < self._return_rates[lines[0].product]:
            back = self._back(serial, tempo, received=times[-1], lines=lines)
            if self._tells_returns:
                path, times = (*path, Step.RETURNED), (*times, back.at)
        return Order(
            created=created,
            serial=serial,
            number=f"{basket}-{part}",
            basket=basket,
            basket_id=basket_id,
            warehouse=warehouse,
            cluster=cluster,
            lines=lines,
            path=path,
            times=times,
            taken=created + tempo.taken[0] + int(chance() * tempo.taken[1]),
            delivery=delivery,
            payment=PAYMENT_ON_ACCOUNT if legal else payment,
            premium=premium,
            legal=legal,
            reason=reason,
            checked=checked,
            live=tempo is LIVELY,
            returned=back.units,
            back_at=back.at,
            is_refused=back.is_refused,
        )

    def _back(self, serial: int, tempo: Tempo, *, received: int, lines: tuple[Line, ...]) -> _Back:
        """Return what comes back of a received order: days later, or refused while the buyer takes the rest."""
        stir = mix(self._seed, 48, serial)
        whole = (stir >> 40) % 2 == 0
        units = tuple(line.quantity if whole else int(place == 0) for place, line in enumerate(lines))
        is_part = any(left < line.quantity for left, line in zip(units, lines, strict=True))
        is_refused = self._refuses_in_part and is_part and (stir >> 44) % 3 == 0
        wait = MINUTE + stir % MINUTE if tempo is LIVELY else 3 * DAY + stir % (17 * DAY)
        if is_refused:
            wait = SECOND + stir % (MINUTE if tempo is LIVELY else 20 * MINUTE)
        return _Back(received + wait, units, is_refused)


def _lines(chance: Callable[[], float], plan: DayPlan, cluster: int) -> tuple[int, tuple[Line, ...]]:
    product, warehouse = plan.draw(chance(), cluster)
    lines = [Line(product, 1 + pick(_QUANTITIES, chance()), plan.prices[product])]
    extra = chance()
    for _ in range(0 if extra > 0.26 else 1 if extra > 0.06 else 2):
        another = pick(plan.weights, chance())
        new = all(line.product != another for line in lines)
        if new and warehouse in plan.selling[another] and plan.on_sale(another):
            lines.append(Line(another, 1, plan.prices[another]))
    return warehouse, tuple(lines)


def _life(
    chance: Callable[[], float], tempo: Tempo, *, created: int, far: float, courier: bool, doomed: bool
) -> tuple[tuple[Step, ...], tuple[int, ...], Reason | None, int]:
    """Return path, times, the reason of cancellation and when cancelled goods have been looked over."""
    packing = created + tempo.packing[0] + int(chance() * tempo.packing[1])
    packed = packing + tempo.packed[0] + int(chance() * tempo.packed[1])
    shipped = packed + tempo.shipped[0] + int(chance() * tempo.shipped[1])
    near = shipped + tempo.travel[0] + int(chance() * tempo.travel[1] + far * tempo.per_degree)
    point = near + tempo.to_point[0] + int(chance() * tempo.to_point[1])
    wait = chance() * chance() * (0.15 if courier else 1.0)
    received = point + tempo.pickup[0] + int(wait * tempo.pickup[1])
    times = (created, packing, packed, shipped, near, point, received)
    if not doomed:
        return _WAY, times, None, 0
    draw = chance()
    done = 1 if draw < 0.28 else 2 if draw < 0.36 else 3 if draw < 0.42 else 4 if draw < 0.48 else 6
    if done < 6:
        cancelled = times[done - 1] + int((0.1 + 0.8 * chance()) * (times[done] - times[done - 1]))
    elif courier:
        cancelled = received
    else:
        cancelled = point + tempo.unclaimed[0] + int(chance() * tempo.unclaimed[1])
    checked = cancelled + tempo.back[0] + int(chance() * tempo.back[1]) if done > 3 else cancelled
    return PATHS[done - 1], (*times[:done], cancelled), _reason(chance(), done=done, courier=courier), checked


def _reason(draw: float, *, done: int, courier: bool) -> Reason:
    if done < 4:
        return Reason.CHANGED_MIND if draw < 0.62 else Reason.CHEAPER if draw < 0.86 else Reason.LONG_WAIT
    if done < 6:
        return Reason.LOST if draw < 0.5 else Reason.NO_ROUTE
    return Reason.REFUSED if courier or draw < 0.3 else Reason.NOT_COLLECTED
