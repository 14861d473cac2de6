"""How an adapter reads its marketplace: whole, once, resumable, and equal to the truth of the world."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.conf import settings

from marketplaces import registry
from marketplaces.adapter import (
    FetchesOrders,
    FetchesPrices,
    FetchesProducts,
    FetchesStock,
    FetchesTariffs,
    MarketplaceAdapter,
)
from marketplaces.contracts.orders import OrdersQuery, OrderStatus
from marketplaces.contracts.stock import StockQuery
from marketplaces.contracts.tariffs import TariffsQuery
from marketplaces.errors import MarketplaceError
from sandbox.truth import truth
from tests.marketplaces.contract.cases import CASES, NOW, SINCE, open_adapter, sandbox_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.contracts.pages import Cursor, Page

pytestmark = pytest.mark.usefixtures("no_pauses")

every = pytest.mark.parametrize("code", list(settings.MARKETPLACES))
MOST_PAGES = 400


@cache
def _world(code: str) -> Any:
    return world_of(code)


def adapter_of(code: str, **options: Any) -> MarketplaceAdapter:
    return open_adapter(registry.adapters()[code], sandbox_of(code, _world(code), **options))


def true_rows(code: str, name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in truth(_world(code), name, at=NOW)]


def whole(pages: Iterator[Page[Any]]) -> list[Page[Any]]:
    found = list(islice(pages, MOST_PAGES))
    assert len(found) < MOST_PAGES, "the pull has no end"
    assert found[-1].is_last
    assert not any(page.is_last for page in found[:-1])
    return found


def snapshots(pages: list[Page[Any]]) -> list[Any]:
    assert [record for page in pages for record in page.rejected] == []
    return [snapshot for page in pages for snapshot in page.snapshots]


def products(adapter: MarketplaceAdapter, cursor: Cursor | None = None) -> Iterator[Page[Any]]:
    return cast("FetchesProducts", adapter).fetch_products(cursor=cursor or {})


def orders_query(code: str) -> OrdersQuery:
    listed = snapshots(whole(products(adapter_of(code))))
    return OrdersQuery(
        since=SINCE,
        until=NOW,
        sku_by_barcode={barcode: one.marketplace_sku for one in listed for barcode in one.barcodes},
    )


def orders(
    adapter: MarketplaceAdapter, query: OrdersQuery, cursor: Cursor | None = None
) -> Iterator[Page[Any]]:
    return cast("FetchesOrders", adapter).fetch_orders(query, cursor=cursor or {})


def furthest(told: list[OrderSnapshot]) -> dict[str, OrderSnapshot]:
    """Each order with the furthest status told of it, the rest from what tells it whole (orders.services.record)."""
    held: dict[str, OrderSnapshot] = {}
    for snapshot in told:
        known = held.get(snapshot.external_id)
        if known is None or snapshot.status.rank >= known.status.rank:
            held[snapshot.external_id] = snapshot
    return held


@every
def test_the_key_tells_whose_it_is(code: str) -> None:
    check = adapter_of(code).check()

    assert check.seller_external_id == CASES[code].account.client_id
    assert check.missing == ()
    assert check.seller_name


@every
def test_the_assortment_is_whole_and_twice_the_same(code: str) -> None:
    first, second = (snapshots(whole(products(adapter_of(code)))) for _time in range(2))
    world = _world(code)

    ids = [one.external_id for one in first]
    assert len(ids) == len(set(ids)) == len(world.listed)
    assert first == second
    assert {one.seller_sku for one in first} == {listed.article for listed in world.listed.values()}
    assert {barcode for one in first for barcode in one.barcodes} >= {
        barcode for listed in world.listed.values() for barcode in listed.barcodes
    }
    assert all(one.name and one.length_mm and one.weight_g for one in first)


@every
def test_the_assortment_goes_on_from_every_page(code: str) -> None:
    pages = whole(products(adapter_of(code)))
    ids = {one.external_id for one in snapshots(pages)}
    for number, page in enumerate(pages[:-1]):
        before = {one.external_id for one in snapshots(pages[: number + 1])}
        after = {one.external_id for one in snapshots(whole(products(adapter_of(code), page.cursor)))}
        assert before | after == ids


@every
def test_stock_speaks_wholly_of_what_it_covers_and_is_true(code: str) -> None:
    adapter = adapter_of(code)
    skus = tuple(sorted(one.marketplace_sku for one in snapshots(whole(products(adapter)))))
    pages = whole(cast("FetchesStock", adapter).fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))

    covered = [sku for page in pages for sku in page.covers]
    assert sorted(covered) == list(skus), "every SKU once"
    for page in pages:
        assert {one.marketplace_sku for one in page.snapshots} <= set(page.covers)
    held = Counter[tuple[str, str]]()
    for one in snapshots(pages):
        held[one.marketplace_sku, one.warehouse.external_id] += one.quantities.available
    true = Counter[tuple[str, str]]()
    for row in true_rows(code, "stock"):
        true[str(row["sku"]), str(row["warehouse_id"])] += row["available"]
    assert +held == +true


@every
def test_orders_are_those_of_the_world(code: str) -> None:
    held = furthest(snapshots(whole(orders(adapter_of(code), orders_query(code)))))
    true = {row["number"]: row for row in true_rows(code, "orders")}

    assert held.keys() == true.keys()
    wrong = {
        number: (str(one.status), true[number]["stage"])
        for number, one in held.items()
        if str(one.status) != true[number]["stage"]
    }
    assert wrong == {}
    assert len({one.status for one in held.values()}) >= 3
    assert not any(one.status is OrderStatus.UNKNOWN for one in held.values())


@every
def test_orders_hold_the_goods_and_the_money_of_the_world(code: str) -> None:
    told = [
        one for one in snapshots(whole(orders(adapter_of(code), orders_query(code)))) if not one.is_partial
    ]
    true = {row["number"]: row for row in true_rows(code, "orders")}

    assert {one.external_id for one in told} == true.keys()
    for one in told:
        row = true[one.external_id]
        lines = Counter[tuple[str, Decimal]]()
        for line in row["lines"]:
            lines[str(line["sku"]), Decimal(line["price"])] += line["quantity"]
        mine = Counter[tuple[str, Decimal]]()
        for line in one.lines:
            mine[line.marketplace_sku, line.price] += line.quantity
        assert (mine, one.amount) == (lines, Decimal(row["amount"])), one.external_id


@every
def test_orders_go_on_from_every_page(code: str) -> None:
    query = orders_query(code)
    pages = whole(orders(adapter_of(code), query))
    whole_of_it = {number: one.status for number, one in furthest(snapshots(pages)).items()}
    for number in range(0, len(pages) - 1, max(1, len(pages) // 6)):
        before = snapshots(pages[: number + 1])
        after = snapshots(whole(orders(adapter_of(code), query, pages[number].cursor)))
        held = {name: one.status for name, one in furthest([*before, *after]).items()}
        assert held == whole_of_it, f"after page {number}"


@every
def test_a_finished_pull_goes_on_with_little(code: str) -> None:
    query = orders_query(code)
    pages = whole(orders(adapter_of(code), query))
    again = whole(orders(adapter_of(code), query, pages[-1].cursor))

    assert pages[-1].cursor, "a finished pull leaves a place to go on from"
    assert len(snapshots(again)) < len(snapshots(pages))


@every
def test_prices_are_those_of_the_world(code: str) -> None:
    adapter = adapter_of(code)
    if not isinstance(adapter, FetchesPrices):
        pytest.skip("prices come with the products")
    told = snapshots(whole(adapter.fetch_prices(cursor={})))
    listed = {one.external_id for one in snapshots(whole(products(adapter)))}

    assert {one.external_id for one in told} <= listed
    assert len(told) >= len(listed) * 0.8
    assert all(one.price is None or one.price > 0 for one in told)
    assert all(one.currency == "RUB" for one in told)
    assert all(one.old_price is None or one.price is None or one.old_price >= one.price for one in told)


@every
def test_tariffs_are_told_of_the_day(code: str) -> None:
    adapter = adapter_of(code)
    if not isinstance(adapter, FetchesTariffs):
        pytest.skip("tariffs are not read")
    ids = tuple(sorted(one.external_id for one in snapshots(whole(products(adapter)))))
    told = snapshots(whole(adapter.fetch_tariffs(TariffsQuery(day=NOW.date(), external_ids=ids), cursor={})))

    keys = [(one.subject, one.subject_id, one.raw_name) for one in told]
    assert told
    assert len(keys) == len(set(keys))
    assert any(one.kind == "commission" for one in told)
    json.dumps([dict(one.details) for one in told])


@every
@pytest.mark.parametrize(
    "fault", ["429", "500", "502", "truncated", "drop", "revoked", "html_200", "wrong_types"]
)
def test_trouble_is_always_told_by_name(code: str, fault: str) -> None:
    """Whatever comes back, an adapter raises our errors or rejects rows: nothing else gets out."""
    app = sandbox_of(code, _world(code))
    adapter = open_adapter(registry.adapters()[code], app)
    app.faults = type(app.faults)(1.0, kinds=[fault], stall=0.0)
    for ask in (adapter.check, lambda: whole(products(adapter))):
        try:
            ask()
        except MarketplaceError:
            continue
