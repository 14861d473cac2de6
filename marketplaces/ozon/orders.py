"""Pulling FBO postings: the period window by window, then again all that may still move.

Ozon has no "changed since" filter. A finished pull leaves `{"watermark": moment}`; the next one reads from a
little before it and then the open postings by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.errors import CursorRejected, RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.ozon.client import MOST_BEGINNINGS, POSTINGS_A_PAGE, OzonClient, Rows
from marketplaces.ozon.mapping import moment, needs_reasons, order_snapshot
from marketplaces.ozon.schemas import CancelReason, Posting, PostingList

log = structlog.get_logger(__name__)

# A year is allowed; a short window loses little when its place in the list is forgotten.
WINDOW: Final = timedelta(days=7)
# Postings may appear late: each pull begins this much before the end of the one before.
OVERLAP: Final = timedelta(hours=2)
# An empty answer is believed only when it is given this often.
EMPTY_TRIES: Final = 3
# Below this the share of the period is too small to guess the whole from it.
_LEAST_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-read window of the period: its ends and the place in its list."""

    start: datetime
    end: datetime
    token: str = ""

    def cursor(self) -> Cursor:
        """What resumes here."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat(), "token": self.token}


class OrdersPull:
    """One run over the postings of an account."""

    def __init__(self, client: OzonClient, query: OrdersQuery) -> None:
        self._client = client
        self._query = query
        self._open = set(query.open_external_ids)
        self._reasons: Mapping[str, CancelReason] | None = None
        self._done = 0
        self._since = query.since

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark."""
        watermark = self._query.until
        if "after" in cursor:
            watermark = datetime.fromisoformat(cursor["watermark"])
        else:
            yield from self._period(self._first_window(cursor))
        yield from self._open_ones(after=cursor.get("after", ""), watermark=watermark)
        yield Page(
            snapshots=(),
            cursor={"watermark": watermark.isoformat()},
            observed_at=now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    def _first_window(self, cursor: Cursor) -> Window:
        if "from" in cursor:
            window = Window(
                start=datetime.fromisoformat(cursor["from"]),
                end=datetime.fromisoformat(cursor["to"]),
                token=cursor["token"],
            )
        else:
            since = self._query.since
            if "watermark" in cursor:
                since = datetime.fromisoformat(cursor["watermark"]) - OVERLAP
            window = self._window_from(since)
        self._since = window.start
        return window

    def _window_from(self, start: datetime) -> Window:
        return Window(start=start, end=min(start + WINDOW, self._query.until))

    # ---- the period ---------------------------------------------------------------------------------------
    def _period(self, window: Window) -> Iterator[Page[OrderSnapshot]]:
        while window.start < window.end:
            following = self._window_from(window.end)
            yield from self._window(window, following)
            window = following

    def _window(self, window: Window, following: Window) -> Iterator[Page[OrderSnapshot]]:
        tokens, beginnings = {window.token}, 0
        while True:
            try:
                rows = self._ask(window)
            except CursorRejected:
                beginnings += 1
                if not window.token or beginnings == MOST_BEGINNINGS:
                    raise
                window, tokens = replace(window, token=""), {""}
                continue
            window, is_end = self._step(window, rows, tokens)
            tokens.add(window.token)
            place = following if is_end else window
            yield self._page(rows, cursor=place.cursor(), total=self._guess(rows, window))
            if is_end:
                return

    def _ask(self, window: Window) -> Rows[PostingList]:
        rows = self._client.postings(since=window.start, to=window.end, cursor=window.token)
        for _again in range(EMPTY_TRIES - 1):
            # A short window without rows is normal, and the next pulls read most of it again.
            if not _is_empty(rows) or (not window.token and window.end - window.start <= 2 * OVERLAP):
                break
            rows = self._client.postings(since=window.start, to=window.end, cursor=window.token)
        return rows

    def _step(self, window: Window, rows: Rows[PostingList], tokens: set[str]) -> tuple[Window, bool]:
        """The place after a page, and whether the window is read to its end.

        The list ends with an empty page, an empty token or a repeated one. When Ozon says at the same time
        that there is more, the window is read on from the newest posting seen.
        """
        token = rows.page.cursor or ""
        if _is_empty(rows) or rows.page.has_next is False:
            return window, True
        if token and token not in tokens:
            return replace(window, token=token), False
        if rows.page.has_next is None:
            return window, True
        newest = _newest(rows)
        if newest is None or newest <= window.start:
            raise UnexpectedResponse("the list of postings says that there is more and does not move on")
        tokens.clear()
        return replace(window, start=newest, token=""), False

    def _guess(self, rows: Rows[PostingList], window: Window) -> int | None:
        """The whole, guessed from the share of the period that is read."""
        newest = _newest(rows) or window.end
        whole = (self._query.until - self._since).total_seconds()
        share = (newest - self._since).total_seconds() / whole if whole > 0 else 1.0
        if share < _LEAST_SHARE:
            return None
        read = self._done + len(rows.page.postings or ())
        return max(read, int(read / min(share, 1.0))) + len(self._open)

    # ---- what may still move ------------------------------------------------------------------------------
    def _open_ones(self, *, after: str, watermark: datetime) -> Iterator[Page[OrderSnapshot]]:
        numbers = sorted(number for number in self._open if number > after)
        whole = self._done + len(numbers)
        for first in range(0, len(numbers), POSTINGS_A_PAGE):
            batch = numbers[first : first + POSTINGS_A_PAGE]
            before = {"after": numbers[first - 1] if first else after, "watermark": watermark.isoformat()}
            following = {"after": batch[-1], "watermark": watermark.isoformat()}
            for rows, is_end in self._batch(batch):
                yield self._page(rows, cursor=following if is_end else before, total=whole)

    def _batch(self, numbers: list[str]) -> Iterator[tuple[Rows[PostingList], bool]]:
        token = ""
        tokens = {token}
        while True:
            rows = self._client.postings_by_number(numbers, cursor=token)
            for _again in range(EMPTY_TRIES - 1):
                if not _is_empty(rows):
                    break
                rows = self._client.postings_by_number(numbers, cursor=token)
            token = rows.page.cursor or ""
            is_end = _is_empty(rows) or rows.page.has_next is False or token in {"", *tokens}
            tokens.add(token)
            yield rows, is_end
            if is_end:
                return

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(self, rows: Rows[PostingList], *, cursor: Cursor, total: int | None) -> Page[OrderSnapshot]:
        postings = rows.page.postings or []
        reasons = self._known_reasons(postings)
        mapped = [order_snapshot(posting, reasons) for posting in postings]
        # A moving list may name a posting twice on one page: what was said last stands.
        snapshots = {one.external_id: one for one in mapped if isinstance(one, OrderSnapshot)}
        self._open.difference_update(snapshots)
        self._done += len(postings) + len(rows.rejected)
        return Page(
            snapshots=tuple(snapshots.values()),
            rejected=(*rows.rejected, *(one for one in mapped if isinstance(one, Rejected))),
            cursor=cursor,
            observed_at=rows.sent_at,
            done=self._done,
            total=None if total is None else max(total, self._done),
        )

    def _known_reasons(self, postings: list[Posting]) -> Mapping[str, CancelReason]:
        if self._reasons is None and needs_reasons(postings):
            self._reasons = cancel_reasons(self._client)
        return self._reasons or {}


def fetch_posting(client: OzonClient, number: str) -> Page[OrderSnapshot]:
    """One posting, read now. Raises RequestRejected when they do not know it, UnexpectedResponse when they
    answer with another one."""
    found, sent_at = client.posting(number)
    if isinstance(found, Posting):
        if found.posting_number != number:
            raise UnexpectedResponse("another posting than the one asked for came back")
        mapped = order_snapshot(found, cancel_reasons(client) if needs_reasons([found]) else {})
    else:
        mapped = found
    return Page(
        snapshots=(mapped,) if isinstance(mapped, OrderSnapshot) else (),
        rejected=(mapped,) if isinstance(mapped, Rejected) else (),
        observed_at=sent_at,
        done=1,
        total=1,
        is_last=True,
    )


def cancel_reasons(client: OzonClient) -> Mapping[str, CancelReason]:
    """The dictionary of cancel reasons by id; empty when the key may not read it: words are not worth a run."""
    try:
        return {reason.id: reason for reason in client.cancel_reasons().reasons}
    except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model="CancelReasons", error=str(exc))
        return {}


def _is_empty(rows: Rows[PostingList]) -> bool:
    return not rows.page.postings and not rows.rejected


def _newest(rows: Rows[PostingList]) -> datetime | None:
    moments = [moment(posting.created_at) for posting in rows.page.postings or ()]
    return max((one for one in moments if one is not None), default=None)
