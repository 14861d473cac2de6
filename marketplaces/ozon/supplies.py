"""Pulling supplies: the requests whose state changed last first, down to what the last pull saw; then removals.

Ozon numbers requests and supplies apart and finds nothing by the number of a supply, so what we still hold as open
is looked for further down the same list. One that is not found down to its end stays as we hold it, stands in
quarantine meanwhile, and is looked for once a day for a week and then once a month. Each supply that changed or is
open costs requests of its own: one for its goods, three at most for its acts and cargoes, and one for the contents
of each cargo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from core.periods import MOSCOW
from marketplaces.contracts.pages import NOT_LISTED, Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import CursorRejected, RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.ozon.client import MOST_BEGINNINGS, OzonClient
from marketplaces.ozon.mapping import moment
from marketplaces.ozon.mapping_supplies import REMOVAL_PREFIX, status_of
from marketplaces.ozon.removal_memory import RemovalMemory
from marketplaces.ozon.removals import RemovalsPull, find_removal, first_day, keeping, kept_of
from marketplaces.ozon.schemas_supplies import SupplyOrder
from marketplaces.ozon.supply_parts import LONGEST_DETAIL, Parts
from marketplaces.wire import MISSING_FIELD, MISSING_RECORD, WRONG_TYPE

log = structlog.get_logger(__name__)

# Answers may lag behind the list that leads to them: each pull begins this much before the end of the one before.
OVERLAP: Final = timedelta(days=3)
# Boxes and what is in them cost most of the requests: of supplies that were settled before, they are not asked for.
BOXED_FOR: Final = timedelta(days=45)
# An empty or short answer is believed only when it is given this often.
TRIES: Final = 3
# A request names its supplies once its data are filled in; it may be given up or be late before that, and then never
# names any.
UNNAMED_STATES: Final = frozenset({"UNSPECIFIED", "DATA_FILLING", "CANCELLED", "OVERDUE"})
_ID: Final = re.compile("[1-9][0-9]{0,18}")
# Under what name a cursor keeps what pulls remember of supplies that were not listed.
_SUPPLIES: Final = "supplies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A page of the list with the requests behind it, in the order of the list; `read` are the ids of those that could
    be read, whether they name supplies yet or not. `is_told`: no request of it hides which supplies it holds."""

    orders: tuple[SupplyOrder, ...]
    rejected: tuple[Rejected, ...]
    read: tuple[str, ...]
    sent_at: datetime | None
    last_id: str
    listed: int
    is_told: bool


@dataclass(slots=True, kw_only=True)
class Search:
    """What is looked for in the list. `is_whole`: it was looked for from the top on; `is_sure`: no request that was met
    may be the one that holds it."""

    sought: set[str] = field(default_factory=set)
    is_whole: bool = True
    is_sure: bool = True

    @classmethod
    def of(cls, cursor: Cursor, *, held: Collection[str], memory: RemovalMemory, today: date) -> Search:
        """The search of a pull that begins, or that goes on from a place."""
        if "sought" in cursor:
            return cls(sought=set(cursor["sought"]).intersection(held), is_sure=cursor["is_sure"])
        sought = {one for one in held if memory.is_sought(one, today=today)}
        return cls(sought=sought, is_whole="last_id" not in cursor)

    def cursor(self) -> dict[str, Any]:
        """The part of a cursor from which it goes on; nothing where it cannot end well."""
        return {"sought": sorted(self.sought), "is_sure": self.is_sure} if self.is_whole else {}

    def look(self, batch: Batch) -> set[str]:
        """The supplies that a page names, be it unreadably."""
        named = {supply.supply_id for order in batch.orders for supply in order.supplies}
        named.update(one.external_id for one in batch.rejected)
        self.sought -= named
        self.is_sure = self.is_sure and batch.is_told
        return named


class SuppliesPull:
    """One run over the supplies of an account."""

    def __init__(self, client: OzonClient, query: SuppliesQuery) -> None:
        self._client = client
        self._query = query
        self._open = {one for one in query.open_external_ids if not one.startswith(REMOVAL_PREFIX)}
        self._memory = RemovalMemory()
        self._search = Search()
        self._clusters: Mapping[str, str] | None = None
        self._done = 0

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[SupplySnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark.

        Cursors: `{since, watermark, last_id, sought, is_sure}` inside the list, those of `RemovalsPull` among the
        removals, `{watermark}` after a finished pull; in each what is kept of removals and supplies.
        """
        since, watermark = self._bounds(cursor)
        self._memory = RemovalMemory.of(kept_of(cursor).get(_SUPPLIES, {}), held=self._open)
        if "day" not in cursor:
            yield from self._requests(cursor, since=since, watermark=watermark)
        removals = RemovalsPull(
            self._client,
            self._query,
            cursor=cursor,
            since=since,
            watermark=watermark,
            beside={_SUPPLIES: self._memory.told()},
        )
        for page in removals.pages():
            self._done += page.done
            yield Page(
                snapshots=page.snapshots,
                rejected=page.rejected,
                absent=page.absent,
                cursor=page.cursor,
                observed_at=page.observed_at,
                done=self._done,
            )
        yield Page(
            snapshots=(),
            cursor={"watermark": watermark.isoformat(), **removals.kept()},
            observed_at=now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    def _bounds(self, cursor: Cursor) -> tuple[datetime, datetime]:
        if "since" in cursor:
            return datetime.fromisoformat(cursor["since"]), datetime.fromisoformat(cursor["watermark"])
        if "watermark" in cursor:
            return datetime.fromisoformat(cursor["watermark"]) - OVERLAP, self._query.until
        return self._query.since, self._query.until

    # ---- the list -----------------------------------------------------------------------------------------
    def _requests(
        self, cursor: Cursor, *, since: datetime, watermark: datetime
    ) -> Iterator[Page[SupplySnapshot]]:
        last_id = cursor.get("last_id", "")
        tokens, beginnings = {last_id}, 0
        bounds = {"since": since.isoformat(), "watermark": watermark.isoformat()}
        today, asked_at = watermark.astimezone(MOSCOW).date(), self._query.until
        self._search = Search.of(cursor, held=self._open, memory=self._memory, today=today)
        while True:
            try:
                batch = read_batch(self._client, last_id)
            except CursorRejected:
                beginnings += 1
                if not last_id or beginnings == MOST_BEGINNINGS:
                    raise
                last_id, tokens = "", {""}
                self._search.is_whole = True
                continue
            # A list of nothing is no list in which something is missing.
            is_list = bool(batch.listed or last_id)
            last_id = batch.last_id
            snapshots, rejected, settled = self._read(batch, since=since)
            self._memory.found(self._search.look(batch))
            is_over = not batch.listed or last_id in {"", *tokens}
            is_end = is_over or self._is_enough(batch, since)
            tokens.add(last_id)
            absent = self._miss(today) if is_over and is_list else ()
            asked_at = batch.sent_at or asked_at
            if batch.sent_at is not None or absent:
                self._done += len(snapshots) + len(rejected)
                place = first_day(watermark) if is_end else {"last_id": last_id, **self._search.cursor()}
                kept = keeping({**kept_of(cursor), _SUPPLIES: self._memory.told()})
                yield Page(
                    snapshots=snapshots,
                    rejected=rejected,
                    settled=settled,
                    absent=absent,
                    cursor={**bounds, **place, **kept},
                    observed_at=asked_at,
                    done=self._done,
                )
            if is_end:
                return

    def _is_enough(self, batch: Batch, since: datetime) -> bool:
        """Whether nothing further down is new, and nothing is looked for. A page of which no request could be read
        does not tell."""
        is_told = bool(batch.orders) and all(is_older(order, since) for order in batch.orders)
        return is_told and not self._search.sought

    def _miss(self, today: date) -> tuple[Rejected, ...]:
        """Note that those that are still sought are not in the list; what is to be told of it."""
        if not self._search.is_whole:
            return ()
        told = []
        for one in sorted(self._search.sought):
            looks = self._memory.miss(one, today=today)
            log.warning("supply_not_listed", supply=one, looks=looks, is_sure=self._search.is_sure)
            told.append(_not_listed(one, looks, on=today))
        return tuple(told) if self._search.is_sure else ()

    def _read(
        self, batch: Batch, *, since: datetime
    ) -> tuple[tuple[SupplySnapshot, ...], tuple[Rejected, ...], tuple[str, ...]]:
        """The supplies of a page that changed, or that are looked for; what could not be read; and the requests whose
        supplies these are, with those that name none yet."""
        recently = max(since, self._query.until - BOXED_FOR)
        wanted = [
            (order, supply, not is_older(order, recently) or not status_of(order, supply).is_final)
            for order in batch.orders
            for supply in order.supplies
            if not is_older(order, since) or supply.supply_id in self._open
        ]
        if self._clusters is None and wanted:
            self._clusters = cluster_names(self._client)
        parts = Parts(self._client, self._clusters or {})
        snapshots = parts.snapshots(wanted)
        self._open.difference_update(one.external_id for one in snapshots)
        passed_by = {order.order_id for order in batch.orders if order.supplies}
        passed_by -= {order.order_id for order, _supply, _is_boxed in wanted}
        settled = tuple(one for one in batch.read if one not in passed_by)
        return snapshots, (*batch.rejected, *parts.rejected), settled


def read_batch(client: OzonClient, last_id: str) -> Batch:
    """A page of the list and its requests. What the list names and the details leave out is asked again, then
    rejected; a request that names no supply yet is left alone."""
    listed = client.supply_order_ids(last_id=last_id)
    for _again in range(TRIES - 1):
        if listed.order_ids:
            break
        listed = client.supply_order_ids(last_id=last_id)
    ids = [one for one in dict.fromkeys(listed.order_ids) if one.isascii() and one.isdecimal()]
    nameless = {
        one: Rejected(
            external_id=one[:100], reason=WRONG_TYPE, detail="order_ids", payload={"order_id": one[:100]}
        )
        for one in listed.order_ids
        if one not in ids
    }
    orders, broken, sent_at = _details(client, ids)
    unread = (*nameless.values(), *broken.values())
    return Batch(
        orders=tuple(orders[one] for one in ids if one in orders),
        rejected=tuple(part for one in unread for part in by_supply(one)),
        read=tuple(one for one in ids if one not in broken),
        sent_at=sent_at,
        last_id=listed.last_id or "",
        listed=len(listed.order_ids),
        is_told=all(_named_supplies(one) for one in unread),
    )


def _details(
    client: OzonClient, ids: Sequence[str]
) -> tuple[dict[str, SupplyOrder], dict[str, Rejected], datetime | None]:
    """The requests of these ids, what could not be read or never came, and when they were asked."""
    orders: dict[str, SupplyOrder] = {}
    broken: dict[str, Rejected] = {}
    missing, sent_at = list(ids), None
    for _again in range(TRIES):
        if not missing:
            break
        rows = client.supply_orders(missing)
        sent_at = sent_at or rows.sent_at
        orders.update((one.order_id, one) for one in rows.page.orders if one.order_id in missing)
        broken.update((one.external_id, one) for one in rows.rejected if not is_unnamed(one))
        come = {*orders, *(one.external_id for one in rows.rejected)}
        missing = [one for one in missing if one not in come]
    broken.update((one, _never_came(one)) for one in missing)
    broken.update((one.order_id, _without_supplies(one)) for one in orders.values() if lacks_supplies(one))
    return orders, broken, sent_at


def lacks_supplies(order: SupplyOrder) -> bool:
    """Whether a request names no supply in a state in which it has some."""
    return not order.supplies and not _may_be_unnamed(order.state)


def is_unnamed(rejected: Rejected) -> bool:
    """Whether a request that could not be read is one that names no supply yet: nothing is lost of it."""
    told = rejected.payload if isinstance(rejected.payload, dict) else {}
    listed = told.get("supplies") or []
    return (
        bool(rejected.external_id)
        and _may_be_unnamed(told.get("state"))
        and isinstance(listed, list)
        and all(isinstance(one, dict) and one.get("supply_id") in (None, "", 0, "0") for one in listed)
    )


def _may_be_unnamed(state: Any) -> bool:
    return isinstance(state, str) and state.removeprefix("ORDER_STATE_") in UNNAMED_STATES


def _never_came(order_id: str) -> Rejected:
    return Rejected(
        external_id=order_id, reason=MISSING_RECORD, detail="orders", payload={"order_id": order_id}
    )


def _without_supplies(order: SupplyOrder) -> Rejected:
    return Rejected(
        external_id=order.order_id,
        reason=MISSING_FIELD,
        detail="supplies",
        payload={"order_id": order.order_id, "order_number": order.order_number, "state": order.state},
    )


def by_supply(rejected: Rejected) -> tuple[Rejected, ...]:
    """A request that could not be read, under the ids of the supplies that it names; under its own where it names
    none. Quarantine is settled by what a supply is known by."""
    detail = f"orders[{rejected.external_id}].{rejected.detail}"[:LONGEST_DETAIL]
    found = tuple(replace(rejected, external_id=one, detail=detail) for one in _named_supplies(rejected))
    return found or (rejected,)


def _named_supplies(rejected: Rejected) -> list[str]:
    """The ids of the supplies that a request names which could not be read."""
    listed = rejected.payload.get("supplies") if isinstance(rejected.payload, dict) else None
    parts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    ids = dict.fromkeys(str(one.get("supply_id", "")) for one in parts)
    return [one for one in ids if _ID.fullmatch(one)]


def _not_listed(external_id: str, looks: int, *, on: date) -> Rejected:
    payload = {"supply_id": external_id, "looks": looks, "looked_on": on.isoformat()}
    return Rejected(external_id=external_id[:100], reason=NOT_LISTED, detail="", payload=payload)


def is_older(order: SupplyOrder, since: datetime) -> bool:
    """Whether a request changed before a moment; one that does not tell when did not."""
    changed_at = moment(order.state_updated_date)
    return changed_at is not None and changed_at < since


def cluster_names(client: OzonClient) -> Mapping[str, str]:
    """The names of macrolocal clusters by id; none when the key may not read them: names are not worth a run."""
    try:
        clusters = client.clusters_macro().result
    except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model="ClustersV2", error=str(exc))
        return {}
    named = ((one, one.data and one.data.macrolocal_cluster) for one in clusters)
    return {one.macrolocal_cluster_id: (cluster and cluster.name) or "" for one, cluster in named}


def fetch_supply(client: OzonClient, external_id: str, *, now: datetime) -> Page[SupplySnapshot]:
    """One supply or removal, read now: looked for from what changed last on. Raises RequestRejected when they do
    not list it."""
    if external_id.startswith(REMOVAL_PREFIX):
        return find_removal(client, external_id, now=now)
    last_id = ""
    tokens = {last_id}
    while True:
        batch = read_batch(client, last_id)
        for order in batch.orders:
            found = [supply for supply in order.supplies if supply.supply_id == external_id]
            if found and batch.sent_at is not None:
                return _one(client, order, external_id, sent_at=batch.sent_at)
        last_id = batch.last_id
        if not batch.listed or last_id in {"", *tokens}:
            raise RequestRejected(f"no supply {external_id[:100]}")
        tokens.add(last_id)


def _one(
    client: OzonClient, order: SupplyOrder, external_id: str, *, sent_at: datetime
) -> Page[SupplySnapshot]:
    parts = Parts(client, cluster_names(client))
    wanted = [(order, supply, True) for supply in order.supplies if supply.supply_id == external_id]
    snapshots: Sequence[SupplySnapshot] = parts.snapshots(wanted)
    return Page(
        snapshots=tuple(snapshots),
        rejected=parts.rejected,
        settled=(order.order_id,),
        observed_at=sent_at,
        done=1,
        total=1,
        is_last=True,
    )
