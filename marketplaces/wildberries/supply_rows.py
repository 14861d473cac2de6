"""Wire → contracts: supplies with their goods and boxes. Pure and total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from marketplaces.contracts.supplies import (
    BoxSnapshot,
    SupplyKind,
    SupplyLineSnapshot,
    SupplySnapshot,
    SupplyStatus,
)
from marketplaces.wildberries import statuses
from marketplaces.wildberries.mapping import LONG_WORD, MOSCOW, PLACE, given_id, moment
from marketplaces.wildberries.supply_schemas import (
    DiscrepancyBox,
    SupplyBox,
    SupplyDetails,
    SupplyGood,
    SupplyRow,
    SupplyState,
)

VIRTUAL: Final = "0"
_MONOPALLET: Final = "5"
_REASON: Final = 500
_DAY: Final = timedelta(days=1)
_SHORTAGE: Final = "shortage"
_SURPLUS: Final = "surplus"
_MIXED_UP: Final = "re-sorting"
# Units missing and units too many, by barcode.
Discrepancies = Mapping[str, Sequence[int]]
# Ids of virtual supplies have a letter before them: pre-orders and supplies are numbered apart.
_SUPPLY_PREFIX: Final = "S"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyName:
    """What a supply is called: the id of its pre-order, and of itself once it is planned; one of them may be empty."""

    preorder_id: str = ""
    supply_id: str = ""

    @property
    def external_id(self) -> str:
        """What never changes: the pre-order, or `S…` of a virtual supply, which has none."""
        return self.preorder_id or f"{_SUPPLY_PREFIX}{self.supply_id}"

    @property
    def number(self) -> str:
        """What people call it."""
        return self.supply_id or self.preorder_id

    @property
    def is_preorder(self) -> bool:
        """Whether it is not planned yet, and so asked by the id of the pre-order."""
        return not self.supply_id

    def __str__(self) -> str:
        """Both ids, as a cursor keeps them."""
        return f"{self.preorder_id}/{self.supply_id}"

    @classmethod
    def of(cls, text: str) -> SupplyName:
        """The name that `str()` wrote."""
        preorder_id, _slash, supply_id = text.partition("/")
        return cls(preorder_id=preorder_id, supply_id=supply_id)

    @classmethod
    def of_row(cls, row: SupplyRow) -> SupplyName | None:
        """The name of a row of the list; None of one without any."""
        name = cls(preorder_id=given_id(row.preorderID), supply_id=given_id(row.supplyID))
        return name if name.number else None

    @classmethod
    def of_external_id(cls, external_id: str) -> SupplyName:
        """What our id tells: the pre-order, or the supply itself of a virtual one."""
        if external_id.startswith(_SUPPLY_PREFIX):
            return cls(supply_id=external_id.removeprefix(_SUPPLY_PREFIX))
        return cls(preorder_id=external_id)


def changed_at(state: SupplyState) -> datetime | None:
    """When they changed it last; a pre-order that was never changed was made then."""
    return moment(state.updatedDate) or moment(state.createDate)


def supply_snapshot(
    name: SupplyName,
    details: SupplyDetails,
    *,
    lines: tuple[SupplyLineSnapshot, ...] | None,
    boxes: tuple[BoxSnapshot, ...] | None,
) -> SupplySnapshot:
    """A supply by its details; goods and boxes that could not be read are None."""
    is_virtual = details.boxTypeID == VIRTUAL
    slot_from = moment(details.supplyDate)
    return SupplySnapshot(
        external_id=name.external_id,
        number=name.number,
        kind=SupplyKind.VIRTUAL if is_virtual else SupplyKind.SUPPLY,
        status=_status(details),
        external_status=details.statusID,
        external_substatus=_substatus(details) if is_virtual else "",
        created_at=moment(details.createDate),
        changed_at=changed_at(details),
        slot_from=slot_from,
        slot_to=_end_of_day(slot_from) if slot_from else None,
        slot_zone=MOSCOW.key if slot_from else "",
        arrived_at=moment(details.factDate),
        warehouse_external_id=given_id(details.actualWarehouseID) or given_id(details.warehouseID),
        warehouse_name=(details.actualWarehouseName or details.warehouseName or "").strip()[:PLACE],
        drop_off_name=(details.transitWarehouseName or "").strip()[:PLACE],
        reason=(details.rejectReason or "").strip()[:_REASON],
        lines=lines,
        boxes=boxes,
    )


def gone_snapshot(name: SupplyName) -> SupplySnapshot:
    """A pre-order that they know no more: given up, and nothing else of it is told."""
    return SupplySnapshot(
        external_id=name.external_id,
        number=name.number,
        status=statuses.SUPPLY_ENDS[statuses.GONE],
        external_status=statuses.GONE,
    )


def _status(details: SupplyDetails) -> SupplyStatus:
    """Their status; one that they refuse to accept, and whose day is over, has missed it."""
    slot, changed = moment(details.supplyDate), changed_at(details)
    is_refused = bool((details.rejectReason or "").strip()) and details.statusID in statuses.AHEAD
    if is_refused and slot is not None and changed is not None and _end_of_day(slot) <= changed:
        return statuses.SUPPLY_ENDS["rejectReason"]
    return statuses.supply_status(details.statusID)


def _substatus(details: SupplyDetails) -> str:
    word = details.virtualTypeID or ""
    return statuses.VIRTUAL_TYPES.get(word, word)


def _end_of_day(value: datetime) -> datetime:
    """The end of its day in Moscow: they plan days, not hours."""
    local = value.astimezone(MOSCOW)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(value.tzinfo) + _DAY


# ---- goods and boxes --------------------------------------------------------------------------------------
def line_snapshots(
    goods: Iterable[SupplyGood], details: SupplyDetails, skus: Mapping[str, str]
) -> tuple[SupplyLineSnapshot, ...]:
    """A line for each product: barcodes of one size are added up. Nothing is counted before acceptance begins."""
    is_counted = details.statusID in statuses.COUNTED
    found: dict[str, SupplyLineSnapshot] = {}
    # A moving list may name a barcode twice: what was said last stands.
    for good in {one.barcode: one for one in goods}.values():
        sku = skus.get(good.barcode, "")
        line = SupplyLineSnapshot(
            marketplace_sku=sku,
            barcode=good.barcode,
            seller_sku=(good.vendorCode or "").strip()[:LONG_WORD],
            declared=good.quantity,
            shipped=good.supplierBoxAmount,
            accepted=good.acceptedQuantity if is_counted else None,
            on_sale=good.readyForSaleQuantity if is_counted else None,
        )
        key = sku or f"barcode:{good.barcode}"
        found[key] = _added(found[key], line) if key in found else line
    return tuple(found.values())


def _added(line: SupplyLineSnapshot, other: SupplyLineSnapshot) -> SupplyLineSnapshot:
    return replace(
        line,
        barcode=min(line.barcode, other.barcode),
        declared=line.declared + other.declared,
        shipped=_sum(line.shipped, other.shipped),
        accepted=_sum(line.accepted, other.accepted),
        on_sale=_sum(line.on_sale, other.on_sale),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    """The sum of two that are both told: what is not told is not nought."""
    return None if one is None or other is None else one + other


def box_snapshots(
    boxes: Iterable[SupplyBox], details: SupplyDetails, skus: Mapping[str, str]
) -> tuple[BoxSnapshot, ...]:
    """The boxes; their contents by size, or by barcode where the assortment does not know it."""
    is_pallet = details.boxTypeID == _MONOPALLET
    found = {}
    for box in boxes:
        units: Counter[str] = Counter()
        for packed in box.barcodes:
            units[skus.get(packed.barcode, packed.barcode)] += packed.quantity
        found[box.packageCode] = BoxSnapshot(
            code=box.packageCode, is_pallet=is_pallet, contents=tuple(units.items())
        )
    return tuple(found.values())


def missing_and_extra(boxes: Iterable[DiscrepancyBox]) -> Discrepancies:
    """Units missing and units too many by barcode. Goods in place of others are missing of the one and too many of
    the other."""
    found: dict[str, list[int]] = {}
    for item in (one for box in boxes for one in box.items):
        units = abs(item.discrepancyQuantity or 0)
        declared = (item.declaredSku or "").strip()[:LONG_WORD]
        actual = (item.actualSku or "").strip()[:LONG_WORD] or declared
        if item.discrepancyType in (_SHORTAGE, _MIXED_UP) and declared and units:
            found.setdefault(declared, [0, 0])[0] += units
        if item.discrepancyType in (_SURPLUS, _MIXED_UP) and actual and units:
            found.setdefault(actual, [0, 0])[1] += units
    return found


def with_discrepancies(
    snapshot: SupplySnapshot, found: Discrepancies, skus: Mapping[str, str]
) -> SupplySnapshot:
    """The supply with what was found missing and too many. Goods that nobody declared get a line."""
    lines = {
        line.marketplace_sku or line.barcode: replace(line, shortage=0, surplus=0)
        for line in snapshot.lines or ()
    }
    for barcode, (shortage, surplus) in found.items():
        sku = skus.get(barcode, "")
        line = lines.get(sku or barcode) or SupplyLineSnapshot(
            marketplace_sku=sku, barcode=barcode, declared=0, shortage=0, surplus=0
        )
        lines[sku or barcode] = replace(
            line, shortage=(line.shortage or 0) + shortage, surplus=(line.surplus or 0) + surplus
        )
    return replace(snapshot, lines=tuple(lines.values()))
