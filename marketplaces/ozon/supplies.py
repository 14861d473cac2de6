"""Pulling supplies: the requests whose state changed last first, down to what the last pull saw; then removals.

Ozon numbers requests and supplies apart and finds nothing by the number of a supply, so what we still hold as open
is looked for further down the same list. Each supply that changed or is open costs requests of its own: one for its
goods, three at most for its acts and cargoes, and one for the contents of each cargo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import CursorRejected, RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.ozon.client import OzonClient
from marketplaces.ozon.mapping import moment
from marketplaces.ozon.mapping_supplies import REMOVAL_PREFIX, status_of
from marketplaces.ozon.removals import find_removal, first_day, pull_removals
from marketplaces.ozon.schemas_supplies import SupplyOrder
from marketplaces.ozon.supply_parts import LONGEST_DETAIL, Parts
from marketplaces.wire import MISSING_RECORD, WRONG_TYPE

log = structlog.get_logger(__name__)

# Answers may lag behind the list that leads to them: each pull begins this much before the end of the one before.
OVERLAP: Final = timedelta(days=3)
# Boxes and what is in them cost most of the requests: of supplies that were settled before, they are not asked for.
BOXED_FOR: Final = timedelta(days=45)
# An empty or short answer is believed only when it is given this often.
TRIES: Final = 3
_ID: Final = re.compile("[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A page of the list with the requests behind it, in the order of the list."""

    orders: tuple[SupplyOrder, ...]
    rejected: tuple[Rejected, ...]
    sent_at: datetime | None
    last_id: str
    listed: int


class SuppliesPull:
    """One run over the supplies of an account."""

    def __init__(self, client: OzonClient, query: SuppliesQuery) -> None:
        self._client = client
        self._query = query
        self._open = {one for one in query.open_external_ids if not one.startswith(REMOVAL_PREFIX)}
        self._clusters: Mapping[str, str] | None = None
        self._done = 0

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[SupplySnapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark.

        Cursors: `{since, watermark, last_id}` inside the list, `{since, watermark, day}` among the removals,
        `{watermark}` after a finished pull.
        """
        since, watermark = self._bounds(cursor)
        if "day" not in cursor:
            yield from self._requests(cursor.get("last_id", ""), since=since, watermark=watermark)
        for page in pull_removals(self._client, self._query, cursor=cursor, since=since, watermark=watermark):
            self._done += page.done
            yield Page(
                snapshots=page.snapshots,
                rejected=page.rejected,
                cursor=page.cursor,
                observed_at=page.observed_at,
                done=self._done,
            )
        yield Page(
            snapshots=(),
            cursor={"watermark": watermark.isoformat()},
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
        self, last_id: str, *, since: datetime, watermark: datetime
    ) -> Iterator[Page[SupplySnapshot]]:
        tokens = {last_id}
        bounds = {"since": since.isoformat(), "watermark": watermark.isoformat()}
        while True:
            try:
                batch = read_batch(self._client, last_id)
            except CursorRejected:
                if not last_id:
                    raise
                last_id, tokens = "", {""}
                continue
            last_id = batch.last_id
            snapshots, rejected = self._read(batch, since=since)
            is_end = not batch.listed or last_id in {"", *tokens} or self._is_enough(batch, since)
            tokens.add(last_id)
            if batch.sent_at is not None:
                self._done += len(snapshots) + len(rejected)
                yield Page(
                    snapshots=snapshots,
                    rejected=rejected,
                    cursor=bounds | (first_day(watermark) if is_end else {"last_id": last_id}),
                    observed_at=batch.sent_at,
                    done=self._done,
                )
            if is_end:
                return

    def _is_enough(self, batch: Batch, since: datetime) -> bool:
        """Whether nothing further down is new, and nothing is looked for. A page of which no request could be read
        does not tell."""
        is_told = bool(batch.orders) and all(is_older(order, since) for order in batch.orders)
        return is_told and not self._open

    def _read(
        self, batch: Batch, *, since: datetime
    ) -> tuple[tuple[SupplySnapshot, ...], tuple[Rejected, ...]]:
        """The supplies of a page that changed, or that are looked for."""
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
        return snapshots, (*batch.rejected, *parts.rejected)


def read_batch(client: OzonClient, last_id: str) -> Batch:
    """A page of the list and its requests. What the list names and the details leave out is asked again, then
    rejected."""
    listed = client.supply_order_ids(last_id=last_id)
    for _again in range(TRIES - 1):
        if listed.order_ids:
            break
        listed = client.supply_order_ids(last_id=last_id)
    ids = [one for one in dict.fromkeys(listed.order_ids) if one.isascii() and one.isdecimal()]
    rejected = {
        one: Rejected(
            external_id=one[:100], reason=WRONG_TYPE, detail="order_ids", payload={"order_id": one[:100]}
        )
        for one in listed.order_ids
        if one not in ids
    }
    found: dict[str, SupplyOrder] = {}
    sent_at = None
    for _again in range(TRIES):
        missing = [one for one in ids if one not in found and one not in rejected]
        if not missing:
            break
        rows = client.supply_orders(missing)
        sent_at = sent_at or rows.sent_at
        found.update((order.order_id, order) for order in rows.page.orders if order.order_id in missing)
        rejected.update((one.external_id, one) for one in rows.rejected)
    for one in ids:
        if one not in found and one not in rejected:
            rejected[one] = Rejected(
                external_id=one, reason=MISSING_RECORD, detail="orders", payload={"order_id": one}
            )
    return Batch(
        orders=tuple(found[one] for one in ids if one in found),
        rejected=tuple(part for one in rejected.values() for part in by_supply(one)),
        sent_at=sent_at,
        last_id=listed.last_id or "",
        listed=len(listed.order_ids),
    )


def by_supply(rejected: Rejected) -> tuple[Rejected, ...]:
    """A request that could not be read, under the ids of the supplies that it names; under its own where it names
    none. Quarantine is settled by what a supply is known by."""
    listed = rejected.payload.get("supplies") if isinstance(rejected.payload, dict) else None
    parts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    ids = dict.fromkeys(str(one.get("supply_id", "")) for one in parts)
    detail = f"orders[{rejected.external_id}].{rejected.detail}"[:LONGEST_DETAIL]
    found = tuple(replace(rejected, external_id=one, detail=detail) for one in ids if _ID.fullmatch(one))
    return found or (rejected,)


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
        observed_at=sent_at,
        done=1,
        total=1,
        is_last=True,
    )
