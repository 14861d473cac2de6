"""A marketplace of the sandbox for each adapter: its key, its address, and its small world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from marketplaces.adapter import AdapterContext, MarketplaceAdapter
from marketplaces.http import Http
from marketplaces.ratelimit import Limiter
from sandbox.accounts import DEMO, DEMO_WILDBERRIES, DEMO_YANDEX_MARKET, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOST = "http://sandbox.test"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 4, tzinfo=UTC)
SMALL = WorldSettings(skus=40, first_day=date(2026, 11, 5), days=19, per_day=25.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How the sandbox plays a marketplace: whose key, which address, and what the seller types."""

    account: Account
    path: str
    credentials: Mapping[str, str]


CASES: dict[str, Case] = {
    "ozon": Case(
        account=DEMO,
        path="",
        credentials={"client_id": DEMO.client_id, "api_key": DEMO.api_key},
    ),
    "wildberries": Case(
        account=DEMO_WILDBERRIES,
        path="/wildberries/{host}",
        credentials={"token": DEMO_WILDBERRIES.api_key},
    ),
    "yandex_market": Case(
        account=DEMO_YANDEX_MARKET,
        path="/yandex_market",
        credentials={"campaign_id": DEMO_YANDEX_MARKET.client_id, "api_key": DEMO_YANDEX_MARKET.api_key},
    ),
}


class NoLimiter(Limiter):
    """Lets everything through and needs no Redis."""

    def __init__(self) -> None:
        super().__init__(owner="contract", limits={})

    def acquire(self, *_args: Any, **_kwargs: Any) -> None:
        """Wait for nothing."""

    def block(self, *_args: Any, **_kwargs: Any) -> None:
        """Remember nothing."""


def world_of(code: str, settings: WorldSettings = SMALL) -> World:
    """The small world as the marketplace sees it: the goods are the same on all."""
    return World(replace(settings, channel=code))


def sandbox_of(code: str, world: World, **options: Any) -> App:
    """The sandbox over that world, with time standing still and no limits unless told."""
    return make_app(
        {CASES[code].account.client_id: world},
        accounts=[CASES[code].account],
        **{"clock": Clock(NOW, frozen=True), "rate": None, **options},
    )


def open_adapter(
    adapter_class: type[MarketplaceAdapter],
    app: Callable[..., Any],
    *,
    now: datetime = NOW + timedelta(minutes=1),
) -> MarketplaceAdapter:
    """The adapter over the sandbox, without sockets."""
    case = CASES[adapter_class.code]
    credentials = adapter_class.credentials_class.model_validate(dict(case.credentials))
    http = Http(
        HOST + case.path,
        marketplace=adapter_class.code,
        own_url=adapter_class.base_url,
        headers=adapter_class.headers(credentials),
        explain=adapter_class.explain,
        limiter=NoLimiter(),
        transport=httpx.WSGITransport(app),
    )
    return adapter_class(AdapterContext(credentials=credentials, http=http, now=lambda: now))
