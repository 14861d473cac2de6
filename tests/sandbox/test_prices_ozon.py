"""New prices as Ozon's dialect takes them: item by item, by the documented rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.accounts import DEMO
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox.conftest import NOW, Ask, asker, client_of

IMPORT, PRICES = "/v1/product/import/prices", "/v5/product/info/prices"


def rows(ask: Ask) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ask(PRICES, {"filter": {"visibility": "ALL"}, "limit": 1000}).json()[
        "items"
    ]
    return items


def change(ask: Ask, *prices: dict[str, Any]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = ask(IMPORT, {"prices": list(prices)}).json()["result"]
    return result


def test_a_new_price_stands_everywhere(ask: Ask) -> None:
    item = rows(ask)[0]["product_id"]

    (told,) = change(ask, {"product_id": item, "price": "1500.00", "old_price": "0", "min_price": "900"})

    assert (told["updated"], told["errors"]) == (True, [])
    price = ask(PRICES, {"filter": {"product_id": [item]}, "limit": 1}).json()["items"][0]["price"]
    assert (price["price"], price["old_price"], price["min_price"]) == (1500.0, 0.0, 900.0)
    info = ask("/v3/product/info/list", {"product_id": [item]}).json()["items"][0]
    assert (info["price"], info["min_price"]) == ("1500.00", "900.00")


@pytest.mark.parametrize(
    ("price", "old_price", "code"),
    [
        ("300", "319.99", "discount_for_low_price_is_too_small"),
        ("300", "320", ""),
        ("400", "421", "discount_for_average_price_is_too_small"),
        ("950", "1000", ""),
        ("10001", "10500", "discount_for_top_price_is_too_small"),
        ("10001", "10501", ""),
        ("100", "1000", "discount_too_big"),
        ("0", "0", "price_negative"),
    ],
)
def test_the_rules_of_the_crossed_out_price(ask: Ask, price: str, old_price: str, code: str) -> None:
    item = rows(ask)[1]["product_id"]

    (told,) = change(ask, {"product_id": item, "price": price, "old_price": old_price})

    assert [one["code"] for one in told["errors"]] == ([code] if code else [])
    assert told["updated"] is not bool(code)


def test_one_bad_item_does_not_stop_the_others(ask: Ask, app: App) -> None:
    first, second = (one["product_id"] for one in rows(ask)[:2])

    told = change(
        ask,
        {"product_id": first, "price": "1000", "old_price": "0"},
        {"product_id": 1, "price": "1000"},
        {"product_id": second, "price": "1000", "old_price": "0", "currency_code": "KZT"},
        {"offer_id": "нет такого", "price": "1000"},
    )

    assert [one["updated"] for one in told] == [True, False, False, False]
    assert [one["errors"][0]["code"] for one in told[1:]] == [
        "NOT_FOUND_ERROR",
        "currency_code_invalid",
        "NOT_FOUND_ERROR",
    ]
    assert len(app.sellers[DEMO.client_id].prices.uploads) == 1


def test_ten_changes_an_hour(ask: Ask, app: App) -> None:
    item = rows(ask)[0]["product_id"]
    taken = [
        change(ask, {"product_id": item, "price": str(1000 + turn), "old_price": "0"})[0]["updated"]
        for turn in range(11)
    ]
    assert taken == [True] * 10 + [False]

    app.clock.set(NOW.replace(hour=NOW.hour + 1, minute=1))
    assert change(ask, {"product_id": item, "price": "1500", "old_price": "0"})[0]["updated"]


def test_a_key_that_only_reads_may_not(world: World) -> None:
    account = replace(DEMO, roles=("Admin read only",))
    app = make_app(world, accounts=(account,), clock=Clock(NOW, frozen=True), rate=None)
    ask = asker(client_of(app))

    assert ask(IMPORT, {"prices": [{"product_id": 1, "price": "1"}]}).status_code == 403
    methods = ask("/v1/roles").json()["roles"][0]["methods"]
    assert PRICES in methods
    assert IMPORT not in methods


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prices": []},
        {"prices": ["x"]},
        {"prices": [{"price": 1}]},
        {"prices": [{"price": "NaN"}]},
        {"prices": [{"price": "a"}]},
        {"prices": [{"price": "1"}] * 1001},
    ],
)
def test_what_cannot_be_read_is_refused_whole(ask: Ask, body: dict[str, Any]) -> None:
    assert ask(IMPORT, body).status_code == 400
