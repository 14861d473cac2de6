"""Supplies and removals as Ozon's dialect tells them: the list, the slots, the goods, the acts, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.app import App
from sandbox.ozon import shipments
from sandbox.world import World
from sandbox.world.moments import DAY, instant, moment
from sandbox.world.supplies import SUPPLY, Stage, Supply
from tests.sandbox.conftest import NOW, Ask

LIST, GET, BUNDLE = "/v3/supply-order/list", "/v3/supply-order/get", "/v1/supply-order/bundle"
CARGOES, REMOVALS = "/v1/cargoes/get", "/v1/removal/from-stock/list"
SUMMARY, PRODUCTS = "/v1/supply-order/act/summary/get", "/v1/supply-order/act/product/get"
STATES = sorted(shipments.STATES - {"UNSPECIFIED"})
AT = instant(NOW)


def supplies(world: World, at: int = AT) -> list[Supply]:
    return [one for one in world.supply_book.between(0, at + 1) if one.kind == SUPPLY]


def listed(ask: Ask, limit: int = 100, **changes: Any) -> list[str]:
    """Read the list to its end."""
    body = {"filter": {"states": STATES}, "sort_by": "ORDER_STATE_UPDATED_AT", "sort_dir": "DESC", **changes}
    ids: list[str] = []
    token = ""
    for _ in range(200):
        page = ask(LIST, {**body, "limit": limit, "last_id": token}).json()
        ids += page["order_ids"]
        token = page["last_id"]
        if not token:
            return ids
    raise AssertionError("the list has no end")


def order(ask: Ask, supply: Supply) -> dict[str, Any]:
    (found,) = ask(GET, {"order_ids": [str(shipments.order_id(supply.serial))]}).json()["orders"]
    return dict(found)


def test_the_list_names_every_request_the_newest_change_first(ask: Ask, world: World) -> None:
    ids = listed(ask, limit=7)

    assert sorted(ids) == sorted(str(shipments.order_id(one.serial)) for one in supplies(world))
    orders = [
        row
        for n in range(0, len(ids), 50)
        for row in ask(GET, {"order_ids": ids[n : n + 50]}).json()["orders"]
    ]
    changes = [row["state_updated_date"] for row in orders]
    assert changes == sorted(changes, reverse=True)
    assert ids == listed(ask, limit=100)


@pytest.mark.parametrize("sort", ["ORDER_CREATION", "TIMESLOT_FROM_UTC", "TIMESLOT_FROM_LOCAL"])
def test_other_orders_name_the_same(ask: Ask, sort: str) -> None:
    ids = listed(ask, sort_by=sort, sort_dir="ASC")

    assert sorted(ids) == sorted(listed(ask))
    assert ids == listed(ask, sort_by=sort, sort_dir="DESC")[::-1]


def test_the_list_is_narrowed(ask: Ask, world: World) -> None:
    ready = listed(ask, filter={"states": ["READY_TO_SUPPLY"]})
    wanted = [one for one in supplies(world) if shipments.turn_at(one, AT).state == "READY_TO_SUPPLY"]
    some = supplies(world)[3]
    number = shipments.order_number(some.serial)
    place = order(ask, some)["dropoff_warehouse"]["warehouse_id"]
    there = listed(ask, filter={"states": STATES, "dropoff_warehouse_ids": [str(place)]})
    slots = {
        "from": moment(some.slot_from - 1).isoformat(),
        "to": moment(some.slot_from + 1).isoformat(),
        "timeslot_filter_type": "BY_UTC_TIME",
    }

    assert sorted(ready) == sorted(str(shipments.order_id(one.serial)) for one in wanted)
    assert listed(ask, filter={"states": STATES, "order_number_search": number}) == [
        str(shipments.order_id(some.serial))
    ]
    assert 0 < len(there) < len(listed(ask))
    assert str(shipments.order_id(some.serial)) in listed(
        ask, filter={"states": STATES, "timeslot_from_range": slots}
    )


def test_slots_are_local_and_marked_with_z(ask: Ask, world: World) -> None:
    zones = set()
    for supply in supplies(world)[::3]:
        found = order(ask, supply)
        if supply.stage_at(AT) is Stage.DRAFT:
            assert found["timeslot"] is None
            continue
        told = found["timeslot"]
        zone = ZoneInfo(told["timezone_info"]["iana_name"])
        start = datetime.fromisoformat(told["timeslot"]["from"]).replace(tzinfo=zone)
        assert start.astimezone(UTC) == moment(supply.slot_from)
        assert start.utcoffset() == datetime.strptime(told["timezone_info"]["offset"], "%z").utcoffset()
        zones.add(str(zone))

    assert {"Europe/Moscow", "Asia/Vladivostok"} <= zones


def test_the_way_of_a_supply_is_told_step_by_step(ask: Ask, world: World, app: App) -> None:
    direct = next(one for one in supplies(world) if one.drop_off is None and Stage.CHECKING in one.path)
    dropped = next(
        one for one in supplies(world) if one.drop_off is not None and one.path[-1] is Stage.ACCEPTED
    )

    assert [turn.state for turn in shipments.turns(direct)][:5] == [
        "DATA_FILLING",
        "DATA_FILLING",
        "READY_TO_SUPPLY",
        "ACCEPTED_AT_SUPPLY_WAREHOUSE",
        "ACCEPTANCE_AT_STORAGE_WAREHOUSE",
    ]
    assert "IN_TRANSIT" in [turn.state for turn in shipments.turns(dropped)]
    assert all(
        list(turns) == sorted(turns, key=lambda turn: turn.at)
        for turns in (shipments.turns(one) for one in supplies(world))
    )
    storage = {bool(order(ask, one)["supplies"][0]["storage_warehouse"]) for one in (direct, dropped)}
    assert storage == {True, False}, "the warehouse of a supply by a drop-off point is not told"


def test_states_and_counts_move_with_time(ask: Ask, world: World, app: App) -> None:
    ahead = [one for one in world.supply_book.between(AT - 10 * DAY, AT) if one.kind == SUPPLY]
    supply = next(one for one in ahead if one.stage_at(AT) < Stage.SHIPPED and one.path[-1] is Stage.ACCEPTED)
    before = order(ask, supply)
    assert ask(SUMMARY, {"order_id": before["order_id"]}).json() == {"supplies_acts": []}
    app.clock.advance(timedelta(days=30))
    after = order(ask, supply)
    acts = ask(SUMMARY, {"order_id": after["order_id"]}).json()["supplies_acts"][0]

    assert (before["state"], after["state"]) != ("COMPLETED", "READY_TO_SUPPLY")
    assert after["state"] == "COMPLETED"
    assert acts["is_agreement_completed"]
    assert before["supplies"][0]["bundle_id"] != after["supplies"][0]["bundle_id"], (
        "it was edited when shipped"
    )


def test_acts_add_up(ask: Ask, world: World) -> None:
    kinds = set()
    for supply in supplies(world)[::2]:
        number = shipments.supply_id(supply.serial)
        acts = {act["type"]: act for act in ask(PRODUCTS, {"supply_id": number}).json()["supply_acts"]}
        summary = ask(SUMMARY, {"order_id": shipments.order_id(supply.serial)}).json()["supplies_acts"]
        if not acts:
            assert summary == []
            continue
        kinds |= acts.keys()
        for act in summary[0]["supply_acts"]:
            rows = acts[act["type"]]["items"]
            assert act["summary"]["fact_quantity"] == sum(row["fact_quantity"] for row in rows)
            worth = sum(float(row["fact_amount"]["amount"]["amount"]) for row in rows)
            assert float(act["summary"]["fact_amount"]["amount"]["amount"]) == pytest.approx(worth)

    assert kinds == {"ACCEPTANCE", "DEFECT", "SURPLUS", "SHORTCOMING"}


def test_boxes_hold_what_was_shipped(ask: Ask, world: World) -> None:
    supply = next(one for one in supplies(world) if one.stage_at(AT) is Stage.ACCEPTED and len(one.boxes) > 1)
    number = shipments.supply_id(supply.serial)
    (found,) = ask(CARGOES, {"supply_ids": [str(number)]}).json()["supply"]
    whole = ask(BUNDLE, {"bundle_ids": [order(ask, supply)["supplies"][0]["bundle_id"]], "limit": 100}).json()
    packed: dict[int, int] = {}
    for cargo in found["cargoes"]:
        for row in ask(BUNDLE, {"bundle_ids": [cargo["bundle_id"]], "limit": 100}).json()["items"]:
            packed[row["sku"]] = packed.get(row["sku"], 0) + row["quantity"]

    assert packed == {row["sku"]: row["quantity"] for row in whole["items"]}
    assert {cargo["tracking_info"]["type"] for cargo in found["cargoes"]} == {"ACTUAL_ARRIVAL"}
    assert whole["total_count"] == len(supply.lines)


def test_goods_come_in_pages_both_ways(ask: Ask, world: World) -> None:
    supply = max(supplies(world), key=lambda one: len(one.lines))
    name = shipments.bundle_id(supply.serial)

    def skus(*, is_asc: bool) -> list[int]:
        found: list[int] = []
        token = ""
        while True:
            page = ask(BUNDLE, {"bundle_ids": [name], "limit": 3, "last_id": token, "is_asc": is_asc}).json()
            found += [row["sku"] for row in page["items"]]
            token = page["last_id"]
            assert page["has_next"] is bool(token)
            if not token:
                return found

    assert skus(is_asc=True) == sorted(world.assortment[line.product].sku for line in supply.lines)
    assert skus(is_asc=False) == skus(is_asc=True)[::-1]


def test_removals_are_told_by_the_day_they_were_asked_for(ask: Ask, world: World) -> None:
    rows: list[dict[str, Any]] = []
    token = ""
    while True:
        body = {"date_from": "2026-10-01", "date_to": "2026-11-24", "limit": 5, "last_id": token}
        page = ask(REMOVALS, body).json()
        rows += page["returns_summary_report_rows"]
        token = page["last_id"]
        if not token:
            break
    found = [one for one in world.supply_book.between(0, AT + 1) if one.kind != SUPPLY]

    assert len(rows) == sum(len(one.lines) for one in found)
    assert {row["return_id"] for row in rows} == {one.serial + 1 for one in found}
    assert {row["return_state"] for row in rows} >= {"завершено", "создана"}
    early = ask(REMOVALS, {"date_from": "2026-09-01", "date_to": "2026-09-02", "limit": 500}).json()
    assert early == {"returns_summary_report_rows": [], "last_id": ""}


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (LIST, {"limit": 10, "sort_by": "ORDER_CREATION"}, "states"),
        (LIST, {"limit": 10, "sort_by": "ORDER_CREATION", "filter": {"states": ["FLYING"]}}, "states"),
        (LIST, {"limit": 101, "sort_by": "ORDER_CREATION", "filter": {"states": STATES}}, "range [1, 100]"),
        (LIST, {"limit": 10, "filter": {"states": STATES}}, "sort_by"),
        (
            LIST,
            {
                "limit": 10,
                "sort_by": "ORDER_CREATION",
                "filter": {"states": STATES, "order_number_search": "12"},
            },
            "order_number_search",
        ),
        (
            LIST,
            {
                "limit": 10,
                "sort_by": "ORDER_CREATION",
                "filter": {"states": STATES, "timeslot_from_range": {"from": "x"}},
            },
            "from",
        ),
        (
            LIST,
            {"limit": 10, "sort_by": "ORDER_CREATION", "filter": {"states": STATES}, "last_id": "Я"},
            "cursor",
        ),
        (GET, {}, "order_ids"),
        (GET, {"order_ids": [str(n) for n in range(51)]}, "50"),
        (GET, {"order_ids": ["x"]}, "int64"),
        (BUNDLE, {"limit": 10}, "bundle_ids"),
        (BUNDLE, {"limit": 10, "bundle_ids": ["a"], "sort_field": "COLOUR"}, "sort_field"),
        (CARGOES, {}, "supply_ids"),
        (SUMMARY, {}, "order_id"),
        (PRODUCTS, {"supply_id": []}, "supply_id"),
        (REMOVALS, {"limit": 10, "date_from": "2026-11-01"}, "date_to"),
        (REMOVALS, {"limit": 10, "date_from": "01.11.2026", "date_to": "2026-11-02"}, "date_from"),
        (REMOVALS, {"limit": 10, "date_from": "2026-11-05", "date_to": "2026-11-02"}, "before"),
        (REMOVALS, {"limit": 501, "date_from": "2026-11-01", "date_to": "2026-11-02"}, "range [1, 500]"),
    ],
)
def test_wrong_arguments_are_refused(ask: Ask, path: str, body: dict[str, Any], message: str) -> None:
    answer = ask(path, body)

    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert message in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BUNDLE, {"limit": 10, "bundle_ids": ["019c5755-8768-7a00-9582-7c1f2c81681f"]}),
        (BUNDLE, {"limit": 10, "bundle_ids": ["нет"]}),
        (SUMMARY, {"order_id": 1}),
        (PRODUCTS, {"supply_id": "1"}),
    ],
)
def test_what_is_not_there_is_not_found(ask: Ask, path: str, body: dict[str, Any]) -> None:
    answer = ask(path, body)

    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_supplies_of_the_future_are_not_told(ask: Ask, world: World) -> None:
    ahead = next(one for one in world.supply_book.between(AT + 1, AT + 20 * DAY) if one.kind == SUPPLY)

    assert ask(GET, {"order_ids": [str(shipments.order_id(ahead.serial))]}).json() == {"orders": []}
    assert str(shipments.order_id(ahead.serial)) not in listed(ask)


@pytest.mark.parametrize("serial", [0, 7, 380_096])
def test_names_lead_back(serial: int) -> None:
    assert shipments.of_order_id(shipments.order_id(serial)) == serial
    assert shipments.of_supply_id(shipments.supply_id(serial)) == serial
    assert shipments.of_bundle_id(shipments.bundle_id(serial, box=3, edition=1)) == (serial, 3, 1)
