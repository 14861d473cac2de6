"""A run of a stream: what it was asked to do, and how it commits a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected, ForeignKeyViolation

from marketplaces.models import SyncRun
from marketplaces.sync import places, quarantine
from marketplaces.sync.leases import hold_active
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from datetime import datetime

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.models import MarketplaceAccount
    from marketplaces.streams import PageResult, PullRequest, SyncStream
    from marketplaces.sync.leases import Lease

log = structlog.get_logger(__name__)

# What two streams that write at once do to each other: each waits for the other, or one deletes what the other has
# just named, which shows at the commit. Once more, and the other is through.
_COLLISIONS = (DeadlockDetected, ForeignKeyViolation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a run was asked to do, and by whom."""

    trigger: Trigger
    actor_id: int | None = None
    since: datetime | None = None
    external_id: str = ""
    changed_at: datetime | None = None
    changed_to: str = ""

    @property
    def source(self) -> str:
        """What the events that come of it give as their source."""
        return "push" if self.trigger is Trigger.PUSH else "poll"


@dataclass(slots=True, kw_only=True)
class Run:
    """A run in progress: its row, its request, and what it brought so far.

    `saved` is the cursor of its stream as it stands in the database, with the doubts of the pull.
    """

    account: MarketplaceAccount
    source: SyncStream
    row: SyncRun
    request: PullRequest
    lease: Lease | None = None
    moves_cursor: bool = False
    saved: Cursor = field(default_factory=dict)
    began: datetime = field(default_factory=timezone.now)
    pages: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def record(self, page: Page[Any]) -> None:
        """Commit a page: the lease is checked, rows, events, quarantine, cursor and counters are one
        transaction. Raises LeaseLost or AccountStopped, and then nothing of the page is written."""
        for is_last_try in (False, False, True):
            try:
                with transaction.atomic():
                    counters = self._record(page)
            except (OperationalError, IntegrityError, psycopg.Error) as exc:
                found = next((one for one in (exc, exc.__cause__) if isinstance(one, _COLLISIONS)), None)
                if is_last_try or found is None:
                    raise
                log.info("collision", run=self.row.pk, error=type(found).__name__)
            else:
                for name, value in counters.items():
                    setattr(self, name, value)
                if self.moves_cursor:
                    self.saved = page.cursor
                return

    def begin_anew(self, **changes: Any) -> None:
        """Forget the place of the pull but for what its adapter keeps. Raises LeaseLost."""
        if self.lease is not None and self.moves_cursor:
            self.saved = places.beginning(self.saved)
            self.lease.renew(cursor=self.saved, **changes)

    def _record(self, page: Page[Any]) -> dict[str, int]:
        if self.lease is None:
            hold_active(self.account)
        else:
            self.lease.renew(**({"cursor": dict(page.cursor)} if self.moves_cursor else {}))
        result = quarantine.record_isolated(page, lambda part: self.source.record(part, self.request))
        rejected = (*page.rejected, *page.absent, *result.rejected)
        self._keep_aside(page, rejected)
        return self._count(page, result, len(rejected))

    def _keep_aside(self, page: Page[Any], rejected: tuple[Any, ...]) -> None:
        stream = self.source.code
        quarantine.keep(account=self.account, stream=stream, rejected=rejected)
        bad = {record.external_id for record in rejected}
        good = {*page.settled, *(quarantine.key_of(snapshot) for snapshot in page.snapshots)} - bad
        quarantine.settle(account=self.account, stream=stream, keys=good)

    def _count(self, page: Page[Any], result: PageResult, rejected: int) -> dict[str, int]:
        """Write what the run has brought with this page; ours once the page is committed."""
        counters = {
            "pages": self.pages + 1,
            "inserted": self.inserted + result.inserted,
            "changed": self.changed + result.changed,
            "unchanged": self.unchanged + result.unchanged,
            "quarantined": self.quarantined + rejected,
        }
        SyncRun.all_companies.filter(pk=self.row.pk).update(
            **counters, done=page.done, total=page.total, seen_at=timezone.now()
        )
        return counters
