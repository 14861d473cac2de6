"""Supplies and removals: wire → contracts. Pure and total, as in mapping.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.money import round_kopecks
from marketplaces.contracts.supplies import (
    BoxSnapshot,
    DocumentSnapshot,
    SupplyKind,
    SupplyLineSnapshot,
    SupplySnapshot,
    SupplyStatus,
)
from marketplaces.ozon.mapping import given_id, moment
from marketplaces.ozon.schemas_supplies import (
    Act,
    ActItem,
    ActSku,
    BundleItem,
    Cargo,
    CountedAct,
    OrderedSupply,
    RemovalRow,
    Slot,
    SlotZone,
    SupplyOrder,
)
from marketplaces.ozon.statuses import DISPOSAL_WORDS, phrase, removal_status, supply_status

REMOVAL_PREFIX: Final = "removal-"
# Requests and supplies are numbered apart: so that a request is never taken for a supply.
REQUEST_PREFIX: Final = "order-"

_ARRIVED: Final = "ACTUAL_ARRIVAL"
_ACTS: Final = ("ACCEPTANCE", "SHORTCOMING", "SURPLUS", "DEFECT")
_COUNTED: Final = (SupplyStatus.DISCREPANCY, SupplyStatus.ACCEPTED)
_ARTICLE: Final = 100
_NAME: Final = 500
_PLACE: Final = 200
_WORD: Final = 64
_NUMBER: Final = 100
_ZONE: Final = 64
_OFFSET: Final = re.compile(r"([+-])?(\d{1,2}):(\d{2})|([+-]?\d{1,6})")
_LONGEST_OFFSET: Final = 15 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What further answers say of a supply; None: they were not asked, or not given wholly."""

    items: Sequence[BundleItem] | None = None
    acts: Sequence[CountedAct] | None = None
    cargoes: Sequence[Cargo] | None = None
    contents: Mapping[str, Sequence[BundleItem]] | None = None
    papers: Sequence[Act] | None = None


def supply_snapshot(
    order: SupplyOrder, supply: OrderedSupply, *, told: Told, clusters: Mapping[str, str]
) -> SupplySnapshot:
    """Turn one supply of a request into ours: the slot, the drop-off point and the time of the last change are
    those of the request. Under cross-docking Ozon does not tell the warehouse, only the cluster (`clusters`:
    names by id)."""
    slot_from, slot_to, zone = slot_of(order.timeslot)
    status = status_of(order, supply)
    storage = supply.storage_warehouse
    changed_at = moment(order.state_updated_date)
    is_virtual = bool(order.order_tags and order.order_tags.is_virtual)
    return SupplySnapshot(
        external_id=supply.supply_id,
        number=(order.order_number or "")[:_NUMBER],
        kind=SupplyKind.VIRTUAL if is_virtual else SupplyKind.SUPPLY,
        status=status,
        external_status=supply.state,
        external_substatus=order.state if order.state != supply.state else "",
        created_at=moment(order.created_date),
        changed_at=changed_at,
        slot_from=slot_from,
        slot_to=slot_to,
        slot_zone=zone,
        fill_until=moment(order.data_filling_deadline_utc),
        # Under cross-docking the cargoes come to the drop-off point, from which Ozon carries them on.
        shipped_at=_arrived(told.cargoes) if supply.is_crossdock else None,
        arrived_at=None if supply.is_crossdock else _arrived(told.cargoes),
        # The request tells when its own state changed: of a supply that stands in another one it does not speak.
        accepted_at=changed_at if status is SupplyStatus.ACCEPTED and order.state == supply.state else None,
        warehouse_external_id=given_id(storage.warehouse_id) if storage else "",
        warehouse_name=((storage and storage.name) or "")[:_PLACE],
        drop_off_name=((order.dropoff_warehouse and order.dropoff_warehouse.name) or "")[:_PLACE],
        cluster_name=clusters.get(given_id(supply.macrolocal_cluster_id), "")[:_PLACE],
        parent_external_id=f"{REQUEST_PREFIX}{order.order_id}" if len(order.supplies) > 1 else "",
        lines=None if told.items is None else _lines(told.items, told.acts, is_counted=status in _COUNTED),
        boxes=_boxes(told.cargoes, told.contents or {}),
        documents=_documents(told.papers),
    )


def status_of(order: SupplyOrder, supply: OrderedSupply) -> SupplyStatus:
    """Our status of a supply of a request."""
    times = order.timeslot and order.timeslot.timeslot
    has_slot = bool(times and moment(times.start))
    return supply_status(supply.state, has_slot=has_slot, is_crossdock=bool(supply.is_crossdock))


# ---- slots ------------------------------------------------------------------------------------------------
def slot_of(slot: Slot | None) -> tuple[datetime | None, datetime | None, str]:
    """The slot in UTC and the zone it is printed in. Its times are the warehouse's own though they are marked with
    Z. Where neither a zone nor an offset can be read, nobody knows when it is: none."""
    times = slot.timeslot if slot else None
    zone, name = _zone(slot.timezone_info if slot else None)
    if times is None or zone is None:
        return None, None, ""
    return _local(times.start, zone), _local(times.end, zone), name


def _local(value: datetime | str | None, zone: tzinfo) -> datetime | None:
    there = moment(value)
    if isinstance(value, datetime) and value.utcoffset():
        return there  # one that names another offset than Z means it
    return there and there.replace(tzinfo=zone).astimezone(UTC)


def _zone(told: SlotZone | None) -> tuple[tzinfo | None, str]:
    name = ((told and told.iana_name) or "").strip()
    if name and len(name) <= _ZONE:
        try:
            return ZoneInfo(name), name
        except (ValueError, KeyError, OSError):
            pass
    offset = _offset(((told and told.offset) or "").strip())
    return (None if offset is None else timezone(offset)), ""


def _offset(text: str) -> timedelta | None:
    """An offset in seconds, or as `+03:00`."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    sign, hours, minutes, seconds = found.groups()
    whole = int(seconds) if seconds else (int(hours) * 60 + int(minutes)) * 60 * (-1 if sign == "-" else 1)
    return timedelta(seconds=whole) if abs(whole) <= _LONGEST_OFFSET else None


# ---- lines ------------------------------------------------------------------------------------------------
def _lines(
    items: Iterable[BundleItem], acts: Sequence[CountedAct] | None, *, is_counted: bool
) -> tuple[SupplyLineSnapshot, ...]:
    """The goods of a supply with what its acts counted; what nobody declared is a line of its own.

    While goods are being counted, one that no act names is not counted yet; afterwards there was none of it.
    """
    counts = {kind: _by_sku(acts or (), kind) for kind in _ACTS}
    declared = {item.sku: item for item in items}
    absent = 0 if is_counted and acts else None
    skus = dict.fromkeys((*declared, *(sku for items in counts.values() for sku in items)))
    return tuple(
        _line(
            sku,
            declared.get(sku),
            {kind: items[sku] for kind, items in counts.items() if sku in items},
            absent=absent,
        )
        for sku in skus
    )


def _line(
    sku: str, item: BundleItem | None, counts: Mapping[str, ActItem], *, absent: int | None
) -> SupplyLineSnapshot:
    found = next((one.sku_info for one in counts.values() if one.sku_info), None)
    known = item or found or ActSku()
    return SupplyLineSnapshot(
        marketplace_sku=sku,
        barcode=(known.barcode or "")[:_NUMBER],
        seller_sku=(known.offer_id or "")[:_ARTICLE],
        name=(known.name or "")[:_NAME],
        declared=item.quantity if item else 0,
        accepted=_fact(counts.get("ACCEPTANCE"), absent),
        shortage=_difference(counts.get("SHORTCOMING"), absent),
        surplus=_difference(counts.get("SURPLUS"), absent),
        defect=_fact(counts.get("DEFECT"), absent),
        price=_price(counts.values()),
    )


def _by_sku(acts: Iterable[CountedAct], kind: str) -> dict[str, ActItem]:
    return {
        given_id(item.sku_info.sku): item
        for act in acts
        if act.type == kind
        for item in act.items
        if item.sku_info and given_id(item.sku_info.sku)
    }


def _fact(item: ActItem | None, absent: int | None) -> int | None:
    return absent if item is None else item.fact_quantity


def _difference(item: ActItem | None, absent: int | None) -> int | None:
    """What an act about a difference is about: that between declared and found, or where it names the difference
    itself, that."""
    if item is None:
        return absent
    if item.fact_quantity is None:
        return None
    return abs((item.declared_quantity or 0) - item.fact_quantity) or item.fact_quantity


def _price(items: Iterable[ActItem]) -> Decimal | None:
    """What a unit is worth by the acts: its share of the sum with VAT, else the price without."""
    bare = None
    for item in items:
        amount = item.fact_amount and item.fact_amount.amount and item.fact_amount.amount.amount
        if item.fact_quantity and isinstance(amount, Decimal) and amount:
            return round_kopecks(amount / item.fact_quantity)
        price = item.sku_info and item.sku_info.price_without_vat and item.sku_info.price_without_vat.amount
        bare = bare or (round_kopecks(price) if isinstance(price, Decimal) else None)
    return bare


# ---- boxes and papers -------------------------------------------------------------------------------------
def _boxes(
    cargoes: Sequence[Cargo] | None, contents: Mapping[str, Sequence[BundleItem]]
) -> tuple[BoxSnapshot, ...] | None:
    if cargoes is None:
        return None
    return tuple(
        BoxSnapshot(
            code=cargo.cargo_id,
            is_pallet=cargo.type == "PALLET",
            external_status=((cargo.tracking_info and cargo.tracking_info.status) or "")[:_WORD],
            contents=tuple((item.sku, item.quantity) for item in contents.get(cargo.bundle_id or "", ())),
        )
        for cargo in sorted(cargoes, key=lambda one: (len(one.cargo_id), one.cargo_id))
    )


def _arrived(cargoes: Sequence[Cargo] | None) -> datetime | None:
    """When the first cargo came."""
    tracked = [one.tracking_info for one in cargoes or () if one.tracking_info]
    came = [moment(one.date) for one in tracked if one.type == _ARRIVED]
    return min((one for one in came if one is not None), default=None)


def _documents(acts: Sequence[Act] | None) -> tuple[DocumentSnapshot, ...] | None:
    """The acts by their type: ACCEPTANCE, DEFECT, SURPLUS, SHORTCOMING."""
    if acts is None:
        return None
    return tuple(
        DocumentSnapshot(
            kind=act.type[:_WORD],
            number=(act.act_number or "")[:_NUMBER],
            created_at=moment(act.created_date),
        )
        for act in acts
        if act.type
    )


# ---- removals ---------------------------------------------------------------------------------------------
def removal_snapshot(rows: Sequence[RemovalRow]) -> SupplySnapshot:
    """Turn the rows of one removal, at least one, into a withdrawal or a disposal: its own state decides, else the
    boxes, when all of them are destroyed. Ozon does not tell when it changed, nor whether a product was handed over
    in full."""
    first = rows[0]
    status = removal_status(first.return_state)
    is_disposal = phrase(first.return_state) in DISPOSAL_WORDS or all(
        phrase(row.box_state or "") in DISPOSAL_WORDS for row in rows
    )
    ends = [moment(row.utilization_date if is_disposal else row.given_out_date) for row in rows]
    return SupplySnapshot(
        external_id=f"{REMOVAL_PREFIX}{first.return_id}",
        number=first.return_id,
        kind=SupplyKind.DISPOSAL if is_disposal else SupplyKind.WITHDRAWAL,
        status=status,
        external_status=first.return_state,
        created_at=moment(first.return_created_at),
        arrived_at=_latest(moment(row.delivery_date) for row in rows),
        accepted_at=_latest(ends) if status is SupplyStatus.ACCEPTED else None,
        warehouse_name=(first.clearing_warehouse_name or "")[:_PLACE],
        drop_off_name=(first.destination_warehouse_name or "")[:_PLACE],
        lines=_removed(rows),
    )


def _removed(rows: Iterable[RemovalRow]) -> tuple[SupplyLineSnapshot, ...]:
    """The rows by product, whatever the box; goods that Ozon could not name a SKU for go by their barcode."""
    goods: dict[tuple[str, str], list[RemovalRow]] = {}
    for row in rows:
        sku = given_id(row.sku)
        key = (sku, "" if sku else (row.barcode or "")[:_NUMBER])
        if key != ("", ""):
            goods.setdefault(key, []).append(row)
    return tuple(
        SupplyLineSnapshot(
            marketplace_sku=sku,
            barcode=(same[0].barcode or "")[:_NUMBER],
            seller_sku=(same[0].offer_id or "")[:_ARTICLE],
            name=(same[0].name or "")[:_NAME],
            declared=sum(row.quantity_for_return for row in same),
        )
        for (sku, _barcode), same in goods.items()
    )


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)
