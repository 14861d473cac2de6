"""Whole pulls over the sandbox: nothing lost, nothing invented, resumable at every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marketplaces.contracts.orders import OrdersQuery, OrderStatus
from marketplaces.contracts.stock import StockQuery
from tests.marketplaces.ozon.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from marketplaces.contracts.pages import Page
    from marketplaces.ozon.adapter import Adapter
    from sandbox.app import App
    from sandbox.world import World

MONTH = OrdersQuery(since=NOW - timedelta(days=30), until=NOW)
LYING = ("duplicate_page", "shifting_page", "out_of_order", "empty_page")


def merged(pages: Iterable[Page[Any]]) -> dict[str, Any]:
    """The snapshots as a merge by key leaves them."""
    return {one.external_id: one for page in pages for one in page.snapshots}


def truth(world: World) -> dict[str, tuple[Any, ...]]:
    return {
        one.number: (one.stage, one.created_at, tuple((str(x.sku), x.quantity, x.price) for x in one.lines))
        for one in world.orders(until=NOW, since=MONTH.since)
    }


def seen(orders: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {
        number: (
            one.status.value,
            one.placed_at,
            tuple((x.marketplace_sku, x.quantity, x.price) for x in one.lines),
        )
        for number, one in orders.items()
    }


def test_orders_of_a_month_equal_the_truth(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_orders(MONTH, cursor={}))

    orders = merged(pages)

    assert len(orders) > 1000
    assert seen(orders) == truth(world)
    assert {one.status for one in orders.values()} == set(OrderStatus.steps()) | {OrderStatus.CANCELLED}
    assert [page.rejected for page in pages if page.rejected] == []
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].cursor == {"watermark": NOW.isoformat()}


def test_orders_carry_what_the_pages_show(adapter: Adapter) -> None:
    orders = merged(adapter.fetch_orders(MONTH, cursor={})).values()

    assert all(one.warehouse_external_id and one.warehouse_name for one in orders)
    assert all(one.cluster_from and one.cluster_to and one.delivery_type for one in orders)
    assert all(one.accepted_at is not None and one.accepted_at >= one.placed_at for one in orders)
    assert all(
        one.cancel_reason and one.cancel_initiator for one in orders if one.status is OrderStatus.CANCELLED
    )
    assert all(not one.cancel_reason for one in orders if one.status is not OrderStatus.CANCELLED)
    assert any(line.discount > 0 for one in orders for line in one.lines)


def test_progress_never_falls_and_ends_whole(adapter: Adapter) -> None:
    pages = list(adapter.fetch_orders(MONTH, cursor={}))

    done = [page.done for page in pages]
    guesses = [page.total for page in pages[len(pages) // 2 :]]

    assert done == sorted(done)
    assert pages[-1].done == pages[-1].total
    assert all(
        guess is not None and guess >= page.done
        for guess, page in zip(guesses, pages[len(pages) // 2 :], strict=True)
    )


@pytest.mark.parametrize("killed_after", [1, 2, 5, 9, 11])
def test_orders_go_on_where_a_killed_run_stopped(adapter: Adapter, world: World, killed_after: int) -> None:
    committed: list[Page[Any]] = []
    for page in adapter.fetch_orders(MONTH, cursor={}):
        committed.append(page)
        if len(committed) == killed_after:
            break

    rest = list(adapter.fetch_orders(MONTH, cursor=committed[-1].cursor))

    assert seen(merged([*committed, *rest])) == truth(world)
    assert rest[-1].cursor == {"watermark": NOW.isoformat()}


@pytest.mark.parametrize("seed", range(8))
def test_orders_are_whole_under_lying_pages(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], world: World, seed: int
) -> None:
    adapter = adapter_over(spoiled(0.3, LYING, seed=seed))

    orders = merged(adapter.fetch_orders(MONTH, cursor={}))

    assert seen(orders) == truth(world)


def test_next_pull_begins_a_little_before_the_watermark(adapter: Adapter, world: World) -> None:
    watermark = NOW - timedelta(hours=6)

    pages = list(
        adapter.fetch_orders(MONTH, cursor={"watermark": watermark.isoformat()}),
    )

    expected = {one.number for one in world.orders(until=NOW, since=watermark - timedelta(hours=2))}
    assert set(merged(pages)) == expected


def test_open_orders_are_read_again_once(adapter: Adapter, world: World) -> None:
    old = sorted(one.number for one in world.orders(until=NOW - timedelta(days=2), since=MONTH.since))[:250]
    query = OrdersQuery(since=MONTH.since, until=NOW, open_external_ids=tuple(old))
    cursor = {"watermark": (NOW - timedelta(hours=1)).isoformat()}

    pages = list(adapter.fetch_orders(query, cursor=cursor))

    numbers = [one.external_id for page in pages for one in page.snapshots]
    assert set(old) <= set(numbers)
    assert len(numbers) == len(set(numbers))


def test_open_orders_go_on_where_a_killed_run_stopped(adapter: Adapter, world: World) -> None:
    old = sorted(one.number for one in world.orders(until=NOW - timedelta(days=2), since=MONTH.since))[:250]
    query = OrdersQuery(since=MONTH.since, until=NOW, open_external_ids=tuple(old))
    started = {"watermark": (NOW - timedelta(hours=1)).isoformat()}
    first = next(page for page in adapter.fetch_orders(query, cursor=started) if "after" in page.cursor)

    rest = list(adapter.fetch_orders(query, cursor=first.cursor))

    assert sorted(merged(rest)) == [number for number in old if number > first.cursor["after"]]
    assert rest[-1].cursor == {"watermark": NOW.isoformat()}


def test_one_order_reads_as_in_the_list(adapter: Adapter, world: World) -> None:
    orders = merged(adapter.fetch_orders(MONTH, cursor={}))
    for number in [
        *list(orders)[:20],
        *[n for n, o in orders.items() if o.status is OrderStatus.CANCELLED][:5],
    ]:
        page = adapter.fetch_order(number)

        (one,) = page.snapshots
        # Only `get` dates the hand-over, only the list names who cancelled; all else must be the same, or the
        # two would rewrite each other's orders for ever.
        same = {"status_at": None, "cancel_initiator": ""}
        assert replace(one, **same) == replace(orders[number], **same)


# ---- products ---------------------------------------------------------------------------------------------
def test_products_equal_the_assortment(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_products(cursor={}))

    products = merged(pages).values()

    by_sku = {int(one.marketplace_sku): one for one in products}
    assert {sku: one.seller_sku for sku, one in by_sku.items()} == {
        p.sku: p.offer_id for p in world.products()
    }
    assert {sku: one.price for sku, one in by_sku.items()} == world.prices(at=NOW)
    assert {sku for sku, one in by_sku.items() if one.is_archived} == {
        p.sku for p in world.products() if p.archived
    }
    assert all(one.photo_url and one.barcodes and one.name for one in products)
    assert all(one.length_mm and one.width_mm and one.height_mm and one.weight_g for one in products)
    assert "unknown" not in {one.status for one in products}
    assert pages[-1].is_last
    assert pages[-1].cursor == {}


@pytest.mark.parametrize("seed", range(4))
def test_products_are_whole_under_lying_pages(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], world: World, seed: int
) -> None:
    adapter = adapter_over(spoiled(0.3, LYING, seed=seed))

    products = merged(adapter.fetch_products(cursor={}))

    assert {int(one.marketplace_sku) for one in products.values()} == {p.sku for p in world.products()}


def test_one_product_reads_as_in_the_list(adapter: Adapter) -> None:
    products = merged(adapter.fetch_products(cursor={}))

    for external_id in list(products)[:3]:
        assert adapter.fetch_product(external_id).snapshots == (products[external_id],)


# ---- stock ------------------------------------------------------------------------------------------------
def stock_truth(world: World) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (str(one.sku), str(one.warehouse_id)): (one.present - one.reserved, one.reserved)
        for one in world.stock(at=NOW)
        if one.present
    }


def test_stock_equals_the_truth(adapter: Adapter, world: World) -> None:
    skus = tuple(str(product.sku) for product in world.products())

    pages = list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))

    levels = {
        (one.marketplace_sku, one.warehouse.external_id): one for page in pages for one in page.snapshots
    }
    held = {key: (one.quantities.available, one.quantities.reserved) for key, one in levels.items()}
    assert {key: value for key, value in held.items() if any(value)} == stock_truth(world)
    assert sorted(sku for page in pages for sku in page.covers) == sorted(skus)
    assert all(
        one.warehouse.name and one.warehouse.time_zone and one.warehouse.address for one in levels.values()
    )
    assert all(one.warehouse.cluster_external_id and one.warehouse.cluster_name for one in levels.values())


@pytest.mark.parametrize("seed", range(4))
def test_stock_is_whole_under_lying_pages(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], world: World, seed: int
) -> None:
    adapter = adapter_over(spoiled(0.3, LYING, seed=seed))
    skus = tuple(str(product.sku) for product in world.products())

    pages = list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))

    held = {
        (one.marketplace_sku, one.warehouse.external_id): (one.quantities.available, one.quantities.reserved)
        for page in pages
        for one in page.snapshots
    }
    assert {key: value for key, value in held.items() if any(value)} == stock_truth(world)
