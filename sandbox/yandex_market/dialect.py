"""The dialect: key, scopes, whose cabinet it is and limits; then the method that answers."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.accounts import Account
from sandbox.clock import Clock
from sandbox.dialects import Refused, Reply, Request, reply_json
from sandbox.limits import LimitSettings
from sandbox.world import World
from sandbox.world.moments import instant
from sandbox.yandex_market import ids, keys
from sandbox.yandex_market.calls import Call, Shop
from sandbox.yandex_market.errors import (
    ApiError,
    bad,
    broken,
    exhausted,
    forbidden,
    not_found,
    unauthorized,
)
from sandbox.yandex_market.limits import Meter, Windows
from sandbox.yandex_market.prices_book import PriceBook, Upload
from sandbox.yandex_market.routes import ROUTES, Route, length
from sandbox.yandex_market.shops import IDLE

_MOST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request whose key is good: its seller, its method, its arguments and what its limit leaves."""

    shop: Shop
    route: Route
    target: int
    owner: int
    body: dict[str, Any]
    meter: Meter


class YandexMarket:
    """Yandex Market's Partner API over the worlds of its sellers."""

    def __init__(
        self, accounts: Sequence[tuple[Account, World]], *, clock: Clock, limits: LimitSettings
    ) -> None:
        """Serve these sellers; a key belongs to one cabinet."""
        del clock
        self._shops = {account.api_key: _shop(account, world) for account, world in accounts}
        self._windows = Windows(speed=limits.speed, is_on=limits.is_on)
        self._patterns = [(route.pattern, route) for route in ROUTES]
        self._requests: Counter[tuple[str, str]] = Counter()
        self._violations: Counter[tuple[str, str]] = Counter()

    def admit(self, request: Request) -> Admitted:
        """Check key, method, scopes, cabinet and limit."""
        try:
            return self._admit(request)
        except ApiError as error:
            raise Refused(_refusal(error)) from error

    def _admit(self, request: Request) -> Admitted:
        shop = self._shops.get(request.headers.get(keys.HEADER, ""))
        if shop is None or shop.account.revoked:
            raise unauthorized()
        expiry = shop.account.expires_at
        if expiry is not None and expiry <= request.now:
            raise unauthorized()
        if not shop.account.allows(request.address):
            raise forbidden("Access from this address is denied")
        route, target = self._route(request)
        if not keys.may_call(shop.account, route.scopes):
            raise forbidden(
                f"No access to this method: one of the scopes is needed: {', '.join(route.scopes)}"
            )
        _check_owner(shop, route, target)
        body = _arguments(request)
        owner = target or shop.business_id
        meter = self._count(shop, route, owner, body)
        return Admitted(shop=shop, route=route, target=target, owner=owner, body=body, meter=meter)

    def _route(self, request: Request) -> tuple[Route, int]:
        is_known = False
        for pattern, route in self._patterns:
            match = pattern.fullmatch(request.path)
            if match is None:
                continue
            if route.verb == request.method:
                return route, int(match[1]) if match.groups() else 0
            is_known = True
        if is_known:
            raise ApiError(405, ("METHOD_NOT_ALLOWED", f"Method {request.method} is not allowed"))
        raise not_found("NOT_FOUND", f"No such resource: {request.path}")

    def _count(self, shop: Shop, route: Route, owner: int, body: dict[str, Any]) -> Meter:
        client_id = shop.account.client_id
        self._requests[client_id, route.name] += 1
        cost = {"requests": 1, "answered": 0}.get(route.limit.counts)
        cost = length(body, route.items) if cost is None else cost
        meter = self._windows.take(route.name, owner, route.limit, medium=shop.is_medium, cost=cost)
        if meter is None:
            self._violations[client_id, route.name] += 1
            left = self._windows.left(route.name, owner, route.limit, medium=shop.is_medium)
            raise Refused(_refusal(exhausted(), *left.headers()))
        return meter

    def answer(self, admitted: Admitted, request: Request, *, fault: str | None, chance: float) -> Reply:
        """Call the method of an admitted request."""
        call = Call(
            shop=admitted.shop,
            at=instant(request.now),
            path=request.path,
            target=admitted.target,
            body=admitted.body,
            query=request.query,
            base_url=request.base_url,
            fault=fault,
            chance=chance,
        )
        route = admitted.route
        try:
            if not self._windows.enter(admitted.owner, route.limit):
                self._violations[admitted.shop.account.client_id, route.name] += 1
                raise exhausted()
            try:
                document = route.answer(call)
            finally:
                self._windows.leave(admitted.owner)
        except ApiError as error:
            raise Refused(_refusal(error, *admitted.meter.headers())) from error
        return reply_json(document, headers=self._charged(admitted, document).headers())

    def _charged(self, admitted: Admitted, document: dict[str, Any]) -> Meter:
        route = admitted.route
        if route.limit.counts != "answered":
            return admitted.meter
        cost = length(document["result"], route.items)
        medium = admitted.shop.is_medium
        return self._windows.charge(route.name, admitted.owner, route.limit, medium=medium, cost=cost)

    def failure(self, fault: str) -> Reply:
        """Word a failure on demand."""
        match fault:
            case "429":
                return _refusal(exhausted(), *Meter(1, 0, self._windows.now() + 1).headers())
            case "500":
                return _refusal(broken())
        return _refusal(unauthorized())

    def report(self) -> dict[str, dict[str, Any]]:
        """Return requests and violations of each seller, together and by method."""
        rows: dict[str, dict[str, Any]] = {}
        for (client_id, name), count in sorted(self._requests.items()):
            row = rows.setdefault(client_id, {"requests": 0, "violations": 0, "methods": {}})
            violations = self._violations[client_id, name]
            row["requests"] += count
            row["violations"] += violations
            row["methods"][name] = {"requests": count, "violations": violations}
        return rows

    def reset(self) -> None:
        """Forget the counts."""
        self._requests.clear()
        self._violations.clear()

    def uploads(self, client_id: str) -> list[Upload]:
        """Return every accepted call of a seller that set prices, oldest first."""
        shop = next(shop for shop in self._shops.values() if shop.account.client_id == client_id)
        return shop.prices.uploads()


def _shop(account: Account, world: World) -> Shop:
    return Shop(
        account=account,
        world=world,
        business_id=ids.business_id(account),
        campaign_id=ids.campaign_id(account),
        idle_id=ids.idle_id(account),
        prices=PriceBook(world),
    )


def _check_owner(shop: Shop, route: Route, target: int) -> None:
    if route.is_of_business and target != shop.business_id:
        raise forbidden(f"Access to business {target} is denied")
    if not route.is_of_campaign or target == shop.campaign_id:
        return
    if target != shop.idle_id:
        raise not_found("CAMPAIGN_NOT_FOUND", f"Campaign not found: {target}")
    if route.is_of_shop:
        raise forbidden(f"API is disabled for campaign {target}: {IDLE}", code="API_DISABLED")


def _refusal(error: ApiError, *headers: tuple[str, str]) -> Reply:
    return reply_json(error.body(), status=error.status, headers=headers)


def _arguments(request: Request) -> dict[str, Any]:
    """Read the arguments; an empty body is an empty object."""
    if len(request.body) > _MOST_BYTES:
        raise ApiError(413, ("BAD_REQUEST", "Request body is larger than 512 KB"))
    if not request.body.strip():
        return {}
    try:
        arguments = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise bad("JSON parse error") from error
    if not isinstance(arguments, dict):
        raise bad("JSON parse error: object expected")
    return arguments
