"""Pulling supplies: which ones are read, in how many requests, what is owed, and kills in the middle."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.pages import KEPT
from marketplaces.contracts.supplies import SupplySnapshot, SupplyStatus
from marketplaces.sync import places
from marketplaces.sync.batches import Doubt, batches
from marketplaces.wildberries import client, limits, supply_place, supply_reading
from marketplaces.wildberries import supplies as pull
from tests.marketplaces.wildberries.conftest import Turns, token
from tests.marketplaces.wildberries.depot import ACCEPTED, Depot, Supply, good, many, query, read
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Rejected
    from marketplaces.wildberries.adapter import Adapter


# ---- which ones are read ----------------------------------------------------------------------------------
def test_a_pull_asks_three_requests_for_a_supply_and_later_only_for_what_changed(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(many(30))
    told, pages = read(adapter_over(depot))
    assert len(told) == 30
    assert depot.calls == {"list": 3, "details": 30, "goods": 30, "package": 30}
    held = [key for key, one in told.items() if not one.status.is_final]

    depot.calls.clear()
    depot.supplies[1].updated = "2026-11-24T12:00:00+03:00"
    told, pages = read(adapter_over(depot), *held, cursor=pages[-1].cursor)
    assert set(told) == {*held, "1001"}
    assert depot.calls["details"] == len(held) + 1

    # Accepted ones that are still watched are counted again some hours later.
    depot.calls.clear()
    later = NOW + supply_place.COUNTED_EVERY
    told, pages = read(adapter_over(depot), *held, "1002", "1004", cursor=pages[-1].cursor, until=later)
    assert {"1002", "1004"} <= set(told)
    told, _pages = read(
        adapter_over(depot), *held, "1002", cursor=pages[-1].cursor, until=later + timedelta(minutes=15)
    )
    assert "1002" not in told


def test_days_are_asked_in_moscow_and_with_room(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([])
    _told, pages = read(adapter_over(depot), until=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    bodies = [
        httpx.Response(200, text=body).json() for path, body in depot.asked if path == "/api/v1/supplies"
    ]

    assert [body["dates"][0]["till"] for body in bodies if "dates" in body] == ["2026-12-02"] * 2
    assert [body["statusIDs"] for body in bodies if "statusIDs" in body] == [[1, 2, 3, 4, 6]]
    assert date.fromisoformat(bodies[0]["dates"][0]["from"]) == date(2026, 9, 2)
    assert pages[-1].cursor["watermark"] == "2026-11-30T22:30:00+00:00"


def test_a_supply_that_is_gone_was_given_up(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    _told, pages = read(adapter_over(depot))
    del depot.supplies[0]

    told, pages = read(adapter_over(depot), "1", "2", cursor=pages[-1].cursor)
    assert (told["1"].status, told["1"].external_status) == (SupplyStatus.CANCELLED, "gone")
    assert (told["1"].lines, told["1"].boxes) == (None, None)
    assert told["2"].status is SupplyStatus.BOOKED
    assert not [one for page in pages for one in page.rejected]


def test_one_that_goes_between_list_and_details_is_put_aside(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    depot.before = lambda kind: depot.supplies.clear() if kind == "details" else None

    told, pages = read(adapter_over(depot))
    assert told == {}
    assert [(one.external_id, one.reason) for page in pages for one in page.rejected] == [
        ("1", "missing_record"),
        ("2", "missing_record"),
    ]


def test_a_refusal_of_another_kind_says_nothing_of_a_supply(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1)])
    depot.spoil = lambda kind, answer: (
        httpx.Response(400, json={"detail": "неверный формат id (должен быть int64)"})
        if kind == "details"
        else answer
    )
    with pytest.raises(errors.RequestRejected):
        read(adapter_over(depot), "1")


def test_long_lists_are_read_to_their_end(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((pull, "SUPPLIES_A_PAGE"), (supply_reading, "SUPPLY_GOODS_A_PAGE")):
        monkeypatch.setattr(client, name, 4)
        monkeypatch.setattr(module, name, 4)
    depot = Depot(many(11))
    depot.supplies[0].goods = [good(f"46000000000{number:02}", quantity=1) for number in range(9)]
    told, _pages = read(adapter_over(depot))

    assert len(told) == 11
    assert len(told["1000"].lines or ()) == 9


# ---- discrepancies ----------------------------------------------------------------------------------------
def with_discrepancies(count: int) -> list[Supply]:
    return [
        Supply(preorder_id=100 + number, supply_id=900 + number, status=5, found=ACCEPTED.found)
        for number in range(count)
    ]


def test_discrepancies_are_asked_the_newest_first_a_few_a_pull_and_once(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(with_discrepancies(pull.PAID_A_PULL + 2))
    told, pages = read(adapter_over(depot))
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL
    assert (told["106"].lines or ())[0].shortage == 2
    assert (told["100"].lines or ())[0].shortage is None

    told, pages = read(adapter_over(depot), *told, cursor=pages[-1].cursor)
    assert {key: (one.lines or ())[0].shortage for key, one in told.items()} == dict.fromkeys(told, 2)
    assert len(told) == pull.PAID_A_PULL + 2
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL + 2

    # What was told stays with every later look at the supply, and is asked again when it has changed.
    later = NOW + supply_place.COUNTED_EVERY
    for one in depot.supplies:
        one.fact = "2026-11-12T09:30:00+03:00"
    told, pages = read(adapter_over(depot), *told, cursor=pages[-1].cursor, until=later)
    assert {key: (one.lines or ())[0].shortage for key, one in told.items()} == dict.fromkeys(told, 2)
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL + 2
    depot.supplies[0].found = [*ACCEPTED.found, *ACCEPTED.found]
    depot.supplies[0].updated = "2026-11-24T12:00:00+03:00"
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert (told["100"].lines or ())[0].shortage == 4


def test_goods_do_not_wait_for_their_discrepancies(adapter_over: Callable[..., Adapter]) -> None:
    """Until those are asked, a supply tells what was accepted and nothing of what was missing, held or not."""
    depot = Depot(with_discrepancies(pull.PAID_A_PULL + 2))
    _told, pages = read(adapter_over(depot), "100", "106")

    seen = [
        (one.external_id, [(line.accepted, line.shortage, line.surplus) for line in one.lines or ()])
        for page in pages
        for one in page.snapshots
    ]
    assert seen[:7] == [(f"10{number}", [(0, None, None)]) for number in range(7)]
    assert dict(seen[7:])["106"] == [(0, 2, 0), (None, 0, 1)]


def test_a_report_that_finds_nothing_of_what_is_told_tells_nothing(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(with_discrepancies(1))
    depot.spoil = lambda kind, answer: [] if kind == "discrepancies" else answer
    told, pages = read(adapter_over(depot))

    assert [(line.shortage, line.surplus) for line in told["100"].lines or ()] == [(None, None)]
    assert (depot.calls["discrepancies"], pages[-1].cursor[KEPT]["owed"]) == (1, [])


def test_nothing_missing_is_told_at_once(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1, supply_id=2, status=5)])
    told, _pages = read(adapter_over(depot))
    assert [(one.shortage, one.surplus) for one in told["1"].lines or ()] == [(0, 0)]
    assert depot.calls["discrepancies"] == 0


def test_one_supply_is_read_with_its_discrepancies_if_their_turn_is_not_far(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot([ACCEPTED])
    (one,) = adapter_over(depot).fetch_supply("501").snapshots
    assert sum(line.shortage or 0 for line in one.lines or ()) == 2

    def far(kind: str) -> None:
        if kind == "discrepancies":
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=1))

    depot.before = far
    (one,) = adapter_over(depot).fetch_supply("501").snapshots
    assert [(line.accepted, line.shortage) for line in one.lines or ()] == [
        (8, None), (5, None), (5, None), (1, None),
    ]  # fmt: skip
    (one,) = adapter_over(depot, key=token(acc=1)).fetch_supply("501").snapshots
    assert [line.shortage for line in one.lines or ()] == [None] * len(one.lines or ())


def test_a_turn_that_is_far_loses_nothing(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(3))
    told: dict[str, SupplySnapshot] = {}
    cursor: Cursor = {}
    runs = 0
    turns = 0

    def one_a_run(kind: str) -> None:
        nonlocal turns
        turns += kind == "discrepancies"
        if turns > 1:
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=1))

    depot.before = one_a_run
    is_done = False
    while not is_done:
        runs, turns = runs + 1, 0
        assert runs < 9
        try:
            for page in adapter_over(depot).fetch_supplies(query(), cursor=cursor):
                told |= {one.external_id: one for one in page.snapshots}
                cursor, is_done = page.cursor, page.is_last
        except errors.TurnIsFar:
            continue
    assert runs == 3
    assert [(told[key].lines or ())[0].shortage for key in ("100", "101", "102")] == [2, 2, 2]
    assert depot.calls["list"] == 3


@pytest.mark.parametrize("acc", [1, 2])
def test_base_and_test_tokens_do_not_ask_for_discrepancies(
    adapter_over: Callable[..., Adapter], acc: int
) -> None:
    depot = Depot(with_discrepancies(2))
    told, _pages = read(adapter_over(depot, key=token(acc=acc)))

    assert depot.calls["discrepancies"] == 0
    assert (told["100"].lines or ())[0].shortage is None


def test_a_refused_discrepancy_report_costs_nothing_else(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(2))
    depot.spoil = lambda kind, answer: httpx.Response(403, json={}) if kind == "discrepancies" else answer
    told, pages = read(adapter_over(depot))

    assert len(told) == 2
    assert (pages[-1].is_last, pages[-1].cursor[KEPT]["owed"]) == (True, [])
    assert (told["100"].lines or ())[0].shortage is None
    depot.calls.clear()
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert depot.calls["discrepancies"] == 0


# ---- turns ------------------------------------------------------------------------------------------------
class Runs:
    """What the engine makes of an adapter: pages are doubted and joined, a run that waits for its turn goes on when it
    comes, and of a cursor only its JSON is left."""

    def __init__(self, adapter: Adapter, turns: Turns) -> None:
        self._adapter = adapter
        self._turns = turns
        self.told: dict[str, SupplySnapshot] = {}
        self.rejected: list[Rejected] = []
        self.cursor: Cursor = {}
        self.count = 0
        self.is_doubted = False

    def pull(self, *held: str, most: int = 40) -> None:
        """Run until the pull ends."""
        for _run in range(most):
            self.count += 1
            try:
                if self._run(*held):
                    return
                raise AssertionError("ended without a last page")
            except errors.TurnIsFar as exc:
                self._turns.passed += exc.retry_after
        raise AssertionError("the pull never ends")

    def _run(self, *held: str) -> bool:
        doubt = Doubt(
            source=cast("Any", Holding()),
            account=cast("Any", None),
            is_full=not places.has_place(self.cursor) or places.NOTHING_YET in places.doubts_of(self.cursor),
        )
        asked = query(*held, until=NOW + self._turns.passed)
        pages = self._adapter.fetch_supplies(asked, cursor=places.place_of(self.cursor))
        for page in batches(doubt.sift(pages)):
            self.told |= {one.external_id: one for one in page.snapshots}
            self.rejected += page.rejected
            self.cursor = json.loads(json.dumps(page.cursor))
            if page.is_last:
                return True
        self.is_doubted = doubt.is_raised
        return self.is_doubted


class Holding:
    """A stream of which we hold something, so that an empty answer is doubted."""

    def held(self, _account: Any) -> int:
        return 1


@pytest.fixture
def base_runs(adapter_over: Callable[..., Adapter]) -> Callable[[Depot], Runs]:
    """Runs with a base token, which gives each method two turns an hour."""

    def make(depot: Depot) -> Runs:
        turns = Turns(limits.LEAST)
        return Runs(adapter_over(depot, key=token(acc=1), limiter=turns), turns)

    return make


def test_a_base_token_goes_on_from_list_to_list(base_runs: Callable[[Depot], Runs]) -> None:
    """A list a turn, none of them asked twice; the supplies are read beside them."""
    depot = Depot(many(6))
    runs = base_runs(depot)
    runs.pull()
    assert len(runs.told) == 6
    assert depot.calls == {"list": 3, "details": 6, "goods": 6, "package": 6}
    assert runs.count == 6

    # The next pull counts the accepted ones again: another list of three.
    depot.calls.clear()
    runs.pull(*runs.told)
    assert depot.calls["list"] == 3
    assert "lists" not in runs.cursor
    assert runs.rejected == []


def test_a_base_token_goes_on_in_the_middle_of_a_long_list(
    base_runs: Callable[[Depot], Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (client, pull):
        monkeypatch.setattr(module, "SUPPLIES_A_PAGE", 4)
    depot = Depot(many(11))
    runs = base_runs(depot)
    runs.pull()

    assert len(runs.told) == 11
    # Of eleven that changed and were made, and of four that are open: an empty answer ends a list of four.
    assert depot.calls == {"list": 3 + 3 + 2, "details": 11, "goods": 11, "package": 11}


def test_a_base_token_asks_no_empty_list_twice(base_runs: Callable[[Depot], Runs]) -> None:
    """Though an empty answer is doubted: nothing changed and nothing is open, only the list by creation names one."""
    old = Supply(preorder_id=1, supply_id=2, status=5, updated=None)
    depot = Depot([old])
    runs = base_runs(depot)
    runs.pull()

    assert set(runs.told) == {"1"}
    assert depot.calls == {"list": 3, "details": 1, "goods": 1, "package": 1}


def test_a_base_token_comes_to_the_end_of_empty_lists(base_runs: Callable[[Depot], Runs]) -> None:
    depot = Depot([])
    runs = base_runs(depot)
    runs.pull()

    assert depot.calls == {"list": 3}
    assert runs.count == 3
    assert runs.is_doubted


def test_empty_lists_close_nothing_that_its_own_id_still_finds(base_runs: Callable[[Depot], Runs]) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    depot.spoil = lambda kind, answer: [] if kind == "list" else answer
    runs = base_runs(depot)
    runs.pull("1", "2")

    assert {key: one.status for key, one in runs.told.items()} == dict.fromkeys("12", SupplyStatus.BOOKED)
    assert depot.calls["list"] == 4


def test_lists_are_asked_as_of_the_beginning_of_the_pull(base_runs: Callable[[Depot], Runs]) -> None:
    """However late the last of them is asked, the next pull begins where this one began."""
    depot = Depot(many(3))
    runs = base_runs(depot)
    runs.pull()

    bodies = [json.loads(body) for path, body in depot.asked if path == client.SUPPLIES]
    assert {tuple(body["dates"][0].values())[1:] for body in bodies if "dates" in body} == {
        ("2026-08-26", "2026-11-25")
    }
    assert runs.cursor["watermark"] == NOW.isoformat()


def test_what_no_list_names_is_asked_by_its_id_after_the_last_list(
    base_runs: Callable[[Depot], Runs],
) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2), Supply(preorder_id=3)])
    runs = base_runs(depot)
    runs.pull()
    del depot.supplies[0]

    depot.calls.clear()
    runs.pull("1", "2", "3")
    assert {key: one.status for key, one in runs.told.items()} == {
        "1": SupplyStatus.CANCELLED,
        "2": SupplyStatus.BOOKED,
        "3": SupplyStatus.BOOKED,
    }
    assert depot.calls["details"] == 3


def test_a_row_that_cannot_be_read_is_put_aside_once(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(many(3))
    depot.spoil = lambda kind, answer: (
        [{**answer[0], "statusID": []}, *answer[1:]] if kind == "list" else answer
    )
    told, pages = read(adapter_over(depot))

    assert set(told) == {"1001", "1002"}
    assert len([one for page in pages for one in page.rejected]) == 1


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_preorder_that_has_become_a_supply_is_read_a_turn_later(
    base_runs: Callable[[Depot], Runs], *, is_listed: bool
) -> None:
    """Both looks take a turn of one method: the number that the first one learns is kept."""
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    runs = base_runs(depot)
    runs.pull()
    if not is_listed:
        depot.supplies[1].status, depot.supplies[1].updated = 5, None
        depot.supplies[1].supply_id = 902

    def plan(kind: str) -> None:
        if kind == "details":
            depot.supplies[1].supply_id = 902

    depot.before = plan
    depot.calls.clear()
    runs.pull("1", "2")
    assert runs.told["2"].number == "902"
    assert depot.calls["details"] == 3
    assert depot.calls["list"] == 3


def test_a_second_thousand_of_goods_is_not_waited_for(
    base_runs: Callable[[Depot], Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two turns an hour it would be the first thousand again and again: the lines stay as they are held."""
    for module in (client, supply_reading):
        monkeypatch.setattr(module, "SUPPLY_GOODS_A_PAGE", 2)
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    depot.supplies[0].goods = [good(f"46000000000{number:02}", quantity=1) for number in range(3)]
    runs = base_runs(depot)
    runs.pull()

    assert {key: one.lines is None for key, one in runs.told.items()} == {"1": True, "2": False}


def test_a_pull_ends_after_a_few_payments_however_many_are_owed(adapter_over: Callable[..., Adapter]) -> None:
    """One is paid a minute; what is new is read in between."""
    depot = Depot(with_discrepancies(3 * pull.PAID_A_PULL))
    turns = Turns(limits.FULL)
    runs = Runs(adapter_over(depot, limiter=turns), turns)
    for number in range(1, 4):
        before = turns.passed
        runs.pull()
        assert depot.calls["discrepancies"] == number * pull.PAID_A_PULL
        assert len(runs.cursor[KEPT]["owed"]) == (3 - number) * pull.PAID_A_PULL
        assert turns.passed - before < pull.PATIENCE + timedelta(minutes=1)
        depot.supplies.append(Supply(preorder_id=number))
        turns.passed += timedelta(minutes=15)
        if number > 1:
            assert str(number - 1) in runs.told
    assert {(runs.told[str(100 + number)].lines or ())[0].shortage for number in range(15)} == {2}

    runs.cursor = {}
    runs.pull(*runs.told)
    assert depot.calls["discrepancies"] == 4 * pull.PAID_A_PULL
    assert "3" in runs.told


@pytest.mark.parametrize("minutes", [4, 6])
def test_a_pull_ends_where_the_turn_of_a_payment_is_far(
    adapter_over: Callable[..., Adapter], minutes: int
) -> None:
    depot = Depot(with_discrepancies(2))

    def far(kind: str) -> None:
        if kind == "discrepancies":
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=minutes))

    depot.before = far
    if timedelta(minutes=minutes) < pull.PATIENCE:
        with pytest.raises(errors.TurnIsFar):
            read(adapter_over(depot))
        return
    told, pages = read(adapter_over(depot))
    assert len(told) == 2
    assert (pages[-1].is_last, pages[-1].cursor["watermark"]) == (True, NOW.isoformat())
    assert sorted(pages[-1].cursor[KEPT]["owed"]) == ["100/900", "101/901"]


def test_waiting_for_payments_ends_when_the_next_lists_are_due(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(2))

    def far(kind: str) -> None:
        if kind == "discrepancies":
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=1))

    depot.before = far
    committed = batches(adapter_over(depot).fetch_supplies(query(), cursor={}))
    cursor = next(committed).cursor
    with pytest.raises(errors.TurnIsFar):
        next(committed)
    _told, pages = read(adapter_over(depot), cursor=cursor, until=NOW + pull.PATIENCE)
    assert (len(pages), pages[-1].is_last, len(pages[-1].cursor[KEPT]["owed"])) == (1, True, 2)


def test_an_unreadable_report_holds_up_neither_the_lists_nor_the_others(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(with_discrepancies(2))
    spoilt = httpx.Response(200, content=b"{")
    depot.spoil = lambda kind, answer: (
        spoilt if kind == "discrepancies" and depot.asked[-1][0].endswith("/901") else answer
    )
    told, pages = read(adapter_over(depot))
    assert (set(told), pages[-1].is_last) == ({"100", "101"}, True)

    told, pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert (told["100"].lines or ())[0].shortage == 2
    assert pages[-1].cursor[KEPT]["owed"] == ["101/901"]


def test_what_changed_after_a_payment_is_asked_again(adapter_over: Callable[..., Adapter]) -> None:
    """A look that told no number after a payment settles nothing for a later one that does."""
    depot = Depot(with_discrepancies(1))
    depot.before = lambda kind: (
        depot.supplies[0].details.update(discrepancies=None) if kind == "discrepancies" else None
    )
    _told, pages = read(adapter_over(depot))
    assert depot.calls["discrepancies"] == 1

    depot.before = None
    depot.supplies[0].details.clear()
    depot.supplies[0].updated = "2026-11-24T12:00:00+03:00"
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert depot.calls["discrepancies"] == 2
    assert (told["100"].lines or ())[0].shortage == 2


def test_the_daily_pull_pays_nothing_twice(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(2))
    _told, pages = read(adapter_over(depot))
    assert depot.calls["discrepancies"] == 2

    told, pages = read(adapter_over(depot), cursor={KEPT: pages[-1].cursor[KEPT]})

    assert depot.calls["discrepancies"] == 2
    assert [(told[key].lines or ())[0].shortage for key in ("100", "101")] == [2, 2]
    assert pages[-1].is_last


def test_a_cursor_of_an_older_version_is_understood(adapter_over: Callable[..., Adapter]) -> None:
    """In the middle it had read its lists; between pulls it holds what is owed and what was paid."""
    depot = Depot(with_discrepancies(3))
    paid = {"900": [3, {"2000000000017": [2, 0], "2000000000031": [0, 1]}]}
    kept = {"owed": ["101/901"], "paid": paid, "counted_at": "2026-11-24T06:00:00+00:00"}
    begun = "2026-11-24T11:00:00+00:00"
    told, pages = read(
        adapter_over(depot), cursor={"begun": begun, "todo": ["100/900"], "lost": ["77/"], **kept}
    )
    assert set(told) == {"100", "77", "101"}
    assert (told["100"].lines or ())[0].shortage == 2
    assert depot.calls["list"] == 0
    assert depot.calls["discrepancies"] == 1
    assert pages[-1].cursor["watermark"] == begun
    assert pages[-1].cursor[KEPT]["paid"]["900"] == [3, paid["900"][1]]

    told, pages = read(adapter_over(depot), cursor={"watermark": begun, **kept, "owed": []})
    assert depot.calls["list"] == 2
    assert pages[-1].cursor[KEPT]["owed"] == []


# ---- kills, hostile answers -------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(min_value=0, max_value=25), max_size=6))
def test_killed_anywhere_the_end_is_the_same(adapter_over: Callable[..., Adapter], kills: list[int]) -> None:
    depot = Depot([*many(7), ACCEPTED, Supply(supply_id=7, box_type=0, status=5)])
    whole, _pages = read(adapter_over(depot))
    told: dict[str, SupplySnapshot] = {}
    cursor: Cursor = {}
    for kill in [*kills, 10_000]:
        pages = adapter_over(depot).fetch_supplies(query(), cursor=cursor)
        for number, page in enumerate(pages):
            if number == kill:
                break
            told |= {one.external_id: one for one in page.snapshots}
            cursor = json.loads(json.dumps(page.cursor))
            if page.is_last:
                break
    assert told == whole


def test_killed_after_every_page_no_request_is_made_twice(adapter_over: Callable[..., Adapter]) -> None:
    """Also in the middle of the lists and between a payment and the look that follows it."""
    depot = Depot([*many(4), *with_discrepancies(2)])
    whole, _pages = read(adapter_over(depot))
    needed = dict(depot.calls)
    depot.calls.clear()
    told: dict[str, SupplySnapshot] = {}
    cursor: Cursor = {}
    is_last = False
    while not is_last:
        page = next(iter(adapter_over(depot).fetch_supplies(query(), cursor=cursor)))
        told |= {one.external_id: one for one in page.snapshots}
        cursor, is_last = json.loads(json.dumps(page.cursor)), page.is_last
    assert told == whole
    assert depot.calls == needed
