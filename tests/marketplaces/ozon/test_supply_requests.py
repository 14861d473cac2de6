"""Requests that name no supply yet, and removals that are listed no more: what goes to quarantine and leaves it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from marketplaces.http import use_transport
from marketplaces.models import QuarantinedRecord, QuarantineState, RunOutcome
from marketplaces.ozon.adapter import Adapter
from marketplaces.ozon.removal_memory import MOST_LOOKS
from marketplaces.ozon.supplies import UNNAMED_STATES
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from supplies.models import Supply
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.marketplaces.ozon.conftest import NOW, Canned
from tests.marketplaces.ozon.payloads_supplies import removal_row, supply
from tests.marketplaces.ozon.test_supply_pulls import ALL, answers, changed, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from companies.models import Company

NAMED_LATER = sorted(UNNAMED_STATES)
NAMED_ALWAYS = (
    "READY_TO_SUPPLY",
    "IN_TRANSIT",
    "COMPLETED",
    "REJECTED_AT_SUPPLY_WAREHOUSE",
    "AWAITING_TELEPORT",
)
NO_SUPPLIES: tuple[Any, ...] = ("missing", None, [], [{}], [{"supply_id": 0, "state": "DATA_FILLING"}])


def unnamed(state: str, supplies: Any) -> dict[str, Any]:
    """A request that names no supply."""
    order = changed(state=state, supplies=supplies)
    if supplies == "missing":
        del order["supplies"]
    return order


@pytest.mark.parametrize("supplies", NO_SUPPLIES)
@pytest.mark.parametrize("state", NAMED_LATER)
def test_a_request_that_names_no_supply_yet_is_left_alone(
    canned: Callable[..., Adapter], state: str, supplies: Any
) -> None:
    asked: list[Any] = []

    def get(body: dict[str, Any]) -> Any:
        asked.append(body["order_ids"])
        return {"orders": [unnamed(state, supplies), changed(order_id=5)]}

    ids = {"order_ids": ["84882285", "5"], "last_id": ""}
    adapter = canned(answers(v3__supply_order__list=ids, v3__supply_order__get=get))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [one.external_id for one in first.snapshots] == ["2000000000017"]
    assert first.rejected == ()
    assert first.settled == ("84882285", "5")
    assert asked == [["84882285", "5"]], "it is not asked again"


@pytest.mark.parametrize("supplies", NO_SUPPLIES)
@pytest.mark.parametrize("state", NAMED_ALWAYS)
def test_a_request_that_must_name_a_supply_and_names_none_is_rejected(
    canned: Callable[..., Adapter], state: str, supplies: Any
) -> None:
    adapter = canned(answers(v3__supply_order__get={"orders": [unnamed(state, supplies)]}))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert first.snapshots == first.settled == ()
    assert [one.external_id for one in first.rejected] == ["84882285"]
    assert first.rejected[0].detail.startswith("supplies")
    assert first.rejected[0].payload["state"] == state


@pytest.mark.parametrize("supplies", [5, "x", [5], [{"supply_id": "x"}], [supply(state=None)]])
def test_a_request_that_is_broken_is_rejected_in_any_state(
    canned: Callable[..., Adapter], supplies: Any
) -> None:
    adapter = canned(answers(v3__supply_order__get={"orders": [unnamed("DATA_FILLING", supplies)]}))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert first.snapshots == first.settled == ()
    assert len(first.rejected) == 1


def test_a_page_of_requests_without_supplies_does_not_end_the_list(canned: Callable[..., Adapter]) -> None:
    def ids(body: dict[str, Any]) -> Any:
        found, last_id = {"": (["5"], "a"), "a": (["84882285"], "")}[body["last_id"]]
        return {"order_ids": found, "last_id": last_id}

    def get(body: dict[str, Any]) -> Any:
        is_draft = body["order_ids"] == ["5"]
        return {"orders": [unnamed("DATA_FILLING", None) | {"order_id": 5} if is_draft else changed()]}

    adapter = canned(answers(v3__supply_order__list=ids, v3__supply_order__get=get))

    assert merged(adapter.fetch_supplies(ALL, cursor={})).keys() == {"2000000000017"}


# ---- through the engine -----------------------------------------------------------------------------------
class Ozon:
    """What Ozon answers by the last parts of the path, changed as time goes by."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        return answers(**self.told)(path, body)


@pytest.fixture
def ozon() -> Iterator[Ozon]:
    made = Ozon()
    with use_transport(Adapter.base_url, Canned(made.answer)):
        yield made


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pull(ozon: Ozon, clock: time_machine.Traveller, no_turns: None, company: Company) -> Callable[[], None]:
    """Pull the supplies of an account."""
    account = AccountFactory(company=company, base_url=Adapter.base_url)
    StreamStateFactory(account=account, stream="supplies")

    def run() -> None:
        found = run_stream(account_id=account.pk, stream="supplies", trigger=Trigger.COMMAND)
        assert found.outcome == RunOutcome.DONE

    return run


def aside() -> dict[str, str]:
    return dict(QuarantinedRecord.all_companies.values_list("external_id", "state"))


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["DATA_FILLING", "READY_TO_SUPPLY"])
def test_what_was_put_aside_is_settled_when_the_request_is_read_well(
    ozon: Ozon, pull: Callable[[], None], state: str
) -> None:
    ozon.told = {"v3__supply_order__get": {"orders": [unnamed("READY_TO_SUPPLY", [])]}}
    pull()
    assert aside() == {"84882285": QuarantineState.OPEN}

    supplies = [] if state == "DATA_FILLING" else [supply()]
    order = unnamed(state, supplies) | {"state_updated_date": "2026-11-24T09:00:00Z"}
    ozon.told = {"v3__supply_order__get": {"orders": [order]}}
    pull()

    assert aside() == {"84882285": QuarantineState.RESOLVED}
    assert Supply.all_companies.count() == len(supplies)


@pytest.mark.django_db
def test_a_request_whose_supplies_are_not_read_yet_waits_for_the_daily_pull(
    ozon: Ozon, clock: time_machine.Traveller, pull: Callable[[], None]
) -> None:
    ozon.told = {"v3__supply_order__get": {"orders": [unnamed("READY_TO_SUPPLY", [])]}}
    pull()
    ozon.told = {}
    pull()
    assert aside() == {"84882285": QuarantineState.OPEN}

    clock.shift(timedelta(days=1))
    pull()
    assert aside() == {"84882285": QuarantineState.RESOLVED}
    assert Supply.all_companies.count() == 1


@pytest.mark.django_db
def test_a_request_being_filled_in_is_never_put_aside(ozon: Ozon, pull: Callable[[], None]) -> None:
    ozon.told = {"v3__supply_order__get": {"orders": [unnamed("DATA_FILLING", None)]}}
    pull()

    assert aside() == {}
    assert not Supply.all_companies.exists()


@pytest.mark.django_db
def test_a_removal_that_is_listed_no_more_stays_open_and_is_told_of(
    ozon: Ozon, clock: time_machine.Traveller, pull: Callable[[], None]
) -> None:
    row = removal_row(return_created_at="2026-09-02T09:00:00Z", return_state="создана")

    def listed(body: dict[str, Any]) -> Any:
        rows = [row] if body["date_from"] <= "2026-09-02" <= body["date_to"] else []
        return {"returns_summary_report_rows": rows, "last_id": ""}

    ozon.told = {"v1__removal__from_stock__list": listed}
    pull()
    ozon.told = {}
    for _day in range(MOST_LOOKS):
        assert aside() == {}
        clock.shift(timedelta(days=1))
        pull()

    assert aside() == {"removal-934457": QuarantineState.OPEN}
    held = Supply.all_companies.get(external_id="removal-934457")
    assert (held.status, held.external_status) == ("booked", "создана")

    ozon.told = {"v1__removal__from_stock__list": listed}
    clock.shift(timedelta(days=30))
    pull()
    assert aside() == {"removal-934457": QuarantineState.RESOLVED}
