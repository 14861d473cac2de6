"""Prices over the three dialects of the sandbox: read, changed, and nothing sent twice when the worker dies."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from catalog import tasks
from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, PriceBatch, PriceChange
from catalog.services import prices
from catalog.services.prices import KeepOr, Recipe, Step, sending
from marketplaces.http import use_transport
from marketplaces.models import RunOutcome
from marketplaces.ratelimit import Limiter
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings
from tests.marketplaces.contract.cases import CASES, HOST

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db

WRITES = {
    "/v1/product/import/prices": ("prices", "product_id"),
    "/api/v2/upload/task": ("data", "nmID"),
    "/offer-prices/updates": ("offers", "offerId"),
}
# A price that every marketplace can express: half of the price before the discount.
HALF = Recipe(step=Step.SET, value=Decimal(1000), old=KeepOr.SET, old_value=Decimal(2000), least=KeepOr.NONE)


class Killed(BaseException):
    """The worker dies here."""


class Recorder(httpx.BaseTransport):
    """Hands requests on and remembers which items were sent new prices."""

    def __init__(self, app: App) -> None:
        self.inner = httpx.WSGITransport(app)
        self.items: Counter[str] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for ending, (rows, key) in WRITES.items():
            if request.url.path.endswith(ending):
                for row in json.loads(request.read())[rows]:
                    self.items[f"{ending} {row[key]}"] += 1
        return self.inner.handle_request(request)


@pytest.fixture
def app() -> App:
    """The seller's goods on three marketplaces, whose time stands still an hour ago."""
    now = timezone.now() - timedelta(hours=1)
    small = WorldSettings(skus=30, days=5, per_day=10.0).ending(now)
    worlds = {case.account.client_id: World(replace(small, channel=code)) for code, case in CASES.items()}
    accounts = [case.account for case in CASES.values()]
    return make_app(worlds, accounts=accounts, clock=Clock(now, frozen=True), rate=None)


@pytest.fixture
def recorder(app: App, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[Recorder]:
    """What was sent to them; nobody waits for a turn."""
    monkeypatch.setattr(Limiter, "acquire", lambda *_about, **_more: None)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    recorder = Recorder(app)
    ozon, wildberries, yandex = (HOST + case.path for case in CASES.values())
    with (
        use_transport(ozon, recorder),
        use_transport(wildberries, recorder),
        use_transport(yandex, recorder),
    ):
        yield recorder


@pytest.fixture
def accounts(company: Company, recorder: Recorder) -> list[MarketplaceAccount]:
    """One account on each, with its products and their prices read."""
    made = []
    for code, case in CASES.items():
        account = connect_account(
            company=company, marketplace=code, credentials=dict(case.credentials), base_url=HOST + case.path
        )
        for stream in ("products", "prices"):
            run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
            assert run.outcome == RunOutcome.DONE, (code, stream, run.error_code, run.message)
            assert run.quarantined == 0
        made.append(account)
    return made


def work(app: App, accounts: list[MarketplaceAccount], *, rounds: int = 6) -> None:
    """As the workers do it, while the marketplaces' time passes."""
    for _round in range(rounds):
        for account in accounts:
            tasks.send_prices(account.pk)
        app.clock.advance(timedelta(minutes=3))
        PriceChange.all_companies.filter(state=ChangeState.SENT).update(check_at=timezone.now())
        for account in accounts:
            tasks.settle_prices(account.pk)


def test_every_listing_gets_its_price(accounts: list[MarketplaceAccount]) -> None:
    for account in accounts:
        listings = Listing.all_companies.filter(account=account, is_archived=False)
        assert listings.count() > 20
        assert not listings.filter(price=None).exists()
        assert not listings.filter(prices_as_of=None).exists()


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_change_on_all_three_ends_confirmed_or_explained(
    app: App,
    company: Company,
    accounts: list[MarketplaceAccount],
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    is_killed: bool,
) -> None:
    batch = prices.draft_prices(
        company=company, listings=Listing.objects.for_company(company), recipe=HALF, actor=None
    )
    prices.confirm_batch(company=company, batch_id=batch.pk)
    if is_killed:
        # Between the answer of the marketplace and the moment it is written down.
        with monkeypatch.context() as patched:

            def die(*_about: Any) -> None:
                raise Killed

            patched.setattr(sending, "_keep_answer", die)
            for account in accounts:
                with pytest.raises(Killed):
                    tasks.send_prices(account.pk)

    work(app, accounts)

    assert recorder.items
    assert set(recorder.items.values()) == {1}, "no item is sent twice"
    rows = PriceChange.all_companies.filter(batch=batch)
    open_rows = rows.filter(state__in=[ChangeState.QUEUED, ChangeState.SENT])
    assert list(open_rows.values_list("account__marketplace", "listing__name")) == []
    for account in accounts:
        done = rows.filter(account=account, state=ChangeState.CONFIRMED)
        assert done.count() > 5, account.marketplace
        assert not done.exclude(listing__price=Decimal(1000)).exists()
    assert PriceBatch.all_companies.get().state == BatchState.DONE
    for account in accounts:
        run_stream(account_id=account.pk, stream="prices", trigger=Trigger.COMMAND)
        confirmed = rows.filter(account=account, state=ChangeState.CONFIRMED)
        assert not confirmed.exclude(listing__price=Decimal(1000)).exists(), "the marketplace says the same"
