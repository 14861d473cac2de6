"""Wildberries' dialect over a small world, called without sockets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from sandbox.accounts import DEMO_WILDBERRIES, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.wildberries import Wildberries
from sandbox.world import World, WorldSettings
from tests.sandbox.conftest import NOW, SMALL

SID = DEMO_WILDBERRIES.client_id
SELLER = "common-api/api/v1/seller-info"
TARIFFS = "common-api/api/v1/tariffs"
CARDS = "content-api/content/v2/get/cards/list"
TRASH = "content-api/content/v2/get/cards/trash"
GOODS = "discounts-prices-api/api/v2/list/goods/filter"
SIZES = "discounts-prices-api/api/v2/list/goods/size/nm"
UPLOAD = "discounts-prices-api/api/v2/upload/task"
HISTORY = "discounts-prices-api/api/v2/history"
BUFFER = "discounts-prices-api/api/v2/buffer"
QUARANTINE = "discounts-prices-api/api/v2/quarantine/goods"
STOCKS = "seller-analytics-api/api/analytics/v1/stocks-report/wb-warehouses"
FEED = "seller-analytics-api/api/analytics/v1/order-feed"
REMAINS = "seller-analytics-api/api/v1/warehouse_remains"
ORDERS = "statistics-api/api/v1/supplier/orders"
SALES = "statistics-api/api/v1/supplier/sales"
SUPPLIES = "supplies-api/api/v1/supplies"
DISCREPANCIES = "supplies-api/api/supplies/v1/discrepancies"
ITEM_RETURNS = "seller-analytics-api/api/analytics/v1/item-returns"
CLAIMS = "returns-api/api/v1/claims"

SETTINGS = WorldSettings(
    channel="wildberries",
    skus=SMALL.skus,
    first_day=SMALL.first_day,
    days=SMALL.days,
    per_day=SMALL.per_day,
    return_rate=0.15,
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
    some = accounts or (DEMO_WILDBERRIES,)
    return make_app(world, accounts=some, clock=clock, rate=rate, limit_speed=limit_speed)


def caller(app: App, *, token: str = DEMO_WILDBERRIES.api_key) -> Call:
    """Return a function that posts a body to a method, or gets it without one."""
    client = httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url="http://wb.test/wildberries/",
        headers={"Authorization": token} if token else {},
    )

    def call(path: str, body: Any = None, *, fault: str = "", **query: object) -> httpx.Response:
        headers = {"X-Sandbox-Fault": fault} if fault else {}
        params = {name: str(value) for name, value in query.items()}
        if body is None:
            return client.get(path, params=params, headers=headers)
        return client.post(path, json=body, params=params, headers=headers)

    return call


def dialect_of(app: App) -> Wildberries:
    """Return the dialect behind its prefix."""
    dialect = app.dialects["/wildberries"]
    assert isinstance(dialect, Wildberries)
    return dialect


def cards(
    call: Call, *, limit: int = 100, path: str = CARDS, name: str = "updatedAt"
) -> list[dict[str, Any]]:
    """Read the cards to their end, as their documents tell to."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {"limit": limit}
    for _ in range(500):
        settings = {"sort": {"ascending": True}, "filter": {"withPhoto": -1}, "cursor": cursor}
        answer = call(path, {"settings": settings})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["cards"]
        if page["cursor"]["total"] < limit:
            return found
        cursor = {"limit": limit, name: page["cursor"][name], "nmID": page["cursor"]["nmID"]}
    raise AssertionError("the list has no end")


def feed(call: Call, start: str, end: str | None = None, *, limit: int = 10_000) -> list[dict[str, Any]]:
    """Read the feed of a period, page by page of one snapshot."""
    found: list[dict[str, Any]] = []
    period = {"start": start} | ({"end": end} if end else {})
    pagination: dict[str, Any] = {"limit": limit, "offset": 0}
    for _ in range(500):
        answer = call(FEED, {"selectedPeriod": period, "pagination": pagination})
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        found += data["orders"]
        if len(data["orders"]) < limit:
            return found
        pagination = {
            "limit": limit,
            "offset": pagination["offset"] + limit,
            "snapshotTime": pagination.get("snapshotTime", data["snapshotTime"]),
        }
    raise AssertionError("the list has no end")
