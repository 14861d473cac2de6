"""An error report says where it broke, and nothing of what was typed."""

from __future__ import annotations

import json
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
from fbo_cabinet.reports import report_errors

# Not in one piece: a report shows the lines of code around the error.
SECRET = "".join(("40702810", "538000", "123456"))
sent: list[Envelope] = []


class Pocket(Transport):
    """Keeps what would have been sent."""

    def capture_envelope(self, envelope: Envelope) -> None:
        sent.append(envelope)


def broken(request: HttpRequest) -> HttpResponse:
    number = request.POST["settlement"]
    raise RuntimeError(f"cannot save the form of {len(number)} characters")


urlpatterns = [path("broken/", broken), *urls.urlpatterns]


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
def test_a_report_holds_no_body_cookie_or_variable(reports: list[Envelope]) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = f"cookie-{SECRET}"

    answer = client.post(
        f"/broken/?number={SECRET}",
        {"settlement": SECRET, "api_key": SECRET},
        headers={"authorization": f"Bearer {SECRET}", "user-agent": "Test"},
    )

    assert answer.status_code == 500
    events: list[Any] = [envelope.get_event() for envelope in reports if envelope.get_event()]
    kinds = {one["type"] for event in events for one in event.get("exception", {}).get("values", [])}
    assert "RuntimeError" in kinds
    told = json.dumps(events, default=str)
    assert "cannot save the form" in told
    assert "/broken/" in told
    assert SECRET not in told
