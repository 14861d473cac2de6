"""Pulling returns and unredeemed orders by the days on which they changed, oldest first.

A finished pull leaves `{"watermark": moment}`; the next one begins two days before it. Their list cannot be asked for
returns by id, and need not be: whatever happens to one changes its date, so those that we hold as open come with it.
Whether an unredeemed order was refused wholly or in part, and why, is told by the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.errors import CursorRejected, RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.yandex_market.client import (
    MOST_BEGINNINGS,
    ORDERS_A_PAGE,
    Rows,
    YandexMarketClient,
    believed,
    next_token,
)
from marketplaces.yandex_market.mapping import MOSCOW, moment
from marketplaces.yandex_market.mapping_returns import Refused, refusals, return_snapshots
from marketplaces.yandex_market.schemas import BusinessOrder, OrdersPage
from marketplaces.yandex_market.schemas_returns import MarketReturn, ReturnsPage

log = structlog.get_logger(__name__)

WINDOW: Final = timedelta(days=14)
_DAY: Final = timedelta(days=1)
# Their dates are days, and changes may appear late.
OVERLAP: Final = timedelta(days=2)
# Orders are asked for by so many days of their making at once, and so far back from the beginning of a return.
ORDER_DAYS: Final = timedelta(days=30)
LONGEST_WAY: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list of what changed on some days of Moscow. `is_news`: days that a pull before has read."""

    began: datetime
    first: date
    end: date
    token: str = ""
    is_news: bool = False

    def cursor(self) -> Cursor:
        """What resumes here."""
        return {
            "first": str(self.first),
            "end": str(self.end),
            "token": self.token,
            "began": self.began.isoformat(),
        }


class ReturnsPull:
    """One run over the returns of a shop."""

    def __init__(self, client: YandexMarketClient, query: ReturnsQuery) -> None:
        self._client = client
        self._query = query
        self._done = 0

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[ReturnSnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark."""
        place = self._first_place(cursor)
        last = _day(place.began) + _DAY
        while place.first < last:
            # Whether their last day is one of those or not: it is asked with the next ones again.
            following = self._window(place.end, began=place.began)
            yield from self._list(place, following=following)
            place = following
        yield Page(
            snapshots=(),
            cursor={"watermark": place.began.isoformat()},
            observed_at=now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    def _first_place(self, cursor: Cursor) -> Place:
        until = self._query.until
        if "watermark" in cursor:
            since = datetime.fromisoformat(cursor["watermark"]) - OVERLAP
            return replace(self._window(_day(since), began=until), is_news=True)
        if "began" in cursor:
            return Place(
                began=datetime.fromisoformat(cursor["began"]),
                first=date.fromisoformat(cursor["first"]),
                end=date.fromisoformat(cursor["end"]),
                token=cursor["token"],
            )
        return self._window(_day(self._query.since), began=until)

    def _window(self, first: date, *, began: datetime) -> Place:
        return Place(began=began, first=first, end=min(first + WINDOW, _day(began) + _DAY))

    # ---- lists --------------------------------------------------------------------------------------------
    def _list(self, place: Place, *, following: Place) -> Iterator[Page[ReturnSnapshot]]:
        """Pages of one window. A place that they no longer know begins the window anew, a few times; one seen
        before ends it."""
        tokens, beginnings = {place.token}, 0
        while True:
            try:
                rows = self._ask(place)
            except CursorRejected:
                beginnings += 1
                if not place.token or beginnings == MOST_BEGINNINGS:
                    raise
                place, tokens = replace(place, token=""), {""}
                continue
            token = next_token(rows.page.result)
            is_end = token in {"", *tokens}
            tokens.add(token)
            after = following if is_end else replace(place, token=token)
            yield self._page(rows, cursor=after.cursor())
            if is_end:
                return
            place = replace(place, token=token)

    def _ask(self, place: Place) -> Rows[ReturnsPage]:
        ask = partial(self._client.returns_changed, first=place.first, end=place.end, token=place.token)
        if place.is_news and not place.token:
            # That nothing changed is usual, and the next pull asks for most of it again.
            return ask()
        return believed(ask, lambda got: not got.page.result.returns and not got.rejected)

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(self, rows: Rows[ReturnsPage], *, cursor: Cursor) -> Page[ReturnSnapshot]:
        returns = rows.page.result.returns
        refused = self._refused(returns)
        snapshots: dict[str, ReturnSnapshot] = {}
        rejected: list[Rejected] = list(rows.rejected)
        for row in returns:
            found, broken = return_snapshots(row, refused.get(row.orderId))
            # A moving list may name a return twice: what was said last stands.
            snapshots |= {one.external_id: one for one in found}
            rejected += [broken] if broken else []
        self._done += len(returns) + len(rows.rejected)
        return Page(
            snapshots=tuple(snapshots.values()),
            rejected=tuple(rejected),
            cursor=cursor,
            observed_at=rows.sent_at,
            done=self._done,
        )

    def _refused(self, returns: list[MarketReturn]) -> dict[str, Refused]:
        """What the orders of the unredeemed ones tell. Without theirs they stay what they are known as.

        An order is older than its return, so the day of that tells where to look.
        """
        unredeemed = [row for row in returns if row.returnType == "UNREDEEMED"]
        began = {row.orderId: self._began(row) for row in unredeemed}
        numbers = sorted(began, key=lambda one: (began[one], one))
        orders: dict[str, BusinessOrder] = {}
        while numbers:
            since = began[numbers[0]]
            batch = [one for one in numbers[:ORDERS_A_PAGE] if began[one] < since + ORDER_DAYS]
            orders |= self._orders(batch, since=since, until=began[batch[-1]])
            numbers = numbers[len(batch) :]
        return refusals(orders, unredeemed)

    def _began(self, row: MarketReturn) -> date:
        """The day on which a return began; today for one that does not tell it, or tells one that is to come."""
        today = self._query.until
        return _day(min(moment(row.creationDate) or today, today))

    def _orders(self, numbers: list[str], *, since: date, until: date) -> dict[str, BusinessOrder]:
        """Orders by number. Those that are not told among the days before the last of their returns began are asked
        for among the days before these, as long as parcels may be on their way."""
        found: dict[str, BusinessOrder] = {}
        end = until + _DAY
        while numbers and end > since + _DAY - LONGEST_WAY:
            ask = partial(self._client.orders_named, numbers, days=(end - ORDER_DAYS, end))
            try:
                # That none is as old as that is usual.
                rows = ask() if end <= until else believed(ask, _tells_nothing)
            except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
                log.warning("reference_unreadable", model="Orders", error=str(exc))
                break
            found |= {order.orderId: order for order in rows.page.orders}
            told = {*found, *(one.external_id for one in rows.rejected)}
            numbers = [number for number in numbers if number not in told]
            end -= ORDER_DAYS
        return found


def _tells_nothing(rows: Rows[OrdersPage]) -> bool:
    return not rows.page.orders and not rows.rejected


def _day(at: datetime) -> date:
    return at.astimezone(MOSCOW).date()
