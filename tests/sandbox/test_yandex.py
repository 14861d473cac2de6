"""Keys, scopes, shops, limits and pages of Yandex Market's dialect."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.utils import timezone

from sandbox.accounts import DEMO_YANDEX_MARKET
from sandbox.app import App
from sandbox.world import World
from sandbox.yandex_market.limits import Limit, Windows
from tests.sandbox.conftest import NOW
from tests.sandbox.yandex import (
    BUSINESS,
    CABINET,
    CAMPAIGN,
    IDLE,
    MAPPINGS,
    ORDERS,
    PRICES,
    QUARANTINE,
    SETTINGS,
    SHOP,
    STOCKS,
    UPDATES,
    Call,
    app_of,
    caller,
    dialect_of,
    rows,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def _scoped(world: World, *scopes: str) -> Call:
    return caller(app_of(world, replace(DEMO_YANDEX_MARKET, roles=scopes)))


def test_an_unknown_revoked_or_expired_key_is_401(world: World) -> None:
    assert caller(app_of(world), key="ACMA:no")(MAPPINGS).status_code == 401
    for account in (
        replace(DEMO_YANDEX_MARKET, revoked=True),
        replace(DEMO_YANDEX_MARKET, expires_at=NOW - timedelta(days=1)),
    ):
        answer = caller(app_of(world, account))(MAPPINGS)
        assert answer.status_code == 401
        assert answer.json()["status"] == "ERROR"
        assert answer.json()["errors"][0].keys() == {"code", "message"}


def test_the_key_tells_its_scopes_in_another_spelling(world: World, call: Call) -> None:
    assert call("/v2/auth/token").json()["result"]["apiKey"]["authScopes"] == ["ALL_METHODS"]
    some = _scoped(world, "pricing:read-only", "offers-and-cards-management", "no-such-scope")
    scopes = some("/v2/auth/token").json()["result"]["apiKey"]["authScopes"]
    assert scopes == ["OFFERS_AND_CARDS_MANAGEMENT", "PRICING_READ_ONLY"]


def test_a_scope_opens_its_methods_only(world: World) -> None:
    catalogue = _scoped(world, "offers-and-cards-management:read-only")
    assert catalogue(MAPPINGS).status_code == catalogue(STOCKS).status_code == 200
    assert catalogue(PRICES).status_code == catalogue(ORDERS).status_code == 403
    assert _scoped(world, "finance-and-accounting")(ORDERS).status_code == 200
    assert _scoped(world, "promotion")(SHOP, verb="GET").status_code == 200


@pytest.mark.parametrize("scope", ["all-methods:read-only", "pricing:read-only"])
def test_a_read_only_scope_writes_no_price(world: World, scope: str) -> None:
    call = _scoped(world, scope)
    assert call(PRICES).status_code == 200
    assert call(UPDATES, {"offers": []}).status_code == 403
    assert call(f"{QUARANTINE}/confirm", {"offerIds": ["a"]}).status_code == 403


def test_other_cabinets_and_shops_stay_closed(call: Call) -> None:
    assert call("/v2/businesses/1/offer-mappings").status_code == 403
    assert call("/v2/campaigns/1/offers/stocks").status_code == 404
    assert call("/v2/campaigns/1", verb="GET").status_code == 404
    assert call("/v2/warehouses", verb="GET", campaignId=1).status_code == 404


def test_the_second_shop_is_there_but_its_methods_are_switched_off(call: Call) -> None:
    shops = rows(
        lambda path, _body, **query: call(path, verb="GET", **query), "/v2/campaigns", "campaigns", limit=1
    )
    assert [(shop["id"], shop["placementType"], shop["apiAvailability"]) for shop in shops] == [
        (CAMPAIGN, "FBY", "AVAILABLE"),
        (IDLE, "FBS", "DISABLED_BY_INACTIVITY"),
    ]
    assert {shop["business"]["id"] for shop in shops} == {BUSINESS}
    assert call(f"/v2/campaigns/{IDLE}", verb="GET").json()["campaign"] == shops[1]
    for path in ("offers/stocks", "offers", "stats/orders"):
        answer = call(f"/v2/campaigns/{IDLE}/{path}")
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "API_DISABLED"


def test_unknown_paths_verbs_and_bodies_are_refused(app: App, call: Call) -> None:
    assert call("/v2/nothing").status_code == 404
    assert call(MAPPINGS, verb="PUT").status_code == 405
    assert call(MAPPINGS, {"offerIds": "x" * 600_000}).status_code == 413
    for body in (
        {"offerIds": []},
        {"offerIds": ["a", "a"]},
        {"offerIds": [1]},
        {"archived": 1},
        {"offerIds": "a"},
    ):
        assert call(MAPPINGS, body).status_code == 400, body
    for limit in ("0", "-1", "x", "101", "9" * 30, "١"):
        assert call(MAPPINGS, limit=limit).status_code == 400, limit


def test_without_a_subscription_the_limits_are_narrower(world: World) -> None:
    medium = replace(DEMO_YANDEX_MARKET, subscription="MEDIUM")
    for account, level, amount in ((DEMO_YANDEX_MARKET, "NONE", "100"), (medium, "MEDIUM", "600")):
        call = caller(app_of(world, account))
        assert call(f"{CABINET}/settings").json()["result"]["subscriptionLevel"] == level
        assert call(MAPPINGS).headers["X-RateLimit-Resource-Limit"] == amount


def test_over_the_limit_is_420_until_a_second_that_it_names(world: World) -> None:
    app = app_of(world, rate=50.0)
    call = caller(app)
    left = [int(call(MAPPINGS, limit=1).headers["X-RateLimit-Resource-Remaining"]) for _ in range(100)]
    assert left == list(range(99, -1, -1))

    answer = call(MAPPINGS, limit=1)

    assert answer.status_code == 420
    assert answer.json()["status"] == "ERROR"
    until = parsedate_to_datetime(answer.headers["X-RateLimit-Resource-Until"])
    assert timedelta(0) < until - timezone.now() <= timedelta(seconds=61)
    assert call(ORDERS, limit=1).status_code == 200
    report = dialect_of(app).report()[DEMO_YANDEX_MARKET.client_id]
    assert (report["requests"], report["violations"]) == (102, 1)
    method = "POST /v2/businesses/{businessId}/offer-mappings"
    assert report["methods"][method] == {"requests": 101, "violations": 1}


def test_some_limits_count_what_was_answered_and_some_what_was_asked(world: World) -> None:
    call = caller(app_of(world, rate=50.0))
    answered = call(PRICES, limit=7)
    assert answered.headers["X-RateLimit-Resource-Remaining"] == str(5000 - 7)
    offers = [row["offerId"] for row in answered.json()["result"]["offers"]]
    asked = call(f"{QUARANTINE}/confirm", {"offerIds": offers[:3]})
    assert asked.headers["X-RateLimit-Resource-Remaining"] == str(5000 - 3)
    stock = call(STOCKS, limit=9)
    units = sum(len(row["offers"]) for row in stock.json()["result"]["warehouses"])
    assert stock.headers["X-RateLimit-Resource-Remaining"] == str(100_000 - units)


def test_windows_end_and_pass_faster_when_told_so() -> None:
    now = [1000.0]
    windows = Windows(speed=60.0, is_on=True, clock=lambda: now[0])
    limit = Limit(2, 2, 60.0)

    def take() -> bool:
        return windows.take("m", 1, limit, medium=False, cost=1) is not None

    assert [take(), take(), take()] == [True, True, False]
    assert windows.take("m", 2, limit, medium=False, cost=1) is not None
    now[0] += 1.0
    assert take()


def test_the_fifth_request_at_once_is_420(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(world, rate=50.0)
    entered, leave = threading.Semaphore(0), threading.Event()
    patterns = dialect_of(app)._patterns
    pattern, route = next(pair for pair in patterns if pair[1].path.endswith("/offer-mappings"))

    def slow(_call: Any) -> dict[str, Any]:
        entered.release()
        leave.wait(10)
        return {"status": "OK", "result": {}}

    patterns[patterns.index((pattern, route))] = (pattern, replace(route, answer=slow))
    threads = [threading.Thread(target=lambda: caller(app)(MAPPINGS)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=10)

    assert caller(app)(PRICES).status_code == 420
    assert caller(app)(ORDERS).status_code == 200, "orders may run six at once"
    leave.set()
    for thread in threads:
        thread.join(10)
    assert caller(app)(PRICES).status_code == 200


def test_a_token_belongs_to_its_filters(call: Call) -> None:
    first = call(MAPPINGS, {"archived": False}, limit=5).json()["result"]
    token = first["paging"]["nextPageToken"]
    assert call(MAPPINGS, {"archived": False}, limit=7, pageToken=token).status_code == 200
    assert call(MAPPINGS, {"archived": True}, limit=5, pageToken=token).status_code == 400
    assert call(PRICES, {"archived": False}, limit=5, pageToken=token).status_code == 400
    for wrong in ("x", "AAAA", "%00", "я" * 10, "W10="):
        assert call(MAPPINGS, {"archived": False}, pageToken=wrong).status_code == 400, wrong


def test_failures_on_demand_are_worded_as_market_does(call: Call) -> None:
    statuses = {"429": 420, "500": 500, "revoked": 401}
    for fault, status in statuses.items():
        answer = call(MAPPINGS, fault=fault)
        assert answer.status_code == status
        assert answer.json()["status"] == "ERROR"
    assert "X-RateLimit-Resource-Until" in call(MAPPINGS, fault="429").headers


@pytest.mark.parametrize("fault", ["duplicate_page", "shifting_page", "out_of_order"])
def test_a_moving_list_loses_nothing(call: Call, fault: str) -> None:
    still = rows(call, MAPPINGS, "offerMappings", limit=9)
    seen: dict[str, Any] = {}
    query: dict[str, object] = {}
    for step in range(60):
        page = call(MAPPINGS, limit=9, fault=fault if step % 3 == 1 else "", **query).json()["result"]
        seen |= {row["offer"]["offerId"]: row for row in page["offerMappings"]}
        if not page["paging"]:
            break
        query = {"pageToken": page["paging"]["nextPageToken"]}
    assert seen.keys() == {row["offer"]["offerId"] for row in still}
