"""The real adapter, streams and engine over the sandbox: under faults the end equals the world's truth."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from analytics.models import DailyFact
from analytics.services import check_range, refresh_facts
from catalog.models import Product
from fbo_cabinet import truth
from marketplaces import http, services
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.services.accounts import connect_account
from marketplaces.sync import schedule
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.schedule import Trigger
from sandbox import faults as kinds
from sandbox.accounts import DEMO, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.ozon.push import push_bodies
from sandbox.world import World, WorldSettings

if TYPE_CHECKING:
    from collections.abc import Generator

    from companies.models import Company

BASE_URL = "http://sandbox.test"
KEY = {"client_id": "1284417", "api_key": "demo-ozon-key"}
SECOND = Account(client_id="1284418", api_key="second-ozon-key", company=DEMO.company)
DAYS = 8

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses", "no_turns")]


@pytest.fixture
def app(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    """A small shop whose time stands still an hour ago, without limits."""
    settings.ORDER_HISTORY_DAYS = DAYS + 2
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    now = timezone.now() - timedelta(hours=1)
    world = World(WorldSettings(skus=12, days=DAYS, per_day=40).ending(now))
    made = make_app(world, accounts=(DEMO, SECOND), clock=Clock(now, frozen=True), rate=None)
    with use_transport(BASE_URL, httpx.WSGITransport(made)):
        yield made


@pytest.fixture
def ozon(app: App, company: Company) -> MarketplaceAccount:
    """The shop's account, connected and not yet read."""
    return connect_account(company=company, marketplace="ozon", credentials=KEY, base_url=BASE_URL)


def pull(account: MarketplaceAccount, *streams: str) -> list[SyncRun]:
    return [
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
        for stream in streams or ("products", "stock", "orders")
    ]


def pull_until_done(account: MarketplaceAccount, *, most: int = 60) -> int:
    """Run every stream until it has succeeded once more; how many runs it took."""
    taken = 0
    for stream in ("products", "stock", "orders"):
        for _try in range(most):
            MarketplaceAccount.all_companies.update(status=AccountStatus.ACTIVE)
            StreamState.all_companies.update(is_on=True)
            taken += 1
            (run,) = pull(account, stream)
            if run.outcome == RunOutcome.DONE and run.error_code == "":
                break
        else:
            raise AssertionError(f"{stream} never came to an end")
    return taken


def assert_true(account: MarketplaceAccount, app: App) -> None:
    """What we hold is what is true in the world, unit by unit."""
    world, now = next(iter(app.sellers.values())).world, app.clock.now()
    orders = [order.as_json() for order in world.orders(until=now)]
    stock = [row.as_json() for row in world.stock(at=now)]
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
    app: App, ozon: MarketplaceAccount
) -> None:
    assert {run.outcome for run in pull(ozon)} == {RunOutcome.DONE}
    assert_true(ozon, app)

    again = pull(ozon)
    assert [(run.inserted, run.changed) for run in again] == [(0, 0)] * 3
    assert_true(ozon, app)


def test_as_time_goes_by_history_grows(app: App, ozon: MarketplaceAccount) -> None:
    pull(ozon)
    for _step in range(4):
        app.clock.advance(timedelta(minutes=15))
        pull(ozon, "orders", "stock")
    assert_true(ozon, app)


def test_under_a_fifth_of_faults_of_every_kind_the_end_is_the_truth(
    app: App, ozon: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DOUBTS_BEFORE_BELIEF", 100)
    spoiled = kinds.ALL
    app.faults = Faults(0.2, kinds=spoiled, seed=7, stall=0.0, blob=20_000)
    taken = pull_until_done(ozon)
    app.clock.advance(timedelta(minutes=20))
    taken += pull_until_done(ozon)
    assert taken > 6, "the faults were felt"

    app.faults = Faults()
    StreamState.all_companies.update(deep_at=None)
    pull_until_done(ozon)

    assert_true(ozon, app)


def test_pages_twice_shifted_and_out_of_order_lose_and_double_nothing(
    app: App, ozon: MarketplaceAccount
) -> None:
    app.faults = Faults(0.9, kinds=kinds.PAGING, seed=3)
    pull_until_done(ozon)
    pull_until_done(ozon)
    assert_true(ozon, app)


@pytest.mark.parametrize(
    ("kind", "code"), [("revoked", "credentials_rejected"), ("expired", "credentials_rejected")]
)
def test_a_key_that_stops_working_stops_the_account(
    app: App, ozon: MarketplaceAccount, kind: str, code: str
) -> None:
    app.faults = Faults(1.0, kinds=(kind,))
    (run,) = pull(ozon, "orders")
    assert (run.outcome, run.error_code) == (RunOutcome.FAILED, code)
    with pytest.raises(CannotRun):
        pull(ozon, "products")

    app.faults = Faults()
    services.replace_credentials(account=ozon, credentials=KEY)
    assert {one.outcome for one in pull(ozon)} == {RunOutcome.DONE}
    assert_true(ozon, app)


class Emptied(httpx.BaseTransport):
    """Answers some methods with an empty list, as a marketplace does on a bad day."""

    def __init__(self, inner: httpx.BaseTransport, paths: dict[str, str]) -> None:
        self.inner, self.paths = inner, paths

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path in self.paths:
            return httpx.Response(200, text=self.paths[request.url.path])
        return self.inner.handle_request(request)


EMPTY = {
    "/v1/analytics/stocks": '{"items": []}',
    "/v1/product/info/stocks-by-warehouse/fbo": '{"products": [], "has_next": false, "cursor": ""}',
    "/v3/product/list": '{"result": {"items": [], "total_items": 0, "last_id": ""}}',
    "/v3/posting/fbo/list": '{"postings": [], "has_next": false, "cursor": ""}',
}


@pytest.mark.parametrize("stream", ["products", "stock", "orders"])
def test_an_empty_answer_where_there_was_something_overwrites_nothing(
    app: App, ozon: MarketplaceAccount, stream: str
) -> None:
    pull(ozon)
    StreamState.all_companies.update(deep_at=None)

    with use_transport(BASE_URL, Emptied(httpx.WSGITransport(app), EMPTY)):
        (run,) = pull(ozon, stream)

    assert (run.outcome, run.error_code) == (RunOutcome.SUSPICIOUS, "suspicious_empty")
    assert run.message.startswith(
        "Ozon прислал пустой ответ там, где раньше были данные. Ничего не перезаписано."
    )
    assert_true(ozon, app)


def test_a_push_brings_the_new_status_at_once(
    app: App, ozon: MarketplaceAccount, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(ozon)
    before = app.clock.now()
    app.clock.advance(timedelta(minutes=45))
    posted: list[int] = []
    monkeypatch.setattr(
        "marketplaces.tasks.process_push.apply_async", lambda args, **_rest: posted.append(*args)
    )
    bodies = _notices(app, before)
    assert bodies

    for body in bodies * 2:
        answer = client.post(f"/push/{ozon.push_token}/", body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"result": True})
    outcomes = [services.process_push(message_id=message_id) for message_id in posted]

    assert len(posted) <= len(bodies), "a repeated notice is taken once"
    assert outcomes
    assert set(outcomes) <= {"recorded", "nothing_new", "stream_due"}
    world = next(iter(app.sellers.values())).world
    orders = [order.as_json() for order in world.orders(until=app.clock.now())]
    assert truth.compare_orders(ozon, orders).differing == 0


def _notices(app: App, since: Any) -> list[bytes]:
    """The bodies of what happened since the moment."""
    world = next(iter(app.sellers.values())).world
    events = world.push_events(since, app.clock.now())
    return [json.dumps(body).encode() for body in push_bodies(world, events, seller_id=1284417)]


def test_of_two_accounts_with_the_same_goods_one_is_erased_and_the_other_stays_true(
    app: App, ozon: MarketplaceAccount, company: Company
) -> None:
    second = connect_account(
        company=company,
        marketplace="ozon",
        credentials={"client_id": SECOND.client_id, "api_key": SECOND.api_key},
        base_url=BASE_URL,
    )
    assert second.title == f"{ozon.title} · {SECOND.client_id}"
    pull(ozon)
    pull(second)
    refresh_facts(company)
    products = set(Product.all_companies.values_list("sku", flat=True))

    services.disconnect_account(account=ozon, erases=True)
    assert services.erase_account(account_id=ozon.pk, most=50)
    pull(second)
    refresh_facts(company)

    assert_true(second, app)
    assert set(Product.all_companies.values_list("sku", flat=True)) == products
    found = list(check_range(company))
    assert found
    assert not any(step.wrong_days or step.wrong_tallies for step in found)
    assert set(DailyFact.all_companies.values_list("account", flat=True)) == {second.pk}
