"""The stream over the sandbox of each marketplace: what comes before its order is tied to it, every word is known."""

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
from marketplaces.models import MarketplaceAccount, RunOutcome, SyncRun
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from returns.choices import Unmatched
from returns.models import ReasonWord, Return
from sandbox.clock import Clock
from sandbox.truth import truth as true_rows
from sandbox.world import WorldSettings
from tests.marketplaces.contract.cases import CASES, HOST, NoLimiter, sandbox_of, world_of

if TYPE_CHECKING:
    from companies.models import Company

DAYS = 16
# Words that tell no reason.
SILENT = {"UNKNOWN"}

pytestmark = pytest.mark.django_db


def pull(account: MarketplaceAccount, stream: str) -> SyncRun:
    run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
    assert (run.outcome, run.error_code, run.quarantined) == (RunOutcome.DONE, "", 0)
    return run


@pytest.mark.parametrize("marketplace", ["ozon", "wildberries", "yandex_market"])
def test_returns_before_their_orders_end_as_the_truth(
    marketplace: str, company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDER_HISTORY_DAYS = DAYS + 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    monkeypatch.setattr("marketplaces.connections.Limiter", lambda **_given: NoLimiter())
    now, case = timezone.now() - timedelta(hours=1), CASES[marketplace]
    world = world_of(marketplace, WorldSettings(skus=16, days=DAYS, per_day=40).ending(now))
    app, address = sandbox_of(marketplace, world, clock=Clock(now, frozen=True)), HOST + case.path
    with use_transport(address, httpx.WSGITransport(app)):
        account = connect_account(
            company=company, marketplace=marketplace, credentials=dict(case.credentials), base_url=address
        )
        for stream in ("returns", "products", "orders", "returns"):
            pull(account, stream)
        again = pull(account, "returns")

    assert (again.inserted, again.changed) == (0, 0)
    rows = [json.loads(line) for line in true_rows(world, "returns", at=now)]
    assert len(rows) > 20
    for comparison in (truth.compare_returns(account, rows), truth.compare_movements(account)):
        assert comparison.differing == 0, comparison
    causes = Return.objects.for_company(company).exclude(unmatched=Unmatched.MATCHED)
    assert set(causes.values_list("unmatched", flat=True)) <= {Unmatched.NO_ORDER_NAMED}
    unknown = ReasonWord.objects.filter(reason=None).exclude(words_id__in=SILENT)
    assert list(unknown.values_list("words_id", "words")) == []
