"""The WSGI application: dialects at their real paths, and `/_sandbox/` for those who steer the sandbox."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import faults as kinds
from sandbox.accounts import DEMO, Account
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.dialects import Dialect, Refused, Reply, Request, reply_json
from sandbox.faults import DroppedConnectionError, Faults
from sandbox.hostile import CHALLENGE, spoil
from sandbox.limits import Gate, LimitSettings
from sandbox.ozon import Ozon
from sandbox.ozon.calls import Seller
from sandbox.ozon.notifications import Post
from sandbox.ozon.subscriptions import Subscriptions
from sandbox.push import post_json
from sandbox.wildberries import Wildberries
from sandbox.world import World
from sandbox.world.listings import OZON, WILDBERRIES, YANDEX_MARKET
from sandbox.yandex_market import YandexMarket

#: The dialects below a prefix of their own.
DIALECTS: dict[str, Callable[..., Dialect]] = {WILDBERRIES: Wildberries, YANDEX_MARKET: YandexMarket}
# Yandex Market's word for "too many requests", which HTTP has no phrase for.
ENHANCE_CALM = 420
# No request of ours or of anybody's client is larger; what is, is read no further.
_MOST_BYTES = 8_000_000


class App:
    """The sandbox as a WSGI callable."""

    def __init__(
        self,
        worlds: Mapping[str, World],
        accounts: Sequence[Account],
        *,
        clock: Clock,
        faults: Faults,
        limits: LimitSettings,
        post: Post,
    ) -> None:
        """Serve each account its world; `post` reaches push addresses."""
        self.clock = clock
        self.faults = faults
        self.gate = Gate(limits.rate if limits.is_on else None)
        self.worlds = dict(worlds)
        self.accounts = {account.client_id: account for account in accounts}
        self.sellers = {
            account.client_id: Seller(
                account=account, world=worlds[account.client_id], subscriptions=Subscriptions()
            )
            for account in accounts
            if account.marketplace == OZON
        }
        self.ozon = Ozon(self.sellers, gate=self.gate, post=post)
        # By the beginning of the path; the dialect at the root hears everything else.
        self.dialects: dict[str, Dialect] = {
            "": self.ozon,
            **{
                f"/{marketplace}": make(
                    [
                        (account, worlds[account.client_id])
                        for account in accounts
                        if account.marketplace == marketplace
                    ],
                    clock=clock,
                    limits=limits,
                )
                for marketplace, make in DIALECTS.items()
            },
        }
        self.control = Control(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            return self.control(environ, start_response)
        reply = self._reply(environ)
        start_response(
            f"{reply.status} {_phrase(reply.status)}",
            [
                ("Content-Type", reply.content_type),
                ("Content-Length", str(len(reply.body))),
                *reply.headers,
            ],
        )
        return [reply.body]

    def _reply(self, environ: WSGIEnvironment) -> Reply:
        first = "/" + environ["PATH_INFO"].split("/", 2)[1]
        prefix = first if first in self.dialects else ""
        dialect = self.dialects[prefix]
        request = _request(environ, prefix, now=self.clock.now())
        try:
            admitted = dialect.admit(request)
            fault = self._fault(environ)
            chance = self.faults.chance() if fault else 0.0
            early = self._before(fault, dialect)
            if early is not None:
                return early
            reply = dialect.answer(admitted, request, fault=fault, chance=chance)
        except Refused as refused:
            return refused.reply
        return self._spoiled(reply, fault, chance)

    def _fault(self, environ: WSGIEnvironment) -> str | None:
        asked: str | None = environ.get("HTTP_X_SANDBOX_FAULT")
        if asked is None:
            return self.faults.pick()
        if asked not in kinds.ALL:
            raise Refused(reply_json({"message": f"X-Sandbox-Fault: no such fault: {asked}"}, status=400))
        return asked

    def _before(self, fault: str | None, dialect: Dialect) -> Reply | None:
        """Fail before the method is called, if the fault is of that kind."""
        match fault:
            case "429" | "500" | "revoked" | "expired":
                return dialect.failure(fault)
            case "502":
                return Reply(status=502, body=CHALLENGE.encode(), content_type="text/html; charset=utf-8")
            case "timeout":
                time.sleep(self.faults.stall)
        return None

    def _spoiled(self, reply: Reply, fault: str | None, chance: float) -> Reply:
        body = reply.body
        if fault in kinds.HOSTILE:
            body, content_type = spoil(body, fault, seed=int(chance * 1e9), blob=self.faults.blob)
            return replace(reply, body=body, content_type=content_type)
        if fault == "drop":
            raise DroppedConnectionError(sent=body[: int(len(body) * chance) // 2], promised=len(body))
        if fault == "truncated":
            return replace(reply, body=body[: int(len(body) * (0.3 + 0.6 * chance))])
        return reply


def _phrase(status: int) -> str:
    return "Enhance Your Calm" if status == ENHANCE_CALM else HTTPStatus(status).phrase


def _request(environ: WSGIEnvironment, prefix: str, *, now: datetime) -> Request:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), _MOST_BYTES)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].removeprefix(prefix),
        now=now,
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        headers={
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        },
        body=environ["wsgi.input"].read(length),
        address=environ.get("REMOTE_ADDR", ""),
        base_url=base_url(environ) + prefix,
    )


def base_url(environ: WSGIEnvironment) -> str:
    """Return the address at which the caller sees the sandbox."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"


def make_app(
    world: World | Mapping[str, World],
    *,
    accounts: Sequence[Account] = (DEMO,),
    clock: Clock | None = None,
    faults: Faults | None = None,
    rate: float | None = 50.0,
    limit_speed: float = 1.0,
    post: Post = post_json,
) -> App:
    """Make the application over one world, or over a world for each client id.

    `rate` is Ozon's limit of requests a second for a seller, None lets everything through on every marketplace;
    `limit_speed` makes the windows of the other limits pass so many times faster.
    """
    worlds = world if isinstance(world, Mapping) else {account.client_id: world for account in accounts}
    return App(
        worlds,
        accounts,
        clock=clock or Clock(),
        faults=faults or Faults(),
        limits=LimitSettings(rate=rate, speed=limit_speed, is_on=rate is not None),
        post=post,
    )
