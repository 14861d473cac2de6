"""Supply requests of Yandex Market's dialect: what they tell, in which order, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from sandbox.accounts import DEMO_YANDEX_MARKET
from sandbox.world import World
from sandbox.world.moments import instant, moment
from sandbox.world.supplies import LEAD, SUPPLY, Stage, Supply
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.requests import (
    Request,
    changed_at,
    find_request,
    is_split,
    requests_of,
    status_of,
)
from tests.sandbox.conftest import NOW
from tests.sandbox.yandex import CAMPAIGN, IDLE, REQUESTS, SETTINGS, Call, app_of, caller, rows

ITEMS, DOCUMENTS = f"{REQUESTS}/items", f"{REQUESTS}/documents"
NEWEST = {"sorting": {"attribute": "UPDATED_AT", "direction": "DESC"}}
AT = instant(NOW)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture(scope="module")
def requests(world: World) -> dict[int, Request]:
    """All that is created by now, by their id in the API."""
    book = world.supply_book.between(world.streams.opened - LEAD, AT + 1)
    return {request.key(world): request for supply in book for request in requests_of(supply)}


@pytest.fixture(scope="module")
def supplies(requests: dict[int, Request]) -> dict[int, Supply]:
    """What is moved by each of them."""
    return {number: request.supply for number, request in requests.items()}


@pytest.fixture
def call(world: World) -> Call:
    return caller(app_of(world))


def _ids(found: list[dict[str, Any]]) -> list[int]:
    return [request["id"]["id"] for request in found]


def test_all_that_is_created_is_listed_once(call: Call, supplies: dict[int, Supply]) -> None:
    found = rows(call, REQUESTS, "requests", limit=7)
    assert _ids(found) == sorted(supplies)
    assert len({request["id"]["marketplaceRequestId"] for request in found}) == len(found)


def test_an_id_leads_back_to_its_request(world: World, requests: dict[int, Request]) -> None:
    for number, request in requests.items():
        assert find_request(world, number) == request
        if not is_split(request.supply):
            assert find_request(world, number + 10**9) is None
    for number in (1, 10**9, 2 * 10**9, 3 * 10**9, 10**18):
        found = find_request(world, number)
        assert found is None or found.key(world) == number


def test_the_parts_of_a_split_supply_and_the_whole_name_each_other(
    call: Call, requests: dict[int, Request]
) -> None:
    found = {request["id"]["id"]: request for request in rows(call, REQUESTS, "requests", limit=100)}
    wholes = {number: row for number, row in found.items() if requests[number].is_whole}
    assert wholes
    for number, whole in wholes.items():
        (link,) = whole["childrenLinks"]
        part = found[link["id"]["id"]]
        assert part["parentLink"]["id"]["id"] == number
        assert (whole["subtype"], part["subtype"]) == (
            "VIRTUAL_DISTRIBUTION_CENTER",
            "VIRTUAL_DISTRIBUTION_CENTER_CHILD",
        )
        assert whole["counters"] == part["counters"]
    linked = {number for number, row in found.items() if "parentLink" in row or "childrenLinks" in row}
    assert linked == {number for number, request in requests.items() if is_split(request.supply)}


def test_the_last_changed_comes_first(call: Call, supplies: dict[int, Supply]) -> None:
    found = rows(call, REQUESTS, "requests", NEWEST, limit=9)
    assert sorted(_ids(found)) == sorted(supplies)
    changes = [request["updatedAt"] for request in found]
    assert changes == sorted(changes, reverse=True)
    for request in found:
        supply = supplies[request["id"]["id"]]
        assert datetime.fromisoformat(request["updatedAt"]) == moment(changed_at(supply, AT))


def test_whatever_changes_changes_its_date(supplies: dict[int, Supply]) -> None:
    for supply in supplies.values():
        told = [(status_of(supply, at), changed_at(supply, at)) for at in sorted(supply.changes())]
        assert all(before[1] <= after[1] for before, after in pairwise(told))
        begun = supply.time_of(Stage.ACCEPTING)
        if supply.drop_off is not None and begun is not None:
            # It left the transit warehouse, which the world does not tell apart.
            assert status_of(supply, begun - 1) == "SHIPPED_TO_SERVICE"
            left = changed_at(supply, begun - 1)
            assert status_of(supply, left - 1) == "ARRIVED_TO_XDOC_SERVICE"


def test_statuses_say_what_is_known(call: Call, supplies: dict[int, Supply]) -> None:
    found = rows(call, REQUESTS, "requests", limit=100)
    for request in found:
        supply = supplies[request["id"]["id"]]
        assert request["type"] == words.REQUEST_TYPES[supply.kind]
        assert ("transitLocation" in request) is (supply.drop_off is not None)
        assert (request["subtype"] == "XDOC") is (supply.drop_off is not None)
        if supply.stage_at(AT) in (Stage.CANCELLED, Stage.OVERDUE):
            assert request["status"] == "CANCELLED"
    assert {"FINISHED", "WAREHOUSE_HANDLING", "CREATED"} <= {request["status"] for request in found}
    assert {"SUPPLY", "WITHDRAW"} <= {request["type"] for request in found}


def test_a_slot_is_told_in_the_time_of_its_place(call: Call, supplies: dict[int, Supply]) -> None:
    offsets = set()
    for request in rows(call, REQUESTS, "requests", limit=100):
        supply = supplies[request["id"]["id"]]
        where = request.get("transitLocation") or request["targetLocation"]
        slot = datetime.fromisoformat(where["requestedDate"])
        assert slot == moment(supply.slot_from)
        assert (slot.minute, slot.second) == (0, 0)
        offsets.add(slot.utcoffset())
    assert {timedelta(hours=2), timedelta(hours=3), timedelta(hours=10)} <= offsets


def test_lines_add_up_to_the_counters(call: Call) -> None:
    for request in rows(call, REQUESTS, "requests", limit=100)[::5]:
        items = rows(call, ITEMS, "items", {"requestId": request["id"]["id"]}, limit=500)
        for name in ("planCount", "factCount", "shortageCount", "surplusCount", "defectCount"):
            told = [item["counters"][name] for item in items if name in item["counters"]]
            assert sum(told) == request["counters"].get(name, 0)
            assert bool(told) is (name in request["counters"])


def test_what_was_shipped_is_counted_to_the_unit(call: Call, supplies: dict[int, Supply]) -> None:
    done = {n: s for n, s in supplies.items() if s.kind == SUPPLY and s.stage_at(AT) is Stage.ACCEPTED}
    assert done
    for number, supply in list(done.items())[::4]:
        counters = [item["counters"] for item in rows(call, ITEMS, "items", {"requestId": number}, limit=500)]
        for told, line in zip(counters, supply.lines, strict=True):
            brought = told["factCount"] + told["defectCount"] + told["shortageCount"] - told["surplusCount"]
            assert (told["planCount"], brought) == (line.planned, line.shipped)


def test_an_answer_holds_a_hundred_offers_whatever_is_asked_for() -> None:
    big = World(replace(SETTINGS, skus=400, per_day=300.0))
    supply = max(big.supply_book.between(big.streams.opened - LEAD, AT), key=lambda supply: len(supply.lines))
    assert len(supply.lines) > 100
    call = caller(app_of(big))
    body = {"requestId": ids.request_id(big, supply)}
    first = call(ITEMS, body, limit=500).json()["result"]
    assert len(first["items"]) == 100
    assert len(rows(call, ITEMS, "items", body, limit=500)) == len(supply.lines)


def test_papers_come_with_the_steps(call: Call, requests: dict[int, Request]) -> None:
    seen = set()
    for number, (supply, is_whole) in requests.items():
        found = call(DOCUMENTS, {"requestId": number}).json()["result"]["documents"]
        kinds = {document["type"] for document in found}
        assert kinds
        if supply.kind == SUPPLY and supply.counted is not None and not is_whole:
            assert ("SECONDARY_RECEPTION_ACT" in kinds) is (supply.counted <= AT)
        assert all(datetime.fromisoformat(document["createdAt"]) <= NOW for document in found)
        seen |= kinds
    assert {"SUPPLY", "CARGO_UNITS", "ACT_OF_DISCREPANCY", "ACT_OF_WITHDRAW"} <= seen


def test_requests_are_found_by_id_and_by_filters(call: Call, supplies: dict[int, Supply]) -> None:
    some = sorted(supplies)[3:9]
    assert _ids(rows(call, REQUESTS, "requests", {"requestIds": [*some, 1]})) == some
    withdrawn = rows(call, REQUESTS, "requests", {"requestTypes": ["WITHDRAW"]}, limit=100)
    assert {request["type"] for request in withdrawn} == {"WITHDRAW"}
    finished = rows(call, REQUESTS, "requests", {"requestStatuses": ["FINISHED"]}, limit=100)
    assert {request["status"] for request in finished} == {"FINISHED"}
    through = rows(call, REQUESTS, "requests", {"requestSubtypes": ["XDOC"]}, limit=100)
    assert {request["subtype"] for request in through} == {"XDOC"}
    dates = {"requestDateFrom": "2026-11-01T00:00:00+03:00", "requestDateTo": "2026-11-08T00:00:00+03:00"}
    dated = _ids(rows(call, REQUESTS, "requests", dates, limit=100))
    first, last = (instant(datetime.fromisoformat(value)) for value in dates.values())
    assert dated == sorted(n for n, supply in supplies.items() if first <= supply.slot_from <= last)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (REQUESTS, {"requestIds": []}, 400),
        (REQUESTS, {"requestIds": ["1"]}, 400),
        (REQUESTS, {"requestIds": list(range(1, 102))}, 400),
        (REQUESTS, {"requestTypes": ["TELEPORT"]}, 400),
        (REQUESTS, {"requestStatuses": "FINISHED"}, 400),
        (REQUESTS, {"requestDateFrom": "yesterday"}, 400),
        (REQUESTS, {"sorting": {"attribute": "UPDATED_AT"}}, 400),
        (REQUESTS, {"sorting": {"attribute": "COLOUR", "direction": "ASC"}}, 400),
        (ITEMS, {}, 400),
        (ITEMS, {"requestId": "1"}, 400),
        (ITEMS, {"requestId": 1}, 404),
        (DOCUMENTS, {"requestId": True}, 400),
        (DOCUMENTS, {"requestId": 10**30}, 404),
    ],
)
def test_what_cannot_be_asked_is_refused(call: Call, path: str, body: dict[str, Any], status: int) -> None:
    answer = call(path, body)
    assert answer.status_code == status
    assert answer.json()["status"] == "ERROR"


def test_limits_of_pages_are_kept(call: Call) -> None:
    assert call(REQUESTS, limit=101).status_code == 400
    assert call(ITEMS, {"requestId": 1}, limit=501).status_code == 400


def test_a_key_without_the_scope_and_a_closed_shop_are_refused(world: World) -> None:
    for scopes, status in ((("supplies-management:read-only",), 200), (("pricing",), 403)):
        call = caller(app_of(world, replace(DEMO_YANDEX_MARKET, roles=scopes)))
        assert call(REQUESTS).status_code == status
    assert caller(app_of(world))(REQUESTS.replace(str(CAMPAIGN), str(IDLE))).status_code == 403


@pytest.mark.parametrize("fault", ["duplicate_page", "shifting_page", "out_of_order"])
def test_a_list_that_moves_loses_nothing(call: Call, supplies: dict[int, Supply], fault: str) -> None:
    found = rows(call, REQUESTS, "requests", NEWEST, limit=20, fault=fault)
    assert set(_ids(found)) == set(supplies)


def test_stale_odd_and_empty_answers(call: Call, supplies: dict[int, Supply]) -> None:
    stale = _ids(rows(call, REQUESTS, "requests", limit=100, fault="stale"))
    assert set(stale) < set(supplies)
    odd = call(REQUESTS, limit=100, fault="unknown_status").json()["result"]["requests"]
    assert [request["status"] for request in odd].count(words.UNKNOWN_STATUS) == 1
    assert call(REQUESTS, fault="empty_page").json()["result"] == {"requests": [], "paging": {}}
