"""Pulling removals of the seller's own stock: withdrawals and disposals, by the day they were asked for.

Ozon tells neither when a removal changed nor that one of them alone, and its rows are boxes: each window of days is
read whole before its removals are told. The last weeks are read again with every pull, and the days before them
while one that we hold as open is not among them: goods may wait to be picked up for months.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from core.periods import MOSCOW
from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.ozon.client import OzonClient
from marketplaces.ozon.mapping_supplies import REMOVAL_PREFIX, removal_snapshot
from marketplaces.ozon.schemas_supplies import RemovalRow

log = structlog.get_logger(__name__)

# Days that one page tells of.
WINDOW: Final = timedelta(days=15)
# How long removals are read again.
TAIL: Final = timedelta(days=45)
# How far back one of them is looked for.
LONGEST: Final = timedelta(days=400)
# An empty answer is believed only when it is given this often.
TRIES: Final = 3
_LONGEST_ID: Final = 100
_LONGEST_DETAIL: Final = 300


def pull_removals(
    client: OzonClient, query: SuppliesQuery, *, cursor: Cursor, since: datetime, watermark: datetime
) -> Iterator[Page[SupplySnapshot]]:
    """Pages of a window each, newest first, down to the tail and to the oldest that is still open, which is looked
    for as far back as one alone is.

    The cursor's `day` is the last day that is not read yet. A key without the right to them has none.
    """
    left = {one for one in query.open_external_ids if one.startswith(REMOVAL_PREFIX)}
    until = date.fromisoformat(cursor["day"]) if "day" in cursor else _day(watermark)
    tail = max(min(_day(since), _day(watermark - TAIL)), _day(query.since))
    oldest = _day(watermark - LONGEST)
    bounds = {"since": since.isoformat(), "watermark": watermark.isoformat()}
    while until >= tail or (left and until >= oldest):
        first = until - WINDOW + timedelta(days=1)
        try:
            page = _window(client, first, until)
        except RightMissing:
            return
        except RequestRejected as exc:
            # A method in beta may go; supplies are told without it.
            log.warning("removals_refused", error=str(exc))
            return
        left.difference_update(one.external_id for one in page.snapshots)
        # One that could not be read was found all the same.
        left.difference_update(one.external_id for one in page.rejected)
        until = first - timedelta(days=1)
        yield Page(
            snapshots=page.snapshots,
            rejected=page.rejected,
            cursor={**bounds, "day": until.isoformat()},
            observed_at=page.observed_at,
            done=page.done,
        )


def first_day(watermark: datetime) -> dict[str, str]:
    """The part of a cursor from which the removals are read."""
    return {"day": _day(watermark).isoformat()}


def find_removal(client: OzonClient, external_id: str, *, now: datetime) -> Page[SupplySnapshot]:
    """One removal, looked for from today on. Raises RequestRejected when it is not there."""
    until = _day(now)
    while until >= _day(now - LONGEST):
        first = until - WINDOW + timedelta(days=1)
        page = _window(client, first, until)
        found = tuple(one for one in page.snapshots if one.external_id == external_id)
        rejected = tuple(one for one in page.rejected if one.external_id == external_id)
        if found or rejected:
            return Page(
                snapshots=found,
                rejected=rejected,
                observed_at=page.observed_at,
                done=1,
                total=1,
                is_last=True,
            )
        until = first - timedelta(days=1)
    raise RequestRejected(f"no {external_id[:100]}")


def _window(client: OzonClient, first: date, last: date) -> Page[SupplySnapshot]:
    rows: dict[tuple[str, ...], RemovalRow] = {}
    rejected: dict[tuple[str, str, str], Rejected] = {}
    sent_at = None
    token = ""
    tokens = {token}
    while True:
        answer = client.removals(first=first, last=last, last_id=token)
        for _again in range(TRIES - 1):
            if answer.page.returns_summary_report_rows or answer.rejected:
                break
            answer = client.removals(first=first, last=last, last_id=token)
        sent_at = sent_at or answer.sent_at
        told = answer.page.returns_summary_report_rows
        # A moving list may tell a row twice: what was said last stands.
        rows.update((_key(row), row) for row in told)
        broken = [_of_removal(one) for one in answer.rejected]
        rejected.update(((one.external_id, one.detail, repr(one.payload)), one) for one in broken)
        token = answer.page.last_id or ""
        if not (told or answer.rejected) or token in {"", *tokens}:
            break
        tokens.add(token)
    snapshots = _snapshots(rows.values(), spoiled={one.external_id for one in rejected.values()})
    return Page(
        snapshots=snapshots,
        rejected=tuple(rejected.values()),
        observed_at=sent_at,
        done=len(snapshots) + len(rejected),
    )


def _key(row: RemovalRow) -> tuple[str, ...]:
    return (row.return_id, row.box_id or "", row.sku or "", row.barcode or "", row.stock_type or "")


def _of_removal(rejected: Rejected) -> Rejected:
    """A row that could not be read, under the id of its removal where it names one: what settles it is the whole
    removal. The box goes to the path."""
    if not rejected.external_id:
        return rejected
    box = rejected.payload.get("box_id")
    known = box if isinstance(box, int | str) else ""
    return replace(
        rejected,
        external_id=f"{REMOVAL_PREFIX}{rejected.external_id}"[:_LONGEST_ID],
        detail=f"boxes[{known}].{rejected.detail}"[:_LONGEST_DETAIL],
    )


def _snapshots(rows: Iterable[RemovalRow], *, spoiled: Collection[str]) -> tuple[SupplySnapshot, ...]:
    """The removals that all rows of could be read."""
    removals: dict[str, list[RemovalRow]] = {}
    for row in rows:
        removals.setdefault(row.return_id, []).append(row)
    return tuple(
        removal_snapshot(sorted(same, key=_key))
        for id_, same in removals.items()
        if f"{REMOVAL_PREFIX}{id_}" not in spoiled
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(MOSCOW).date()
