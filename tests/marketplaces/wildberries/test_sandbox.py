"""The adapter, the streams and the engine over the sandbox: in the end the cabinet holds the world's truth."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from fbo_cabinet import truth
from marketplaces import http
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from marketplaces.wildberries import limits
from marketplaces.wildberries.adapter import Adapter
from sandbox import faults as kinds
from sandbox.accounts import DEMO_WILDBERRIES
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.truth import truth as told
from sandbox.world import World, WorldSettings
from tests.marketplaces.wildberries.conftest import NoLimiter

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company

BASE_URL = "http://sandbox.test/wildberries/{host}"
DAYS = 12
# The world of the app of the test that runs.
WORLD: list[World] = []
STREAMS = ("products", "prices", "stock", "orders")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses")]


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    """A small shop whose time stands still an hour ago; our own limiter lets everything through."""
    settings.ORDER_HISTORY_DAYS = DAYS + 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    monkeypatch.setattr("marketplaces.connections.Limiter", lambda **_given: NoLimiter())
    now = timezone.now() - timedelta(hours=1)
    world = World(WorldSettings(skus=16, days=DAYS, per_day=30, channel="wildberries").ending(now))
    WORLD.append(world)
    made = make_app(
        {DEMO_WILDBERRIES.client_id: world},
        accounts=[DEMO_WILDBERRIES],
        clock=Clock(now, frozen=True),
        rate=None,
    )
    with use_transport(BASE_URL, httpx.WSGITransport(made)):
        yield made
    WORLD.clear()


@pytest.fixture
def shop(app: App, company: Company) -> MarketplaceAccount:
    """The shop's account, connected and not yet read."""
    return connect_account(
        company=company,
        marketplace="wildberries",
        credentials={"token": DEMO_WILDBERRIES.api_key},
        base_url=BASE_URL,
    )


def pull(account: MarketplaceAccount, *streams: str) -> list[SyncRun]:
    return [
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
        for stream in streams or STREAMS
    ]


def pull_until_done(account: MarketplaceAccount, *, most: int = 80) -> int:
    """Run every stream until it has succeeded once more; how many runs it took."""
    taken = 0
    for stream in STREAMS:
        for _try in range(most):
            MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
            StreamState.all_companies.update(is_on=True)
            taken += 1
            (run,) = pull(account, stream)
            if run.outcome == RunOutcome.DONE and run.error_code == "":
                break
        else:
            raise AssertionError(f"{stream} never came to an end: {run.outcome} {run.error_code}")
    return taken


def true_rows(app: App, name: str) -> list[Any]:
    return [json.loads(row) for row in told(WORLD[0], name, at=app.clock.now())]


def assert_true(account: MarketplaceAccount, app: App) -> None:
    """What we hold is what is true in the world, unit by unit."""
    orders, stock = true_rows(app, "orders"), true_rows(app, "stock")
    assert len(orders) > 100
    for comparison in (
        truth.compare_orders(account, orders),
        truth.compare_stock(account, stock),
        truth.compare_history(account),
        truth.compare_tally(account),
        truth.compare_listing_sums(account),
    ):
        assert comparison.differing == 0, comparison
        assert comparison.compared > 0, comparison
    assert truth.count_doubles(account) == 0


def test_a_first_sync_equals_the_truth_and_a_second_changes_nothing(
    app: App, shop: MarketplaceAccount
) -> None:
    assert {(run.outcome, run.error_code) for run in pull(shop)} == {(RunOutcome.DONE, "")}
    assert_true(shop, app)
    counted = app.dialects["/wildberries"].report()[DEMO_WILDBERRIES.client_id]["methods"]  # type: ignore[attr-defined]
    asked = {name: row["requests"] for name, row in counted.items()}
    for method in ("supplier/orders", "supplier/sales", "order-feed", "wb-warehouses", "seller-info"):
        assert [count for name, count in asked.items() if method in name] == [1], asked

    again = pull(shop)
    assert [(run.inserted, run.changed) for run in again] == [(0, 0)] * 4

    StreamState.all_companies.update(deep_at=None)
    (deep,) = pull(shop, "orders")
    assert (deep.inserted, deep.changed, deep.quarantined) == (0, 0, 0)
    assert_true(shop, app)


def test_orders_before_the_assortment_are_as_true(app: App, shop: MarketplaceAccount) -> None:
    pull(shop, "orders", "products", "stock")
    assert_true(shop, app)


def test_as_time_goes_by_history_grows(app: App, shop: MarketplaceAccount) -> None:
    pull(shop)
    for _step in range(4):
        app.clock.advance(timedelta(minutes=15))
        pull(shop, "orders", "stock")
    assert_true(shop, app)


def test_under_a_fifth_of_faults_of_every_kind_the_end_is_the_truth(
    app: App, shop: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    app.faults = Faults(0.2, kinds=kinds.ALL, seed=7, stall=0.0, blob=20_000)
    taken = pull_until_done(shop)
    app.clock.advance(timedelta(minutes=20))
    taken += pull_until_done(shop)
    assert taken > 8, "the faults were felt"

    app.faults = Faults()
    StreamState.all_companies.update(deep_at=None)
    pull_until_done(shop)

    assert_true(shop, app)


def test_a_key_that_stops_working_stops_the_account(app: App, shop: MarketplaceAccount) -> None:
    app.faults = Faults(1.0, kinds=("revoked",))
    (run,) = pull(shop, "orders")
    assert (run.outcome, run.error_code) == (RunOutcome.FAILED, "credentials_rejected")


def test_a_turn_that_is_far_ends_the_run_and_names_the_next_call(
    app: App, shop: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs within a minute: the feed gives one answer a minute, and the worker does not wait for it."""
    from marketplaces.ratelimit import Limiter

    monkeypatch.setattr("marketplaces.connections.Limiter", Limiter)
    monkeypatch.setattr(
        Adapter, "limits_for", classmethod(lambda _cls, _kind: {**limits.FULL, limits.SALES: limits.FULL[limits.ORDERS]})
    )  # fmt: skip
    pull(shop, "products", "orders")

    (run,) = pull(shop, "orders")

    assert (run.outcome, run.error_code) == (RunOutcome.WAITING, "waits_for_turn")
    state = StreamState.all_companies.get(account=shop, stream="orders")
    assert timedelta(seconds=30) < state.due_at - timezone.now() <= timedelta(seconds=61)
    assert truth.compare_orders(shop, true_rows(app, "orders")).differing == 0
