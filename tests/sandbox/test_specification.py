"""Every answer fits the marketplace's own saved specification, and every documented field is there."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.ozon import errors, shipments
from sandbox.world import World
from sandbox.world.moments import instant
from tests.sandbox.conftest import NOW, PERIOD, Ask, all_postings, asker, client_of

SPECIFICATION = (
    Path(__file__).parents[3] / "shared" / "contracts" / "ozon" / "seller-api-fbo-subset-2026-08-13.json"
)
pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(
        not SPECIFICATION.exists(), reason="the saved specifications are not beside the checkout"
    ),
]
ALL_PARTS = {"analytics_data": True, "financial_data": True, "legal_info": True}
#: Renamed after the specification was saved.
RENAMED = {"total"}
#: Came after the specification was saved.
LATER = {"total_items", "availability_status"}


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(SPECIFICATION.read_text())
    return document


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = _document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _strict(schema: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Turn an OpenAPI schema into a JSON schema in which null is allowed where the examples show it."""
    schema = _resolve(schema)
    if depth > 14:
        return {}
    strict: dict[str, Any] = {key: schema[key] for key in ("enum", "required") if key in schema}
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind:
        strict["type"] = [kind, "null"]
    if "enum" in strict:
        strict["enum"] = [*strict["enum"], None]
    if kind == "array":
        strict["items"] = _strict(schema.get("items", {}), depth + 1)
        strict["type"] = "array"
    if "properties" in schema:
        strict["properties"] = {
            name: _strict(value, depth + 1) for name, value in schema["properties"].items()
        }
        strict["additionalProperties"] = {} if depth == 0 else False
        strict["required"] = sorted(schema["properties"].keys() - RENAMED)
        strict["properties"] |= {name: {} for name in LATER}
    if schema.get("format") == "date-time":
        strict["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
    return strict


def _schema(path: str, status: str) -> dict[str, Any] | None:
    responses = _document()["paths"][path]["post"]["responses"]
    response = responses.get(status) or responses["default"]
    content = response.get("content", {}).get("application/json")
    return content["schema"] if content else None


def _check(path: str, answer: Any, status: str = "200") -> None:
    schema = _schema(path, status)
    if schema is None:
        assert answer == {}
        return
    jsonschema.Draft202012Validator(_strict(schema)).validate(answer)


@pytest.fixture
def live_app(live_world: World) -> App:
    """The sandbox while somebody watches: orders of every kind are there."""
    app = make_app(
        live_world,
        clock=Clock(NOW, frozen=True),
        rate=None,
        post=lambda url, body: (200, '{"version": "1", "name": "n", "time": "2026-11-24T12:00:00Z"}'),
    )
    asker(client_of(app))(
        "/v1/notification/set", {"url": "http://c.test/", "types": ["TYPE_FBO_POSTING_NEW"]}
    )
    return app


def _bodies(world: World) -> dict[str, dict[str, Any]]:
    product = world.products()[0]
    posting = next(iter(world.orders(until=NOW)))
    skus = [str(p.sku) for p in world.products()]
    supply = next(one for one in world.supply_book.changed_between(0, instant(NOW)) if one.has_discrepancies)
    order, supplied = shipments.order_id(supply.serial), shipments.supply_id(supply.serial)
    return {
        "/v1/roles": {},
        "/v1/seller/info": {},
        "/v3/product/list": {"limit": 1000, "filter": {"visibility": "ALL"}},
        "/v3/product/info/list": {"sku": skus},
        "/v4/product/info/attributes": {"limit": 1000, "filter": {"visibility": "ALL"}},
        "/v1/product/info/description": {"offer_id": product.offer_id},
        "/v5/product/info/prices": {"limit": 1000, "filter": {"visibility": "ALL"}},
        "/v1/product/import/prices": {
            "prices": [{"offer_id": product.offer_id, "price": "900"}, {"offer_id": "нет", "price": "1"}]
        },
        "/v1/product/info/stocks-by-warehouse/fbo": {"limit": 1000},
        "/v4/product/info/stocks": {"limit": 1000, "filter": {"visibility": "ALL"}},
        "/v1/analytics/stocks": {"skus": skus},
        "/v2/cluster/list": {},
        "/v1/cluster/list": {"cluster_type": "CLUSTER_TYPE_OZON"},
        "/v1/warehouse/ozon/list": {"warehouse_types": []},
        "/v3/posting/fbo/list": {"limit": 100, "filter": PERIOD, "with": ALL_PARTS},
        "/v2/posting/fbo/get": {"posting_number": posting.number, "with": ALL_PARTS},
        "/v1/posting/fbo/cancel-reason/list": {},
        "/v3/supply-order/list": {
            "filter": {"states": ["COMPLETED"]},
            "limit": 100,
            "sort_by": "ORDER_STATE_UPDATED_AT",
        },
        "/v3/supply-order/get": {"order_ids": [str(order)]},
        "/v1/supply-order/bundle": {"bundle_ids": [shipments.bundle_id(supply.serial)], "limit": 100},
        "/v1/cargoes/get": {"supply_ids": [str(supplied)]},
        "/v1/supply-order/act/summary/get": {"order_id": order},
        "/v1/supply-order/act/product/get": {"supply_id": supplied},
        "/v1/removal/from-stock/list": {"date_from": "2026-10-01", "date_to": "2026-11-24", "limit": 500},
        "/v1/returns/list": {"limit": 500},
        "/v1/notification/list": {},
        "/v1/notification/push-type/list": {},
        "/v1/notification/check": {"url": "http://c.test/"},
        "/v1/notification/set": {"url": "http://d.test/", "types": ["TYPE_FBO_POSTING_NEW"]},
        "/v1/notification/update": {"id": 1, "url": "http://e.test/", "types": ["TYPE_FBO_STOCKS_CHANGED"]},
        "/v1/notification/enable": {"id": 1, "enabled": False},
        "/v1/notification/delete": {"id": 1},
    }


def test_every_method_is_checked_here(live_app: App, live_world: World) -> None:
    assert _bodies(live_world).keys() == live_app.ozon.methods.keys() <= _document()["paths"].keys()


def test_answers_fit_the_specification(live_app: App, live_world: World) -> None:
    ask = asker(client_of(live_app))
    for path, body in _bodies(live_world).items():
        answer = ask(path, body)
        assert answer.status_code == 200, (path, answer.text)
        if path == "/v1/notification/push-type/list":
            continue
        _check(path, answer.json())


def test_the_list_of_push_types_fits_but_for_addresses_that_are_not_there(live_app: App) -> None:
    path = "/v1/notification/push-type/list"
    types = asker(client_of(live_app))(path).json()["types"]

    _check(path, {"types": [row for row in types if "seller_endpoint" in row]})
    assert {frozenset(row) for row in types} == {
        frozenset({"type", "description"}),
        frozenset({"type", "description", "seller_endpoint"}),
    }


def test_postings_of_every_status_fit_in_both_shapes(live_app: App) -> None:
    ask = asker(client_of(live_app))
    recent = {"since": (NOW - timedelta(days=5)).isoformat(), "to": NOW.isoformat()}
    postings = all_postings(ask, filter=recent, **{"with": ALL_PARTS})
    by_substatus = {posting["substatus"]: posting["posting_number"] for posting in postings}

    _check("/v3/posting/fbo/list", {"postings": postings, "cursor": "", "has_next": False})
    assert len(by_substatus) > 10
    for number in by_substatus.values():
        one = ask("/v2/posting/fbo/get", {"posting_number": number, "with": ALL_PARTS})
        _check("/v2/posting/fbo/get", one.json())


def test_supplies_of_every_state_fit(live_app: App, live_world: World) -> None:
    ask = asker(client_of(live_app))
    states = sorted(shipments.STATES - {"UNSPECIFIED"})
    listed: list[int] = []
    token = ""
    while token or not listed:
        body = {"filter": {"states": states}, "limit": 50, "sort_by": "ORDER_CREATION", "last_id": token}
        page = ask("/v3/supply-order/list", body).json()
        orders = ask("/v3/supply-order/get", {"order_ids": page["order_ids"]}).json()
        _check("/v3/supply-order/get", orders)
        listed += [len(orders["orders"])]
        for supply in orders["orders"][:10]:
            _check(
                "/v1/supply-order/act/summary/get",
                ask("/v1/supply-order/act/summary/get", {"order_id": supply["order_id"]}).json(),
            )
        token = page["last_id"]

    assert sum(listed) == len(dict(shipments.register_of(live_world).at(instant(NOW))))


def test_returns_of_every_status_fit(live_app: App) -> None:
    ask = asker(client_of(live_app))
    rows = ask("/v1/returns/list", {"limit": 500}).json()

    _check("/v1/returns/list", rows)
    assert len({row["visual"]["status"]["sys_name"] for row in rows["returns"]}) >= 5
    assert {row["type"] for row in rows["returns"]} >= {"Cancellation", "FullReturn", "ClientReturn"}


def test_the_check_notices_what_is_missing_wrong_or_too_much(ask: Ask) -> None:
    path = "/v3/posting/fbo/list"
    good = ask(path, {"limit": 1, "filter": PERIOD, "with": ALL_PARTS}).json()
    changes: tuple[dict[str, Any], ...] = ({"order_id": "1"}, {"surprise": 1}, {"created_at": "yesterday"})
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            _check(path, good | {"postings": [good["postings"][0] | change]})
    del good["postings"][0]["products"][0]["price"]["currency"]
    with pytest.raises(jsonschema.ValidationError, match="currency"):
        _check(path, good)


def test_errors_fit_the_specification(ask: Ask) -> None:
    for path, body, status in (
        ("/v3/posting/fbo/list", {"limit": 1000}, 400),
        ("/v2/posting/fbo/get", {"posting_number": "1"}, 404),
        ("/v3/product/list", {"limit": 0}, 400),
    ):
        answer = ask(path, body)
        assert answer.status_code == status
        _check(path, answer.json(), str(status))
    for kind in ("429", "500", "revoked"):
        answer = ask("/v3/posting/fbo/list", {}, X_Sandbox_Fault=kind)
        _check("/v3/posting/fbo/list", answer.json(), "403")


def test_texts_of_errors_are_documented() -> None:
    whole = json.loads(SPECIFICATION.with_name("seller-api-openapi-2026-08-13.json").read_text())
    prose = next(tag["description"] for tag in whole["tags"] if tag["name"] == "Errors")

    texts = (errors.INVALID_KEY, errors.DEACTIVATED, errors.MISSING_ROLE, errors.RESTRICTED)
    for text in (*texts, errors.RATE_LIMIT, errors.NO_METHOD, errors.INTERNAL):
        assert text in prose
