"""Every answer of Wildberries' dialect fits their own saved specification, and so do its limits and rights."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sandbox.app import App
from sandbox.wildberries.limits import Limit
from sandbox.wildberries.routes import ROUTES, Route
from sandbox.world import World
from tests.sandbox.wildberries import (
    CARDS,
    CLAIMS,
    DISCREPANCIES,
    FEED,
    GOODS,
    HISTORY,
    ITEM_RETURNS,
    ORDERS,
    QUARANTINE,
    REMAINS,
    SALES,
    SETTINGS,
    STOCKS,
    SUPPLIES,
    TRASH,
    UPLOAD,
    Call,
    app_of,
    caller,
    cards,
)

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "wildberries"
pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(not CONTRACT.exists(), reason="the saved specifications are not beside the checkout"),
]
#: Fields that Wildberries took away or that only some sellers get, after the specification was saved.
GONE = {"isBadTurnover"}
#: Fields of sizes that came after the specification was saved.
LATER = {"gtin": {"type": "string"}}
#: Fields that stand only in some rows.
SOMETIMES = {"cancelType", "virtualTypeID", "isBoxOnPallet", "discrepancies", "returnReason"}
#: Methods that the supplement tells newer than the specification, or alone.
SUPPLEMENT = "supplement-2026-10.openapi.json"
NEWER = {
    "/api/v1/supplies/{ID}",
    "/api/supplies/v1/discrepancies/{supplyId}",
    "/api/analytics/v1/item-returns",
}
_BITS = {
    "content": 1,
    "contentanalytics": 2,
    "discountsandprices": 3,
    "statistics": 5,
    "supplies": 10,
    "returns": 11,
    "commonapi": 0,
}
_FORMATS = {
    "date": r"^\d{4}-\d\d-\d\d$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
LIVE = [route for route in ROUTES if not route.is_dead]
ONCE = [route for route in LIVE if route.path != "/ping" or route.host == "common-api"]


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    names = (
        "01-general",
        "02-items",
        "07-orders-fbw",
        "09-communications",
        "10-rates",
        "11-analytics",
        "12-reports",
    )
    return tuple(yaml.load((CONTRACT / "ru" / f"{name}.yaml").read_text(), Loader=loader) for name in names)


@cache
def _limits() -> dict[tuple[str, str, str], dict[str, Any]]:
    document = json.loads((CONTRACT / "rate-limits.json").read_text())
    return {
        (row["method"], row["host"].removesuffix(".wildberries.ru"), row["path"]): row
        for row in document["operations"]
    }


@cache
def _supplement() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CONTRACT / SUPPLEMENT).read_text())
    return document


def _document(path: str) -> dict[str, Any]:
    if path in NEWER:
        return _supplement()
    return next(document for document in _documents() if path in document["paths"])


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _strict(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Turn an OpenAPI schema into a JSON schema in which every documented field must stand, and no other."""
    schema = _resolved(document, schema)
    if depth > 14:
        return {}
    for joint in ("oneOf", "anyOf"):
        if joint in schema:
            return {"anyOf": [_strict(document, part, depth + 1) for part in schema[joint]]}
    strict: dict[str, Any] = {key: schema[key] for key in ("enum", "maxLength") if key in schema}
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind:
        strict["type"] = [kind, "null"] if schema.get("nullable") else kind
    if kind == "array":
        strict["items"] = _strict(document, schema.get("items", {}), depth + 1)
    if "properties" in schema:
        strict |= _fields(document, schema["properties"], depth)
    if schema.get("format") in _FORMATS and kind == "string":
        strict["pattern"] = _FORMATS[schema["format"]]
    return strict


def _fields(document: dict[str, Any], properties: dict[str, Any], depth: int) -> dict[str, Any]:
    fields = {name: _strict(document, value, depth + 1) for name, value in properties.items()}
    return {
        "properties": fields | (LATER if "techSize" in properties else {}),
        "additionalProperties": False,
        "required": sorted(properties.keys() - GONE - SOMETIMES),
    }


def _operation(path: str, verb: str) -> dict[str, Any]:
    operation: dict[str, Any] = _document(path)["paths"][path][verb.lower()]
    return operation


@cache
def _validator(path: str, verb: str, status: str) -> jsonschema.Draft202012Validator:
    document = _document(path)
    response = _resolved(document, _operation(path, verb)["responses"][status])
    schemas = [
        _strict(document, content["schema"])
        for kind, content in response["content"].items()
        if "json" in kind
    ]
    return jsonschema.Draft202012Validator({"anyOf": schemas} if len(schemas) > 1 else schemas[0])


def _check(path: str, answer: Any, *, verb: str = "POST", status: str = "200") -> None:
    _validator(path, verb, status).validate(answer)


def _path(address: str) -> str:
    return "/" + address.split("/", 1)[1]


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def _id(route: Route) -> str:
    return route.name


def _item(call: Call) -> dict[str, Any]:
    row: dict[str, Any] = next(
        row for row in call(GOODS, limit=1000).json()["data"]["listGoods"] if row["editableSizePrice"]
    )
    return row


def _asked(call: Call, app: App, route: Route) -> tuple[str, dict[str, Any] | None, dict[str, object]]:
    """Return how a method is called well: its address, its body if it is posted, its query."""
    address, body, query = f"{route.host}{route.path}", None, {}
    if route.verb == "POST":
        row = _item(call)
        body = {
            "order-feed": {
                "selectedPeriod": {"start": "2026-11-01T00:00:00Z"},
                "pagination": {"limit": 5000},
            },
            "task": {"data": [{"nmID": row["nmID"], "discount": row["discount"] + 1}]},
            "size": {"data": [{"nmID": row["nmID"], "sizeID": row["sizes"][0]["sizeID"], "price": 4321}]},
            "club-discount": {"data": [{"nmID": row["nmID"], "clubDiscount": 3}]},
            "filter": {"nmList": [row["nmID"]]},
        }.get(route.path.rsplit("/", 1)[1], {})
    elif route.host == "discounts-prices-api":
        query = {"limit": 100, "nmID": _item(call)["nmID"]}
        if "history" in route.path or "buffer" in route.path:
            data = [{"nmID": _item(call)["nmID"], "discount": 33}]
            query["uploadID"] = call(UPLOAD, {"data": data}).json()["data"]["id"]
            app.clock.advance(timedelta(seconds=6 if "history" in route.path else 0))
    elif "{task_id}" in route.path:
        task = call(REMAINS, groupByNm="true", groupByBarcode="true").json()["data"]["taskId"]
        address = address.replace("{task_id}", task)
        app.clock.advance(timedelta(seconds=6))
    elif "supplies" in route.path and "{" in route.path:
        rows = call(SUPPLIES, {"statusIDs": [5]}).json()
        number = next(row["supplyID"] for row in rows if _quarrels(call, row))
        address = address.replace("{ID}", str(number)).replace("{supplyId}", str(number))
    else:
        query = {
            "date": "2026-11-24",
            "dateFrom": "2026-11-01",
            "dateTo": "2026-11-24",
            "is_archive": "true",
        }
    return address, body, query


def _quarrels(call: Call, row: dict[str, Any]) -> bool:
    return bool(call(f"{SUPPLIES}/{row['supplyID']}").json()["discrepancies"])


@pytest.mark.parametrize("route", ONCE, ids=_id)
def test_answers_fit_the_specification(call: Call, app: App, route: Route) -> None:
    address, body, query = _asked(call, app, route)
    answer = call(address, body, **query)
    assert answer.status_code == 200, answer.text
    _check(route.path, answer.json(), verb=route.verb)


@pytest.mark.parametrize("route", [one for one in ROUTES if one.path != "/ping"], ids=_id)
def test_methods_limits_and_rights_are_those_of_the_specification(route: Route) -> None:
    row = _limits().get((route.verb, route.host, route.path))
    if row is None and route.path in NEWER:
        _check_newer(route)
        return
    if row is None:
        assert route.is_dead
        return
    assert route.is_write == (not row["readonly"])
    assert route.category == _BITS[row["category"]]
    if route.is_dead:
        return
    told = row["limits"]
    full = told.get("personal") or told["all"]
    assert route.rule.full == Limit(full["limit"], full["period_s"], full["burst"])
    assert route.rule.full.interval == pytest.approx(full["interval_s"])
    base = told.get("base") or told["all"]
    if row["token_types"] is not None and "base" not in row["token_types"]:
        assert route.rule.base is None
    else:
        assert route.rule.base == Limit(base["limit"], base["period_s"], base["burst"])
    together = [one for one in LIVE if one.rule.bucket == route.rule.bucket]
    is_shared = row["shared_by"].startswith("category:prices")
    assert (len(together) > 1) == is_shared


def _check_newer(route: Route) -> None:
    told = {row["type"]: row for row in _operation(route.path, route.verb)["x-limits"]}
    periods = {"1m": 60.0, "1h": 3600.0}
    for kind, limit in (("personal", route.rule.full), ("base", route.rule.base)):
        row = told.get(kind)
        expected = Limit(row["limit"], periods[row["period"]], row["burst"]) if row else None
        assert limit == expected
    assert not route.is_write


def test_every_card_size_and_status_fits(call: Call) -> None:
    _check(_path(CARDS), {"cards": cards(call), "cursor": {"updatedAt": "", "nmID": 0, "total": 0}})
    whole = caller(app_of(World(SETTINGS.for_seller(5))))
    body = {"selectedPeriod": {"start": "2026-10-25T00:00:00Z"}, "pagination": {"limit": 10_000}}
    _check(_path(FEED), whole(FEED, body).json())
    for path in (ORDERS, SALES):
        _check(_path(path), whole(path, dateFrom="2026-10-01").json(), verb="GET")


def test_cards_in_the_trash_fit() -> None:
    many = caller(app_of(World(replace(SETTINGS, skus=700, days=3, per_day=1.0))))
    answer = many(TRASH, {}).json()
    assert answer["cards"]
    _check(_path(TRASH), answer)


def test_a_quarantine_and_what_became_of_an_upload_fit(call: Call, app: App) -> None:
    item = _item(call)
    data = [{"nmID": item["nmID"], "price": 10, "discount": None}, {"nmID": 5, "price": 10, "discount": None}]
    upload = call(UPLOAD, {"data": data}).json()["data"]["id"]
    _check(_path(UPLOAD), call(UPLOAD, {"data": data}).json(), status="208")
    app.clock.advance(timedelta(seconds=6))
    held = call(QUARANTINE, limit=10).json()
    assert held["data"]["quarantineGoods"]
    _check(_path(QUARANTINE), held, verb="GET")
    for name, query in (("tasks", {}), ("goods/task", {"limit": 10})):
        answer = call(f"{HISTORY}/{name}", uploadID=upload, **query).json()
        _check(_path(f"{HISTORY}/{name}"), answer, verb="GET")


def test_the_newest_methods_fit_the_supplement_of_october(call: Call) -> None:
    document = _supplement()
    feed = {"selectedPeriod": {"start": "2026-11-01T00:00:00Z"}, "pagination": {"limit": 2000}}
    for path, body in ((STOCKS, {}), (FEED, feed)):
        responses = document["paths"][_path(path)]["post"]["responses"]
        schema = _resolved(document, responses["200"])["content"]["application/json"]["schema"]
        strict = _strict(document, schema)
        jsonschema.Draft202012Validator(strict).validate(call(path, body).json())


def test_every_supply_and_return_fits(call: Call) -> None:
    rows = call(SUPPLIES, {}).json()
    _check(_path(SUPPLIES), rows)
    assert {row["statusID"] for row in rows} >= {1, 2, 3, 4, 5}
    assert {row["boxTypeID"] for row in rows} == {0, 1, 2, 5}
    for row in rows:
        number, is_preorder = row["supplyID"] or row["preorderID"], not row["supplyID"]
        told = {"isPreorderID": str(is_preorder).lower()}
        details = call(f"{SUPPLIES}/{number}", **told).json()
        _check(f"{_path(SUPPLIES)}/{{ID}}", details, verb="GET")
        _check(
            f"{_path(SUPPLIES)}/{{ID}}/goods", call(f"{SUPPLIES}/{number}/goods", **told).json(), verb="GET"
        )
        if not is_preorder:
            boxes = call(f"{SUPPLIES}/{number}/package").json()
            _check(f"{_path(SUPPLIES)}/{{ID}}/package", boxes, verb="GET")
            found = call(f"{DISCREPANCIES}/{number}").json()
            _check(f"{_path(DISCREPANCIES)}/{{supplyId}}", found, verb="GET")
    for status in ("active", "archive"):
        _check(
            _path(ITEM_RETURNS),
            call(ITEM_RETURNS, dateFrom="2026-10-01", dateTo="2026-11-24", status=status).json(),
            verb="GET",
        )
    for word in ("true", "false"):
        _check(_path(CLAIMS), call(CLAIMS, is_archive=word).json(), verb="GET")


def test_errors_fit(call: Call, app: App) -> None:
    for fault, status in (("429", "429"), ("revoked", "401"), ("expired", "401")):
        answer = call(CARDS, {}, fault=fault)
        assert answer.status_code == int(status)
        _check(_path(CARDS), answer.json(), status=status)
    _check(_path(CARDS), call(CARDS, {"settings": []}).json(), status="400")
    _check(_path(UPLOAD), call(UPLOAD, {"data": 1}).json(), status="400")
    _check(_path(STOCKS), call(STOCKS, {"limit": -1}).json(), status="400")
    _check(_path(FEED), call(FEED, {}).json(), status="400")
    _check(_path(ORDERS), call(ORDERS).json(), verb="GET", status="400")
    _check(_path(SALES), call(SALES, dateFrom="no").json(), verb="GET", status="400")
    for body in (
        {"dates": [{"type": "x"}]},
        {"dates": [{"type": "factDate", "from": "11-03-2019"}]},
        {"statusIDs": [7]},
    ):
        _check(_path(SUPPLIES), call(SUPPLIES, body).json(), status="400")
    _check(_path(SUPPLIES), call(SUPPLIES, {}, limit=1001).json(), status="400")
    _check(
        f"{_path(SUPPLIES)}/{{ID}}/package", call(f"{SUPPLIES}/1/package").json(), verb="GET", status="400"
    )
    _check(_path(CLAIMS), call(CLAIMS).json(), verb="GET", status="400")
    status = "/api/v1/warehouse_remains/tasks/{task_id}/status"
    _check(status, call(f"{REMAINS}/tasks/none/status").json(), verb="GET", status="404")


def test_the_check_notices_what_is_missing_wrong_or_too_much(call: Call) -> None:
    for change in ({"quantity": "1"}, {"surprise": 1}, {"warehouseName": None}):
        answer = call(STOCKS, {}).json()
        answer["data"]["items"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            _check(_path(STOCKS), answer)
    answer = call(STOCKS, {}).json()
    del answer["data"]["items"][0]["chrtId"]
    with pytest.raises(jsonschema.ValidationError, match="chrtId"):
        _check(_path(STOCKS), answer)
