"""Stock, the order feed and statistics of Wildberries' dialect."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.app import App
from sandbox.wildberries import statistics
from sandbox.wildberries.truth import truth_orders, truth_stock
from sandbox.world import World
from tests.sandbox.conftest import NOW
from tests.sandbox.wildberries import (
    FEED,
    ORDERS,
    REMAINS,
    SALES,
    SETTINGS,
    STOCKS,
    Call,
    app_of,
    caller,
    cards,
    feed,
)

STAGES = {
    "created": "accepted",
    "buyout": "delivered",
    "cancel": "cancelled",
    "return": "returned",
    "returnDefective": "returned",
}
MONTH = "2026-10-25T00:00:00Z"


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def _moscow(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+03:00").astimezone(UTC)


def _price(row: dict[str, Any]) -> Decimal:
    return Decimal(str(row["totalPrice"])) * (100 - row["discountPercent"]) / 100


# ---- stock ------------------------------------------------------------------------------------------------
def test_stock_is_one_masked_row_a_size_and_true(call: Call, world: World) -> None:
    items = call(STOCKS, {}).json()["data"]["items"]
    truth = {row["sku"]: row for row in truth_stock(world, NOW)}
    assert {item["chrtId"]: item["quantity"] for item in items} == {
        chrt: row["available"] for chrt, row in truth.items()
    }
    assert {(item["warehouseId"], item["warehouseName"]) for item in items} == {(-999999, "Склад WB")}
    assert sum(item["quantity"] for item in items) == sum(row.available for row in world.stock(at=NOW))
    assert sum(item["inWayToClient"] for item in items) > 0
    assert sum(item["inWayFromClient"] for item in items) > 0


def test_stock_is_cut_by_offset_and_by_goods(call: Call) -> None:
    items = call(STOCKS, {}).json()["data"]["items"]
    assert call(STOCKS, {"limit": 5, "offset": 5}).json()["data"]["items"] == items[5:10]
    assert call(STOCKS, {"chrtIds": [items[3]["chrtId"]]}).json()["data"]["items"] == [items[3]]
    assert call(STOCKS, {"limit": 250_001}).status_code == 400


def test_stock_is_counted_anew_twice_an_hour(call: Call, app: App) -> None:
    first = call(STOCKS, {}).json()
    app.clock.advance(timedelta(minutes=29))
    assert call(STOCKS, {}).json() == first
    app.clock.advance(timedelta(hours=2))
    assert call(STOCKS, {}).json() != first


def test_what_remains_is_ordered_waited_for_and_purged(call: Call, app: App) -> None:
    asked = {"groupByNm": "true", "groupBySa": "true", "groupByBarcode": "true", "groupBySize": "true"}
    task = call(REMAINS, **asked).json()["data"]["taskId"]
    path = f"{REMAINS}/tasks/{task}"
    assert call(f"{path}/status").json()["data"] == {"id": task, "status": "new"}
    assert call(f"{path}/download").status_code == 404
    app.clock.advance(timedelta(seconds=3))
    assert call(f"{path}/status").json()["data"]["status"] == "processing"
    app.clock.advance(timedelta(seconds=3))
    rows = call(f"{path}/download").json()
    items = call(STOCKS, {}).json()["data"]["items"]
    assert len(rows) == len(items)
    units: Counter[str] = Counter()
    for row in rows:
        units.update({one["warehouseName"]: one["quantity"] for one in row["warehouses"]})
    assert units["Склад WB РФ"] == units["Всего находится на складах"] == sum(i["quantity"] for i in items)
    assert units["В пути до получателей"] == sum(item["inWayToClient"] for item in items)
    app.clock.advance(timedelta(hours=3))
    assert call(f"{path}/status").json()["data"]["status"] == "purged"
    assert call(f"{REMAINS}/tasks/nothing/status").status_code == 404


def test_what_is_not_told_apart_is_added_up(call: Call, app: App) -> None:
    task = call(REMAINS).json()["data"]["taskId"]
    app.clock.advance(timedelta(seconds=6))
    (row,) = call(f"{REMAINS}/tasks/{task}/download").json()
    assert (row["nmId"], row["barcode"], row["techSize"]) == (0, "", "")


# ---- the feed ---------------------------------------------------------------------------------------------
def test_the_feed_tells_the_truth_of_a_month(call: Call, world: World) -> None:
    rows = {row["srid"]: row for row in feed(call, MONTH, limit=700)}
    truth = {row["number"]: row for row in truth_orders(world, NOW)}
    recent = {
        number: row
        for number, row in truth.items()
        if datetime.fromisoformat(row["changed_at"]) >= datetime.fromisoformat(MONTH)
    }
    assert rows.keys() == recent.keys()
    for number, row in rows.items():
        true = recent[number]
        assert STAGES[row["status"]] == true["stage"]
        assert Decimal(str(row["sellerPrice"])) == Decimal(true["amount"])
        assert row["chrtId"] == true["lines"][0]["sku"]
        assert row["updatedAt"] >= row["createdAt"]
        assert ("cancelType" in row) == (row["status"] == "cancel")
    assert {row["status"] for row in rows.values()} == set(STAGES)
    assert {row["cancelType"] for row in rows.values() if "cancelType" in row} >= {"app", "receipt"}
    assert {(row["isMp"], row["warehouseName"]) for row in rows.values()} == {(False, "Склад WB")}


def test_the_feed_comes_newest_first_and_by_the_time_of_the_status(call: Call) -> None:
    rows = feed(call, "2026-11-10T00:00:00+03:00", "2026-11-12T00:00:00+03:00")
    changed = [row["updatedAt"] for row in rows]
    assert changed == sorted(changed, reverse=True)
    assert {text[:10] for text in changed} == {"2026-11-10", "2026-11-11"}
    assert min(row["createdAt"] for row in rows)[:10] < "2026-11-10"
    for start, end in (("2026-10-20T00:00:00Z", None), ("2026-11-12T00:00:00Z", "2026-11-10T00:00:00Z")):
        period = {"start": start} | ({"end": end} if end else {})
        assert call(FEED, {"selectedPeriod": period}).status_code == 400
    assert call(FEED, {}).status_code == 400


def test_pages_stand_still_with_a_snapshot_and_move_without(call: Call, app: App) -> None:
    whole = [row["srid"] for row in feed(call, MONTH)]
    period = {"start": MONTH}
    first = call(FEED, {"selectedPeriod": period, "pagination": {"limit": 50}}).json()["data"]
    app.clock.advance(timedelta(hours=3))

    def second(**more: str) -> list[str]:
        paging = {"limit": 50, "offset": 50, **more}
        rows = call(FEED, {"selectedPeriod": period, "pagination": paging}).json()["data"]["orders"]
        return [row["srid"] for row in rows]

    assert [row["srid"] for row in first["orders"]] == whole[:50]
    assert second(snapshotTime=first["snapshotTime"]) == whole[50:100]
    assert second() != whole[50:100]


def test_the_feed_may_be_asked_by_card(call: Call) -> None:
    nm_id = cards(call)[0]["nmID"]
    body = {"selectedPeriod": {"start": MONTH}, "nmIds": [nm_id], "pagination": {"limit": 10_000}}
    rows = call(FEED, body).json()["data"]["orders"]
    assert {row["nmId"] for row in rows} == {nm_id}
    assert call(FEED, body | {"brandNames": ["Другой"]}).json()["data"]["orders"] == []


def test_an_unknown_word_comes_when_told(call: Call) -> None:
    body = {"selectedPeriod": {"start": MONTH}}
    rows = call(FEED, body, fault="unknown_status").json()["data"]["orders"]
    assert {row["status"] for row in rows} - set(STAGES)


# ---- statistics -------------------------------------------------------------------------------------------
def test_orders_of_statistics_are_the_truth(call: Call, world: World) -> None:
    rows = call(ORDERS, dateFrom="2026-10-01").json()
    truth = {row["number"]: row for row in truth_orders(world, NOW)}
    assert len(rows) == len(truth)
    changed = [row["lastChangeDate"] for row in rows]
    assert changed == sorted(changed)
    barcodes = {sku: size["chrtID"] for card in cards(call) for size in card["sizes"] for sku in size["skus"]}
    for row in rows:
        true = truth[row["srid"]]
        assert row["isCancel"] == (true["stage"] == "cancelled")
        assert (row["cancelDate"] == "0001-01-01T00:00:00") == (not row["isCancel"])
        assert _price(row) == Decimal(true["amount"])
        assert barcodes[row["barcode"]] == true["lines"][0]["sku"]
        created = datetime.fromisoformat(true["created_at"]).replace(microsecond=0)
        assert _moscow(row["date"]) == created


def test_the_money_of_a_row_is_zero_for_a_day_and_comes_with_a_change(call: Call) -> None:
    rows = call(ORDERS, dateFrom="2026-10-01").json()
    for row in rows:
        is_fresh = NOW - _moscow(row["date"]) < timedelta(days=1)
        assert (row["priceWithDisc"] == row["finishedPrice"] == 0) == is_fresh
        if is_fresh:
            assert row["totalPrice"] > 0
            assert row["isCancel"] or row["lastChangeDate"] == row["date"]
        else:
            assert Decimal(str(row["priceWithDisc"])) == _price(row)
            assert row["lastChangeDate"] > row["date"]


def test_rows_come_again_when_they_change(call: Call, app: App) -> None:
    def since(moment: str) -> dict[str, str]:
        return {row["srid"]: row["lastChangeDate"] for row in call(ORDERS, dateFrom=moment).json()}

    first = since("2026-11-23T00:00:00")
    mark = max(first.values())
    app.clock.advance(timedelta(hours=20))
    later = since(mark)
    assert later.keys() & first.keys()
    assert later.keys() - first.keys()
    assert min(later.values()) >= mark


def test_an_answer_holds_so_many_rows_and_goes_on_from_the_last(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {row["srid"] for row in call(ORDERS, dateFrom="2026-10-01").json()}
    monkeypatch.setattr(statistics, "MOST_ROWS", 1000)
    found: set[str] = set()
    mark, answers = "2026-10-01", 0
    while True:
        rows = call(ORDERS, dateFrom=mark).json()
        answers += 1
        if not {row["srid"] for row in rows} - found:
            break
        found |= {row["srid"] for row in rows}
        mark = rows[-1]["lastChangeDate"]
    assert found == whole
    assert answers > 3


def test_a_day_comes_whole(call: Call) -> None:
    rows = call(ORDERS, dateFrom="2026-11-10T15:00:00", flag=1).json()
    assert {row["date"][:10] for row in rows} == {"2026-11-10"}
    whole = [row for row in call(ORDERS, dateFrom="2026-10-01").json() if row["date"][:10] == "2026-11-10"]
    assert {row["srid"] for row in rows} == {row["srid"] for row in whole}
    sold = call(SALES, dateFrom="2026-11-10", flag=1).json()
    assert {row["date"][:10] for row in sold} == {"2026-11-10"}


def test_orders_are_kept_for_ninety_days(world: World) -> None:
    call = caller(app_of(world, now=NOW + timedelta(days=70)))
    rows = call(ORDERS, dateFrom="2026-10-01").json()
    assert min(row["date"] for row in rows)[:10] == "2026-11-04"


def test_sales_and_returns_share_the_thing(call: Call, world: World) -> None:
    rows = call(SALES, dateFrom="2026-10-01").json()
    sold = {row["srid"]: row for row in rows if row["saleID"][0] == "S"}
    back = {row["srid"]: row for row in rows if row["saleID"][0] == "R"}
    assert len({row["saleID"] for row in rows}) == len(rows) == len(sold) + len(back)
    assert back
    assert back.keys() <= sold.keys()
    truth = {row["number"]: row for row in truth_orders(world, NOW)}
    stages = {number: row["stage"] for number, row in truth.items()}
    assert sold.keys() == {n for n, stage in stages.items() if stage in ("delivered", "returned")}
    assert back.keys() == {n for n, stage in stages.items() if stage == "returned"}
    for row in rows:
        assert (row["forPay"] == 0) == (NOW - _moscow(row["date"]) < timedelta(days=1))
        assert row["forPay"] <= _price(row) == Decimal(truth[row["srid"]]["amount"])


def test_statistics_refuse_what_is_no_moment(call: Call) -> None:
    assert call(ORDERS).json() == {"errors": ["dateFrom: field required"]}
    for moment in ("yesterday", "2026-13-01", "20261124", "2026-11-24T25:00:00"):
        answer = call(SALES, dateFrom=moment)
        assert (answer.status_code, answer.json()) == (400, {"errors": "dateFrom: Value not validated"})
    assert call(ORDERS, dateFrom="2026-11-24", flag=2).status_code == 400
    for moment in ("2026-11-24T10:00:00.123", "2026-11-24T10:00:00+03:00", "2026-11-24T07:00:00Z"):
        assert call(ORDERS, dateFrom=moment).status_code == 200


def test_rows_that_repeat_or_come_mixed_lose_nothing(call: Call) -> None:
    whole = call(ORDERS, dateFrom="2026-11-01").json()
    twice = call(ORDERS, dateFrom="2026-11-01", fault="duplicate_page").json()
    mixed = call(ORDERS, dateFrom="2026-11-01", fault="out_of_order").json()
    assert {row["srid"] for row in twice} == {row["srid"] for row in mixed} == {row["srid"] for row in whole}
    assert len(twice) > len(mixed) == len(whole)
    assert call(ORDERS, dateFrom="2026-11-01", fault="empty_page").json() == []
    assert len(call(ORDERS, dateFrom="2026-11-01", fault="stale").json()) < len(whole)
