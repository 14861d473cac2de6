"""Pulling orders in as few requests as there may be: statistics for the past, the feed for what happens now.

Methods of one request a minute: every page is given on as soon as it is read, with a cursor from which the next
run goes on, so that waiting for a turn or a kill costs no more than a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.errors import RequestRejected
from marketplaces.wildberries.client import WildberriesClient
from marketplaces.wildberries.feed import FEED_KEPT, FEED_OVERLAP, read_feed
from marketplaces.wildberries.order_rows import (
    feed_snapshot,
    furthest_steps,
    is_fbw,
    knows_size,
    order_snapshot,
    sale_snapshot,
)
from marketplaces.wildberries.products import barcodes_of_cards
from marketplaces.wildberries.report import Part, Report, earlier, later, moscow, read_report
from marketplaces.wildberries.schemas import OrderRow, OrderRows, SaleRow, SaleRows
from marketplaces.wire import RowsAt

# Statistics keep an order this long.
KEPT: Final = timedelta(days=90)
# How far back the feed is read after statistics, which lag behind it by half an hour and more.
FEED_AFTER_STATISTICS: Final = timedelta(days=2)
# Statistics may tell of a change late: each pull begins this much before the end of the one before.
CHANGES_OVERLAP: Final = timedelta(hours=3)
# Statistics are made anew each half hour: to ask more often tells nothing.
CHANGES_EVERY: Final = timedelta(minutes=30)

ORDERS: Final = "orders"
SALES: Final = "sales"
FEED: Final = "feed"
CHANGES: Final = "changes"

_ORDER_ROWS = RowsAt(page=OrderRows, row=OrderRow, path=("rows",), id_fields=("srid",))
_SALE_ROWS = RowsAt(page=SaleRows, row=SaleRow, path=("rows",), id_fields=("srid",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pull stands.

    `changed_from` is the last change that was read of the report of the stage (Moscow, as they write it),
    `changes` the same of the orders report as the next pulls need it, `read_at` when that report was asked last.
    `start`, `end`, `snapshot` and `offset` are the place in the feed, `begun` when the pull began.
    """

    stage: str
    begun: datetime
    changed_from: str = ""
    changes: str = ""
    read_at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    snapshot: str = ""
    offset: int = 0

    def cursor(self) -> Cursor:
        """What resumes here."""
        told: dict[str, Any] = {"stage": self.stage, "begun": self.begun.isoformat()}
        for name in ("changed_from", "changes", "snapshot", "offset"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        for name in ("read_at", "start", "end"):
            if getattr(self, name) is not None:
                told[name] = getattr(self, name).isoformat()
        return told

    @classmethod
    def of(cls, cursor: Cursor) -> Place:
        """The place that a cursor of `cursor()` names."""
        known: dict[str, Any] = {
            name: datetime.fromisoformat(cursor[name])
            for name in ("begun", "read_at", "start", "end")
            if name in cursor
        }
        for name in ("stage", "changed_from", "changes", "snapshot", "offset"):
            if name in cursor:
                known[name] = cursor[name]
        return cls(**known)


class OrdersPull:
    """One run over the orders of an account."""

    def __init__(self, client: WildberriesClient, query: OrdersQuery) -> None:
        self._client = client
        self._query = query
        self._skus: Mapping[str, str] = query.sku_by_barcode
        self._has_read_cards = False
        self._done = 0
        self._place = Place(stage=ORDERS, begun=query.until)
        # When what was read last was asked: pages without orders are not older than those before them.
        self._asked_at: datetime | None = None

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries where the next pull begins."""
        self._place = self._first_place(cursor)
        stages: dict[str, Callable[[], Iterator[Page[OrderSnapshot]]]] = {
            ORDERS: self._orders,
            SALES: self._sales,
            FEED: self._feed,
            CHANGES: self._changes,
        }
        for stage, pages in stages.items():
            if self._place.stage == stage:
                yield from pages()
        yield Page(
            snapshots=(),
            cursor=self._finished(),
            observed_at=self._asked_at or now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    def _first_place(self, cursor: Cursor) -> Place:
        if "stage" in cursor:
            return Place.of(cursor)
        watermark = datetime.fromisoformat(cursor["watermark"]) if "watermark" in cursor else None
        if watermark is None or watermark - FEED_OVERLAP <= self._query.until - FEED_KEPT:
            since = max(self._query.since, self._query.until - KEPT)
            return Place(stage=ORDERS, begun=self._query.until, changed_from=moscow(since))
        return Place(
            stage=FEED,
            begun=self._query.until,
            changes=cursor.get("changes", ""),
            read_at=datetime.fromisoformat(cursor["read_at"]),
            start=watermark - FEED_OVERLAP,
            end=self._query.until,
        )

    def _finished(self) -> Cursor:
        place = self._place
        return {
            "watermark": (place.end or place.begun).isoformat(),
            "changes": place.changes,
            "read_at": (place.read_at or place.begun).isoformat(),
        }

    # ---- the past: statistics -----------------------------------------------------------------------------
    def _orders(self) -> Iterator[Page[OrderSnapshot]]:
        """All orders that are kept; those that were not cancelled have come at least to us."""
        yield from self._report(self._client.orders, self._order_page, self._after_orders)

    def _after_orders(self, place: Place) -> Place:
        return Place(
            stage=SALES,
            begun=place.begun,
            changed_from=moscow(max(self._query.since, self._query.until - KEPT)),
            changes=place.changed_from,
            read_at=place.begun,
        )

    def _sales(self) -> Iterator[Page[OrderSnapshot]]:
        """How far those orders have come: a sale is a delivery, a return follows it."""
        yield from self._report(self._client.sales, self._sale_page, self._after_sales)

    def _after_sales(self, place: Place) -> Place:
        start = place.begun - FEED_AFTER_STATISTICS
        return replace(place, stage=FEED, changed_from="", start=start, end=place.begun)

    def _changes(self) -> Iterator[Page[OrderSnapshot]]:
        """Orders that statistics have changed since the last look: their articles, baskets and warehouses."""
        read_at = self._place.read_at
        if read_at is not None and self._place.begun - read_at < CHANGES_EVERY:
            return
        yield from self._report(self._client.orders, self._change_page, self._after_changes)

    def _after_changes(self, place: Place) -> Place:
        changes = later(place.changes, place.changed_from)
        return replace(place, changes=changes, changed_from="", read_at=place.begun)

    def _report(
        self,
        ask: Callable[..., Report],
        page_of: Callable[[Part], Page[OrderSnapshot]],
        after: Callable[[Place], Place],
    ) -> Iterator[Page[OrderSnapshot]]:
        """The rows of a report in pages; the last page stands already in the place `after` the report."""
        for part in read_report(ask, changed_from=self._place.changed_from):
            self._done += part.count
            place = replace(self._place, changed_from=part.changed_from)
            self._place = after(place) if part.is_end else place
            if part.count:
                yield page_of(part)

    def _order_page(self, part: Part) -> Page[OrderSnapshot]:
        rows, rejected = _ORDER_ROWS.read(part.content)
        found = self._fbw(rows.rows)
        skus = self._known_skus(found)
        return self._page([order_snapshot(row, skus) for row in found], rejected, sent_at=part.sent_at)

    def _sale_page(self, part: Part) -> Page[OrderSnapshot]:
        rows, rejected = _SALE_ROWS.read(part.content)
        found = [row for row in rows.rows if is_fbw(row)]
        mapped = [sale_snapshot(row, self._skus) for row in found]
        steps = furthest_steps(one for one in mapped if isinstance(one, OrderSnapshot))
        broken = [one for one in mapped if isinstance(one, Rejected)]
        return self._page([*steps, *broken], rejected, sent_at=part.sent_at)

    def _change_page(self, part: Part) -> Page[OrderSnapshot]:
        """As `_order_page`; goods that are too new for the assortment wait for the whole reading: the feed names
        their size, and a barcode must not replace it."""
        rows, rejected = _ORDER_ROWS.read(part.content)
        found = [row for row in self._fbw(rows.rows) if knows_size(row, self._skus)]
        return self._page([order_snapshot(row, self._skus) for row in found], rejected, sent_at=part.sent_at)

    def _fbw(self, rows: list[OrderRow]) -> list[OrderRow]:
        return [row for row in rows if is_fbw(row)]

    def _known_skus(self, rows: list[OrderRow]) -> Mapping[str, str]:
        """The size of each barcode; when the assortment lacks some, the cards are asked, once a run.

        Orders are read while the assortment is still on its way: they must not wait for it.
        """
        if not self._has_read_cards and not all(knows_size(row, self._skus) for row in rows):
            self._has_read_cards = True
            self._skus = {**self._skus, **barcodes_of_cards(self._client)}
        return self._skus

    # ---- what happens now: the feed -----------------------------------------------------------------------
    def _feed(self) -> Iterator[Page[OrderSnapshot]]:
        """Orders by the time of their status, as of one snapshot, page after page."""
        place = self._place
        end = place.end or place.begun
        reading = read_feed(
            self._client,
            start=max(place.start or place.begun, self._query.until - FEED_KEPT),
            end=end,
            snapshot=place.snapshot,
            offset=place.offset,
        )
        for part in reading:
            self._done += part.seen
            self._place = (
                self._after_feed(place, end=part.covered_until(end))
                if part.is_end
                else replace(place, snapshot=part.snapshot, offset=part.offset)
            )
            yield self._page(
                [feed_snapshot(order, currency=part.currency) for order in part.orders if is_fbw(order)],
                part.rejected,
                sent_at=part.sent_at or self._asked_at or self._query.until,
            )

    def _after_feed(self, place: Place, *, end: datetime) -> Place:
        return replace(
            place,
            stage=CHANGES,
            snapshot="",
            offset=0,
            start=None,
            end=end,
            changed_from=earlier(place.changes, CHANGES_OVERLAP)
            or moscow(self._query.until - FEED_AFTER_STATISTICS),
        )

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(
        self,
        mapped: list[OrderSnapshot | Rejected],
        rejected: tuple[Rejected, ...],
        *,
        sent_at: datetime,
    ) -> Page[OrderSnapshot]:
        self._asked_at = sent_at
        return Page(
            snapshots=tuple(one for one in mapped if isinstance(one, OrderSnapshot)),
            rejected=(*rejected, *(one for one in mapped if isinstance(one, Rejected))),
            cursor=self._place.cursor(),
            observed_at=sent_at,
            done=self._done,
        )


def fetch_order(client: WildberriesClient, srid: str, *, now: datetime) -> Page[OrderSnapshot]:
    """One order, when it is among the 10 000 of the feed that moved last: they give no order by its id.

    Raises RequestRejected when it is not.
    """
    rows = client.feed(start=now - FEED_KEPT, end=now)
    for order in rows.page.data.orders:
        if order.srid == srid and is_fbw(order):
            mapped = feed_snapshot(order, currency=rows.page.data.currency)
            return Page(
                snapshots=(mapped,) if isinstance(mapped, OrderSnapshot) else (),
                rejected=(mapped,) if isinstance(mapped, Rejected) else (),
                observed_at=rows.sent_at,
                done=1,
                total=1,
                is_last=True,
            )
    raise RequestRejected(f"Wildberries gives no single order, and {srid} is not among the last of its feed")
