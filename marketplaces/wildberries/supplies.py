"""Pulling supplies: lists of what changed and of what is open, then each supply with its goods and boxes.

A supply costs three requests and, when goods were found missing or too many, a fourth of a method that answers once
a minute: those are owed, and paid a few a pull.

To a base token each method answers twice an hour, never at once, so after every request that another of its method
may follow there is a page: the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.utils import timezone

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import (
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
    TurnIsFar,
    UnexpectedResponse,
)
from marketplaces.wildberries.client import SUPPLIES_A_PAGE, Rows, WildberriesClient
from marketplaces.wildberries.mapping import MOSCOW
from marketplaces.wildberries.products import barcodes_of_cards
from marketplaces.wildberries.statuses import ACCEPTED
from marketplaces.wildberries.supply_place import COUNTED, OPENED, Place
from marketplaces.wildberries.supply_reading import Told, is_unknown, planned_as, read_supply
from marketplaces.wildberries.supply_rows import (
    Discrepancies,
    SupplyName,
    gone_snapshot,
    missing_and_extra,
    with_discrepancies,
)
from marketplaces.wildberries.supply_schemas import SupplyGood, SupplyRows
from marketplaces.wire import MISSING_RECORD

log = structlog.get_logger(__name__)

# Numbers of accepted supplies keep moving so long.
COUNTED_FOR: Final = timedelta(days=60)
# All statuses but the last.
OPEN: Final = (1, 2, 3, 4, 6)
# Discrepancies are asked of so many supplies in a pull.
PAID_A_PULL: Final = 5
# A pull waits for the turns of discrepancies this long after its beginning: the next lists are due.
PATIENCE: Final = timedelta(minutes=5)


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
        self._place = Place(begun=query.until, since=query.since)
        self._done = 0
        self._asked_at: datetime | None = None
        # Rows of the lists that could not be read; a supply may stand in several lists.
        self._unreadable: set[str] = set()

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[SupplySnapshot]]:
        """A page for each request of a list and for each supply.

        The last one is empty and carries where the next pull begins.
        """
        self._place = Place.of(cursor, self._query)
        yield from self._list()
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
    def _list(self) -> Iterator[Page[SupplySnapshot]]:
        """Find out which supplies are to be read.

        One of them is read after each request: its methods have turns of their own, which would pass unused.
        """
        while self._place.lists:
            rows = self._ask(self._place.lists[0])
            self._asked_at = rows.sent_at
            yield self._page(Told(), more=self._not_told_yet(rows.rejected))
            if self._place.lists and self._place.todo:
                name = SupplyName.of(self._place.todo[0])
                self._place = replace(self._place, seen=(*self._place.seen, name.external_id))
                yield from self._read_next()
        self._place = replace(self._place, seen=())

    def _ask(self, kind: str) -> Rows[SupplyRows]:
        """The next rows of a list, what they name put down to be read."""
        place, held = self._place, self._query.open_external_ids
        dates, statuses = self._filter_of(kind)
        rows = self._client.supplies(dates=dates, statuses=statuses, offset=place.offset)
        names = [name for row in rows.page.rows if (name := SupplyName.of_row(row)) is not None]
        if kind == COUNTED:
            watched = frozenset(held)
            names = [name for name in names if name.external_id in watched]
        seen = len(rows.page.rows) + len(rows.rejected)
        place = place.with_found(names).after_rows(seen, is_end=seen < SUPPLIES_A_PAGE)
        is_counted = kind == COUNTED and not place.lists
        self._place = place.counted(held) if is_counted else place
        return rows

    def _filter_of(self, kind: str) -> tuple[list[dict[str, str]], tuple[int, ...]]:
        """The days and the statuses that make a list."""
        place = self._place
        if kind == OPENED:
            return [], OPEN
        if kind == COUNTED:
            return [self._days("factDate", place.begun - COUNTED_FOR)], (int(ACCEPTED),)
        return [self._days(kind, place.since)], ()

    def _not_told_yet(self, rejected: Sequence[Rejected]) -> tuple[Rejected, ...]:
        # Rows without an id are told apart by what is in them.
        named = {one.external_id or repr(one.payload): one for one in rejected}
        fresh = {name: one for name, one in named.items() if name not in self._unreadable}
        self._unreadable.update(fresh)
        return tuple(fresh.values())

    def _days(self, kind: str, since: datetime) -> dict[str, str]:
        """A filter by whole days of Moscow, a day longer than asked: what its ends mean is not documented."""
        until = self._place.begun.astimezone(MOSCOW) + timedelta(days=1)
        return {
            "type": kind,
            "from": since.astimezone(MOSCOW).date().isoformat(),
            "till": until.date().isoformat(),
        }

    # ---- each of them -------------------------------------------------------------------------------------
    def _read(self) -> Iterator[Page[SupplySnapshot]]:
        while self._place.todo or self._place.lost:
            yield from self._read_next()

    def _read_next(self) -> Iterator[Page[SupplySnapshot]]:
        """The next supply of those to be read, and then of those that no list named."""
        is_lost = not self._place.todo
        first, *others = self._place.lost if is_lost else self._place.todo
        name = SupplyName.of(first)
        try:
            told = self._told(name, is_lost=is_lost)
        except RequestRejected as exc:
            planned = planned_as(name, exc)
            if planned is None:
                raise
            # To ask again takes a turn of the same method, which may be far: the name is kept until then.
            self._leave((str(planned), *others), is_lost=is_lost)
            yield self._page(Told())
            name = planned
            told = self._told(name, is_lost=is_lost)
        self._place = self._place.looked_at(name, told.discrepancies)
        self._leave(tuple(others), is_lost=is_lost)
        self._done += 1
        yield self._page(told)

    def _leave(self, names: tuple[str, ...], *, is_lost: bool) -> None:
        place = self._place
        self._place = replace(place, lost=names) if is_lost else replace(place, todo=names)

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
        Until then nothing is told of them."""
        name, count = told.name, told.discrepancies
        if told.snapshot is None or name is None or not name.supply_id or count is None:
            return told
        if not count:
            return self._with(told, {})
        if not self._tells_discrepancies:
            return told
        known = self._place.paid.get(name.supply_id)
        if known is not None and known[0] in (None, count):
            # A report that finds nothing where the supply tells of something tells nothing.
            return self._with(told, known[1]) if known[1] else told
        self._place = self._place.owing(name)
        return told

    def _with(self, told: Told, found: Discrepancies) -> Told:
        if told.snapshot is None or told.snapshot.lines is None:
            return told
        return replace(told, snapshot=with_discrepancies(told.snapshot, found, self._skus))

    def _pay(self) -> Iterator[Page[SupplySnapshot]]:
        """Ask for what is owed, each with a new look at the supply; what is owed still is left to the next pull."""
        while self._place.owed and self._place.payments < PAID_A_PULL:
            place = self._place
            name = SupplyName.of(place.owed[0])
            try:
                found = read_discrepancies(self._client, name)
            except (TemporaryError, UnexpectedResponse) as exc:
                if isinstance(exc, RateLimited) and self._may_wait(exc.retry_after):
                    raise
                log.warning("discrepancies_left", supply=name.number, owed=len(place.owed), why=str(exc))
                # Another one is asked first then: this answer may be unreadable for ever.
                self._place = replace(place, owed=(*place.owed[1:], place.owed[0]))
                return
            paid = replace(place, owed=place.owed[1:], payments=place.payments + 1, todo=(str(name),))
            self._place = paid.with_paid(name, None, found)
            yield self._page(Told())
            yield from self._read()

    def _may_wait(self, pause: timedelta) -> bool:
        """Whether the pull may end in a later run. Until then the next one does not begin."""
        return self._query.until + pause - self._place.begun < PATIENCE

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

    When the turn of its discrepancies is far, nothing is told of them: the next pull asks.
    """
    skus: dict[str, str] = {}

    def skus_of(_goods: Sequence[SupplyGood]) -> Mapping[str, str]:
        skus.update(barcodes_of_cards(client))
        return skus

    name = SupplyName.of_external_id(external_id)
    try:
        told = read_supply(client, name, skus_of=skus_of)
    except RequestRejected as exc:
        planned = planned_as(name, exc)
        if planned is None:
            raise
        told = read_supply(client, planned, skus_of=skus_of)
    snapshot = told.snapshot
    if snapshot is not None and snapshot.lines is not None and told.discrepancies is not None:
        found: Discrepancies | None = {}
        if told.discrepancies and told.name and tells_discrepancies:
            with suppress(TurnIsFar):
                found = read_discrepancies(client, told.name)
        if found is not None and (found or not told.discrepancies):
            snapshot = with_discrepancies(snapshot, found, skus)
    return Page(
        snapshots=(snapshot,) if snapshot else (),
        rejected=told.rejected,
        observed_at=told.asked_at or timezone.now(),
        done=1,
        total=1,
        is_last=True,
    )


def _missing(name: SupplyName) -> Rejected:
    return Rejected(
        external_id=name.external_id, reason=MISSING_RECORD, detail="supply", payload={"supply": name.number}
    )
