"""Every answer of Yandex Market's dialect fits their own saved specification, which it tells nothing beside."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sandbox.app import App
from sandbox.world import World
from sandbox.world.moments import DAY
from sandbox.world.supplies import LEAD
from sandbox.yandex_market.ids import request_id
from sandbox.yandex_market.limits import Limit
from sandbox.yandex_market.routes import ROUTES, Route
from tests.sandbox.yandex import (
    CAMPAIGN,
    MAPPINGS,
    ORDERS,
    QUARANTINE,
    REQUESTS,
    RETURNS,
    SETTINGS,
    STATISTICS,
    STOCKS,
    UPDATES,
    Call,
    app_of,
    caller,
    dialect_of,
    rows,
)

SPECIFICATION = Path(__file__).parents[3] / "shared" / "contracts" / "yandex_market" / "openapi.yaml"
pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(
        not SPECIFICATION.exists(), reason="the saved specifications are not beside the checkout"
    ),
]
_FORMATS = {
    "date": r"^\d{4}-\d\d-\d\d$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)?$",
    "time": r"^\d\d:\d\d(:\d\d)?$",
}


@cache
def _document() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(SPECIFICATION.read_text(), Loader=loader)
    return document


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = _found(node["$ref"])
    return node


def _found(ref: str) -> dict[str, Any]:
    node: Any = _document()
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    found: dict[str, Any] = node
    return found


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Join a schema with all that it is made of."""
    schema = _resolved(schema)
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in map(_whole, schema.get("allOf", ())):
        for key, value in part.items():
            if key == "properties":
                whole[key] = value | whole.get(key, {})
            elif key == "required":
                whole[key] = [*whole.get(key, ()), *value]
            else:
                whole.setdefault(key, value)
    return whole


def _strict(schema: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Turn an OpenAPI schema into a JSON schema that allows nothing beside what is documented."""
    schema = _whole(schema)
    if depth > 16:
        return {}
    kept = (
        "enum",
        "required",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "uniqueItems",
    )
    strict: dict[str, Any] = {key: schema[key] for key in kept if key in schema}
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind:
        strict["type"] = kind
    if kind == "array":
        strict["items"] = _strict(schema["items"], depth + 1)
    if "properties" in schema:
        properties = schema["properties"].items()
        strict["properties"] = {name: _strict(value, depth + 1) for name, value in properties}
        strict["additionalProperties"] = False
    if schema.get("format") in _FORMATS:
        strict["pattern"] = _FORMATS[schema["format"]]
    return strict


@cache
def _validator(path: str, verb: str, status: str) -> jsonschema.Draft202012Validator:
    response = _resolved(_operation(path, verb)["responses"][status])
    return jsonschema.Draft202012Validator(_strict(response["content"]["application/json"]["schema"]))


def _operation(path: str, verb: str) -> dict[str, Any]:
    operation: dict[str, Any] = _document()["paths"][path][verb.lower()]
    return operation


def _check(path: str, answer: Any, *, verb: str = "POST", status: str = "200") -> None:
    _validator(path, verb, status).validate(answer)


@pytest.fixture(scope="module")
def world() -> World:
    return World(replace(SETTINGS, return_rate=0.15))


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def _offer(world: World) -> str:
    return world.listed[0].article


def _request(world: World) -> int:
    opened = world.streams.opened
    supplies = world.supply_book.between(opened - LEAD, opened + 30 * DAY)
    return request_id(world, max(supplies, key=lambda supply: len(supply.lines)))


def _bodies(world: World) -> dict[str, dict[str, Any]]:
    offer = _offer(world)
    parcel = {"categoryId": 1, "price": 990.5, "length": 10, "width": 10, "height": 5, "weight": 0.4}
    return {
        "offer-mappings": {},
        "updates": {"offers": [{"offerId": offer, "price": {"value": 2500, "currencyId": "RUR"}}]},
        "confirm": {"offerIds": [offer]},
        "offer-cards": {"withRecommendations": True},
        "stocks": {"withTurnover": True},
        "items": {"requestId": _request(world)},
        "documents": {"requestId": _request(world)},
        "skus": {"shopSkus": [listed.article for listed in world.listed.values()]},
        "calculate": {"parameters": {"campaignId": CAMPAIGN}, "offers": [parcel]},
    }


def _real(route: Route) -> str:
    return route.path.replace("{campaignId}", str(CAMPAIGN)).replace("{businessId}", "11456789")


def _id(route: Route) -> str:
    return route.name


@pytest.mark.parametrize("route", ROUTES, ids=_id)
def test_answers_fit_the_specification(call: Call, world: World, route: Route) -> None:
    body = _bodies(world).get(route.path.rsplit("/", 1)[1], {})
    answer = call(_real(route), body, verb=route.verb)
    assert answer.status_code in (200, 423), answer.text
    status = str(answer.status_code)
    documented = _operation(route.path, route.verb)["responses"]
    _check(route.path, answer.json(), verb=route.verb, status=status if status in documented else "400")


@pytest.mark.parametrize("route", ROUTES, ids=_id)
def test_scopes_are_those_of_the_specification(route: Route) -> None:
    assert set(route.scopes) == set(_operation(route.path, route.verb)["x-auth-scopes"])


@pytest.mark.parametrize("route", ROUTES, ids=_id)
def test_limits_are_those_of_the_specification(route: Route) -> None:
    config = _operation(route.path, route.verb)["x-resource-limit-config"]
    seconds = {"minutes": 60, "hours": 3600}[config["none"]["period"]] * config["none"]["period-duration"]
    counts = "requests"
    if config["path"] != "resp":
        counts = "asked" if config["path"].startswith("req.") else "answered"
    assert route.limit == Limit(
        config["none"]["amount"],
        config["medium"]["amount"],
        float(seconds),
        counts,
        config.get("parallel-limit-value", route.limit.at_once),
    )
    assert config["path"].removeprefix("req.").removeprefix("resp.result.").removeprefix("resp") in (
        route.items,
        f"{route.items}.offerId",
    )


def test_orders_of_every_status_fit(call: Call) -> None:
    orders = [
        order
        for since, until in (("2026-10-15", "2026-11-05"), ("2026-11-05", "2026-11-25"))
        for order in rows(
            call, ORDERS, "orders", {"dates": {"creationDateFrom": since, "creationDateTo": until}}
        )
    ]
    by_status = {(order["status"], order["substatus"]): order for order in orders}
    assert len(by_status) > 14
    some = list(by_status.values())[:50]
    _check("/v1/businesses/{businessId}/orders", {"orders": some, "paging": {}})


def test_statistics_of_every_status_fit(call: Call) -> None:
    stats = rows(call, STATISTICS, "orders", {}, limit=200)
    by_status = {(stat["status"], len(stat["items"]), bool(stat["payments"])): stat for stat in stats}
    assert len({status for status, *_ in by_status}) > 8
    answer = {"status": "OK", "result": {"orders": list(by_status.values()), "paging": {}}}
    _check("/v2/campaigns/{campaignId}/stats/orders", answer)


def test_requests_of_every_kind_and_status_fit(call: Call) -> None:
    requests = rows(call, REQUESTS, "requests", {}, limit=100)
    by_status = {(one["type"], one["subtype"], one["status"]): one for one in requests}
    assert len(by_status) > 12
    for request in by_status.values():
        body = {"requestId": request["id"]["id"]}
        _check("/v2/campaigns/{campaignId}/supply-requests/items", call(f"{REQUESTS}/items", body).json())
        _check(
            "/v2/campaigns/{campaignId}/supply-requests/documents", call(f"{REQUESTS}/documents", body).json()
        )
    answer = {"status": "OK", "result": {"requests": list(by_status.values()), "paging": {}}}
    _check("/v2/campaigns/{campaignId}/supply-requests", answer)


def test_returns_of_every_kind_and_status_fit(call: Call) -> None:
    returns = rows(call, RETURNS, "returns", verb="GET", limit=100)
    by_status = {(one["returnType"], one["shipmentStatus"]): one for one in returns}
    assert len(by_status) > 8
    answer = {"status": "OK", "result": {"returns": list(by_status.values()), "paging": {}}}
    _check("/v2/campaigns/{campaignId}/returns", answer, verb="GET")


def test_a_quarantine_fits(call: Call, world: World, app: App) -> None:
    body = {"offers": [{"offerId": _offer(world), "price": {"value": 90, "currencyId": "RUR"}}]}
    assert call(UPDATES, body).status_code == 200
    app.clock.set(app.clock.now().replace(hour=13))
    answer = call(QUARANTINE).json()
    assert answer["result"]["offers"]
    _check("/v2/businesses/{businessId}/price-quarantine", answer)


def test_errors_fit(call: Call) -> None:
    mappings = "/v2/businesses/{businessId}/offer-mappings"
    for fault, status in (("429", "420"), ("500", "500"), ("revoked", "401")):
        _check(mappings, call(MAPPINGS, fault=fault).json(), status=status)
    _check(mappings, call(MAPPINGS, limit=0).json(), status="400")
    _check(mappings, call("/v2/businesses/1/offer-mappings").json(), status="403")


def test_the_check_notices_what_is_missing_wrong_or_too_much(call: Call) -> None:
    path = "/v2/campaigns/{campaignId}/offers/stocks"
    for change in ({"updatedAt": "yesterday"}, {"surprise": 1}, {"stocks": [{"type": "GONE", "count": 1}]}):
        answer = call(STOCKS, limit=1).json()
        answer["result"]["warehouses"][0]["offers"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            _check(path, answer)
    answer = call(STOCKS, limit=1).json()
    del answer["result"]["warehouses"][0]["warehouseId"]
    with pytest.raises(jsonschema.ValidationError, match="warehouseId"):
        _check(path, answer)


def test_every_method_is_served(app: App) -> None:
    assert len(dialect_of(app)._patterns) == len(ROUTES) == len({route.name for route in ROUTES})
