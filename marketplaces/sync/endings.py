"""How a run can end, what follows for the stream and the account, and what the seller is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from companies.actors import Actor, acting
from marketplaces import catalogue, registry
from marketplaces.errors import CredentialsRejected, RightMissing
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState
from marketplaces.sync import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The outcome of a run. `code` is of the error catalogue, empty when all went well."""

    outcome: RunOutcome
    code: str = ""
    retry_after: timedelta | None = None
    is_complete: bool = True

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong: it is done, or stands in the queue that the marketplace keeps."""
        return self.outcome in (RunOutcome.DONE, RunOutcome.WAITING)

    @property
    def waits_for_person(self) -> bool:
        """Whether nothing is tried again until somebody does something."""
        return self.code in (CredentialsRejected.code, RightMissing.code)

    def pause(self, failures: int, *, every: timedelta) -> timedelta:
        """How long the stream rests now, after so many failures in a row."""
        if self.retry_after is not None:
            return self.retry_after
        if self.is_good:
            return every
        if self.outcome == RunOutcome.SUSPICIOUS:
            return schedule.backoff(failures, first=schedule.FIRST_DOUBT)
        return schedule.backoff(failures)

    def message(self, account: MarketplaceAccount, *, next_at: datetime | None) -> str:
        """What the seller is told; nothing when all went well."""
        if not self.code:
            return ""
        return catalogue.message(
            self.code,
            marketplace=registry.adapters().title(account.marketplace),
            zone=account.company.zone,
            next_at=None if self.waits_for_person else next_at,
        )


def stop_account(account: MarketplaceAccount) -> None:
    """The key is refused: ask nothing with it until its owner gives another."""
    with acting(Actor(source="sync")):
        MarketplaceAccount.all_companies.filter(pk=account.pk, status=AccountStatus.ACTIVE).update(
            status=AccountStatus.REJECTED
        )


@transaction.atomic
def stop_stream(account: MarketplaceAccount, stream: str) -> None:
    """The key has no right to the stream: it is off, the account goes on."""
    held: MarketplaceAccount | None = (
        MarketplaceAccount.all_companies.select_for_update(no_key=True)
        .filter(pk=account.pk, status=AccountStatus.ACTIVE)
        .first()
    )
    if held is None:
        return
    set_missing(held, sorted({*held.missing, stream}))


def set_missing(account: MarketplaceAccount, missing: Sequence[str]) -> None:
    """Write which streams the key has no right to, and switch the streams accordingly."""
    account.missing = list(missing)
    account.save(update_fields=["missing"])
    states = StreamState.objects.for_company(account.company_id).filter(account=account)
    states.filter(stream__in=missing).update(is_on=False)
    states.exclude(stream__in=missing).update(is_on=True)
