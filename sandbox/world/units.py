"""Orders unit by unit, as a marketplace tells them that has an order for every single thing, and their ids."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sandbox.world.orders import Line, Order, Step
from sandbox.world.seeds import mix, seed_of, unit

if TYPE_CHECKING:
    from sandbox.world.world import World

_CODES = 1 << 48
_STRIDE = 0x9E3779B97F4B
_BACKWARDS = pow(_STRIDE, -1, _CODES)
_HEX = frozenset("0123456789abcdef")
_PLACES = "DEMQ"


class Unit(NamedTuple):
    """One thing of an order: the `number`th (from 0) of the line at `place`."""

    order: Order
    place: int
    number: int

    @property
    def line(self) -> Line:
        """The line that the thing belongs to."""
        return self.order.lines[self.place]

    @property
    def comes_back(self) -> bool:
        """Tell whether the buyer returns this very thing: the first ones of a line go back."""
        return bool(self.order.returned) and self.number < self.order.returned[self.place]

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps of this thing: those of its order, but for a return of the others."""
        path = self.order.path
        return path[:-1] if path[-1] is Step.RETURNED and not self.comes_back else path

    @property
    def times(self) -> tuple[int, ...]:
        """When the thing came to each step of its path."""
        return self.order.times[: len(self.path)]

    def step_at(self, at: int) -> int:
        """Return the place in `path` that the thing has reached by an instant."""
        return min(self.order.step_at(at), len(self.path) - 1)


def units(order: Order) -> Iterator[Unit]:
    """Yield every thing of an order, line by line."""
    for place, line in enumerate(order.lines):
        for number in range(line.quantity):
            yield Unit(order, place, number)


def srid(world: "World", one: Unit) -> str:
    """Return the id of a thing in an order: one to one, and the same for ever."""
    code = (one.order.serial * _STRIDE + _shift(world)) % _CODES
    return f"{_prefix(world, one.order)}.r{code:012x}{_tail(world, code)}.{one.place}.{one.number}"


def find_unit(world: "World", text: str) -> Unit | None:
    """Return the thing of an id, whenever its order is created, or nothing if the id is not ours."""
    parts = text.split(".")
    if len(parts) != 4 or len(parts[1]) != 33 or not set(parts[1][1:]) <= _HEX:
        return None
    serial = (int(parts[1][1:13], 16) - _shift(world)) * _BACKWARDS % _CODES
    order = world.streams.by_serial(serial)
    return next((one for one in units(order) if srid(world, one) == text), None) if order else None


def _shift(world: "World") -> int:
    return mix(world.settings.own_seed, seed_of("srid")) % _CODES


def _tail(world: "World", code: int) -> str:
    return f"{mix(world.settings.own_seed, 61, code):016x}{mix(world.settings.own_seed, 62, code) >> 48:04x}"


def _prefix(world: "World", order: Order) -> str:
    draw = unit(world.settings.own_seed, 63, order.serial)
    return f"{_PLACES[int(draw * len(_PLACES))]}{int(draw * 1000) % 10}"
