"""Runs: pages, leases, cursors, outcomes; over a fake marketplace."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError
from django.db.models import F
from django.utils import timezone

from catalog.models import Product
from marketplaces.contracts.pages import KEPT, Rejected
from marketplaces.errors import (
    CredentialsRejected,
    CursorRejected,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
    TurnIsFar,
)
from marketplaces.models import (
    AccountStatus,
    QuarantinedRecord,
    QuarantineState,
    RunOutcome,
    StreamState,
    SyncRun,
)
from marketplaces.sync import batches, schedule
from marketplaces.sync.engine import CannotRun, NotDue
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.run import Run
from marketplaces.sync.schedule import Trigger
from tests.marketplaces.fakes import ThingStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.models import MarketplaceAccount
    from tests.marketplaces.fakes import Shop

    State = Callable[[], StreamState]
    Sync = Callable[..., SyncRun]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is a transaction of its own, so that tests can look between them."""
    monkeypatch.setattr(batches.batches, "__kwdefaults__", {"most": 1, "longest": 0.0})


def raising(error: BaseException, *, at: int) -> Callable[[int], None]:
    """A mischief: raise before the page with this number."""

    def before(page: int) -> None:
        if page == at:
            raise error

    return before


def names() -> dict[str, str]:
    return dict(Product.all_companies.values_list("sku", "name"))


def test_a_run_records_every_page_and_leaves_its_counts(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    before = timezone.now()

    run = sync()

    assert names() == shop.things
    assert (run.outcome, run.pages, run.inserted, run.done, run.total) == (RunOutcome.DONE, 2, 3, 3, 3)
    assert run.message == ""
    assert run.finished_at is not None
    held = state()
    assert held.cursor == {}
    assert held.lease_token is None
    assert held.failures == 0
    assert held.data_as_of is not None
    assert before <= held.data_as_of <= run.finished_at
    assert held.due_at - timezone.now() == pytest.approx(timedelta(minutes=10), abs=timedelta(seconds=5))


@pytest.mark.django_db(transaction=True)
def test_the_network_stays_outside_transactions(shop: Shop, sync: Sync) -> None:
    shop.things = {"a": "1"}
    assert sync().outcome == RunOutcome.DONE
    assert shop.asked == 1
    assert not shop.was_in_transaction


def test_the_same_again_changes_nothing(shop: Shop, sync: Sync) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    sync()

    run = sync()

    assert (run.inserted, run.changed, run.unchanged) == (0, 0, 3)


def test_a_broken_run_keeps_its_pages_and_the_next_goes_on_from_there(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3", "d": "4"}
    shop.before_page = raising(TemporaryError("their 500"), at=1)

    run = sync()

    assert run.outcome == RunOutcome.FAILED
    assert run.error_code == "temporary"
    assert names() == {"a": "1", "b": "2"}
    assert state().cursor == {"after": "b"}
    assert state().succeeded_at is None
    began = state().pull_started_at

    shop.before_page = lambda _page: None
    sync()

    assert names() == shop.things
    assert shop.requests[-1].cursor == {"after": "b"}
    assert state().data_as_of == began, "half of the data are as old as the first run"
    assert state().pull_started_at is None


def test_failures_back_off_and_say_when_in_the_sellers_language(shop: Shop, sync: Sync, state: State) -> None:
    shop.before_page = raising(TemporaryError("secret internals"), at=0)
    pauses = []
    for _again in range(3):
        run = sync()
        pauses.append((state().due_at - timezone.now()).total_seconds())

    assert state().failures == 3
    assert 40 < pauses[0] < 80
    assert 90 < pauses[1] < 150
    assert 180 < pauses[2] < 300
    assert run.message.startswith("Fake не отвечает или отвечает ошибкой. Прежние данные на месте. Повторим")
    assert "internals" not in run.message


def test_a_turn_that_is_far_is_no_failure_and_is_due_when_it_comes(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    shop.before_page = raising(TurnIsFar("a request a minute", retry_after=timedelta(seconds=60)), at=1)

    run = sync()

    assert (run.outcome, run.error_code, run.pages) == (RunOutcome.WAITING, "waits_for_turn", 1)
    assert state().failures == 0
    assert state().cursor == {"after": "b"}, "what was read is kept"
    assert state().due_at - timezone.now() == pytest.approx(timedelta(seconds=60), abs=timedelta(seconds=5))
    assert run.next_at == state().due_at
    assert state().succeeded_at is None

    shop.before_page = raising(RuntimeError("never"), at=99)
    assert sync(trigger=Trigger.MANUAL).outcome == RunOutcome.DONE
    assert names() == shop.things


def test_over_the_limit_the_run_ends_and_comes_back_when_allowed(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.before_page = raising(RateLimited("429", retry_after=timedelta(seconds=90)), at=0)

    run = sync()

    assert run.outcome == RunOutcome.LIMITED
    assert state().due_at - timezone.now() == pytest.approx(timedelta(seconds=90), abs=timedelta(seconds=5))


def test_a_refused_key_stops_the_account(shop: Shop, sync: Sync, fake_account: MarketplaceAccount) -> None:
    shop.before_page = raising(CredentialsRejected("deactivated"), at=0)

    run = sync()

    fake_account.refresh_from_db(from_queryset=type(fake_account).all_companies.all())
    assert fake_account.status == AccountStatus.REJECTED
    assert run.next_at is None
    assert "Повторим" not in run.message
    with pytest.raises(CannotRun):
        sync()


def test_a_missing_right_switches_the_stream_off_and_no_other(
    shop: Shop, sync: Sync, state: State, fake_account: MarketplaceAccount
) -> None:
    shop.before_page = raising(RightMissing("403", method="/things"), at=0)

    run = sync()

    fake_account.refresh_from_db(from_queryset=type(fake_account).all_companies.all())
    assert run.error_code == "right_missing"
    assert not state().is_on
    assert fake_account.missing == ["things"]
    assert fake_account.status == AccountStatus.ACTIVE
    with pytest.raises(CannotRun):
        sync()


def test_a_forgotten_place_starts_the_pull_anew_once(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    StreamState.all_companies.update(cursor={"after": "b"})
    faults = [CursorRejected("unknown last_id")]

    def before(_page: int) -> None:
        if faults:
            raise faults.pop()

    shop.before_page = before
    run = sync()

    assert run.outcome == RunOutcome.DONE
    assert names() == shop.things
    assert [request.cursor for request in shop.requests] == [{"after": "b"}, {}]


def test_a_place_that_is_refused_again_fails_the_run(shop: Shop, sync: Sync) -> None:
    StreamState.all_companies.update(cursor={"after": "b"})
    shop.before_page = raising(CursorRejected("no"), at=0)

    assert sync().error_code == "cursor_rejected"
    assert len(shop.requests) == 2


def test_an_error_of_ours_closes_the_run_and_is_raised(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1", "b": "2", "c": "boom"}

    with pytest.raises(RuntimeError):
        sync()

    run = SyncRun.all_companies.get()
    assert run.outcome == RunOutcome.FAILED
    assert run.error_code == "unexpected"
    assert run.pages == 1
    assert state().lease_token is None
    assert state().failures == 1


def test_a_page_that_fails_leaves_nothing_behind(
    shop: Shop, sync: Sync, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.things = {"a": "1", "b": "2"}

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the last write of the page")

    monkeypatch.setattr("marketplaces.sync.run.Run._count", broken)
    with pytest.raises(RuntimeError):
        sync()

    assert names() == {}
    assert state().cursor == {}


def test_one_bad_record_costs_nobody_else(shop: Shop, sync: Sync) -> None:
    shop.page_size = 8
    shop.things = {f"good{number}": "fine" for number in range(6)} | {"bad": "x" * 501}

    run = sync()

    assert set(names()) == set(shop.things) - {"bad"}
    assert (run.outcome, run.inserted, run.quarantined) == (RunOutcome.DONE, 6, 1)
    record = QuarantinedRecord.all_companies.get()
    assert (record.external_id, record.reason, record.state) == ("bad", "unreadable", QuarantineState.OPEN)
    assert record.payload["external_id"] == "bad"


def test_a_record_that_comes_right_leaves_quarantine(shop: Shop, sync: Sync) -> None:
    shop.things = {"a": "x" * 501}
    sync()
    sync()
    assert QuarantinedRecord.all_companies.get().attempts == 2

    shop.things = {"a": "fine"}
    sync()

    record = QuarantinedRecord.all_companies.get()
    assert record.state == QuarantineState.RESOLVED
    assert record.settled_at is not None


def test_what_the_adapter_rejects_is_kept_and_ignored_records_stay_ignored(shop: Shop, sync: Sync) -> None:
    shop.things = {"a": "1"}
    shop.rejected = (
        Rejected(
            external_id="q\x00", reason="wrong_type", detail="price", payload={"t": "\x00", "n": 10**400}
        ),
        Rejected(external_id="", reason="missing_field", detail="id", payload=[1]),
        Rejected(external_id="", reason="missing_field", detail="id", payload=[2]),
    )
    assert sync().quarantined == 3
    assert QuarantinedRecord.all_companies.count() == 3, "nameless records are told apart by what they hold"

    QuarantinedRecord.all_companies.filter(reason="wrong_type").update(state=QuarantineState.IGNORED)
    sync()

    assert QuarantinedRecord.all_companies.get(reason="wrong_type").state == QuarantineState.IGNORED
    assert QuarantinedRecord.all_companies.count() == 3


def test_nothing_where_there_was_something_is_suspicious_and_overwrites_nothing(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.things = {"a": "1"}
    sync()
    as_of = state().data_as_of
    shop.things = {}

    run = sync()

    assert run.outcome == RunOutcome.SUSPICIOUS
    assert run.error_code == "suspicious_empty"
    assert state().data_as_of == as_of
    assert state().cursor == {}
    assert state().due_at < timezone.now() + timedelta(minutes=4), "retried sooner than usual"


def test_an_empty_answer_is_believed_when_it_comes_again_and_again(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.things = {"a": "1"}
    sync()
    shop.things = {}

    outcomes = [sync().outcome for _again in range(schedule.DOUBTS_BEFORE_BELIEF + 1)]

    assert set(outcomes[:-1]) == {RunOutcome.SUSPICIOUS}
    assert outcomes[-1] == RunOutcome.DONE
    assert state().failures == 0


def test_an_empty_first_pull_is_fine(sync: Sync) -> None:
    assert sync().outcome == RunOutcome.DONE


def test_a_stream_that_runs_is_busy(sync: Sync) -> None:
    StreamState.all_companies.update(
        lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(StreamBusy):
        sync()
    assert not SyncRun.all_companies.exists()


def test_a_dead_lease_is_taken_over_and_its_run_is_lost(sync: Sync, fake_account: MarketplaceAccount) -> None:
    token = uuid.uuid4()
    dead = SyncRun.all_companies.create(
        company=fake_account.company, account=fake_account, stream="things", lease_token=token
    )
    StreamState.all_companies.update(lease_token=token, lease_until=timezone.now() - timedelta(seconds=1))

    assert sync().outcome == RunOutcome.DONE

    dead.refresh_from_db(from_queryset=SyncRun.all_companies.all())
    assert dead.outcome == RunOutcome.LOST
    assert dead.finished_at is not None


def test_a_run_whose_lease_was_taken_writes_no_more(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3", "d": "4"}
    thief = uuid.uuid4()

    def steal(page: int) -> None:
        if page == 1:
            StreamState.all_companies.update(lease_token=thief)

    shop.before_page = steal
    run = sync()

    assert run.outcome == RunOutcome.LOST
    assert names() == {"a": "1", "b": "2"}, "the page after the theft is not written"
    assert state().lease_token == thief, "and the thief's lease is left alone"
    assert state().cursor == {"after": "b"}


def test_every_page_renews_the_lease(shop: Shop, sync: Sync) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    seen = []

    def watch(_page: int) -> None:
        seen.append(StreamState.all_companies.get().lease_until)

    shop.before_page = watch
    StreamState.all_companies.update(lease_until=None)
    sync()
    assert len(seen) == 2
    assert None not in seen


def test_a_scheduled_run_whose_time_has_not_come_is_not_due(sync: Sync) -> None:
    sync()
    with pytest.raises(NotDue):
        sync(Trigger.SCHEDULE)
    assert SyncRun.all_companies.count() == 1


def test_a_wish_during_a_run_makes_the_next_due_at_once(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1"}
    shop.before_page = lambda _page: StreamState.all_companies.update(wanted_at=timezone.now())

    sync()
    assert state().due_at <= timezone.now()

    shop.before_page = lambda _page: None
    sync()
    assert state().wanted_at is None
    assert state().due_at > timezone.now()


def test_since_reads_the_past_without_moving_the_saved_place(shop: Shop, sync: Sync, state: State) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    StreamState.all_companies.update(cursor={"after": "b"})

    sync(since=timezone.now() - timedelta(days=3))

    assert shop.requests[-1].since is not None
    assert shop.requests[-1].cursor == {}
    assert state().cursor == {"after": "b"}
    assert state().succeeded_at is None
    assert names() == shop.things


def test_a_deep_pull_forgets_the_place_once_and_goes_on_when_cut_off(
    shop: Shop, sync: Sync, state: State, settings: Any
) -> None:
    settings.SYNC_STREAMS = {"things": "tests.marketplaces.fakes.DeepThingStream"}
    shop.things = {"a": "1", "b": "2", "c": "3"}
    StreamState.all_companies.update(cursor={"after": "z"}, deep_at=timezone.now() - timedelta(days=2))
    shop.before_page = raising(TemporaryError("500"), at=1)

    sync()
    assert shop.requests[-1].cursor == {}
    assert state().cursor == {"after": "b"}

    shop.before_page = lambda _page: None
    sync()
    assert shop.requests[-1].cursor == {"after": "b"}, "not from the beginning again"
    assert names() == shop.things


@pytest.fixture
def deep(settings: Any, shop: Shop, sync: Sync) -> Callable[[], list[RunOutcome]]:
    """The stream is read anew every day, a list every ten hours; runs until the pull is over."""
    settings.SYNC_STREAMS = {"things": "tests.marketplaces.fakes.DeepThingStream"}
    shop.things = {"a": "1", "b": "2", "c": "3", "d": "4"}
    shop.lists = (("a",), ("b",), ("c",), ("d",))
    turns = [0]

    def take(_page: int) -> None:
        turns[0] += 1
        if turns[0] > 1:
            raise TurnIsFar("far", retry_after=timedelta(hours=10))

    shop.before_page = take

    def pull() -> list[RunOutcome]:
        outcomes = []
        while not outcomes or outcomes[-1] == RunOutcome.WAITING:
            turns[0] = 0
            outcomes.append(sync().outcome)
            assert len(outcomes) < 12, "the pull never ends"
            _hours_go_by(10)
        return outcomes

    return pull


def _hours_go_by(hours: int) -> None:
    """What is remembered lies so much further back."""
    gone = timedelta(hours=hours)
    StreamState.all_companies.update(
        deep_at=F("deep_at") - gone, pull_started_at=F("pull_started_at") - gone, due_at=F("due_at") - gone
    )


def test_a_deep_pull_that_takes_more_than_a_day_goes_on(
    shop: Shop, state: State, deep: Callable[[], list[RunOutcome]]
) -> None:
    assert deep() == [RunOutcome.WAITING] * 3 + [RunOutcome.DONE]

    assert shop.read == [0, 1, 2, 3]
    assert names() == shop.things
    assert state().cursor == {"watermark": 1}


def test_after_a_deep_pull_of_days_comes_one_that_is_not(
    shop: Shop, sync: Sync, state: State, deep: Callable[[], list[RunOutcome]]
) -> None:
    deep()
    shop.before_page = lambda _page: None

    sync()
    assert shop.requests[-1].cursor == {"watermark": 1}

    _hours_go_by(14)
    sync()
    assert shop.requests[-1].cursor == {}, "a day after the end of the last"


def test_a_deep_pull_waits_for_the_one_in_the_middle_unless_it_is_stuck(
    shop: Shop, sync: Sync, state: State, settings: Any
) -> None:
    settings.SYNC_STREAMS = {"things": "tests.marketplaces.fakes.DeepThingStream"}
    shop.things, shop.lists = {"a": "1"}, ((), ("a",))
    long_ago = timezone.now() - timedelta(days=2)
    StreamState.all_companies.update(cursor={"list": 1}, pull_started_at=long_ago, deep_at=long_ago)
    shop.before_page = raising(TemporaryError("for ever"), at=1)

    for _again in range(schedule.FAILURES_BEFORE_ANEW):
        sync()
    assert {tuple(request.cursor) for request in shop.requests} == {("list",)}

    sync()
    assert shop.requests[-1].cursor == {}
    assert state().deep_at > long_ago


def test_what_an_adapter_keeps_outlives_deep_pulls_and_forgotten_places(
    shop: Shop, sync: Sync, state: State, settings: Any
) -> None:
    settings.SYNC_STREAMS = {"things": "tests.marketplaces.fakes.DeepThingStream"}
    shop.things, shop.lists, shop.keeps = {"a": "1"}, (("a",),), {"looks": 3}
    sync()
    assert state().cursor == {"watermark": 1, KEPT: {"looks": 3}}

    StreamState.all_companies.update(deep_at=timezone.now() - timedelta(days=2))
    sync()
    assert shop.requests[-1].cursor == {KEPT: {"looks": 3}}

    faults = [CursorRejected("unknown")]

    def before(_page: int) -> None:
        if faults:
            raise faults.pop()

    shop.before_page = before
    assert sync().outcome == RunOutcome.DONE
    assert shop.requests[-1].cursor == {KEPT: {"looks": 3}}


def test_what_a_page_settles_without_a_snapshot_leaves_quarantine(shop: Shop, sync: Sync) -> None:
    shop.rejected = (Rejected(external_id="request-1", reason="wrong_type", detail="", payload=None),)
    shop.settled = ("request-1",)
    sync()
    assert QuarantinedRecord.all_companies.get().state == QuarantineState.OPEN, "broken it is all the same"

    shop.rejected = ()
    sync()
    assert QuarantinedRecord.all_companies.get().state == QuarantineState.RESOLVED


def test_a_long_run_stops_at_a_page_and_the_next_goes_on_at_once(
    shop: Shop, sync: Sync, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.things = {"a": "1", "b": "2", "c": "3"}
    monkeypatch.setattr(schedule, "LONGEST_RUN", timedelta(0))

    run = sync()

    assert (run.outcome, run.error_code, run.pages) == (RunOutcome.DONE, "continues", 1)
    assert state().due_at <= timezone.now()
    assert state().succeeded_at is None


def test_one_object_is_read_beside_a_running_pull_and_moves_no_place(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.things = {"a": "1", "b": "2"}
    token = uuid.uuid4()
    StreamState.all_companies.update(
        cursor={"after": "a"}, lease_token=token, lease_until=timezone.now() + timedelta(minutes=1)
    )

    run = sync(Trigger.PUSH, external_id="b", changed_to="accepted", changed_at=timezone.now())

    assert (run.outcome, run.external_id, run.inserted) == (RunOutcome.DONE, "b", 1)
    assert names() == {"b": "2"}
    assert state().cursor == {"after": "a"}
    assert state().lease_token == token
    request = shop.requests[-1]
    assert (request.source, request.changed_to) == ("push", "accepted")


def test_an_object_that_they_do_not_know_is_a_refusal(sync: Sync, state: State) -> None:
    run = sync(external_id="nowhere")
    assert run.outcome == RunOutcome.FAILED
    assert run.error_code == RequestRejected.code
    assert state().failures == 0


def test_a_deadlock_is_tried_again(shop: Shop, sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.things = {"a": "1"}
    victims = [True]
    real = ThingStream.record

    def unlucky(self: ThingStream, *args: Any) -> Any:
        if victims.pop() if victims else False:
            raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()
        return real(self, *args)

    monkeypatch.setattr(ThingStream, "record", unlucky)
    run = sync()
    assert (run.outcome, run.inserted, run.pages) == (RunOutcome.DONE, 1, 1)


@pytest.mark.parametrize("times", [2, 3])
def test_a_page_whose_commit_another_stream_spoilt_is_tried_again_and_counted_once(
    shop: Shop, sync: Sync, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    shop.things = {"a": "1"}
    victims = [True] * times
    real = Run._record

    def unlucky(self: Run, page: Any) -> Any:
        counters = real(self, page)
        if victims.pop() if victims else False:
            raise IntegrityError("violates foreign key") from psycopg.errors.ForeignKeyViolation()
        return counters

    monkeypatch.setattr(Run, "_record", unlucky)
    if times == 2:
        run = sync()
        assert (run.outcome, run.inserted, run.pages) == (RunOutcome.DONE, 1, 1)
        return
    with pytest.raises(IntegrityError):
        sync()
    assert SyncRun.all_companies.get().error_code == "unexpected"
    assert not victims


def test_another_broken_rule_of_the_database_is_not_tried_again(
    shop: Shop, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.things = {"a": "1"}
    tries: list[Any] = []

    def broken(self: Run, page: Any) -> Any:
        tries.append(page)
        raise IntegrityError("twice") from psycopg.errors.UniqueViolation()

    monkeypatch.setattr(Run, "_record", broken)
    with pytest.raises(IntegrityError):
        sync()
    assert len(tries) == 1


def test_a_stopped_account_and_an_unknown_stream_cannot_run(
    sync: Sync, fake_account: MarketplaceAccount
) -> None:
    StreamState.all_companies.all().delete()
    with pytest.raises(CannotRun):
        sync()
    type(fake_account).all_companies.update(status=AccountStatus.PAUSED)
    with pytest.raises(CannotRun):
        sync()


def test_credentials_that_cannot_be_opened_stop_the_account(
    sync: Sync, fake_account: MarketplaceAccount
) -> None:
    type(fake_account).all_companies.update(credentials_sealed="test:bm90IHNlYWxlZCBieSB1cw==")
    assert sync().error_code == "credentials_rejected"
