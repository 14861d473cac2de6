"""Stock: what lies there is what came less what left, at every instant, and never less than nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.world import World, WorldSettings
from sandbox.world.cells import WIDTH
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY, instant
from tests.sandbox.conftest import NOW, SMALL

INSTANTS = (
    datetime(2026, 10, 15, tzinfo=UTC),
    datetime(2026, 10, 15, 13, 7, 5, 123, tzinfo=UTC),
    datetime(2026, 11, 1, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 11, 2, tzinfo=UTC),
    datetime(2026, 11, 11, 18, 30, tzinfo=UTC),
    NOW,
    datetime(2026, 12, 20, 4, tzinfo=UTC),
)


@pytest.mark.parametrize("at", INSTANTS)
@pytest.mark.parametrize("kind", ["world", "live_world"])
def test_what_lies_there_is_what_came_less_what_left(
    request: pytest.FixtureRequest, kind: str, at: datetime
) -> None:
    book = request.getfixturevalue(kind).stock_book

    balances, levels = book.balance(instant(at)), book.levels(instant(at))

    assert {place: (b.present, b.reserved) for place, b in balances.items()} == {
        place: (level.present, level.reserved) for place, level in levels.items()
    }
    assert all(level.available >= 0 for level in levels.values())
    assert all(number >= 0 for balance in balances.values() for number in balance)


def test_units_are_reserved_from_acceptance_until_they_are_shipped_or_cancelled(world: World) -> None:
    reserved: Counter[tuple[int, int]] = Counter()
    for order in world.orders(until=NOW):
        if order.stage in ("accepted", "packed"):
            reserved.update({(line.sku, order.warehouse_id): line.quantity for line in order.lines})

    assert reserved
    assert reserved == {
        (row.sku, row.warehouse_id): row.reserved for row in world.stock(at=NOW) if row.reserved
    }


def test_there_is_always_something_to_sell_to_each_order(live_world: World) -> None:
    """An instant before an order at least its units are free."""
    for order in live_world.streams.between(instant(NOW) - 3 * 3600 * 10**6, instant(NOW)):
        levels = live_world.stock_book.levels(order.created - 1)
        for line in order.lines:
            assert levels[line.product * WIDTH + order.warehouse].available >= line.quantity


def test_a_planted_stockout_has_nothing_to_sell(world: World) -> None:
    outs = world.stockouts(until=NOW)
    sold: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
    for order in world.orders(until=NOW):
        for line in order.lines:
            sold[line.sku, order.warehouse].append(order.created_at)

    assert len(outs) > 50
    for out in outs[::3]:
        free = [
            row.available
            for at in (out.since, out.until - timedelta(microseconds=1))
            for row in world.stock(at=at)
            if (row.sku, row.warehouse_id) == (out.sku, out.warehouse_id)
        ]
        assert free == [0, 0]
        assert not [at for at in sold[out.sku, out.warehouse] if out.since <= at < out.until]


def test_a_world_can_have_no_stockouts() -> None:
    world = World(WorldSettings(skus=20, stockout_rate=0))

    assert world.stockouts(until=NOW) == []


def test_supplies_come_at_the_start_of_a_cycle(world: World) -> None:
    today = instant(NOW) // DAY
    arrivals = world.stock_book.arrivals((today + 1) * DAY, (today + 9) * DAY)

    assert sum(arrival.supplied for arrival in arrivals) > 0
    assert {arrival.at % DAY for arrival in arrivals} == {0}


def test_cancelled_units_are_looked_over_and_come_back(world: World) -> None:
    lost = found = 0
    for day in range(40, 60):
        at = (world.opened + day) * DAY
        lost += sum(t.checking + t.returning for t in world.stock_book.trouble(at).values())
        found += sum(a.put_back for a in world.stock_book.arrivals(at, at + DAY))

    assert lost > 0
    assert found > 0


def test_every_product_lies_somewhere_and_the_hub_keeps_all(world: World) -> None:
    rows = world.stock(at=NOW)
    hub = WAREHOUSES[0].id

    assert {row.sku for row in rows if row.warehouse_id == hub} == {p.sku for p in world.products()}
    assert len({row.warehouse_id for row in rows}) > 10


def test_a_shop_of_one_product_still_sells() -> None:
    world = World(WorldSettings(skus=1, days=20, per_day=5.0, first_day=SMALL.first_day))
    at = instant(datetime(2026, 11, 2, 9, tzinfo=UTC))

    assert all(b.present >= 0 for b in world.stock_book.balance(at).values())
    assert world.count(until=NOW) > 50
