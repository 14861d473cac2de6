"""The WSGI application: dialects at their real paths, and `/_sandbox/` for those who steer the sandbox."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import faults as kinds
from sandbox.accounts import DEMO, Account
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.faults import DroppedConnectionError, Faults
from sandbox.hostile import CHALLENGE, spoil
from sandbox.limits import Gate
from sandbox.ozon import Ozon
from sandbox.ozon.calls import Seller
from sandbox.ozon.dialect import Answer, Knock
from sandbox.ozon.errors import (
    BROKEN,
    DEACTIVATED,
    EXHAUSTED,
    INTERNAL,
    NO_METHOD,
    NOT_FOUND,
    RATE_LIMIT,
    ApiError,
    bad,
    forbidden,
)
from sandbox.ozon.notifications import Post
from sandbox.ozon.subscriptions import Subscriptions
from sandbox.push import post_json
from sandbox.world import World
from sandbox.world.seeds import mix

_JSON = "application/json"
_MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back: a status, headers and a body."""

    status: int
    body: bytes
    content_type: str = _JSON
    headers: tuple[tuple[str, str], ...] = ()


class App:
    """The sandbox as a WSGI callable."""

    def __init__(
        self,
        worlds: Mapping[str, World],
        accounts: Sequence[Account],
        *,
        clock: Clock,
        faults: Faults,
        gate: Gate,
        post: Post,
    ) -> None:
        """Serve each account its world; `gate` limits and counts requests, `post` reaches push addresses."""
        self.clock = clock
        self.faults = faults
        self.gate = gate
        self.sellers = {
            account.client_id: Seller(
                account=account, world=worlds[account.client_id], subscriptions=Subscriptions()
            )
            for account in accounts
        }
        self.ozon = Ozon(self.sellers, gate=gate, post=post)
        self.control = Control(self)
        self._requests = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            return self.control(environ, start_response)
        reply = self._reply(environ)
        start_response(
            f"{reply.status} {HTTPStatus(reply.status).phrase}",
            [
                ("Content-Type", reply.content_type),
                ("Content-Length", str(len(reply.body))),
                *reply.headers,
            ],
        )
        return [reply.body]

    def _reply(self, environ: WSGIEnvironment) -> Reply:
        self._requests += 1
        trace = ("x-o3-trace-id", f"{mix(self._requests):016x}")
        try:
            return self._serve(environ, trace)
        except ApiError as error:
            headers = [trace]
            if error.retry_after is not None:
                headers += [("Retry-After", str(error.retry_after)), ("Ratelimit-Remaining", "0")]
            return Reply(status=error.status, body=json.dumps(error.body()).encode(), headers=tuple(headers))

    def _serve(self, environ: WSGIEnvironment, trace: tuple[str, str]) -> Reply:
        body = _body(environ)
        if environ["REQUEST_METHOD"] != "POST":
            raise ApiError(404, NOT_FOUND, NO_METHOD)
        knock = Knock(
            path=environ["PATH_INFO"],
            client_id=environ.get("HTTP_CLIENT_ID", ""),
            api_key=environ.get("HTTP_API_KEY", ""),
            address=environ.get("REMOTE_ADDR", ""),
            base_url=base_url(environ),
        )
        now = self.clock.now()
        seller, remaining = self.ozon.admit(knock, now=now)
        fault = self._fault(environ)
        chance = self.faults.chance() if fault else 0.0
        early = self._before(fault)
        if early is not None:
            return early
        answer = self.ozon.answer(knock, seller, _arguments(body), now=now, fault=fault, chance=chance)
        headers = (("Ratelimit-Remaining", str(remaining)), trace)
        return self._spoiled(answer, fault, chance, headers)

    def _fault(self, environ: WSGIEnvironment) -> str | None:
        asked: str | None = environ.get("HTTP_X_SANDBOX_FAULT")
        if asked is None:
            return self.faults.pick()
        if asked not in kinds.ALL:
            raise bad(f"X-Sandbox-Fault: no such fault: {asked}")
        return asked

    def _before(self, fault: str | None) -> Reply | None:
        """Fail before the method is called, if the fault is of that kind."""
        match fault:
            case "429":
                raise ApiError(429, EXHAUSTED, RATE_LIMIT, retry_after=1)
            case "500":
                raise ApiError(500, BROKEN, INTERNAL)
            case "revoked" | "expired":
                raise forbidden(DEACTIVATED)
            case "502":
                return Reply(status=502, body=CHALLENGE.encode(), content_type="text/html; charset=utf-8")
            case "timeout":
                time.sleep(self.faults.stall)
        return None

    def _spoiled(
        self, answer: Answer, fault: str | None, chance: float, headers: tuple[tuple[str, str], ...]
    ) -> Reply:
        body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        if fault in kinds.HOSTILE:
            body, content_type = spoil(body, fault, seed=int(chance * 1e9), blob=self.faults.blob)
            return Reply(status=200, body=body, content_type=content_type, headers=headers)
        if fault == "drop":
            raise DroppedConnectionError(sent=body[: int(len(body) * chance) // 2], promised=len(body))
        if fault == "truncated":
            body = body[: int(len(body) * (0.3 + 0.6 * chance))]
        return Reply(status=200, body=body, headers=headers)


def _body(environ: WSGIEnvironment) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _MOST_BYTES:
        raise bad("request is too large")
    data: bytes = environ["wsgi.input"].read(length)
    return data


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
    post: Post = post_json,
) -> App:
    """Make the application over one world, or over a world for each client id.

    `rate` is the limit of requests a second for a seller; None lets everything through.
    """
    worlds = world if isinstance(world, Mapping) else {account.client_id: world for account in accounts}
    return App(
        worlds, accounts, clock=clock or Clock(), faults=faults or Faults(), gate=Gate(rate), post=post
    )
