"""Tokens, limits, cards, prices and tariffs of Wildberries' dialect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.accounts import DEMO_WILDBERRIES, Account
from sandbox.app import App
from sandbox.wildberries import limits
from sandbox.wildberries.limits import Buckets
from sandbox.wildberries.token import (
    ANALYTICS,
    BASE,
    CONTENT,
    EVERYTHING,
    PRICES,
    READ_ONLY,
    STATISTICS,
    TEST,
    make,
    read,
)
from sandbox.wildberries.truth import truth_prices
from sandbox.world import World
from tests.sandbox.conftest import NOW
from tests.sandbox.wildberries import (
    BUFFER,
    CARDS,
    FEED,
    GOODS,
    HISTORY,
    ORDERS,
    QUARANTINE,
    SELLER,
    SETTINGS,
    SID,
    SIZES,
    STOCKS,
    TARIFFS,
    TRASH,
    UPLOAD,
    Call,
    app_of,
    caller,
    cards,
    dialect_of,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def _with(world: World, token: str, **options: Any) -> Call:
    account = Account(client_id=SID, api_key=token, marketplace="wildberries")
    return caller(app_of(world, account, **options), token=token)


# ---- tokens -----------------------------------------------------------------------------------------------
def test_the_demo_token_is_personal_and_opens_what_is_read() -> None:
    claims = read(DEMO_WILDBERRIES.api_key)
    assert claims is not None
    assert (claims.sid, claims.kind) == (SID, "personal")
    assert all(claims.has(bit) for bit in (CONTENT, ANALYTICS, PRICES, STATISTICS))
    assert not claims.has(READ_ONLY)


def test_a_token_goes_with_or_without_the_word_bearer(app: App, call: Call) -> None:
    assert call(SELLER).json()["sid"] == SID
    assert caller(app, token=f"Bearer {DEMO_WILDBERRIES.api_key}")(SELLER).status_code == 200


def test_an_unknown_expired_or_revoked_token_is_401(world: World) -> None:
    late = make(SID, expires=NOW - timedelta(minutes=1))
    for token in ("", "nothing", make("another"), late, make(SID, kind=TEST)):
        account = Account(client_id=SID, api_key=late if token == late else make(SID, kind=TEST))
        app = app_of(world, replace(account, marketplace="wildberries"))
        answer = caller(app, token=token)(SELLER)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().keys() == {
            "title",
            "detail",
            "code",
            "requestId",
            "origin",
            "status",
            "statusText",
            "timestamp",
        }
    revoked = caller(app_of(world, replace(DEMO_WILDBERRIES, revoked=True)))
    assert revoked(SELLER).json()["detail"] == "token withdrawn"


def test_a_category_that_the_token_lacks_is_401_with_words_of_its_own(world: World) -> None:
    call = _with(world, make(SID, categories=(CONTENT,)))
    assert call(CARDS, {}).status_code == call(SELLER).status_code == 200
    refused = call(GOODS, limit=10)
    assert (refused.status_code, refused.json()["detail"]) == (401, "token scope not allowed")


def test_a_read_only_token_writes_no_price(world: World) -> None:
    call = _with(world, make(SID, categories=(*EVERYTHING, READ_ONLY)))
    assert call(GOODS, limit=10).status_code == 200
    assert call(UPLOAD, {"data": []}).status_code == 403


def test_a_base_token_reads_no_stock(world: World) -> None:
    call = _with(world, make(SID, kind=BASE))
    refused = call(STOCKS, {})
    assert (refused.status_code, refused.json()["detail"]) == (403, "base token is not allowed")
    assert call(CARDS, {}).status_code == 200


def test_methods_that_were_switched_off_are_not_there(call: Call) -> None:
    for path in (
        "common-api/api/tariffs/v1/acceptance/coefficients",
        "statistics-api/api/v1/supplier/stocks",
        "statistics-api/api/v1/supplier/incomes",
        "statistics-api/api/v5/supplier/reportDetailByPeriod",
        "common-api/api/v1/nothing",
        "unknown-api/ping",
    ):
        assert call(path).status_code == 404
    assert call(CARDS).status_code == 405


def test_whatever_is_asked_is_answered_or_refused(call: Call) -> None:
    odd: tuple[Any, ...] = (None, True, -1, 10**30, "x" * 10_000, "\u0000", [], [None], {"a": {}})
    for word in odd:
        for path, body in (
            (CARDS, {"settings": {"cursor": {"updatedAt": word, "nmID": word}, "filter": word}}),
            (GOODS, {"nmList": word}),
            (UPLOAD, {"data": [{"nmID": word, "price": word, "discount": word}]}),
            (STOCKS, {"nmIds": word, "limit": word}),
            (FEED, {"selectedPeriod": {"start": word}, "pagination": {"snapshotTime": word}}),
            (FEED, {"selectedPeriod": word}),
        ):
            assert call(path, body).status_code in (200, 400)
    for text in ("", "0", "-1", "9" * 40, "\u0661", "9999-12-31", "0001-01-01", "a" * 3000):
        for path in (GOODS, ORDERS, f"{TARIFFS}/box", f"{HISTORY}/tasks", QUARANTINE):
            query = dict.fromkeys(("limit", "offset", "dateFrom", "date", "uploadID"), text)
            assert call(path, **query).status_code in (200, 400)


# ---- limits -----------------------------------------------------------------------------------------------
def test_a_bucket_fills_evenly_and_tells_when_to_come_again() -> None:
    now = 100.0
    buckets = Buckets(speed=1.0, is_on=True, clock=lambda: now)

    def ask() -> dict[str, str]:
        return dict(buckets.take("a", "full", "b", limits.SELLER.full).headers())

    assert [ask()["X-Ratelimit-Remaining"] for _ in range(10)] == [str(n) for n in range(9, -1, -1)]
    assert ask() == {"X-Ratelimit-Retry": "60", "X-Ratelimit-Limit": "10", "X-Ratelimit-Reset": "600"}
    now += 30
    assert ask()["X-Ratelimit-Retry"] == "30"
    now += 30
    assert ask() == {"X-Ratelimit-Remaining": "0"}
    assert buckets.take("another", "full", "b", limits.SELLER.full).passes


def test_limits_are_counted_by_seller_and_method(world: World) -> None:
    app = app_of(world, rate=50.0)
    call = caller(app)
    answers = [call(ORDERS, dateFrom="2026-11-23") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["X-Ratelimit-Remaining"] == "9"
    assert answers[-1].headers["X-Ratelimit-Retry"] == "60"
    assert "X-Ratelimit-Remaining" not in answers[-1].headers
    report = dialect_of(app).report()[SID]
    assert (report["requests"], report["violations"]) == (11, 1)
    assert report["methods"][f"GET {ORDERS}"] == {"requests": 11, "violations": 1}


def test_prices_share_one_bucket_and_pass_faster_when_told(world: World) -> None:
    call = caller(app_of(world, rate=50.0))
    for _ in range(5):
        assert call(GOODS, limit=1).status_code == 200
    assert call(QUARANTINE, limit=1).status_code == 429
    fast = caller(app_of(world, rate=50.0, limit_speed=1e9))
    assert {fast(STOCKS, {}).status_code for _ in range(5)} == {200}


def test_faults_are_told_in_their_words(call: Call) -> None:
    assert call(SELLER, fault="429").headers["X-Ratelimit-Retry"] == "1"
    assert call(SELLER, fault="500").json()["status"] == 500
    assert call(SELLER, fault="expired").status_code == call(SELLER, fault="revoked").status_code == 401


# ---- cards ------------------------------------------------------------------------------------------------
def test_the_cards_are_the_listed_goods_page_by_page(call: Call, world: World) -> None:
    found = cards(call, limit=7)
    ids = [card["nmID"] for card in found]
    assert len(ids) == len(set(ids)) == len({listed.card for listed in world.listed.values()})
    assert [card["updatedAt"] for card in found] == sorted(card["updatedAt"] for card in found)
    sizes = [size for card in found for size in card["sizes"]]
    assert len(sizes) == len({size["chrtID"] for size in sizes}) == len(world.listed)
    assert sorted(sku for size in sizes for sku in size["skus"]) == sorted(
        barcode for listed in world.listed.values() for barcode in listed.barcodes
    )
    assert "0" in {size["techSize"] for size in sizes}
    assert max(len(card["sizes"]) for card in found) > 1


def test_a_card_whose_sizes_are_all_out_of_use_lies_in_the_trash() -> None:
    call = caller(app_of(World(replace(SETTINGS, skus=700))))
    trashed = cards(call, path=TRASH, name="trashedAt", limit=2)
    assert trashed
    assert {card["nmID"] for card in trashed}.isdisjoint(card["nmID"] for card in cards(call))


def test_photos_are_asked_for_by_words(call: Call) -> None:
    def count(photo: int) -> int:
        settings = {"filter": {"withPhoto": photo}, "cursor": {"limit": 100}}
        return int(call(CARDS, {"settings": settings}).json()["cursor"]["total"])

    assert count(0) == count(-1) == count(1) + count(2)
    assert count(2) > 0
    assert call(CARDS, {"settings": {"cursor": {"limit": 101}}}).status_code == 400


def test_cards_that_repeat_or_move_lose_nothing(call: Call, app: App) -> None:
    whole = {card["nmID"] for card in cards(call, limit=5)}
    for kind in ("duplicate_page", "shifting_page", "out_of_order"):
        app.faults = type(app.faults)(0.5, kinds=[kind])
        assert {card["nmID"] for card in cards(call, limit=5)} == whole


# ---- prices -----------------------------------------------------------------------------------------------
def _goods(call: Call) -> dict[int, dict[str, Any]]:
    rows = call(GOODS, limit=1000).json()["data"]["listGoods"]
    return {row["nmID"]: row for row in rows}


def test_prices_are_those_of_the_world(call: Call, world: World) -> None:
    told = {
        size["sizeID"]: (size["price"], row["discount"], size["discountedPrice"])
        for row in _goods(call).values()
        for size in row["sizes"]
    }
    truth = {row["sku"]: row for row in truth_prices(world, NOW)}
    assert told.keys() == truth.keys()
    for chrt, (full, discount, price) in told.items():
        assert type(full) is int
        assert full * (100 - discount) == round(price * 100) == round(float(truth[chrt]["price"]) * 100)


def test_prices_end_with_an_empty_list_and_may_be_asked_by_card(call: Call) -> None:
    goods = list(_goods(call))
    assert call(GOODS, limit=10, offset=1000).json()["data"]["listGoods"] == []
    assert call(GOODS).status_code == call(GOODS, limit=1001).status_code == 400
    named = call(GOODS, {"nmList": [*goods[:2], 5]}).json()["data"]["listGoods"]
    assert [row["nmID"] for row in named] == goods[:2]
    assert call(GOODS, limit=10, filterNmID=goods[1]).json()["data"]["listGoods"][0]["nmID"] == goods[1]
    assert call(SIZES, limit=10, nmID=goods[0]).json()["data"]["listGoods"][0]["nmID"] == goods[0]


def test_an_upload_is_worked_through_after_a_while(call: Call, app: App) -> None:
    nm_id, good = next(iter(_goods(call).items()))
    item = {"nmID": nm_id, "price": good["sizes"][0]["price"] + 100, "discount": good["discount"] - 5}
    data = call(UPLOAD, {"data": [item]}).json()["data"]
    assert data["alreadyExists"] is False
    assert call(f"{HISTORY}/tasks", uploadID=data["id"]).json()["data"] is None
    assert call(f"{BUFFER}/tasks", uploadID=data["id"]).json()["data"]["status"] == 1
    assert call(f"{BUFFER}/goods/task", uploadID=data["id"], limit=10).json()["data"]["bufferGoods"]
    again = call(UPLOAD, {"data": [item]})
    assert (again.status_code, again.json()["data"]) == (208, {"id": data["id"], "alreadyExists": True})
    app.clock.advance(timedelta(seconds=5))
    assert call(f"{HISTORY}/tasks", uploadID=data["id"]).json()["data"]["status"] == 3
    assert call(f"{BUFFER}/tasks", uploadID=data["id"]).json()["data"] is None
    changed = _goods(call)[nm_id]
    assert (changed["sizes"][0]["price"], changed["discount"]) == (item["price"], item["discount"])
    assert [upload.items for upload in dialect_of(app).uploads(SID)] == [(item,)]


def test_what_is_wrong_with_some_items_is_told_item_by_item(call: Call, app: App) -> None:
    first, second = list(_goods(call).items())[:2]
    items = [
        {"nmID": 5, "price": 100, "discount": None},
        {"nmID": first[0], "price": None, "discount": first[1]["discount"]},
        {"nmID": second[0], "price": None, "discount": second[1]["discount"] + 1},
    ]
    upload = call(UPLOAD, {"data": items}).json()["data"]["id"]
    app.clock.advance(timedelta(seconds=5))
    assert call(f"{HISTORY}/tasks", uploadID=upload).json()["data"]["status"] == 5
    rows = call(f"{HISTORY}/goods/task", uploadID=upload, limit=1000).json()["data"]["historyGoods"]
    assert [(row["nmID"], row["status"]) for row in rows] == [(5, 3), (first[0], 3), (second[0], 2)]
    assert rows[0]["errorText"] == "Invalid item No."
    assert "already set" in rows[1]["errorText"]


def test_what_is_wrong_as_a_whole_is_refused_at_once(call: Call, app: App) -> None:
    nm_id, good = next(iter(_goods(call).items()))
    for data in (
        [],
        [{"nmID": nm_id}],
        [{"nmID": nm_id, "price": 0}],
        [{"nmID": nm_id, "price": 10.5}],
        [{"nmID": nm_id, "discount": 100}],
        [{"nmID": nm_id, "price": 500}] * 2,
        [{"nmID": nm_id, "discount": good["discount"]}],
        [{"nmID": 5, "price": 500}],
        [{"nmID": number, "price": 500} for number in range(1, 1002)],
    ):
        refused = call(UPLOAD, {"data": data})
        assert refused.status_code == 400
        assert refused.json()["error"] is True
    assert dialect_of(app).uploads(SID) == []


def test_a_price_that_falls_to_a_third_is_held_back_and_reads_as_done(call: Call, app: App) -> None:
    nm_id, good = next(iter(_goods(call).items()))
    price = min(size["price"] for size in good["sizes"]) // 3
    upload = call(UPLOAD, {"data": [{"nmID": nm_id, "price": price}]}).json()["data"]["id"]
    app.clock.advance(timedelta(seconds=5))
    assert call(f"{HISTORY}/tasks", uploadID=upload).json()["data"]["status"] == 3
    rows = call(f"{HISTORY}/goods/task", uploadID=upload, limit=10).json()["data"]["historyGoods"]
    assert rows[0]["status"] == 2
    assert "Quarantine" in rows[0]["errorText"]
    assert _goods(call)[nm_id] == good
    (held,) = call(QUARANTINE, limit=10).json()["data"]["quarantineGoods"]
    assert (held["nmID"], held["newPrice"], held["newDiscount"]) == (nm_id, price, None)
    call(UPLOAD, {"data": [{"nmID": nm_id, "discount": good["discount"] + 2}]})
    app.clock.advance(timedelta(seconds=5))
    assert call(QUARANTINE, limit=10).json()["data"]["quarantineGoods"] == []


def test_prices_of_sizes_are_set_where_sizes_have_prices(call: Call, app: App) -> None:
    goods = _goods(call).values()
    sized = next(row for row in goods if row["editableSizePrice"])
    single = next(row for row in goods if not row["editableSizePrice"])
    for row, status in ((sized, 200), (single, 400)):
        item = {"nmID": row["nmID"], "sizeID": row["sizes"][0]["sizeID"], "price": 4321}
        assert call(f"{UPLOAD}/size", {"data": [item]}).status_code == status
    app.clock.advance(timedelta(seconds=5))
    told = {size["sizeID"]: size["price"] for size in _goods(call)[sized["nmID"]]["sizes"]}
    before = {size["sizeID"]: size["price"] for size in sized["sizes"]}
    assert told == before | {sized["sizes"][0]["sizeID"]: 4321}


# ---- tariffs ----------------------------------------------------------------------------------------------
def test_tariffs_are_words_with_commas_and_change_with_the_day(call: Call) -> None:
    def box(day: str) -> list[dict[str, str]]:
        rows = call(f"{TARIFFS}/box", date=day).json()["response"]["data"]["warehouseList"]
        assert isinstance(rows, list)
        return rows

    rows = box("2026-11-24")
    assert any("," in row["boxDeliveryBase"] for row in rows)
    own = {row["warehouseName"]: row for row in rows}["Свой склад РФ"]
    assert own["boxStorageBase"] == "-"
    assert rows == box("2026-11-24") != box("2026-10-24")
    far = call(f"{TARIFFS}/box", date="2027-11-24").json()["response"]["data"]
    assert far["warehouseList"] is None
    large = call(f"{TARIFFS}/return", date="2026-11-24").json()["response"]["data"]["warehouseList"]
    names = {row["warehouseName"]: row for row in large}
    assert {"Склад WB РФ", "Склад WB СГТ РФ"} <= names.keys()
    assert " " in names["Склад WB СГТ РФ"]["deliveryDumpKgtOfficeBase"]
    assert call(f"{TARIFFS}/box", date="24.11.2026").status_code == 400


def test_every_subject_of_the_cards_has_a_commission(call: Call) -> None:
    report = {row["subjectID"]: row for row in call(f"{TARIFFS}/commission").json()["report"]}
    assert {card["subjectID"] for card in cards(call)} <= report.keys()
    assert all(0 < row["paidStorageKgvp"] < row["kgvpMarketplace"] < 50 for row in report.values())
