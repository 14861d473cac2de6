"""What is to be synced next: the schedule's turn, and a person's "Refresh now"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from marketplaces.sync import schedule
from marketplaces.sync.leases import is_free

if TYPE_CHECKING:
    from collections.abc import Sequence

# A message that no worker took for so long is sent again.
QUEUED_FOR: Final = timedelta(minutes=10)
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The answer to "Refresh now".

    `is_accepted` is False while the cooldown lasts; `next_allowed_at` is when one may ask again. `is_running`
    says that a run is going on and that another follows it at once.
    """

    is_accepted: bool
    next_allowed_at: datetime | None = None
    is_running: bool = False
    streams: tuple[str, ...] = ()


@transaction.atomic
def request_refresh(
    *, account: MarketplaceAccount, stream: str | None = None, external_id: str = ""
) -> Refresh:
    """Make a stream (None: all streams of the account) due now, or allow one object to be read again.

    Streams start with the next round of the schedule, seconds later; `marketplaces.tasks.refresh` starts them,
    or the object's run, at once. A stopped account accepts nothing.
    """
    if account.status != AccountStatus.ACTIVE:
        return Refresh(is_accepted=False)
    states = StreamState.objects.for_company(account.company_id).filter(account=account, is_on=True)
    if stream is not None:
        states = states.filter(stream=stream)
    codes = list(states.order_by("stream").values_list("stream", flat=True))
    waits = {
        code: schedule.start_cooldown(account_id=account.pk, stream=code, external_id=external_id)
        for code in codes
    }
    allowed = tuple(code for code, until in waits.items() if until is None)
    if not allowed:
        until = min((moment for moment in waits.values() if moment), default=None)
        return Refresh(is_accepted=False, next_allowed_at=until)
    pause = schedule.OBJECT_COOLDOWN if external_id else schedule.STREAM_COOLDOWN
    next_allowed_at = timezone.now() + pause
    if external_id:
        return Refresh(is_accepted=True, next_allowed_at=next_allowed_at, streams=allowed)
    chosen = states.filter(stream__in=allowed)
    is_running = chosen.filter(lease_until__gt=Now()).update(wanted_at=timezone.now()) > 0
    chosen.filter(is_free()).update(due_at=timezone.now(), queued_until=None)
    return Refresh(is_accepted=True, next_allowed_at=next_allowed_at, is_running=is_running, streams=allowed)


@transaction.atomic
def queue_due_streams() -> Sequence[tuple[int, str]]:
    """The (account, stream) pairs to start now, marked as queued so that no other round gives them again."""
    now = timezone.now()
    due = list(
        StreamState.all_companies.filter(
            is_free(),
            Q(queued_until=None) | Q(queued_until__lt=now),
            is_on=True,
            due_at__lte=now,
            account__status=AccountStatus.ACTIVE,
        )
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("due_at", "pk")[:_MOST_AT_ONCE]
    )
    StreamState.all_companies.filter(pk__in=[state.pk for state in due]).update(queued_until=now + QUEUED_FOR)
    return [(state.account_id, state.stream) for state in due]
