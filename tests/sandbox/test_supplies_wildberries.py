"""Supplies as Wildberries' dialect tells them: lists, filters, pages, and each with its goods and boxes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from sandbox.accounts import DEMO_WILDBERRIES, Account
from sandbox.app import App
from sandbox.wildberries import ids, token
from sandbox.world import World
from sandbox.world.moments import instant
from sandbox.world.supplies import LEAD, SUPPLY, Stage, Supply
from tests.sandbox.conftest import NOW
from tests.sandbox.wildberries import DISCREPANCIES, SETTINGS, SID, SUPPLIES, Call, app_of, caller


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def listed(call: Call, **body: Any) -> list[dict[str, Any]]:
    answer = call(SUPPLIES, body)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


def true(world: World, *stages: Stage) -> list[Supply]:
    now = instant(NOW)
    return [
        one
        for one in world.supply_book.between(world.streams.opened - LEAD, now + 1)
        if one.kind == SUPPLY and (not stages or one.stage_at(now) in stages)
    ]


def test_all_are_listed_but_those_that_were_given_up(call: Call, world: World) -> None:
    rows = listed(call)
    found = {row["preorderID"]: row for row in rows if row["preorderID"]}

    gone = {ids.preorder_id(one) for one in true(world, Stage.CANCELLED)}
    assert set(found) == {ids.preorder_id(one) for one in true(world)} - gone
    assert gone
    created = [row["createDate"] for row in rows]
    assert created == sorted(created, reverse=True)
    virtual = [row for row in rows if not row["preorderID"]]
    assert {(row["boxTypeID"], row["statusID"]) for row in virtual} == {(0, 5)}


def test_a_pre_order_has_no_supply_yet(call: Call, world: World) -> None:
    rows = [row for row in listed(call) if row["statusID"] == 1]
    assert {row["preorderID"] for row in rows} == {ids.preorder_id(one) for one in true(world, Stage.DRAFT)}
    assert {(row["supplyID"], row["supplyDate"], row["updatedDate"]) for row in rows} == {(None, None, None)}


def test_it_is_asked_by_its_pre_order_until_it_is_planned(call: Call, app: App, world: World) -> None:
    draft = true(world, Stage.DRAFT)[0]
    address = f"{SUPPLIES}/{ids.preorder_id(draft)}"
    assert call(address, isPreorderID="true").json()["statusID"] == 1
    assert call(address).status_code == 404
    assert call(f"{SUPPLIES}/{ids.supply_id(draft)}").status_code == 404

    app.clock.advance(timedelta(days=7))
    assert call(address, isPreorderID="true").status_code == 400
    assert str(ids.supply_id(draft)) in call(address, isPreorderID="true").json()["detail"]
    assert call(f"{SUPPLIES}/{ids.supply_id(draft)}").status_code == 200


@pytest.mark.parametrize("kind", ["createDate", "supplyDate", "factDate", "updatedDate"])
def test_days_are_of_moscow_and_whole(call: Call, kind: str) -> None:
    rows = [row for row in listed(call) if row[kind] and "2026-11-02" <= row[kind][:10] <= "2026-11-06"]
    asked = listed(call, dates=[{"type": kind, "from": "2026-11-02", "till": "2026-11-06"}])
    assert asked == rows
    assert rows
    both = listed(call, dates=[{"type": kind, "from": "2026-11-02", "till": "2026-11-06"}], statusIDs=[5])
    assert both == [row for row in rows if row["statusID"] == 5]


def test_statuses_and_pages(call: Call) -> None:
    rows = listed(call)
    for status in range(1, 7):
        asked = listed(call, statusIDs=[status])
        assert asked == [row for row in rows if row["statusID"] == status]
    first = call(SUPPLIES, {}, limit=10).json()
    assert first == rows[:10]
    assert call(SUPPLIES, {}, limit=10, offset=10).json() == rows[10:20]
    assert call(SUPPLIES, {}, offset=10_000).json() == []


def test_goods_add_up_to_the_details(call: Call, world: World) -> None:
    now = instant(NOW)
    for one in true(world, Stage.ACCEPTED, Stage.ACCEPTING, Stage.SHIPPED)[:12]:
        number = ids.supply_id(one)
        details = call(f"{SUPPLIES}/{number}").json()
        goods = call(f"{SUPPLIES}/{number}/goods", limit=1000).json()
        for name in ("quantity", "acceptedQuantity", "readyForSaleQuantity", "unloadingQuantity"):
            assert details[name] == sum(row[name] for row in goods), name
        assert details["quantity"] == sum(line.planned for line in one.lines)
        assert sum(row["readyForSaleQuantity"] for row in goods) == sum(
            one.count_at(line, now).on_sale for line in one.lines
        )
        page = call(f"{SUPPLIES}/{number}/goods", limit=2, offset=1).json()
        assert page == goods[1:3]


def test_boxes_hold_what_was_shipped(call: Call, world: World) -> None:
    one = true(world, Stage.ACCEPTED)[0]
    boxes = call(f"{SUPPLIES}/{ids.supply_id(one)}/package").json()
    assert sum(box["quantity"] for box in boxes) == sum(line.shipped for line in one.lines)
    assert len({box["packageCode"] for box in boxes}) == len(boxes) == len(one.boxes)
    for box in boxes:
        assert box["quantity"] == sum(packed["quantity"] for packed in box["barcodes"])


def test_what_boxes_held_less_and_more(call: Call, world: World) -> None:
    kinds: Counter[str] = Counter()
    for one in true(world, Stage.ACCEPTED):
        number = ids.supply_id(one)
        items = [item for box in call(f"{DISCREPANCIES}/{number}").json() for item in box["items"]]
        units: Counter[str] = Counter()
        for item in items:
            kinds[item["discrepancyType"]] += 1
            units[item["discrepancyType"]] += item["discrepancyQuantity"]
        mixed = units["re-sorting"]
        assert units["shortage"] + mixed == sum(line.shortage for line in one.lines)
        assert units["surplus"] + mixed == sum(line.surplus for line in one.lines)
        assert call(f"{SUPPLIES}/{number}").json()["discrepancies"] == sum(
            line.shortage + line.surplus for line in one.lines
        )
    assert set(kinds) == {"shortage", "surplus", "re-sorting"}


def test_a_missed_day_is_told_when_it_is_over(world: World) -> None:
    moment = NOW
    many = World(SETTINGS.ending(NOW))
    found = [
        one
        for one in many.supply_book.between(many.streams.opened, instant(NOW) + 1)
        if one.path[-1] is Stage.OVERDUE and one.times[-1] < instant(NOW) - 2 * 86_400_000_000
    ]
    if not found:
        pytest.skip("no day was missed in this world")
    call = caller(app_of(many, now=moment))
    details = call(f"{SUPPLIES}/{ids.supply_id(found[0])}").json()
    assert (details["statusID"], bool(details["rejectReason"])) == (3, True)
    assert details["updatedDate"][:10] > details["supplyDate"][:10]


@pytest.mark.parametrize(
    ("address", "query", "status"),
    [
        (f"{SUPPLIES}/x", {}, 400),
        (f"{SUPPLIES}/{10**20}", {}, 400),
        (f"{SUPPLIES}/1", {}, 404),
        (f"{SUPPLIES}/1", {"isPreorderID": "maybe"}, 400),
        (f"{SUPPLIES}/1/goods", {"limit": 1001}, 400),
        (f"{SUPPLIES}/1/goods", {"offset": "x"}, 400),
        (f"{SUPPLIES}/1/package", {}, 400),
        (f"{DISCREPANCIES}/1", {}, 404),
    ],
)
def test_refusals(call: Call, address: str, query: dict[str, Any], status: int) -> None:
    answer = call(address, **query)
    assert answer.status_code == status
    assert answer.json()["origin"] == "supply-api"


def test_a_token_needs_the_category_and_discrepancies_more_than_a_base_token(world: World) -> None:
    def asker(**told: Any) -> Call:
        key = token.make(SID, **told)
        account = Account(marketplace="wildberries", client_id=SID, api_key=key)
        return caller(app_of(world, account), token=key)

    assert asker(categories=(1, 2))(SUPPLIES, {}).status_code == 401
    base = asker(kind=token.BASE)
    assert base(SUPPLIES, {}).status_code == 200
    assert base(f"{DISCREPANCIES}/1").status_code == 403
    assert DEMO_WILDBERRIES.client_id == SID


def test_limits_are_by_method(world: World) -> None:
    call = caller(app_of(world, rate=50))
    number = ids.supply_id(true(world, Stage.ACCEPTED)[0])
    assert call(f"{DISCREPANCIES}/{number}").status_code == 200
    late = call(f"{DISCREPANCIES}/{number}")
    assert (late.status_code, 50 < int(late.headers["X-Ratelimit-Retry"]) <= 60) == (429, True)
    assert [call(SUPPLIES, {}).status_code for _turn in range(11)] == [200] * 10 + [429]
    assert call(f"{SUPPLIES}/{number}").status_code == 200


@pytest.mark.parametrize(
    "fault", ["duplicate_page", "shifting_page", "out_of_order", "empty_page", "stale", "unknown_status"]
)
def test_lists_can_be_spoiled(call: Call, fault: str) -> None:
    rows = call(SUPPLIES, {}, limit=20, offset=20).json()
    spoiled = call(SUPPLIES, {}, fault=fault, limit=20, offset=20).json()
    assert spoiled != rows
