"""Wire → contracts: requests for supplies, withdrawals and disposals. Pure and total: no network, no exception."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.money import round_kopecks
from marketplaces.contracts.supplies import (
    DocumentSnapshot,
    SupplyKind,
    SupplyLineSnapshot,
    SupplySnapshot,
    SupplyStatus,
)
from marketplaces.yandex_market.mapping import LONG_WORD, NAME, PLACE, WORD, given_id, moment
from marketplaces.yandex_market.schemas_supplies import (
    ItemCounters,
    Location,
    SupplyDocument,
    SupplyItem,
    SupplyRequest,
)
from marketplaces.yandex_market.statuses import REQUEST_SUBTYPES, request_kind, request_status

_MOSCOW: Final = "Europe/Moscow"
# Zones of Russia by their offset in hours: they tell the offset of a slot, not the name of its zone.
_ZONES: Final = {
    2: "Europe/Kaliningrad",
    3: _MOSCOW,
    4: "Europe/Samara",
    5: "Asia/Yekaterinburg",
    6: "Asia/Omsk",
    7: "Asia/Novosibirsk",
    8: "Asia/Irkutsk",
    9: "Asia/Yakutsk",
    10: "Asia/Vladivostok",
    11: "Asia/Magadan",
    12: "Asia/Kamchatka",
}
_HOUR: Final = timedelta(hours=1)
# The only link that splits a supply: of the others both ends are supplies of their own.
_SPLIT: Final = "VIRTUAL_DISTRIBUTION"
# Papers that the warehouse draws up when it has counted the goods.
_ACTS: Final = frozenset({"SECONDARY_RECEPTION_ACT", "ACT_OF_DISCREPANCY"})
_MOST_DOCUMENTS: Final = 100


def supply_snapshot(
    request: SupplyRequest,
    *,
    items: Iterable[SupplyItem] | None,
    documents: Sequence[SupplyDocument] | None,
) -> SupplySnapshot:
    """A request as one supply; `items` and `documents` None: they could not be read.

    Goods that travel through a transit warehouse are brought there: its date is the slot. They tell no end of a slot
    and no creation of a request.
    """
    status = request_status(request.type, request.status)
    target, transit = request.targetLocation or Location(), request.transitLocation
    slot = (transit or target).requestedDate
    changed_at = moment(request.updatedAt)
    parent = request.parentLink if request.parentLink and request.parentLink.type == _SPLIT else None
    return SupplySnapshot(
        external_id=request.id.id,
        number=(request.id.marketplaceRequestId or request.id.id)[:LONG_WORD],
        kind=_kind(request),
        status=status,
        external_status=request.status,
        external_substatus=request.subtype,
        changed_at=changed_at,
        slot_from=moment(slot),
        slot_zone=slot_zone(slot) if moment(slot) else "",
        accepted_at=_accepted_at(status, documents or ()),
        warehouse_external_id=given_id(target.serviceId),
        warehouse_name=(target.name or "")[:PLACE],
        drop_off_name=((transit and transit.name) or "")[:PLACE],
        parent_external_id=parent.id.id if parent else "",
        reason=REQUEST_SUBTYPES.get(request.subtype, (None, ""))[1],
        lines=None if items is None else supply_lines(items, status=status),
        documents=None if documents is None else document_snapshots(documents),
    )


def supply_lines(items: Iterable[SupplyItem], *, status: SupplyStatus) -> tuple[SupplyLineSnapshot, ...]:
    """A line for each offer; a list that moves may name one twice, and what was said last stands."""
    by_offer = {item.offerId: item for item in items}
    return tuple(_line(item, status) for item in by_offer.values())


def document_snapshots(documents: Iterable[SupplyDocument]) -> tuple[DocumentSnapshot, ...]:
    """Papers by kind, the latest of each: they have no numbers."""
    latest: dict[str, DocumentSnapshot] = {}
    for document in documents:
        one = DocumentSnapshot(kind=document.type[:WORD], created_at=moment(document.createdAt))
        known = latest.get(one.kind)
        if known is None or _is_later(one.created_at, known.created_at):
            latest[one.kind] = one
    return tuple(latest[kind] for kind in sorted(latest))[:_MOST_DOCUMENTS]


def slot_zone(told: datetime | str | None) -> str:
    """The zone in which a slot is printed: that of Russia with the offset that they tell, otherwise Moscow's."""
    offset = told.utcoffset() if isinstance(told, datetime) else None
    if offset is None or offset % _HOUR:
        return _MOSCOW
    return _ZONES.get(offset // _HOUR, _MOSCOW)


def _kind(request: SupplyRequest) -> SupplyKind:
    """What a request is. Of one that was split nothing travels: its parts do."""
    kind = request_kind(request.type, request.subtype)
    is_split = any(link.type == _SPLIT for link in request.childrenLinks)
    return SupplyKind.VIRTUAL if is_split and kind is SupplyKind.SUPPLY else kind


def _line(item: SupplyItem, status: SupplyStatus) -> SupplyLineSnapshot:
    counters = item.counters
    is_counted = _is_counted(counters, status)
    return SupplyLineSnapshot(
        marketplace_sku=item.offerId,
        seller_sku=item.offerId,
        name=(item.name or "")[:NAME],
        declared=counters.planCount or 0,
        accepted=counters.factCount if is_counted else None,
        shortage=counters.shortageCount if is_counted else None,
        surplus=counters.surplusCount if is_counted else None,
        defect=counters.defectCount if is_counted else None,
        price=round_kopecks(item.price.value) if item.price else None,
    )


def _is_counted(counters: ItemCounters, status: SupplyStatus) -> bool:
    """Whether zeros say that nothing was accepted: before the goods are counted they say nothing."""
    counts = (counters.factCount, counters.shortageCount, counters.surplusCount, counters.defectCount)
    return status.rank >= SupplyStatus.ACCEPTING.rank or any(counts)


def _accepted_at(status: SupplyStatus, documents: Iterable[SupplyDocument]) -> datetime | None:
    """When the goods were accepted, as the warehouse's act says. The last change of a request is no day of acceptance:
    it moves with every later one, and with it would the time to object."""
    if status is not SupplyStatus.ACCEPTED:
        return None
    drawn = (moment(document.createdAt) for document in documents if document.type in _ACTS)
    return min((one for one in drawn if one), default=None)


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)
