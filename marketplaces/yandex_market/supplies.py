"""Pulling supplies, withdrawals and disposals: the last changed first, down to where the pull before began.

Their list knows no filter by change, so it is read from its top. What changes meanwhile moves to the top, where the
next pull finds it: nothing is lost, however the list moves. The goods and the papers of a request cost a request
each, so a page is one supply, and a run that must wait for its turn loses none of them.

A finished pull leaves `{"watermark": moment, "swept": moment}`. Once an hour those that we hold as open, and those
whose numbers may still move, are asked again by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from marketplaces.contracts.pages import NOT_LISTED, Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import CursorRejected, RequestRejected, UnexpectedResponse
from marketplaces.wire import UNREADABLE
from marketplaces.yandex_market.client import (
    MOST_BEGINNINGS,
    REQUESTS_A_PAGE,
    Rows,
    YandexMarketClient,
    believed,
    next_token,
)
from marketplaces.yandex_market.mapping import moment
from marketplaces.yandex_market.mapping_supplies import supply_snapshot
from marketplaces.yandex_market.schemas_supplies import (
    SupplyDocument,
    SupplyItem,
    SupplyRequest,
    SupplyRequestsPage,
)
from marketplaces.yandex_market.sweeps import OVERLAP, SweptPull

log = structlog.get_logger(__name__)

# No supply is larger; a list of offers that goes on is not read for ever.
_MOST_ITEM_PAGES: Final = 200
_LONGEST_DETAIL: Final = 300
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list: `floor` is how far down it is read, `mark` the change down to which it was read."""

    began: datetime
    floor: datetime
    mark: datetime | None = None
    token: str = ""
    swept: str = ""

    def cursor(self) -> Cursor:
        """What resumes here."""
        return {
            "floor": self.floor.isoformat(),
            "mark": self.mark.isoformat() if self.mark else "",
            "token": self.token,
            "began": self.began.isoformat(),
            "swept": self.swept,
        }


class SuppliesPull(SweptPull[SupplySnapshot, Place]):
    """One run over the requests of a shop."""

    def __init__(self, client: YandexMarketClient, query: SuppliesQuery) -> None:
        super().__init__(client, query.open_external_ids)
        self._query = query

    def _first_place(self, cursor: Cursor) -> Place:
        if "watermark" in cursor:
            floor = datetime.fromisoformat(cursor["watermark"]) - OVERLAP
            return Place(began=self._query.until, floor=floor, swept=cursor.get("swept", ""))
        if "began" in cursor:
            return Place(
                began=datetime.fromisoformat(cursor["began"]),
                floor=datetime.fromisoformat(cursor["floor"]),
                mark=datetime.fromisoformat(cursor["mark"]) if cursor["mark"] else None,
                token=cursor["token"],
                swept=cursor["swept"],
            )
        return Place(began=self._query.until, floor=self._query.since)

    # ---- what changed -------------------------------------------------------------------------------------
    def _changed(self, place: Place) -> Iterator[Page[SupplySnapshot]]:
        """The list from its place down to the floor. A token that they no longer know begins it anew, a few times; the
        mark keeps what was read from being read again."""
        tokens, beginnings = {place.token}, 0
        while True:
            try:
                rows = _list(self._client, place.token)
            except CursorRejected:
                beginnings += 1
                if not place.token or beginnings == MOST_BEGINNINGS:
                    raise
                place, tokens = replace(place, token=""), {""}
                continue
            yield from self._refused(rows, cursor=place.cursor())
            for request in _newest_first(rows.page.result.requests):
                changed_at = moment(request.updatedAt)
                if changed_at and (changed_at < place.floor or (place.mark and changed_at > place.mark)):
                    continue
                place = replace(place, mark=changed_at or place.mark)
                yield self._page(request, rows, cursor=place.cursor())
            token = next_token(rows.page.result)
            if token in {"", *tokens} or not self._goes_on(rows, place.floor):
                return
            tokens.add(token)
            place = replace(place, token=token)

    def _goes_on(self, rows: Rows[SupplyRequestsPage], floor: datetime) -> bool:
        """Whether there may be more above the floor: not after a page that holds nothing of it."""
        changes = [moment(request.updatedAt) for request in rows.page.result.requests]
        return bool(rows.rejected) or any(one is None or one >= floor for one in changes)

    def _refused(self, rows: Rows[SupplyRequestsPage], *, cursor: Cursor) -> Iterator[Page[SupplySnapshot]]:
        if rows.rejected:
            self._done += len(rows.rejected)
            yield Page(
                snapshots=(),
                rejected=rows.rejected,
                cursor=cursor,
                observed_at=rows.sent_at,
                done=self._done,
            )

    # ---- what may still move ------------------------------------------------------------------------------
    def _open_ones(self, *, after: str, began: datetime) -> Iterator[Page[SupplySnapshot]]:
        numbers = sorted(number for number in self._open if number > after)
        for first in range(0, len(numbers), REQUESTS_A_PAGE):
            batch = numbers[first : first + REQUESTS_A_PAGE]
            rows = believed(partial(self._client.requests_named, batch), _is_empty)
            asked = {request.id.id: request for request in rows.page.result.requests}
            cursor = {"after": after, "began": began.isoformat()}
            yield from self._refused(rows, cursor=cursor)
            for number in batch:
                if number in asked:
                    yield self._page(asked[number], rows, cursor={**cursor, "after": number})
            after = batch[-1]
            yield from self._absent(batch, rows, cursor={**cursor, "after": after})

    def _absent(
        self, batch: Sequence[str], rows: Rows[SupplyRequestsPage], *, cursor: Cursor
    ) -> Iterator[Page[SupplySnapshot]]:
        """Those that were asked for by id and are not in the answer; a row that cannot be read and names none may be
        any of them."""
        told = {request.id.id for request in rows.page.result.requests}
        told |= {one.external_id for one in rows.rejected}
        absent = tuple(_not_listed(number) for number in batch if number not in told)
        if absent and "" not in told:
            log.warning("supplies_not_listed", supplies=[one.external_id for one in absent])
            yield Page(
                snapshots=(),
                absent=absent,
                cursor=cursor,
                observed_at=rows.sent_at,
                done=self._done,
            )

    # ---- pages --------------------------------------------------------------------------------------------
    def _page(
        self, request: SupplyRequest, rows: Rows[SupplyRequestsPage], *, cursor: Cursor
    ) -> Page[SupplySnapshot]:
        snapshot, rejected = _whole(self._client, request)
        self._open.discard(snapshot.external_id)
        self._done += 1
        return Page(
            snapshots=(snapshot,),
            rejected=rejected,
            cursor=cursor,
            observed_at=rows.sent_at,
            done=self._done,
        )


def fetch_supply(client: YandexMarketClient, external_id: str) -> Page[SupplySnapshot]:
    """One request with its goods and papers, read now. Raises RequestRejected when they do not know it,
    UnexpectedResponse when they answer with another one."""
    if not external_id.isdecimal():
        raise RequestRejected("a supply request of Yandex Market has a number")
    rows = client.requests_named([external_id])
    found = {request.id.id: request for request in rows.page.result.requests}
    if not found and not rows.rejected:
        raise RequestRejected(f"Yandex Market does not know the supply request {external_id}")
    if found and external_id not in found:
        raise UnexpectedResponse("another supply request than the one asked for came back")
    snapshots, rejected = [], list(rows.rejected)
    if external_id in found:
        snapshot, broken = _whole(client, found[external_id])
        snapshots.append(snapshot)
        rejected.extend(broken)
    return Page(
        snapshots=tuple(snapshots),
        rejected=tuple(rejected),
        observed_at=rows.sent_at,
        done=1,
        total=1,
        is_last=True,
    )


def _list(client: YandexMarketClient, token: str) -> Rows[SupplyRequestsPage]:
    return believed(partial(client.requests, token=token), _is_empty)


def _is_empty(rows: Rows[SupplyRequestsPage]) -> bool:
    return not rows.page.result.requests and not rows.rejected


def _not_listed(number: str) -> Rejected:
    return Rejected(external_id=number, reason=NOT_LISTED, detail="", payload={"id": number})


def _newest_first(requests: Iterable[SupplyRequest]) -> list[SupplyRequest]:
    """The rows in the order that was asked for, whatever came: by it a killed run finds its place. A row whose change
    is not told comes last."""
    return sorted(
        requests, key=lambda one: (moment(one.updatedAt) or _LONG_AGO, int(one.id.id)), reverse=True
    )


# ---- one supply -------------------------------------------------------------------------------------------
def _whole(client: YandexMarketClient, request: SupplyRequest) -> tuple[SupplySnapshot, tuple[Rejected, ...]]:
    """A request with its goods and papers. Goods that cannot be read leave those that we hold as they are, and the
    request goes to quarantine beside."""
    items, rejected = _items(client, request)
    snapshot = supply_snapshot(request, items=items, documents=_documents(client, request))
    return snapshot, rejected


def _items(
    client: YandexMarketClient, request: SupplyRequest
) -> tuple[list[SupplyItem] | None, tuple[Rejected, ...]]:
    try:
        items, rejected = _all_items(client, request)
    except (RequestRejected, UnexpectedResponse) as exc:
        return None, (_unreadable(request, str(exc)),)
    if rejected:
        # A part of the goods is not all of them.
        return None, tuple(replace(one, external_id=request.id.id) for one in rejected)
    is_odd = not items and bool(request.counters and request.counters.planCount)
    return (None, (_unreadable(request, "no items"),)) if is_odd else (items, ())


def _all_items(
    client: YandexMarketClient, request: SupplyRequest
) -> tuple[list[SupplyItem], tuple[Rejected, ...]]:
    """The offers of a request to the end of their list; a list that goes in a circle ends there."""
    is_expected = bool(request.counters and request.counters.planCount)
    items: list[SupplyItem] = []
    rejected: list[Rejected] = []
    token, tokens = "", {""}
    for _page in range(_MOST_ITEM_PAGES):
        rows = believed(
            partial(client.request_items, request.id.id, token=token),
            lambda got: is_expected and not got.page.result.items and not got.rejected,
        )
        items += rows.page.result.items
        rejected += rows.rejected
        token = next_token(rows.page.result)
        if token in tokens:
            return items, tuple(rejected)
        tokens.add(token)
    raise UnexpectedResponse("the list of items has no end")


def _documents(client: YandexMarketClient, request: SupplyRequest) -> list[SupplyDocument] | None:
    """The papers; None when they cannot be read: the supply is worth keeping without them."""
    try:
        return client.request_documents(request.id.id).result.documents
    except (RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model="SupplyDocuments", error=str(exc))
        return None


def _unreadable(request: SupplyRequest, detail: str) -> Rejected:
    return Rejected(
        external_id=request.id.id,
        reason=UNREADABLE,
        detail=f"items: {detail}"[:_LONGEST_DETAIL],
        payload={"id": request.id.id, "type": request.type, "status": request.status},
    )
