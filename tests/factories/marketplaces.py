"""Accounts, streams, runs, quarantine and notices."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone

from core import crypto
from marketplaces.models import (
    AccountStatus,
    MarketplaceAccount,
    PushMessage,
    QuarantinedRecord,
    QuarantineState,
    RunOutcome,
    StreamState,
    SyncRun,
)
from tests.factories.base import CompanyOwnedFactory
from tests.factories.companies import CompanyFactory


class AccountFactory(CompanyOwnedFactory):
    """An active Ozon account on the sandbox; `credentials` are sealed as the service does it."""

    class Meta:
        model = MarketplaceAccount

    class Params:
        paused = factory.Trait(status=AccountStatus.PAUSED)
        rejected = factory.Trait(status=AccountStatus.REJECTED)
        credentials: dict[str, Any] = {"client_id": "1001", "api_key": "00000000-0000-0000-0000-00000000beef"}

    company = factory.SubFactory(CompanyFactory)
    marketplace = "ozon"
    title = factory.Sequence(lambda n: f"Ozon {n}")
    external_id = factory.Sequence(lambda n: str(100_000 + n))
    base_url = "http://sandbox.test/ozon"
    key_hint = "beef"
    credentials_sealed = factory.LazyAttribute(
        lambda row: crypto.encrypt(
            row.credentials,
            context=f"marketplaces_marketplaceaccount/credentials/{row.company.pk}/{row.marketplace}",
        )
    )


class StreamStateFactory(CompanyOwnedFactory):
    class Meta:
        model = StreamState

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    stream = "orders"

    class Params:
        fresh = factory.Trait(
            succeeded_at=factory.LazyFunction(timezone.now), data_as_of=factory.LazyFunction(timezone.now)
        )
        running = factory.Trait(
            lease_token=factory.LazyFunction(uuid.uuid4),
            lease_until=factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=2)),
        )


class SyncRunFactory(CompanyOwnedFactory):
    class Meta:
        model = SyncRun

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    stream = "orders"
    lease_token = factory.LazyFunction(uuid.uuid4)
    outcome = RunOutcome.DONE
    finished_at = factory.LazyFunction(timezone.now)

    class Params:
        running = factory.Trait(outcome=RunOutcome.RUNNING, finished_at=None)


class QuarantinedRecordFactory(CompanyOwnedFactory):
    class Meta:
        model = QuarantinedRecord

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    stream = "orders"
    external_id = factory.Sequence(lambda n: f"broken-{n}")
    reason = "unreadable"
    payload = factory.LazyAttribute(lambda row: {"posting_number": row.external_id})
    fingerprint = factory.LazyAttribute(
        lambda row: hashlib.sha256(f"{row.stream}|{row.external_id}|{row.reason}".encode()).hexdigest()
    )

    class Params:
        ignored = factory.Trait(state=QuarantineState.IGNORED, settled_at=factory.LazyFunction(timezone.now))


class PushMessageFactory(CompanyOwnedFactory):
    class Meta:
        model = PushMessage

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    kind = "TYPE_NEW_POSTING"
    dedupe_key = factory.Sequence(lambda n: f"push-{n}")
    body = factory.LazyAttribute(lambda row: {"message_type": row.kind})
