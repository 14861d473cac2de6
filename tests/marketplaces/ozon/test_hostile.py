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
from marketplaces.errors import (
    CursorRejected,
    MarketplaceError,
    RightMissing,
    TemporaryError,
    UnexpectedResponse,
)
from marketplaces.wire import safe_payload
from sandbox.hostile import hostile_page
from tests.marketplaces.ozon.conftest import NOW
from tests.marketplaces.ozon.payloads import posting, product, stock_row
from tests.marketplaces.ozon.payloads_supplies import supply_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.ozon.adapter import Adapter
    from sandbox.app import App

HOUR = OrdersQuery(since=NOW - timedelta(hours=1), until=NOW)
DAY = OrdersQuery(since=NOW - timedelta(days=1), until=NOW)
SUPPLIES = SuppliesQuery(since=NOW - timedelta(days=9), until=NOW)
RETURNS = ReturnsQuery(since=NOW - timedelta(days=9), until=NOW)
HOSTILE = ("wrong_types", "missing_fields", "huge_numbers", "huge_string", "nul_rtl", "nulls")
PAGE = json.dumps(
    {"postings": [posting(posting_number=f"10-{n}-1") for n in range(40)], "cursor": "", "has_next": False}
)


def test_good_records_of_hostile_pages_are_kept(canned: Callable[..., Adapter]) -> None:
    outcomes: dict[str, int] = {}
    for seed in range(250):
        page = hostile_page(PAGE, seed=seed, blob=5_000)
        response = httpx.Response(200, content=page.body, headers={"content-type": page.content_type})
        adapter = canned(lambda _path, _body, response=response: response)
        try:
            (answer, _closing) = adapter.fetch_orders(HOUR, cursor={})
        except (TemporaryError, UnexpectedResponse) as exc:
            outcome = type(exc).__name__
            assert not page.readable
        else:
            outcome = "read"
            kept = {one.external_id for one in answer.snapshots}
            assert kept >= {*page.good, *page.odd}
            assert len(kept) + len(answer.rejected) == 40
            assert all(number.startswith("10-") for number in kept)
            assert_storable(answer.rejected)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    assert outcomes["read"] > 180
    assert set(outcomes) == {"read", "TemporaryError", "UnexpectedResponse"}


def assert_storable(rejected: Any) -> None:
    """What a jsonb column takes: no NUL, no half surrogate, no NaN; and not megabytes of it."""
    for one in rejected:
        text = json.dumps(one.payload, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in text
        assert len(text.encode()) < 40_000
        assert one.reason in {"missing_field", "wrong_type", "out_of_range", "missing_record"}
        assert len(one.detail) <= 300
        assert len(one.external_id) <= 100


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_of_every_method_end_in_pages_or_errors(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], kind: str
) -> None:
    told: list[str] = []
    for seed in range(3):
        adapter = adapter_over(spoiled(1.0, (kind,), seed=seed))
        for pull in (
            lambda: list(adapter.fetch_products(cursor={})),  # noqa: B023 - called at once
            lambda: list(adapter.fetch_orders(DAY, cursor={})),  # noqa: B023
            lambda: list(adapter.fetch_stock(StockQuery(marketplace_skus=("1000000001",)), cursor={})),  # noqa: B023
            lambda: list(adapter.fetch_supplies(SUPPLIES, cursor={})),  # noqa: B023
            lambda: list(adapter.fetch_returns(RETURNS, cursor={})),  # noqa: B023
            lambda: [adapter.check()],  # noqa: B023
        ):
            try:
                pages = pull()
            except MarketplaceError as exc:
                told.append(str(exc))
                continue
            for page in pages:
                assert_storable(getattr(page, "rejected", ()))

    assert "demo-ozon-key" not in " ".join(told)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"postings": 5}',
        b'{"postings": {"oops": 1}, "has_next": "no"}',
        b'{"postings": [], "has_next": []}',
        b"[" * 100_000,
        b'{"postings": [' + b"9" * 5000 + b"]}",
    ],
)
def test_answers_of_another_shape_are_told_apart_from_empty_ones(
    canned: Callable[..., Adapter], body: bytes
) -> None:
    adapter = canned(lambda _path, _body: body)

    if body.startswith(b'{"postings": [9'):
        page, _closing = adapter.fetch_orders(HOUR, cursor={})
        assert [one.reason for one in page.rejected] == ["wrong_type"]
        return
    with pytest.raises((TemporaryError, UnexpectedResponse)):
        list(adapter.fetch_orders(HOUR, cursor={}))


def test_null_lists_are_empty_ones(canned: Callable[..., Adapter]) -> None:
    adapter = canned(lambda _path, _body: {"postings": None, "cursor": None, "has_next": None})

    assert [page.snapshots for page in adapter.fetch_orders(HOUR, cursor={})] == [(), ()]


def test_nul_is_replaced_and_the_record_kept(canned: Callable[..., Adapter]) -> None:
    row = posting(products=[product(name="Плед\x00 овсяный \ud83d")])
    adapter = canned(lambda _path, _body: json.dumps({"postings": [row], "has_next": False}).encode())

    page, _closing = adapter.fetch_orders(HOUR, cursor={})

    assert page.snapshots[0].lines[0].name == "Плед\ufffd овсяный \ufffd"


def test_stock_of_a_sku_with_a_broken_row_is_not_written_off(canned: Callable[..., Adapter]) -> None:
    rows = [
        stock_row(sku=1),
        stock_row(sku=2),
        stock_row(sku=2, warehouse_id=7, available_stock_count="many"),
    ]
    answers = {
        "/v1/analytics/stocks": {"items": rows},
        "/v1/product/info/stocks-by-warehouse/fbo": {"products": [], "has_next": False},
        "/v2/cluster/list": {"result": []},
        "/v1/cluster/list": {"clusters": []},
        "/v1/warehouse/ozon/list": {"warehouses": []},
    }
    adapter = canned(lambda path, _body: answers[path])

    (page,) = adapter.fetch_stock(StockQuery(marketplace_skus=("1", "2", "3")), cursor={})

    assert sorted(page.covers) == ["1", "3"]
    assert [one.marketplace_sku for one in page.snapshots] == ["1", "2"]
    assert [(one.external_id, one.detail) for one in page.rejected] == [("2:7", "available_stock_count")]


def test_stock_row_without_a_sku_lets_nothing_be_written_off(canned: Callable[..., Adapter]) -> None:
    answers: dict[str, Any] = {
        "/v1/analytics/stocks": {"items": [stock_row(sku=1), {"warehouse_id": 7}]},
        "/v1/product/info/stocks-by-warehouse/fbo": {"products": [], "has_next": False},
    }
    adapter = canned(lambda path, _body: answers.get(path, {}))

    (page,) = adapter.fetch_stock(StockQuery(marketplace_skus=("1", "2")), cursor={})

    assert page.covers == ()
    assert len(page.snapshots) == 1


def test_list_that_claims_more_and_stands_still_is_an_error(canned: Callable[..., Adapter]) -> None:
    rows = [posting(created_at="2026-01-01T00:00:00Z")]
    adapter = canned(lambda _path, _body: {"postings": rows, "cursor": "same", "has_next": True})

    with pytest.raises(UnexpectedResponse):
        list(adapter.fetch_orders(HOUR, cursor={}))


def test_list_that_loses_its_token_is_read_on_by_time(canned: Callable[..., Adapter]) -> None:
    moments = [NOW - timedelta(minutes=59 - n) for n in range(10)]
    rows = [posting(posting_number=f"1-{n}-1", created_at=at.isoformat()) for n, at in enumerate(moments)]

    def answer(_path: str, body: dict[str, Any]) -> Any:
        left = [
            row
            for row, at in zip(rows, moments, strict=True)
            if at.strftime("%H:%M") >= body["filter"]["since"][11:16]
        ]
        return {"postings": left[:4], "cursor": "", "has_next": len(left) > 4}

    pages = list(canned(answer).fetch_orders(HOUR, cursor={}))

    assert {one.external_id for page in pages for one in page.snapshots} == {f"1-{n}-1" for n in range(10)}


def test_forgotten_place_begins_the_window_anew(canned: Callable[..., Adapter]) -> None:
    tokens: list[str] = []

    def answer(_path: str, body: dict[str, Any]) -> Any:
        tokens.append(body["cursor"])
        if body["cursor"]:
            return httpx.Response(400, json={"code": 3, "message": "cursor: invalid value"})
        return {"postings": [posting()], "cursor": "", "has_next": False}

    saved = {"from": HOUR.since.isoformat(), "to": HOUR.until.isoformat(), "token": "stale"}
    pages = list(canned(answer).fetch_orders(HOUR, cursor=saved))

    assert tokens == ["stale", ""]
    assert [len(page.snapshots) for page in pages] == [1, 0]


@pytest.mark.parametrize("stream", ["orders", "supplies"])
def test_a_place_that_is_always_forgotten_ends_the_run(canned: Callable[..., Adapter], stream: str) -> None:
    places = iter(range(20))

    def answer(path: str, body: dict[str, Any]) -> Any:
        if body.get("cursor") or body.get("last_id"):
            return httpx.Response(400, json={"code": 3, "message": "cursor, last_id: invalid value"})
        if path == "/v3/supply-order/list":
            return {"order_ids": ["84882285"], "last_id": f"place-{next(places)}"}
        if path == "/v3/supply-order/get":
            request = supply_order(state="DATA_FILLING", state_updated_date=NOW.isoformat())
            return {"orders": [{**request, "supplies": []}]}
        return {"postings": [posting()], "cursor": f"place-{next(places)}", "has_next": True}

    adapter = canned(answer)
    pulls: dict[str, Callable[[], Any]] = {
        "orders": lambda: list(adapter.fetch_orders(HOUR, cursor={})),
        "supplies": lambda: list(adapter.fetch_supplies(SUPPLIES, cursor={})),
    }
    with pytest.raises(CursorRejected):
        pulls[stream]()
    assert next(places) == 3, "a list is begun three times"


def test_product_named_in_the_list_and_absent_from_the_details_is_kept_in_quarantine(
    canned: Callable[..., Adapter],
) -> None:
    def answer(path: str, body: dict[str, Any]) -> Any:
        if path == "/v3/product/list":
            items = [{"product_id": 5}] if body["filter"]["visibility"] == "ALL" else []
            return {"result": {"items": items, "last_id": "", "total": len(items)}}
        return {"items": []} if path == "/v3/product/info/list" else {"result": []}

    pages = list(canned(answer).fetch_products(cursor={}))

    lost = [one for page in pages for one in page.rejected]
    assert [(one.external_id, one.reason) for one in lost] == [("5", "missing_record")]


def test_sizes_are_not_worth_the_assortment(adapter_over: Callable[..., Adapter], app: App) -> None:
    class NoAttributes(httpx.WSGITransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v4/product/info/attributes":
                message = "Api-Key is missing a required role for a method"
                return httpx.Response(403, json={"code": 7, "message": message})
            return super().handle_request(request)

    pages = list(adapter_over(NoAttributes(app=app)).fetch_products(cursor={}))

    products = [one for page in pages for one in page.snapshots]
    assert len(products) == 60
    assert {one.length_mm for one in products} == {None}


def test_wrong_posting_in_an_answer_is_not_taken_for_the_asked_one(canned: Callable[..., Adapter]) -> None:
    adapter = canned(lambda _path, _body: {"result": posting(posting_number="2-2-2")})

    with pytest.raises(UnexpectedResponse):
        adapter.fetch_order("1-1-1")


def test_broken_posting_asked_for_alone_goes_to_quarantine(canned: Callable[..., Adapter]) -> None:
    adapter = canned(lambda _path, _body: {"result": posting(posting_number="1-1-1", products="?")})

    page = adapter.fetch_order("1-1-1")

    assert page.snapshots == ()
    assert [(one.external_id, one.reason) for one in page.rejected] == [("1-1-1", "wrong_type")]


def test_cancel_reasons_are_not_worth_a_run(canned: Callable[..., Adapter]) -> None:
    def answer(path: str, _body: dict[str, Any]) -> Any:
        if path == "/v1/posting/fbo/cancel-reason/list":
            return httpx.Response(403, json={"code": 7, "message": "Api-Key is missing a required role"})
        return {"result": posting(posting_number="1-1-1", status="cancelled", cancel_reason_id=352)}

    (one,) = canned(answer).fetch_order("1-1-1").snapshots

    assert (one.cancel_reason_id, one.cancel_reason) == ("352", "")


def test_payloads_are_cut_and_cleaned() -> None:
    deep: Any = "bottom"
    for _level in range(40):
        deep = {"in": deep}
    raw = {
        "n": float("nan"),
        "big": "я" * 5000,
        "list": list(range(500)),
        "deep": deep,
        "phone": "+7",
        "bytes": b"x",
    }

    safe = safe_payload(raw)

    assert safe["n"] == "nan"
    assert (len(safe["big"]), len(safe["list"])) == (1000, 100)
    assert "phone" not in safe
    assert "bottom" not in json.dumps(safe, allow_nan=False)


def test_right_missing_is_an_error_of_the_stream(canned: Callable[..., Adapter]) -> None:
    refusal = httpx.Response(
        403, json={"code": 7, "message": "Api-Key is missing a required role for a method"}
    )

    with pytest.raises(RightMissing):
        list(canned(lambda _path, _body: refusal).fetch_products(cursor={}))
