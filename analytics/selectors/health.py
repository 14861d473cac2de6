"""How the accounts are and how old their data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from marketplaces.registry import first_streams, streams
from marketplaces.selectors import Freshness, freshness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise

    from analytics.selectors.scope import Scope


_BEHIND: Final = (Freshness.LATE, Freshness.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """A stream of an account: how old its data are, and how old they may be."""

    code: str
    title: StrOrPromise
    as_of: datetime | None
    norm: timedelta
    freshness: Freshness

    @property
    def is_on(self) -> bool:
        """Whether it is synced at all."""
        return self.freshness is not Freshness.OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """An account with its streams, in the order of the settings."""

    account: MarketplaceAccount
    streams: tuple[StreamHealth, ...]
    key_days_left: int | None

    @property
    def late(self) -> tuple[StreamHealth, ...]:
        """The streams whose data are older than they may be."""
        return tuple(stream for stream in self.streams if stream.freshness in _BEHIND)

    @property
    def unread(self) -> tuple[StreamHealth, ...]:
        """The streams that have brought nothing yet."""
        return tuple(stream for stream in self.streams if stream.freshness is Freshness.NEVER)

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

    @property
    def is_begun(self) -> bool:
        """Whether every stream has brought something for some account."""
        read = {stream.code for one in self.accounts for stream in one.streams if stream.as_of}
        return read >= {code for code, _title in first_streams()}


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
        freshness=freshness(data_as_of=state.data_as_of, fresh_for=stream.fresh_for, now=now)
        if state.is_on
        else Freshness.OFF,
    )


def _oldest(accounts: Iterable[AccountHealth], code: str) -> StreamHealth | None:
    """The stream that is furthest behind; one that brought nothing yet is behind all others."""
    found = [stream for one in accounts for stream in one.streams if stream.code == code and stream.is_on]
    return min(found, key=_as_of, default=None)


def _as_of(stream: StreamHealth) -> float:
    return stream.as_of.timestamp() if stream.as_of else 0.0
