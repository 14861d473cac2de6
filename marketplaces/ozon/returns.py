"""Pulling returns by the change of their status, then those that change without it.

The filter is exact and the place in the list is the id of a row, so a return whose status changes while the list is
read leaves the period and is read with the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.errors import UnexpectedResponse
from marketplaces.ozon.client import OzonClient, Rows, iso
from marketplaces.ozon.mapping_returns import is_fbo, return_snapshot
from marketplaces.ozon.schemas_returns import ReturnRows

# Days that one turn asks for: the sign of how far a pull has come.
WINDOW: Final = timedelta(days=30)
# Answers may lag: each pull begins this much before the end of the one before.
OVERLAP: Final = timedelta(days=3)
# An empty answer is believed only when it is given this often.
EMPTY_TRIES: Final = 3
# What is read again while returns of ours are open, by the word of the status and for how many days after it came:
# storage is charged day by day, a compensation is paid and goods come to the end of their way without another word.
MOVING: Final[Mapping[str, int]] = {
    "ArrivedAtReturnPlace": 120,
    "WaitingCompensation": 120,
    "ReturnedToOzon": 45,
}
_PLACE: Final = re.compile("[0-9]{1,19}")


class ReturnsPull:
    """One run over the returns of an account."""

    def __init__(self, client: OzonClient, query: ReturnsQuery) -> None:
        self._client = client
        self._query = query
        self._done = 0

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[ReturnSnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark.

        Cursors: `{from, watermark, last_id}` inside a window, `{moving, watermark, last_id}` among those that
        change without their status, `{watermark}` after a finished pull.
        """
        until = self._query.until
        if "from" in cursor or "moving" in cursor:
            until = datetime.fromisoformat(cursor["watermark"])
        if "moving" not in cursor:
            yield from self._period(cursor, until=until)
        if self._query.open_external_ids or "moving" in cursor:
            yield from self._moving(cursor, until=until)
        yield Page(
            snapshots=(),
            cursor={"watermark": until.isoformat()},
            observed_at=now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    # ---- the period ---------------------------------------------------------------------------------------
    def _period(self, cursor: Cursor, *, until: datetime) -> Iterator[Page[ReturnSnapshot]]:
        start, last_id = self._query.since, 0
        if "from" in cursor:
            start, last_id = datetime.fromisoformat(cursor["from"]), cursor["last_id"]
        elif "watermark" in cursor:
            start = datetime.fromisoformat(cursor["watermark"]) - OVERLAP
        first = start
        while start < until:
            end = min(start + WINDOW, until)
            wanted = _changed(start, end)
            for rows, place in self._rows(wanted, last_id):
                # A window that is read to its end is left with its last row as the place: one more empty page.
                resumed = {"from": start.isoformat(), "watermark": until.isoformat(), "last_id": place}
                yield self._page(rows, cursor=resumed, share=(end - first) / (until - first))
            start, last_id = end, 0

    def _moving(self, cursor: Cursor, *, until: datetime) -> Iterator[Page[ReturnSnapshot]]:
        names = list(MOVING)
        current, last_id = (
            cursor.get("moving", names[0]),
            cursor.get("last_id", 0) if "moving" in cursor else 0,
        )
        for name in names[names.index(current) if current in MOVING else 0 :]:
            start = until - timedelta(days=MOVING[name])
            wanted = {"visual_status_name": name, **_changed(start, until)}
            for rows, place in self._rows(wanted, last_id):
                resumed = {"moving": name, "watermark": until.isoformat(), "last_id": place}
                yield self._page(rows, cursor=resumed, share=1.0)
            last_id = 0

    # ---- pages --------------------------------------------------------------------------------------------
    def _rows(self, wanted: Mapping[str, Any], last_id: int) -> Iterator[tuple[Rows[ReturnRows], int]]:
        """The pages of a filter, each with the place after it: the id of its last row, whichever way they are
        sorted. The list ends with a page that says so, with an empty one, or with a place where we were.

        Raises UnexpectedResponse after a page that says that there is more and names no place to go on from.
        """
        places = {last_id}
        while True:
            rows = self._client.returns(wanted, last_id=last_id)
            for _again in range(EMPTY_TRIES - 1):
                if rows.page.returns or rows.rejected:
                    break
                rows = self._client.returns(wanted, last_id=last_id)
            place = _place(rows)
            is_end = place in {0, *places} or rows.page.has_next is False
            places.add(place)
            last_id = place or last_id
            yield rows, last_id
            if not place and rows.rejected and rows.page.has_next:
                raise UnexpectedResponse("the list of returns says that there is more and names no place")
            if is_end:
                return

    def _page(self, rows: Rows[ReturnRows], *, cursor: Cursor, share: float) -> Page[ReturnSnapshot]:
        mapped = [return_snapshot(row) for row in rows.page.returns if is_fbo(row)]
        snapshots = {one.external_id: one for one in mapped if isinstance(one, ReturnSnapshot)}
        rejected = (*rows.rejected, *(one for one in mapped if isinstance(one, Rejected)))
        self._done += len(snapshots) + len(rejected)
        return Page(
            snapshots=tuple(snapshots.values()),
            rejected=rejected,
            cursor=cursor,
            observed_at=rows.sent_at,
            done=self._done,
            total=max(self._done, int(self._done / share)) if share > 0 else None,
        )


def _changed(start: datetime, end: datetime) -> dict[str, Any]:
    """The filter by the change of the status."""
    return {"visual_status_change_moment": {"time_from": iso(start), "time_to": iso(end)}}


def _place(rows: Rows[ReturnRows]) -> int:
    """The id of the last row, of those that could be read if there are any; zero where there is none."""
    ids = [row.id for row in rows.page.returns] or [one.external_id for one in rows.rejected]
    return next((int(one) for one in reversed(ids) if _PLACE.fullmatch(one)), 0)
