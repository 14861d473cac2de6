"""Pages that no contract allows: good records are kept, bad ones explained, nothing crashes, nothing leaks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.contracts.orders import OrdersQuery
from marketplaces.contracts.returns import ReturnsQuery
from marketplaces.contracts.stock import StockQuery
from marketplaces.contracts.supplies import SuppliesQuery
from marketplaces.contracts.tariffs import TariffsQuery
from marketplaces.errors import CursorRejected, MarketplaceError, TemporaryError, UnexpectedResponse
from sandbox.hostile import hostile_page
from tests.marketplaces.yandex_market.conftest import NOW, Made
from tests.marketplaces.yandex_market.payloads import market_return, offer, order, supply_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.yandex_market.adapter import Adapter

CHANGES = {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
QUERY = OrdersQuery(since=NOW - timedelta(hours=1), until=NOW)
PAGE = json.dumps({"orders": [order(orderId=5000 + number) for number in range(40)], "paging": {}})


def test_good_records_of_hostile_pages_are_kept(adapter_over: Callable[..., Adapter]) -> None:
    outcomes: dict[str, int] = {}
    for seed in range(250):
        page = hostile_page(PAGE, seed=seed, key="orderId", blob=5_000)
        response = httpx.Response(200, content=page.body, headers={"content-type": page.content_type})
        made = Made(lambda path, *_rest, got=response: got if path.endswith("/orders") else None)
        try:
            answer = next(iter(adapter_over(made).fetch_orders(QUERY, cursor=CHANGES)))
        except (TemporaryError, UnexpectedResponse) as exc:
            outcome = type(exc).__name__
            assert not page.readable
        else:
            outcome = "read"
            kept = {one.external_id for one in answer.snapshots}
            assert kept >= {*page.good, *page.odd}
            assert kept <= {str(5000 + number) for number in range(40)}
            text = json.dumps([one.payload for one in answer.rejected], allow_nan=False)
            assert "\\u0000" not in text
            assert len(text) < 1_000_000
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    assert outcomes["read"] > 180


@pytest.mark.parametrize("noun", ["returns", "requests"])
def test_good_rows_of_hostile_pages_of_goods_are_kept(
    adapter_over: Callable[..., Adapter], noun: str
) -> None:
    make = {"returns": market_return, "requests": supply_request}[noun]
    keys = {
        "returns": lambda number: 9000 + number,
        "requests": lambda number: {"id": 9000 + number},
    }[noun]
    made_of = [make(id=keys(number), updatedAt=NOW.isoformat()) for number in range(40)]
    text = json.dumps({"result": {noun: made_of, "paging": {}}})
    query = {"since": QUERY.since, "until": NOW}
    for seed in range(120):
        page = hostile_page(text, seed=seed, key="id", blob=5_000)
        response = httpx.Response(200, content=page.body, headers={"content-type": page.content_type})

        def answer(path: str, *_rest: Any, got: httpx.Response = response) -> Any:
            if path.endswith(("/supply-requests", "/returns")):
                return got
            return {"result": {"items": [], "documents": []}} if "supply-requests" in path else None

        adapter = adapter_over(Made(answer))
        pull: Any = (
            adapter.fetch_returns(ReturnsQuery(**query), cursor={"watermark": NOW.isoformat()})
            if noun == "returns"
            else adapter.fetch_supplies(SuppliesQuery(**query), cursor={})
        )
        try:
            pages = list(pull)
        except (TemporaryError, UnexpectedResponse):
            assert not page.readable
            continue
        kept = {one.external_id.split("/")[0] for each in pages for one in each.snapshots}
        good = {
            str(json.loads(name.replace("'", '"')).get("id") if "{" in name else name) for name in page.good
        }
        assert kept >= good
        json.dumps([one.payload for each in pages for one in each.rejected], allow_nan=False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"5",
        b"{}",
        b'{"result": null}',
        b'{"result": {"offers": 5}}',
        b'{"result": {"warehouses": [5, {"warehouseId": -1}, {"warehouseId": 1, "offers": [null]}]}}',
        b'{"orders": [null, 5, {}]}',
        b'{"result": {"requests": [null, 5, {"id": 5}], "items": [null], "documents": 7, "returns": [5, {}]}}',
        b'{"result": {"requests": {"a": 1}, "items": 5, "returns": "none"}}',
        b'{"orders": {"a": 1}}',
        b"<html></html>",
        b'{"orders": [',
        b"\xff\xfe",
    ],
)
def test_whatever_comes_nothing_but_our_errors_gets_out(
    adapter_over: Callable[..., Adapter], body: bytes
) -> None:
    skus = ("LN-1", "LN-2")

    def answer(path: str, _body: Any, _params: Any) -> Any:
        return None if path.startswith("/v2/campaigns/22123456") and path.count("/") == 3 else body

    adapter = adapter_over(Made(answer))
    pulls: list[Callable[[], Any]] = [
        adapter.check,
        lambda: list(adapter.fetch_products(cursor={})),
        lambda: adapter.fetch_product("LN-1"),
        lambda: list(adapter.fetch_prices(cursor={})),
        lambda: list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={})),
        lambda: list(adapter.fetch_orders(QUERY, cursor={})),
        lambda: adapter.fetch_order("5001"),
        lambda: list(adapter.fetch_supplies(SuppliesQuery(since=QUERY.since, until=NOW), cursor={})),
        lambda: adapter.fetch_supply("7001"),
        lambda: list(adapter.fetch_returns(ReturnsQuery(since=QUERY.since, until=NOW), cursor={})),
        lambda: list(adapter.fetch_tariffs(TariffsQuery(day=NOW.date(), external_ids=skus), cursor={})),
    ]
    for pull in pulls:
        try:
            pull()
        except MarketplaceError:
            continue


@pytest.mark.parametrize("stream", ["products", "prices", "orders", "supplies", "returns"])
def test_a_place_that_is_always_forgotten_ends_the_run(
    adapter_over: Callable[..., Adapter], stream: str
) -> None:
    refusal = {"status": "ERROR", "errors": [{"code": "BAD", "message": "pageToken: invalid value"}]}
    places = iter(range(20))
    first_pages = {
        "/offer-mappings": {"offerMappings": [offer()]},
        "/offer-prices": {"offers": [{"offerId": "LN-01", "price": {"value": 900, "currencyId": "RUR"}}]},
        "/supply-requests": {"requests": [supply_request(updatedAt=NOW.isoformat())]},
        "/returns": {"returns": [market_return()]},
    }

    def answer(path: str, _body: Any, params: dict[str, str]) -> Any:
        if params.get("pageToken"):
            return httpx.Response(400, json=refusal)
        if path.endswith("/orders"):
            return {"orders": [order()], "paging": {"nextPageToken": f"place-{next(places)}"}}
        if path.endswith("/price-quarantine"):
            return {"result": {"offers": []}}
        found = next((page for end, page in first_pages.items() if path.endswith(end)), None)
        if found is not None:
            return {"result": {**found, "paging": {"nextPageToken": f"place-{next(places)}"}}}
        return {"result": {"items": [], "documents": []}} if path.count("/") > 4 else None

    adapter = adapter_over(Made(answer))
    pulls: dict[str, Callable[[], Any]] = {
        "products": lambda: list(adapter.fetch_products(cursor={})),
        "prices": lambda: list(adapter.fetch_prices(cursor={})),
        "orders": lambda: list(adapter.fetch_orders(QUERY, cursor=CHANGES)),
        "supplies": lambda: list(
            adapter.fetch_supplies(SuppliesQuery(since=QUERY.since, until=NOW), cursor={})
        ),
        "returns": lambda: list(adapter.fetch_returns(ReturnsQuery(since=QUERY.since, until=NOW), cursor={})),
    }
    with pytest.raises(CursorRejected):
        pulls[stream]()
    assert next(places) == 3, "a list is begun three times"


def test_a_buyer_is_not_kept(adapter_over: Callable[..., Adapter]) -> None:
    secret = "Тверская, 1, кв. 5"
    delivery = {
        "type": "DELIVERY",
        "dates": {"fromDate": "2026-11-23"},
        "courier": {"address": {"street": secret}, "region": {"name": "Москва", "type": "CITY"}},
    }
    rows = [
        order(delivery=delivery, notes=secret),
        order(orderId=6, delivery=delivery, buyer={"phone": secret}, creationDate="never"),
        order(orderId=7, delivery=delivery, notes=secret, status=5, items="none"),
    ]
    made = Made(lambda path, *_rest: {"orders": rows} if path.endswith("/orders") else None)
    page = next(iter(adapter_over(made).fetch_orders(QUERY, cursor=CHANGES)))

    assert len(page.rejected) == 2
    assert secret not in repr(page)
