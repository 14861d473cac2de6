"""What comes back: of which orders, why, on which way, to which end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from sandbox.world import World
from sandbox.world.listings import CHANNELS, OZON, WILDBERRIES
from sandbox.world.moments import DAY, HOUR, instant
from sandbox.world.orders import Step
from sandbox.world.returns import (
    CANCELLATION,
    CHECKED_WITHIN,
    CLIENT_RETURN,
    HANDED_IN_WITHIN,
    LONGEST_LIFE,
    PARTIAL_REFUSAL,
    REFUSAL,
    TECHNICAL,
    BackStep,
    Return,
    Why,
    is_badly_sewn,
    runs_small,
)
from tests.sandbox.conftest import NOW, SMALL

AT = instant(NOW)
LATER = AT + 90 * DAY


@pytest.fixture(scope="module", params=CHANNELS)
def shop(request: pytest.FixtureRequest) -> World:
    """A shop of which a lot comes back, on each marketplace."""
    return World(replace(SMALL, channel=request.param, skus=240, per_day=150.0, return_rate=0.15))


def everything(world: World, until: int = AT) -> list[Return]:
    return list(world.return_book.between(0, until + 1))


def test_each_order_tells_the_same_as_the_list(shop: World) -> None:
    of_orders = [
        one
        for order in shop.streams.between(shop.streams.opened, AT + 1)
        for one in shop.return_book.of_order(order)
        if one.registered <= AT
    ]

    assert sorted(one.serial for one in of_orders) == sorted(one.serial for one in everything(shop))
    assert len({one.serial for one in of_orders}) == len(of_orders) > 300
    assert all(shop.return_book.get(one.serial) == one for one in of_orders[::20])
    assert shop.return_book.get(-1) is None
    assert shop.return_book.get(of_orders[0].serial + 7) is None


def test_kinds_are_apart(shop: World) -> None:
    for one in everything(shop):
        order = one.order
        is_handed_over = Step.RECEIVED in order.path
        assert is_handed_over == (one.kind in (CLIENT_RETURN, PARTIAL_REFUSAL))
        assert (one.kind == CANCELLATION) == (order.cancelled is not None and order.shipped is None)
        assert one.quantity <= order.lines[one.place].quantity
        assert one.quantity > 0
        if one.kind == PARTIAL_REFUSAL:
            assert order.times[6] <= one.registered < order.times[6] + HOUR
            assert not order.is_wholly_returned
        if one.kind == CLIENT_RETURN:
            assert one.registered >= order.times[6] + 3 * DAY
    kinds = {CANCELLATION, REFUSAL, CLIENT_RETURN, TECHNICAL}
    is_whole = shop.settings.channel == WILDBERRIES
    assert {one.kind for one in everything(shop)} == (kinds if is_whole else kinds | {PARTIAL_REFUSAL})


def test_only_orders_that_may_tell_of_it_do(shop: World) -> None:
    told = {o.path[-1] for o in shop.streams.between(0, AT) if o.returned}

    assert told == ({Step.RECEIVED} if shop.settings.channel == OZON else {Step.RETURNED})
    for order in shop.streams.between(0, AT):
        assert bool(order.returned) == bool(order.back_at)


def test_lives_go_forward_and_end(shop: World) -> None:
    for one in everything(shop):
        assert one.registered == one.times[0] <= one.order.created + HANDED_IN_WITHIN
        assert all(before < after for before, after in pairwise(one.times))
        assert all(before < after for before, after in pairwise(one.path))
        assert one.times[-1] < one.registered + LONGEST_LIFE
        assert one.step_at(LATER) in (
            BackStep.ON_SALE,
            BackStep.HANDED_OVER,
            BackStep.DISPOSED,
            BackStep.COMPENSATED,
            BackStep.LOST,
        )
        if one.checked is not None:
            assert one.checked <= one.order.created + CHECKED_WITHIN
        assert (one.compensation > 0) == (one.path[-1] is BackStep.COMPENSATED)
    ends = Counter(one.path[-1] for one in everything(shop))
    assert len(ends) == 5
    assert ends[BackStep.ON_SALE] > 0.6 * ends.total()


def test_what_waits_costs_storage_until_it_leaves(shop: World) -> None:
    waiting = [one for one in everything(shop) if BackStep.WAITING in one.path]

    assert waiting
    for one in waiting:
        begun = one.times[one.path.index(BackStep.WAITING)]
        assert one.storage_from is not None
        assert one.pick_up_until is not None
        assert one.disposal_at is not None
        assert begun < one.storage_from < one.pick_up_until < one.disposal_at
        assert (one.storage_from + 3 * HOUR) % DAY == (one.disposal_at + 3 * HOUR) % DAY == 0
        assert one.stored_days(begun) == 0
        assert one.stored_days(one.storage_from + 1) == (1 if one.times[-1] > one.storage_from else 0)
        assert one.stored_days(LATER) == max(0, -(-(one.times[-1] - one.storage_from) // DAY))
        if one.path[-1] is BackStep.HANDED_OVER:
            assert one.times[-1] < one.pick_up_until
        else:
            assert one.times[-1] > one.disposal_at
    assert all(one.storage_a_day == 0 for one in everything(shop) if BackStep.WAITING not in one.path)


def test_clothes_that_run_small_come_back_for_their_size(shop: World) -> None:
    seed = shop.settings.seed
    small = {p.index for p in shop.assortment if runs_small(seed, p)}
    sewn = {p.index for p in shop.assortment if is_badly_sewn(seed, p)}
    delivered: Counter[int] = Counter()
    for order in shop.streams.between(0, AT):
        if order.cancelled is None:
            delivered[order.lines[0].product] += order.lines[0].quantity
    back = [one for one in everything(shop, LATER) if one.kind == CLIENT_RETURN and one.order.created < AT]

    def rate(products: set[int]) -> float:
        came = sum(one.quantity for one in back if one.product in products and one.place == 0)
        return came / sum(delivered[product] for product in products)

    others = {p.index for p in shop.assortment} - small - sewn
    assert len(small) >= 5
    assert rate(small) > 2.5 * rate(others)
    reasons = Counter(one.why for one in back if one.product in small)
    assert reasons.most_common(1)[0][0] is Why.SIZE
    assert reasons[Why.SIZE] > 0.5 * reasons.total()
    assert Counter(one.why for one in back if one.product in sewn).most_common(1)[0][0] is Why.DEFECT_SEAM
    assert len({one.why for one in back}) > 9


def test_ranges_join_without_gaps(shop: World) -> None:
    edges = [*range(shop.streams.opened, AT, 3 * DAY + 5 * HOUR), AT + 1]

    pieces = [one for a, b in pairwise(edges) for one in shop.return_book.between(a, b)]

    assert pieces == everything(shop)
    since, until = AT - 3 * DAY, AT + 1
    changed = list(shop.return_book.changed_between(since, until))
    assert changed == [one for one in everything(shop, LATER) if any(since <= at < until for at in one.times)]
    assert changed


def test_another_world_of_the_same_seed_tells_the_same(shop: World) -> None:
    again = World(shop.settings)

    assert [one[:1] + one[2:] for one in everything(again)] == [one[:1] + one[2:] for one in everything(shop)]


def test_live_orders_come_back_within_minutes(live_world: World) -> None:
    live = [one for one in everything(live_world, AT + DAY) if one.order.live]

    assert live
    assert all(one.registered < one.order.created + HOUR for one in live)
    assert all(at < AT + DAY for one in live for at in one.times[:-1])
