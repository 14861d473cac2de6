"""Yandex Market's dialect over a small world, called without sockets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from sandbox.accounts import DEMO_YANDEX_MARKET, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings
from sandbox.yandex_market import YandexMarket
from tests.sandbox.conftest import NOW, SMALL

CAMPAIGN, IDLE, BUSINESS = 22_123_456, 22_123_457, 11_456_789
SHOP, CABINET = f"/v2/campaigns/{CAMPAIGN}", f"/v2/businesses/{BUSINESS}"
ORDERS = f"/v1/businesses/{BUSINESS}/orders"
MAPPINGS, PRICES, STOCKS = f"{CABINET}/offer-mappings", f"{CABINET}/offer-prices", f"{SHOP}/offers/stocks"
UPDATES, QUARANTINE = f"{PRICES}/updates", f"{CABINET}/price-quarantine"
STATISTICS = f"{SHOP}/stats/orders"
REQUESTS, RETURNS = f"{SHOP}/supply-requests", f"{SHOP}/returns"

SETTINGS = WorldSettings(
    channel="yandex_market",
    skus=SMALL.skus,
    first_day=SMALL.first_day,
    days=SMALL.days,
    per_day=SMALL.per_day,
)

Call = Callable[..., httpx.Response]


def app_of(
    world: World,
    *accounts: Account,
    now: datetime = NOW,
    rate: float | None = None,
    limit_speed: float = 1.0,
) -> App:
    """Return the sandbox over a world, with time standing still and no limits unless asked for."""
    clock = Clock(now, frozen=True)
    some = accounts or (DEMO_YANDEX_MARKET,)
    return make_app(world, accounts=some, clock=clock, rate=rate, limit_speed=limit_speed)


def caller(app: App, *, key: str = DEMO_YANDEX_MARKET.api_key) -> Call:
    """Return a function that posts a body to a method, or gets it without one."""
    client = httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://market.test/yandex_market",
        headers={"Api-Key": key},
    )

    def call(
        path: str, body: dict[str, Any] | None = None, *, fault: str = "", verb: str = "POST", **query: object
    ) -> httpx.Response:
        headers = {"X-Sandbox-Fault": fault} if fault else {}
        params = {name: str(value) for name, value in query.items()}
        if verb == "GET":
            return client.get(path, params=params, headers=headers)
        return client.request(verb, path, json=body or {}, params=params, headers=headers)

    return call


def dialect_of(app: App) -> YandexMarket:
    """Return the dialect behind its prefix."""
    dialect = app.dialects["/yandex_market"]
    assert isinstance(dialect, YandexMarket)
    return dialect


def pages(call: Call, path: str, body: dict[str, Any] | None = None, **query: object) -> list[dict[str, Any]]:
    """Read a list to its end; return what stands beside the pages, one object a page."""
    got: list[dict[str, Any]] = []
    more: dict[str, object] = {}
    for _ in range(1000):
        answer = call(path, body, **query, **more)
        assert answer.status_code == 200, answer.text
        document = answer.json()
        got.append(document.get("result", document))
        token = got[-1].get("paging", {}).get("nextPageToken")
        if not token:
            return got
        more = {"pageToken": token}
    raise AssertionError("the list has no end")


def rows(call: Call, path: str, name: str, body: dict[str, Any] | None = None, **query: object) -> list[Any]:
    """Read the rows of a list to its end."""
    return [row for page in pages(call, path, body, **query) for row in page[name]]
