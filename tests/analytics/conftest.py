"""A small shop on each marketplace, read through the sandbox, and what is true of it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina
from django.utils import timezone

from analytics.choices import Comparison
from analytics.selectors.scope import ReportScope
from analytics.services import refresh_facts
from core.periods import Days, business_day
from marketplaces import http
from marketplaces.http import use_transport
from marketplaces.models import RunOutcome
from marketplaces.ratelimit import Limiter
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.truth import truth
from sandbox.world import World, WorldSettings
from tests.marketplaces.contract.cases import CASES, HOST

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

# How long the history is.
DAYS = 24
TRUTHS = ("reports", "orders", "conservation")


class Told:
    """A synced account and what is true of it: the truths by name, the reports by theirs."""

    def __init__(
        self, account: MarketplaceAccount, truths: dict[str, list[dict[str, Any]]], today: date
    ) -> None:
        self.account, self.today = account, today
        self.orders, self.balance = truths["orders"], truths["conservation"]
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in truths["reports"]:
            self.rows[row["report"]].append(row)

    def scope(self, days: Days, comparison: Comparison = Comparison.NONE) -> ReportScope:
        before = days.before() if comparison is Comparison.PREVIOUS else None
        return ReportScope(
            company=self.account.company, accounts=(self.account,), days=days, before=before,
            comparison=comparison, today=self.today,
        )  # fmt: skip


@pytest.fixture(params=list(CASES))
def told(
    request: pytest.FixtureRequest, company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Told:
    """A small shop on one marketplace, read an hour ago, and the truth of that moment."""
    case = CASES[request.param]
    monkeypatch.setattr(Limiter, "acquire", lambda *_about, **_more: None)
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    # The first supplies come days before the first orders.
    settings.ORDER_HISTORY_DAYS = DAYS + 25
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    now = timezone.now() - timedelta(hours=1)
    world = World(replace(WorldSettings(skus=24, days=DAYS, per_day=20.0).ending(now), channel=request.param))
    app = make_app(
        {case.account.client_id: world}, accounts=[case.account], clock=Clock(now, frozen=True), rate=None
    )
    with stamina.set_testing(True, attempts=1), use_transport(HOST + case.path, httpx.WSGITransport(app)):
        account = connect_account(
            company=company,
            marketplace=request.param,
            credentials=dict(case.credentials),
            base_url=HOST + case.path,
        )
        for stream in ("products", "stock", "orders", "supplies", "returns"):
            for _try in range(20):
                run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
                if run.outcome == RunOutcome.DONE and not run.error_code:
                    break
            assert run.outcome == RunOutcome.DONE, (stream, run.error_code, run.message)
    refresh_facts(company)
    truths = {name: [json.loads(line) for line in truth(world, name, at=now)] for name in TRUTHS}
    return Told(account, truths, business_day(timezone.now()))


def region(name: str) -> str:
    """Wildberries calls a region shorter in its feed than in the statistics, which come half an hour later."""
    return name.removesuffix(" федеральный округ")
