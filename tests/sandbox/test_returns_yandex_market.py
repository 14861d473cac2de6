"""Returns and unredeemed orders of Yandex Market's dialect."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.world import World
from sandbox.world.moments import instant, moment
from sandbox.world.returns import CLIENT_RETURN, BackStep, Return
from sandbox.yandex_market import ids, words
from tests.sandbox.conftest import NOW
from tests.sandbox.yandex import RETURNS, SETTINGS, Call, app_of, caller, rows

AT = instant(NOW)
DAYS = timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World(replace(SETTINGS, return_rate=0.15))


@pytest.fixture(scope="module")
def backs(world: World) -> dict[int, list[Return]]:
    """All that is told of as coming back by now, by the number of the return."""
    found: dict[int, list[Return]] = {}
    for one in world.return_book.between(world.streams.opened, AT + 1):
        if one.kind in words.RETURN_TYPES:
            found.setdefault(ids.return_id(world, one.order), []).append(one)
    return found


@pytest.fixture
def call(world: World) -> Call:
    return caller(app_of(world))


def _all(call: Call, **query: object) -> list[dict[str, Any]]:
    return rows(call, RETURNS, "returns", verb="GET", **query)


def _units(found: list[dict[str, Any]]) -> Counter[tuple[int, str]]:
    return Counter({(row["id"], item["shopSku"]): item["count"] for row in found for item in row["items"]})


def test_everything_that_comes_back_is_listed_once_and_to_the_unit(
    call: Call, world: World, backs: dict[int, list[Return]]
) -> None:
    found = _all(call, limit=13)
    assert len(found) == len(backs) == len({row["id"] for row in found})
    assert _units(found) == Counter(
        {
            (number, ids.offer_id(world, world.assortment[one.product])): one.quantity
            for number, parts in backs.items()
            for one in parts
        }
    )
    created = [row["creationDate"] for row in found]
    assert created == sorted(created)


def test_a_row_tells_where_the_units_are(call: Call, backs: dict[int, list[Return]]) -> None:
    for row in _all(call, limit=100):
        parts = backs[row["id"]]
        assert row["returnType"] == words.RETURN_TYPES[parts[0].kind]
        assert datetime.fromisoformat(row["creationDate"]) == moment(parts[0].registered)
        assert datetime.fromisoformat(row["updateDate"]) == moment(max(one.changed_at(AT) for one in parts))
        for item, one in zip(row["items"], parts, strict=True):
            assert {unit["status"] for unit in item["instances"]} == {words.UNIT[one.step_at(AT)][0]}
            assert len(item["instances"]) == item["count"] == one.quantity
            assert ("decisions" in item) is (one.kind == CLIENT_RETURN)
        is_waiting = any(one.step_at(AT) is BackStep.WAITING for one in parts)
        assert ("pickupTillDate" in row) is ("logisticPickupPoint" in row) is is_waiting
        assert ("refundStatus" in row) is (row["returnType"] == "RETURN")


def test_the_buyer_gets_back_what_he_paid_himself(call: Call, backs: dict[int, list[Return]]) -> None:
    for row in _all(call, limit=100):
        whole = sum(one.price * one.quantity for one in backs[row["id"]]) / 100
        assert 0 <= row["amount"]["value"] <= whole
        decided = [
            decision["amount"]["value"] for item in row["items"] for decision in item.get("decisions", ())
        ]
        assert not decided or sum(decided) == pytest.approx(row["amount"]["value"])


def test_the_goods_of_an_order_come_back_together(call: Call, world: World) -> None:
    several = [row for row in _all(call, limit=100) if len(row["items"]) > 1]
    assert several
    for row in several:
        order = ids.find_order(world, row["orderId"])
        assert order is not None
        assert ids.return_id(world, order) == row["id"]


def test_days_of_change_are_those_of_moscow_and_both_are_included(
    call: Call, backs: dict[int, list[Return]]
) -> None:
    day = NOW - 5 * DAYS
    found = _all(call, fromDate=f"{day:%Y-%m-%d}", toDate=f"{day + DAYS:%Y-%m-%d}", limit=100)
    first = instant(day.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=3))
    last = first + 2 * 86_400_000_000
    expected = {
        number for number, parts in backs.items() if first <= max(one.changed_at(AT) for one in parts) < last
    }
    assert {row["id"] for row in found} == expected
    assert expected


def test_what_changes_later_is_found_by_its_day(world: World) -> None:
    """Read a day at a time as it goes by: nothing that changes is missed."""
    seen: dict[int, str] = {}
    for days in range(6, -1, -1):
        now = NOW - days * DAYS
        call = caller(app_of(world, now=now))
        for row in _all(call, fromDate=f"{now - DAYS:%Y-%m-%d}", limit=100):
            seen[row["id"]] = row["updateDate"]
    whole = {row["id"]: row["updateDate"] for row in _all(caller(app_of(world)), limit=100)}
    assert all(whole[number] == updated for number, updated in seen.items())


def test_filters(call: Call) -> None:
    found = _all(call, limit=100)
    for kind in ("UNREDEEMED", "RETURN"):
        assert {row["id"] for row in _all(call, type=kind, limit=100)} == {
            row["id"] for row in found if row["returnType"] == kind
        }
    picked = _all(call, shipmentStatuses="PICKED,IN_TRANSIT", limit=100)
    assert {row["shipmentStatus"] for row in picked} == {"PICKED", "IN_TRANSIT"}
    moving = _all(call, statuses="REFUND_IN_PROGRESS", limit=100)
    assert {row["shipmentStatus"] for row in moving} == {"IN_TRANSIT"}
    some = [row["orderId"] for row in found[:3]]
    assert [row["orderId"] for row in _all(call, orderIds=",".join(map(str, some)))] == some


@pytest.mark.parametrize(
    "query",
    [
        {"type": "TELEPORT"},
        {"statuses": "TELEPORTED"},
        {"shipmentStatuses": "PICKED,TELEPORTED"},
        {"orderIds": "one"},
        {"orderIds": ",".join(map(str, range(1, 60)))},
        {"fromDate": "01-11-2026"},
        {"limit": 0},
        {"pageToken": "nonsense"},
    ],
)
def test_what_cannot_be_asked_is_refused(call: Call, query: dict[str, Any]) -> None:
    assert call(RETURNS, verb="GET", **query).status_code == 400


def test_a_token_belongs_to_its_filters(call: Call) -> None:
    token = call(RETURNS, verb="GET", limit=5).json()["result"]["paging"]["nextPageToken"]
    assert call(RETURNS, verb="GET", limit=5, pageToken=token).status_code == 200
    assert call(RETURNS, verb="GET", limit=5, pageToken=token, type="RETURN").status_code == 400


def test_a_larger_page_is_cut_without_a_word(call: Call) -> None:
    assert len(call(RETURNS, verb="GET", limit=500).json()["result"]["returns"]) <= 100


@pytest.mark.parametrize("fault", ["duplicate_page", "shifting_page", "out_of_order"])
def test_a_list_that_moves_loses_nothing(call: Call, backs: dict[int, list[Return]], fault: str) -> None:
    assert {row["id"] for row in _all(call, limit=20, fault=fault)} == set(backs)


def test_stale_odd_and_empty_answers(call: Call, backs: dict[int, list[Return]]) -> None:
    stale = {row["id"] for row in _all(call, limit=100, fault="stale")}
    assert stale < set(backs)
    odd = call(RETURNS, verb="GET", limit=100, fault="unknown_status").json()["result"]["returns"]
    assert [row["shipmentStatus"] for row in odd].count(words.UNKNOWN_STATUS) == 1
    assert call(RETURNS, verb="GET", fault="empty_page").json()["result"] == {"returns": [], "paging": {}}
