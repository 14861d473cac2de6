"""The dialect: which method answers which path, after the key and the limit are checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.limits import Gate
from sandbox.ozon import cabinet, catalogue, notifications, postings, stocks
from sandbox.ozon.calls import Call, Seller
from sandbox.ozon.errors import (
    DEACTIVATED,
    EXHAUSTED,
    INVALID_KEY,
    MISSING_ROLE,
    NO_METHOD,
    NOT_FOUND,
    RATE_LIMIT,
    RESTRICTED,
    ApiError,
    bad,
    forbidden,
)
from sandbox.ozon.notifications import Post
from sandbox.world.moments import instant

#: Plain values to be written as JSON, or JSON already written.
Answer = dict[str, Any] | bytes
Method = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A request before its key is checked."""

    path: str
    client_id: str
    api_key: str
    address: str
    base_url: str


class Ozon:
    """Ozon's Seller API over the worlds of its sellers."""

    def __init__(self, sellers: Mapping[str, Seller], *, gate: Gate, post: Post) -> None:
        """Serve these sellers, by client id."""
        self._sellers = sellers
        self._gate = gate
        self.methods: dict[str, Method] = {
            "/v1/roles": lambda call: cabinet.roles(call, methods=tuple(self.methods)),
            "/v1/seller/info": cabinet.seller_info,
            "/v3/product/list": catalogue.product_list,
            "/v3/product/info/list": catalogue.product_info,
            "/v4/product/info/attributes": catalogue.product_attributes,
            "/v1/product/info/description": catalogue.product_description,
            "/v5/product/info/prices": catalogue.product_prices,
            "/v1/product/info/stocks-by-warehouse/fbo": stocks.stocks_by_warehouse,
            "/v4/product/info/stocks": stocks.product_stocks,
            "/v1/analytics/stocks": stocks.analytics_stocks,
            "/v2/cluster/list": stocks.clusters_v2,
            "/v1/cluster/list": stocks.clusters_v1,
            "/v1/warehouse/ozon/list": stocks.warehouses,
            "/v3/posting/fbo/list": postings.posting_list,
            "/v2/posting/fbo/get": postings.posting_get,
            "/v1/posting/fbo/cancel-reason/list": postings.cancel_reasons,
            "/v1/notification/set": notifications.set_address,
            "/v1/notification/update": notifications.update_address,
            "/v1/notification/enable": notifications.enable_address,
            "/v1/notification/delete": notifications.delete_address,
            "/v1/notification/check": lambda call: notifications.check_address(call, post=post),
            "/v1/notification/list": notifications.list_addresses,
            "/v1/notification/push-type/list": notifications.list_types,
        }

    def admit(self, knock: Knock, *, now: datetime) -> tuple[Seller, int]:
        """Check key, network, limit and rights; return the seller and how many requests remain this second."""
        if not knock.client_id or not knock.api_key:
            raise bad("Client-Id and Api-Key headers are required")
        seller = self._sellers.get(knock.client_id)
        if seller is None or seller.account.api_key != knock.api_key:
            raise forbidden(INVALID_KEY)
        remaining = self._gate.enter(knock.client_id)
        if remaining is None:
            raise ApiError(429, EXHAUSTED, RATE_LIMIT, retry_after=1)
        if seller.account.revoked or cabinet.expiry(seller) <= now:
            raise forbidden(DEACTIVATED)
        if not seller.account.allows(knock.address):
            raise forbidden(RESTRICTED)
        if knock.path not in self.methods:
            raise ApiError(404, NOT_FOUND, NO_METHOD)
        if not cabinet.may_call(seller.account.roles, knock.path):
            raise forbidden(MISSING_ROLE)
        return seller, remaining

    def answer(
        self,
        knock: Knock,
        seller: Seller,
        body: dict[str, Any],
        *,
        now: datetime,
        fault: str | None,
        chance: float,
    ) -> Answer:
        """Call the method of an admitted request."""
        call = Call(
            seller=seller, at=instant(now), body=body, base_url=knock.base_url, fault=fault, chance=chance
        )
        return self.methods[knock.path](call)
