"""Supplies and returns through adapter, streams and engine: what we hold at the end is what is true."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from marketplaces import http
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState
from marketplaces.ozon import orders
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from returns.models import Return, ReturnEvent
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import PAGING, Faults
from sandbox.truth import truth
from sandbox.world import World, WorldSettings
from supplies.models import Supply, SupplyBox, SupplyEvent, SupplyLine

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company
    from marketplaces.models import SyncRun

ADDRESS = "http://sandbox.test"
KEY = {"client_id": "1284417", "api_key": "demo-ozon-key"}
DAYS = 24
STREAMS = ("products", "orders", "supplies", "returns")
FAULTS = (*PAGING, "429", "500", "truncated", "drop", "html_200", "stale", "empty_page", "unknown_status")
LINE = ("marketplace_sku", "declared", "accepted", "shortage", "surplus", "defect")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses", "no_turns")]


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    """A small shop whose time stands still an hour ago, without limits."""
    settings.ORDER_HISTORY_DAYS = DAYS + 25
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    now = timezone.now() - timedelta(hours=1)
    world = World(WorldSettings(skus=20, days=DAYS, per_day=30, return_rate=0.2).ending(now))
    made = make_app(world, clock=Clock(now, frozen=True), rate=None)
    with use_transport(ADDRESS, httpx.WSGITransport(made)):
        yield made


@pytest.fixture
def ozon(app: App, company: Company) -> MarketplaceAccount:
    """The shop's account, connected and not yet read."""
    return connect_account(company=company, marketplace="ozon", credentials=KEY, base_url=ADDRESS)


def pull(account: MarketplaceAccount, *streams: str, since: datetime | None = None) -> list[SyncRun]:
    return [
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND, since=since)
        for stream in streams or STREAMS
    ]


def rows(app: App, name: str) -> list[dict[str, Any]]:
    """The truth of the world as anybody may read it."""
    world = next(iter(app.sellers.values())).world
    return [json.loads(line) for line in truth(world, name, at=app.clock.now())]


def held_supplies(account: MarketplaceAccount) -> dict[str, tuple[Any, ...]]:
    lines: dict[int, set[tuple[Any, ...]]] = {}
    for pk, *counts in SupplyLine.objects.for_company(account.company_id).values_list("supply_id", *LINE):
        lines.setdefault(pk, set()).add(tuple(counts))
    told = Supply.objects.for_company(account.company_id).filter(account=account)
    return {
        one.external_id: (str(one.kind), str(one.status), one.slot_from, frozenset(lines[one.pk]))
        for one in told
    }


def true_supplies(app: App) -> dict[str, tuple[Any, ...]]:
    names = ("sku", *LINE[1:])
    return {
        row["number"]: (
            row["kind"],
            row["status"],
            datetime.fromisoformat(row["slot_from"])
            if row["kind"] == "supply" and row["status"] != "draft"
            else None,
            frozenset((str(line["sku"]), *(line[name] for name in names[1:])) for line in row["lines"]),
        )
        for row in rows(app, "supplies")
    }


def held_returns(account: MarketplaceAccount) -> dict[str, tuple[Any, ...]]:
    told = Return.objects.for_company(account.company_id).filter(account=account).select_related("order")
    return {
        one.external_id: (
            str(one.kind),
            str(one.status),
            one.quantity,
            one.external_reason,
            one.price,
            one.order.external_id if one.order else "",
            one.marketplace_sku,
            one.unmatched,
        )
        for one in told
    }


def true_returns(app: App) -> dict[str, tuple[Any, ...]]:
    return {
        row["number"]: (
            row["kind"],
            row["status"],
            row["quantity"],
            row["reason"],
            Decimal(row["price"]),
            row["order"],
            str(row["sku"]),
            "",
        )
        for row in rows(app, "returns")
    }


def assert_true(account: MarketplaceAccount, app: App) -> None:
    assert held_supplies(account) == true_supplies(app)
    assert held_returns(account) == true_returns(app)


def counted(account: MarketplaceAccount) -> tuple[int, ...]:
    models = (SupplyEvent, ReturnEvent, SupplyBox, SupplyLine)
    return tuple(model.objects.for_company(account.company_id).count() for model in models)


def test_a_first_sync_equals_the_truth_and_a_second_changes_nothing(
    app: App, ozon: MarketplaceAccount
) -> None:
    assert [(run.outcome, run.error_code, run.quarantined) for run in pull(ozon)] == [
        (RunOutcome.DONE, "", 0)
    ] * len(STREAMS)
    assert_true(ozon, app)
    before = counted(ozon)
    assert min(before) > 0

    again = pull(ozon, "supplies", "returns")
    whole = pull(ozon, "supplies", "returns", since=timezone.now() - timedelta(days=DAYS + 25))

    assert [(run.inserted, run.changed) for run in (*again, *whole)] == [(0, 0)] * 4
    assert counted(ozon) == before


def test_as_time_goes_by_what_changed_is_followed(
    app: App, ozon: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sandbox lives days behind the clock by which a pull says where it ended.
    monkeypatch.setattr(orders, "OVERLAP", timedelta(days=4))
    app.clock.set(app.clock.now() - timedelta(days=2))
    pull(ozon)
    for _step in range(4):
        app.clock.advance(timedelta(hours=12))
        pull(ozon, "orders", "supplies", "returns")

    assert_true(ozon, app)


def test_under_faults_the_end_is_the_truth(
    app: App, ozon: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    pull(ozon, "products", "orders")
    app.faults = Faults(0.05, kinds=FAULTS, seed=7, stall=0.0)
    for stream in ("supplies", "returns"):
        for _try in range(200):
            MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
            StreamState.all_companies.update(is_on=True)
            (run,) = pull(ozon, stream)
            if run.outcome == RunOutcome.DONE and run.error_code == "":
                break
        else:
            raise AssertionError(f"{stream} never came to an end")
    app.faults = Faults()
    # What a fault hid or worded oddly, the whole read again tells.
    pull(ozon, "supplies", "returns", since=timezone.now() - timedelta(days=DAYS + 25))

    assert_true(ozon, app)


def test_one_supply_is_read_again(app: App, ozon: MarketplaceAccount) -> None:
    pull(ozon, "products", "supplies")
    one = Supply.objects.for_company(ozon.company_id).filter(kind="supply").first()
    assert one is not None

    run = run_stream(
        account_id=ozon.pk, stream="supplies", trigger=Trigger.COMMAND, external_id=one.external_id
    )

    assert (run.outcome, run.inserted, run.changed, run.unchanged) == (RunOutcome.DONE, 0, 0, 1)
