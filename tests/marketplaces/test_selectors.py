"""What the sync pages read: health, limits, quarantine; the same few queries however many accounts."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from marketplaces import selectors
from marketplaces.connections import limit_owner
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.ratelimit import Limiter
from marketplaces.selectors import Freshness
from marketplaces.sync import schedule
from tests.factories.marketplaces import (
    AccountFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.marketplaces.fakes import FakeAdapter, Shop

if TYPE_CHECKING:
    from companies.models import Company

pytestmark = pytest.mark.django_db


def test_a_healthy_account(fake_account: MarketplaceAccount, company: Company) -> None:
    now = timezone.now()
    StreamState.all_companies.update(data_as_of=now, succeeded_at=now, due_at=now + timedelta(minutes=3))
    SyncRunFactory(account=fake_account, stream="things", started_at=now - timedelta(hours=2))
    last = SyncRunFactory(account=fake_account, stream="things", started_at=now - timedelta(hours=1))
    SyncRunFactory(account=fake_account, stream="things", external_id="one object")

    (health,) = selectors.accounts_health(company=company)

    assert (health.marketplace_title, health.freshness) == ("Fake", Freshness.FRESH)
    (stream,) = health.streams
    assert (stream.code, stream.title, stream.last_run, stream.run) == ("things", "Things", last, None)
    assert stream.next_at == now + timedelta(minutes=3)
    assert stream.trouble == ""
    assert not health.needs_attention
    assert not health.is_running
    assert health.blocked_until is None
    assert selectors.account_health(company=company, account_id=fake_account.pk) == health


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (None, Freshness.NEVER),
        (14, Freshness.FRESH),
        (16, Freshness.LATE),
        (29, Freshness.LATE),
        (31, Freshness.STALE),
    ],
)
def test_freshness_is_against_what_the_stream_promises(
    fake_account: MarketplaceAccount, company: Company, minutes: int | None, expected: Freshness
) -> None:
    as_of = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    StreamState.all_companies.update(data_as_of=as_of)
    (health,) = selectors.accounts_health(company=company)
    assert health.streams[0].freshness == health.freshness == expected
    assert health.needs_attention is (expected is Freshness.STALE)


def test_the_worst_stream_speaks_for_the_account(fake_account: MarketplaceAccount, company: Company) -> None:
    now = timezone.now()
    StreamState.all_companies.update(data_as_of=now)
    StreamStateFactory(account=fake_account, stream="mute", data_as_of=now - timedelta(minutes=20))
    StreamStateFactory(account=fake_account, stream="taken out", data_as_of=None)
    (health,) = selectors.accounts_health(company=company)
    assert health.freshness == Freshness.LATE
    assert [stream.code for stream in health.streams] == ["things", "mute"]

    StreamState.all_companies.filter(stream="mute").update(is_on=False)
    (health,) = selectors.accounts_health(company=company)
    assert health.freshness == Freshness.FRESH
    assert health.streams[1].freshness == Freshness.OFF
    assert health.streams[1].next_at is None
    assert "нет права" in health.streams[1].trouble


def test_trouble_is_told_in_the_readers_language(fake_account: MarketplaceAccount, company: Company) -> None:
    SyncRunFactory(
        account=fake_account,
        stream="things",
        outcome=RunOutcome.FAILED,
        error_code="temporary",
        next_at=timezone.now(),
    )
    (health,) = selectors.accounts_health(company=company)
    assert health.streams[0].trouble.startswith("Fake не отвечает")

    MarketplaceAccount.all_companies.update(status=AccountStatus.REJECTED)
    (health,) = selectors.accounts_health(company=company)
    assert "не принимает ключ" in health.streams[0].trouble
    assert health.needs_attention


def test_a_code_that_nobody_knows_any_more_keeps_its_text(fake_account: MarketplaceAccount) -> None:
    run = SyncRunFactory(account=fake_account, error_code="retired", message="Было так.")
    assert selectors.run_message(run) == "Было так."


def test_running_runs_limits_keys_and_quarantine_show(
    fake_account: MarketplaceAccount, company: Company
) -> None:
    run = SyncRunFactory(account=fake_account, stream="things", running=True, done=50, total=200)
    QuarantinedRecordFactory.create_batch(2, account=fake_account)
    QuarantinedRecordFactory(account=fake_account, ignored=True)
    MarketplaceAccount.all_companies.update(
        external_id=f"seller-{uuid.uuid4().hex[:12]}",
        key_expires_at=timezone.now() + timedelta(days=5, hours=1),
    )
    held = MarketplaceAccount.all_companies.get()
    owner = limit_owner("fake", held.base_url, held.external_id)
    Limiter(owner=owner, limits=FakeAdapter.limits).block("", retry_after=timedelta(minutes=5))
    schedule.start_cooldown(account_id=held.pk, stream="things")

    (health,) = selectors.accounts_health(company=company)

    assert health.is_running
    assert health.streams[0].run == run
    assert run.percent == 25
    assert (health.quarantined, health.key_days_left, health.key_is_expiring) == (2, 5, True)
    assert health.blocked_until is not None
    assert timedelta(minutes=4) < health.blocked_until - timezone.now() <= timedelta(minutes=5)
    assert health.streams[0].refresh_from is not None
    assert selectors.running_runs(company=company) == [run]
    assert selectors.open_quarantine(company=company).count() == 2


def test_the_number_of_queries_does_not_grow(
    shop: Shop, company: Company, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        account = AccountFactory(company=company, marketplace="fake", external_id=f"s{number}")
        for stream in ("things", "mute"):
            StreamStateFactory(account=account, stream=stream)
            SyncRunFactory(account=account, stream=stream, outcome=RunOutcome.FAILED, error_code="temporary")
            SyncRunFactory(account=account, stream=stream, running=True)
        QuarantinedRecordFactory(account=account)
        with django_assert_num_queries(5):
            health = selectors.accounts_health(company=company)
        assert len(health) == number + 1


def test_nobody_sees_another_companys(
    fake_account: MarketplaceAccount, other_company: Company, company: Company
) -> None:
    SyncRunFactory(account=fake_account, running=True)
    QuarantinedRecordFactory(account=fake_account)
    assert selectors.accounts_health(company=other_company) == []
    assert selectors.running_runs(company=other_company) == []
    assert selectors.last_runs(company=other_company) == []
    assert not selectors.open_quarantine(company=other_company).exists()
    with pytest.raises(MarketplaceAccount.DoesNotExist):
        selectors.account_health(company=other_company, account_id=fake_account.pk)


def test_last_runs_leave_single_objects_out(fake_account: MarketplaceAccount, company: Company) -> None:
    run = SyncRunFactory(account=fake_account)
    SyncRunFactory(account=fake_account, external_id="a")
    assert selectors.last_runs(company=company) == [run]
    assert selectors.last_runs(company=company, account=fake_account) == [run]
    assert SyncRun.all_companies.count() == 2


def test_an_account_of_a_marketplace_that_was_taken_out_still_shows(shop: Shop, company: Company) -> None:
    AccountFactory(company=company, marketplace="gone")
    (health,) = selectors.accounts_health(company=company)
    assert (health.marketplace_title, health.limits, health.freshness) == ("gone", (), Freshness.NEVER)
