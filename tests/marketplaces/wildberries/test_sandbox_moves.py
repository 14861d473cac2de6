"""Supplies and returns read through the adapter from the sandbox: in the end all that the world did."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from marketplaces import http
from marketplaces.adapter import AdapterContext
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from marketplaces.http import Http
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.credentials import WildberriesCredentials
from sandbox.accounts import DEMO_WILDBERRIES
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.world import World, WorldSettings
from sandbox.world.moments import DAY, instant
from sandbox.world.returns import CLIENT_RETURN, REFUSAL, Why
from sandbox.world.units import srid, units
from tests.marketplaces.wildberries.conftest import NoLimiter
from tests.marketplaces.wildberries.moves import (
    MONTHS,
    Shelf,
    assert_returns,
    assert_supplies,
    pull_all_supplies,
    pull_returns,
    pull_supplies,
    skus,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime.fromisoformat("2026-11-24T12:10:00+00:00")
BASE_URL = "http://sandbox.test/wildberries/{host}"
SETTINGS = WorldSettings(
    channel="wildberries", skus=60, first_day=date(2026, 10, 15), days=40, per_day=60.0, return_rate=0.12
)
FAULTS = ("429", "500", "drop", "truncated", "duplicate_page", "shifting_page", "out_of_order", "empty_page")
ODD_FAULTS = ("stale", "unknown_status")
pytestmark = pytest.mark.usefixtures("_no_pauses")


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return make_app(
        {DEMO_WILDBERRIES.client_id: world},
        accounts=[DEMO_WILDBERRIES],
        clock=Clock(NOW, frozen=True),
        rate=None,
    )


@pytest.fixture
def adapter(app: App) -> Iterator[Adapter]:
    """The adapter over the sandbox, at its time and without limits."""
    credentials = WildberriesCredentials.model_validate({"token": DEMO_WILDBERRIES.api_key})
    opened = Http(
        BASE_URL,
        marketplace="wildberries",
        own_url=BASE_URL,
        headers=Adapter.headers(credentials),
        explain=Adapter.explain,
        limiter=NoLimiter(),
        transport=httpx.WSGITransport(app),
    )
    yield Adapter(AdapterContext(credentials=credentials, http=opened, now=app.clock.now))
    opened.close()


# ---- supplies ---------------------------------------------------------------------------------------------
def test_all_supplies_are_those_of_the_world(adapter: Adapter, world: World) -> None:
    shelf = Shelf()
    pull_all_supplies(adapter, world, shelf)

    assert_supplies(shelf, world, NOW)
    assert len(shelf.supplies) > 60
    assert shelf.rejected == []
    statuses = {one.status for one in shelf.supplies.values()}
    assert {SupplyStatus.ACCEPTED, SupplyStatus.ACCEPTING} < statuses
    assert any(one.kind is SupplyKind.VIRTUAL for one in shelf.supplies.values())
    lines = [line for one in shelf.supplies.values() for line in one.lines or ()]
    assert all(any(getattr(line, name) for line in lines) for name in ("shortage", "surplus"))
    assert all(line.marketplace_sku for line in lines)


def test_pulls_as_time_goes_by_end_where_one_pull_ends(adapter: Adapter, app: App, world: World) -> None:
    """Pre-orders become supplies, some are given up, numbers move: hour by hour for ten days."""
    app.clock.advance(timedelta(days=-10))
    shelf = Shelf()
    cursor = pull_all_supplies(adapter, world, shelf)
    for _step in range(30):
        app.clock.advance(timedelta(hours=8))
        cursor = pull_all_supplies(adapter, world, shelf, cursor=cursor)

    assert app.clock.now() == NOW
    assert_supplies(shelf, world, NOW)
    assert shelf.rejected == []


def test_under_faults_the_supplies_are_the_same(adapter: Adapter, app: App, world: World) -> None:
    app.faults = Faults(0.25, kinds=FAULTS, seed=11, stall=0.0)
    shelf = Shelf()
    for _again in range(3):
        pull_supplies(adapter, world, shelf)
    app.faults = Faults()
    pull_all_supplies(adapter, world, shelf)

    assert_supplies(shelf, world, NOW)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_old_or_odd_is_mended_by_the_next_pull(
    adapter: Adapter, app: App, world: World, seed: int
) -> None:
    app.faults = Faults(0.3, kinds=(*FAULTS, *ODD_FAULTS), seed=seed, stall=0.0)
    shelf = Shelf()
    for _again in range(2):
        pull_supplies(adapter, world, shelf)
    app.faults = Faults()
    pull_all_supplies(adapter, world, shelf)
    assert_supplies(shelf, world, NOW)


# ---- returns ----------------------------------------------------------------------------------------------
def test_all_returns_are_those_of_the_world(adapter: Adapter, app: App, world: World) -> None:
    """Within a month of the opening, so that the feed still tells of every defect."""
    app.clock.advance(timedelta(days=-11))
    shelf = Shelf()
    pull_returns(adapter, shelf)

    assert_returns(shelf, world, app.clock.now())
    assert len(shelf.returns) > 100
    assert shelf.rejected == []
    statuses = {one.status for one in shelf.returns.values()}
    assert {ReturnStatus.RECEIVED, ReturnStatus.DEFECTIVE, ReturnStatus.WAITING_PICKUP} <= statuses
    days = {key: one.registered_at for key, one in shelf.returns.items()}
    for one in world.return_book.between(world.streams.opened, instant(app.clock.now()) + 1):
        for thing in units(one.order):
            if one.kind == CLIENT_RETURN and thing.place == one.place and thing.number < one.quantity:
                when = days[srid(world, thing)]
                assert when is not None
                assert abs(instant(when) - one.registered) < 1_000_000


def test_returns_as_time_goes_by_end_where_one_pull_ends(adapter: Adapter, app: App, world: World) -> None:
    app.clock.advance(timedelta(days=-20))
    shelf = Shelf()
    cursor = pull_returns(adapter, shelf)
    for _step in range(20):
        app.clock.advance(timedelta(days=1))
        cursor = pull_returns(adapter, shelf, cursor=cursor)

    assert app.clock.now() == NOW
    assert_returns(shelf, world, NOW)
    assert shelf.rejected == []


@pytest.mark.parametrize("seed", range(2))
def test_under_faults_the_returns_are_the_same(adapter: Adapter, app: App, world: World, seed: int) -> None:
    app.clock.advance(timedelta(days=-11))
    app.faults = Faults(0.3, kinds=(*FAULTS, *ODD_FAULTS), seed=seed, stall=0.0)
    shelf = Shelf()
    for _again in range(3):
        pull_returns(adapter, shelf)
    app.faults = Faults()
    pull_returns(adapter, shelf)
    assert_returns(shelf, world, app.clock.now())


def test_no_buyer_is_known_by_what_is_kept(adapter: Adapter, app: App) -> None:
    shelf = Shelf()
    pull_returns(adapter, shelf)
    assert "+7 900" not in repr(shelf.returns) + repr(shelf.rejected)
    assert "Мария" not in repr(shelf.returns)


def test_refusals_are_told_by_their_orders(adapter: Adapter, app: App, world: World) -> None:
    """What a buyer did not take is a cancelled order whose reason says so."""
    from marketplaces.contracts.orders import OrdersQuery

    app.clock.advance(timedelta(days=-11))
    now = app.clock.now()
    query = OrdersQuery(since=now - MONTHS, until=now, sku_by_barcode=skus(world))
    told = {
        one.external_id
        for page in adapter.fetch_orders(query, cursor={"watermark": (now - timedelta(days=30)).isoformat(), "changes": "", "read_at": now.isoformat()})
        for one in page.snapshots
        if one.cancel_reason_id in Adapter.refusal_reasons
    }  # fmt: skip
    refused = {
        srid(world, thing)
        for back in world.return_book.between(instant(now) - 29 * DAY, instant(now))
        if back.kind == REFUSAL and back.why in (Why.REFUSED, Why.NOT_COLLECTED)
        for thing in units(back.order)
        if thing.place == back.place
    }
    assert refused
    assert refused <= told
