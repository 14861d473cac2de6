"""What the syncs brought lately, in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from marketplaces.models import RunOutcome, SyncRun

if TYPE_CHECKING:
    from analytics.selectors.scope import Scope

_LOOK_BACK: Final = timedelta(days=1)
_TROUBLE: Final = (RunOutcome.FAILED, RunOutcome.SUSPICIOUS, RunOutcome.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """Finished runs of the last day that brought something new or went wrong, newest first."""

    runs: tuple[SyncRun, ...]
    since: datetime


def happenings(scope: Scope, *, now: datetime, limit: int = 5) -> Happenings:
    """Read what happened (one query)."""
    since = now - _LOOK_BACK
    runs = (
        SyncRun.objects.for_company(scope.company)
        .filter(Q(inserted__gt=0) | Q(changed__gt=0) | Q(quarantined__gt=0) | Q(outcome__in=_TROUBLE))
        .filter(started_at__gte=since, finished_at__isnull=False, **scope.filters)
        .select_related("account__company")
        .order_by("-started_at", "-pk")[:limit]
    )
    return Happenings(runs=tuple(runs), since=since)
