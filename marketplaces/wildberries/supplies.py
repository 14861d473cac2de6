"""Pulling supplies: lists of what changed and of what is open, then each supply with its goods and boxes.

A supply costs three requests and, when goods were found missing or too many, a fourth of a method that answers once
a minute: those are owed, and paid a few a pull.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.utils import timezone

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import RequestRejected, RightMissing, TurnIsFar
from marketplaces.wildberries.client import SUPPLIES_A_PAGE, WildberriesClient
from marketplaces.wildberries.mapping import MOSCOW
from marketplaces.wildberries.products import barcodes_of_cards
from marketplaces.wildberries.statuses import ACCEPTED
from marketplaces.wildberries.supply_reading import Told, is_unknown, read_supply
from marketplaces.wildberries.supply_rows import (
    Discrepancies,
    SupplyName,
    changed_at,
    gone_snapshot,
    missing_and_extra,
    with_discrepancies,
)
from marketplaces.wildberries.supply_schemas import SupplyGood, SupplyRow
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

# Supplies of the lists by our id.
Found = dict[str, tuple[SupplyName, SupplyRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pull stands: the supplies that are still to be read, and whose discrepancies are owed.

    `lost` are those that we hold and no list named. `paid` keeps for each supply how many units were told to be missing
    or too many, and what was found when it was asked: by barcode, None when they refuse to say.
    """

    begun: datetime
    todo: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    paid: Mapping[str, tuple[int, Discrepancies | None]] = field(default_factory=dict)
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
        told: dict[str, Any] = {
            "owed": list(self.owed),
            "paid": {key: [count, found] for key, (count, found) in self.paid.items()},
        }
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
            paid={key: (count, found) for key, (count, found) in cursor.get("paid", {}).items()},
            counted_at=datetime.fromisoformat(counted_at) if counted_at else None,
        )


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
            if not is_unknown(exc):
                raise
            if is_lost:
                return Told(snapshot=gone_snapshot(name))
            return Told(rejected=(_missing(name),))
        return self._settled(found)

    def _skus_of(self, goods: Sequence[SupplyGood]) -> Mapping[str, str]:
        """The size of each barcode; when the assortment lacks some, the cards are asked, once a run."""
        if not self._has_read_cards and not all(good.barcode in self._skus for good in goods):
            self._has_read_cards = True
            self._skus = {**self._skus, **barcodes_of_cards(self._client)}
        return self._skus

    # ---- what the boxes held ------------------------------------------------------------------------------
    def _settled(self, told: Told) -> Told:
        """The supply with what is known of its discrepancies; owed are those that have changed since they were asked.

        The lines of a supply that we hold wait for them, so that what was missing is not forgotten meanwhile.
        """
        name, count = told.name, told.discrepancies
        if told.snapshot is None or name is None or not name.supply_id or count is None:
            return told
        if not count:
            return self._with(told, {})
        if not self._tells_discrepancies:
            return told
        known = self._place.paid.get(name.supply_id)
        if known is not None and known[0] == count:
            return told if known[1] is None else self._with(told, known[1])
        self._owe(name)
        is_held = name.external_id in self._query.open_external_ids
        return replace(told, snapshot=replace(told.snapshot, lines=None)) if is_held else told

    def _with(self, told: Told, found: Discrepancies) -> Told:
        if told.snapshot is None or told.snapshot.lines is None:
            return told
        return replace(told, snapshot=with_discrepancies(told.snapshot, found, self._skus))

    def _owe(self, name: SupplyName) -> None:
        others = [one for one in self._place.owed if SupplyName.of(one).external_id != name.external_id]
        # The newest first: they can still be claimed.
        owed = sorted((*others, str(name)), key=lambda one: int(SupplyName.of(one).supply_id), reverse=True)
        self._place = replace(self._place, owed=tuple(owed[:MOST_OWED]))

    def _pay(self) -> Iterator[Page[SupplySnapshot]]:
        """Ask for what is owed, each with a new look at the supply."""
        for _turn in range(PAID_A_PULL):
            if not self._place.owed:
                return
            name = SupplyName.of(self._place.owed[0])
            found = read_discrepancies(self._client, name)
            try:
                told = read_supply(self._client, name, skus_of=self._skus_of)
            except RequestRejected as exc:
                if not is_unknown(exc):
                    raise
                told = Told()
            paid = {**self._place.paid, name.supply_id: (told.discrepancies or 0, found)}
            kept = dict(list(paid.items())[-MOST_OWED:])
            self._place = replace(self._place, owed=self._place.owed[1:], paid=kept)
            yield self._page(told if found is None else self._with(told, found))

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


def read_discrepancies(client: WildberriesClient, name: SupplyName) -> Discrepancies | None:
    """What was found missing or too many, by barcode; None when they refuse to say."""
    try:
        rows = client.discrepancies(name.supply_id)
    except (RightMissing, RequestRejected) as exc:
        log.warning("reference_unreadable", model="DiscrepancyBox", supply=name.number, error=str(exc))
        return None
    return missing_and_extra(rows.page.rows)


def fetch_supply(
    client: WildberriesClient, external_id: str, *, tells_discrepancies: bool = True
) -> Page[SupplySnapshot]:
    """One supply, read now. Raises RequestRejected when they do not know it.

    When the turn of its discrepancies is far, its lines stay as they are held: the next pull asks.
    """
    skus: dict[str, str] = {}

    def skus_of(_goods: Sequence[SupplyGood]) -> Mapping[str, str]:
        skus.update(barcodes_of_cards(client))
        return skus

    told = read_supply(client, SupplyName.of_external_id(external_id), skus_of=skus_of)
    snapshot = told.snapshot
    if snapshot is not None and snapshot.lines is not None and told.discrepancies is not None:
        found: Discrepancies | None = {}
        if told.discrepancies and told.name and tells_discrepancies:
            try:
                found = read_discrepancies(client, told.name)
            except TurnIsFar:
                snapshot = replace(snapshot, lines=None)
        if snapshot.lines is not None and found is not None and (found or not told.discrepancies):
            snapshot = with_discrepancies(snapshot, found, skus)
    return Page(
        snapshots=(snapshot,) if snapshot else (),
        rejected=told.rejected,
        observed_at=told.asked_at or timezone.now(),
        done=1,
        total=1,
        is_last=True,
    )


def _keep_later(found: Found, name: SupplyName, row: SupplyRow) -> None:
    known = found.get(name.external_id)
    if known is None:
        found[name.external_id] = name, row
        return
    before, now = changed_at(known[1]), changed_at(row)
    is_later = before is None or (now is not None and now >= before)
    supply_id = name.supply_id or known[0].supply_id
    found[name.external_id] = replace(name, supply_id=supply_id), row if is_later else known[1]


def _missing(name: SupplyName) -> Rejected:
    return Rejected(
        external_id=name.external_id, reason=MISSING_RECORD, detail="supply", payload={"supply": name.number}
    )
