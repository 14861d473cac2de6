"""The adapter, the streams and the engine over the sandbox: what we hold at the end is what is true."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from catalog.models import Listing, Tariff
from fbo_cabinet import truth
from marketplaces import http
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.truth import truth as true_rows
from sandbox.world import WorldSettings
from tests.marketplaces.contract.cases import CASES, HOST, sandbox_of, world_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company
    from sandbox.app import App
    from sandbox.world import World

CASE = CASES["yandex_market"]
ADDRESS = HOST + CASE.path
DAYS = 8
STREAMS = ("products", "stock", "orders", "prices", "tariffs")
FAULTS = (
    "429", "500", "truncated", "drop", "html_200", "duplicate_page", "shifting_page", "out_of_order", "empty_page",
    "unknown_status",
)  # fmt: skip

# The world behind a sandbox.
SEEN: dict[App, World] = {}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses", "no_turns")]


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    """A small shop whose time stands still an hour ago, without limits."""
    settings.ORDER_HISTORY_DAYS = DAYS + 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    now = timezone.now() - timedelta(hours=1)
    world = world_of("yandex_market", WorldSettings(skus=12, days=DAYS, per_day=40).ending(now))
    made = sandbox_of("yandex_market", world, clock=Clock(now, frozen=True))
    monkeypatch.setitem(SEEN, made, world)
    with use_transport(ADDRESS, httpx.WSGITransport(made)):
        yield made


@pytest.fixture
def market(app: App, company: Company) -> MarketplaceAccount:
    """The shop's account, connected and not yet read."""
    return connect_account(
        company=company, marketplace="yandex_market", credentials=dict(CASE.credentials), base_url=ADDRESS
    )


def pull(account: MarketplaceAccount, *streams: str) -> list[SyncRun]:
    return [
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
        for stream in streams or STREAMS
    ]


def assert_true(account: MarketplaceAccount, app: App) -> None:
    world, now = SEEN[app], app.clock.now()
    orders = [json.loads(row) for row in true_rows(world, "orders", at=now)]
    stock = [json.loads(row) for row in true_rows(world, "stock", at=now)]
    for comparison in (
        truth.compare_orders(account, orders),
        truth.compare_stock(account, stock),
        truth.compare_history(account),
        truth.compare_listing_sums(account),
    ):
        assert comparison.differing == 0, comparison
        assert comparison.compared > 0, comparison
    assert truth.count_doubles(account) == 0


def test_a_first_sync_equals_the_truth_and_a_second_changes_nothing(
    app: App, market: MarketplaceAccount
) -> None:
    assert [(run.outcome, run.error_code, run.quarantined) for run in pull(market)] == [
        (RunOutcome.DONE, "", 0)
    ] * len(STREAMS)
    assert_true(market, app)
    listings = Listing.objects.for_company(market.company_id).filter(account=market)
    assert listings.exclude(price=None).count() == listings.count() > 0
    assert Tariff.objects.for_company(market.company_id).filter(account=market, kind="commission").exists()

    again = pull(market, "products", "stock", "orders", "prices")
    assert [(run.inserted, run.changed) for run in again] == [(0, 0)] * 4
    assert_true(market, app)


def test_as_time_goes_by_what_changed_is_followed(app: App, market: MarketplaceAccount) -> None:
    pull(market)
    for _step in range(4):
        app.clock.advance(timedelta(minutes=15))
        pull(market, "orders", "stock")
    assert_true(market, app)


def test_under_faults_the_end_is_the_truth(
    app: App, market: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    app.faults = Faults(0.2, kinds=FAULTS, seed=7, stall=0.0)
    for stream in ("products", "stock", "orders"):
        for _try in range(60):
            MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
            StreamState.all_companies.update(is_on=True)
            (run,) = pull(market, stream)
            if run.outcome == RunOutcome.DONE and run.error_code == "":
                break
        else:
            raise AssertionError(f"{stream} never came to an end")
    app.faults = Faults()
    # What a fault hid from one pull, the whole read again tells.
    run_stream(
        account_id=market.pk,
        stream="orders",
        trigger=Trigger.COMMAND,
        since=market.created_at - timedelta(days=DAYS + 2),
    )
    pull(market, "products", "stock")
    assert_true(market, app)
