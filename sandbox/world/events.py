"""What happens in a world, in the order in which it happens, for those who tell others about it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY, HOUR
from sandbox.world.orders import Order, Step
from sandbox.world.stock import Level, Stock
from sandbox.world.streams import Streams


class StepTaken(NamedTuple):
    """An order came to the step at `place` of its path."""

    at: int
    order: Order
    place: int


class StockChanged(NamedTuple):
    """The units of a product over all warehouses changed."""

    at: int
    product: int
    old: Level
    new: Level


Event = StepTaken | StockChanged


def steps(streams: Streams, since: int, until: int) -> list[StepTaken]:
    """Return the steps that orders take after `since` and not later than `until`, oldest first."""
    found = []
    for stream in streams.all():
        for order in stream.restless(since, until + 1):
            if order.times[-1] > since:
                found += [
                    StepTaken(at, order, place) for place, at in enumerate(order.times) if since < at <= until
                ]
    return sorted(found, key=lambda step: (step.at, step.order.serial, step.place))


def _totals(levels: dict[int, Level], products: int) -> list[Level]:
    free, reserved = [0] * products, [0] * products
    for place, level in levels.items():
        free[place // WIDTH] += level.available
        reserved[place // WIDTH] += level.reserved
    return [Level(*pair) for pair in zip(free, reserved, strict=True)]


def _effect(step: StepTaken) -> Callable[[Level, int], Level] | None:
    """Return what a step does to the level of each product in the order."""
    if step.place == 0:
        return lambda level, units: Level(level.available - units, level.reserved + units)
    if step.at == step.order.released and step.order.path[step.place] in (Step.SHIPPED, Step.CANCELLED):
        return lambda level, units: Level(level.available, level.reserved - units)
    return None


def events(streams: Streams, stock: Stock, since: int, until: int, *, products: int) -> Iterator[Event]:
    """Yield steps and stock changes after `since` and not later than `until`, oldest first.

    At the instant of a supply the new levels count the orders of that instant already.
    """
    span = HOUR if streams.live else DAY
    totals = _totals(stock.levels(since), products)
    while since < until:
        edge = min(until, (since // span + 1) * span - 1)
        for step in steps(streams, since, edge):
            yield step
            yield from _stock_changes(step, totals)
        since = edge
        if since < until:
            yield from _supplied(totals, _totals(stock.levels(since + 1), products), at=since + 1)
            yield from steps(streams, since, since + 1)
            since += 1


def _stock_changes(step: StepTaken, totals: list[Level]) -> Iterator[StockChanged]:
    effect = _effect(step)
    if effect is None:
        return
    for line in step.order.lines:
        old = totals[line.product]
        totals[line.product] = effect(old, line.quantity)
        yield StockChanged(step.at, line.product, old, totals[line.product])


def _supplied(totals: list[Level], fresh: list[Level], *, at: int) -> Iterator[StockChanged]:
    for product, new in enumerate(fresh):
        if new != totals[product]:
            yield StockChanged(at, product, totals[product], new)
            totals[product] = new
