"""An error report says where it broke, and nothing of what was typed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from fbo_cabinet import urls
from fbo_cabinet.logs import cut_path
from fbo_cabinet.reports import _without_input, report_errors

# Not in one piece: a report shows the lines of code around the error.
SECRET = "".join(("40702810", "538000", "123456"))
sent: list[Envelope] = []


class Pocket(Transport):
    """Keeps what would have been sent."""

    def capture_envelope(self, envelope: Envelope) -> None:
        sent.append(envelope)


def broken(request: HttpRequest, link: str) -> HttpResponse:
    number = request.POST["settlement"]
    raise RuntimeError(f"cannot save the form of {len(number)} characters")


urlpatterns = [path("broken/<str:link>/", broken), *urls.urlpatterns]


@pytest.fixture
def reports() -> Iterator[list[Envelope]]:
    """Error reports into a pocket; off again after the test."""
    sent.clear()
    report_errors("https://key@reports.example/1", transport=Pocket)
    yield sent
    sentry_sdk.get_client().close()
    sentry_sdk.init()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_report_holds_no_body_link_cookie_or_variable(reports: list[Envelope], said: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = f"cookie-{SECRET}"

    answer = client.post(
        f"/broken/link-{SECRET}/?number={SECRET}",
        {"settlement": SECRET, "api_key": SECRET},
        headers={"authorization": f"Bearer {SECRET}", "user-agent": "Test"},
    )

    assert answer.status_code == 500
    events: list[Any] = [envelope.get_event() for envelope in reports if envelope.get_event()]
    kinds = {one["type"] for event in events for one in event.get("exception", {}).get("values", [])}
    assert "RuntimeError" in kinds
    told = json.dumps(events, default=str)
    assert "cannot save the form" in told
    assert "/broken/{link}/" in told
    leaks = [told[max(0, at.start() - 300) : at.end() + 60] for at in re.finditer(SECRET, told)]
    assert leaks == []
    assert "POST /broken/[cut]/" in said.getvalue()
    assert "Internal Server Error: /broken/[cut]/" in said.getvalue()
    assert SECRET not in said.getvalue()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/lavka/orders/?q=тайна", "/lavka/orders/"),
        ("/companies/invitations/eyJpIjoxLCJuIjoiYWJjIn0:1abc:xyz/", "/companies/invitations/[cut]/"),
        ("/push/3b0a9e6f4f7c4d7e8e9d2f1a/", "/push/[cut]/"),
    ],
)
def test_a_path_is_told_without_its_question_and_its_links(path: str, told: str) -> None:
    assert cut_path(path) == told
    event = _without_input({"request": {"url": f"https://cabinet.example{path}", "data": "x"}}, None)
    assert event["request"] == {"url": f"https://cabinet.example{told}", "headers": {}}
