"""Methods: what answers which path, which scopes open it and how often it may be called."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.yandex_market import (
    keys,
    offers,
    orders,
    prices,
    returns,
    shops,
    stats,
    stocks,
    supplies,
    tariffs,
)
from sandbox.yandex_market.calls import Call
from sandbox.yandex_market.limits import Limit, per_hour, per_minute

_BUSINESS, _CAMPAIGN = "{businessId}", "{campaignId}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method. `items` names the list whose length a limit in items counts."""

    verb: str
    path: str
    answer: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...]
    limit: Limit
    items: str = ""
    # A method of a shop whose access is switched off answers 403, unless it is about the shop itself.
    is_of_shop: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as it is matched; its number is the business or the campaign."""
        return re.compile(re.sub(r"\\{\w+\\}", r"(\\d{1,18})", re.escape(self.path)))

    @property
    def name(self) -> str:
        """The method as it is counted and limited."""
        return f"{self.verb} {self.path}"

    @property
    def is_of_business(self) -> bool:
        """Whether the number in the path is a business."""
        return _BUSINESS in self.path

    @property
    def is_of_campaign(self) -> bool:
        """Whether the number in the path is a shop."""
        return _CAMPAIGN in self.path


_B, _C = f"/v2/businesses/{_BUSINESS}", f"/v2/campaigns/{_CAMPAIGN}"
_ANSWERED, _ASKED = "answered", "asked"

ROUTES = (
    Route(verb="POST", path="/v2/auth/token", answer=keys.token, scopes=keys.EVERY, limit=per_hour(100)),
    Route(verb="GET", path="/v2/campaigns", answer=shops.campaigns, scopes=keys.EVERY, limit=per_hour(1000)),
    Route(
        verb="GET",
        path=_C,
        answer=shops.campaign,
        scopes=keys.EVERY,
        limit=per_hour(5000),
        is_of_shop=False,
    ),
    Route(
        verb="GET",
        path=f"{_C}/settings",
        answer=shops.campaign_settings,
        scopes=keys.EVERY,
        limit=per_hour(1000),
        is_of_shop=False,
    ),
    Route(
        verb="POST",
        path=f"{_B}/settings",
        answer=shops.business_settings,
        scopes=keys.EVERY,
        limit=per_hour(100),
    ),
    Route(verb="GET", path="/v2/warehouses", answer=shops.warehouses, scopes=keys.EVERY, limit=per_hour(100)),
    Route(
        verb="POST",
        path=f"{_B}/offer-mappings",
        answer=offers.offer_mappings,
        scopes=keys.CATALOGUE,
        limit=per_minute(100, 600),
    ),
    Route(
        verb="POST",
        path=f"{_B}/offer-prices",
        answer=prices.default_prices,
        scopes=keys.PRICES,
        limit=per_minute(5000, 10_000, _ANSWERED),
        items="offers",
    ),
    Route(
        verb="POST",
        path=f"{_B}/offer-prices/updates",
        answer=prices.update_default,
        scopes=keys.PRICING,
        limit=per_minute(10_000, 10_000, _ASKED, at_once=12),
        items="offers",
    ),
    Route(
        verb="POST",
        path=f"{_C}/offer-prices",
        answer=prices.shop_prices,
        scopes=keys.PRICES,
        limit=per_minute(10_000, 100_000, _ANSWERED),
        items="offers",
    ),
    Route(
        verb="POST",
        path=f"{_C}/offer-prices/updates",
        answer=prices.shop_prices,
        scopes=keys.PRICING,
        limit=per_minute(10_000, 10_000, _ASKED, at_once=12),
        items="offers",
    ),
    Route(
        verb="POST",
        path=f"{_B}/price-quarantine",
        answer=prices.quarantine,
        scopes=keys.PRICES,
        limit=per_minute(5000, 10_000),
    ),
    Route(
        verb="POST",
        path=f"{_B}/price-quarantine/confirm",
        answer=prices.confirm,
        scopes=keys.PRICING,
        limit=per_minute(5000, 10_000, _ASKED),
        items="offerIds",
    ),
    Route(
        verb="POST",
        path=f"{_C}/offers/stocks",
        answer=stocks.offers_stocks,
        scopes=keys.CATALOGUE,
        limit=per_minute(100_000, 100_000, _ANSWERED),
        items="warehouses.offers",
    ),
    Route(
        verb="POST",
        path=f"/v1/businesses/{_BUSINESS}/orders",
        answer=orders.business_orders,
        scopes=keys.ORDERS,
        limit=per_hour(10_000, at_once=6),
    ),
    Route(
        verb="POST",
        path=f"{_C}/offers",
        answer=offers.campaign_offers,
        scopes=keys.CATALOGUE,
        limit=per_minute(1000, 10_000),
    ),
    Route(
        verb="POST",
        path=f"{_B}/offer-cards",
        answer=offers.offer_cards,
        scopes=keys.CATALOGUE,
        limit=per_minute(100, 600),
    ),
    Route(
        verb="POST",
        path=f"{_C}/price-quarantine",
        answer=prices.shop_prices,
        scopes=keys.PRICES,
        limit=per_minute(5000, 10_000),
    ),
    Route(
        verb="POST",
        path=f"{_C}/price-quarantine/confirm",
        answer=prices.shop_prices,
        scopes=keys.PRICING,
        limit=per_minute(5000, 10_000, _ASKED),
        items="offerIds",
    ),
    Route(
        verb="POST",
        path=f"{_C}/stats/skus",
        answer=tariffs.stats_skus,
        scopes=keys.CATALOGUE,
        limit=per_minute(2000, 5000, _ANSWERED),
        items="shopSkus",
    ),
    Route(
        verb="POST",
        path="/v2/tariffs/calculate",
        answer=tariffs.calculate,
        scopes=keys.TARIFFS,
        limit=per_minute(100, 100),
    ),
    Route(
        verb="POST",
        path=f"{_C}/stats/orders",
        answer=stats.stats_orders,
        scopes=keys.STATISTICS,
        limit=per_hour(10_000),
    ),
    Route(
        verb="GET",
        path=f"{_C}/returns",
        answer=returns.returns,
        scopes=keys.STATISTICS,
        limit=per_hour(5000),
    ),
    Route(
        verb="POST",
        path=f"{_C}/supply-requests",
        answer=supplies.supply_requests,
        scopes=keys.SUPPLIES,
        limit=per_hour(1000),
    ),
    Route(
        verb="POST",
        path=f"{_C}/supply-requests/items",
        answer=supplies.supply_items,
        scopes=keys.SUPPLIES,
        limit=per_hour(1000),
    ),
    Route(
        verb="POST",
        path=f"{_C}/supply-requests/documents",
        answer=supplies.supply_documents,
        scopes=keys.SUPPLIES,
        limit=per_hour(1000),
    ),
)


def length(document: dict[str, Any], items: str) -> int:
    """Count a list in a document, or the lists of the same name in the objects of another list."""
    outer, _, inner = items.partition(".")
    found = document.get(outer)
    rows = found if isinstance(found, list) else []
    return sum(len(row[inner]) for row in rows) if inner else len(rows)
