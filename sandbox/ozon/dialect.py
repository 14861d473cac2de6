"""The dialect: which method answers which path, after the key and the limit are checked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.dialects import Refused, Reply, Request, reply_json
from sandbox.limits import Gate
from sandbox.ozon import (
    acts,
    attributes,
    cabinet,
    catalogue,
    notifications,
    postings,
    prices,
    removals,
    returns,
    stocks,
    supplies,
)
from sandbox.ozon.calls import Call, Seller
from sandbox.ozon.errors import (
    BROKEN,
    DEACTIVATED,
    EXHAUSTED,
    INTERNAL,
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
from sandbox.world.seeds import mix

#: Plain values to be written as JSON, or JSON already written.
Answer = dict[str, Any] | bytes
Method = Callable[[Call], Answer]


_MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request whose key is good: its seller, its arguments, and the headers of its answer."""

    seller: Seller
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...]


class Ozon:
    """Ozon's Seller API over the worlds of its sellers."""

    def __init__(self, sellers: Mapping[str, Seller], *, gate: Gate, post: Post) -> None:
        """Serve these sellers, by client id."""
        self._sellers = sellers
        self._gate = gate
        self._requests = 0
        self.methods: dict[str, Method] = {
            "/v1/roles": lambda call: cabinet.roles(call, methods=tuple(self.methods)),
            "/v1/seller/info": cabinet.seller_info,
            "/v3/product/list": catalogue.product_list,
            "/v3/product/info/list": catalogue.product_info,
            "/v4/product/info/attributes": attributes.product_attributes,
            "/v1/product/info/description": attributes.product_description,
            "/v5/product/info/prices": catalogue.product_prices,
            "/v1/product/import/prices": prices.import_prices,
            "/v1/product/info/stocks-by-warehouse/fbo": stocks.stocks_by_warehouse,
            "/v4/product/info/stocks": stocks.product_stocks,
            "/v1/analytics/stocks": stocks.analytics_stocks,
            "/v2/cluster/list": stocks.clusters_v2,
            "/v1/cluster/list": stocks.clusters_v1,
            "/v1/warehouse/ozon/list": stocks.warehouses,
            "/v3/posting/fbo/list": postings.posting_list,
            "/v2/posting/fbo/get": postings.posting_get,
            "/v1/posting/fbo/cancel-reason/list": postings.cancel_reasons,
            "/v3/supply-order/list": supplies.supply_order_list,
            "/v3/supply-order/get": supplies.supply_order_get,
            "/v1/supply-order/bundle": supplies.supply_bundle,
            "/v1/cargoes/get": supplies.cargoes,
            "/v1/supply-order/act/summary/get": acts.act_summary,
            "/v1/supply-order/act/product/get": acts.act_products,
            "/v1/removal/from-stock/list": removals.removals,
            "/v1/returns/list": returns.returns_list,
            "/v1/notification/set": notifications.set_address,
            "/v1/notification/update": notifications.update_address,
            "/v1/notification/enable": notifications.enable_address,
            "/v1/notification/delete": notifications.delete_address,
            "/v1/notification/check": lambda call: notifications.check_address(call, post=post),
            "/v1/notification/list": notifications.list_addresses,
            "/v1/notification/push-type/list": notifications.list_types,
        }

    def admit(self, request: Request) -> Admitted:
        """Check key, network, limit and rights."""
        self._requests += 1
        trace = ("x-o3-trace-id", f"{mix(self._requests):016x}")
        try:
            _look(request)
            seller, remaining = self._seller(request)
            return Admitted(
                seller=seller,
                body=_arguments(request.body),
                headers=(("Ratelimit-Remaining", str(remaining)), trace),
            )
        except ApiError as error:
            raise Refused(_refusal(error, trace)) from error

    def _seller(self, request: Request) -> tuple[Seller, int]:
        client_id, api_key = request.headers.get("client-id", ""), request.headers.get("api-key", "")
        if not client_id or not api_key:
            raise bad("Client-Id and Api-Key headers are required")
        seller = self._sellers.get(client_id)
        if seller is None or seller.account.api_key != api_key:
            raise forbidden(INVALID_KEY)
        remaining = self._gate.enter(client_id)
        if remaining is None:
            raise ApiError(429, EXHAUSTED, RATE_LIMIT, retry_after=1)
        if seller.account.revoked or cabinet.expiry(seller) <= request.now:
            raise forbidden(DEACTIVATED)
        if not seller.account.allows(request.address):
            raise forbidden(RESTRICTED)
        if request.path not in self.methods:
            raise ApiError(404, NOT_FOUND, NO_METHOD)
        if not cabinet.may_call(seller.account.roles, request.path):
            raise forbidden(MISSING_ROLE)
        return seller, remaining

    def answer(self, admitted: Admitted, request: Request, *, fault: str | None, chance: float) -> Reply:
        """Call the method of an admitted request."""
        call = Call(
            seller=admitted.seller,
            at=instant(request.now),
            body=admitted.body,
            base_url=request.base_url,
            fault=fault,
            chance=chance,
        )
        try:
            document = self.methods[request.path](call)
        except ApiError as error:
            raise Refused(_refusal(error, *admitted.headers[1:])) from error
        return reply_json(document, headers=admitted.headers)

    def failure(self, fault: str) -> Reply:
        """Word a failure on demand."""
        match fault:
            case "429":
                return _refusal(ApiError(429, EXHAUSTED, RATE_LIMIT, retry_after=1))
            case "500":
                return _refusal(ApiError(500, BROKEN, INTERNAL))
        return _refusal(forbidden(DEACTIVATED))


def _look(request: Request) -> None:
    if len(request.body) > _MOST_BYTES:
        raise bad("request is too large")
    if request.method != "POST":
        raise ApiError(404, NOT_FOUND, NO_METHOD)


def _refusal(error: ApiError, *headers: tuple[str, str]) -> Reply:
    if error.retry_after is not None:
        headers = (*headers, ("Retry-After", str(error.retry_after)), ("Ratelimit-Remaining", "0"))
    return reply_json(error.body(), status=error.status, headers=headers)


def _arguments(body: bytes) -> dict[str, Any]:
    """Read the arguments; an empty body is an empty object, as with the real methods."""
    if not body.strip():
        return {}
    try:
        arguments = json.loads(body)
    except ValueError as error:
        raise bad("proto: syntax error: invalid JSON") from error
    if not isinstance(arguments, dict):
        raise bad("proto: unexpected token, object expected")
    return arguments
