"""One run of a stream at a time: a lease in the database, held by a token, lost when its worker is silent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import ExpressionWrapper, Q
from django.db.models.fields import DateTimeField
from django.db.models.functions import Now

from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

_HOLD = f"SELECT 1 FROM {MarketplaceAccount._meta.db_table} WHERE id = %s AND status = %s FOR SHARE"  # noqa: S608, SLF001 - our own table


class StreamBusy(Exception):
    """Another run holds the stream."""


class LeaseLost(Exception):
    """Another run took the stream over; what this one has in hand must not be written."""


class AccountStopped(LeaseLost):
    """The account is no longer synced; what this run has in hand must not be written."""


def hold_active(account: MarketplaceAccount) -> None:
    """Keep the account as it is until the transaction ends: whoever disconnects it waits for that.

    For runs of one object, which hold no lease. Raises AccountStopped.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [account.pk, AccountStatus.ACTIVE.value])
        if cursor.fetchone() is None:
            raise AccountStopped


def lease_end() -> Combinable:
    """When a lease taken or renewed now ends, by the clock of the database: workers' clocks may differ."""
    length = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    return ExpressionWrapper(Now() + length, output_field=DateTimeField())


def is_free() -> Q:
    """The streams that no live run holds."""
    return Q(lease_until=None) | Q(lease_until__lt=Now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write for a stream. Taken and renewed by single UPDATEs, so that two never hold it."""

    state_id: int
    token: uuid.UUID

    @classmethod
    def take(cls, state: StreamState) -> Lease:
        """Take the stream. Raises StreamBusy."""
        token = uuid.uuid4()
        taken = (
            StreamState.all_companies.filter(is_free(), pk=state.pk, is_on=True)
            .update(lease_token=token, lease_until=lease_end(), queued_until=None)
        )  # fmt: skip
        if not taken:
            raise StreamBusy(state.stream)
        return cls(state_id=state.pk, token=token)

    def renew(self, **changes: Any) -> None:
        """Prolong the lease and write `changes` of the stream with it.

        Inside the page's transaction: the row stays locked until commit, so nobody can take the stream over
        meanwhile. Raises LeaseLost.
        """
        self._write(lease_until=lease_end(), **changes)

    def release(self, **changes: Any) -> None:
        """Give the stream back. Raises LeaseLost."""
        self._write(lease_token=None, lease_until=None, **changes)

    def _write(self, **changes: Any) -> None:
        held = StreamState.all_companies.filter(pk=self.state_id, lease_token=self.token)
        if not held.update(**changes):
            raise LeaseLost
