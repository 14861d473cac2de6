"""Runs whose worker died, and what is old enough to forget."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from marketplaces.models import PushMessage, RunOutcome, StreamState, SyncRun
from marketplaces.sync.leases import is_free

KEEP_RUNS: Final = timedelta(days=60)
# One-object runs come by the thousand with the notices.
KEEP_OBJECT_RUNS: Final = timedelta(days=7)
KEEP_NOTICES: Final = timedelta(days=30)
_PORTION: Final = 5000


@transaction.atomic
def reap_lost_runs() -> int:
    """Close the runs whose worker gave no sign of life for a lease, and make their streams due at once."""
    states = list(
        StreamState.all_companies.exclude(lease_token=None)
        .filter(is_free())
        .select_for_update(skip_locked=True)
        .order_by("pk")
    )
    tokens = [state.lease_token for state in states]
    StreamState.all_companies.filter(pk__in=[state.pk for state in states]).update(
        lease_token=None, lease_until=None, queued_until=None, due_at=Now()
    )
    silent_since = timezone.now() - timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    is_lost = Q(lease_token__in=tokens) | Q(seen_at__lt=silent_since)
    # A silent run that still holds its stream is in the middle of a page: it renews or loses the lease itself.
    holders = StreamState.all_companies.exclude(lease_token=None).values("lease_token")
    return int(
        SyncRun.all_companies.filter(is_lost, finished_at=None)
        .exclude(lease_token__in=holders)
        .update(outcome=RunOutcome.LOST, error_code="worker_lost", finished_at=F("seen_at"))
    )


def forget_old_history() -> int:
    """Delete old runs and settled notices, a portion at a time; gives how many rows went."""
    now = timezone.now()
    runs = SyncRun.all_companies.exclude(finished_at=None)
    return sum(
        (
            _delete(runs.filter(started_at__lt=now - KEEP_RUNS)),
            _delete(runs.filter(started_at__lt=now - KEEP_OBJECT_RUNS).exclude(external_id="")),
            _delete(
                PushMessage.all_companies.exclude(processed_at=None).filter(
                    received_at__lt=now - KEEP_NOTICES
                )
            ),
        )
    )


def _delete(rows: object) -> int:
    total = 0
    while True:
        ids = list(rows.values_list("pk", flat=True)[:_PORTION])  # type: ignore[attr-defined]  # a queryset
        if not ids:
            return total
        rows.model.all_companies.filter(pk__in=ids).delete()  # type: ignore[attr-defined]  # a queryset
        total += len(ids)
