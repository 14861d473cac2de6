"""Notices: every documented body is read, and answered as the document asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.errors import UnexpectedResponse
from marketplaces.ozon.adapter import Adapter
from marketplaces.ozon.pushes import SUBSCRIBED
from sandbox.ozon.push import push_bodies
from tests.marketplaces.ozon.conftest import NOW, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.app import App
    from sandbox.world import World

AT = "2026-04-07T10:27:55.955Z"
MOMENT = datetime(2026, 4, 7, 10, 27, 55, 955000, tzinfo=UTC)
UUID = "bf354adc-e404-480c-a037-cf865464f1d9"
POSTING = {
    "posting_number": "24219509-0020-1",
    "order_number": "24219509-0020",
    "uuid": UUID,
    "seller_id": 7376,
}
NEW = {
    "message_type": "TYPE_FBO_POSTING_NEW",
    **POSTING,
    "products": [{"sku": 1, "quantity": 1}],
    "creation_date": AT,
}
STATE = {
    "message_type": "TYPE_FBO_POSTING_STATE_CHANGED",
    **POSTING,
    "new_state": "posting_transferring_to_delivery",
    "changed_state_date": AT,
}
CANCELLED = {
    "message_type": "TYPE_FBO_POSTING_CANCELLED",
    **POSTING,
    "old_state": "posting_transferred_to_courier_service",
    "new_state": "posting_canceled",
    "cancel_date": AT,
    "reason": {"id": 537, "message": "Не вручен"},
}
DATE = {"message_type": "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED", **POSTING, "new_delivery_date_begin": AT}
STOCKS = {
    "message_type": "TYPE_FBO_STOCKS_CHANGED",
    "sku": 325119272,
    "stocks": {"new_present": 3},
    "updated_at": AT,
}
ITEM = {
    "message_type": "TYPE_CREATE_OR_UPDATE_ITEM",
    "offer_id": "A",
    "product_id": 5,
    "is_error": False,
    "changed_at": AT,
}


@pytest.mark.parametrize(
    ("body", "stream", "external_id", "word", "status", "changed_at"),
    [
        (NEW, "orders", "24219509-0020-1", "posting_created", "accepted", MOMENT),
        (STATE, "orders", "24219509-0020-1", "posting_transferring_to_delivery", "packed", MOMENT),
        (CANCELLED, "orders", "24219509-0020-1", "posting_canceled", "cancelled", MOMENT),
        (DATE, "orders", "24219509-0020-1", "", "", None),
        (STOCKS, "stock", "325119272", "", "", MOMENT),
        (ITEM, "products", "5", "", "", MOMENT),
        (
            {**STATE, "new_state": "posting_in_parcel_drone"},
            "orders",
            "24219509-0020-1",
            "posting_in_parcel_drone",
            "",
            MOMENT,
        ),
        ({"message_type": "TYPE_PING", "time": AT}, "", "", "", "", None),
        ({"message_type": "TYPE_NEW_MESSAGE", "chat_id": "1"}, "", "", "", "", None),
        (
            {**STATE, "changed_state_date": "yesterday"},
            "orders",
            "24219509-0020-1",
            "posting_transferring_to_delivery",
            "packed",
            None,
        ),
    ],
)
def test_notice_is_read(
    body: dict[str, Any], stream: str, external_id: str, word: str, status: str, changed_at: datetime | None
) -> None:
    notice = Adapter.parse_push(body)

    assert notice.kind == body["message_type"]
    assert (notice.stream, notice.external_id) == (stream, external_id)
    assert (notice.external_status, notice.status) == (word, status)
    assert notice.changed_at == changed_at


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "TYPE_PING",
        {},
        {"message_type": 5},
        {"message_type": ""},
        {**NEW, "posting_number": None},
        {**NEW, "posting_number": "\x00"},
        {**NEW, "posting_number": "9" * 500},
        {**STOCKS, "sku": 0},
        {**STOCKS, "sku": True},
    ],
)
def test_what_is_no_notice_is_refused(body: Any) -> None:
    with pytest.raises(UnexpectedResponse):
        Adapter.parse_push(body)


def test_repeated_notice_has_the_same_key() -> None:
    shuffled = dict(reversed(STOCKS.items()))

    assert Adapter.parse_push(NEW).dedupe_key == UUID
    assert Adapter.parse_push(STOCKS).dedupe_key == Adapter.parse_push(shuffled).dedupe_key
    assert (
        Adapter.parse_push(STOCKS).dedupe_key != Adapter.parse_push({**STOCKS, "updated_at": ""}).dedupe_key
    )
    assert len(Adapter.parse_push(STOCKS).dedupe_key) <= 80


def test_replies_are_the_documented_ones() -> None:
    ping = Adapter.parse_push({"message_type": "TYPE_PING", "time": AT})
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))

    assert Adapter.push_reply(Adapter.parse_push(NEW), now=NOW).body == {"result": True}
    assert Adapter.push_reply(ping, now=moscow).body == {
        "version": "1.0",
        "name": "FBO Cabinet",
        "time": "2026-11-24T09:30:00Z",
    }
    refused = Adapter.push_reply(None, now=NOW)
    assert refused.status == 400
    assert refused.body["error"]["code"] == "ERROR_PARAMETER_VALUE_MISSED"
    assert refused.body["error"]["details"] is None


def test_every_notice_of_the_sandbox_is_read(world: World) -> None:
    events = world.push_events(NOW - timedelta(hours=6), NOW)
    notices = [Adapter.parse_push(body) for body in push_bodies(world, events, seller_id=1284417)]

    assert {one.stream for one in notices} == {"orders", "stock"}
    assert all(one.external_id and one.changed_at for one in notices)
    assert {one.status for one in notices if one.stream == "orders"} == {
        "accepted",
        "packed",
        "shipped",
        "delivered",
        "cancelled",
    }


# ---- subscribing ------------------------------------------------------------------------------------------
def test_subscribing_twice_leaves_one_address(app: App, adapter_over: Callable[..., Adapter]) -> None:
    url = "https://cabinet.example/push/abc/"

    adapter_over(app).subscribe(url)
    adapter_over(app).subscribe(url)

    (address,) = app.sellers["1284417"].subscriptions.all()
    assert (address.url, set(address.types), address.enabled) == (url, set(SUBSCRIBED), True)


def test_subscribing_mends_what_is_missing_or_off(app: App, adapter_over: Callable[..., Adapter]) -> None:
    url = "https://cabinet.example/push/abc/"
    book = app.sellers["1284417"].subscriptions
    held = book.add(url, ("TYPE_FBO_POSTING_NEW",), created=0)
    book.change(held.id, enabled=False)
    recorder = Recorder(httpx.WSGITransport(app=app))

    adapter_over(recorder).subscribe(url)

    (address,) = book.all()
    assert (set(address.types), address.enabled) == (set(SUBSCRIBED), True)
    assert recorder.paths == [
        "/v1/notification/list",
        "/v1/notification/update",
        "/v1/notification/enable",
    ]


def test_subscribing_accepts_an_answer_without_a_body(canned: Callable[..., Adapter]) -> None:
    asked: list[str] = []

    def answer(path: str, _body: dict[str, Any]) -> Any:
        asked.append(path)
        return {"urls": None} if path.endswith("/list") else b""

    canned(answer).subscribe("https://cabinet.example/push/abc/")

    assert asked == ["/v1/notification/list", "/v1/notification/set"]


def test_unsubscribing_drops_our_address_and_no_other(app: App, adapter_over: Callable[..., Adapter]) -> None:
    url, other = "https://cabinet.example/push/abc/", "https://other.example/push/"
    book = app.sellers["1284417"].subscriptions
    book.add(other, ("TYPE_FBO_POSTING_NEW",), created=0)
    adapter_over(app).subscribe(url)

    adapter_over(app).unsubscribe(url)
    adapter_over(app).unsubscribe(url)

    assert [address.url for address in book.all()] == [other]
