"""How the accounts are and how old their data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from marketplaces.registry import streams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise

    from analytics.selectors.scope import Scope
    from core.statuses import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """A stream of an account: how old its data are, and how old they may be."""

    code: str
    title: StrOrPromise
    as_of: datetime | None
    norm: timedelta
    is_on: bool
    failures: int
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """An account with its streams, in the order of the settings."""

    account: MarketplaceAccount
    streams: tuple[StreamHealth, ...]
    key_days_left: int | None

    @property
    def late(self) -> tuple[StreamHealth, ...]:
        """The streams whose data are older than they may be."""
        return tuple(stream for stream in self.streams if stream.tone in {"warning", "danger"})

    @property
    def unread(self) -> tuple[StreamHealth, ...]:
        """The streams that have brought nothing yet."""
        return tuple(stream for stream in self.streams if stream.is_on and stream.as_of is None)

    @property
    def is_active(self) -> bool:
        """Whether the account is synced at all."""
        return self.account.status is AccountStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The accounts of a page and since when its orders and its stock are true (the oldest account)."""

    accounts: tuple[AccountHealth, ...]
    orders: StreamHealth | None
    stock: StreamHealth | None


def health(scope: Scope, *, now: datetime) -> Health:
    """Read the health of the accounts (one query)."""
    held: dict[int, dict[str, StreamState]] = defaultdict(dict)
    for state in StreamState.objects.for_company(scope.company).filter(**scope.filters):
        held[state.account_id][state.stream] = state
    accounts = tuple(
        AccountHealth(
            account=account,
            streams=tuple(
                _stream_health(held[account.pk][code], now=now)
                for code in streams()
                if code in held[account.pk]
            ),
            key_days_left=account.key_days_left(now),
        )
        for account in scope.accounts
    )
    return Health(accounts=accounts, orders=_oldest(accounts, "orders"), stock=_oldest(accounts, "stock"))


def _stream_health(state: StreamState, *, now: datetime) -> StreamHealth:
    stream = streams()[state.stream]
    return StreamHealth(
        code=stream.code,
        title=stream.title,
        as_of=state.data_as_of,
        norm=stream.fresh_for,
        is_on=state.is_on,
        failures=state.failures,
        tone=_tone(state, norm=stream.fresh_for, now=now),
    )


def _tone(state: StreamState, *, norm: timedelta, now: datetime) -> Tone:
    if not state.is_on:
        return "neutral"
    if state.data_as_of is None:
        return "danger" if state.failures else "progress"
    age = now - state.data_as_of
    if age <= norm:
        return "success"
    return "warning" if age <= 2 * norm else "danger"


def _oldest(accounts: Iterable[AccountHealth], code: str) -> StreamHealth | None:
    """The stream that is furthest behind; one that brought nothing yet is behind all others."""
    found = [stream for one in accounts for stream in one.streams if stream.code == code and stream.is_on]
    return min(found, key=_as_of, default=None)


def _as_of(stream: StreamHealth) -> float:
    return stream.as_of.timestamp() if stream.as_of else 0.0
