"""Records that cannot be recorded: kept aside, so that the page goes on without them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

import psycopg
import structlog
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from core.merge import MergeRule, merge
from marketplaces.contracts.pages import Page, Rejected
from marketplaces.models import QuarantinedRecord, QuarantineState
from marketplaces.streams import PageResult
from marketplaces.wire import safe_payload

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

log = structlog.get_logger(__name__)

# What a database or arithmetic says of a value that it cannot hold.
BAD_DATA: Final = (
    DataError,
    IntegrityError,
    psycopg.DataError,
    psycopg.IntegrityError,
    ValueError,
    ArithmeticError,
)
# More bad records than this on one page are not bad data but an error of ours.
MOST_BAD: Final = 50

_RECORDS = MergeRule(
    model=QuarantinedRecord,
    columns=(
        "company_id",
        "account_id",
        "stream",
        "external_id",
        "fingerprint",
        "reason",
        "detail",
        "payload",
        "state",
        "attempts",
        "first_seen_at",
        "last_seen_at",
    ),
    key=("company_id", "account_id", "fingerprint"),
    update={
        "detail": None,
        "payload": None,
        "attempts": "t.attempts + 1",
        "last_seen_at": None,
        # What a person chose to ignore stays ignored.
        "state": f"CASE WHEN t.state = '{QuarantineState.IGNORED}' THEN t.state ELSE EXCLUDED.state END",
        "settled_at": f"CASE WHEN t.state = '{QuarantineState.IGNORED}' THEN t.settled_at END",
    },
)


def fingerprint(*, stream: str, external_id: str, reason: str) -> str:
    """The same trouble is one row, however often it comes."""
    return hashlib.sha256(f"{stream}|{external_id}|{reason}".encode()).hexdigest()


def keep(*, account: MarketplaceAccount, stream: str, rejected: Iterable[Rejected]) -> None:
    """Write the records aside, in the page's transaction; known ones count one more attempt."""
    now = timezone.now()
    rows: dict[str, tuple[Any, ...]] = {}
    for record in rejected:
        payload = safe_payload(record.payload)
        external_id = _text(record.external_id, 100)
        # Records without an id are told apart by what is in them.
        identity = external_id or hashlib.sha256(_json(payload).encode()).hexdigest()
        mark = fingerprint(stream=stream, external_id=identity, reason=record.reason)
        rows[mark] = (
            account.company_id,
            account.pk,
            stream,
            external_id,
            mark,
            _text(record.reason, 40),
            _text(record.detail, 500),
            _json(payload),
            QuarantineState.OPEN.value,
            1,
            now,
            now,
        )
    if rows:
        merge(_RECORDS, rows.values())


def settle(*, account: MarketplaceAccount, stream: str, keys: Iterable[str]) -> int:
    """Mark as recorded the open records of these ids; how many there were."""
    return int(
        QuarantinedRecord.objects.for_company(account.company_id)
        .filter(account=account, stream=stream, state=QuarantineState.OPEN, external_id__in=list(keys))
        .update(state=QuarantineState.RESOLVED, settled_at=timezone.now())
    )


def record_isolated(page: Page[Any], record: Callable[[Page[Any]], PageResult]) -> PageResult:
    """Record a page; when a value in it breaks the database, find the records at fault and go on without them.

    Must run inside a transaction. Raises what `record` raised when too many records are at fault.
    """
    bad: list[Rejected] = []
    result = _record_part(page, record, bad)
    return replace(result, rejected=(*result.rejected, *bad))


def key_of(snapshot: Any) -> str:
    """What a snapshot is known by in quarantine: its id, or for stock the SKU."""
    return str(getattr(snapshot, "external_id", "") or getattr(snapshot, "marketplace_sku", ""))


def _record_part(
    page: Page[Any], record: Callable[[Page[Any]], PageResult], bad: list[Rejected]
) -> PageResult:
    try:
        with transaction.atomic():
            return record(page)
    except BAD_DATA as exc:
        keys = list(dict.fromkeys(key_of(snapshot) for snapshot in page.snapshots))
        if len(bad) >= MOST_BAD or not keys:
            raise
        if len(keys) == 1:
            log.warning("record_at_fault", key=keys[0][:100], error=type(exc).__name__)
            bad.append(_rejected(keys[0], page.snapshots[0], exc))
            return PageResult()
    left, right = _halves(page, keys)
    first, second = _record_part(left, record, bad), _record_part(right, record, bad)
    return PageResult(
        inserted=first.inserted + second.inserted,
        changed=first.changed + second.changed,
        unchanged=first.unchanged + second.unchanged,
        rejected=(*first.rejected, *second.rejected),
    )


def _halves(page: Page[Any], keys: Sequence[str]) -> tuple[Page[Any], Page[Any]]:
    """The page cut between keys; a key that the page speaks of goes with its snapshots."""
    right_keys = set(keys[len(keys) // 2 :])

    def part(*, is_right: bool) -> Page[Any]:
        return replace(
            page,
            snapshots=tuple(one for one in page.snapshots if (key_of(one) in right_keys) is is_right),
            covers=tuple(key for key in page.covers if (key in right_keys) is is_right),
        )

    return part(is_right=False), part(is_right=True)


def _rejected(key: str, snapshot: Any, error: Exception) -> Rejected:
    payload = json.loads(json.dumps(asdict(snapshot), default=str, ensure_ascii=False))
    return Rejected(external_id=key, reason="unreadable", detail=type(error).__name__, payload=payload)


def _json(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str)


def _text(value: str, most: int) -> str:
    return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:most]
