"""Orders unit by unit: every thing has an id that leads back to it, and a way of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.world import World
from sandbox.world.listings import WILDBERRIES
from sandbox.world.moments import DAY, instant
from sandbox.world.orders import Step
from sandbox.world.units import Unit, find_unit, srid, units
from tests.sandbox.conftest import NOW, SMALL


@pytest.fixture(scope="module")
def shop() -> World:
    """The small shop on Wildberries, where half of what is sold comes back."""
    return World(replace(SMALL, channel=WILDBERRIES, return_rate=0.5))


@pytest.fixture(scope="module")
def things(shop: World) -> list[Unit]:
    orders = shop.streams.between(shop.streams.opened, instant(NOW) + 1)
    return [one for order in orders for one in units(order)]


def test_every_thing_is_found_by_its_id(shop: World, things: list[Unit]) -> None:
    ids = [srid(shop, one) for one in things]

    assert len(set(ids)) == len(ids) > 2000
    assert [find_unit(shop, text) for text in ids[::11]] == things[::11]


def test_ids_are_the_same_in_another_process_and_other_in_another_shop(
    shop: World, things: list[Unit]
) -> None:
    again, other = World(shop.settings), World(replace(shop.settings, seed=1))

    assert [srid(again, one) for one in things[:50]] == [srid(shop, one) for one in things[:50]]
    assert all(find_unit(other, srid(shop, one)) is None for one in things[:50])


@pytest.mark.parametrize("text", ["", "a.b.c.d", "D0.r.0.0", f"D0.r{'0' * 32}.0.0", f"D0.r{'я' * 32}.0.0"])
def test_a_strangers_id_finds_nothing(shop: World, text: str) -> None:
    assert find_unit(shop, text) is None


def test_only_what_the_buyer_sends_back_is_returned(things: list[Unit]) -> None:
    parted = [
        one for one in things if one.order.path[-1] is Step.RETURNED and not one.order.is_wholly_returned
    ]
    back = [one for one in parted if one.comes_back]
    kept = [one for one in parted if not one.comes_back]

    assert back
    assert kept
    assert {one.path[-1] for one in back} == {Step.RETURNED}
    assert {one.path[-1] for one in kept} == {Step.RECEIVED}
    for one in parted:
        assert len(one.path) == len(one.times)
        assert one.step_at(one.order.times[-1]) == len(one.path) - 1


def test_goods_come_back_between_three_and_twenty_days_after_delivery(things: list[Unit]) -> None:
    waits = [
        one.times[-1] - one.times[-2] for one in things if one.comes_back and one.path[-1] is Step.RETURNED
    ]

    assert waits
    assert all(3 * DAY <= wait <= 20 * DAY for wait in waits)
