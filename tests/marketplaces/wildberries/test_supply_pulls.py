"""Pulling supplies: which ones are read, in how many requests, what is owed, and kills in the middle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.supplies import SupplySnapshot, SupplyStatus
from marketplaces.wildberries import client, supply_reading
from marketplaces.wildberries import supplies as pull
from tests.marketplaces.wildberries.conftest import token
from tests.marketplaces.wildberries.depot import ACCEPTED, Depot, Supply, good, many, query, read
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor
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
    later = NOW + pull.COUNTED_EVERY
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
    later = NOW + pull.COUNTED_EVERY
    for one in depot.supplies:
        one.fact = "2026-11-12T09:30:00+03:00"
    told, pages = read(adapter_over(depot), *told, cursor=pages[-1].cursor, until=later)
    assert {key: (one.lines or ())[0].shortage for key, one in told.items()} == dict.fromkeys(told, 2)
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL + 2
    depot.supplies[0].found = [*ACCEPTED.found, *ACCEPTED.found]
    depot.supplies[0].updated = "2026-11-24T12:00:00+03:00"
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert (told["100"].lines or ())[0].shortage == 4


def test_the_lines_of_a_held_supply_wait_for_its_discrepancies(adapter_over: Callable[..., Adapter]) -> None:
    """After the daily reading nothing is forgotten: what was missing is not told as unknown for a while."""
    depot = Depot(with_discrepancies(pull.PAID_A_PULL + 2))
    _told, pages = read(adapter_over(depot), "100", "106")

    seen = [(one.external_id, one.lines is None) for page in pages for one in page.snapshots]
    assert seen[:7] == [(f"10{number}", number in (0, 6)) for number in range(7)]
    assert ("106", False) in seen[7:]


def test_nothing_missing_is_told_at_once(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1, supply_id=2, status=5)])
    told, _pages = read(adapter_over(depot))
    assert [(one.shortage, one.surplus) for one in told["1"].lines or ()] == [(0, 0)]
    assert depot.calls["discrepancies"] == 0


def test_one_supply_is_read_with_its_discrepancies_or_keeps_its_lines(
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
    assert (one.lines, one.status) == (None, SupplyStatus.ACCEPTED)
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
    assert (pages[-1].is_last, pages[-1].cursor["owed"]) == (True, [])
    assert (told["100"].lines or ())[0].shortage is None
    depot.calls.clear()
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert depot.calls["discrepancies"] == 0


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
            cursor = page.cursor
            if page.is_last:
                break
    assert told == whole
