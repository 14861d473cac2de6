"""Pulling returns: statistics for the past, the feed for what happens now, then goods on their way to the seller and
buyers' claims.

Each tells a part of a unit's way, by the id of its order. Units that their buyers did not take at hand-over are orders
that were cancelled so: the feed says it, and the orders that we hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.wildberries.client import CLAIMS_A_PAGE, ITEM_RETURNS_A_PAGE, WildberriesClient
from marketplaces.wildberries.feed import FEED_KEPT, FEED_OVERLAP, read_feed
from marketplaces.wildberries.mapping import MOSCOW
from marketplaces.wildberries.order_rows import is_fbw
from marketplaces.wildberries.report import moscow, read_report
from marketplaces.wildberries.return_rows import (
    claim_return,
    feed_return,
    is_return,
    item_return,
    may_be_return,
    sale_return,
)
from marketplaces.wildberries.schemas import SaleRow, SaleRows
from marketplaces.wire import RowsAt

log = structlog.get_logger(__name__)

# Statistics keep a return this long.
KEPT: Final = timedelta(days=90)
# Goods on their way are asked by 31 days at once, the first and the last one with them.
WINDOW: Final = timedelta(days=30)

SALES: Final = "sales"
FEED: Final = "feed"
ITEMS: Final = "items"
CLAIMS: Final = "claims"
ACTIVE: Final = "active"
ARCHIVE: Final = "archive"

_SALE_ROWS = RowsAt(page=SaleRows, row=SaleRow, path=("rows",), id_fields=("srid",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pull stands.

    `since` is how far back it reads, `changed_from` the last change that was read of the sales (Moscow, as they write
    it), `end` until when the feed has told all. `step` counts the lists of the stage that are read, `snapshot` and
    `offset` are the place in the one that is being read.
    """

    stage: str
    begun: datetime
    since: datetime
    end: datetime | None = None
    changed_from: str = ""
    snapshot: str = ""
    step: int = 0
    offset: int = 0

    def cursor(self) -> Cursor:
        """What resumes here."""
        told: dict[str, Any] = {
            name: getattr(self, name) for name in ("changed_from", "snapshot", "step", "offset")
        }
        moments = {name: getattr(self, name) for name in ("begun", "since", "end")}
        return {
            "stage": self.stage,
            **{name: value for name, value in told.items() if value},
            **{name: value.isoformat() for name, value in moments.items() if value is not None},
        }

    @classmethod
    def of(cls, cursor: Cursor) -> Place:
        """The place that a cursor of `cursor()` names."""
        known = dict(cursor)
        for name in ("begun", "since", "end"):
            if name in known:
                known[name] = datetime.fromisoformat(known[name])
        return cls(**known)

    def after(self, stage: str, **changes: Any) -> Place:
        """The beginning of the stage that follows."""
        return replace(self, stage=stage, changed_from="", snapshot="", step=0, offset=0, **changes)


class ReturnsPull:
    """One run over the returns of an account."""

    def __init__(self, client: WildberriesClient, query: ReturnsQuery) -> None:
        self._client = client
        self._query = query
        self._done = 0
        self._place = Place(stage=SALES, begun=query.until, since=query.since)
        self._asked_at: datetime | None = None

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[ReturnSnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries where the next pull begins."""
        self._place = self._first_place(cursor)
        stages: dict[str, Callable[[], Iterator[Page[ReturnSnapshot]]]] = {
            SALES: self._sales,
            FEED: self._feed,
            ITEMS: self._items,
            CLAIMS: self._claims,
        }
        for stage, pages in stages.items():
            if self._place.stage == stage:
                yield from pages()
        yield Page(
            snapshots=(),
            cursor={"watermark": (self._place.end or self._place.begun).isoformat()},
            observed_at=self._asked_at or now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    def _first_place(self, cursor: Cursor) -> Place:
        if "stage" in cursor:
            return Place.of(cursor)
        until = self._query.until
        watermark = datetime.fromisoformat(cursor["watermark"]) if "watermark" in cursor else None
        if watermark is None or watermark - FEED_OVERLAP <= until - FEED_KEPT:
            since = max(self._query.since, until - KEPT)
            return Place(stage=SALES, begun=until, since=since, changed_from=moscow(since))
        return Place(stage=FEED, begun=until, since=watermark - FEED_OVERLAP)

    # ---- what came back -----------------------------------------------------------------------------------
    def _sales(self) -> Iterator[Page[ReturnSnapshot]]:
        """Returns of the last ninety days among the sales."""
        place = self._place
        for part in read_report(self._client.sales, changed_from=place.changed_from):
            rows, rejected = _SALE_ROWS.read(part.content)
            found = [sale_return(row) for row in rows.rows if is_return(row) and is_fbw(row)]
            following = replace(place, changed_from=part.changed_from)
            self._place = following.after(FEED) if part.is_end else following
            unreadable = tuple(one for one in rejected if may_be_return(one))
            yield self._page(found, unreadable, sent_at=part.sent_at)

    def _feed(self) -> Iterator[Page[ReturnSnapshot]]:
        """Returns and refusals by the time at which they began; for a defect, or not taken, only the feed tells, of 31
        days."""
        place = self._place
        reading = read_feed(
            self._client,
            start=max(place.since, self._query.until - FEED_KEPT),
            end=place.begun,
            snapshot=place.snapshot,
            offset=place.offset,
        )
        for part in reading:
            found = [
                feed_return(order, currency=part.currency)
                for order in part.orders
                if is_return(order) and is_fbw(order)
            ]
            following = replace(place, snapshot=part.snapshot, offset=part.offset)
            end = part.covered_until(place.begun)
            self._place = following.after(ITEMS, end=end) if part.is_end else following
            unreadable = tuple(one for one in part.rejected if may_be_return(one))
            yield self._page(found, unreadable, sent_at=part.sent_at or self._query.until)

    # ---- what becomes of it -------------------------------------------------------------------------------
    def _items(self) -> Iterator[Page[ReturnSnapshot]]:
        """Goods on their way to the seller, window by window; those under way, and those whose way has ended."""
        lists = [(window, status) for window in self._windows() for status in (ACTIVE, ARCHIVE)]
        while self._place.stage == ITEMS:
            place = self._place
            (since, until), status = lists[place.step]
            try:
                rows = self._client.item_returns(since=since, until=until, status=status, offset=place.offset)
            except (RequestRejected, RightMissing) as exc:
                # A new method that not every key may ask yet: what came back is known without it.
                log.warning("reference_unreadable", model="ItemReturn", error=str(exc))
                self._place = place.after(CLAIMS)
                return
            seen = len(rows.page.report) + len(rows.rejected)
            self._turn(seen, size=ITEM_RETURNS_A_PAGE, lists=len(lists), following=CLAIMS)
            found = [item_return(row) for row in rows.page.report]
            yield self._page(found, rows.rejected, sent_at=rows.sent_at)

    def _claims(self) -> Iterator[Page[ReturnSnapshot]]:
        """Buyers' claims of the last 14 days: those that wait for a decision, and the decided ones."""
        while self._place.stage == CLAIMS:
            place = self._place
            try:
                rows = self._client.claims(is_archive=bool(place.step), offset=place.offset)
            except (RequestRejected, RightMissing) as exc:
                # A category of its own, which a token need not have.
                log.warning("reference_unreadable", model="Claim", error=str(exc))
                return
            seen = len(rows.page.claims) + len(rows.rejected)
            self._turn(seen, size=CLAIMS_A_PAGE, lists=2, following="")
            found = [claim_return(claim) for claim in rows.page.claims]
            yield self._page(found, rows.rejected, sent_at=rows.sent_at)

    def _windows(self) -> list[tuple[date, date]]:
        """The days to ask for, the newest first; a pull that goes on where another ended asks for the last ones only."""
        until = self._place.begun.astimezone(MOSCOW)
        since = self._place.since.astimezone(MOSCOW)
        windows = [(until - WINDOW, until)]
        while windows[-1][0] > since:
            windows.append((windows[-1][0] - WINDOW, windows[-1][0]))
        return [(first.date(), last.date()) for first, last in windows]

    def _turn(self, seen: int, *, size: int, lists: int, following: str) -> None:
        """Go on in the list, to the next one, or to the stage that follows."""
        place = self._place
        if seen >= size:
            self._place = replace(place, offset=place.offset + seen)
        elif place.step + 1 < lists:
            self._place = replace(place, step=place.step + 1, offset=0)
        else:
            self._place = place.after(following)

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(
        self,
        mapped: Sequence[ReturnSnapshot | Rejected],
        unreadable: tuple[Rejected, ...],
        *,
        sent_at: datetime,
    ) -> Page[ReturnSnapshot]:
        self._asked_at = sent_at
        self._done += len(mapped)
        return Page(
            snapshots=tuple(one for one in mapped if isinstance(one, ReturnSnapshot)),
            rejected=(*unreadable, *(one for one in mapped if isinstance(one, Rejected))),
            cursor=self._place.cursor(),
            observed_at=sent_at,
            done=self._done,
        )
