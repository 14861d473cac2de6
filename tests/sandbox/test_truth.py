"""What is true in the worlds of three marketplaces, and how the same goods are called on each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox.truth import TELLERS, TRUTHS, truth
from sandbox.world import World
from sandbox.world.listings import OZON, WILDBERRIES, YANDEX_MARKET
from tests.sandbox.conftest import NOW, SMALL

Row = dict[str, Any]


def told(world: World, name: str) -> list[Row]:
    return [json.loads(line) for line in truth(world, name, at=NOW)]


@pytest.fixture(scope="module", params=sorted(TELLERS))
def shop(request: pytest.FixtureRequest) -> World:
    """The small shop on each marketplace."""
    return World(replace(SMALL, channel=request.param))


@pytest.fixture(scope="module")
def pairs() -> list[Row]:
    """A shop large enough to hold every planted doubt."""
    return told(World(replace(SMALL, skus=240)), "matching")


def test_every_truth_is_told_in_json(shop: World) -> None:
    for name in TRUTHS:
        assert told(shop, name), name
    with pytest.raises(ValueError, match="no such truth"):
        truth(shop, "gossip", at=NOW)


def test_orders_and_stock_speak_of_listed_goods_only(shop: World) -> None:
    channel = shop.settings.channel
    skus = {row["listings"][channel]["sku"] for row in told(shop, "matching") if channel in row["listings"]}

    assert {line["sku"] for row in told(shop, "orders") for line in row["lines"]} <= skus
    assert {row["sku"] for row in told(shop, "stock")} <= skus
    assert {row["sku"] for row in told(shop, "stockouts")} <= skus
    assert len(skus) == len(shop.listed)


def test_the_summary_counts_what_the_rows_hold(shop: World) -> None:
    [summary] = told(shop, "summary")
    orders = told(shop, "orders")
    lines = [line for row in orders for line in row["lines"]]

    assert summary["by_stage"] == Counter(row["stage"] for row in orders)
    assert summary["orders"] == len({row["number"] for row in orders}) == len(orders)
    assert summary["units"] == sum(line["quantity"] for line in lines)
    amount = sum(Decimal(line["price"]) * line["quantity"] for line in lines)
    assert Decimal(summary["amount"]) == sum(Decimal(row["amount"]) for row in orders) == amount
    assert summary["stock_present"] == sum(row["present"] for row in told(shop, "stock"))


def test_goods_come_back_everywhere_but_on_ozon(shop: World) -> None:
    stages = Counter(row["stage"] for row in told(shop, "orders"))

    came_back = stages["returned"] + stages["partly_returned"]
    if shop.settings.channel == OZON:
        assert came_back == 0
    else:
        assert 0.02 < came_back / (came_back + stages["delivered"]) < 0.08
        assert (stages["partly_returned"] > 0) == (shop.settings.channel == YANDEX_MARKET)


def test_the_same_goods_sell_differently_on_each_marketplace() -> None:
    worlds = [World(replace(SMALL, channel=channel)) for channel in (OZON, WILDBERRIES, YANDEX_MARKET)]

    assert len({world.assortment for world in worlds}) == 1
    assert len({tuple(world.prices(NOW).values()) for world in worlds}) == 3
    assert len({world.count(until=NOW) for world in worlds}) == 3


def test_most_goods_are_the_same_and_every_kind_of_doubt_is_planted(pairs: list[Row]) -> None:
    doubts = Counter(listing["doubt"] for row in pairs for listing in row["listings"].values())

    kinds = {"article_alike", "no_barcode", "foreign_barcode", "other_barcode"}
    assert kinds <= doubts.keys()
    assert doubts[""] > 0.85 * doubts.total()
    assert sum(len(row["listings"]) == len(TELLERS) for row in pairs) > 0.85 * len(pairs)
    assert len({row["product"] for row in pairs}) == len(pairs) == 240


def test_a_foreign_barcode_is_that_of_another_product(pairs: list[Row]) -> None:
    owners = {code: row["product"] for row in pairs for code in row["listings"][OZON]["barcodes"]}
    planted = [
        (row["product"], listing)
        for row in pairs
        for listing in row["listings"].values()
        if listing["doubt"] == "foreign_barcode"
    ]

    assert planted
    assert all(owners[listing["barcodes"][0]] != product for product, listing in planted)


def test_a_second_world_of_the_same_seed_has_the_same_matching(pairs: list[Row]) -> None:
    for channel in TELLERS:
        assert told(World(replace(SMALL, skus=240, channel=channel)), "matching") == pairs
