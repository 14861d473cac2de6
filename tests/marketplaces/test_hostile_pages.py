"""Five thousand pages that no contract allows: no crash, no lost good record, no secret in a log."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from marketplaces.http import use_transport
from marketplaces.models import QuarantinedRecord, RunOutcome, SyncRun
from marketplaces.ratelimit import Limiter
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from orders.models import Order
from sandbox.app import make_app
from sandbox.hostile import HostilePage, hostile_page
from sandbox.world import World, WorldSettings

if TYPE_CHECKING:
    from companies.models import Company

PAGES = 5000
RECORDS = 2
BASE_URL = "http://sandbox.test"
SECRET = "demo-ozon-key"
LIST = "/v3/posting/fbo/list"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pauses")]


class Hostile(httpx.BaseTransport):
    """The sandbox, but its list of postings is a long row of hostile pages.

    A page that cannot be read at all is given once; whoever asks again gets it as it should be.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.templates: list[dict[str, Any]] = []
        self.expected: set[str] = set()
        self.unreadable: set[int] = set()
        self.last = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != LIST:
            return self.inner.handle_request(request)
        request.read()
        asked = json.loads(request.content)
        if not self.templates:
            self.templates = self._first_page(request, asked)
        number = int(asked.get("cursor") or 0)
        self.last = max(self.last, number)
        page = self._page(number)
        if not page.readable and number not in self.unreadable:
            self.unreadable.add(number)
            return httpx.Response(200, content=page.body, headers={"content-type": page.content_type})
        if not page.readable:
            return httpx.Response(200, content=self._text(number))
        self.expected.update(page.good, page.odd)
        return httpx.Response(200, content=page.body, headers={"content-type": page.content_type})

    def _first_page(self, request: httpx.Request, asked: dict[str, Any]) -> list[dict[str, Any]]:
        whole = httpx.Request("POST", request.url, headers=request.headers, json={**asked, "limit": 100})
        whole.headers["content-length"] = str(len(whole.content))
        return json.loads(self.inner.handle_request(whole).read())["postings"]

    def _text(self, number: int) -> bytes:
        names = [f"{number:08}-{place:04}-1" for place in range(RECORDS)]
        postings = [
            {**self.templates[(number * RECORDS + place) % len(self.templates)], "posting_number": name}
            for place, name in enumerate(names)
        ]
        has_next = number + 1 < PAGES
        cursor = str(number + 1) if has_next else ""
        return json.dumps({"postings": postings, "has_next": has_next, "cursor": cursor}).encode()

    def _page(self, number: int) -> HostilePage:
        return hostile_page(self._text(number), seed=number, blob=2000)


def test_five_thousand_hostile_pages(
    company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings.ORDER_HISTORY_DAYS = 3
    monkeypatch.setattr(Limiter, "acquire", lambda *_args, **_kwargs: None)
    now = timezone.now()
    app = make_app(World(WorldSettings(skus=10, days=5, per_day=60).ending(now)), rate=None)
    hostile = Hostile(httpx.WSGITransport(app))
    with use_transport(BASE_URL, hostile):
        account = connect_account(
            company=company,
            marketplace="ozon",
            credentials={"client_id": "1284417", "api_key": SECRET},
            base_url=BASE_URL,
        )
        for _run in range(PAGES):
            run = run_stream(account_id=account.pk, stream="orders", trigger=Trigger.COMMAND)
            if run.outcome == RunOutcome.DONE:
                break

    assert run.outcome == RunOutcome.DONE
    assert hostile.last == PAGES - 1
    codes = set(SyncRun.all_companies.exclude(outcome=RunOutcome.DONE).values_list("error_code", flat=True))
    assert codes <= {"temporary", "unexpected_response"}, "every failed run says why"
    held = set(Order.all_companies.values_list("external_id", flat=True))
    assert hostile.expected - held == set(), "no good record is lost"
    assert len(hostile.expected) > PAGES / 2
    aside = QuarantinedRecord.all_companies.count()
    assert aside > PAGES / 10
    assert SECRET not in caplog.text
    for text in QuarantinedRecord.all_companies.values_list("detail", "payload").iterator():
        assert SECRET not in json.dumps(text)
