"""Offers, stocks and prices of Yandex Market's dialect, with their traps."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from sandbox.accounts import DEMO_YANDEX_MARKET
from sandbox.app import App
from sandbox.world import World
from sandbox.world.moments import SECOND, instant
from sandbox.yandex_market.truth import truth_prices, truth_stock
from tests.sandbox.conftest import NOW
from tests.sandbox.yandex import (
    MAPPINGS,
    PRICES,
    QUARANTINE,
    SETTINGS,
    SHOP,
    STOCKS,
    UPDATES,
    Call,
    app_of,
    caller,
    dialect_of,
    pages,
    rows,
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


def _offers(call: Call, **body: object) -> list[dict[str, Any]]:
    return [row["offer"] for row in rows(call, MAPPINGS, "offerMappings", body, limit=13)]


def test_the_catalogue_leaves_the_archive_out_unless_asked(call: Call, world: World) -> None:
    selling, archived = _offers(call), _offers(call, archived=True)
    listed = [p for p in world.products() if world.is_listed(p) and p.launched * 86400 <= NOW.timestamp()]
    assert [offer["offerId"] for offer in selling] == [
        world.listed[p.index].article for p in listed if not p.archived
    ]
    assert len(archived) == sum(p.archived for p in listed) > 0
    assert {offer["archived"] for offer in archived} == {True}
    assert {offer["campaigns"][0]["status"] for offer in archived} == {"ARCHIVED"}


def test_skus_and_barcodes_are_as_they_are_planted(call: Call, world: World) -> None:
    offers = {offer["offerId"]: offer for offer in [*_offers(call), *_offers(call, archived=True)]}
    for product in world.products():
        if not world.is_listed(product):
            assert product.offer_id not in offers
            continue
        listed = world.listed[product.index]
        if listed.article in offers:
            assert offers[listed.article].get("barcodes", []) == list(listed.barcodes)
    assert {listed.doubt for listed in world.listed.values()} >= {"article_alike", "no_barcode"}


def test_offers_are_named_or_filtered_never_both(call: Call) -> None:
    named = [offer["offerId"] for offer in _offers(call)][:3]
    assert [offer["offerId"] for offer in _offers(call, offerIds=[*named, "nothing"])] == named
    assert call(MAPPINGS, {"offerIds": named, "archived": False}).status_code == 400
    assert call(MAPPINGS, {"offerIds": ["a" * 256]}).status_code == 400
    updating = _offers(call, cardStatuses=["HAS_CARD_CAN_UPDATE_PROCESSING"])
    assert updating
    assert {offer["cardStatus"] for offer in updating} == {"HAS_CARD_CAN_UPDATE_PROCESSING"}


def _stock(call: Call, **body: object) -> dict[tuple[str, int], dict[str, int]]:
    got: dict[tuple[str, int], dict[str, int]] = {}
    for page in pages(call, STOCKS, dict(body), limit=100):
        for warehouse in page["warehouses"]:
            for offer in warehouse["offers"]:
                kinds = {one["type"]: one["count"] for one in offer["stocks"]}
                assert got.setdefault((offer["offerId"], warehouse["warehouseId"]), kinds) is kinds
    return got


def test_stock_is_the_truth_when_the_archive_is_read_too(call: Call, world: World) -> None:
    got = _stock(call) | _stock(call, archived=True)
    truth = {(row["sku"], row["warehouse_id"]): row for row in truth_stock(world, NOW)}
    assert got.keys() == truth.keys()
    for place, kinds in got.items():
        row = truth[place]
        assert kinds.get("AVAILABLE", 0) == row["available"]
        assert kinds.get("FREEZE", 0) == row["reserved"]
        assert kinds.get("FIT", 0) == row["present"] == row["available"] + row["reserved"]
    assert {len(kinds) for kinds in got.values()} > {2}, "absent kinds are left out"
    assert {kind for kinds in got.values() for kind in kinds} >= {"QUARANTINE", "DEFECT", "UTILIZATION"}


def test_stock_adds_up_to_the_units_of_the_world(world: World) -> None:
    ours = sum(row["present"] for row in truth_stock(world, NOW))
    launched = {p.sku for p in world.products() if p.launched * 86400 <= NOW.timestamp()}
    assert ours == sum(row.present for row in world.stock(at=NOW) if row.sku in launched) > 0


def test_a_sku_goes_on_in_another_page_and_warehouse(call: Call) -> None:
    on_pages: defaultdict[str, set[int]] = defaultdict(set)
    for number, page in enumerate(pages(call, STOCKS, {}, limit=10)):
        for warehouse in page["warehouses"]:
            for offer in warehouse["offers"]:
                on_pages[offer["offerId"]].add(number)
    assert max(map(len, on_pages.values())) > 1


def test_a_page_of_stocks_is_cut_without_a_word(call: Call) -> None:
    def size(**query: object) -> int:
        page = call(STOCKS, {}, **query).json()["result"]
        return sum(len(warehouse["offers"]) for warehouse in page["warehouses"])

    assert (size(), size(limit=100), size(limit=500)) == (50, 100, 100)


def test_stocks_of_named_skus_come_whole(call: Call, world: World) -> None:
    offers = sorted({sku for sku, _ in _stock(call)})[:40]
    page = call(STOCKS, {"offerIds": offers}).json()["result"]
    assert page["paging"] == {}
    assert {offer["offerId"] for row in page["warehouses"] for offer in row["offers"]} == set(offers)
    assert call(STOCKS, {"offerIds": offers}, limit=10).status_code == 400
    assert call(STOCKS, {"hasStocks": True}).status_code == 400
    one = _stock(call, stocksWarehouseId=172, hasStocks=True)
    assert {place[1] for place in one} == {172}
    assert all(kinds["AVAILABLE"] > 0 for kinds in one.values())


def test_turnover_comes_when_asked_for(call: Call) -> None:
    def summaries(**body: object) -> list[Any]:
        page = call(STOCKS, dict(body), limit=100).json()["result"]
        return [offer.get("turnoverSummary") for row in page["warehouses"] for offer in row["offers"]]

    assert set(summaries()) == {None}
    known = summaries(withTurnover=True)
    assert all(known)
    assert {"VERY_HIGH"} <= {summary["turnover"] for summary in known}


def test_prices_are_those_of_the_catalogue(call: Call, world: World) -> None:
    prices = {row["offerId"]: row["price"] for row in rows(call, PRICES, "offers", {}, limit=17)}
    truth = {row["sku"]: row["price"] for row in truth_prices(world, NOW)}
    assert {sku: f"{price['value']:.2f}" for sku, price in prices.items()} == truth
    assert {price["currencyId"] for price in prices.values()} == {"RUR"}
    assert any("discountBase" in price for price in prices.values())
    for offer in _offers(call):
        assert offer["basicPrice"]["value"] == prices[offer["offerId"]]["value"]


def _set(call: Call, offer: str, value: float, **more: object) -> int:
    price = {"value": value, "currencyId": "RUR", **more}
    return call(UPDATES, {"offers": [{"offerId": offer, "price": price}]}).status_code


def _price(call: Call, offer: str) -> dict[str, Any]:
    row = call(PRICES, {"offerIds": [offer]}).json()["result"]["offers"][0]
    price: dict[str, Any] = row["price"]
    return price


def _held(call: Call) -> list[dict[str, Any]]:
    offers: list[dict[str, Any]] = call(QUARANTINE).json()["result"]["offers"]
    return offers


def test_an_update_is_ok_at_once_and_acts_within_minutes(app: App, call: Call, world: World) -> None:
    offer = world.listed[0].article
    old = _price(call, offer)
    wanted = round(old["value"] * 1.1, 2)

    assert _set(call, offer, wanted, discountBase=round(old["value"] * 2)) == 200

    assert _price(call, offer) == old
    app.clock.advance(timedelta(minutes=2))
    new = _price(call, offer)
    assert (new["value"], new["discountBase"]) == (wanted, round(old["value"] * 2))
    assert new["updatedAt"] > old["updatedAt"]
    assert _held(call) == []


def test_a_strong_change_is_held_until_it_is_confirmed_or_mended(app: App, call: Call, world: World) -> None:
    confirmed, mended = world.listed[0].article, world.listed[1].article
    old = {offer: _price(call, offer)["value"] for offer in (confirmed, mended)}
    for offer in old:
        assert _set(call, offer, 99) == 200
    app.clock.advance(timedelta(minutes=2))

    held = {row["offerId"]: row for row in _held(call)}
    assert held.keys() == {confirmed, mended}
    row = held[confirmed]
    assert (row["currentPrice"]["value"], row["lastValidPrice"]["value"]) == (99, old[confirmed])
    assert [verdict["type"] for verdict in row["verdicts"]] == ["PRICE_CHANGE", "LOW_PRICE"]
    params = {param["name"]: param["value"] for param in row["verdicts"][0]["params"]}
    assert params == {"CURRENT_PRICE": "99", "LAST_VALID_PRICE": str(old[confirmed]), "CURRENCY": "RUR"}
    assert _price(call, confirmed)["value"] == 99, "the list of prices shows what was set, held or not"

    assert call(f"{QUARANTINE}/confirm", {"offerIds": [confirmed]}).json() == {"status": "OK"}
    assert _set(call, mended, old[mended]) == 200
    app.clock.advance(timedelta(minutes=2))
    assert _held(call) == []
    assert (_price(call, confirmed)["value"], _price(call, mended)["value"]) == (99, old[mended])


@pytest.mark.parametrize(
    ("price", "word"),
    [
        ({"value": 0, "currencyId": "RUR"}, "price.value"),
        ({"value": -5, "currencyId": "RUR"}, "price.value"),
        ({"value": "100", "currencyId": "RUR"}, "price.value"),
        ({"value": 100.001, "currencyId": "RUR"}, "price.value"),
        ({"value": 100, "currencyId": "USD"}, "currencyId"),
        ({"value": 100, "currencyId": "RUR", "discountBase": 150.5}, "discountBase"),
        ({"value": 100, "currencyId": "RUR", "discountBase": 101}, "discount"),
        ({"value": 1, "currencyId": "RUR", "discountBase": 1000}, "discount"),
    ],
)
def test_one_broken_price_refuses_the_whole_call(
    app: App, call: Call, world: World, price: dict[str, Any], word: str
) -> None:
    good = {"offerId": world.listed[0].article, "price": {"value": 2500, "currencyId": "RUR"}}
    answer = call(UPDATES, {"offers": [good, {"offerId": world.listed[1].article, "price": price}]})

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert "offers[1]" in error["message"]
    assert word in error["message"]
    assert dialect_of(app).uploads(DEMO_YANDEX_MARKET.client_id) == []


def test_unknown_and_repeated_offers_are_named(call: Call, world: World) -> None:
    price = {"value": 2500, "currencyId": "RUR"}
    some = [{"offerId": offer, "price": price} for offer in ("nothing", world.listed[0].article) * 2]
    errors = call(UPDATES, {"offers": some}).json()["errors"]
    assert [error["code"] for error in errors] == ["OFFER_NOT_FOUND", "OFFER_NOT_FOUND", "DUPLICATE_OFFER"]
    assert call(UPDATES, {"offers": [some[1]] * 501}).status_code == 400
    assert call(UPDATES, {}).status_code == 400


def test_every_accepted_call_is_remembered_also_when_its_answer_is_lost(
    app: App, call: Call, world: World
) -> None:
    offer = world.listed[0].article
    assert _set(call, offer, 2500) == 200
    body = {"offers": [{"offerId": offer, "price": {"value": 2600, "currencyId": "RUR"}}]}
    assert call(UPDATES, body, fault="500").status_code == 500
    with pytest.raises(json.JSONDecodeError):
        call(UPDATES, body, fault="truncated").json()

    uploads = dialect_of(app).uploads(DEMO_YANDEX_MARKET.client_id)
    assert [upload.prices for upload in uploads] == [((offer, 250_000),), ((offer, 260_000),)]
    assert uploads[0].at // SECOND == instant(NOW) // SECOND


def test_shop_prices_are_locked_while_one_price_holds_everywhere(call: Call) -> None:
    for path in ("offer-prices", "offer-prices/updates", "price-quarantine", "price-quarantine/confirm"):
        assert call(f"{SHOP}/{path}").status_code == 423


def test_odd_words_come_on_demand(call: Call) -> None:
    offers = call(MAPPINGS, fault="unknown_status").json()["result"]["offerMappings"]
    assert any(row["offer"]["campaigns"][0]["status"] == "TELEPORTED" for row in offers)
    assert call(MAPPINGS, fault="empty_page").json()["result"] == {"offerMappings": [], "paging": {}}
