"""Supplies and returns of all marketplaces while weeks go by: at every look, what we hold is what is true."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone

from fbo_cabinet import truth
from marketplaces import http, registry
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState
from marketplaces.ratelimit import ALL, Limit
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from returns.models import Return, ReturnEvent
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.truth import truth as truth_of
from sandbox.world import WorldSettings
from supplies.models import Supply, SupplyEvent, SupplyLine
from tests.marketplaces.contract.cases import CASES, HOST, sandbox_of, world_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from companies.models import Company
    from sandbox.app import App
    from sandbox.world import World

DAYS = 30
STREAMS = ("products", "orders", "supplies", "returns")
FAULTS = (
    "429",
    "500",
    "drop",
    "truncated",
    "html_200",
    "duplicate_page",
    "shifting_page",
    "out_of_order",
    "stale",
    "unknown_status",
    "empty_page",
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses", "no_turns")]
everywhere = pytest.mark.parametrize("marketplace", list(django_settings.MARKETPLACES))


class Shop:
    """An account over a small world, and the clock that both follow."""

    def __init__(
        self, app: App, world: World, account: MarketplaceAccount, clock: time_machine.Traveller
    ) -> None:
        self.app = app
        self.account = account
        self._world = world
        self._clock = clock

    def pass_by(self, span: timedelta) -> None:
        """Let time pass, for the marketplace and for us."""
        self._clock.shift(span)
        self.app.clock.advance(span)

    def pull(self, *streams: str) -> None:
        for stream in streams or STREAMS:
            run = run_stream(account_id=self.account.pk, stream=stream, trigger=Trigger.COMMAND)
            assert run.outcome == RunOutcome.DONE, (stream, run.error_code)

    def pull_through_faults(self, *, most: int = 80) -> None:
        for stream in STREAMS:
            for _try in range(most):
                MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
                StreamState.all_companies.update(is_on=True)
                run = run_stream(account_id=self.account.pk, stream=stream, trigger=Trigger.COMMAND)
                if run.outcome == RunOutcome.DONE and run.error_code == "":
                    break
            else:
                raise AssertionError(f"{stream} never came to an end")

    def read_all_again(self) -> None:
        """What the schedule does every day."""
        StreamState.all_companies.update(deep_at=None, cursor={})
        self.pull()
        # Wildberries is asked of the discrepancies of five supplies in a pull; the lines of the others wait.
        for _pull in range(40):
            if not StreamState.all_companies.get(stream="supplies").cursor.get("owed"):
                break
            self.pull("supplies")

    def differences(self) -> list[str]:
        """What differs from the truth, in words."""
        comparisons = (
            truth.compare_orders(self.account, self._true("orders")),
            truth.compare_supplies(self.account, self._true("supplies")),
            truth.compare_returns(self.account, self._true("returns")),
            truth.compare_movements(self.account),
        )
        assert all(one.compared for one in comparisons)
        return [text for one in comparisons for text in one.samples]

    def _true(self, name: str) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in truth_of(self._world, name, at=self.app.clock.now()))


@pytest.fixture
def shop(
    marketplace: str, company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Generator[Shop]:
    """A small shop a month old of which much comes back; its time stands still until it is moved."""
    settings.ORDER_HISTORY_DAYS = DAYS + 25
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    endless = {ALL: Limit(requests=1_000_000, burst=100_000)}
    monkeypatch.setattr(registry.adapters()[marketplace], "limits_for", staticmethod(lambda _kind: endless))
    now = timezone.now().replace(microsecond=0)
    world = world_of(marketplace, WorldSettings(skus=20, days=DAYS, per_day=30, return_rate=0.2).ending(now))
    app = sandbox_of(marketplace, world, clock=Clock(now, frozen=True))
    case = CASES[marketplace]
    with (
        use_transport(HOST + case.path, httpx.WSGITransport(app)),
        time_machine.travel(now, tick=False) as clock,
    ):
        account = connect_account(
            company=company,
            marketplace=marketplace,
            credentials=dict(case.credentials),
            base_url=HOST + case.path,
        )
        yield Shop(app, world, account, clock)


@everywhere
def test_weeks_go_by(shop: Shop) -> None:
    """Looked at every day and a half, and at last after a week of silence."""
    shop.pull()
    assert not (found := shop.differences()), "\n".join(found)

    for hours in (31, 31, 31, 170):
        shop.pass_by(timedelta(hours=hours))
        shop.pull()
        assert not (found := shop.differences()), "\n".join(found)


@everywhere
def test_faults_leave_nothing_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of all answers spoiled, doubled, old or out of order; then one undisturbed reading of everything."""
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    shop.app.faults = Faults(0.2, kinds=FAULTS, seed=7, stall=0.0, blob=20_000)
    shop.pull_through_faults()
    shop.pass_by(timedelta(hours=31))
    shop.pull_through_faults()

    shop.app.faults = Faults()
    shop.read_all_again()

    assert not (found := shop.differences()), "\n".join(found)


@pytest.mark.parametrize("marketplace", ["ozon"])
def test_what_differs_is_found(shop: Shop) -> None:
    """One unit too many, another status, a reason lost, a row gone and a step gone: each is told by its own words."""
    shop.pull()
    assert not shop.differences()

    line = SupplyLine.all_companies.filter(accepted__gt=0).earliest("pk")
    SupplyLine.all_companies.filter(pk=line.pk).update(accepted=line.accepted + 1)
    returns = list(Return.all_companies.order_by("pk")[:3])
    Return.all_companies.filter(pk=returns[0].pk).update(status=ReturnStatus.UNKNOWN)
    Return.all_companies.filter(pk=returns[1].pk).update(external_reason="")
    ReturnEvent.all_companies.filter(return_of=returns[2].pk).delete()
    gone = Supply.all_companies.exclude(pk=line.supply_id).earliest("pk")
    SupplyEvent.all_companies.filter(supply=gone).delete()
    gone.delete()

    found = "\n".join(shop.differences())
    assert f"the supply {line.supply.external_id}: held" in found
    assert f"the supply {gone.external_id} is lost" in found
    assert f"the return {returns[0].external_id}: held" in found
    assert f"the return {returns[1].external_id}: held" in found
    assert f"the return {returns[2].pk} is" in found
