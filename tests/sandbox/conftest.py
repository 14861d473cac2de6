"""A small world at a standing instant, and the sandbox over it without sockets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SMALL = WorldSettings(skus=60, first_day=date(2026, 10, 15), days=40, per_day=60.0)
LIVE = WorldSettings(
    skus=60,
    first_day=date(2026, 10, 15),
    days=40,
    per_day=60.0,
    live_per_minute=6.0,
    live_since=(datetime(2026, 11, 24, 9, 40, tzinfo=UTC), datetime(2026, 11, 24, 11, 50, tzinfo=UTC)),
)

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def world() -> World:
    """A shop of 60 products with forty days of history."""
    return World(SMALL)


@pytest.fixture(scope="session")
def live_world() -> World:
    """The same shop while somebody watches it, for the second time today."""
    return World(LIVE)


@pytest.fixture
def app(world: World) -> App:
    """The sandbox over the small world, with time standing still and no limit."""
    return make_app(world, clock=Clock(NOW, frozen=True), rate=None)


def client_of(app: App, *, client_id: str = "1284417", api_key: str = "demo-ozon-key") -> httpx.Client:
    """Return a client that calls an application as a seller."""
    headers = {"Client-Id": client_id, "Api-Key": api_key}
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://ozon.test", headers=headers)


def asker(client: httpx.Client) -> Ask:
    """Return a function that calls a method with a body."""

    def ask(path: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return client.post(
            path, json=body or {}, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return ask


@pytest.fixture
def ask(app: App) -> Ask:
    """Call a method as the demo seller."""
    return asker(client_of(app))


PERIOD = {"since": "2026-10-15T00:00:00Z", "to": "2026-11-24T12:00:00Z"}


def all_postings(ask: Ask, **body: Any) -> list[dict[str, Any]]:
    """Read a list of postings to its end, page by page."""
    postings: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(500):
        answer = ask(
            "/v3/posting/fbo/list", {"limit": 100, "filter": PERIOD, **body, "cursor": cursor}
        ).json()
        postings += answer["postings"]
        cursor = answer["cursor"]
        if not answer["has_next"]:
            return postings
    raise AssertionError("the list has no end")
