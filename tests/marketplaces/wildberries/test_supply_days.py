"""Supplies under a base token, run by run as the engine does it: a whole reading takes more than a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from marketplaces.http import use_transport
from marketplaces.models import RunOutcome, StreamState, SyncRun
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from marketplaces.wildberries import limits
from marketplaces.wildberries.adapter import Adapter
from supplies.models import Supply
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.marketplaces.wildberries.conftest import SID, Turns, token
from tests.marketplaces.wildberries.depot import Depot, many
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from companies.models import Company

BASE_URL = Adapter.base_url
# Two an hour: thirty hours.
SUPPLIES = 60

pytestmark = pytest.mark.django_db


@pytest.fixture
def depot() -> Iterator[Depot]:
    made = Depot(many(SUPPLIES))
    with use_transport(BASE_URL, made):
        yield made


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pull(
    depot: Depot, clock: time_machine.Traveller, company: Company, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[SyncRun]]:
    """Let the time go by until the pull that is due is over; its runs."""
    turns = Turns(limits.LEAST)
    monkeypatch.setattr("marketplaces.connections.Limiter", lambda **_given: turns)
    account = AccountFactory(
        company=company,
        marketplace="wildberries",
        external_id=SID,
        base_url=BASE_URL,
        credentials={"token": token(acc=1)},
    )
    state = StreamStateFactory(account=account, stream="supplies")

    def run_on() -> list[SyncRun]:
        runs = []
        while not runs or runs[-1].outcome == RunOutcome.WAITING:
            state.refresh_from_db(from_queryset=StreamState.all_companies.all())
            clock.move_to(max(state.due_at, timezone.now()))
            turns.passed = max(turns.passed, timezone.now() - NOW)
            runs.append(run_stream(account_id=account.pk, stream="supplies", trigger=Trigger.SCHEDULE))
            assert len(runs) < 3 * SUPPLIES
        return runs

    return run_on


def test_a_reading_of_more_than_a_day_comes_to_its_end(
    depot: Depot, clock: time_machine.Traveller, pull: Callable[[], list[SyncRun]]
) -> None:
    began = timezone.now()
    assert pull()[-1].outcome == RunOutcome.DONE
    assert timezone.now() - began > timedelta(hours=29)
    assert Supply.all_companies.count() == SUPPLIES
    assert depot.calls["details"] == SUPPLIES

    # The daily one begins a day after the end of that, and is not begun anew when its own day is over.
    clock.shift(timedelta(days=1))
    depot.calls.clear()
    assert pull()[-1].outcome == RunOutcome.DONE
    assert depot.calls["details"] == SUPPLIES
    assert depot.calls["list"] == 4


def test_nothing_in_every_list_is_doubted_and_closes_nothing(
    depot: Depot, clock: time_machine.Traveller, pull: Callable[[], list[SyncRun]]
) -> None:
    depot.supplies = many(3)
    pull()
    held = dict(Supply.all_companies.values_list("external_id", "status"))
    # Long settled ones, which nothing asks for by their ids.
    clock.shift(timedelta(days=80))
    Supply.all_companies.update(status="accepted", status_at=timezone.now() - timedelta(days=70))
    depot.supplies, depot.calls = [], type(depot.calls)()

    runs = pull()

    assert [run.outcome for run in runs] == [RunOutcome.WAITING] * 2 + [RunOutcome.SUSPICIOUS]
    assert depot.calls == {"list": 3}
    assert len(held) == 3
    assert set(Supply.all_companies.values_list("status", flat=True)) == {"accepted"}
