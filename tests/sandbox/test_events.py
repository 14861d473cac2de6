"""What happens, told in order: steps of orders and changes of stock that add up to the truth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.ozon.push import push_bodies
from sandbox.world import World
from sandbox.world.events import StepTaken, StockChanged
from tests.sandbox.conftest import NOW

SINCE = NOW - timedelta(hours=30)


def _totals(world: World, at: object) -> dict[str, tuple[int, int]]:
    totals: dict[str, tuple[int, int]] = {}
    for row in world.stock(at=at):  # type: ignore[arg-type]
        present, reserved = totals.get(row.offer_id, (0, 0))
        totals[row.offer_id] = present + row.present, reserved + row.reserved
    return totals


@pytest.mark.parametrize("kind", ["world", "live_world"])
def test_stock_changes_lead_from_one_stock_to_the_next(request: pytest.FixtureRequest, kind: str) -> None:
    world: World = request.getfixturevalue(kind)
    totals = _totals(world, SINCE)
    for event in world.push_events(SINCE, NOW):
        if isinstance(event, StockChanged):
            offer = world.assortment[event.product].offer_id
            assert totals[offer] == (event.old.present, event.old.reserved)
            totals[offer] = event.new.present, event.new.reserved

    assert totals == _totals(world, NOW)


@pytest.mark.parametrize("kind", ["world", "live_world"])
def test_steps_are_the_history_of_orders(request: pytest.FixtureRequest, kind: str) -> None:
    world: World = request.getfixturevalue(kind)
    told = [
        (e.order.number, e.order.path[e.place].name.lower(), e.at)
        for e in world.push_events(SINCE, NOW)
        if isinstance(e, StepTaken)
    ]
    truth = {
        (order.number, step, int(at.timestamp() * 1_000_000 + 0.5))
        for order in world.orders(until=NOW)
        for step, at in order.history
        if SINCE < at <= NOW
    }

    assert len(told) == len(set(told)) == len(truth)
    assert {(number, step) for number, step, _ in told} == {(number, step) for number, step, _ in truth}
    assert [at for *_, at in told] == sorted(at for *_, at in told)


def test_parts_of_a_period_tell_the_same_as_the_whole(live_world: World) -> None:
    whole = list(live_world.push_events(SINCE, NOW))
    parts = []
    at = SINCE
    while at < NOW:
        following = min(at + timedelta(minutes=47, microseconds=13), NOW)
        parts += live_world.push_events(at, following)
        at = following

    assert parts == whole


def test_bodies_are_as_documented(live_world: World) -> None:
    bodies = list(push_bodies(live_world, live_world.push_events(SINCE, NOW), seller_id=1284417))
    shapes = {body["message_type"]: set(body) for body in bodies}
    common = {"message_type", "posting_number", "order_number", "uuid", "warehouse_id", "seller_id"}

    assert shapes == {
        "TYPE_FBO_POSTING_NEW": common | {"products", "creation_date"},
        "TYPE_FBO_POSTING_STATE_CHANGED": common | {"new_state", "changed_state_date"},
        "TYPE_FBO_POSTING_CANCELLED": common
        | {"products", "old_state", "new_state", "cancel_date", "reason"},
        "TYPE_FBO_STOCKS_CHANGED": {"message_type", "sku", "stocks", "updated_at", "seller_id"},
    }
    uuids = [body["uuid"] for body in bodies if "uuid" in body]
    assert len(set(uuids)) == len(uuids)
    assert {b["new_state"] for b in bodies if b["message_type"].endswith("CANCELLED")} == {"posting_canceled"}
