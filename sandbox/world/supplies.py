"""Supplies to the warehouses, what is taken back from them, and how far each has come at an instant."""

from collections import defaultdict
from collections.abc import Iterator
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sandbox.world.cells import WIDTH
from sandbox.world.geography import DROP_OFFS, WAREHOUSES, DropOff
from sandbox.world.moments import DAY
from sandbox.world.shelf import Shelf

if TYPE_CHECKING:
    from sandbox.world.shipping import SupplyMaker

#: A supply is created at most so long before its first units are for sale, and changes at most so long after.
LEAD = 19 * DAY
TAIL = 18 * DAY
_WEEK = 7 * DAY


class Stage(IntEnum):
    """Where a supply stands; while it is CHECKING, discrepancies are being settled."""

    DRAFT = 0
    BOOKED = 1
    READY = 2
    SHIPPED = 3
    ARRIVED = 4
    ACCEPTING = 5
    CHECKING = 6
    ACCEPTED = 7
    CANCELLED = 8
    OVERDUE = 9


SUPPLY, WITHDRAWAL, DISPOSAL = "supply", "withdrawal", "disposal"


class SupplyLine(NamedTuple):
    """A product of a supply, in units, as it is known in the end.

    `accepted` are the good units counted: those that come on sale, and those `lost` after they were counted.
    `shipped` = accepted + defect + shortage − surplus. `counted_at` is when the line was counted, `parts` are the
    units by the instant at which they come on sale (or leave the shelf, where goods are taken back).
    """

    product: int
    planned: int
    shipped: int
    accepted: int
    shortage: int
    surplus: int
    defect: int
    lost: int
    on_sale_at: int
    counted_at: int
    parts: tuple[tuple[int, int], ...]


class Counts(NamedTuple):
    """What is known of a line at an instant; nothing where it is not known yet."""

    planned: int
    shipped: int | None
    accepted: int | None
    on_sale: int
    shortage: int | None
    surplus: int | None
    defect: int | None


class Pipeline(NamedTuple):
    """Units on their way to be sold in a cell: announced, on the road, arrived and not on sale yet."""

    requested: int
    transit: int
    preparing: int


class Box(NamedTuple):
    """A box by its number from 1: the place of each line in it and the units shipped."""

    number: int
    contents: tuple[tuple[int, int], ...]


class Supply(NamedTuple):
    """A supply, a withdrawal or a disposal with its whole life: `times[i]` is when it came to `path[i]`.

    The slot is of whole hours in the zone of the place where it is handed in: a drop-off point, if one is named, or
    else the warehouse.
    """

    serial: int
    kind: str
    warehouse: int
    drop_off: int | None
    created: int
    slot_from: int
    slot_to: int
    path: tuple[Stage, ...]
    times: tuple[int, ...]
    lines: tuple[SupplyLine, ...]
    boxes: tuple[Box, ...]

    @property
    def point(self) -> DropOff | None:
        """The drop-off point, or nothing where the warehouse itself is driven to."""
        return None if self.drop_off is None else DROP_OFFS[self.drop_off]

    @property
    def zone(self) -> str:
        """The IANA zone of the slot."""
        return self.point.timezone if self.point else WAREHOUSES[self.warehouse].timezone

    @property
    def is_late(self) -> bool:
        """Tell whether it arrives after its slot."""
        arrived = self.time_of(Stage.ARRIVED)
        return arrived is not None and arrived >= self.slot_to

    @property
    def has_discrepancies(self) -> bool:
        """Tell whether other units were counted than were shipped."""
        return any(line.shortage or line.surplus or line.defect for line in self.lines)

    @property
    def counted(self) -> int | None:
        """The instant at which all lines are counted, or nothing if they never are."""
        place = next(
            (n for n, step in enumerate(self.path) if step in (Stage.CHECKING, Stage.ACCEPTED)), None
        )
        return None if place is None else self.times[place]

    def time_of(self, stage: Stage) -> int | None:
        """Return when it comes to a stage, or nothing if it never does."""
        return self.times[self.path.index(stage)] if stage in self.path else None

    def stage_at(self, at: int) -> Stage:
        """Return the stage reached by an instant."""
        place = len(self.times) - 1
        while place and self.times[place] > at:
            place -= 1
        return self.path[place]

    def changes(self) -> Iterator[int]:
        """Yield every instant at which the stage or the counts of a line change, in no order."""
        yield from self.times
        if self.path[-1] in (Stage.CANCELLED, Stage.OVERDUE):
            return
        for line in self.lines:
            yield line.counted_at
            yield from (at for at, _ in line.parts)

    def changed_at(self, at: int) -> int:
        """Return the last instant up to the given one at which the stage or the counts of a line changed."""
        return max((change for change in self.changes() if change <= at), default=self.created)

    def count_at(self, line: SupplyLine, at: int) -> Counts:
        """Return what is known of one of the lines at an instant."""
        moved = sum(units for when, units in line.parts if when <= at)
        if self.kind != SUPPLY:
            is_begun = self.stage_at(at) in (Stage.ACCEPTING, Stage.ACCEPTED)
            return Counts(
                line.planned, moved if is_begun else None, moved if is_begun else None, 0, None, None, None
            )
        stage = self.stage_at(at)
        if stage in (Stage.CANCELLED, Stage.OVERDUE) or stage < Stage.SHIPPED:
            return Counts(line.planned, None, None, 0, None, None, None)
        if stage < Stage.ACCEPTING:
            return Counts(line.planned, line.shipped, None, 0, None, None, None)
        if stage is Stage.ACCEPTING:
            counted = line.accepted if line.counted_at <= at else 0
            return Counts(line.planned, line.shipped, counted, moved, None, None, None)
        return Counts(
            line.planned, line.shipped, line.accepted, moved, line.shortage, line.surplus, line.defect
        )


class Supplies:
    """Every supply, withdrawal and disposal of a world."""

    def __init__(self, maker: "SupplyMaker") -> None:
        """Serve what the maker computes."""
        self._maker = maker
        self._weeks: Shelf[int, tuple[Supply, ...]] = Shelf(maker.week, room=150_000, weigh=_weight)
        self._ahead: Shelf[int, dict[int, Pipeline]] = Shelf(self._pipeline, room=4)

    def get(self, serial: int) -> Supply | None:
        """Return what a serial stands for, or nothing."""
        week = self._maker.week_of(serial)
        found = self._weeks.get(week) if week is not None else ()
        return next((one for one in found if one.serial == serial), None)

    def between(self, since: int, until: int) -> Iterator[Supply]:
        """Yield what is created in a half-open range, oldest first."""
        found = [one for one in self._near(since, until + LEAD) if since <= one.created < until]
        yield from sorted(found, key=lambda one: (one.created, one.serial))

    def changed_between(self, since: int, until: int) -> Iterator[Supply]:
        """Yield what changes in a half-open range, in the order of creation."""
        found = [
            one
            for one in self._near(since - TAIL, until + LEAD)
            if any(since <= change < until for change in one.changes())
        ]
        yield from sorted(found, key=lambda one: (one.created, one.serial))

    def pipeline(self, at: int) -> dict[int, Pipeline]:
        """Return by cell what is on its way to be sold there: announced, on the road, being taken in."""
        return self._ahead.get(at)

    def _pipeline(self, at: int) -> dict[int, Pipeline]:
        ahead: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for one in self._near(at - TAIL, at + LEAD):
            stage = one.stage_at(at)
            if (
                one.kind != SUPPLY
                or one.created > at
                or stage in (Stage.DRAFT, Stage.CANCELLED, Stage.OVERDUE)
            ):
                continue
            for line in one.lines:
                counts = one.count_at(line, at)
                row = ahead[line.product * WIDTH + one.warehouse]
                if stage < Stage.SHIPPED:
                    row[0] += line.planned
                elif stage is Stage.SHIPPED or line.counted_at > at:
                    row[1] += line.shipped
                else:
                    row[2] += line.accepted - line.lost - counts.on_sale
        return {place: Pipeline(*units) for place, units in sorted(ahead.items()) if any(units)}

    def _near(self, since: int, until: int) -> Iterator[Supply]:
        """Yield what first comes on sale in a range, and its neighbours."""
        first = max(since, self._maker.since - _WEEK) // _WEEK
        weeks = range(first, max(until, self._maker.since + _WEEK) // _WEEK + 2)
        return chain.from_iterable(self._weeks.get(week) for week in weeks)


def _weight(supplies: tuple[Supply, ...]) -> int:
    return sum(len(one.lines) + 1 for one in supplies) + 1
