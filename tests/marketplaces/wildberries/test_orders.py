"""Pulling orders: the end is the truth, whatever is cut, late, twice or killed, in the fewest requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery, OrderStatus
from marketplaces.wildberries import client as api
from marketplaces.wildberries import feed, report
from tests.marketplaces.wildberries.shop import NOW, Shop, Unit, some_units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.wildberries.adapter import Adapter

SKUS = {"2000000000017": "701"}
QUARTER = timedelta(days=90)


class Cabinet:
    """What the cabinet would hold: the rules of orders.services.record in short."""

    def __init__(self) -> None:
        self.orders: dict[str, OrderSnapshot] = {}
        self.cursor: Cursor = {}
        self.pages = 0

    def keep(self, page: Page[OrderSnapshot]) -> None:
        for told in page.snapshots:
            held = self.orders.get(told.external_id)
            if held is not None:
                self.orders[told.external_id] = self._merged(held, told)
            elif not told.needs_order:
                self.orders[told.external_id] = told
        self.cursor = page.cursor
        self.pages += 1

    def pull(self, adapter: Adapter, *, now: datetime = NOW, most: int | None = None) -> None:
        """Pull, or die after so many pages."""
        query = OrdersQuery(since=now - QUARTER, until=now, sku_by_barcode=SKUS)
        for number, page in enumerate(adapter.fetch_orders(query, cursor=self.cursor)):
            if most is not None and number >= most:
                return
            self.keep(page)

    def statuses(self) -> dict[str, OrderStatus]:
        return {srid: one.status for srid, one in self.orders.items()}

    @staticmethod
    def _merged(held: OrderSnapshot, told: OrderSnapshot) -> OrderSnapshot:
        if told.is_floor and (held.status.rank > told.status.rank or held.status is told.status):
            told = replace(told, status=held.status, external_status=held.external_status)
        if told.status.rank < held.status.rank:
            return held
        if told.is_partial:
            return replace(
                held,
                status=told.status,
                external_status=told.external_status,
                delivered_at=told.delivered_at or held.delivered_at,
            )
        return replace(told, delivered_at=told.delivered_at or held.delivered_at)


def truth(shop: Shop) -> dict[str, OrderStatus]:
    return {unit.srid: unit.truth(shop.now) for unit in shop.units if unit.placed_at <= shop.now}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are cut at 80 rows, pages are of 20, the feed gives 25."""
    monkeypatch.setattr(report, "WHOLE_BELOW", 70)
    monkeypatch.setattr(report, "ROWS_A_PAGE", 20)
    monkeypatch.setattr(feed, "ROWS_A_PAGE", 20)
    monkeypatch.setattr(feed, "FEED_A_PAGE", 25)


def small_shop(**changes: Any) -> Shop:
    return Shop(some_units(300), **{"cut": 80, "feed_page": 25, **changes})


def test_a_first_pull_is_the_truth(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(500)), Cabinet()

    cabinet.pull(adapter_over(shop))

    assert cabinet.statuses() == truth(shop)
    assert set(cabinet.statuses().values()) == {
        OrderStatus.ACCEPTED, OrderStatus.CANCELLED, OrderStatus.DELIVERED, OrderStatus.RETURNED
    }  # fmt: skip
    assert shop.calls == {api.ORDERS: 1, api.SALES: 1, api.ORDER_FEED: 1}
    for unit in shop.units:
        held = cabinet.orders[unit.srid]
        assert held.placed_at == unit.placed_at
        assert held.lines[0].price == Decimal(unit.price * (100 - unit.discount)) / 100
        assert held.lines[0].marketplace_sku == "701"
        assert held.warehouse_external_id == "-999999"
        if unit.sold_at and unit.sold_at <= NOW:
            assert held.delivered_at == unit.sold_at


def test_a_hundred_thousand_orders_take_five_requests(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(100_000)), Cabinet()

    cabinet.pull(adapter_over(shop))

    # Two answers hold 100 000 orders, two hold their 95 000 sales and returns; no request finds nothing.
    assert shop.calls == {api.ORDERS: 2, api.SALES: 2, api.ORDER_FEED: 1}
    assert cabinet.statuses() == truth(shop)


def test_no_page_is_older_than_one_before_it(adapter_over: Callable[..., Adapter]) -> None:
    """Neighbours are kept together and are then as old as the oldest: an old page would make new ones old news."""
    query = OrdersQuery(since=NOW - QUARTER, until=NOW, sku_by_barcode=SKUS)

    moments = [page.observed_at for page in adapter_over(Shop(some_units(50))).fetch_orders(query, cursor={})]

    assert moments == sorted(moments)


@pytest.mark.usefixtures("small")
def test_a_report_is_read_on_from_the_last_change(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = small_shop(), Cabinet()

    cabinet.pull(adapter_over(shop))

    assert cabinet.statuses() == truth(shop)
    asked = [moment for path, moment in shop.asked if path == api.ORDERS]
    assert asked == sorted(asked)
    assert len(asked) == 4, "300 orders, 80 an answer, the last of them short"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_killed_again_and_again_it_comes_to_the_truth(
    adapter_over: Callable[..., Adapter], most: int
) -> None:
    shop, cabinet = small_shop(), Cabinet()
    adapter = adapter_over(shop)

    for _run in range(80):
        cabinet.pull(adapter, most=most)
        if "watermark" in cabinet.cursor:
            break

    assert cabinet.statuses() == truth(shop)
    assert "watermark" in cabinet.cursor


@pytest.mark.usefixtures("small")
def test_a_turn_that_is_far_loses_no_page(adapter_over: Callable[..., Adapter]) -> None:
    """One request a minute to each method: a run asks each once, then waits for its turn."""
    shop, cabinet = small_shop(), Cabinet()
    used: set[str] = set()

    def one_a_minute(path: str) -> None:
        if path in used:
            raise errors.TurnIsFar("our own limit", retry_after=timedelta(minutes=1))
        used.add(path)

    shop.before = one_a_minute
    adapter = adapter_over(shop)
    for _minute in range(20):
        used.clear()
        try:
            cabinet.pull(adapter)
        except errors.TurnIsFar:
            continue
        break

    assert cabinet.statuses() == truth(shop)
    # As few as without waiting: nothing is asked twice.
    assert (shop.calls[api.ORDERS], shop.calls[api.SALES]) == (4, 4)


@pytest.mark.usefixtures("small")
def test_as_time_goes_by_every_pull_is_the_truth(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(300, now=NOW + timedelta(days=2)), cut=80, feed_page=25), Cabinet()
    adapter = adapter_over(shop)

    for minutes in range(0, 48 * 60, 45):
        shop.now = NOW + timedelta(minutes=minutes)
        cabinet.pull(adapter, now=shop.now)
        assert cabinet.statuses() == truth(shop)

    assert shop.calls[api.SALES] == 4, "only the first pull asks for sales"


def test_the_next_pulls_ask_the_feed_and_each_half_hour_the_changes(
    adapter_over: Callable[..., Adapter],
) -> None:
    shop, cabinet = Shop(some_units(300)), Cabinet()
    adapter = adapter_over(shop)
    cabinet.pull(adapter)
    shop.calls.clear()

    for minutes in range(1, 61):
        shop.now = NOW + timedelta(minutes=minutes)
        cabinet.pull(adapter, now=shop.now)

    assert shop.calls == {api.ORDER_FEED: 60, api.ORDERS: 2}


def test_an_unpaid_order_comes_by_the_feed_and_statistics_complete_it(
    adapter_over: Callable[..., Adapter],
) -> None:
    fresh = Unit(srid="fresh.0", placed_at=NOW - timedelta(minutes=5))
    shop, cabinet = Shop([*some_units(50), fresh]), Cabinet()
    adapter = adapter_over(shop)

    cabinet.pull(adapter)
    told = cabinet.orders["fresh.0"]
    assert (told.is_partial, told.number, told.lines[0].price) == (True, "", Decimal("900.00"))

    shop.now = NOW + timedelta(hours=1)
    cabinet.pull(adapter, now=shop.now)
    told = cabinet.orders["fresh.0"]
    assert (told.is_partial, told.number, told.lines[0].price) == (False, "9000", Decimal("900.00"))


@pytest.mark.usefixtures("small")
def test_a_snapshot_that_they_forgot_begins_the_feed_anew(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, cabinet = Shop(some_units(200, days=20), cut=80, feed_page=10), Cabinet()
    adapter = adapter_over(shop)
    cabinet.pull(adapter)
    cabinet.cursor = {**cabinet.cursor, "watermark": (NOW - timedelta(days=15)).isoformat()}
    monkeypatch.setattr(feed, "FEED_A_PAGE", 10)
    cabinet.pull(adapter, most=1)
    assert cabinet.cursor["offset"] == 10

    shop.forgets.add(cabinet.cursor["snapshot"])
    shop.now = NOW + timedelta(minutes=3)
    for _pull in range(2):
        cabinet.pull(adapter, now=shop.now)

    assert cabinet.statuses() == truth(shop)


def test_after_a_month_of_rest_everything_is_read_again(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(100)), Cabinet()
    cabinet.cursor = {
        "watermark": (NOW - timedelta(days=31)).isoformat(), "changes": "", "read_at": NOW.isoformat()
    }  # fmt: skip

    cabinet.pull(adapter_over(shop))

    assert cabinet.statuses() == truth(shop)
    assert shop.calls[api.SALES] == 1


def test_sales_of_orders_that_are_too_old_make_no_orders(adapter_over: Callable[..., Adapter]) -> None:
    old = Unit(srid="old.0", placed_at=NOW - timedelta(days=95), sold_at=NOW - timedelta(days=60))
    shop, cabinet = Shop([*some_units(10), old]), Cabinet()

    cabinet.pull(adapter_over(shop))

    assert "old.0" not in cabinet.orders


def test_barcodes_that_the_assortment_lacks_are_asked_of_the_cards_once(
    adapter_over: Callable[..., Adapter],
) -> None:
    other = Unit(srid="other.0", placed_at=NOW - timedelta(days=3), barcode="2000000000024", chrt_id=702)
    shop = Shop([*some_units(30), other])
    query = OrdersQuery(since=NOW - QUARTER, until=NOW)

    pages = list(adapter_over(shop).fetch_orders(query, cursor={}))

    found = {one.external_id: one for page in pages for one in page.snapshots if not one.is_partial}
    assert found["other.0"].lines[0].marketplace_sku == "702"
    assert (shop.calls[api.CARDS_LIST], shop.calls[api.CARDS_TRASH]) == (1, 1)


def test_deleted_goods_keep_their_barcode_and_their_orders(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(some_units(5))
    shop.spoil = lambda path, answer: (
        {"cards": [], "cursor": {"total": 0}} if path == api.CARDS_LIST else answer
    )
    query = OrdersQuery(since=NOW - QUARTER, until=NOW)

    pages = list(adapter_over(shop).fetch_orders(query, cursor={}))

    whole = [one for page in pages for one in page.snapshots if not one.is_partial]
    assert {one.lines[0].marketplace_sku for one in whole} == {"2000000000017"}
    assert {one.lines[0].name for one in whole} == {"Пледы"}


def test_goods_of_the_sellers_own_warehouse_are_left_out(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(20, days=1)), Cabinet()

    def own(path: str, answer: Any) -> Any:
        if path == api.ORDER_FEED:
            for row in answer["data"]["orders"]:
                row["isMp"] = True
        elif path in (api.ORDERS, api.SALES):
            for row in answer:
                row["warehouseType"] = "Склад продавца"
        return answer

    shop.spoil = own
    cabinet.pull(adapter_over(shop))

    assert cabinet.orders == {}


def test_broken_rows_cost_nobody_else(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(some_units(30))

    def broken(path: str, answer: Any) -> Any:
        if path == api.ORDERS:
            return [*answer, None, {"srid": "bad.1", "date": "вчера"}, {"srid": "bad.2", "date": "0001-01-01T00:00:00",
                    "totalPrice": 1}, 7]  # fmt: skip
        return answer

    shop.spoil = broken
    pages = list(adapter_over(shop).fetch_orders(OrdersQuery(since=NOW - QUARTER, until=NOW), cursor={}))

    rejected = {one.external_id for page in pages for one in page.rejected}
    assert rejected == {"", "bad.1", "bad.2"}
    whole = {one.external_id for page in pages for one in page.snapshots if not one.is_partial}
    assert len(whole) == len([one for one in shop.units if one.placed_at <= NOW - timedelta(minutes=30)])


@pytest.mark.usefixtures("small")
def test_a_report_of_one_moment_that_is_cut_is_an_error(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(some_units(10))
    row = shop.order_rows()[-1]
    shop.spoil = lambda path, answer: [row] * report.WHOLE_BELOW if path == api.ORDERS else answer
    query = OrdersQuery(since=NOW - QUARTER, until=NOW, sku_by_barcode=SKUS)

    with pytest.raises(errors.UnexpectedResponse):
        list(adapter_over(shop).fetch_orders(query, cursor={}))


@pytest.mark.parametrize("content", [b"{}", b'"no"', b"7", b'[{"srid": "1"} x]', b"[[[["])
def test_what_is_no_report_is_an_error(adapter_over: Callable[..., Adapter], content: bytes) -> None:
    adapter = adapter_over(lambda _path, _query, _body: content)

    with pytest.raises(errors.MarketplaceError):
        list(adapter.fetch_orders(OrdersQuery(since=NOW - QUARTER, until=NOW), cursor={}))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False), twice=st.integers(0, 40))
def test_rows_in_any_order_and_twice_are_the_same(
    adapter_over: Callable[..., Adapter], order: Any, twice: int
) -> None:
    shop, cabinet = Shop(some_units(60)), Cabinet()

    def mixed(path: str, answer: Any) -> Any:
        rows = answer["data"]["orders"] if path == api.ORDER_FEED else answer
        rows.extend(rows[:twice])
        order.shuffle(rows)
        return answer

    shop.spoil = mixed
    cabinet.pull(adapter_over(shop))

    assert cabinet.statuses() == truth(shop)


# ---- one order --------------------------------------------------------------------------------------------
def test_one_order_is_found_in_the_feed(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(some_units(100, days=10))
    unit = shop.units[50]

    (told,) = adapter_over(shop).fetch_order(unit.srid).snapshots

    assert (told.external_id, told.status) == (unit.srid, unit.truth(NOW))
    assert shop.calls == {api.ORDER_FEED: 1}


def test_one_order_that_is_not_in_the_feed_is_refused(adapter_over: Callable[..., Adapter]) -> None:
    with pytest.raises(errors.RequestRejected):
        adapter_over(Shop(some_units(3))).fetch_order("nobody.0")


def test_no_data_is_no_orders(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop([])
    shop.spoil = lambda path, answer: httpx.Response(204) if path in (api.ORDERS, api.SALES) else answer

    pages = list(adapter_over(shop).fetch_orders(OrdersQuery(since=NOW - QUARTER, until=NOW), cursor={}))

    assert pages[-1].is_last
    assert not any(page.snapshots for page in pages)


def words(orders: Mapping[str, OrderSnapshot]) -> set[str]:
    return {one.external_status for one in orders.values()}


def test_the_words_of_both_reports_are_those_of_the_feed(adapter_over: Callable[..., Adapter]) -> None:
    shop, cabinet = Shop(some_units(300)), Cabinet()

    cabinet.pull(adapter_over(shop))

    assert words(cabinet.orders) == {"created", "cancel", "buyout", "return"}
