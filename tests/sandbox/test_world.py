"""The world: the same for the same settings, plausible, and cheap to ask at any instant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from sandbox.world import World, WorldSettings
from sandbox.world.catalog import ean13
from sandbox.world.orders import Step
from tests.sandbox.conftest import NOW, SMALL


def test_same_settings_make_the_same_world(world: World) -> None:
    again = World(SMALL)

    assert list(again.orders(until=NOW)) == list(world.orders(until=NOW))
    assert again.stock(at=NOW) == world.stock(at=NOW)
    assert again.products() == world.products()


def test_asking_in_another_order_changes_nothing(world: World) -> None:
    other = World(SMALL)
    numbers = [order.number for order in world.orders(until=NOW)]

    backwards = [other.order(number, at=NOW) for number in reversed(numbers[::7])]

    assert backwards == [world.order(number, at=NOW) for number in reversed(numbers[::7])]


def test_another_seed_makes_another_world(world: World) -> None:
    other = World(replace(SMALL, seed=1))

    ours = {order.number for order in world.orders(until=NOW)}
    theirs = {order.number for order in other.orders(until=NOW)}

    assert theirs
    assert ours.isdisjoint(theirs)
    assert {p.sku for p in world.products()}.isdisjoint(p.sku for p in other.products())


def test_a_world_opened_later_has_the_same_days() -> None:
    later = World(replace(SMALL, first_day=date(2026, 11, 20)))
    since = datetime(2026, 11, 20, tzinfo=UTC)

    assert list(later.orders(until=NOW)) == list(World(SMALL).orders(until=NOW, since=since))


@pytest.mark.parametrize("orders", [0, 1, 997, 5000])
def test_the_number_of_orders_can_be_exact(orders: int) -> None:
    world = World(WorldSettings(skus=20, days=30, orders=orders))

    end = world.settings.today - timedelta(microseconds=1)

    assert world.count(until=end) == orders
    assert sum(1 for _ in world.orders(until=end)) == orders


def test_a_million_orders_are_there_at_once() -> None:
    world = World(WorldSettings(days=365, orders=1_000_000, first_day=date(2025, 11, 24)))

    last = list(world.orders(until=NOW, since=NOW - timedelta(hours=2)))

    assert world.count(until=world.settings.today - timedelta(microseconds=1)) == 1_000_000
    assert len(last) > 100
    assert world.order(last[0].number, at=NOW) == last[0]


def test_sums_and_settings_that_cannot_be_are_refused() -> None:
    for wrong in ({"skus": 0}, {"orders": -1}, {"cancel_rate": 2}, {"live_per_minute": 1}, {"per_day": -1}):
        with pytest.raises(ValueError, match=r"\w"):
            WorldSettings(**wrong)


def test_every_order_is_found_by_its_number(world: World) -> None:
    orders = list(world.orders(until=NOW))

    assert len({order.number for order in orders}) == len(orders) > 2000
    assert all(world.order(order.number, at=NOW) == order for order in orders)


@pytest.mark.parametrize(
    "number", ["", "1", "12345678-1234-1", "ab", "12345678-1234-9", "١٢٣٤٥٦٧٨-1234-1", "-".join("123")]
)
def test_a_strangers_number_finds_nothing(world: World, number: str) -> None:
    assert world.order(number, at=NOW) is None


def test_an_order_is_not_there_before_it_is_made(world: World) -> None:
    order = next(iter(world.orders(until=NOW)))

    assert world.order(order.number, at=order.created_at - timedelta(seconds=1)) is None


def test_orders_only_move_forward(world: World) -> None:
    ranks = {step.name.lower(): step for step in Step}
    for order in world.orders(until=NOW + timedelta(days=30)):
        times = [at for _, at in order.history]
        steps = [ranks[step] for step, _ in order.history]
        assert times == sorted(times)
        assert all(before < after for before, after in pairwise(steps))
        assert order.history[0] == ("created", order.created_at)


def test_an_order_at_an_instant_is_the_beginning_of_its_life(world: World) -> None:
    sample = list(world.orders(until=NOW))[::50]
    for final in (world.order(order.number, at=NOW + timedelta(days=60)) for order in sample):
        assert final is not None
        for place, (step, at) in enumerate(final.history):
            then = world.order(final.number, at=at)
            assert then is not None
            assert (then.step, then.changed_at) == (step, at)
            assert then.history == final.history[: place + 1]


def test_every_order_ends_delivered_or_cancelled_within_a_month(world: World) -> None:
    later = NOW + timedelta(days=30)
    ends = Counter(world.order(o.number, at=later).stage for o in world.orders(until=NOW))  # type: ignore[union-attr]

    assert set(ends) == {"delivered", "cancelled"}
    assert 0.06 < ends["cancelled"] / sum(ends.values()) < 0.10


def test_cancelled_orders_have_a_reason_and_others_none(world: World) -> None:
    orders = list(world.orders(until=NOW))

    assert {order.stage for order in orders} == {"accepted", "packed", "shipped", "delivered", "cancelled"}
    assert all((order.reason is not None) == (order.stage == "cancelled") for order in orders)
    assert len({order.reason for order in orders}) > 5


def test_the_great_sale_stands_out(world: World) -> None:
    days = Counter(order.created_at.date() for order in world.orders(until=NOW))

    assert days[date(2026, 11, 11)] > 2 * days[date(2026, 11, 4)]


def test_prices_fall_in_the_sale_and_stay_exact() -> None:
    world = World(SMALL)
    usual, sale = (
        world.prices(datetime(2026, 11, 8, tzinfo=UTC)),
        world.prices(datetime(2026, 11, 11, tzinfo=UTC)),
    )

    assert all(sale[sku] <= usual[sku] for sku in usual)
    assert sum(sale[sku] < usual[sku] for sku in usual) > 20
    assert all(price.as_tuple().exponent == -2 for price in sale.values())
    assert any(price % 1 for price in sale.values())


def test_amounts_are_the_sums_of_lines(world: World) -> None:
    orders = list(world.orders(until=NOW))

    assert all(order.amount == sum(line.price * line.quantity for line in order.lines) for order in orders)
    assert {len(order.lines) for order in orders} == {1, 2, 3}
    assert all(len({line.sku for line in order.lines}) == len(order.lines) for order in orders)


def test_some_orders_come_in_two_parts(world: World) -> None:
    baskets = Counter(order.basket for order in world.orders(until=NOW))

    assert set(baskets.values()) == {1, 2}


def test_products_look_like_goods_of_a_shop() -> None:
    products = World().products()
    barcodes = [barcode for product in products for barcode in product.barcodes]

    assert len(products) == 240
    assert products[0].offer_id == "LN-PLD-130-OAT"
    assert len({p.offer_id for p in products}) == len({p.sku for p in products}) == 240
    assert all(p.sku > 2**31 for p in products)
    assert len(set(barcodes)) == len(barcodes)
    assert all(barcode == ean13(barcode[:12]) for barcode in barcodes)
    assert any(len(p.barcodes) == 2 for p in products)
    assert any(not p.barcodes for p in products)
    assert any(p.archived for p in products)


def test_the_check_digit_is_right() -> None:
    assert ean13("467012340031") == "4670123400313"


def test_nothing_is_sold_before_its_launch_or_from_the_archive() -> None:
    world = World(WorldSettings(per_day=100, first_day=date(2026, 8, 26)))
    sold: dict[int, date] = {}
    for order in world.orders(until=NOW):
        for line in order.lines:
            sold.setdefault(line.sku, order.created_at.date())
    day0 = date(1970, 1, 1)

    for product in world.products():
        if product.sku in sold:
            assert not product.archived
            assert product.launched <= (sold[product.sku] - day0).days
    assert any(product.launched > (world.settings.first_day - day0).days for product in world.products())


def test_live_orders_are_done_within_minutes(live_world: World) -> None:
    live = [order for order in live_world.orders(until=NOW) if order.live]
    done = [live_world.order(order.number, at=order.created_at + timedelta(minutes=10)) for order in live]

    assert {order.stage for order in done if order} == {"delivered", "cancelled"}
    assert {order.stage for order in live} >= {"accepted", "packed", "shipped", "delivered"}


def test_live_orders_come_thick_at_first_and_thin_later(live_world: World) -> None:
    first = live_world.settings.live_since[0]
    ages = [
        (order.created_at - first).total_seconds() / 60
        for order in live_world.orders(until=NOW)
        if order.live
    ]

    assert sum(age < 15 for age in ages) == pytest.approx(90, abs=2)
    assert sum(15 <= age < 75 for age in ages) == pytest.approx(90, abs=2)
    assert sum(120 <= age < 130 for age in ages) == 0
    assert sum(age >= 130 for age in ages) == pytest.approx(60, abs=2)


def test_live_orders_leave_the_usual_ones_alone(world: World, live_world: World) -> None:
    usual = [order for order in live_world.orders(until=NOW) if not order.live]

    assert usual == list(world.orders(until=NOW))
    assert live_world.count(until=NOW) == sum(1 for _ in live_world.orders(until=NOW))
