"""Letting go of an account: its key and notices go at once, its data stay or are erased."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from marketplaces.models import (
    AccountStatus,
    Erasure,
    MarketplaceAccount,
    RunOutcome,
    StreamState,
    SyncRun,
)
from marketplaces.services.pushes import unsubscribe_push

if TYPE_CHECKING:
    from companies.models import User

log = structlog.get_logger(__name__)


def disconnect_account(
    *, account: MarketplaceAccount, erases: bool, actor: User | None = None
) -> MarketplaceAccount:
    """Forget the key and stop everything that reads for the account; what has been read stays, or with `erases`
    is erased by the workers from now on.

    A run that is going on loses its lease: its next page is rolled back. A disconnected account may still be
    erased. Once it is being erased there is no way back.
    """
    before = copy(account)
    held = _let_go(account, erases=erases, actor=actor)
    log.info("account_disconnected", account=held.pk, erases=erases, actor=actor and actor.pk)
    # With the key as it was, and after the commit: the marketplace may answer slowly or never.
    unsubscribe_push(account=before)
    return held


@transaction.atomic
def _let_go(account: MarketplaceAccount, *, erases: bool, actor: User | None) -> MarketplaceAccount:
    now = timezone.now()
    held: MarketplaceAccount = (
        MarketplaceAccount.objects.for_company(account.company_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=account.pk)
    )
    if held.status == AccountStatus.ERASING:
        return held
    held.status = AccountStatus.ERASING if erases else AccountStatus.DISCONNECTED
    held.credentials_sealed = held.key_hint = ""
    held.key_expires_at = held.expiry_warned_days = None
    held.push_is_on = False
    held.disconnected_at = held.disconnected_at or now
    held.save(
        update_fields=[
            "status",
            "credentials_sealed",
            "key_hint",
            "key_expires_at",
            "expiry_warned_days",
            "push_is_on",
            "disconnected_at",
        ]
    )
    _stop_streams(held)
    if erases:
        Erasure.all_companies.create(company_id=held.company_id, account=held, requested_by=actor)
    return held


def _stop_streams(account: MarketplaceAccount) -> None:
    """Take the leases away, so that no page of a run going on is written any more."""
    states = StreamState.objects.for_company(account.company_id).filter(account=account)
    # In the order in which a page takes them: the two never wait for each other.
    locked = [state.pk for state in states.select_for_update().order_by("pk")]
    states.filter(pk__in=locked).update(
        is_on=False, lease_token=None, lease_until=None, queued_until=None, wanted_at=None, failures=0
    )
    now = timezone.now()
    SyncRun.objects.for_company(account.company_id).filter(account=account, finished_at=None).update(
        outcome=RunOutcome.STOPPED, error_code="account_stopped", finished_at=now, seen_at=now, next_at=None
    )
