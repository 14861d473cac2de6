"""The figures of the reports: what the rows must add up to, and how durations are ranked."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.reports import business_day, nearest_rank
from sandbox.truth import TELLERS, truth
from sandbox.world import World
from sandbox.world.listings import OZON, WILDBERRIES
from tests.sandbox.conftest import NOW, SMALL

Row = dict[str, Any]


@pytest.fixture(scope="module", params=sorted(TELLERS))
def shop(request: pytest.FixtureRequest) -> World:
    """The small shop on each marketplace."""
    return World(replace(SMALL, channel=request.param))


@pytest.fixture(scope="module")
def told(shop: World) -> dict[str, list[Row]]:
    """Every truth that the reports are made of, and the reports by name."""
    found = {
        name: [json.loads(line) for line in truth(shop, name, at=NOW)]
        for name in ("orders", "returns", "supplies", "conservation")
    }
    reports: defaultdict[str, list[Row]] = defaultdict(list)
    for line in truth(shop, "reports", at=NOW):
        row = json.loads(line)
        reports[row["report"]].append(row)
    return found | reports


def test_sales_add_up_to_the_orders(told: dict[str, list[Row]]) -> None:
    orders, sales = told["orders"], told["sales"]
    units = Counter(dict.fromkeys(("cancelled", "delivered", "partly_returned", "returned"), 0))
    for order in orders:
        units[order["stage"]] += sum(line["quantity"] for line in order["lines"])

    assert sum(row["ordered_units"] for row in sales) == units.total()
    assert sum(row["cancelled_units"] for row in sales) == units["cancelled"]
    assert sum(row["delivered_units"] for row in sales) == (
        units["delivered"] + units["partly_returned"] + units["returned"]
    )
    assert sum(Decimal(row["ordered_amount"]) for row in sales) == sum(Decimal(o["amount"]) for o in orders)
    assert sum(row["units"] for row in told["deliveries"]) == sum(row["delivered_units"] for row in sales)


def test_returns_are_told_by_their_day_and_by_that_of_the_order(told: dict[str, list[Row]]) -> None:
    by_kind = Counter[str]()
    for one in told["returns"]:
        by_kind[one["kind"]] += one["units"]
    back = sum(row["returned_units"] for row in told["sales"])

    assert back == by_kind["client_return"] > 0
    assert sum(row["refused_in_part_units"] for row in told["sales"]) == by_kind["partial_refusal"]
    for row in told["returns"]:
        assert row["placed_day"] <= row["day"]


def test_each_marketplace_tells_only_what_it_knows(shop: World, told: dict[str, list[Row]]) -> None:
    channel = shop.settings.channel
    kinds = {row["kind"] for row in told["returns"]}
    steps = {row["step"] for row in told["processing"]}

    assert ("cancellation" in kinds) == (channel == OZON)
    assert ("partial_refusal" in kinds) == (channel != WILDBERRIES)
    assert steps == ({"whole"} if channel == WILDBERRIES else {"assembly", "handover", "delivery", "whole"})


def test_durations_are_ranked_group_by_group(told: dict[str, list[Row]]) -> None:
    whole = {(row["by"], row["key"]): row for row in told["processing"] if row["step"] == "whole"}
    found = sorted(
        datetime.fromisoformat(dict(order["history"])["received"])
        - datetime.fromisoformat(order["created_at"])
        for order in told["orders"]
        if "received" in dict(order["history"])
    )
    row = whole["all", ""]

    assert row["orders"] == len(found) == sum(row["orders"] for (by, _), row in whole.items() if by == "week")
    assert sum(one.total_seconds() <= row["median"] for one in found) >= len(found) / 2
    assert sum(one.total_seconds() < row["median"] for one in found) < len(found) / 2
    assert sum(one.total_seconds() <= row["p90"] for one in found) >= len(found) * 0.9
    assert sum(one.total_seconds() < row["p90"] for one in found) < len(found) * 0.9


def test_the_rank_is_the_nearest_one() -> None:
    hours = [timedelta(hours=n) for n in range(1, 11)]

    assert nearest_rank(hours, 50) == timedelta(hours=5)
    assert nearest_rank(hours, 90) == timedelta(hours=9)
    assert nearest_rank(hours[:1], 90) == timedelta(hours=1)
    assert nearest_rank(hours[:3], 50) == timedelta(hours=2)


def test_a_business_day_begins_at_midnight_in_moscow() -> None:
    assert business_day("2026-10-31T20:59:59.999999+00:00").isoformat() == "2026-10-31"
    assert business_day("2026-10-31T21:00:00+00:00").isoformat() == "2026-11-01"


def test_turnover_sums_four_weeks(told: dict[str, list[Row]]) -> None:
    closings = [row for row in told["closing"] if "2026-10-27" <= row["day"] <= "2026-11-23"]

    assert {row["last_day"] for row in told["turnover"]} == {"2026-11-23"}
    assert sum(row["closing_available"] for row in told["turnover"]) == sum(r["available"] for r in closings)
    assert sum(row["ordered"] for row in told["turnover"]) == sum(
        row["ordered_units"] for row in told["sales"] if "2026-10-27" <= row["day"] <= "2026-11-23"
    )


def test_the_circle_is_told_in_the_ids_of_the_marketplace(shop: World, told: dict[str, list[Row]]) -> None:
    skus = {row["sku"] for row in told["conservation"]}

    assert len(skus) == len(shop.listed)
    assert all(row["difference"] == row["lost"] for row in told["conservation"])
    assert {line["sku"] for row in told["supplies"] for line in row["lines"]} <= skus
    lost = Counter({row["sku"]: row["lost"] for row in told["conservation"] if row["lost"]})
    planted: Counter[Any] = Counter()
    for row in told["supplies"]:
        for line in row["lines"]:
            planted[line["sku"]] += line["lost"] if line["accepted"] else 0
    assert lost == +planted
