"""What runs next: the schedule, "Refresh now" with its cooldown, quarantine, lost runs, old history."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from marketplaces import services, tasks
from marketplaces.models import (
    AccountStatus,
    PushMessage,
    QuarantinedRecord,
    QuarantineState,
    RunOutcome,
    StreamState,
    SyncRun,
)
from marketplaces.services import history
from marketplaces.sync import schedule
from marketplaces.sync.engine import CannotRun
from tests.factories.marketplaces import (
    PushMessageFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.marketplaces.fakes import Shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from companies.models import User
    from marketplaces.models import MarketplaceAccount

    State = Callable[[], StreamState]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cooldown_left(shop: Shop) -> None:
    """The cache of the test before is not ours."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, Any]]]:
    """What was given to the workers."""
    calls: list[tuple[Any, dict[str, Any]]] = []

    def take(args: Any, kwargs: Any = None, **_rest: Any) -> None:
        calls.append((tuple(args), kwargs or {}))

    monkeypatch.setattr(tasks.sync_stream, "apply_async", take)
    return calls


def test_due_streams_are_sent_once(fake_account: MarketplaceAccount, sent: list[Any]) -> None:
    StreamStateFactory(account=fake_account, stream="mute", due_at=timezone.now() + timedelta(hours=1))
    assert tasks.start_due_streams() == 1
    assert sent == [((fake_account.pk, "things"), {})]
    assert tasks.start_due_streams() == 0, "it is on its way"

    StreamState.all_companies.update(queued_until=timezone.now() - timedelta(seconds=1))
    assert tasks.start_due_streams() == 1, "a message that nobody took is sent again"


@pytest.mark.parametrize(
    "changes",
    [
        {"is_on": False},
        {"due_at": timezone.now() + timedelta(days=1)},
        {"lease_token": uuid.uuid4(), "lease_until": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_cannot_run_is_not_sent(
    fake_account: MarketplaceAccount, sent: list[Any], changes: dict[str, Any]
) -> None:
    StreamState.all_companies.update(**changes)
    assert tasks.start_due_streams() == 0


def test_stopped_accounts_are_left_alone(fake_account: MarketplaceAccount, sent: list[Any]) -> None:
    type(fake_account).all_companies.update(status=AccountStatus.PAUSED)
    assert tasks.start_due_streams() == 0
    assert tasks.sync_stream(fake_account.pk, "things") == "CannotRun"


def test_the_task_runs_the_stream_and_a_second_message_is_harmless(
    fake_account: MarketplaceAccount, shop: Shop
) -> None:
    shop.things = {"a": "1"}
    assert tasks.sync_stream(fake_account.pk, "things") == RunOutcome.DONE
    assert tasks.sync_stream(fake_account.pk, "things") == "NotDue"
    since = (timezone.now() - timedelta(days=1)).isoformat()
    assert tasks.sync_stream(fake_account.pk, "things", trigger="manual", since=since) == RunOutcome.DONE
    assert tasks.sync_stream(0, "things") == "DoesNotExist"
    StreamState.all_companies.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert tasks.sync_stream(fake_account.pk, "things", trigger="manual") == "StreamBusy"


def test_refresh_makes_a_stream_due_and_then_cools_down(
    fake_account: MarketplaceAccount, state: State
) -> None:
    StreamState.all_companies.update(due_at=timezone.now() + timedelta(hours=1), queued_until=timezone.now())

    first = services.request_refresh(account=fake_account, stream="things")
    assert first.is_accepted
    assert first.streams == ("things",)
    assert state().due_at <= timezone.now()
    assert state().queued_until is None

    second = services.request_refresh(account=fake_account, stream="things")
    assert not second.is_accepted
    assert second.next_allowed_at is not None
    assert timedelta(0) < second.next_allowed_at - timezone.now() <= schedule.STREAM_COOLDOWN
    assert schedule.cooldowns([(fake_account.pk, "things")]) == {
        (fake_account.pk, "things"): second.next_allowed_at
    }


def test_refresh_during_a_run_is_remembered(fake_account: MarketplaceAccount, state: State) -> None:
    later = timezone.now() + timedelta(hours=1)
    StreamState.all_companies.update(lease_token=uuid.uuid4(), lease_until=later, due_at=later)
    answer = services.request_refresh(account=fake_account)
    assert (answer.is_accepted, answer.is_running) == (True, True)
    assert state().wanted_at is not None
    assert state().due_at == later


def test_refresh_of_a_stopped_account_or_a_stream_that_is_off_is_refused(
    fake_account: MarketplaceAccount,
) -> None:
    StreamState.all_companies.update(is_on=False)
    assert not services.request_refresh(account=fake_account).is_accepted
    StreamState.all_companies.update(is_on=True)
    fake_account.status = AccountStatus.PAUSED
    assert not services.request_refresh(account=fake_account).is_accepted


def test_refresh_of_a_page_starts_at_once(
    fake_account: MarketplaceAccount,
    owner: User,
    sent: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.refresh(account=fake_account, by=owner)
        assert not tasks.refresh(account=fake_account, by=owner).is_accepted
    assert sent == [
        (
            (fake_account.pk, "things"),
            {"trigger": "manual", "actor_id": owner.pk, "external_id": ""},
        )
    ]


def test_refresh_of_one_object_cools_down_by_itself(
    fake_account: MarketplaceAccount, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        one = tasks.refresh(account=fake_account, by=None, stream="things", external_id="a")
        again = tasks.refresh(account=fake_account, by=None, stream="things", external_id="a")
        other = tasks.refresh(account=fake_account, by=None, stream="things", external_id="b")
    assert (one.is_accepted, again.is_accepted, other.is_accepted) == (True, False, True)
    assert [kwargs["external_id"] for _args, kwargs in sent] == ["a", "b"]


def test_without_a_broker_the_schedule_brings_the_refresh(
    fake_account: MarketplaceAccount,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def refuse(**_values: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.sync_stream, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.refresh(account=fake_account, by=None).is_accepted
    assert state().due_at <= timezone.now()


@pytest.mark.parametrize(("failures", "low", "high"), [(1, 48, 72), (2, 96, 144), (99, 1440, 2160)])
def test_backoff_doubles_and_ends(failures: int, low: float, high: float) -> None:
    pauses = {schedule.backoff(failures).total_seconds() for _time in range(50)}
    assert low <= min(pauses) <= max(pauses) <= high
    assert len(pauses) > 1, "with jitter"


def record(account: MarketplaceAccount, **values: Any) -> QuarantinedRecord:
    return QuarantinedRecordFactory(account=account, **{"stream": "things", "external_id": "a"} | values)


def test_a_quarantined_object_is_read_again_and_settled(
    fake_account: MarketplaceAccount, shop: Shop, owner: User
) -> None:
    shop.things = {"a": "fine"}
    settled = services.retry_quarantined(record=record(fake_account), by=owner)
    assert settled.state == QuarantineState.RESOLVED
    assert settled.settled_by == owner
    run = SyncRun.all_companies.get()
    assert (run.trigger, run.external_id, run.actor) == ("retry", "a", owner)


def test_a_record_that_is_still_bad_stays(fake_account: MarketplaceAccount, shop: Shop) -> None:
    assert services.retry_quarantined(record=record(fake_account), by=None).state == QuarantineState.OPEN
    shop.things = {"a": "x" * 501}
    still = services.retry_quarantined(
        record=record(fake_account, external_id="a", reason="bad_sum"), by=None
    )
    assert still.state == QuarantineState.OPEN


def test_what_has_no_id_waits_for_its_stream(fake_account: MarketplaceAccount, state: State) -> None:
    StreamState.all_companies.update(due_at=timezone.now() + timedelta(hours=1), cursor={"after": "z"})
    services.retry_quarantined(record=record(fake_account, external_id=""), by=None)
    assert state().due_at <= timezone.now()
    assert state().cursor == {}, "read from the beginning"


def test_a_stopped_account_retries_nothing(fake_account: MarketplaceAccount) -> None:
    type(fake_account).all_companies.update(status=AccountStatus.PAUSED)
    with pytest.raises(CannotRun):
        services.retry_quarantined(record=record(fake_account), by=None)


def test_ignoring_is_for_good(fake_account: MarketplaceAccount, owner: User) -> None:
    held = services.ignore_quarantined(record=record(fake_account), by=owner)
    assert (held.state, held.settled_by) == (QuarantineState.IGNORED, owner)


def test_lost_runs_are_closed_and_their_streams_due(fake_account: MarketplaceAccount, state: State) -> None:
    long_ago = timezone.now() - timedelta(minutes=10)
    dead, alive, silent = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    StreamState.all_companies.update(
        lease_token=dead, lease_until=long_ago, due_at=timezone.now() + timedelta(hours=1)
    )
    StreamStateFactory(
        account=fake_account,
        stream="mute",
        lease_token=alive,
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    runs = {
        name: SyncRunFactory(account=fake_account, running=True, lease_token=token, seen_at=seen)
        for name, token, seen in (
            ("dead", dead, long_ago),
            ("in a long page", alive, long_ago),
            ("object, silent", silent, long_ago),
            ("object, at work", uuid.uuid4(), timezone.now()),
        )
    }

    assert tasks.reap_lost_runs() == 2

    lost = set(SyncRun.all_companies.filter(outcome=RunOutcome.LOST).values_list("pk", flat=True))
    assert lost == {runs["dead"].pk, runs["object, silent"].pk}
    assert state().lease_token is None
    assert state().due_at <= timezone.now()
    assert tasks.reap_lost_runs() == 0


def test_old_history_is_forgotten(fake_account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PORTION", 2)
    now = timezone.now()
    for days in (70, 65, 61, 59, 1):
        SyncRunFactory(account=fake_account, started_at=now - timedelta(days=days))
    for days in (30, 8, 6):
        SyncRunFactory(account=fake_account, started_at=now - timedelta(days=days), external_id="a")
    SyncRunFactory(account=fake_account, started_at=now - timedelta(days=90), running=True)
    PushMessageFactory(account=fake_account, received_at=now - timedelta(days=31), processed_at=now)
    PushMessageFactory(account=fake_account, received_at=now - timedelta(days=31))

    assert services.forget_old_history() == 6

    assert SyncRun.all_companies.count() == 4
    assert PushMessage.all_companies.count() == 1
