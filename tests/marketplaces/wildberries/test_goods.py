"""Cards, stock and tariffs: what they mean, page after page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.stock import StockQuery
from marketplaces.contracts.tariffs import ChargeKind, TariffsQuery, TariffUnit
from marketplaces.wildberries import client as api
from marketplaces.wildberries import stock
from marketplaces.wildberries.mapping import moment
from marketplaces.wildberries.tariffs import decimal_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.wildberries.adapter import Adapter


def card(nm_id: int, *, sizes: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "nmID": nm_id,
        "subjectID": 12,
        "subjectName": "Пледы",
        "vendorCode": f"LN-{nm_id}",
        "title": "Плед",
        "photos": [{"big": "https://photos.test/big.jpg", "c516x688": "https://photos.test/516.jpg"}],
        "dimensions": {"length": 30, "width": 20, "height": 12.5, "weightBrutto": 0.75, "isValid": True},
        "sizes": [
            {"chrtID": nm_id * 10 + one, "techSize": "0" if sizes == 1 else f"{40 + one}", "skus": [f"20{nm_id}{one}"]}
            for one in range(sizes)
        ],
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": f"2026-02-01T00:00:{nm_id % 60:02d}Z",
        **changes,
    }  # fmt: skip


class Cards:
    """Both lists, read by their cursors."""

    def __init__(self, listed: list[dict[str, Any]], trashed: list[dict[str, Any]]) -> None:
        self.lists = {api.CARDS_LIST: (listed, "updatedAt"), api.CARDS_TRASH: (trashed, "trashedAt")}
        self.calls: list[str] = []

    def __call__(self, path: str, query: dict[str, str], body: Any) -> Any:
        assert query == {"locale": "ru"}
        cards, name = self.lists[path]
        self.calls.append(path)
        cursor = body["settings"]["cursor"]
        if path == api.CARDS_LIST:
            assert body["settings"]["filter"] == {"withPhoto": -1}
        after = cursor.get("nmID", 0)
        page = [one for one in cards if one["nmID"] > after][: cursor["limit"]]
        last = page[-1]["nmID"] if page else after
        return {"cards": page, "cursor": {name: "2026-02-01T00:00:00Z", "nmID": last, "total": len(page)}}


def test_every_size_is_a_listing_and_the_trash_is_archived(adapter_over: Callable[..., Adapter]) -> None:
    cards = Cards([card(one, sizes=1 + one % 3) for one in range(1, 251)], [card(900)])

    pages = list(adapter_over(cards).fetch_products(cursor={}))

    found = {one.external_id: one for page in pages for one in page.snapshots}
    assert len(found) == sum(1 + one % 3 for one in range(1, 251)) + 1
    assert cards.calls == [api.CARDS_LIST] * 3 + [api.CARDS_TRASH]
    assert (pages[-1].is_last, pages[-1].cursor) == (True, {})
    one = found["30"]
    assert (one.card_id, one.size, one.seller_sku, one.marketplace_sku) == ("3", "", "LN-3", "30")
    assert (one.length_mm, one.width_mm, one.height_mm, one.weight_g) == (300, 200, 125, 750)
    assert (one.category, one.category_id, one.price) == ("Пледы", "12", None)
    assert one.photo_url == "https://photos.test/516.jpg"
    assert (found["11"].size, found["11"].name) == ("41", "Плед, 41")
    assert found["9000"].status is ListingStatus.ARCHIVED
    assert found["9000"].is_archived


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_a_killed_pull_goes_on_where_it_was(adapter_over: Callable[..., Adapter], kept: int) -> None:
    cards = Cards([card(one) for one in range(1, 251)], [card(one) for one in range(900, 1020)])
    adapter = adapter_over(cards)
    whole = {one.external_id for page in adapter.fetch_products(cursor={}) for one in page.snapshots}
    pages = list(adapter.fetch_products(cursor={}))[: kept + 1]

    rest = list(adapter.fetch_products(cursor=pages[-1].cursor))

    assert {one.external_id for page in (*pages, *rest) for one in page.snapshots} == whole


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, ListingStatus.ON_SALE), ({"photos": []}, ListingStatus.READY), ({"photos": None}, ListingStatus.READY)],
)  # fmt: skip
def test_where_a_card_lies_is_its_status(
    adapter_over: Callable[..., Adapter], changes: dict[str, Any], status: ListingStatus
) -> None:
    (page, *_rest) = adapter_over(Cards([card(5, **changes)], [])).fetch_products(cursor={})

    assert page.snapshots[0].status is status


def test_odd_cards_are_kept_or_put_aside(adapter_over: Callable[..., Adapter]) -> None:
    odd = [
        card(1, title=None, vendorCode=None, dimensions=None, subjectID=0, photos=[{"big": "javascript:1"}]),
        card(2, sizes=1, title="т" * 9000),
        card(3) | {"sizes": []},
        card(4) | {"sizes": [{"chrtID": 0}]},
        card(6) | {"sizes": [{"chrtID": 60, "techSize": None, "skus": None}], "createdAt": "вчера"},
    ]

    pages = list(adapter_over(Cards(odd, [])).fetch_products(cursor={}))

    found = {one.external_id: one for page in pages for one in page.snapshots}
    assert {one.external_id for page in pages for one in page.rejected} == {"3", "4"}
    assert (found["10"].name, found["10"].seller_sku, found["10"].photo_url) == ("1", "1", "")
    assert (found["10"].category_id, found["10"].length_mm) == ("", None)
    assert len(found["20"].name) == 500
    assert (found["60"].barcodes, found["60"].created_at) == ((), None)


def test_one_size_is_looked_for_in_the_lists(adapter_over: Callable[..., Adapter]) -> None:
    adapter = adapter_over(Cards([card(one, sizes=2) for one in range(1, 150)], [card(900)]))

    assert [one.external_id for one in adapter.fetch_product("1481").snapshots] == ["1481"]
    assert adapter.fetch_product("9000").snapshots[0].is_archived
    with pytest.raises(errors.RequestRejected):
        adapter.fetch_product("1")


def test_two_hundred_may_be_an_error(adapter_over: Callable[..., Adapter]) -> None:
    adapter = adapter_over(lambda _path, _query, _body: {"data": None, "error": True, "errorText": "Нет"})

    with pytest.raises(errors.RequestRejected, match="Нет"):
        list(adapter.fetch_products(cursor={}))


# ---- stock ------------------------------------------------------------------------------------------------
def place(chrt_id: Any, quantity: Any = 5, warehouse: Any = -999999, **changes: Any) -> dict[str, Any]:
    return {
        "nmId": 7, "chrtId": chrt_id, "warehouseId": warehouse, "warehouseName": "Склад WB",
        "regionName": "Склад WB", "quantity": quantity, "inWayToClient": 3, "inWayFromClient": 2, **changes,
    }  # fmt: skip


def stock_of(adapter_over: Callable[..., Adapter], rows: list[Any], *skus: str) -> list[Any]:
    adapter = adapter_over(lambda _path, _query, _body: {"data": {"items": rows}})
    return list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))


def test_stock_is_one_answer_in_pages_that_cover_their_sizes(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "SKUS_A_PAGE", 2)

    pages = stock_of(adapter_over, [place(11), place(13), place(99)], "11", "12", "13")

    assert [page.covers for page in pages] == [("11", "12"), ("13",)]
    assert [[one.marketplace_sku for one in page.snapshots] for page in pages] == [["11"], ["13", "99"]]
    (one,) = pages[0].snapshots
    assert (one.quantities.available, one.quantities.from_customers) == (5, 2)
    assert (one.quantities.in_transit, one.quantities.reserved, one.quantities.other) == (0, 0, 0)
    assert (one.warehouse.external_id, one.warehouse.name) == ("-999999", "Склад WB")
    assert [page.is_last for page in pages] == [False, True]


def test_warehouses_with_names_are_as_good(adapter_over: Callable[..., Adapter]) -> None:
    rows = [place(11, 5, 507, warehouseName="Коледино", regionName="Центральный"), place(11, -1, 206)]

    (page,) = stock_of(adapter_over, rows, "11")

    told = {one.warehouse.external_id: one for one in page.snapshots}
    assert told["507"].warehouse.cluster_name == "Центральный"
    assert told["206"].quantities.available == 0


def test_a_broken_row_leaves_its_size_out(adapter_over: Callable[..., Adapter]) -> None:
    (page,) = stock_of(adapter_over, [place(11), place(12, "много"), place(13, 10**9)], "11", "12", "13")
    assert page.covers == ("11",)
    assert len(page.rejected) == 2

    (page,) = stock_of(adapter_over, [place(11), place(None)], "11")
    assert page.covers == ()


def test_an_answer_that_may_be_cut_is_not_believed(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "STOCK_ROWS", 2)

    with pytest.raises(errors.UnexpectedResponse):
        stock_of(adapter_over, [place(11), place(12)], "11")


def test_nobody_asks_for_the_stock_of_nothing(adapter_over: Callable[..., Adapter]) -> None:
    (page,) = stock_of(adapter_over, [])

    assert page.is_last


# ---- tariffs ----------------------------------------------------------------------------------------------
def tariffs(path: str, query: dict[str, str], _body: Any) -> Any:
    if path == api.COMMISSION:
        assert query == {"locale": "ru"}
        return {
            "report": [
                {"subjectID": 12, "subjectName": "Пледы", "parentName": "Дом", "paidStorageKgvp": 24.5, "kgvpMarketplace": 9},
                {"subjectID": 13, "subjectName": "Чай", "kgvpChina": 9},
            ]
        }  # fmt: skip
    assert query == {"date": "2026-11-24"}
    if path == api.PALLET:
        return {"response": {"data": {"warehouseList": None}}}
    if path == api.RETURN:
        rows = [
            {
                "warehouseName": "Склад WB РФ",
                "deliveryDumpKgtReturnExpr": "1 050",
                "deliveryDumpSupOfficeBase": "-",
            }
        ]
        return {"response": {"data": {"currency": "RUB", "warehouseList": rows}}}  # fmt: skip
    row = {"warehouseName": "Свой склад РФ", "geoName": "Россия", "boxDeliveryBase": "48", "boxDeliveryLiter": "11,2",
           "boxDeliveryCoefExpr": "160", "boxStorageBase": "0,14", "boxDeliveryMarketplaceBase": "40"}  # fmt: skip
    return {"response": {"data": {"warehouseList": [row, {"geoName": "Без имени"}]}}}


def test_tariffs_of_four_lists(adapter_over: Callable[..., Adapter]) -> None:
    query = TariffsQuery(day=date(2026, 11, 24))

    pages = list(adapter_over(tariffs).fetch_tariffs(query, cursor={}))

    told = {(one.subject_id, one.raw_name): one for page in pages for one in page.snapshots}
    assert {key: one.value for key, one in told.items()} == {
        ("12", "paidStorageKgvp"): Decimal("24.5"),
        ("Свой склад РФ", "boxDeliveryBase"): Decimal(48),
        ("Свой склад РФ", "boxDeliveryLiter"): Decimal("11.2"),
        ("Свой склад РФ", "boxDeliveryCoefExpr"): Decimal(160),
        ("Свой склад РФ", "boxStorageBase"): Decimal("0.14"),
        ("Склад WB РФ", "deliveryDumpKgtReturnExpr"): Decimal(1050),
    }
    assert told["12", "paidStorageKgvp"].unit is TariffUnit.PERCENT
    assert told["Свой склад РФ", "boxStorageBase"].kind is ChargeKind.STORAGE
    assert [page.is_last for page in pages] == [False, False, False, True]
    assert sum(len(page.rejected) for page in pages) == 1

    again = list(adapter_over(tariffs).fetch_tariffs(query, cursor=pages[1].cursor))
    assert [page.cursor for page in again] == [page.cursor for page in pages[2:]]
    with pytest.raises(errors.CursorRejected):
        list(adapter_over(tariffs).fetch_tariffs(query, cursor={"list": "/old"}))


@pytest.mark.parametrize(
    ("text", "number"),
    [("1 039", "1039"), ("1\u00a0039,5", "1039.5"), ("0,07", "0.07"), ("35.65", "35.65"), ("-", None), ("", None),
     ("1,2,3", None), ("-5", None), ("1e9", None), ("٣", None), ("9" * 30, None), (None, None), ("NaN", None)],
)  # fmt: skip
def test_numbers_have_commas_and_spaces(text: Any, number: str | None) -> None:
    assert decimal_of(text) == (None if number is None else Decimal(number))


# ---- moments ----------------------------------------------------------------------------------------------
def test_naive_moments_are_of_moscow() -> None:
    assert moment(datetime(2026, 11, 24, 2, 0)) == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # noqa: DTZ001
    assert moment(datetime(1, 1, 1)) is None  # noqa: DTZ001
    assert moment("вчера") is None
    assert moment(None) is None


@given(st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_moments_with_a_zone_are_kept(value: datetime) -> None:
    assert moment(value) == value
    assert moment(value.replace(tzinfo=None)) in {value - timedelta(hours=hours) for hours in (3, 4)}
