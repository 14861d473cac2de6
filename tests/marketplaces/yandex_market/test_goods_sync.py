"""Supplies and returns through adapter, streams and engine: what we hold at the end is what is true."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from marketplaces import http
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState
from marketplaces.ratelimit import ALL, Limit
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from marketplaces.yandex_market import orders, returns, supplies
from marketplaces.yandex_market.adapter import Adapter
from returns.models import Return, ReturnEvent
from sandbox import movements
from sandbox.clock import Clock
from sandbox.faults import PAGING, Faults
from sandbox.world import WorldSettings
from sandbox.world.moments import instant
from sandbox.yandex_market.requests import true_supplies as told_truly
from sandbox.yandex_market.returns import true_return
from supplies.models import Supply, SupplyEvent, SupplyLine
from tests.marketplaces.contract.cases import CASES, HOST, sandbox_of, world_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company
    from marketplaces.models import SyncRun
    from sandbox.app import App
    from sandbox.world import World

CASE = CASES["yandex_market"]
ADDRESS = HOST + CASE.path
DAYS = 24
STREAMS = ("products", "orders", "supplies", "returns")
FAULTS = (*PAGING, "429", "500", "truncated", "drop", "html_200", "stale", "empty_page", "unknown_status")

# The world behind a sandbox.
SEEN: dict[App, World] = {}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses", "no_turns")]


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    """A small shop whose time stands still an hour ago, without limits."""
    settings.ORDER_HISTORY_DAYS = DAYS + 25
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    # Turns of an hour would be used up by a few tests.
    monkeypatch.setattr(Adapter, "limits", {ALL: Limit(requests=100_000, burst=10_000)})
    now = timezone.now() - timedelta(hours=1)
    world = world_of(
        "yandex_market", WorldSettings(skus=20, days=DAYS, per_day=30, return_rate=0.2).ending(now)
    )
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


def held_supplies(account: MarketplaceAccount) -> dict[str, tuple[Any, ...]]:
    lines: dict[int, set[tuple[Any, ...]]] = {}
    names = ("supply_id", "marketplace_sku", "declared", "accepted", "shortage", "surplus", "defect")
    for pk, *counts in SupplyLine.objects.for_company(account.company_id).values_list(*names):
        lines.setdefault(pk, set()).add(tuple(counts))
    told = Supply.objects.for_company(account.company_id).filter(account=account)
    return {
        one.external_id: (str(one.kind), str(one.status), one.slot_from, frozenset(lines[one.pk]))
        for one in told
    }


def true_supplies(app: App) -> dict[str, tuple[Any, ...]]:
    world, now = SEEN[app], app.clock.now()
    names = ("sku", "declared", "accepted", "shortage", "surplus", "defect")
    found = {}
    for supply, told in movements.supplies(world, now):
        for row in told_truly(world, supply, instant(now), told):
            slot = datetime.fromisoformat(row["slot_from"])
            lines = frozenset(tuple(line[name] for name in names) for line in row["lines"])
            found[row["number"]] = (row["kind"], row["status"], slot, lines)
    return found


def held_returns(account: MarketplaceAccount) -> dict[str, tuple[Any, ...]]:
    told = Return.objects.for_company(account.company_id).filter(account=account).select_related("order")
    return {
        one.external_id: (
            str(one.kind),
            str(one.status),
            one.quantity,
            one.external_reason_id,
            one.price,
            one.order.external_id if one.order else "",
            one.unmatched,
        )
        for one in told
    }


def true_returns(app: App) -> dict[str, tuple[Any, ...]]:
    world, now = SEEN[app], app.clock.now()
    rows = (true_return(world, one, instant(now), row) for one, row in movements.returns(world, now))
    return {
        row["number"]: (
            row["kind"],
            row["status"],
            row["quantity"],
            row["reason"],
            Decimal(row["price"]),
            row["order"],
            "",
        )
        for row in rows
        if row is not None
    }


def assert_true(account: MarketplaceAccount, app: App) -> None:
    assert held_supplies(account) == true_supplies(app)
    assert held_returns(account) == true_returns(app)


def test_a_first_sync_equals_the_truth_and_a_second_changes_nothing(
    app: App, market: MarketplaceAccount
) -> None:
    assert [(run.outcome, run.error_code, run.quarantined) for run in pull(market)] == [
        (RunOutcome.DONE, "", 0)
    ] * len(STREAMS)
    assert_true(market, app)
    supplies_held = Supply.objects.for_company(market.company_id)
    wholes = {one.parent_external_id for one in supplies_held if one.parent_external_id}
    assert wholes == {one.external_id for one in supplies_held if one.is_split} != set()
    assert not supplies_held.shipments().filter(external_id__in=wholes).exists()
    events = (
        SupplyEvent.objects.for_company(market.company_id).count(),
        ReturnEvent.objects.for_company(market.company_id).count(),
    )
    assert min(events) > 0

    again = pull(market, "supplies", "returns")
    assert [(run.inserted, run.changed) for run in again] == [(0, 0)] * 2
    whole = [
        run_stream(
            account_id=market.pk,
            stream=stream,
            trigger=Trigger.COMMAND,
            since=market.created_at - timedelta(days=DAYS + 25),
        )
        for stream in ("supplies", "returns")
    ]
    assert [(run.inserted, run.changed) for run in whole] == [(0, 0)] * 2
    assert events == (
        SupplyEvent.objects.for_company(market.company_id).count(),
        ReturnEvent.objects.for_company(market.company_id).count(),
    )


def test_as_time_goes_by_what_changed_is_followed(
    app: App, market: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sandbox lives days behind the clock by which a pull says where it ended.
    for module in (orders, supplies, returns):
        monkeypatch.setattr(module, "OVERLAP", timedelta(days=4))
    app.clock.set(app.clock.now() - timedelta(days=3))
    pull(market)
    for _step in range(3):
        app.clock.advance(timedelta(days=1))
        pull(market, "orders", "supplies", "returns")
    assert_true(market, app)


def test_under_faults_the_end_is_the_truth(
    app: App, market: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    pull(market, "products", "orders")
    app.faults = Faults(0.1, kinds=FAULTS, seed=7, stall=0.0)
    for stream in ("supplies", "returns"):
        for _try in range(80):
            MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
            StreamState.all_companies.update(is_on=True)
            (run,) = pull(market, stream)
            if run.outcome == RunOutcome.DONE and run.error_code == "":
                break
        else:
            raise AssertionError(f"{stream} never came to an end")
    app.faults = Faults()
    # What a fault hid or worded oddly, the whole read again tells.
    for stream in ("supplies", "returns"):
        run_stream(
            account_id=market.pk,
            stream=stream,
            trigger=Trigger.COMMAND,
            since=market.created_at - timedelta(days=DAYS + 25),
        )
    assert_true(market, app)
