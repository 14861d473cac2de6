"""Returns as Ozon's dialect lists them: what is told of the way back, filters, the place in the list, refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.app import App
from sandbox.ozon.returns import return_id, told_of, told_status
from sandbox.world import World
from sandbox.world.moments import DAY, instant, iso
from sandbox.world.returns import BackStep, Return
from tests.sandbox.conftest import NOW, Ask

LIST = "/v1/returns/list"
AT = instant(NOW)


def listed(ask: Ask, limit: int = 500, **wanted: Any) -> list[dict[str, Any]]:
    """Read the list to its end."""
    rows: list[dict[str, Any]] = []
    last_id = 0
    for _ in range(500):
        page = ask(LIST, {"filter": wanted, "limit": limit, "last_id": last_id}).json()
        rows += page["returns"]
        if not page["has_next"]:
            return rows
        last_id = page["returns"][-1]["id"]
    raise AssertionError("the list has no end")


def period(since: int, until: int) -> dict[str, str]:
    return {"time_from": iso(since), "time_to": iso(until)}


def known(world: World, at: int = AT) -> list[Return]:
    return list(world.return_book.between(0, at + 1))


def test_everything_that_comes_back_is_listed(ask: Ask, world: World) -> None:
    rows = listed(ask, limit=33)

    assert [row["id"] for row in rows] == sorted(return_id(one.serial) for one in known(world))
    assert rows == listed(ask)
    assert {row["type"] for row in rows} == {
        "Cancellation",
        "FullReturn",
        "PartialReturn",
        "ClientReturn",
        "Unknown",
    }
    assert {row["schema"] for row in rows} == {"FBO"}


def test_rows_name_their_posting_and_its_price(ask: Ask, world: World) -> None:
    for row in listed(ask)[::11]:
        order = world.order(row["posting_number"], at=NOW)
        assert order is not None
        (line,) = [line for line in order.lines if line.sku == row["product"]["sku"]]
        assert row["product"]["price"]["price"] == pytest.approx(float(line.price))
        assert row["product"]["quantity"] <= line.quantity
        assert row["order_number"] == order.basket


def test_a_change_of_the_status_is_found_in_its_period(ask: Ask, world: World) -> None:
    since, until = AT - 6 * DAY, AT - 2 * DAY

    rows = listed(ask, visual_status_change_moment=period(since, until))

    wanted = [return_id(one.serial) for one in known(world) if since <= told_of(one, AT).since <= until]
    assert [row["id"] for row in rows] == sorted(wanted)
    assert all(iso(since) <= row["visual"]["change_moment"] <= iso(until) for row in rows)


def test_other_filters(ask: Ask, world: World) -> None:
    rows = listed(ask)
    waiting = [row["id"] for row in rows if row["visual"]["status"]["sys_name"] == "ArrivedAtReturnPlace"]
    paid = [
        row["id"]
        for row in rows
        if row["compensation_status"] and row["logistic"]["cancelled_with_compensation_moment"]
    ]
    some = rows[5]
    since, until = AT - 9 * DAY, AT - 5 * DAY

    assert [row["id"] for row in listed(ask, visual_status_name="ArrivedAtReturnPlace")] == waiting
    assert [row["id"] for row in listed(ask, compensation_status_id=2)] == paid
    assert some["id"] in [row["id"] for row in listed(ask, posting_numbers=[some["posting_number"]])]
    assert all(
        row["product"]["offer_id"] == some["product"]["offer_id"]
        for row in listed(ask, offer_id=some["product"]["offer_id"])
    )
    began = listed(ask, logistic_return_date=period(since, until))
    assert [row["id"] for row in began] == [
        row["id"] for row in rows if iso(since) <= row["logistic"]["return_date"] <= iso(until)
    ]
    assert listed(ask, return_schema="FBS") == []
    assert listed(ask, return_schema="FBO") == rows
    assert waiting
    assert paid


def test_what_is_told_of_the_way_back(world: World) -> None:
    end = AT + 90 * DAY
    paths: dict[tuple[BackStep, ...], list[str]] = {}
    for one in known(world):
        told = [told_status(one, when) for when in one.times]
        paths.setdefault(one.path, told)
        assert told_of(one, end).since in (one.registered, *one.times)

    step = BackStep
    assert paths[step.CHECKED, step.ON_SALE] == ["received", "back_on_sale"]
    assert paths[step.REGISTERED, step.RECEIVED, step.CHECKED, step.ON_SALE] == [
        "in_transit",
        "received",
        "received",
        "back_on_sale",
    ]
    waiting = [told for path, told in paths.items() if path[-1] is step.HANDED_OVER]
    assert waiting == [["in_transit", "received", "received", "in_transit", "waiting_pickup", "handed_over"]]
    lost = [told for path, told in paths.items() if path[-1] is step.LOST]
    assert all(told == ["in_transit", "in_transit"] for told in lost), "that goods are lost is not told"
    assert all(told[-1] == "compensated" for path, told in paths.items() if path[-1] is step.COMPENSATED)


def test_storage_is_charged_while_goods_wait(ask: Ask, app: App) -> None:
    waiting = {row["id"]: row for row in listed(ask, visual_status_name="ArrivedAtReturnPlace")}
    app.clock.advance(timedelta(days=3))
    later = {row["id"]: row for row in listed(ask, visual_status_name="ArrivedAtReturnPlace")}

    both = waiting.keys() & later.keys()
    assert both
    for id_ in both:
        assert later[id_]["visual"] == waiting[id_]["visual"]
        assert later[id_]["storage"]["sum"]["price"] >= waiting[id_]["storage"]["sum"]["price"]
        assert later[id_]["storage"]["days"] == waiting[id_]["storage"]["days"] + 3
    assert any(
        later[id_]["storage"]["sum"]["price"] > waiting[id_]["storage"]["sum"]["price"] for id_ in both
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"limit": 501}, "range [1, 500]"),
        ({}, "range [1, 500]"),
        ({"limit": 1, "last_id": "x"}, "int64"),
        (
            {"limit": 1, "filter": {"visual_status_change_moment": {"time_from": "2026-11-01T00:00:00Z"}}},
            "time_to",
        ),
        ({"limit": 1, "filter": {"posting_numbers": ["1"] * 51}}, "50"),
        (
            {
                "limit": 1,
                "filter": {
                    "visual_status_change_moment": period(AT - DAY, AT),
                    "logistic_return_date": period(AT - DAY, AT),
                },
            },
            "only one",
        ),
    ],
)
def test_wrong_arguments_are_refused(ask: Ask, body: dict[str, Any], message: str) -> None:
    answer = ask(LIST, body)

    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert message in answer.json()["message"]
