"""Workers killed with SIGKILL while prices are on their way: no item is sent twice, and each is explained."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from catalog import tasks
from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, PriceBatch, PriceChange
from catalog.services import prices
from catalog.services.prices import KeepOr, Recipe, Step
from fbo_cabinet import demo
from marketplaces import services
from marketplaces.models import RunOutcome
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.accounts import DEMOS
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.server import Server
from sandbox.world import World, WorldSettings
from tests.crash.test_killed_workers import celery_worker, wait_for
from tests.factories.companies import CompanyFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

    from marketplaces.models import MarketplaceAccount

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]

# The schedule makes a round every ten seconds; nothing here depends on how seldom.
ROUND_SECONDS = 5
WRITES = ("/v1/product/import/prices", "/api/v2/upload/task", "/offer-prices/updates")
SAME = Recipe(step=Step.SET, value=Decimal(1000), old=KeepOr.SET, old_value=Decimal(2000), least=KeepOr.NONE)


class Stalling:
    """The sandbox, which takes new prices and does not answer as long as it is told to hold its tongue."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.app(environ, start_response)
        if environ["PATH_INFO"].endswith(WRITES):
            self.may_answer.wait(30)
        return answer

    def uploads(self) -> Counter[str]:
        """How often each item was taken."""
        ozon, wildberries, yandex = (one.client_id for one in DEMOS)
        dialects: dict[str, Any] = dict(self.app.dialects)
        taken = [f"ozon {sku}" for upload in self.app.sellers[ozon].prices.uploads for sku in upload]
        for upload in dialects["/wildberries"].uploads(wildberries):
            taken += [f"wildberries {item['nmID']}" for item in upload.items]
        for upload in dialects["/yandex_market"].uploads(yandex):
            taken += [f"yandex {offer}" for offer, _price in upload.prices]
        return Counter(taken)


@pytest.fixture
def sandbox() -> Generator[tuple[Stalling, str]]:
    """Three marketplaces over real HTTP, their time standing still; and their address."""
    now = timezone.now() - timedelta(hours=1)
    small = WorldSettings(skus=40, days=5, per_day=10.0).ending(now)
    worlds = {one.client_id: World(replace(small, channel=one.marketplace)) for one in DEMOS}
    stalling = Stalling(make_app(worlds, accounts=DEMOS, clock=Clock(now, frozen=True), rate=None))
    server = Server(stalling, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield stalling, f"http://127.0.0.1:{server.server_port}"
    stalling.may_answer.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def accounts(sandbox: tuple[Stalling, str], settings: Any) -> list[MarketplaceAccount]:
    """The shop's accounts with their products and prices."""
    settings.MARKETPLACE_EXTRA_HOSTS = ["127.0.0.1"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    company, made = CompanyFactory(), []
    for shop in demo.SHOPS:
        account = services.connect_account(
            company=company,
            marketplace=shop.marketplace,
            credentials=shop.credentials,
            base_url=shop.address(sandbox[1]),
        )
        for stream in ("products", "prices"):
            run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
            assert run.outcome == RunOutcome.DONE, (shop.marketplace, stream, run.error_code)
        made.append(account)
    return made


@contextmanager
def living(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker, killed at the end."""
    worker = celery_worker(log)
    try:
        yield worker
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def every_round(condition: Callable[[], bool]) -> Callable[[], bool]:
    """The condition, asked while the schedule makes its rounds, as it does in a living cabinet."""
    rounds = {"next": time.monotonic()}

    def asked() -> bool:
        if time.monotonic() >= rounds["next"]:
            tasks.start_prices()
            rounds["next"] = time.monotonic() + ROUND_SECONDS
        return condition()

    return asked


def test_workers_killed_between_sending_and_reading_back_send_nothing_twice(
    sandbox: tuple[Stalling, str], accounts: list[MarketplaceAccount], tmp_path: Path
) -> None:
    marketplaces, _address = sandbox
    company, log = accounts[0].company, tmp_path / "worker.log"
    batch = prices.draft_prices(
        company=company, listings=Listing.objects.for_company(company), recipe=SAME, actor=None
    )
    prices.confirm_batch(company=company, batch_id=batch.pk)
    rows = PriceChange.all_companies.filter(batch=batch)
    queued, sent = rows.filter(state=ChangeState.QUEUED), rows.filter(state=ChangeState.SENT)
    assert queued.count() > 80
    # Wildberries is told the price of a card, the others that of a listing.
    others = queued.exclude(account__marketplace="wildberries")
    cards = queued.filter(account__marketplace="wildberries").values("listing__card_id").distinct()
    expected = others.count() + cards.count()

    # The first dies waiting for the answer to what has been taken.
    marketplaces.may_answer.clear()
    tasks.start_prices()
    with living(log):
        wait_for(lambda: bool(marketplaces.uploads()))
    marketplaces.may_answer.set()
    unanswered = set(sent.values_list("pk", flat=True))
    assert unanswered
    assert queued.exists()

    # The second sends the rest and dies before anything is read back. What is marked as sent is on its way: it must
    # have come there, or nobody would ever see it.
    tasks.start_prices()
    with living(log):
        wait_for(lambda: not queued.exists() and sent.values("account_id").distinct().count() == 3)
        wait_for(lambda: len(marketplaces.uploads()) == expected)
        wait_for(lambda: sent.filter(account__marketplace="wildberries").exclude(reference="").exists())
    assert unanswered <= set(sent.values_list("pk", flat=True))

    # The third has nothing to send: it reads back what the others left.
    taken = marketplaces.uploads()
    marketplaces.app.clock.advance(timedelta(minutes=5))
    sent.update(check_at=timezone.now())
    with living(log):
        wait_for(every_round(lambda: not sent.exists()))

    assert marketplaces.uploads() == taken
    assert set(taken.values()) == {1}, "no item is sent twice"
    assert PriceBatch.all_companies.get(pk=batch.pk).state == BatchState.DONE
    states = Counter(rows.values_list("state", flat=True))
    assert set(states) <= {ChangeState.CONFIRMED, ChangeState.HELD, ChangeState.REFUSED}
    for account in accounts:
        confirmed = rows.filter(account=account, state=ChangeState.CONFIRMED)
        assert confirmed.count() > 5
        assert not confirmed.exclude(listing__price=Decimal(1000)).exists()
