"""The methods: host, path, category of the token, limit, and who answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sandbox.wildberries import (
    cards,
    feed,
    limits,
    prices,
    reports,
    returns,
    seller,
    statistics,
    stocks,
    supplies,
    tariffs,
)
from sandbox.wildberries.calls import Call
from sandbox.wildberries.limits import Rule
from sandbox.wildberries.token import ANALYTICS, BUYER_RETURNS, CONTENT, PRICES, STATISTICS, SUPPLIES

_COMMON, _CONTENT, _PRICES = "common-api", "content-api", "discounts-prices-api"
_ANALYTICS, _STATISTICS, _SUPPLIES = "seller-analytics-api", "statistics-api", "supplies-api"
_RETURNS = "returns-api"
HOSTS = (
    _COMMON,
    _CONTENT,
    _PRICES,
    _ANALYTICS,
    _STATISTICS,
    _SUPPLIES,
    _RETURNS,
    "documents-api",
    "finance-api",
    "feedbacks-api",
    "buyer-chat-api",
    "advert-api",
    "dp-calendar-api",
    "marketplace-api",
    "user-management-api",
)


@dataclass(frozen=True, kw_only=True)
class Route:
    """A method. `category` is the bit that a token needs, 0 where any token may ask; `is_dead` answers 404.

    `answer` gives a document, its text, a status with a document, or nothing, which is 204.
    """

    verb: str
    host: str
    path: str
    answer: Callable[[Call], Any]
    category: int
    rule: Rule
    is_write: bool = False
    is_dead: bool = False

    @property
    def name(self) -> str:
        """What the method is counted as."""
        return f"{self.verb} {self.host}{self.path}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path with its id as a group."""
        return re.compile(re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(f"/{self.host}{self.path}")))


def _get(
    host: str, path: str, answer: Callable[[Call], Any], category: int, rule: Rule, **more: bool
) -> Route:
    return Route(verb="GET", host=host, path=path, answer=answer, category=category, rule=rule, **more)


def _post(
    host: str, path: str, answer: Callable[[Call], Any], category: int, rule: Rule, **more: bool
) -> Route:
    return Route(verb="POST", host=host, path=path, answer=answer, category=category, rule=rule, **more)


def _dead(verb: str, host: str, path: str, category: int) -> Route:
    return Route(
        verb=verb,
        host=host,
        path=path,
        answer=tariffs.switched_off,
        category=category,
        rule=limits.PING,
        is_dead=True,
    )


_REMAINS = "/api/v1/warehouse_remains"
ROUTES = (
    *(_get(host, "/ping", seller.ping, 0, limits.PING) for host in HOSTS),
    _get(_COMMON, "/api/v1/seller-info", seller.info, 0, limits.SELLER),
    _get(_COMMON, "/api/v1/tariffs/commission", tariffs.commission, 0, limits.COMMISSION),
    _get(_COMMON, "/api/v1/tariffs/box", tariffs.box, 0, limits.BOX),
    _get(_COMMON, "/api/v1/tariffs/pallet", tariffs.pallet, 0, limits.PALLET),
    _get(_COMMON, "/api/v1/tariffs/return", tariffs.returning, 0, limits.RETURN),
    _post(_CONTENT, "/content/v2/get/cards/list", cards.cards_list, CONTENT, limits.CARDS),
    _post(_CONTENT, "/content/v2/get/cards/trash", cards.cards_trash, CONTENT, limits.CONTENT),
    _post(_CONTENT, "/content/v2/cards/error/list", cards.cards_errors, CONTENT, limits.CARD_ERRORS),
    _get(_CONTENT, "/content/v2/cards/limits", cards.cards_limits, CONTENT, limits.CARD_LIMITS),
    _get(_PRICES, "/api/v2/list/goods/filter", prices.goods, PRICES, limits.PRICES),
    _post(_PRICES, "/api/v2/list/goods/filter", prices.goods_named, PRICES, limits.PRICES),
    _get(_PRICES, "/api/v2/list/goods/size/nm", prices.sizes, PRICES, limits.PRICES),
    _get(_PRICES, "/api/v2/quarantine/goods", prices.quarantine, PRICES, limits.PRICES),
    _post(_PRICES, "/api/v2/upload/task", prices.upload_cards, PRICES, limits.PRICES, is_write=True),
    _post(_PRICES, "/api/v2/upload/task/size", prices.upload_sizes, PRICES, limits.PRICES, is_write=True),
    _post(
        _PRICES, "/api/v2/upload/task/club-discount", prices.upload_club, PRICES, limits.PRICES, is_write=True
    ),
    _get(_PRICES, "/api/v2/history/tasks", prices.history_task, PRICES, limits.PRICES),
    _get(_PRICES, "/api/v2/history/goods/task", prices.history_goods, PRICES, limits.PRICES),
    _get(_PRICES, "/api/v2/buffer/tasks", prices.buffer_task, PRICES, limits.PRICES),
    _get(_PRICES, "/api/v2/buffer/goods/task", prices.buffer_goods, PRICES, limits.PRICES),
    _post(
        _ANALYTICS,
        "/api/analytics/v1/stocks-report/wb-warehouses",
        stocks.wb_warehouses,
        ANALYTICS,
        limits.STOCKS,
    ),
    _post(_ANALYTICS, "/api/analytics/v1/order-feed", feed.order_feed, ANALYTICS, limits.FEED),
    _get(_ANALYTICS, _REMAINS, reports.create, ANALYTICS, limits.REMAINS),
    _get(
        _ANALYTICS, f"{_REMAINS}/tasks/{{task_id}}/status", reports.status, ANALYTICS, limits.REMAINS_STATUS
    ),
    _get(
        _ANALYTICS,
        f"{_REMAINS}/tasks/{{task_id}}/download",
        reports.download,
        ANALYTICS,
        limits.REMAINS_DOWNLOAD,
    ),
    _get(_STATISTICS, "/api/v1/supplier/orders", statistics.orders, STATISTICS, limits.ORDERS),
    _get(_STATISTICS, "/api/v1/supplier/sales", statistics.sales, STATISTICS, limits.SALES),
    _post(_SUPPLIES, "/api/v1/supplies", supplies.supplies, SUPPLIES, limits.SUPPLIES),
    _get(_SUPPLIES, "/api/v1/supplies/{ID}", supplies.supply, SUPPLIES, limits.SUPPLY),
    _get(_SUPPLIES, "/api/v1/supplies/{ID}/goods", supplies.goods, SUPPLIES, limits.SUPPLY_GOODS),
    _get(_SUPPLIES, "/api/v1/supplies/{ID}/package", supplies.package, SUPPLIES, limits.SUPPLY_PACKAGE),
    _get(
        _SUPPLIES,
        "/api/supplies/v1/discrepancies/{supplyId}",
        supplies.discrepancies,
        SUPPLIES,
        limits.DISCREPANCIES,
    ),
    _get(_ANALYTICS, "/api/analytics/v1/item-returns", returns.item_returns, ANALYTICS, limits.ITEM_RETURNS),
    _get(_RETURNS, "/api/v1/claims", returns.claims, BUYER_RETURNS, limits.CLAIMS),
    # Switched off in August 2026, for a time.
    _dead("GET", _COMMON, "/api/tariffs/v1/acceptance/coefficients", 0),
    _dead("GET", _SUPPLIES, "/api/v1/warehouses", SUPPLIES),
    _dead("POST", _SUPPLIES, "/api/v1/acceptance/options", SUPPLIES),
    _dead("GET", _SUPPLIES, "/api/v1/transit-tariffs", SUPPLIES),
    # Switched off in June and July 2026, for good.
    _dead("GET", _STATISTICS, "/api/v1/supplier/stocks", STATISTICS),
    _dead("GET", _STATISTICS, "/api/v1/supplier/incomes", STATISTICS),
    _dead("GET", _STATISTICS, "/api/v5/supplier/reportDetailByPeriod", STATISTICS),
)
