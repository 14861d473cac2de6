"""What Wildberries tells of a supply by an instant: less than the world knows of it, and in other steps."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wildberries import ids
from sandbox.wildberries.words import MOSCOW, SUPPLY_WAREHOUSES, moscow
from sandbox.world import World
from sandbox.world.moments import DAY, MINUTE, day_number, moment
from sandbox.world.seeds import mix
from sandbox.world.supplies import Box, Counts, Stage, Supply, SupplyLine

#: Their status by the step in the world. On its way a supply stays allowed to be unloaded; quarrels are not told.
_STATUSES = {
    Stage.DRAFT: 1,
    Stage.BOOKED: 2,
    Stage.READY: 3,
    Stage.SHIPPED: 3,
    Stage.ARRIVED: 6,
    Stage.ACCEPTING: 4,
    Stage.CHECKING: 4,
    Stage.ACCEPTED: 5,
    Stage.OVERDUE: 3,
}
_TRANSIT = ((121709, "Электросталь СЦ"), (206239, "Белые Столбы"), (218987, "Артём СЦ"))
_VIRTUAL_EVERY, _VIRTUAL_TYPES = 9, (0, 1, 5)
_BOOKED_IN = 10 * MINUTE
_BOX_TYPES = (2, 2, 1, 5)
_OVERDUE = "Поставка не привезена в назначенный день"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A supply by an instant, or the virtual one that follows it: a few units moved in their books, none travelled."""

    supply: Supply
    at: int
    is_virtual: bool

    @property
    def stage(self) -> Stage:
        """The step in the world."""
        return self.supply.stage_at(self.at)

    @property
    def status(self) -> int:
        """Their `statusID`."""
        return 5 if self.is_virtual else _STATUSES[self.stage]

    @property
    def preorder_id(self) -> int:
        """The id of the pre-order; 0 of a virtual supply."""
        return 0 if self.is_virtual else ids.preorder_id(self.supply)

    @property
    def supply_id(self) -> int | None:
        """The id of the supply once it is planned."""
        if self.is_virtual:
            return ids.virtual_id(self.supply)
        return None if self.stage is Stage.DRAFT else ids.supply_id(self.supply)

    @property
    def created(self) -> int:
        """When it was made; a virtual supply shortly before it was accepted."""
        return self.supply.times[-1] - _BOOKED_IN if self.is_virtual else self.supply.created

    @property
    def day(self) -> int | None:
        """The number of the day for which it is planned, by the clock of the place where it is handed in."""
        if self.is_virtual or self.supply_id is None:
            return None
        return _day_of_slot(self.supply)

    @property
    def fact(self) -> int | None:
        """When it arrived."""
        arrived = None if self.is_virtual else self.supply.time_of(Stage.ARRIVED)
        return arrived if arrived is not None and arrived <= self.at else None

    @property
    def updated(self) -> int | None:
        """The last change that they count as one: a step, not that more units are on sale; none of a pre-order."""
        if self.is_virtual:
            return self.supply.times[-1]
        changes = [at for at in self.supply.times[1:] if at <= self.at]
        if self.reject_reason:
            changes.append(_told_overdue(self.supply))
        return max(changes, default=None)

    @property
    def reject_reason(self) -> str | None:
        """Why it cannot be accepted any more."""
        is_told = (
            self.stage is Stage.OVERDUE and not self.is_virtual and _told_overdue(self.supply) <= self.at
        )
        return _OVERDUE if is_told else None

    @property
    def box_type(self) -> int:
        """Their `boxTypeID`."""
        return 0 if self.is_virtual else _BOX_TYPES[self.supply.serial // 8 % len(_BOX_TYPES)]

    @property
    def virtual_type(self) -> int:
        """Their `virtualTypeID`."""
        return _VIRTUAL_TYPES[self.supply.serial // (8 * _VIRTUAL_EVERY) % len(_VIRTUAL_TYPES)]

    @property
    def warehouse(self) -> tuple[int, str]:
        """Id and name of the warehouse."""
        return SUPPLY_WAREHOUSES[self.supply.warehouse]

    @property
    def transit(self) -> tuple[int, str] | None:
        """Id and name of the point through which it goes."""
        return None if self.is_virtual or self.supply.drop_off is None else _TRANSIT[self.supply.drop_off]

    @property
    def lines(self) -> tuple[SupplyLine, ...]:
        """The goods; of a virtual supply the first only."""
        return self.supply.lines[:1] if self.is_virtual else self.supply.lines

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes, once they are packed."""
        is_packed = not self.is_virtual and Stage.READY <= self.stage <= Stage.ACCEPTED
        return self.supply.boxes if is_packed else ()

    def count(self, line: SupplyLine) -> Counts:
        """Return what is known of a line."""
        return Counts(1, 1, 1, 1, 0, 0, 0) if self.is_virtual else self.supply.count_at(line, self.at)

    def counts(self) -> list[Counts]:
        """Return what is known of all lines."""
        return [self.count(line) for line in self.lines]

    def barcode(self, world: World, line: SupplyLine) -> str:
        """Return the barcode under which a supply brings a product; of several now one, now another."""
        codes = world.listed[line.product].barcodes
        return codes[mix(self.supply.serial, line.product, 99) % len(codes)]

    def box_code(self, number: int) -> str:
        """Return the code on a box."""
        return f"WB_{ids.supply_id(self.supply)}{number:03}"


def told(supply: Supply, at: int, *, is_virtual: bool = False) -> Told | None:
    """Return what is told of a supply by an instant; nothing of one that was given up, as if it had never been."""
    stage = supply.stage_at(at)
    if stage is Stage.CANCELLED:
        return None
    if is_virtual and (supply.serial // 8 % _VIRTUAL_EVERY or stage is not Stage.ACCEPTED):
        return None
    return Told(supply=supply, at=at, is_virtual=is_virtual)


def _day_of_slot(supply: Supply) -> int:
    return day_number(moment(supply.slot_from).astimezone(ZoneInfo(supply.zone)).date())


def _told_overdue(supply: Supply) -> int:
    """Return when it is told that the day was missed: a minute after its end."""
    return (_day_of_slot(supply) + 1) * DAY - MOSCOW + MINUTE


# ---- what the boxes held ----------------------------------------------------------------------------------
def found_in_boxes(world: World, one: Told) -> list[dict[str, Any]]:
    """Return the boxes that held other goods than declared, with a film of each.

    Where units of one product are missing and of another too many, some lie in each other's place.
    """
    lines = one.supply.lines
    missing = [[place, line.shortage] for place, line in enumerate(lines) if line.shortage]
    extra = [[place, line.surplus] for place, line in enumerate(lines) if line.surplus]
    items: dict[int, list[dict[str, Any]]] = {}

    def put(place: int, kind: str, units: int, actual: int) -> None:
        box = _box_of(one, place)
        declared = sum(count for at, count in box.contents if at == place)
        items.setdefault(box.number, []).append(
            _item(world, one, lines[place], lines[actual], kind, units, declared)
        )

    for short, long in zip_longest(missing, extra):
        if short and long and short[0] != long[0]:
            mixed = min(short[1], long[1])
            put(short[0], "re-sorting", mixed, long[0])
            short[1], long[1] = short[1] - mixed, long[1] - mixed
        if short and short[1]:
            put(short[0], "shortage", short[1], short[0])
        if long and long[1]:
            put(long[0], "surplus", long[1], long[0])
    counted = one.supply.counted or one.supply.times[-1]
    return [
        {
            "packageCode": one.box_code(number),
            "videoUrl": f"https://video.example/{one.box_code(number)}.mp4",
            "videoStartsAt": moscow(counted),
            "videoUnavailable": False,
            "items": found,
        }
        for number, found in sorted(items.items())
    ]


def _box_of(one: Told, place: int) -> Box:
    """Return the first box with a line; the first of all where the line is in none."""
    boxes = one.supply.boxes
    return next((box for box in boxes if any(at == place for at, _units in box.contents)), boxes[0])


def _item(
    world: World, one: Told, line: SupplyLine, actual: SupplyLine, kind: str, units: int, declared: int
) -> dict[str, Any]:
    sign = 1 if kind == "surplus" else -1
    barcode, scanned = one.barcode(world, line), one.barcode(world, actual)
    counted = moment(one.supply.counted or one.supply.times[-1])
    return {
        "declaredSku": barcode,
        "actualSku": scanned,
        "declaredAmount": declared,
        "actualAmount": max(0, declared + sign * units),
        "discrepancyQuantity": units,
        "discrepancyType": kind,
        "skuScans": [
            {
                "scanId": ids.thing_id(one.supply.serial, line.product, number),
                "declaredSku": barcode,
                "scanTime": (counted + timedelta(seconds=number)).isoformat(),
                "discrepancyLabel": kind,
                "actualSku": scanned,
            }
            for number in range(0 if kind == "shortage" else units)
        ],
    }
