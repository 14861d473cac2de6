"""Orders of Yandex Market's dialect, their statistics and tariffs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.accounts import DEMO_YANDEX_MARKET
from sandbox.world import World
from sandbox.world.moments import DAY, instant, moment
from sandbox.yandex_market.ids import find_order, order_id
from sandbox.yandex_market.truth import truth_orders
from tests.sandbox.conftest import NOW
from tests.sandbox.yandex import (
    CAMPAIGN,
    IDLE,
    ORDERS,
    SETTINGS,
    SHOP,
    STATISTICS,
    Call,
    app_of,
    caller,
    rows,
)

STAGE_OF = {
    ("PROCESSING", "STARTED"): "accepted",
    ("PROCESSING", "READY_TO_SHIP"): "packed",
    ("DELIVERY", ""): "shipped",
    ("PICKUP", ""): "shipped",
    ("DELIVERED", ""): "delivered",
    ("CANCELLED", ""): "cancelled",
    ("RETURNED", ""): "returned",
    ("PARTIALLY_RETURNED", ""): "partly_returned",
}
WINDOWS = (("2026-10-15", "2026-11-05"), ("2026-11-05", "2026-11-25"))
REAL = {"programTypes": ["FBY"], "campaignIds": [CAMPAIGN], "fake": False}


@pytest.fixture(scope="module")
def world() -> World:
    return World(replace(SETTINGS, return_rate=0.15))


@pytest.fixture
def call(world: World) -> Call:
    return caller(app_of(world))


def _all(call: Call, **filters: object) -> list[dict[str, Any]]:
    return [
        order
        for since, until in WINDOWS
        for order in rows(
            call,
            ORDERS,
            "orders",
            {**REAL, **filters, "dates": {"creationDateFrom": since, "creationDateTo": until}},
        )
    ]


def _stage(order: dict[str, Any]) -> str:
    status, substatus = order["status"], order["substatus"]
    return STAGE_OF[status, substatus if status == "PROCESSING" else ""]


def _revenue(prices: dict[str, Any]) -> Decimal:
    parts = (prices[name]["value"] for name in ("payment", "subsidy", "cashback") if name in prices)
    return sum((Decimal(str(part)) for part in parts), Decimal(0))


def test_orders_are_the_truth(call: Call, world: World) -> None:
    orders = {str(order["orderId"]): order for order in _all(call)}
    truth = {row["number"]: row for row in truth_orders(world, NOW)}
    assert orders.keys() == truth.keys()
    assert {row["stage"] for row in truth.values()} == set(STAGE_OF.values())
    for number, row in truth.items():
        order = orders[number]
        assert _stage(order) == row["stage"]
        assert order["delivery"]["warehouseId"] == str(row["warehouse_id"])
        lines = [
            (item["offerId"], item["count"], _revenue(item["prices"]) / item["count"])
            for item in order["items"]
        ]
        assert lines == [(line["sku"], line["quantity"], Decimal(line["price"])) for line in row["lines"]]
        assert _revenue(order["prices"]) == Decimal(row["amount"]), "the way is not the seller's money"


def test_parts_of_a_price_are_of_all_units(call: Call) -> None:
    items = [item for order in _all(call) for item in order["items"]]
    kinds = Counter(name for item in items for name in ("subsidy", "cashback") if name in item["prices"])
    assert len(items) > kinds["subsidy"] > kinds["cashback"] > 0
    odd = [
        item
        for item in items
        if item["count"] > 1 and Decimal(str(item["prices"]["payment"]["value"])) * 100 % item["count"]
    ]
    assert odd, "what a buyer paid does not always divide by the units"


def test_units_tell_how_they_are_doing(call: Call) -> None:
    seen: dict[str, set[str]] = {}
    for order in _all(call):
        for item in order["items"]:
            statuses = item["itemStatuses"]
            assert sum(one["count"] for one in statuses) == item["count"]
            seen.setdefault(order["status"], set()).update(one["status"] for one in statuses)
    assert seen["CANCELLED"] == {"CANCELLED", "REJECTED", "LOST"}
    assert seen["RETURNED"] == {"RETURNED"}
    assert seen["PARTIALLY_RETURNED"] == {"RETURNED", "DELIVERED_TO_BUYER"}
    assert seen["PICKUP"] == seen["DELIVERY"] == {"SHIPPED"}


def test_ids_are_large_and_read_back(call: Call, world: World) -> None:
    order = next(iter(world.streams.between(world.streams.opened, world.streams.opened * 2)))
    assert order_id(world, order) > 2**31
    assert find_order(world, order_id(world, order)) == order
    for number in (0, -1, 10**12 - 1, 2 * 10**12, 10**18):
        assert find_order(world, number) is None
    ids = [one["orderId"] for one in _all(call)][:50]
    found = call(ORDERS, {"orderIds": [*ids[:49], 5]}, limit=50).json()["orders"]
    assert sorted(one["orderId"] for one in found) == sorted(ids[:49])
    assert call(ORDERS, {"orderIds": [*ids, 5]}).status_code == 400


def test_without_dates_the_last_thirty_days_come_newest_first(call: Call) -> None:
    orders = rows(call, ORDERS, "orders", REAL)
    created = [order["creationDate"] for order in orders]
    assert created == sorted(created, reverse=True)
    assert created[-1][:10] == "2026-10-25"
    assert all(text.endswith("+03:00") for text in created)
    first = call(ORDERS, REAL).json()
    assert first.keys() == {"orders", "paging"}, "neither a result nor a status"
    assert len(first["orders"]) == 50


def test_creation_days_are_moscows_and_thirty_at_most(call: Call) -> None:
    day = {"creationDateFrom": "2026-11-10", "creationDateTo": "2026-11-11"}
    orders = rows(call, ORDERS, "orders", {**REAL, "dates": day})
    assert {order["creationDate"][:10] for order in orders} == {"2026-11-10"}
    assert {order["creationDate"][11:13] for order in orders} & {"00", "01", "02"}
    same = {"creationDateFrom": "2026-11-10", "creationDateTo": "2026-11-10"}
    assert rows(call, ORDERS, "orders", {**REAL, "dates": same}) == orders
    for dates in (
        {"creationDateFrom": "2026-10-01", "creationDateTo": "2026-11-01"},
        {"creationDateFrom": "2026-10-01"},
        {"creationDateFrom": "yesterday"},
        {"updateDateFrom": "2026-11-10T00:00:00"},
        {"updateDateFrom": 5},
        [],
    ):
        assert call(ORDERS, {"dates": dates}).status_code == 400, dates


def test_changes_come_by_the_date_of_update_however_old_the_order(call: Call) -> None:
    since = NOW - timedelta(hours=30)
    changed = rows(call, ORDERS, "orders", {**REAL, "dates": {"updateDateFrom": since.isoformat()}})
    known = {order["orderId"]: order for order in _all(call)}
    wanted = {
        number
        for number, order in known.items()
        if order["updateDate"] >= (since + timedelta(hours=3)).replace(tzinfo=None).isoformat()
    }
    assert {order["orderId"] for order in changed} == wanted
    assert any(order["status"] in ("RETURNED", "PARTIALLY_RETURNED") for order in changed)
    assert min(order["creationDate"] for order in changed) < "2026-11-15"


def test_filters_select_statuses_programs_and_shops(call: Call) -> None:
    cancelled = _all(call, statuses=["CANCELLED"])
    assert {order["status"] for order in cancelled} == {"CANCELLED"}
    assert {"USER_CHANGED_MIND", "PICKUP_EXPIRED"} <= {order["substatus"] for order in cancelled}
    one = _all(call, substatuses=["PICKUP_EXPIRED"])
    assert {order["substatus"] for order in one} == {"PICKUP_EXPIRED"}
    assert call(ORDERS, {"programTypes": ["FBS"]}).json()["orders"] == []
    assert call(ORDERS, {"campaignIds": [IDLE]}).json()["orders"] == []
    assert call(ORDERS, {"programTypes": ["FBX"]}).status_code == 400
    assert call(ORDERS, REAL, limit=51).status_code == 400


def test_a_test_order_stands_among_the_real_ones(call: Call, world: World) -> None:
    fakes = call(ORDERS, {"fake": True}).json()["orders"]
    assert [order["fake"] for order in fakes] == [True]
    assert str(fakes[0]["orderId"]) not in {row["number"] for row in truth_orders(world, NOW)}
    for limit in (1, 2, 50):
        some = rows(call, ORDERS, "orders", {"dates": {"creationDateFrom": "2026-11-22"}}, limit=limit)
        assert Counter(order["fake"] for order in some)[True] == 1
        assert len({order["orderId"] for order in some}) == len(some)
    assert call(ORDERS, {"orderIds": [fakes[0]["orderId"]]}).json()["orders"] == fakes


def test_an_unknown_status_and_an_older_state_come_on_demand(call: Call) -> None:
    odd = call(ORDERS, REAL, fault="unknown_status").json()["orders"]
    assert [order["status"] for order in odd].count("TELEPORTING") == 1
    stale = {order["orderId"]: order for order in call(ORDERS, REAL, fault="stale").json()["orders"]}
    fresh = {order["orderId"]: order for order in call(ORDERS, REAL).json()["orders"]}
    assert stale.keys() == fresh.keys()
    assert all(stale[number]["updateDate"] <= fresh[number]["updateDate"] for number in fresh)


def _statistics(call: Call, **body: object) -> list[dict[str, Any]]:
    return rows(call, STATISTICS, "orders", body, limit=200)


def test_statistics_speak_of_the_same_orders_in_other_words(call: Call) -> None:
    orders = {order["orderId"]: order for order in _all(call)}
    stats = {order["id"]: order for order in _statistics(call, dateFrom="2026-10-15", dateTo="2026-11-24")}
    assert stats.keys() <= orders.keys()
    assert {stat["status"] for stat in stats.values()} >= {
        "CANCELLED_BEFORE_PROCESSING",
        "CANCELLED_IN_PROCESSING",
        "CANCELLED_IN_DELIVERY",
        "LOST",
        "DELIVERED",
        "PARTIALLY_RETURNED",
    }
    for number, stat in stats.items():
        goods = [item for item in stat["items"] if item["offerName"] != "Доставка"]
        assert [(item["shopSku"], item["count"]) for item in goods] == [
            (item["offerId"], item["count"]) for item in orders[number]["items"]
        ]
        assert len(stat["statusUpdateDate"]) == 19, "Moscow's time without its offset"
        assert bool(stat["payments"]) <= (stat["status"] in ("DELIVERED", "RETURNED", "PARTIALLY_RETURNED"))
    pseudo = [item for stat in stats.values() for item in stat["items"] if item["offerName"] == "Доставка"]
    assert pseudo
    assert not any("shopSku" in item for item in pseudo)
    assert any(payment["type"] == "REFUND" for stat in stats.values() for payment in stat["payments"])


def test_statistics_are_up_to_forty_minutes_late(world: World) -> None:
    orders = list(world.streams.between(instant(NOW) - DAY, instant(NOW)))

    def known(number: int, *, after: timedelta) -> bool:
        call = caller(app_of(world, now=moment(orders[number].created) + after))
        return bool(_statistics(call, orders=[order_id(world, orders[number])]))

    assert not all(known(number, after=timedelta(minutes=5)) for number in range(10))
    assert all(known(number, after=timedelta(minutes=40)) for number in range(10))


def test_statistics_select_by_creation_or_by_change(call: Call) -> None:
    day = _statistics(call, dateFrom="2026-11-10", dateTo="2026-11-10")
    assert {stat["creationDate"] for stat in day} == {"2026-11-10"}
    changed = _statistics(call, updateFrom="2026-11-20", updateTo="2026-11-21")
    assert {stat["statusUpdateDate"][:10] for stat in changed} == {"2026-11-20", "2026-11-21"}
    both = {"dateFrom": "2026-11-10", "updateFrom": "2026-11-10"}
    assert call(STATISTICS, both).status_code == 400
    some = [stat["id"] for stat in day][:3]
    assert sorted(stat["id"] for stat in _statistics(call, orders=some)) == sorted(some)
    assert {stat["status"] for stat in _statistics(call, statuses=["LOST"])} == {"LOST"}


def test_tariffs_of_a_sku_name_their_types_and_parameters(call: Call, world: World) -> None:
    article = world.listed[0].article
    answer = call(f"{SHOP}/stats/skus", {"shopSkus": [article, "nothing"]}).json()["result"]["shopSkus"]
    (sku,) = answer
    assert sku["shopSku"] == article
    types = Counter(tariff["type"] for tariff in sku["tariffs"])
    assert types["STORAGE"] == 3, "one for each span of days"
    assert {
        "FEE",
        "PAYMENT_TRANSFER",
        "DELIVERY_TO_CUSTOMER",
        "MIDDLE_MILE",
        "RETURN_PROCESSING",
    } <= types.keys()
    fee = next(tariff for tariff in sku["tariffs"] if tariff["type"] == "FEE")
    parameters = {one["name"]: one["value"] for one in fee["parameters"]}
    assert parameters["valueType"] == "relative"
    assert Decimal(str(fee["amount"])) == pytest.approx(
        Decimal(str(sku["price"])) * Decimal(parameters["value"]) / 100, abs=Decimal("0.01")
    )
    assert {warehouse["id"] for warehouse in sku["warehouses"]} <= {172, 145, 300, 147, 301, 302}
    for body in ({}, {"shopSkus": []}, {"shopSkus": [article, article]}):
        assert call(f"{SHOP}/stats/skus", body).status_code == 400


def test_the_calculator_counts_as_the_statistics_do(call: Call, world: World) -> None:
    article = world.listed[0].article
    sku = call(f"{SHOP}/stats/skus", {"shopSkus": [article]}).json()["result"]["shopSkus"][0]
    offer = {"categoryId": sku["categoryId"], "price": sku["price"], **sku["weightDimensions"]}

    def ask(**parameters: object) -> Any:
        return call("/v2/tariffs/calculate", {"parameters": parameters, "offers": [offer]})

    (row,) = ask(campaignId=CAMPAIGN).json()["result"]["offers"]
    assert row["offer"] == offer
    known = {tariff["type"]: tariff for tariff in sku["tariffs"]}
    assert all(known[tariff["type"]] == tariff for tariff in row["tariffs"])
    (weekly,) = ask(sellingProgram="FBY", frequency="WEEKLY", paymentDelayWeeks=4).json()["result"]["offers"]
    transfer = {tariff["type"]: tariff["amount"] for tariff in weekly["tariffs"]}["PAYMENT_TRANSFER"]
    assert transfer < known["PAYMENT_TRANSFER"]["amount"]
    assert ask().status_code == 400
    assert ask(campaignId=CAMPAIGN, sellingProgram="FBY").status_code == 400
    assert ask(campaignId=IDLE).status_code == 403
    assert ask(campaignId=CAMPAIGN, frequency="DAILY", paymentDelayWeeks=2).status_code == 400
    assert DEMO_YANDEX_MARKET.client_id == str(CAMPAIGN)
