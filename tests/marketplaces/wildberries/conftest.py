"""The Wildberries adapter over pretend answers, without sockets and without a database."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina

from marketplaces.adapter import AdapterContext
from marketplaces.errors import TurnIsFar
from marketplaces.http import Http
from marketplaces.ratelimit import ALL, LONGEST_WAIT, Limit, Limiter
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.credentials import WildberriesCredentials
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SID = "0f6f2b1e-7c1d-5c7e-9d53-1a2b3c4d5e6f"
ALL_CATEGORIES = sum(1 << bit for bit in (1, 2, 3, 5, 10, 13))


class NoLimiter(Limiter):
    """Lets everything through and needs no Redis."""

    def __init__(self) -> None:
        super().__init__(owner="test", limits={})

    def acquire(self, *_args: Any, **_kwargs: Any) -> None:
        """Wait for nothing."""

    def block(self, *_args: Any, **_kwargs: Any) -> None:
        """Forget it."""


class Turns(Limiter):
    """The limits of a kind of token over a clock of its own: nobody sleeps."""

    def __init__(self, given: Mapping[str, Limit]) -> None:
        super().__init__(owner="test", limits=given)
        self.passed = timedelta(0)
        self._full: dict[str, timedelta] = {}

    def acquire(self, group: str = ALL, *, cost: int = 1, max_wait: timedelta = LONGEST_WAIT) -> None:
        """Take the turn, or say how far it is."""
        limit = self.limits[group]
        gap, room = timedelta(microseconds=limit.gap_us), timedelta(microseconds=limit.room_us)
        turn = max(self.passed, self._full.get(group, timedelta(0)) - room)
        if turn - self.passed > max_wait:
            raise TurnIsFar("far", retry_after=turn - self.passed)
        self.passed = turn
        self._full[group] = max(self._full.get(group, timedelta(0)), turn) + gap

    def block(self, *_args: Any, **_kwargs: Any) -> None:
        """Forget it."""


class Canned(httpx.BaseTransport):
    """Answers by a function of path, query and body."""

    def __init__(self, answer: Callable[[str, dict[str, str], Any], Any]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read() or b"null")
        self.asked.append((request.url.path, body))
        given = self.answer(request.url.path, dict(request.url.params), body)
        if isinstance(given, httpx.Response):
            return given
        if isinstance(given, bytes):
            return httpx.Response(200, content=given)
        return httpx.Response(200, json=given)


def token(*, head: str = "x", tail: str = "signature", **claims: Any) -> str:
    """A token with these claims, as they make them but for the signature."""
    told = {"acc": 3, "exp": 1906502400, "s": ALL_CATEGORIES, "sid": SID, "t": False, **claims}
    middle = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{middle}.{tail}"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Reads are retried at once, and once only."""
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


@pytest.fixture
def adapter_over() -> Iterator[Callable[..., Adapter]]:
    """Make an adapter over a transport or a function that answers."""
    opened: list[Http] = []

    def make(target: Any, *, key: str = "", limiter: Limiter | None = None) -> Adapter:
        transport = target if isinstance(target, httpx.BaseTransport) else Canned(target)
        credentials = WildberriesCredentials.model_validate({"token": key or token()})
        http = Http(
            Adapter.base_url,
            marketplace="wildberries",
            own_url=Adapter.base_url,
            headers=Adapter.headers(credentials),
            explain=Adapter.explain,
            limiter=limiter or NoLimiter(),
            transport=transport,
        )
        opened.append(http)
        return Adapter(AdapterContext(credentials=credentials, http=http, now=lambda: NOW))

    yield make
    for http in opened:
        http.close()
