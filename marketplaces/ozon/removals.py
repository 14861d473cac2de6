"""Pulling removals of the seller's own stock: withdrawals and disposals, by the day they were asked for.

Ozon tells neither when a removal changed nor that one of them alone, and its rows are boxes: each window of days is
read whole before its removals are told. The last weeks are read again with every pull. Goods may wait to be picked up
for months: one that we hold as open and that is older is asked for by its own days, and where nobody knows them it is
looked for through all the windows.

That Ozon lists one no more does not say what became of it. It stays as we hold it, is looked for once a day for a week
and then once a month, and stands in quarantine meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from core.periods import MOSCOW
from marketplaces.contracts.pages import KEPT, NOT_LISTED, Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.ozon.client import OzonClient
from marketplaces.ozon.mapping_supplies import REMOVAL_PREFIX, removal_snapshot
from marketplaces.ozon.removal_memory import MOST_LOOKS, RemovalMemory, Span
from marketplaces.ozon.schemas_supplies import RemovalRow

log = structlog.get_logger(__name__)

# Days that one page tells of.
WINDOW: Final = timedelta(days=15)
# How long removals are read again.
TAIL: Final = timedelta(days=45)
# How far back one of them is looked for.
LONGEST: Final = timedelta(days=400)
# An empty answer is believed only when it is given this often.
TRIES: Final = 3
# Under what name a cursor keeps what pulls remember of them.
REMOVALS: Final = "removals"
_LONGEST_ID: Final = 100
_LONGEST_DETAIL: Final = 300


class RemovalsPull:
    """One run over the removals of an account.

    Cursors: `{since, watermark, day, left}` and what `kept` tells. `day` is the last day that is not read yet, `left`
    are the open ones that were not found so far.
    """

    def __init__(
        self,
        client: OzonClient,
        query: SuppliesQuery,
        *,
        cursor: Cursor,
        since: datetime,
        watermark: datetime,
        beside: Mapping[str, Any],
    ) -> None:
        self._client = client
        # What the cursor keeps of all else.
        self._beside = beside
        self._held = {one for one in query.open_external_ids if one.startswith(REMOVAL_PREFIX)}
        self._memory = RemovalMemory.of(kept_of(cursor).get(REMOVALS, {}), held=self._held)
        self._left = set(cursor.get("left", self._held))
        self._today = _day(watermark)
        self._until = date.fromisoformat(cursor["day"]) if "day" in cursor else self._today
        self._tail = max(min(_day(since), _day(watermark - TAIL)), _day(query.since))
        self._oldest = _day(watermark - LONGEST)
        self._bounds = {"since": since.isoformat(), "watermark": watermark.isoformat()}
        self._asked_at = query.until

    def kept(self) -> dict[str, Any]:
        """What a cursor keeps for the pulls to come."""
        return keeping({**self._beside, REMOVALS: self._memory.told()})

    def pages(self) -> Iterator[Page[SupplySnapshot]]:
        """A page for each window: the last weeks, newest first, and then the days of those that are open and older.

        A key without the right to them has none.
        """
        try:
            while self._until >= self._tail:
                yield self._next_window()
            self._left = {one for one in self._left if self._memory.is_sought(one, today=self._today)}
            yield from self._look()
            yield from self._look_everywhere()
        except RightMissing:
            return
        except RequestRejected as exc:
            # A method in beta may go; supplies are told without it.
            log.warning("removals_refused", error=str(exc))

    # ---- those that are older -----------------------------------------------------------------------------
    def _look(self) -> Iterator[Page[SupplySnapshot]]:
        """Ask for the days of those whose days are known; the last weeks have just been read."""
        known = {one for one in self._left if one in self._memory.spans}
        recent = {one for one in known if self._memory.spans[one][0] >= self._tail}
        if recent:
            yield self._told(self._nothing(), self._miss(recent))
        for window in self._memory.windows(sorted(known - recent), longest=WINDOW):
            sought = {one for one in known & self._left if _is_within(self._memory.spans[one], window)}
            if sought:
                page = self._read(*window)
                yield self._told(page, self._miss(sought & self._left))

    def _look_everywhere(self) -> Iterator[Page[SupplySnapshot]]:
        """Look for the others window by window. What an empty answer hides is found another day."""
        while self._left and self._until >= self._oldest:
            yield self._next_window(tries=1, is_search=True)

    def _miss(self, external_ids: Collection[str]) -> tuple[Rejected, ...]:
        """Note that these are not listed; what is to be told of it."""
        self._left.difference_update(external_ids)
        told = []
        for one in sorted(external_ids):
            looks = self._memory.miss(one, today=self._today)
            log.warning("removal_not_listed", removal=one, looks=looks)
            if looks >= MOST_LOOKS:
                told.append(_not_listed(one, looks, on=self._today))
        return tuple(told)

    # ---- windows ------------------------------------------------------------------------------------------
    def _next_window(self, *, tries: int = TRIES, is_search: bool = False) -> Page[SupplySnapshot]:
        first, last = self._until - WINDOW + timedelta(days=1), self._until
        page = self._read(first, last, tries=tries)
        self._until = first - timedelta(days=1)
        is_over = is_search and self._until < self._oldest
        return self._told(page, self._miss(set(self._left)) if is_over else ())

    def _read(self, first: date, last: date, *, tries: int = TRIES) -> Page[SupplySnapshot]:
        page = _window(self._client, first, last, tries=tries)
        self._asked_at = page.observed_at
        for removal in page.snapshots:
            self._memory.saw(removal, (first, last))
            self._left.discard(removal.external_id)
        for broken in page.rejected:
            # One that could not be read was found all the same.
            if broken.external_id in self._held:
                self._memory.saw_broken(broken.external_id, (first, last))
                self._left.discard(broken.external_id)
        return page

    def _nothing(self) -> Page[SupplySnapshot]:
        return Page(snapshots=(), observed_at=self._asked_at)

    def _told(self, page: Page[SupplySnapshot], absent: tuple[Rejected, ...]) -> Page[SupplySnapshot]:
        return Page(
            snapshots=page.snapshots,
            rejected=page.rejected,
            absent=absent,
            cursor={
                **self._bounds,
                "day": self._until.isoformat(),
                "left": sorted(self._left),
                **self.kept(),
            },
            observed_at=page.observed_at,
            done=page.done,
        )


def first_day(watermark: datetime) -> dict[str, str]:
    """The part of a cursor from which the removals are read."""
    return {"day": _day(watermark).isoformat()}


def kept_of(cursor: Cursor) -> dict[str, Any]:
    """What a cursor keeps for all pulls, by name."""
    return dict(cursor.get(KEPT, {}))


def keeping(told: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a cursor that keeps these for all pulls; nothing where there is nothing to remember."""
    kept = {name: one for name, one in told.items() if one}
    return {KEPT: kept} if kept else {}


def find_removal(client: OzonClient, external_id: str, *, now: datetime) -> Page[SupplySnapshot]:
    """One removal, looked for from today on. Raises RequestRejected when it is not there."""
    until = _day(now)
    while until >= _day(now - LONGEST):
        first = until - WINDOW + timedelta(days=1)
        page = _window(client, first, until)
        found = tuple(one for one in page.snapshots if one.external_id == external_id)
        rejected = tuple(one for one in page.rejected if one.external_id == external_id)
        if found or rejected:
            return Page(
                snapshots=found,
                rejected=rejected,
                observed_at=page.observed_at,
                done=1,
                total=1,
                is_last=True,
            )
        until = first - timedelta(days=1)
    raise RequestRejected(f"no {external_id[:100]}")


def _window(client: OzonClient, first: date, last: date, *, tries: int = TRIES) -> Page[SupplySnapshot]:
    rows: dict[tuple[str, ...], RemovalRow] = {}
    rejected: dict[tuple[str, str, str], Rejected] = {}
    sent_at = None
    token = ""
    tokens = {token}
    while True:
        answer = client.removals(first=first, last=last, last_id=token)
        for _again in range(tries - 1):
            if answer.page.returns_summary_report_rows or answer.rejected:
                break
            answer = client.removals(first=first, last=last, last_id=token)
        sent_at = sent_at or answer.sent_at
        told = answer.page.returns_summary_report_rows
        # A moving list may tell a row twice: what was said last stands.
        rows.update((_key(row), row) for row in told)
        broken = [_of_removal(one) for one in answer.rejected]
        rejected.update(((one.external_id, one.detail, repr(one.payload)), one) for one in broken)
        token = answer.page.last_id or ""
        if not (told or answer.rejected) or token in {"", *tokens}:
            break
        tokens.add(token)
    snapshots = _snapshots(rows.values(), spoiled={one.external_id for one in rejected.values()})
    return Page(
        snapshots=snapshots,
        rejected=tuple(rejected.values()),
        observed_at=sent_at,
        done=len(snapshots) + len(rejected),
    )


def _key(row: RemovalRow) -> tuple[str, ...]:
    return (row.return_id, row.box_id or "", row.sku or "", row.barcode or "", row.stock_type or "")


def _of_removal(rejected: Rejected) -> Rejected:
    """A row that could not be read, under the id of its removal where it names one: what settles it is the whole
    removal. The box goes to the path."""
    if not rejected.external_id:
        return rejected
    box = rejected.payload.get("box_id")
    known = box if isinstance(box, int | str) else ""
    return replace(
        rejected,
        external_id=f"{REMOVAL_PREFIX}{rejected.external_id}"[:_LONGEST_ID],
        detail=f"boxes[{known}].{rejected.detail}"[:_LONGEST_DETAIL],
    )


def _snapshots(rows: Iterable[RemovalRow], *, spoiled: Collection[str]) -> tuple[SupplySnapshot, ...]:
    """The removals that all rows of could be read."""
    removals: dict[str, list[RemovalRow]] = {}
    for row in rows:
        removals.setdefault(row.return_id, []).append(row)
    return tuple(
        removal_snapshot(sorted(same, key=_key))
        for id_, same in removals.items()
        if f"{REMOVAL_PREFIX}{id_}" not in spoiled
    )


def _is_within(span: Span, window: Span) -> bool:
    return window[0] <= span[0] and span[1] <= window[1]


def _not_listed(external_id: str, looks: int, *, on: date) -> Rejected:
    payload = {
        "return_id": external_id.removeprefix(REMOVAL_PREFIX),
        "looks": looks,
        "looked_on": on.isoformat(),
    }
    return Rejected(external_id=external_id[:_LONGEST_ID], reason=NOT_LISTED, detail="", payload=payload)


def _day(moment: datetime) -> date:
    return moment.astimezone(MOSCOW).date()
