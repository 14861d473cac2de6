"""Reading the order feed: as of one snapshot, page after page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplaces.contracts.pages import Rejected
from marketplaces.errors import RequestRejected
from marketplaces.wildberries.client import FEED_A_PAGE, WildberriesClient
from marketplaces.wildberries.report import moment_of
from marketplaces.wildberries.schemas import FeedOrder

# The feed looks no further back; a little less, for our clocks differ.
FEED_KEPT: Final = timedelta(days=31) - timedelta(minutes=10)
# It may tell of a change late: each reading begins this much before the end of the one before.
FEED_OVERLAP: Final = timedelta(hours=2)
ROWS_A_PAGE: Final = 2000
# A snapshot that they have forgotten begins a reading anew, so often in a run.
MOST_BEGINNINGS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPart:
    """Some orders, how many new ones were seen with them, and where to go on: the snapshot and the offset in it.

    `snapshot` is empty where the reading begins anew, and then nothing was told.
    """

    orders: Sequence[FeedOrder] = ()
    rejected: tuple[Rejected, ...] = ()
    currency: str | None = None
    seen: int = 0
    sent_at: datetime | None = None
    snapshot: str = ""
    offset: int = 0
    is_end: bool = False

    def covered_until(self, end: datetime) -> datetime:
        """Until when the reading tells all: their clock may be behind ours, what comes after the snapshot is read
        next time."""
        taken_at = moment_of(self.snapshot)
        return min(end, taken_at) if taken_at else end


def read_feed(
    client: WildberriesClient, *, start: datetime, end: datetime, snapshot: str, offset: int
) -> Iterator[FeedPart]:
    """The orders whose status is from the period, 2000 at a time, from a place inside a snapshot on.

    Raises RequestRejected when they refuse the beginning, or have forgotten the snapshot again and again; the place
    before that is the beginning.
    """
    beginnings = 0
    while True:
        try:
            rows = client.feed(start=start, end=end, snapshot=snapshot, offset=offset)
        except RequestRejected:
            if not offset:
                raise
            snapshot, offset = "", 0
            yield FeedPart()
            beginnings += 1
            if beginnings == MOST_BEGINNINGS:
                raise
            continue
        data = rows.page.data
        seen = len(data.orders) + len(rows.rejected)
        snapshot = snapshot or data.snapshotTime or ""
        is_end = seen < FEED_A_PAGE or not snapshot
        for first in range(0, max(len(data.orders), 1), ROWS_A_PAGE):
            is_last = first + ROWS_A_PAGE >= len(data.orders)
            orders = data.orders[first : first + ROWS_A_PAGE]
            yield FeedPart(
                orders=orders,
                rejected=rows.rejected if is_last else (),
                currency=data.currency,
                seen=len(orders) + (len(rows.rejected) if is_last else 0),
                sent_at=rows.sent_at,
                snapshot=snapshot,
                offset=(offset + (seen if is_last else first + ROWS_A_PAGE)) if snapshot else 0,
                is_end=is_end and is_last,
            )
        offset += seen
        if is_end:
            return
