"""How returns are read: by days of change, resumable after every page, with what their orders tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.contracts.returns import ReturnKind, ReturnsQuery
from marketplaces.contracts.supplies import SuppliesQuery
from marketplaces.errors import (
    CursorRejected,
)
from tests.marketplaces.contract.cases import SINCE
from tests.marketplaces.yandex_market.conftest import NOW, Made
from tests.marketplaces.yandex_market.payloads import (
    market_return,
    order,
    return_item,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Page
    from marketplaces.yandex_market.adapter import Adapter

SHOP = "/v2/campaigns/22123456"
REQUESTS, RETURNS = f"{SHOP}/supply-requests", f"{SHOP}/returns"
ITEMS, DOCUMENTS = f"{REQUESTS}/items", f"{REQUESTS}/documents"
ORDERS = "/v1/businesses/11456789/orders"
QUERY = SuppliesQuery(since=SINCE, until=NOW)
BACK = ReturnsQuery(since=SINCE, until=NOW)
BAD_TOKEN = httpx.Response(
    400, json={"status": "ERROR", "errors": [{"code": "BAD", "message": "pageToken: invalid value"}]}
)


def ids(pages: list[Page[Any]]) -> list[str]:
    return [one.external_id for page in pages for one in page.snapshots]


def test_a_first_page_that_is_refused_like_a_place_ends_the_run(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: BAD_TOKEN if path == RETURNS else None)
    with pytest.raises(CursorRejected):
        next(adapter_over(made).fetch_returns(BACK, cursor={}))


def test_returns_are_read_by_days_of_change_and_the_oldest_first(
    adapter_over: Callable[..., Adapter],
) -> None:
    made = Made(lambda path, *_rest: {"result": {"returns": []}} if path == RETURNS else None)
    pages = list(adapter_over(made).fetch_returns(BACK, cursor={}))
    days = [(params["fromDate"], params["toDate"]) for path, _body, params in made.asked]

    assert list(dict.fromkeys(days)) == [("2026-11-04", "2026-11-18"), ("2026-11-18", "2026-11-25")]
    assert len(days) == 6, "an empty answer is believed only when it comes three times"
    assert pages[-1].cursor == {"watermark": NOW.isoformat()}


def test_a_finished_pull_goes_on_from_two_days_before(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: {"result": {"returns": []}} if path == RETURNS else None)
    later = ReturnsQuery(since=SINCE, until=NOW + timedelta(minutes=30), open_external_ids=("1/A",))
    pages = list(adapter_over(made).fetch_returns(later, cursor={"watermark": NOW.isoformat()}))

    ((_path, _body, params),) = made.asked
    assert (params["fromDate"], params["toDate"], params["limit"]) == ("2026-11-22", "2026-11-25", "100")
    assert pages[-1].cursor == {"watermark": later.until.isoformat()}


def test_a_killed_pull_of_returns_goes_on(adapter_over: Callable[..., Adapter]) -> None:
    def answer(path: str, _body: Any, params: dict[str, str]) -> Any:
        if path != RETURNS:
            return None
        if params["fromDate"] != "2026-11-04":
            return {"result": {"returns": [market_return(id=9)]}}
        number = int(params.get("pageToken", "0"))
        more = {"nextPageToken": str(number + 1)} if number < 3 else {}
        return {"result": {"returns": [market_return(id=number + 1)], "paging": more}}

    pages = list(adapter_over(Made(answer)).fetch_returns(BACK, cursor={}))
    assert ids(pages) == [f"{number}/LN-01" for number in (1, 2, 3, 4, 9)]
    for number in range(len(pages) - 1):
        rest = list(adapter_over(Made(answer)).fetch_returns(BACK, cursor=pages[number].cursor))
        assert ids(rest) == ids(pages[number + 1 :])
        assert rest[-1].cursor == pages[-1].cursor


def test_a_forgotten_place_begins_its_days_anew(adapter_over: Callable[..., Adapter]) -> None:
    def answer(path: str, _body: Any, params: dict[str, str]) -> Any:
        if path != RETURNS:
            return None
        return BAD_TOKEN if params.get("pageToken") == "old" else {"result": {"returns": [market_return()]}}

    cursor = {"first": "2026-11-18", "end": "2026-11-25", "token": "old", "began": NOW.isoformat()}
    assert ids(list(adapter_over(Made(answer)).fetch_returns(BACK, cursor=cursor))) == ["9001/LN-01"]


def test_orders_tell_what_was_refused_wholly(adapter_over: Callable[..., Adapter]) -> None:
    unredeemed = {"returnType": "UNREDEEMED", "items": [return_item(decisions=None)]}
    rows = [
        market_return(id=1, orderId=51, **unredeemed),
        market_return(id=2, orderId=52, **unredeemed),
        market_return(id=3, orderId=53, **unredeemed),
        market_return(id=4, orderId=54),
    ]

    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        if path == ORDERS:
            told = [
                order(orderId=51, status="CANCELLED", substatus="PICKUP_EXPIRED"),
                order(orderId=52, status="DELIVERED", substatus=""),
            ]
            return {"orders": [one for one in told if one["orderId"] in body["orderIds"]]}
        days = params.get("fromDate")
        return {"result": {"returns": rows if days == "2026-11-18" else []}} if path == RETURNS else None

    pages = list(adapter_over(Made(answer)).fetch_returns(BACK, cursor={}))
    assert [(one.kind, one.reason_id) for page in pages for one in page.snapshots] == [
        (ReturnKind.REFUSAL, "PICKUP_EXPIRED"),
        (ReturnKind.PARTIAL_REFUSAL, ""),
        (ReturnKind.UNKNOWN, ""),
        (ReturnKind.CLIENT_RETURN, "BAD_QUALITY/DAMAGED"),
    ]


def test_orders_are_looked_for_before_their_returns_began(adapter_over: Callable[..., Adapter]) -> None:
    made_on = {51: "2026-11-01", 52: "2026-09-20", 53: "2026-05-01", 54: "2026-08-20"}
    began = {51: "2026-11-10", 52: "2026-11-05", 53: "2026-11-09", 54: "2026-09-10", 55: "2099-01-01"}
    rows = [
        market_return(
            id=number,
            orderId=number,
            returnType="UNREDEEMED",
            creationDate=f"{day}T10:00:00+03:00",
            items=[return_item(decisions=None)],
        )
        for number, day in began.items()
    ]

    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        if path == ORDERS:
            since, until = body["dates"]["creationDateFrom"], body["dates"]["creationDateTo"]
            found = [one for one in body["orderIds"] if since <= made_on.get(one, "") < until]
            return {
                "orders": [
                    order(orderId=one, status="CANCELLED", substatus="DELIVERY_SERVICE_LOST") for one in found
                ]
            }
        is_here = path == RETURNS and params["fromDate"] == "2026-11-18"
        return {"result": {"returns": rows if is_here else []}} if path == RETURNS else None

    made = Made(answer)
    pages = list(adapter_over(made).fetch_returns(BACK, cursor={}))
    kinds = {one.number: one.kind for page in pages for one in page.snapshots}
    lost = {number for number, kind in kinds.items() if kind is ReturnKind.TECHNICAL}
    assert lost == {"51", "52", "54"}, "one is too old for its return, one is not there"
    asked = [
        (body["dates"]["creationDateFrom"], body["dates"]["creationDateTo"], body["orderIds"])
        for path, body, _params in made.asked
        if path == ORDERS
    ]
    assert list(dict.fromkeys(map(repr, asked))) == [
        repr(one)
        for one in (
            ("2026-08-12", "2026-09-11", [54]),
            ("2026-10-26", "2026-11-25", [52, 53, 51, 55]),
            ("2026-09-26", "2026-10-26", [52, 53, 55]),
            ("2026-08-27", "2026-09-26", [52, 53, 55]),
        )
    ]


def test_returns_are_read_without_their_orders_where_those_are_refused(
    adapter_over: Callable[..., Adapter],
) -> None:
    row = market_return(returnType="UNREDEEMED", items=[return_item(decisions=None)])
    made = Made(
        lambda path, *_rest: (
            httpx.Response(403, json={})
            if path == ORDERS
            else {"result": {"returns": [row]}}
            if path == RETURNS
            else None
        )
    )
    pages = list(adapter_over(made).fetch_returns(BACK, cursor={}))
    assert {(one.kind, one.kind_else) for page in pages for one in page.snapshots} == {
        (ReturnKind.UNKNOWN, ReturnKind.REFUSAL)
    }


def test_broken_returns_go_to_quarantine_and_name_no_buyer(adapter_over: Callable[..., Adapter]) -> None:
    secret = "+7 900 000-00-00"
    rows = [
        market_return(id=1, items=[return_item(count=0, decisions=[{"comment": secret}])]),
        market_return(id=2, orderId=0, comment=secret),
        market_return(id=3, items=[]),
        market_return(id=4),
        market_return(id=5, orderId=0, items=[return_item(count=0), return_item(shopSku=" 77 ")]),
        market_return(id=6, orderId=0, items=[{"count": 1}]),
    ]
    made = Made(lambda path, *_rest: {"result": {"returns": rows}} if path == RETURNS else None)
    page = next(iter(adapter_over(made).fetch_returns(BACK, cursor={})))
    assert ids([page]) == ["4/LN-01"]
    refused = sorted(one.external_id for one in page.rejected)
    assert refused == ["1/LN-01", "2/LN-01", "3", "5/77", "6"], "as returns are told, where an offer is named"
    assert secret not in repr(page.snapshots)
