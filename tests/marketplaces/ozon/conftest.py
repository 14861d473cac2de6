"""The Ozon adapter over the sandbox, without sockets, without a database, with time standing still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina

from marketplaces.adapter import AdapterContext
from marketplaces.http import Http
from marketplaces.ozon.adapter import Adapter
from marketplaces.ozon.credentials import OzonCredentials
from marketplaces.ratelimit import Limiter
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.world import World, WorldSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BASE_URL = "https://api-seller.ozon.ru"


class NoLimiter(Limiter):
    """Lets everything through and needs no Redis."""

    def __init__(self) -> None:
        super().__init__(owner="test", limits={})

    def acquire(self, *_args: Any, **_kwargs: Any) -> None:
        """Wait for nothing."""

    def block(self, *_args: Any, **_kwargs: Any) -> None:
        """Forget it."""


class Recorder(httpx.BaseTransport):
    """Hands requests on and remembers their paths."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return self.inner.handle_request(request)


class Canned(httpx.BaseTransport):
    """Answers by a function of path and body."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Any]) -> None:
        self.answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        given = self.answer(request.url.path, _json(request))
        if isinstance(given, httpx.Response):
            return given
        return (
            httpx.Response(200, content=given)
            if isinstance(given, bytes)
            else httpx.Response(200, json=given)
        )


def _json(request: httpx.Request) -> dict[str, Any]:
    body: dict[str, Any] = httpx.Response(200, content=request.read()).json()
    return body


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Reads are retried at once, and once only."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def world() -> World:
    """A small shop: 60 SKUs, 30 days, some 40 orders a day."""
    settings = WorldSettings(skus=60, days=30, per_day=40.0).ending(NOW)
    return World(settings)


@pytest.fixture
def app(world: World) -> App:
    """The sandbox over it, at a moment that does not move."""
    return make_app(world, clock=Clock(NOW, frozen=True), rate=None)


@pytest.fixture
def spoiled(world: World) -> Callable[..., App]:
    """The same with faults."""

    def make(rate: float, kinds: tuple[str, ...], *, seed: int = 1) -> App:
        faults = Faults(rate, kinds=kinds, seed=seed, blob=20_000)
        return make_app(world, clock=Clock(NOW, frozen=True), rate=None, faults=faults)

    return make


@pytest.fixture
def adapter_over() -> Iterator[Callable[..., Adapter]]:
    """Make an adapter over a WSGI application or a transport."""
    opened: list[Http] = []

    def make(target: Any, *, client_id: str = "1284417", api_key: str = "demo-ozon-key") -> Adapter:
        transport = target if isinstance(target, httpx.BaseTransport) else httpx.WSGITransport(app=target)
        credentials = OzonCredentials.model_validate({"client_id": client_id, "api_key": api_key})
        http = Http(
            BASE_URL,
            marketplace="ozon",
            own_url=Adapter.base_url,
            headers=Adapter.headers(credentials),
            explain=Adapter.explain,
            limiter=NoLimiter(),
            transport=transport,
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


@pytest.fixture
def canned(adapter_over: Callable[..., Adapter]) -> Callable[..., Adapter]:
    """An adapter over answers made by a function of path and body."""
    return lambda answer: adapter_over(Canned(answer))
