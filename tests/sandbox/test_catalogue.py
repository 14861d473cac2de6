"""Products, prices and stock as Ozon gives them: complete, consistent with one another and with the truth."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.app import App
from sandbox.world import World
from tests.sandbox.conftest import NOW, Ask

STOCK = "/v1/product/info/stocks-by-warehouse/fbo"


def _read(
    ask: Ask, path: str, body: dict[str, Any], *, rows: str, token: str, send: str
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    mark = ""
    for _ in range(2000):
        answer = ask(path, body | {send: mark}).json()
        inner = answer.get("result", answer)
        if isinstance(inner, list):
            inner = answer
        found += inner[rows]
        mark = inner[token]
        if not mark:
            return found
    raise AssertionError("the list has no end")


def _product_list(ask: Ask, *, limit: int = 7, visibility: str = "ALL") -> list[dict[str, Any]]:
    body = {"limit": limit, "filter": {"visibility": visibility}}
    return _read(ask, "/v3/product/list", body, rows="items", token="last_id", send="last_id")


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_list_holds_every_product_once(ask: Ask, world: World, limit: int) -> None:
    living = _product_list(ask, limit=limit)
    archived = _product_list(ask, limit=limit, visibility="ARCHIVED")

    assert Counter(item["sku"] for item in living + archived) == Counter(
        p.sku for p in world.products() if p.launched <= (NOW.date().toordinal() - 719163)
    )
    assert {item["archived"] for item in living} == {False}
    assert {item["archived"] for item in archived} == {True}


def test_totals_are_called_as_they_are_now(ask: Ask) -> None:
    for path, inner in (
        ("/v3/product/list", True),
        ("/v4/product/info/stocks", False),
        ("/v5/product/info/prices", False),
    ):
        answer = ask(path, {"limit": 3, "filter": {}}).json()
        answer = answer["result"] if inner else answer
        assert "total" not in answer
        assert answer["total_items"] == 59


def test_details_prices_and_attributes_agree(ask: Ask, world: World) -> None:
    listed = _product_list(ask, limit=1000)
    ids = [item["product_id"] for item in listed]
    infos = ask("/v3/product/info/list", {"product_id": [str(id_) for id_ in ids]}).json()["items"]
    prices = _read(
        ask,
        "/v5/product/info/prices",
        {"limit": 13, "filter": {}},
        rows="items",
        token="cursor",
        send="cursor",
    )
    attributes = _read(
        ask,
        "/v4/product/info/attributes",
        {"limit": 13, "filter": {}},
        rows="result",
        token="last_id",
        send="last_id",
    )

    assert (
        [i["id"] for i in infos] == [p["product_id"] for p in prices] == [a["id"] for a in attributes] == ids
    )
    truth = world.prices(NOW)
    for info, price, attribute in zip(infos, prices, attributes, strict=True):
        assert Decimal(info["price"]) == Decimal(str(price["price"]["price"])) == truth[info["sku"]]
        assert Decimal(info["old_price"]) >= Decimal(info["price"]) > Decimal(info["min_price"])
        assert attribute["sku"] == str(info["sku"])
        assert attribute["barcodes"] == info["barcodes"]
        assert info["images"][0].startswith("http://ozon.test/_sandbox/photo/")


def test_a_description_is_found_by_either_id(ask: Ask, world: World) -> None:
    product = world.products()[0]
    by_offer = ask("/v1/product/info/description", {"offer_id": product.offer_id}).json()["result"]
    by_id = ask("/v1/product/info/description", {"product_id": by_offer["id"]}).json()["result"]

    assert by_offer == by_id
    assert product.name == by_offer["name"]
    assert ask("/v1/product/info/description", {"offer_id": "нет такого"}).status_code == 404
    assert ask("/v1/product/info/description").status_code == 400


def test_products_are_found_by_any_one_kind_of_id(ask: Ask, world: World) -> None:
    some = world.products()[:3]
    queries = (
        {"offer_id": [p.offer_id for p in some]},
        {"skus": [str(p.sku) for p in some]},
        {"skus": [p.sku for p in some]},
    )

    for query in queries:
        items = ask("/v3/product/list", {"limit": 10, "filter": query}).json()["result"]["items"]
        assert {item["sku"] for item in items} == {p.sku for p in some}
    both = ask("/v3/product/list", {"limit": 10, "filter": queries[0] | queries[1]})
    assert both.status_code == 400


@pytest.mark.parametrize(
    "visibility", ["VISIBLE", "EMPTY_STOCK", "EMPTY_BARCODE", "BARCODE_EXISTS", "QUARANTINE"]
)
def test_visibilities_divide_the_products(ask: Ask, world: World, visibility: str) -> None:
    present: Counter[int] = Counter()
    for row in world.stock(at=NOW):
        present[row.sku] += row.present
    tests = {
        "VISIBLE": lambda sku: present[sku] > 0,
        "EMPTY_STOCK": lambda sku: present[sku] == 0,
        "EMPTY_BARCODE": lambda sku: not world.by_sku[sku].barcodes,
        "BARCODE_EXISTS": lambda sku: bool(world.by_sku[sku].barcodes),
        "QUARANTINE": lambda sku: False,
    }

    chosen = {item["sku"] for item in _product_list(ask, visibility=visibility, limit=1000)}

    everything = {item["sku"] for item in _product_list(ask, limit=1000)}
    assert chosen == {sku for sku in everything if tests[visibility](sku)}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v3/product/list", {"limit": 1001, "filter": {}}),
        ("/v3/product/list", {"limit": 10, "filter": {"visibility": "MAYBE"}}),
        ("/v3/product/list", {"limit": 10, "last_id": "%%%", "filter": {}}),
        ("/v3/product/list", {"limit": 10, "filter": {"skus": ["1"] * 1001}}),
        ("/v3/product/list", {"limit": 10, "filter": {"skus": ["one"]}}),
        ("/v3/product/info/list", {}),
        ("/v3/product/info/list", {"sku": ["1"] * 600, "offer_id": ["a"] * 600}),
        ("/v4/product/info/attributes", {"limit": 10, "sort_by": "colour"}),
        ("/v5/product/info/prices", {"limit": 10}),
        ("/v4/product/info/stocks", {"limit": 10}),
        (STOCK, {}),
        (STOCK, {"limit": 1001}),
        ("/v1/analytics/stocks", {}),
        ("/v1/analytics/stocks", {"skus": ["1"] * 101}),
        ("/v1/analytics/stocks", {"skus": ["1"], "cluster_ids": ["1"], "macrolocal_cluster_ids": ["1"]}),
        ("/v1/cluster/list", {}),
    ],
)
def test_wrong_arguments_are_refused(ask: Ask, path: str, body: dict[str, Any]) -> None:
    answer = ask(path, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "details"}


def test_attributes_can_be_sorted(ask: Ask) -> None:
    body = {"limit": 1000, "filter": {}, "sort_by": "offer_id", "sort_dir": "desc"}

    offers = [row["offer_id"] for row in ask("/v4/product/info/attributes", body).json()["result"]]

    assert offers == sorted(offers, reverse=True)


@pytest.mark.parametrize("limit", [100, 1000])
def test_stock_by_warehouse_is_the_truth(ask: Ask, world: World, limit: int) -> None:
    rows = _read(ask, STOCK, {"limit": limit}, rows="products", token="cursor", send="cursor")

    there = {(row["sku"], row["warehouse_id"]): (row["present"], row["reserved"]) for row in rows}
    assert len(there) == len(rows)
    born = {
        item["sku"]
        for kind in ("ALL", "ARCHIVED")
        for item in _product_list(ask, limit=1000, visibility=kind)
    }
    assert there == {
        (row.sku, row.warehouse_id): (row.present, row.reserved)
        for row in world.stock(at=NOW)
        if row.sku in born
    }


def test_stock_can_be_asked_for_some_products(ask: Ask, world: World) -> None:
    one, two = world.products()[:2]

    by_sku = ask(STOCK, {"limit": 1000, "skus": [str(one.sku)]}).json()
    by_offer = ask(STOCK, {"limit": 1000, "offer_ids": [two.offer_id]}).json()

    assert {row["sku"] for row in by_sku["products"]} == {one.sku}
    assert {row["offer_id"] for row in by_offer["products"]} == {two.offer_id}
    assert by_sku["has_next"] is False


def test_analytics_agree_with_plain_quantities(ask: Ask, world: World) -> None:
    skus = [str(p.sku) for p in world.products()]
    rows = ask("/v1/analytics/stocks", {"skus": skus}).json()["items"]
    truth = {(row.sku, row.warehouse_id): row for row in world.stock(at=NOW)}

    assert len(rows) > 200
    for row in rows:
        assert row["available_stock_count"] == truth[row["sku"], row["warehouse_id"]].available
        assert row["ads"] >= row["ads_cluster"] >= 0
        assert row["idc"] == 0 or row["turnover_grade"] != "NO_SALES"
    for column in ("transit_stock_count", "requested_stock_count", "valid_stock_count", "other_stock_count"):
        assert sum(row[column] for row in rows) > 0


def test_average_sales_are_those_of_the_last_28_days(ask: Ask, world: World) -> None:
    product = world.products()[1]
    midnight = NOW.replace(hour=0)
    sold = sum(
        line.quantity
        for order in world.orders(
            until=midnight - timedelta(microseconds=1), since=midnight - timedelta(days=28)
        )
        for line in order.lines
        if line.sku == product.sku
    )

    rows = ask("/v1/analytics/stocks", {"skus": [product.sku]}).json()["items"]

    assert {row["ads"] for row in rows} == {round(sold / 28, 4)}


def test_analytics_can_be_narrowed(ask: Ask, world: World) -> None:
    skus = [p.sku for p in world.products()]
    everything = ask("/v1/analytics/stocks", {"skus": skus}).json()["items"]
    for field, value in (
        ("macrolocal_cluster_ids", 4039),
        ("cluster_ids", 154),
        ("warehouse_ids", 15431806189000),
        ("turnover_grades", "DEFICIT"),
        ("item_tags", "ITEM_ATTRIBUTE_NONE"),
        ("placement_zone", "OVERSIZE"),
    ):
        rows = ask("/v1/analytics/stocks", {"skus": skus, field: [value]}).json()["items"]
        assert all(row in everything for row in rows)
        assert len(rows) < len(everything) or field == "item_tags"


def test_clusters_and_warehouses_know_each_other(ask: Ask) -> None:
    new = ask("/v2/cluster/list").json()["result"]
    old = [
        cluster
        for kind in ("CLUSTER_TYPE_OZON", "CLUSTER_TYPE_CIS")
        for cluster in ask("/v1/cluster/list", {"cluster_type": kind}).json()["clusters"]
    ]
    warehouses = {w["warehouse_id"]: w for w in ask("/v1/warehouse/ozon/list").json()["warehouses"]}

    in_new = {w["warehouse_id"]: c["macrolocal_cluster_id"] for c in new for w in c["data"]["fulfillments"]}
    in_old = {
        w["warehouse_id"]: c["macrolocal_cluster_id"]
        for c in old
        for logistic in c["logistic_clusters"]
        for w in logistic["warehouses"]
    }
    assert in_new == in_old
    assert in_new.keys() == warehouses.keys()
    assert "ХОРУГВИНО_РФЦ" in {w["name"] for w in warehouses.values()}
    assert {"Europe/Moscow", "Asia/Yekaterinburg"} < {w["timezone"] for w in warehouses.values()}
    none = ask("/v1/warehouse/ozon/list", {"warehouse_types": ["SORTING_CENTER"]}).json()["warehouses"]
    assert none == []


def test_a_sale_shows_in_prices_and_promotions(ask: Ask, app: App, world: World) -> None:
    app.clock.set(NOW + timedelta(days=3))
    items = ask("/v5/product/info/prices", {"limit": 1000, "filter": {}}).json()["items"]

    named = [item for item in items if item["marketing_actions"]["actions"]]

    assert 20 < len(named) < len(items)
    assert {a["title"] for item in named for a in item["marketing_actions"]["actions"]} == {"Чёрная пятница"}
    assert all(item["price"]["old_price"] > item["price"]["price"] for item in named)
