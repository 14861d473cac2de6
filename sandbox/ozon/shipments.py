"""Supplies of the world as Ozon numbers them and words their states: one request for each supply.

What Ozon does not know it does not tell: the seller's own way to a warehouse or a drop-off point leaves a supply
ready; from a drop-off point on it is Ozon that carries.
"""

from bisect import bisect_right
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sandbox.world import World
from sandbox.world.moments import DAY
from sandbox.world.seeds import mix
from sandbox.world.supplies import SUPPLY, Stage, Supply, SupplyLine

_ORDER, _SUPPLY_ID, _NUMBER, _CARGO, _ACT = 80_000_000, 2_000_000_000_000, 2_000_111_000_000, 100_000, 10
_UNSETTLED = "REPORTS_CONFIRMATION_AWAITING", "REPORT_REJECTED"
_STATES = {
    Stage.DRAFT: "DATA_FILLING",
    Stage.BOOKED: "DATA_FILLING",
    Stage.READY: "READY_TO_SUPPLY",
    Stage.SHIPPED: "READY_TO_SUPPLY",
    Stage.ARRIVED: "ACCEPTED_AT_SUPPLY_WAREHOUSE",
    Stage.ACCEPTING: "ACCEPTANCE_AT_STORAGE_WAREHOUSE",
    Stage.CHECKING: _UNSETTLED[0],
    Stage.ACCEPTED: "COMPLETED",
    Stage.CANCELLED: "CANCELLED",
    Stage.OVERDUE: "OVERDUE",
}
#: State → what it says of the way of a supply, in the words of our lifecycle; see `told_status`.
_STATUSES = {
    "READY_TO_SUPPLY": "ready",
    "IN_TRANSIT": "shipped",
    "ACCEPTANCE_AT_STORAGE_WAREHOUSE": "accepting",
    "REPORTS_CONFIRMATION_AWAITING": "discrepancy",
    "REPORT_REJECTED": "discrepancy",
    "COMPLETED": "accepted",
    "CANCELLED": "cancelled",
    "OVERDUE": "overdue",
}
STATES = frozenset(
    (*_STATES.values(), "IN_TRANSIT", "REPORT_REJECTED", "REJECTED_AT_SUPPLY_WAREHOUSE", "UNSPECIFIED")
)
UNKNOWN_STATE = "AWAITING_TELEPORT"


def order_id(serial: int) -> int:
    """Return the number of the request of a supply."""
    return _ORDER + serial


def supply_id(serial: int) -> int:
    """Return the number of a supply."""
    return _SUPPLY_ID + serial


def order_number(serial: int) -> str:
    """Return what people call the request."""
    return str(_NUMBER + serial)


def cargo_id(serial: int, box: int) -> int:
    """Return the number of a box of a supply."""
    return (_SUPPLY_ID + serial) * _CARGO + box


def act_id(serial: int, kind: int) -> int:
    """Return the number of an act of a supply."""
    return (_ORDER + serial) * _ACT + kind


def bundle_id(serial: int, *, box: int = 0, edition: int = 0) -> str:
    """Return the name of the goods of a supply as planned, as edited before they were shipped (the next edition), or
    of one of its boxes."""
    return f"{serial:08x}-{mix(serial, 41) % 0x10000:04x}-7a{edition:02x}-9582-{box:012x}"


def of_order_id(number: int) -> int:
    """Return the serial of a request."""
    return number - _ORDER


def of_supply_id(number: int) -> int:
    """Return the serial of a supply."""
    return number - _SUPPLY_ID


def of_bundle_id(text: str) -> tuple[int, int, int] | None:
    """Return the serial, the box and the edition of a bundle, or nothing when there is none of that name."""
    try:
        serial, edition, box = int(text[:8], 16), int(text[16:18], 16), int(text[-12:], 16)
    except ValueError:
        return None
    return (serial, box, edition) if bundle_id(serial, box=box, edition=edition) == text else None


class Turn(NamedTuple):
    """A state and when it came."""

    at: int
    state: str


def turns(supply: Supply) -> tuple[Turn, ...]:
    """Return the states of a supply, oldest first; booking a slot is no state of its own but is dated."""
    found = [Turn(supply.created, _STATES[supply.path[0]])]
    for at, stage in list(zip(supply.times, supply.path, strict=True))[1:]:
        if stage is Stage.BOOKED or _STATES[stage] != found[-1].state:
            found.append(Turn(at, _STATES[stage]))
        if stage is Stage.ARRIVED and supply.drop_off is not None and Stage.ACCEPTING in supply.path:
            begun = supply.times[supply.path.index(Stage.ACCEPTING)]
            found.append(Turn(at + (begun - at) // 3, "IN_TRANSIT"))
        if stage is Stage.CHECKING and mix(supply.serial, 42) % 4 == 0:
            until = supply.times[supply.path.index(Stage.CHECKING) + 1]
            found.append(Turn(at + (until - at) // 2, _UNSETTLED[1]))
    return tuple(found)


def turn_at(supply: Supply, at: int) -> Turn:
    """Return the state of a supply at an instant, and since when it is in it."""
    return [turn for turn in turns(supply) if turn.at <= max(at, supply.created)][-1]


def told_status(supply: Supply, at: int) -> str:
    """Return how far Ozon says that a supply has come, in the words of our lifecycle."""
    state = turn_at(supply, at).state
    if state == "DATA_FILLING":
        return "booked" if supply.stage_at(at) is Stage.BOOKED else "draft"
    if state == "ACCEPTED_AT_SUPPLY_WAREHOUSE":
        return "arrived" if supply.drop_off is None else "shipped"
    return _STATUSES[state]


def declared(supply: Supply, line: SupplyLine, at: int) -> int:
    """Return the units of a line that the seller declares: he puts right what he planned when he ships it."""
    counts = supply.count_at(line, at)
    return counts.planned if counts.shipped is None else counts.shipped


class Register:
    """The requests of a world by what a list must know of them, found as time goes on."""

    def __init__(self, world: World) -> None:
        """Begin with nothing."""
        self._world = world
        self._until = world.opened * DAY - 60 * DAY
        self._turns: dict[int, tuple[Turn, ...]] = {}
        self._slots: dict[int, tuple[int, str]] = {}
        self._lock = Lock()

    def at(self, at: int) -> Iterator[tuple[int, Turn]]:
        """Yield every request made by an instant by its serial, with its state."""
        with self._lock:
            if at >= self._until:
                for supply in self._world.supply_book.between(self._until, at + 1):
                    if supply.kind == SUPPLY:
                        self._turns[supply.serial] = turns(supply)
                        self._slots[supply.serial] = supply.slot_from, supply.zone
                self._until = at + 1
            known = list(self._turns.items())
        for serial, found in known:
            place = bisect_right(found, at, key=lambda turn: turn.at)
            if place:
                yield serial, found[place - 1]

    def slot(self, serial: int) -> tuple[int, str]:
        """Return when the slot of a known request begins, and in which zone."""
        return self._slots[serial]


_registers: "WeakKeyDictionary[World, Register]" = WeakKeyDictionary()


def register_of(world: World) -> Register:
    """Return the register of a world, one for all its requests."""
    register = _registers.get(world)
    if register is None:
        register = _registers[world] = Register(world)
    return register


def supply_of(world: World, serial: int, at: int) -> Supply | None:
    """Return a supply that is there by an instant."""
    found = world.supply_book.get(serial)
    return found if found is not None and found.kind == SUPPLY and found.created <= at else None
