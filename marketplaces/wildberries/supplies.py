"""Pulling supplies: lists of what changed and of what is open, then each supply with its goods and boxes.

A supply costs three requests and, when goods were found missing or too many, a fourth of a method that answers once
a minute: those are owed, and paid a few a pull.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.utils import timezone

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.wildberries.client import SUPPLIES_A_PAGE, SUPPLY_GOODS_A_PAGE, WildberriesClient
from marketplaces.wildberries.mapping import MOSCOW
from marketplaces.wildberries.products import barcodes_of_cards
from marketplaces.wildberries.statuses import ACCEPTED
from marketplaces.wildberries.supply_rows import (
    VIRTUAL,
    SupplyName,
    box_snapshots,
    changed_at,
    gone_snapshot,
    line_snapshots,
    supply_snapshot,
    with_discrepancies,
)
from marketplaces.wildberries.supply_schemas import SupplyBox, SupplyDetails, SupplyGood, SupplyRow
from marketplaces.wire import MISSING_RECORD

log = structlog.get_logger(__name__)

# The list is asked by days, and tells of changes late.
OVERLAP: Final = timedelta(days=2)
# Numbers of accepted supplies keep moving; they are counted again this often, this long.
COUNTED_EVERY: Final = timedelta(hours=6)
COUNTED_FOR: Final = timedelta(days=60)
# All statuses but the last.
OPEN: Final = (1, 2, 3, 4, 6)
# Discrepancies are asked of so many supplies in a pull, and owed for so many at most.
PAID_A_PULL: Final = 5
MOST_OWED: Final = 500
# They answer so of a pre-order that has become a supply, and name it.
_BECAME: Final = re.compile(r"найдена поставка (\d{1,19})")

_NOT_FOUND: Final = "не найден"

# Supplies of the lists by our id.
Found = dict[str, tuple[SupplyName, SupplyRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pull stands: the supplies that are still to be read, and whose discrepancies are owed.

    `lost` are those that we hold and no list named. `paid` is the count of discrepancies of each supply that they were asked of last.
    """

    begun: datetime
    todo: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    paid: Mapping[str, int] = field(default_factory=dict)
    counted_at: datetime | None = None

    def cursor(self) -> Cursor:
        """What resumes here."""
        return {
            "begun": self.begun.isoformat(),
            "todo": list(self.todo),
            "lost": list(self.lost),
            **self.kept(),
        }

    def kept(self) -> dict[str, Any]:
        """What also the next pull needs."""
        told: dict[str, Any] = {"owed": list(self.owed), "paid": dict(self.paid)}
        if self.counted_at is not None:
            told["counted_at"] = self.counted_at.isoformat()
        return told

    @classmethod
    def of(cls, cursor: Cursor, *, until: datetime) -> Place:
        """The place that a cursor names; a new pull begins at `until` and keeps what the last one left."""
        counted_at = cursor.get("counted_at")
        return cls(
            begun=datetime.fromisoformat(cursor["begun"]) if "begun" in cursor else until,
            todo=tuple(cursor.get("todo", ())),
            lost=tuple(cursor.get("lost", ())),
            owed=tuple(cursor.get("owed", ())),
            paid=dict(cursor.get("paid", {})),
            counted_at=datetime.fromisoformat(counted_at) if counted_at else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of a supply, how many discrepancies it has, and when it was asked."""

    name: SupplyName | None = None
    snapshot: SupplySnapshot | None = None
    rejected: tuple[Rejected, ...] = ()
    discrepancies: int = 0
    asked_at: datetime | None = None


class SuppliesPull:
    """One run over the supplies of an account."""

    def __init__(
        self, client: WildberriesClient, query: SuppliesQuery, *, tells_discrepancies: bool = True
    ) -> None:
        self._client = client
        self._query = query
        self._tells_discrepancies = tells_discrepancies
        self._skus: Mapping[str, str] = query.sku_by_barcode
        self._has_read_cards = False
        self._place = Place(begun=query.until)
        self._done = 0
        self._asked_at: datetime | None = None
        # Rows of the lists that could not be read; a supply may stand in several lists.
        self._unreadable: dict[str, Rejected] = {}

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[SupplySnapshot]]:
        """A page for each supply; the last one is empty and carries where the next pull begins."""
        self._place = Place.of(cursor, until=self._query.until)
        if "begun" not in cursor:
            self._list(cursor)
            yield self._page(Told(), more=tuple(self._unreadable.values()))
        yield from self._read()
        yield from self._pay()
        yield Page(
            snapshots=(),
            cursor={"watermark": self._place.begun.isoformat(), **self._place.kept()},
            observed_at=self._asked_at or now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    # ---- which ones ---------------------------------------------------------------------------------------
    def _list(self, cursor: Cursor) -> None:
        """Find out which supplies are to be read: those that changed, the open ones, and at times accepted ones.

        What we hold as not settled and they do not list is asked by its id then: it may be gone.
        """
        query, place = self._query, self._place
        watermark = datetime.fromisoformat(cursor["watermark"]) if "watermark" in cursor else None
        since = watermark - OVERLAP if watermark else query.since
        found: Found = {}
        if watermark is None:
            self._add(found, dates=[self._days("createDate", since)])
        self._add(found, dates=[self._days("updatedDate", since)])
        self._add(found, statuses=OPEN)
        todo = [str(name) for name, _row in found.values()]
        lost: list[str] = []
        if query.open_external_ids and self._is_time_to_count():
            accepted: Found = {}
            first = query.until - COUNTED_FOR
            self._add(accepted, dates=[self._days("factDate", first)], statuses=(int(ACCEPTED),))
            for external_id in query.open_external_ids:
                if external_id in accepted and external_id not in found:
                    todo.append(str(accepted[external_id][0]))
                elif external_id not in found:
                    lost.append(str(SupplyName.of_external_id(external_id)))
            place = replace(place, counted_at=place.begun)
        self._place = replace(place, todo=tuple(todo), lost=tuple(lost))

    def _is_time_to_count(self) -> bool:
        counted_at = self._place.counted_at
        return counted_at is None or self._place.begun - counted_at >= COUNTED_EVERY

    def _add(
        self,
        found: Found,
        *,
        dates: Sequence[Mapping[str, str]] = (),
        statuses: Sequence[int] = (),
    ) -> None:
        """Read a list to its end; of a supply that is named twice the later state stands."""
        offset = 0
        while True:
            rows = self._client.supplies(dates=dates, statuses=statuses, offset=offset)
            self._asked_at = self._asked_at or rows.sent_at
            self._unreadable.update((one.external_id, one) for one in rows.rejected)
            for row in rows.page.rows:
                name = SupplyName.of_row(row)
                if name is not None:
                    _keep_later(found, name, row)
            seen = len(rows.page.rows) + len(rows.rejected)
            offset += seen
            if seen < SUPPLIES_A_PAGE:
                return

    def _days(self, kind: str, since: datetime) -> dict[str, str]:
        """A filter by whole days of Moscow, a day longer than asked: what its ends mean is not documented."""
        until = self._query.until.astimezone(MOSCOW) + timedelta(days=1)
        return {
            "type": kind,
            "from": since.astimezone(MOSCOW).date().isoformat(),
            "till": until.date().isoformat(),
        }

    # ---- each of them -------------------------------------------------------------------------------------
    def _read(self) -> Iterator[Page[SupplySnapshot]]:
        while self._place.todo:
            told = self._told(SupplyName.of(self._place.todo[0]), is_lost=False)
            self._place = replace(self._place, todo=self._place.todo[1:])
            self._done += 1
            yield self._page(told)
        while self._place.lost:
            told = self._told(SupplyName.of(self._place.lost[0]), is_lost=True)
            self._place = replace(self._place, lost=self._place.lost[1:])
            self._done += 1
            yield self._page(told)

    def _told(self, name: SupplyName, *, is_lost: bool) -> Told:
        """A supply as it stands. One that neither a list nor its own id finds is gone; one that a list has just named
        may be missing in an old answer only."""
        try:
            found = read_supply(self._client, name, skus_of=self._skus_of)
        except RequestRejected as exc:
            if not _is_unknown(exc):
                raise
            if is_lost:
                return Told(snapshot=gone_snapshot(name))
            return Told(rejected=(_missing(name),))
        self._owe(found)
        return found

    def _skus_of(self, goods: Sequence[SupplyGood]) -> Mapping[str, str]:
        """The size of each barcode; when the assortment lacks some, the cards are asked, once a run."""
        if not self._has_read_cards and not all(good.barcode in self._skus for good in goods):
            self._has_read_cards = True
            self._skus = {**self._skus, **barcodes_of_cards(self._client)}
        return self._skus

    # ---- what the boxes held ------------------------------------------------------------------------------
    def _owe(self, told: Told) -> None:
        """Put down a supply whose discrepancies have changed since they were asked."""
        place, count, name = self._place, told.discrepancies, told.name
        if not self._tells_discrepancies or not count or name is None or not name.supply_id:
            return
        if place.paid.get(name.supply_id) != count:
            others = [one for one in place.owed if SupplyName.of(one).external_id != name.external_id]
            # The newest first: they can still be claimed.
            owed = sorted(
                (*others, str(name)), key=lambda one: int(SupplyName.of(one).supply_id), reverse=True
            )
            self._place = replace(place, owed=tuple(owed[:MOST_OWED]))

    def _pay(self) -> Iterator[Page[SupplySnapshot]]:
        for _turn in range(PAID_A_PULL):
            if not self._place.owed:
                return
            name = SupplyName.of(self._place.owed[0])
            told = self._with_discrepancies(name)
            paid = {**self._place.paid, name.supply_id: told.discrepancies}
            kept = dict(list(paid.items())[-MOST_OWED:])
            self._place = replace(self._place, owed=self._place.owed[1:], paid=kept)
            yield self._page(told)

    def _with_discrepancies(self, name: SupplyName) -> Told:
        try:
            boxes = self._client.discrepancies(name.supply_id).page.rows
            told = read_supply(self._client, name, skus_of=self._skus_of)
        except (RightMissing, RequestRejected) as exc:
            log.warning("reference_unreadable", model="DiscrepancyBox", supply=name.number, error=str(exc))
            return Told()
        if told.snapshot is None or told.snapshot.lines is None:
            return told
        return replace(told, snapshot=with_discrepancies(told.snapshot, boxes, self._skus))

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(self, told: Told, *, more: tuple[Rejected, ...] = ()) -> Page[SupplySnapshot]:
        observed_at = told.asked_at or self._asked_at or self._query.until
        self._asked_at = observed_at
        return Page(
            snapshots=(told.snapshot,) if told.snapshot else (),
            rejected=(*more, *told.rejected),
            cursor=self._place.cursor(),
            observed_at=observed_at,
            done=self._done,
            total=self._done + len(self._place.todo) + len(self._place.lost),
        )


def read_supply(
    client: WildberriesClient,
    name: SupplyName,
    *,
    skus_of: Callable[[Sequence[SupplyGood]], Mapping[str, str]],
) -> Told:
    """A supply with its goods and boxes. Raises RequestRejected when they do not know it."""
    name, details, asked_at = _details(client, name)
    if isinstance(details, Rejected):
        return Told(rejected=(replace(details, external_id=name.external_id),), asked_at=asked_at)
    goods, rejected = _goods(client, name)
    is_whole = not rejected and (bool(goods) or not details.quantity)
    skus = skus_of(goods)
    boxes = _boxes(client, name, details)
    return Told(
        name=name,
        snapshot=supply_snapshot(
            name,
            details,
            # A part of the goods would read as if the others were not in the supply.
            lines=line_snapshots(goods, details, skus) if is_whole else None,
            boxes=None if boxes is None else box_snapshots(boxes, details, skus),
        ),
        rejected=rejected,
        discrepancies=_discrepancies(details),
        asked_at=asked_at,
    )


def fetch_supply(client: WildberriesClient, external_id: str) -> Page[SupplySnapshot]:
    """One supply, read now. Raises RequestRejected when they do not know it."""
    told = read_supply(
        client, SupplyName.of_external_id(external_id), skus_of=lambda _goods: barcodes_of_cards(client)
    )
    return Page(
        snapshots=(told.snapshot,) if told.snapshot else (),
        rejected=told.rejected,
        observed_at=told.asked_at or timezone.now(),
        done=1,
        total=1,
        is_last=True,
    )


def _details(
    client: WildberriesClient, name: SupplyName
) -> tuple[SupplyName, SupplyDetails | Rejected, datetime]:
    """The details; of a pre-order that has been planned meanwhile by the supply that they name."""
    try:
        details, asked_at = client.supply(name.number, is_preorder=name.is_preorder)
    except RequestRejected as exc:
        became = _BECAME.search(str(exc)) if name.is_preorder else None
        if became is None:
            raise
        name = replace(name, supply_id=became[1])
        details, asked_at = client.supply(name.number, is_preorder=False)
    return name, details, asked_at


def _goods(client: WildberriesClient, name: SupplyName) -> tuple[list[SupplyGood], tuple[Rejected, ...]]:
    goods: list[SupplyGood] = []
    rejected: tuple[Rejected, ...] = ()
    offset = 0
    while True:
        rows = client.supply_goods(name.number, is_preorder=name.is_preorder, offset=offset)
        goods += rows.page.rows
        rejected += rows.rejected
        seen = len(rows.page.rows) + len(rows.rejected)
        offset += seen
        if seen < SUPPLY_GOODS_A_PAGE:
            return goods, tuple(replace(one, external_id=name.external_id) for one in rejected)


def _boxes(client: WildberriesClient, name: SupplyName, details: SupplyDetails) -> list[SupplyBox] | None:
    """The boxes of a planned supply; None when it has none or they cannot be read."""
    if name.is_preorder or details.boxTypeID == VIRTUAL:
        return None
    try:
        rows = client.supply_boxes(name.supply_id)
    except RequestRejected as exc:
        log.warning("reference_unreadable", model="SupplyBox", supply=name.number, error=str(exc))
        return None
    return None if rows.rejected else rows.page.rows


def _discrepancies(details: SupplyDetails) -> int:
    """How many they found at acceptance, as far as there is more to ask."""
    is_asked = details.statusID == ACCEPTED and details.boxTypeID != VIRTUAL
    return (details.discrepancies or 0) if is_asked else 0


def _keep_later(found: Found, name: SupplyName, row: SupplyRow) -> None:
    known = found.get(name.external_id)
    if known is None:
        found[name.external_id] = name, row
        return
    before, now = changed_at(known[1]), changed_at(row)
    is_later = before is None or (now is not None and now >= before)
    supply_id = name.supply_id or known[0].supply_id
    found[name.external_id] = replace(name, supply_id=supply_id), row if is_later else known[1]


def _is_unknown(exc: RequestRejected) -> bool:
    return _NOT_FOUND in str(exc)


def _missing(name: SupplyName) -> Rejected:
    return Rejected(
        external_id=name.external_id, reason=MISSING_RECORD, detail="supply", payload={"supply": name.number}
    )
