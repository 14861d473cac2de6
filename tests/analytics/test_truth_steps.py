"""Every step of orders that Ozon tells by notices, one by one, is measured as long as it was in the world."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina
from django.utils import timezone

from analytics.choices import Axis, Step
from analytics.models import StepTimes
from analytics.services import refresh_facts
from core.periods import business_day
from marketplaces import http, services
from marketplaces.http import use_transport
from marketplaces.ratelimit import Limiter
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.ozon.push import push_bodies
from sandbox.world import World, WorldSettings
from sandbox.world.moments import moment
from sandbox.world.orders import Step as Stage
from tests.analytics.test_truth_reports import rounded_up
from tests.marketplaces.contract.cases import CASES, HOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db

FOLLOWED = timedelta(days=4)
ENDS = {
    Step.ASSEMBLY: (None, Stage.PACKED),
    Step.HANDOVER: (Stage.PACKED, Stage.SHIPPED),
    Step.DELIVERY: (Stage.SHIPPED, Stage.RECEIVED),
    Step.WHOLE: (Stage.CREATED, Stage.RECEIVED),
}


@pytest.fixture
def watched(
    company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch, client: Any
) -> tuple[MarketplaceAccount, World, datetime, datetime]:
    """An Ozon account that heard of every step of its orders for four days, and its world."""
    case = CASES["ozon"]
    monkeypatch.setattr(Limiter, "acquire", lambda *_about, **_more: None)
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))
    settings.ORDER_HISTORY_DAYS = 9
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    posted: list[int] = []
    monkeypatch.setattr(
        "marketplaces.tasks.process_push.apply_async", lambda args, **_rest: posted.append(*args)
    )
    end = timezone.now() - timedelta(hours=1)
    clock = Clock(end - FOLLOWED, frozen=True)
    world = World(replace(WorldSettings(skus=12, days=8, per_day=12.0).ending(end), channel="ozon"))
    app = make_app({case.account.client_id: world}, accounts=[case.account], clock=clock, rate=None)
    with stamina.set_testing(True, attempts=1), use_transport(HOST + case.path, httpx.WSGITransport(app)):
        account = connect_account(
            company=company, marketplace="ozon", credentials=dict(case.credentials), base_url=HOST + case.path
        )
        for stream in ("products", "orders"):
            run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
        for at, body in notices(world, end - FOLLOWED, end):
            clock.advance(max(at - clock.now(), timedelta(0)))
            client.post(f"/push/{account.push_token}/", body, content_type="application/json")
            while posted:
                services.process_push(message_id=posted.pop())
    refresh_facts(company)
    return account, world, end - FOLLOWED, end


def notices(world: World, since: datetime, until: datetime) -> Iterator[tuple[datetime, bytes]]:
    """The notices about orders, each with its moment."""
    for event in world.push_events(since, until):
        (body,) = push_bodies(world, [event], seller_id=1284417)
        if "posting_number" in body:
            yield moment(event.at), json.dumps(body).encode()


def test_steps_seen_live_are_as_long_as_they_were(watched: Any) -> None:
    account, world, since, until = watched
    first = business_day(since) + timedelta(days=1)
    true: Counter[tuple[Any, ...]] = Counter()
    for view in world.orders(until=until, since=since):
        day = business_day(view.created_at)
        if day < first:
            continue
        order = world.find(view.number)
        assert order is not None
        times = {None: moment(order.taken)}
        times |= {
            step: moment(at) for step, at in zip(order.path, order.times, strict=True) if moment(at) <= until
        }
        for step, (begin, end) in ENDS.items():
            if begin in times and end in times:
                minutes = rounded_up((times[end] - times[begin]).total_seconds())
                true[day, view.warehouse, step.value, minutes] += 1

    rows = (
        StepTimes.objects.for_company(account.company_id).daily().filter(axis=Axis.WAREHOUSE, day__gte=first)
    )
    held = {
        (row.day, row.place, row.step, minutes): orders
        for row in rows
        for minutes, orders in zip(row.minutes, row.orders, strict=True)
    }

    assert {step for _day, _place, step, _minutes in true} == set(Step.values)
    assert held == dict(true)
