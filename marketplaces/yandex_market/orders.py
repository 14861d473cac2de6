"""Pulling FBY orders: the first time by days of creation, then what changed since, and now and then the open ones.

A finished pull leaves `{"watermark": moment, "swept": moment}`. The next one asks for what changed since a little
before the watermark. By the document such a list may hold only orders of the last thirty days, so those that we
hold as open are asked again by number once an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.errors import CursorRejected, RequestRejected, UnexpectedResponse
from marketplaces.yandex_market.client import (
    MOST_BEGINNINGS,
    ORDERS_A_PAGE,
    Rows,
    YandexMarketClient,
    believed,
    next_token,
)
from marketplaces.yandex_market.mapping import MOSCOW
from marketplaces.yandex_market.mapping_orders import is_ours, order_snapshot
from marketplaces.yandex_market.schemas import OrdersPage
from marketplaces.yandex_market.sweeps import OVERLAP, SweptPull

# Thirty days are allowed; a short window loses little when its place in the list is forgotten.
WINDOW: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a list: of orders created on some days of Moscow, or (`since`) of those that changed."""

    began: datetime
    first: date | None = None
    end: date | None = None
    since: str = ""
    swept: str = ""
    token: str = ""

    def cursor(self) -> Cursor:
        """What resumes here."""
        where = {"since": self.since} if self.since else {"first": str(self.first), "end": str(self.end)}
        return {**where, "token": self.token, "began": self.began.isoformat(), "swept": self.swept}


class OrdersPull(SweptPull[OrderSnapshot, Place]):
    """One run over the orders of a shop."""

    def __init__(self, client: YandexMarketClient, query: OrdersQuery, *, campaign_id: str) -> None:
        super().__init__(client, query.open_external_ids)
        self._query = query
        self._campaign_id = campaign_id

    def _first_place(self, cursor: Cursor) -> Place:
        until = self._query.until
        if "watermark" in cursor:
            since = datetime.fromisoformat(cursor["watermark"]) - OVERLAP
            return Place(began=until, since=since.isoformat(), swept=cursor.get("swept", ""))
        if "began" in cursor:
            place = Place(
                began=datetime.fromisoformat(cursor["began"]), token=cursor["token"], swept=cursor["swept"]
            )
            if "since" in cursor:
                return replace(place, since=cursor["since"])
            return replace(
                place, first=date.fromisoformat(cursor["first"]), end=date.fromisoformat(cursor["end"])
            )
        return self._window(_day(self._query.since), began=until)

    def _window(self, first: date, *, began: datetime) -> Place:
        last = _day(began) + _DAY
        return Place(began=began, first=first, end=min(first + WINDOW, last))

    # ---- lists --------------------------------------------------------------------------------------------
    def _changed(self, place: Place) -> Iterator[Page[OrderSnapshot]]:
        if place.since:
            # What is left when this list is read to its end: the open ones.
            yield from self._list(place, following=None)
            return
        last = _day(place.began) + _DAY
        while place.first and place.end and place.first < last:
            following = self._window(place.end, began=place.began)
            yield from self._list(place, following=following)
            place = following

    def _list(self, place: Place, *, following: Place | None) -> Iterator[Page[OrderSnapshot]]:
        """Pages of one list. A place that they no longer know begins the list anew, a few times; one seen
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
            token = next_token(rows.page)
            is_end = token in {"", *tokens}
            tokens.add(token)
            # A list of changes that a run finished and did not close is read once more.
            after = (following or replace(place, token="")) if is_end else replace(place, token=token)
            yield self._page(rows, cursor=after.cursor())
            if is_end:
                return
            place = replace(place, token=token)

    def _ask(self, place: Place) -> Rows[OrdersPage]:
        if place.since and not place.token:
            # That nothing changed is usual, and the next pull asks for most of it again.
            return self._ask_once(place)
        return believed(partial(self._ask_once, place), lambda got: not got.page.orders and not got.rejected)

    def _ask_once(self, place: Place) -> Rows[OrdersPage]:
        if place.since or place.first is None or place.end is None:
            return self._client.orders_changed(since=place.since, token=place.token)
        return self._client.orders_created(first=place.first, end=place.end, token=place.token)

    # ---- what may still move ------------------------------------------------------------------------------
    def _open_ones(self, *, after: str, began: datetime) -> Iterator[Page[OrderSnapshot]]:
        numbers = sorted(number for number in self._open if number > after)
        for first in range(0, len(numbers), ORDERS_A_PAGE):
            batch = numbers[first : first + ORDERS_A_PAGE]
            rows = self._client.orders_named(batch)
            yield self._page(rows, cursor={"after": batch[-1], "began": began.isoformat()})

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(self, rows: Rows[OrdersPage], *, cursor: Cursor) -> Page[OrderSnapshot]:
        snapshots, rejected = _mapped(rows, self._campaign_id)
        self._open.difference_update(snapshots)
        self._done += len(rows.page.orders) + len(rows.rejected)
        return Page(
            snapshots=tuple(snapshots.values()),
            rejected=rejected,
            cursor=cursor,
            observed_at=rows.sent_at,
            done=self._done,
        )


def fetch_order(client: YandexMarketClient, number: str, *, campaign_id: str) -> Page[OrderSnapshot]:
    """One order, read now. Raises RequestRejected when they do not know it, UnexpectedResponse when they answer
    with another one."""
    if not number.isdecimal():
        raise RequestRejected("an order of Yandex Market has a number")
    rows = client.orders_named([number])
    snapshots, rejected = _mapped(rows, campaign_id)
    if not snapshots and not rejected:
        raise RequestRejected(f"Yandex Market does not know the order {number}")
    if snapshots and number not in snapshots:
        raise UnexpectedResponse("another order than the one asked for came back")
    return Page(
        snapshots=tuple(one for one in snapshots.values() if one.external_id == number),
        rejected=rejected,
        observed_at=rows.sent_at,
        done=1,
        total=1,
        is_last=True,
    )


def _mapped(
    rows: Rows[OrdersPage], campaign_id: str
) -> tuple[dict[str, OrderSnapshot], tuple[Rejected, ...]]:
    """Orders by number, and what cannot be one. A moving list may name an order twice: what was said last stands."""
    ours = [order for order in rows.page.orders if is_ours(order, campaign_id=campaign_id)]
    mapped = [order_snapshot(order) for order in ours]
    snapshots = {one.external_id: one for one in mapped if isinstance(one, OrderSnapshot)}
    return snapshots, (*rows.rejected, *(one for one in mapped if isinstance(one, Rejected)))


def _day(moment: datetime) -> date:
    return moment.astimezone(MOSCOW).date()
