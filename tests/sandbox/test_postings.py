"""The list of postings: complete, limited, filtered and shaped as documented."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.app import App
from sandbox.world import World
from tests.sandbox.conftest import NOW, PERIOD, Ask, all_postings, asker, client_of

LIST = "/v3/posting/fbo/list"
ALL_PARTS = {"analytics_data": True, "financial_data": True, "legal_info": True}
STAGE_OF = {
    "awaiting_packaging": "accepted",
    "awaiting_deliver": "packed",
    "delivering": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_hold_every_order_once(ask: Ask, world: World, direction: str, limit: int) -> None:
    since = NOW - timedelta(days=2 if limit < 100 else 40)
    period = {"since": since.isoformat(), "to": NOW.isoformat()}

    postings = all_postings(ask, limit=limit, sort_dir=direction, filter=period)

    numbers = [posting["posting_number"] for posting in postings]
    truth = [order.number for order in world.orders(until=NOW, since=since)]
    assert sorted(numbers) == sorted(truth)
    created = [posting["created_at"] for posting in postings]
    assert created == sorted(created, reverse=direction == "DESC")


def test_a_posting_tells_the_truth(ask: Ask, world: World) -> None:
    for posting in all_postings(ask, **{"with": ALL_PARTS}):
        truth = world.order(posting["posting_number"], at=NOW)
        assert truth is not None
        assert STAGE_OF[posting["status"]] == truth.stage
        lines = [(p["sku"], p["quantity"], Decimal(p["price"]["amount"])) for p in posting["products"]]
        assert lines == [(line.sku, line.quantity, line.price) for line in truth.lines]
        assert posting["analytics_data"]["warehouse_id"] == truth.warehouse_id
        assert posting["order_number"] == truth.basket
        assert (posting["cancel_reason_id"] != 0) == (truth.stage == "cancelled")
        assert (posting["cancellation"] is not None) == (truth.stage == "cancelled")


def test_substatuses_fit_the_way_of_delivery(ask: Ask) -> None:
    postings = all_postings(ask, **{"with": ALL_PARTS})
    seen = {(p["analytics_data"]["delivery_type"], p["substatus"]) for p in postings}

    assert {kind for kind, _ in seen} == {"PVZ", "Courier", "Postamat"}
    assert ("Courier", "posting_delivered") in seen
    assert ("PVZ", "posting_received") in seen
    assert not {("Courier", "posting_in_pickup_point"), ("PVZ", "posting_in_courier_service")} & seen


def test_parts_come_only_when_asked_for(ask: Ask) -> None:
    bare = ask(LIST, {"limit": 1, "filter": PERIOD}).json()["postings"][0]
    full = ask(LIST, {"limit": 1, "filter": PERIOD, "with": ALL_PARTS}).json()["postings"][0]

    assert bare["analytics_data"] is bare["financial_data"] is bare["legal_info"] is None
    assert full["analytics_data"]["warehouse_name"]
    money = full["financial_data"]["products"][0]
    assert money["product_id"] == full["products"][0]["sku"]
    assert money["payout"] + money["commission"]["amount"] == pytest.approx(money["price"])


def test_companies_that_buy_are_named(ask: Ask) -> None:
    named = [p for p in all_postings(ask, **{"with": ALL_PARTS}) if p["legal_info"]]

    assert named
    assert all(p["analytics_data"]["is_legal"] for p in named)
    for inn in (p["legal_info"]["inn"] for p in named):
        digits = [int(digit) for digit in inn]
        weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
        assert sum(w * d for w, d in zip(weights, digits, strict=False)) % 11 % 10 == digits[9]


def test_filters_by_status_number_and_order(ask: Ask, world: World) -> None:
    delivering = all_postings(ask, filter=PERIOD | {"statuses": ["delivering", "awaiting_deliver"]})
    pair = next(o.basket for o in world.orders(until=NOW) if o.number.endswith("-2"))
    some = [o.number for o in world.orders(until=NOW)][:250]

    assert {p["status"] for p in delivering} == {"delivering", "awaiting_deliver"}
    assert len(delivering) == sum(o.stage in ("shipped", "packed") for o in world.orders(until=NOW))
    by_numbers = all_postings(ask, filter={"posting_numbers": [*some, "99999999-0000-1"]})
    assert sorted(p["posting_number"] for p in by_numbers) == sorted(some)
    parts = all_postings(ask, filter={"order_numbers": [pair]}, sort_dir="DESC")
    assert [p["posting_number"] for p in parts] == [f"{pair}-2", f"{pair}-1"]
    assert len({p["order_id"] for p in parts}) == 1


def test_numbers_page_newest_first_too(ask: Ask, world: World) -> None:
    some = [o.number for o in world.orders(until=NOW)][:30]

    postings = all_postings(ask, filter={"posting_numbers": some}, sort_dir="DESC", limit=7)

    assert [p["posting_number"] for p in postings] == some[::-1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"limit": 101}, "range [1, 100]"),
        ({"limit": 0}, "range [1, 100]"),
        ({"limit": None}, "range [1, 100]"),
        ({"limit": True}, "range [1, 100]"),
        ({"filter": {"since": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:01Z"}}, "PERIOD_IS_TOO_LONG"),
        ({"filter": {"since": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}, "before"),
        ({"filter": {"since": "2026-02-01T00:00:00Z"}}, "required"),
        ({"filter": {"since": "yesterday", "to": "2026-01-01T00:00:00Z"}}, "Timestamp"),
        ({"filter": {"since": "2026-01-01", "to": "2026-01-02T00:00:00Z"}}, "Timestamp"),
        ({"filter": {"posting_numbers": ["1"] * 1001}}, "1000"),
        ({"filter": {"posting_numbers": "1"}}, "array"),
        ({"filter": []}, "object"),
        ({"cursor": "not a cursor"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"sort_dir": "up"}, "enum"),
        ({"with": {"analytics_data": "yes"}}, "bool"),
    ],
)
def test_wrong_arguments_are_refused(ask: Ask, body: dict[str, Any], message: str) -> None:
    answer = ask(LIST, {"limit": 10, "filter": PERIOD} | body)

    assert answer.status_code == 400
    assert answer.json()["code"] == 3
    assert message in answer.json()["message"]
    assert answer.json()["details"] == []


def test_a_year_is_not_too_long(ask: Ask) -> None:
    for since, to in (("2025-11-24", "2026-11-24"), ("2024-02-29", "2025-02-28")):
        period = {"since": f"{since}T12:00:00Z", "to": f"{to}T12:00:00Z"}
        assert ask(LIST, {"limit": 1, "filter": period}).status_code == 200


def test_the_future_is_not_told(ask: Ask, app: App, world: World) -> None:
    period = {"since": "2026-11-20T00:00:00Z", "to": "2026-12-20T00:00:00Z"}
    before = all_postings(ask, filter=period)
    app.clock.advance(timedelta(hours=5))
    after = all_postings(ask, filter=period)

    assert {p["posting_number"] for p in before} < {p["posting_number"] for p in after}
    states = {p["posting_number"]: p["substatus"] for p in after}
    assert sum(states[p["posting_number"]] != p["substatus"] for p in before) > 10
    assert len(after) == sum(1 for _ in world.orders(until=app.clock.now(), since=NOW - timedelta(days=4.5)))


def test_one_posting_is_the_same_in_its_other_shape(ask: Ask, world: World) -> None:
    listed = {p["posting_number"]: p for p in all_postings(ask, **{"with": ALL_PARTS})}
    for number in list(listed)[::60]:
        one = ask("/v2/posting/fbo/get", {"posting_number": number, "with": ALL_PARTS}).json()["result"]
        many = listed[number]
        for field in ("order_id", "order_number", "status", "substatus", "created_at", "cancel_reason_id"):
            assert one[field] == many[field]
        assert one["analytics_data"] == many["analytics_data"]
        assert one["legal_info"] == many["legal_info"]
        for ours, theirs in zip(one["products"], many["products"], strict=True):
            assert Decimal(ours["price"]) == Decimal(theirs["price"]["amount"])
            assert ours["currency_code"] == theirs["price"]["currency"]
        for ours, theirs in zip(
            one["financial_data"]["products"], many["financial_data"]["products"], strict=True
        ):
            assert ours["payout"] == theirs["payout"]
            assert ours["commission_amount"] == theirs["commission"]["amount"]
        truth = world.order(number, at=NOW)
        assert truth is not None
        assert (one["fact_delivery_date"] is not None) == ("shipped" in dict(truth.history))


def test_a_posting_that_is_not_there_is_not_found(ask: Ask) -> None:
    answer = ask("/v2/posting/fbo/get", {"posting_number": "00000000-0000-1"})

    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert ask("/v2/posting/fbo/get").status_code == 400


def test_every_reason_of_cancellation_is_listed(ask: Ask) -> None:
    reasons = {r["id"]: r["name"] for r in ask("/v1/posting/fbo/cancel-reason/list").json()["reasons"]}
    used = {p["cancel_reason_id"]: p["cancellation"] for p in all_postings(ask) if p["cancellation"]}

    assert used.keys() == reasons.keys()
    assert all(reasons[id_] == cancellation["cancel_reason"] for id_, cancellation in used.items())
    assert {c["cancellation_type"] for c in used.values()} == {
        "customer",
        "client",
        "delivery",
        "ozon",
        "system",
    }


def test_another_seller_sees_nothing_of_ours(app: App) -> None:
    stranger = asker(client_of(app, client_id="999", api_key="demo-ozon-key"))

    assert stranger(LIST, {"limit": 1, "filter": PERIOD}).status_code == 403
