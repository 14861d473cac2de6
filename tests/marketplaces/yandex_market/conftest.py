"""The Yandex Market adapter over the sandbox or over made answers, without sockets, with time standing still."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina

from marketplaces.adapter import AdapterContext
from marketplaces.http import Http
from marketplaces.yandex_market.adapter import Adapter
from marketplaces.yandex_market.credentials import YandexMarketCredentials
from sandbox.clock import Clock
from tests.marketplaces.contract.cases import CASES, HOST, NOW, NoLimiter, sandbox_of, world_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.app import App
    from sandbox.world import World

CASE = CASES["yandex_market"]
CAMPAIGN = {
    "id": int(CASE.account.client_id),
    "domain": "Лён и дом",
    "business": {"id": 11456789, "name": "Лён"},
    "placementType": "FBY",
    "apiAvailability": "AVAILABLE",
}
Answer = Any


class Made(httpx.BaseTransport):
    """Answers by a function of method, path and body; the shop and its cabinet are known. Remembers all."""

    def __init__(self, answer: Callable[[str, dict[str, Any], dict[str, str]], Answer]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/yandex_market")
        body = json.loads(request.read() or b"{}")
        params = dict(request.url.params)
        self.asked.append((path, body, params))
        given = self.answer(path, body, params)
        if given is None and path == f"/v2/campaigns/{CAMPAIGN['id']}":
            given = {"campaign": CAMPAIGN}
        if isinstance(given, httpx.Response):
            return given
        return (
            httpx.Response(200, content=given)
            if isinstance(given, bytes)
            else httpx.Response(200, json=given)
        )


class Counting(NoLimiter):
    """Lets everything through and remembers what was taken of which group."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, int]] = []
        self.blocked: list[tuple[str, float]] = []

    def acquire(self, group: str = "", *, cost: int = 1, **_kwargs: Any) -> None:
        self.taken.append((group, cost))

    def block(self, group: str, *, retry_after: Any) -> None:
        self.blocked.append((group, retry_after.total_seconds()))


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Reads are retried at once, and once only."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def world() -> World:
    """The small world as Yandex Market sees it."""
    return world_of("yandex_market")


@pytest.fixture
def clock() -> Clock:
    """A moment that moves only when it is moved."""
    return Clock(NOW, frozen=True)


@pytest.fixture
def app(world: World, clock: Clock) -> App:
    """The sandbox over it."""
    return sandbox_of("yandex_market", world, clock=clock)


@pytest.fixture
def adapter_over() -> Iterator[Callable[..., Adapter]]:
    """Make an adapter over a WSGI application, a transport, or a function that makes answers."""
    opened: list[Http] = []

    def make(target: Any, *, limiter: NoLimiter | None = None) -> Adapter:
        credentials = YandexMarketCredentials.model_validate(dict(CASE.credentials))
        http = Http(
            HOST + CASE.path,
            marketplace="yandex_market",
            own_url=Adapter.base_url,
            headers=Adapter.headers(credentials),
            explain=Adapter.explain,
            limiter=limiter or NoLimiter(),
            transport=target if isinstance(target, httpx.BaseTransport) else httpx.WSGITransport(app=target),
        )
        opened.append(http)
        return Adapter(AdapterContext(credentials=credentials, http=http, now=lambda: NOW))

    yield make
    for http in opened:
        http.close()


@pytest.fixture
def adapter(app: App, adapter_over: Callable[..., Adapter]) -> Adapter:
    """The adapter over the sandbox without faults."""
    return adapter_over(app)
