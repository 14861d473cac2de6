"""The dialect: token, method, categories and limits; then the method that answers."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.accounts import Account
from sandbox.clock import Clock
from sandbox.dialects import Refused, Reply, Request, reply_json
from sandbox.limits import LimitSettings
from sandbox.wildberries import token
from sandbox.wildberries.calls import Call, Shop
from sandbox.wildberries.errors import (
    ApiError,
    broken,
    no_base_token,
    not_found,
    problem,
    refused,
    short,
    too_many,
    unauthorized,
)
from sandbox.wildberries.limits import Buckets, Turn
from sandbox.wildberries.order_book import OrderBook
from sandbox.wildberries.prices_book import PriceBook, Upload
from sandbox.wildberries.routes import ROUTES, Route
from sandbox.world import World

_MOST_BYTES = 10 * 1024 * 1024
_BEARER = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request whose token is good: its seller, its method, its arguments and what its bucket leaves."""

    shop: Shop
    route: Route
    target: str
    body: dict[str, Any]
    turn: Turn


class Wildberries:
    """Wildberries' seller API over the worlds of its sellers; every host is the first part of the path."""

    def __init__(
        self, accounts: Sequence[tuple[Account, World]], *, clock: Clock, limits: LimitSettings
    ) -> None:
        """Serve these sellers. The key of an account is the whole token, or any word for a token of full rights."""
        self._clock = clock
        books = {account.client_id: (PriceBook(world), OrderBook(world)) for account, world in accounts}
        self._shops = {
            account.api_key: _shop(account, world, *books[account.client_id]) for account, world in accounts
        }
        self._buckets = Buckets(speed=limits.speed, is_on=limits.is_on)
        self._requests: Counter[tuple[str, str]] = Counter()
        self._violations: Counter[tuple[str, str]] = Counter()

    def admit(self, request: Request) -> Admitted:
        """Check token, method, category and limit."""
        try:
            return self._admit(request)
        except ApiError as error:
            raise Refused(error.reply()) from error

    def _admit(self, request: Request) -> Admitted:
        shop = self._seller(request)
        route, target = _route(request)
        if route.category and not shop.claims.has(route.category):
            raise unauthorized("token scope not allowed", at=request.now)
        if route.is_write and shop.claims.has(token.READ_ONLY):
            raise _read_only(request.now)
        limit = route.rule.base if shop.claims.kind == "base" else route.rule.full
        if limit is None:
            raise no_base_token(at=request.now)
        client_id = shop.account.client_id
        self._requests[client_id, route.name] += 1
        if route.is_dead:
            raise not_found(at=request.now)
        bucket = f"ping {route.host}" if route.path == "/ping" else route.rule.bucket
        kind = "base" if shop.claims.kind == "base" else "full"
        turn = self._buckets.take(client_id, kind, bucket, limit)
        if not turn.passes:
            self._violations[client_id, route.name] += 1
            raise too_many(turn.headers(), at=request.now)
        return Admitted(shop=shop, route=route, target=target, body=_arguments(request, route), turn=turn)

    def _seller(self, request: Request) -> Shop:
        given = request.headers.get("authorization", "").strip()
        if given.lower().startswith(_BEARER):
            given = given[len(_BEARER) :].strip()
        shop = self._shops.get(given)
        if not given:
            raise unauthorized("empty Authorization header", at=request.now)
        if shop is None:
            word = "token is malformed" if token.read(given) is None else "token signature is invalid"
            raise unauthorized(f"token problem; {word}", at=request.now)
        account = shop.account
        is_late = account.expires_at is not None and account.expires_at <= request.now
        if is_late or shop.claims.expires <= request.now.timestamp():
            raise unauthorized("token problem; token is expired", at=request.now)
        if account.revoked or not account.allows(request.address):
            raise unauthorized("token withdrawn", at=request.now)
        if shop.claims.kind == "test":
            raise unauthorized("token problem; test token is for the sandbox only", at=request.now)
        return shop

    def answer(self, admitted: Admitted, request: Request, *, fault: str | None, chance: float) -> Reply:
        """Call the method of an admitted request."""
        call = Call(
            shop=admitted.shop,
            now=request.now,
            base_url=request.base_url,
            target=admitted.target,
            body=admitted.body,
            query=request.query,
            fault=fault,
            chance=chance,
        )
        headers = admitted.turn.headers()
        try:
            document = admitted.route.answer(call)
        except ApiError as error:
            error.headers = (*error.headers, *headers)
            raise Refused(error.reply()) from error
        if document is None:
            return Reply(status=204, headers=headers)
        status, document = document if isinstance(document, tuple) else (200, document)
        return reply_json(document, status=status, headers=headers)

    def failure(self, fault: str) -> Reply:
        """Word a failure on demand."""
        now = self._clock.now()
        match fault:
            case "429":
                return too_many(
                    Turn(passes=False, remaining=0, burst=1, retry=1.0, reset=1.0).headers(), at=now
                ).reply()
            case "500":
                return broken(at=now).reply()
            case "expired":
                return unauthorized("token problem; token is expired", at=now).reply()
        return unauthorized("token withdrawn", at=now).reply()

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
        """Return every upload of prices that a seller's account took, oldest first."""
        shop = next(shop for shop in self._shops.values() if shop.account.client_id == client_id)
        return shop.prices.uploads()


def _shop(account: Account, world: World, prices: PriceBook, book: OrderBook) -> Shop:
    claims = token.read(account.api_key) or token.read(token.make(account.client_id))
    if claims is None:
        raise ValueError("a token that was made here must be readable")
    return Shop(account=account, claims=claims, world=world, prices=prices, book=book)


def _route(request: Request) -> tuple[Route, str]:
    is_known = False
    for route in ROUTES:
        match = route.pattern.fullmatch(request.path)
        if match is None:
            continue
        if route.verb == request.method:
            return route, match[1] if match.groups() else ""
        is_known = True
    if is_known:
        raise problem(405, "method not allowed", f"{request.method} is not allowed", at=request.now)
    raise not_found(at=request.now)


def _read_only(now: datetime) -> ApiError:
    return problem(403, "forbidden", "read-only token is not allowed to change data", at=now)


def _arguments(request: Request, route: Route) -> dict[str, Any]:
    """Read the body of a POST; an empty one is an empty object."""
    if request.method != "POST" or not request.body.strip():
        return {}
    if len(request.body) > _MOST_BYTES:
        raise problem(413, "request body too long", "request body too long", at=request.now)
    try:
        arguments = json.loads(request.body)
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        return arguments
    if route.host == "seller-analytics-api":
        raise short("code=400, message=invalid json", at=request.now)
    raise refused("Invalid data format", additional=route.host == "content-api")
