"""What the sync pages show: accounts with health, runs, limits, quarantine. A constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices
from marketplaces import catalogue, registry
from marketplaces.connections import limit_owner
from marketplaces.models import (
    AccountStatus,
    MarketplaceAccount,
    QuarantinedRecord,
    QuarantineState,
    RunOutcome,
    StreamState,
    SyncRun,
)
from marketplaces.ratelimit import LimitState, limit_states
from marketplaces.sync import schedule

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.models import Company

LAST_RUNS: Final = 20


class Freshness(StatusChoices):
    """How old the data of a stream are against what the stream promises."""

    FRESH = "fresh", "success", "check", False, _("Fresh")
    LATE = "late", "warning", "clock", False, _("Late")
    STALE = "stale", "danger", "triangle-alert", False, _("Stale")
    NEVER = "never", "neutral", "clock", False, _("Not read yet")
    OFF = "off", "neutral", "ban", False, _("Off")

    @property
    def badness(self) -> int:
        """For picking the worst of several."""
        return {"off": 0, "fresh": 1, "never": 2, "late": 3, "stale": 4}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """One stream of one account. `run` is the run going on, `last_run` the one that ended last."""

    state: StreamState
    code: str
    title: str
    freshness: Freshness
    data_as_of: datetime | None
    next_at: datetime | None
    run: SyncRun | None
    last_run: SyncRun | None
    # From when "Refresh now" works again; None: now.
    refresh_from: datetime | None
    # Why the stream is off, or what its last run ran into; empty when all is well.
    trouble: str

    @property
    def is_running(self) -> bool:
        """Whether a run is going on."""
        return self.run is not None

    @property
    def fresh_for(self) -> timedelta:
        """How old the data may be before they are late."""
        return registry.streams()[self.code].fresh_for


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOnPage:
    """A limit of the marketplace that is exhausted until `next_allowed_at`, or free (None)."""

    group: str
    requests: float
    seconds: float
    next_allowed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """One account as its card shows it."""

    account: MarketplaceAccount
    marketplace_title: str
    freshness: Freshness
    streams: tuple[StreamHealth, ...]
    limits: tuple[LimitOnPage, ...]
    quarantined: int
    key_days_left: int | None
    key_is_expiring: bool

    @property
    def is_running(self) -> bool:
        """Whether any stream of it runs."""
        return any(stream.is_running for stream in self.streams)

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look: a refused key, stale data, a key about to expire, open quarantine."""
        return (
            self.account.status == AccountStatus.REJECTED
            or self.freshness == Freshness.STALE
            or self.key_is_expiring
            or self.quarantined > 0
        )

    @property
    def blocked_until(self) -> datetime | None:
        """Until when the marketplace's limits hold everything up."""
        moments = [limit.next_allowed_at for limit in self.limits if limit.next_allowed_at]
        return max(moments, default=None)


def accounts_health(*, company: Company) -> list[AccountHealth]:
    """Every account of the company with its streams, disconnected ones last; six queries and two requests to
    Redis. Those that are being erased are in `erasures`."""
    accounts = MarketplaceAccount.objects.for_company(company).kept().select_related("company")
    return _health(
        company, list(accounts.order_by(F("disconnected_at").asc(nulls_first=True), "title", "pk"))
    )


def account_health(*, company: Company, account_id: int) -> AccountHealth:
    """One account. Raises MarketplaceAccount.DoesNotExist for another company's."""
    accounts = MarketplaceAccount.objects.for_company(company).select_related("company")
    return _health(company, [accounts.get(pk=account_id)])[0]


def runs(*, company: Company) -> Any:
    """Runs of the company's accounts, for lists: newest first."""
    found = SyncRun.objects.for_company(company)
    return found.select_related("account", "actor").order_by("-started_at", "-pk")


def last_runs(*, company: Company, account: MarketplaceAccount | None = None) -> list[SyncRun]:
    """The runs that began last; those of single objects apart."""
    found = runs(company=company).filter(external_id="")
    if account is not None:
        found = found.filter(account=account)
    return list(found[:LAST_RUNS])


def running_runs(*, company: Company) -> list[SyncRun]:
    """The runs going on now, with their progress."""
    return list(runs(company=company).filter(finished_at=None, external_id=""))


def open_quarantine(*, company: Company) -> Any:
    """Records that wait for a person, newest first."""
    found = QuarantinedRecord.objects.for_company(company).filter(state=QuarantineState.OPEN)
    return found.select_related("account").order_by("-last_seen_at", "-pk")


def freshness(*, data_as_of: datetime | None, fresh_for: timedelta, now: datetime) -> Freshness:
    """Fresh until `fresh_for`, late until twice that, then stale (R52)."""
    if data_as_of is None:
        return Freshness.NEVER
    age = now - data_as_of
    if age <= fresh_for:
        return Freshness.FRESH
    return Freshness.LATE if age <= 2 * fresh_for else Freshness.STALE


def run_message(run: SyncRun) -> str:
    """What a run ran into, in the reader's language; the text kept with the run when the code is unknown."""
    if not run.error_code:
        return ""
    if run.error_code not in catalogue.ERRORS:
        return run.message
    return catalogue.message(
        run.error_code,
        marketplace=registry.adapters().title(run.account.marketplace),
        zone=run.account.company.zone,
        next_at=run.next_at,
    )


def _health(company: Company, accounts: Sequence[MarketplaceAccount]) -> list[AccountHealth]:
    now = timezone.now()
    states = _states(company, accounts)
    keys = [(state.account_id, state.stream) for found in states.values() for state in found]
    running, ended = _runs_by_stream(company, accounts)
    quarantined = _quarantined(company)
    cooldowns = schedule.cooldowns(keys)
    limits = _limits(accounts)
    health = []
    for account in accounts:
        streams = tuple(
            _stream_health(
                account,
                state,
                run=running.get((account.pk, state.stream)),
                last_run=ended.get((account.pk, state.stream)),
                refresh_from=cooldowns.get((account.pk, state.stream)),
                now=now,
            )
            for state in states[account.pk]
        )
        days_left = account.key_days_left(now)
        health.append(
            AccountHealth(
                account=account,
                marketplace_title=registry.adapters().title(account.marketplace),
                freshness=max(
                    (stream.freshness for stream in streams),
                    key=lambda one: one.badness,
                    default=Freshness.NEVER,
                ),
                streams=streams,
                limits=limits.get(account.pk, ()),
                quarantined=quarantined.get(account.pk, 0),
                key_days_left=days_left,
                key_is_expiring=days_left is not None and days_left <= max(schedule.KEY_WARN_DAYS),
            )
        )
    return health


def _states(company: Company, accounts: Sequence[MarketplaceAccount]) -> Mapping[int, list[StreamState]]:
    order = {code: place for place, code in enumerate(registry.streams())}
    by_account: dict[int, list[StreamState]] = defaultdict(list)
    for state in StreamState.objects.for_company(company).filter(account__in=accounts):
        if state.stream in order:
            by_account[state.account_id].append(state)
    for found in by_account.values():
        found.sort(key=lambda state: order[state.stream])
    return by_account


def _runs_by_stream(
    company: Company, accounts: Sequence[MarketplaceAccount]
) -> tuple[dict[tuple[int, str], SyncRun], dict[tuple[int, str], SyncRun]]:
    found = SyncRun.objects.for_company(company).filter(account__in=accounts, external_id="")
    by_account = {account.pk: account for account in accounts}
    running = {(run.account_id, run.stream): run for run in found.filter(finished_at=None)}
    ended = {
        (run.account_id, run.stream): run
        for run in found.exclude(finished_at=None)
        .order_by("account", "stream", "-started_at")
        .distinct("account", "stream")
    }
    for run in (*running.values(), *ended.values()):
        run.account = by_account[run.account_id]
    return running, ended


def _quarantined(company: Company) -> dict[int, int]:
    counted = (
        QuarantinedRecord.objects.for_company(company)
        .filter(state=QuarantineState.OPEN)
        .values_list("account")
        .annotate(count=Count("pk"))
    )
    return dict(counted)


def _limits(accounts: Sequence[MarketplaceAccount]) -> dict[int, tuple[LimitOnPage, ...]]:
    adapters = registry.adapters()
    owners = {
        account.pk: limit_owner(
            account.marketplace, account.base_url, account.external_id, key_kind=account.key_kind
        )
        for account in accounts
        if account.marketplace in adapters
    }
    limits = {
        owners[account.pk]: adapters[account.marketplace].limits_for(account.key_kind)
        for account in accounts
        if account.pk in owners
    }
    states = limit_states(limits)
    return {pk: tuple(_on_page(state) for state in states.get(owner, ())) for pk, owner in owners.items()}


def _on_page(state: LimitState) -> LimitOnPage:
    return LimitOnPage(
        group=state.group,
        requests=state.limit.requests,
        seconds=state.limit.seconds,
        next_allowed_at=state.next_allowed_at,
    )


def _stream_health(
    account: MarketplaceAccount,
    state: StreamState,
    *,
    run: SyncRun | None,
    last_run: SyncRun | None,
    refresh_from: datetime | None,
    now: datetime,
) -> StreamHealth:
    stream = registry.streams()[state.stream]
    is_on = state.is_on and account.status == AccountStatus.ACTIVE
    return StreamHealth(
        state=state,
        code=state.stream,
        title=str(stream.title),
        freshness=freshness(data_as_of=state.data_as_of, fresh_for=stream.fresh_for, now=now)
        if state.is_on
        else Freshness.OFF,
        data_as_of=state.data_as_of,
        next_at=state.due_at if is_on else None,
        run=run,
        last_run=last_run,
        refresh_from=refresh_from,
        trouble=_trouble(account, state, last_run),
    )


def _trouble(account: MarketplaceAccount, state: StreamState, last_run: SyncRun | None) -> str:
    def told(code: str) -> StrOrPromise:
        return catalogue.message(
            code, marketplace=registry.adapters().title(account.marketplace), zone=account.company.zone
        )

    if account.status.is_final:
        return ""
    if account.status == AccountStatus.REJECTED:
        return str(told("credentials_rejected"))
    if not state.is_on:
        return str(told("right_missing"))
    if last_run is not None and last_run.outcome != RunOutcome.DONE:
        return run_message(last_run)
    return ""
