"""Running a stream: lease, pages, one transaction each, an outcome in the seller's language."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from marketplaces import registry
from marketplaces.connections import open_adapter
from marketplaces.errors import (
    CredentialsRejected,
    CursorRejected,
    MarketplaceError,
    RateLimited,
    RightMissing,
    TurnIsFar,
)
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.streams import PullRequest, SyncStream
from marketplaces.sync import places, schedule
from marketplaces.sync.batches import Doubt, batches
from marketplaces.sync.endings import Ending, stop_account, stop_stream
from marketplaces.sync.leases import AccountStopped, Lease, LeaseLost, hold_active
from marketplaces.sync.run import Errand, Run
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from collections.abc import Generator

    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.contracts.pages import Page

log = structlog.get_logger(__name__)


class CannotRun(Exception):
    """The account is stopped, or the stream is off or not given by this marketplace."""


class NotDue(Exception):
    """A message of the schedule whose work is done already."""


def run_stream(
    *,
    account_id: int,
    stream: str,
    trigger: Trigger,
    actor_id: int | None = None,
    since: datetime | None = None,
    external_id: str = "",
    changed_at: datetime | None = None,
    changed_to: str = "",
) -> SyncRun:
    """Sync a stream of an account, or one object of it, and give the finished run.

    A failure of the marketplace is an outcome, not an exception. Raises CannotRun, StreamBusy (another run is
    at it), NotDue (a scheduled run whose time has not come), and whatever an error of ours is, after the run
    has been closed with it.

    `since` reads the past again without moving the saved place. An object is read without the stream's lease:
    recording is safe beside a running pull.
    """
    errand = Errand(
        trigger=trigger,
        actor_id=actor_id,
        since=since,
        external_id=external_id,
        changed_at=changed_at,
        changed_to=changed_to,
    )
    account, source = _account(account_id), registry.stream_named(stream)
    run = _start_object(account, source, errand) if external_id else _start_stream(account, source, errand)
    try:
        ending = _ending(run)
    except AccountStopped:
        ending = Ending(outcome=RunOutcome.STOPPED, code="account_stopped")
    except LeaseLost:
        log.warning("lease_lost", run=run.row.pk, account=account_id, stream=stream)
        ending = Ending(outcome=RunOutcome.LOST, code="worker_lost")
    except BaseException:
        _finish(run, Ending(outcome=RunOutcome.FAILED, code="unexpected"))
        raise
    return _finish(run, ending)


def _account(account_id: int) -> MarketplaceAccount:
    account: MarketplaceAccount = MarketplaceAccount.all_companies.select_related("company").get(
        pk=account_id
    )
    if account.status != AccountStatus.ACTIVE:
        raise CannotRun(f"the account {account_id} is {account.status}")
    return account


def _start_object(account: MarketplaceAccount, source: SyncStream, errand: Errand) -> Run:
    now = timezone.now()
    request = PullRequest(
        account=account,
        cursor={},
        now=now,
        external_id=errand.external_id,
        source=errand.source,
        changed_at=errand.changed_at,
        changed_to=errand.changed_to,
    )
    with transaction.atomic():
        try:
            hold_active(account)
        except AccountStopped:
            raise CannotRun(f"the account {account.pk} was stopped") from None
        row = _open_row(account, source, errand, token=uuid.uuid4(), now=now)
    return Run(account=account, source=source, row=row, request=request)


def _start_stream(account: MarketplaceAccount, source: SyncStream, errand: Errand) -> Run:
    with transaction.atomic():
        state = _state(account, source)
        now = timezone.now()
        if errand.trigger is Trigger.SCHEDULE and state.due_at > now:
            raise NotDue
        lease = Lease.take(state)
        _close_lost(state)
        saved = _begin_pull(state, lease, source, errand, now)
        row = _open_row(account, source, errand, token=lease.token, now=now)
    request = PullRequest(
        account=account, cursor=places.place_of(saved), now=now, since=errand.since, source=errand.source
    )
    return Run(
        account=account,
        source=source,
        row=row,
        request=request,
        lease=lease,
        moves_cursor=errand.since is None,
        saved=saved,
    )


def _state(account: MarketplaceAccount, source: SyncStream) -> StreamState:
    state: StreamState | None = (
        StreamState.objects.for_company(account.company_id)
        .filter(account=account, stream=source.code, is_on=True)
        .first()
    )
    if state is None:
        raise CannotRun(f"the stream {source.code} of the account {account.pk} is off")
    return state


def _begin_pull(
    state: StreamState, lease: Lease, source: SyncStream, errand: Errand, now: datetime
) -> dict[str, Any]:
    """Where the pull starts. A deep one forgets the saved place, once: if it is cut off it goes on, for days if need be."""
    if errand.since is not None:
        return {}
    cursor: dict[str, Any] = state.cursor
    changes: dict[str, Any] = {"wanted_at": None}
    if _is_deep(state, source, now):
        cursor = changes["cursor"] = places.beginning(cursor)
    is_whole = not places.has_place(cursor)
    if is_whole or state.pull_started_at is None:
        changes["pull_started_at"] = now
    if is_whole and source.deep_every is not None:
        changes["deep_at"] = now
    lease.renew(**changes)
    return cursor


def _is_deep(state: StreamState, source: SyncStream, now: datetime) -> bool:
    """Whether the whole is to be read again: it is time, and no pull stands in the middle, unless it is stuck there."""
    if source.deep_every is None or (state.deep_at is not None and state.deep_at + source.deep_every > now):
        return False
    is_in_the_middle = state.pull_started_at is not None and places.has_place(state.cursor)
    return not is_in_the_middle or state.failures >= schedule.FAILURES_BEFORE_ANEW


def _open_row(
    account: MarketplaceAccount, source: SyncStream, errand: Errand, *, token: uuid.UUID, now: datetime
) -> SyncRun:
    row: SyncRun = SyncRun.all_companies.create(
        company_id=account.company_id,
        account=account,
        stream=source.code,
        trigger=errand.trigger.value,
        actor_id=errand.actor_id,
        lease_token=token,
        external_id=errand.external_id,
        started_at=now,
        seen_at=now,
    )
    return row


def _close_lost(state: StreamState) -> None:
    """The run that held the stream before and never ended."""
    if state.lease_token is not None:
        SyncRun.all_companies.filter(lease_token=state.lease_token, finished_at=None).update(
            outcome=RunOutcome.LOST, error_code="worker_lost", finished_at=F("seen_at")
        )


def _ending(run: Run) -> Ending:
    """Read to the end and say how it ended; what the marketplace did is an ending, what we did wrong is not."""
    try:
        with open_adapter(run.account) as adapter:
            return _read_all(run, adapter)
    except TurnIsFar as exc:
        # A request a minute is no failure: the worker does other work until then.
        return Ending(
            outcome=RunOutcome.WAITING, code=exc.code, is_complete=False, retry_after=exc.retry_after
        )
    except MarketplaceError as exc:
        log.warning(
            "sync_failed",
            account=run.account.pk,
            stream=run.source.code,
            run=run.row.pk,
            code=exc.code,
            why=str(exc),
        )
        if isinstance(exc, CredentialsRejected):
            stop_account(run.account)
        if isinstance(exc, RightMissing):
            stop_stream(run.account, run.source.code)
        is_limited = isinstance(exc, RateLimited)
        return Ending(
            outcome=RunOutcome.LIMITED if is_limited else RunOutcome.FAILED,
            code=exc.code,
            retry_after=exc.retry_after if isinstance(exc, RateLimited) else None,
        )


def _read_all(run: Run, adapter: MarketplaceAdapter) -> Ending:
    if not isinstance(adapter, run.source.role):
        raise RightMissing(f"{adapter.title} does not give {run.source.code}", method="")
    try:
        return _read(run, adapter)
    except CursorRejected:
        if run.lease is None or not places.has_place(run.request.cursor):
            raise
        log.info("cursor_rejected", account=run.account.pk, stream=run.source.code)
        now = timezone.now()
        is_deep = run.source.deep_every is not None
        run.begin_anew(pull_started_at=now, **({"deep_at": now} if is_deep else {}))
        run.request = replace(run.request, cursor=places.place_of(run.saved), now=now)
        return _read(run, adapter)


def _read(run: Run, adapter: MarketplaceAdapter) -> Ending:
    doubt = _doubt(run)
    # Closed before the connection is, so that nobody reads on from it.
    with closing(cast("Generator[Page[Any]]", run.source.pages(adapter, run.request))) as pages:
        for page in batches(doubt.sift(pages)):
            run.record(page)
            is_long = run.lease is not None and timezone.now() - run.began > schedule.LONGEST_RUN
            if is_long and not page.is_last:
                return Ending(
                    outcome=RunOutcome.DONE, code="continues", is_complete=False, retry_after=timedelta(0)
                )
    if not doubt.is_raised:
        return Ending(outcome=RunOutcome.DONE)
    if not doubt.has_come:
        run.begin_anew()
    return Ending(outcome=RunOutcome.SUSPICIOUS, code="suspicious_empty")


def _doubt(run: Run) -> Doubt:
    """What is to be doubted of this run; it goes on doubting what earlier runs of its pull have doubted."""
    doubts = places.doubts_of(run.saved)
    is_full = not places.has_place(run.saved) or places.NOTHING_YET in doubts
    return Doubt(
        source=run.source,
        account=run.account,
        is_full=run.moves_cursor and is_full,
        is_believed=run.lease is not None and _is_doubted_enough(run),
        is_raised=places.UNBELIEVED in doubts,
    )


def _is_doubted_enough(run: Run) -> bool:
    """Whether the last pulls all ended in an empty answer that was not believed; runs that stopped on the way count for
    nothing."""
    last = list(
        SyncRun.objects.for_company(run.account.company_id)
        .filter(account=run.account, stream=run.source.code, external_id="")
        .exclude(pk=run.row.pk)
        .exclude(outcome__in=(RunOutcome.WAITING, RunOutcome.LIMITED))
        .exclude(error_code="continues")
        .order_by("-started_at")
        .values_list("outcome", flat=True)[: schedule.DOUBTS_BEFORE_BELIEF]
    )
    return len(last) == schedule.DOUBTS_BEFORE_BELIEF and all(one == RunOutcome.SUSPICIOUS for one in last)


def _finish(run: Run, ending: Ending) -> SyncRun:
    """Close the run and give the stream back with its next time."""
    with transaction.atomic():
        next_at = None
        if run.lease is not None and ending.outcome != RunOutcome.LOST:
            try:
                next_at = _give_back(run, run.lease, ending)
            except LeaseLost:
                ending = Ending(outcome=RunOutcome.LOST, code="worker_lost")
        row = run.row
        SyncRun.all_companies.filter(pk=row.pk, finished_at=None).update(
            outcome=ending.outcome,
            error_code=ending.code,
            message=ending.message(run.account, next_at=next_at),
            next_at=None if ending.waits_for_person else next_at,
            finished_at=timezone.now(),
            seen_at=timezone.now(),
        )
        # Gone when the account has been erased meanwhile.
        found: SyncRun | None = SyncRun.all_companies.filter(pk=row.pk).first()
        if found is None:
            row.outcome, row.error_code = RunOutcome.STOPPED, "account_stopped"
        return found or row


def _give_back(run: Run, lease: Lease, ending: Ending) -> datetime:
    now = timezone.now()
    state: StreamState = StreamState.all_companies.select_for_update().get(pk=lease.state_id)
    is_wanted = state.wanted_at is not None
    failures = 0 if ending.is_good else state.failures + 1
    next_at = now if is_wanted else now + ending.pause(failures, every=run.source.every)
    changes: dict[str, Any] = {"due_at": next_at, "failures": failures}
    if ending.outcome == RunOutcome.DONE and ending.is_complete and run.moves_cursor:
        changes |= {
            "succeeded_at": now,
            "data_as_of": state.pull_started_at or run.began,
            "pull_started_at": None,
        }
        if state.deep_at is not None and state.deep_at == state.pull_started_at:
            # One that took days leaves time for what changes until the next.
            changes["deep_at"] = now
    lease.release(**changes)
    return next_at
