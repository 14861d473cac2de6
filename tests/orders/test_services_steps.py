"""orders.services.record: steps that make no order, and the least that an order has reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from marketplaces.contracts.orders import OrderStatus
from orders.models import Order
from tests.orders.snapshots import PLACED, SEEN
from tests.orders.test_services_record import MINUTE, history, record, the_order
from tests.orders.test_services_returns import step, whole

if TYPE_CHECKING:
    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.models import MarketplaceAccount


def sale(status: OrderStatus = OrderStatus.DELIVERED, word: str = "buyout") -> OrderSnapshot:
    """What a report of sales tells: how far an order has come, and not when it was placed."""
    sold_at = PLACED + timedelta(minutes=9)
    return step(status, word, placed_at=sold_at, status_at=sold_at, is_floor=True, needs_order=True)


def test_a_step_of_an_order_that_we_do_not_hold_makes_none(account: MarketplaceAccount) -> None:
    result = record(account, sale())

    assert (result.inserted, result.changed, result.rejected) == (0, 0, ())
    assert not Order.objects.for_company(account.company_id).exists()


def test_a_step_moves_the_order_and_leaves_when_it_was_placed(account: MarketplaceAccount) -> None:
    record(account, whole())
    record(account, sale(), at=SEEN + MINUTE)

    order = the_order(account)
    assert (order.status, order.placed_at) == (OrderStatus.DELIVERED, PLACED)
    assert history(account) == [("", "accepted"), ("accepted", "delivered")]


def test_on_one_page_a_step_and_an_answer_that_may_make_an_order_make_one(
    account: MarketplaceAccount,
) -> None:
    record(account, step(OrderStatus.ACCEPTED, "created"), sale())

    order = the_order(account)
    assert (order.status, order.placed_at) == (OrderStatus.DELIVERED, PLACED)


def test_the_least_that_an_order_has_reached_keeps_the_better_word(account: MarketplaceAccount) -> None:
    record(account, whole(OrderStatus.RETURNED, "returnDefective"))

    result = record(
        account,
        sale(OrderStatus.RETURNED, "return"),
        replace(whole(OrderStatus.ACCEPTED, "created"), is_floor=True),
        at=SEEN + MINUTE,
    )

    assert (result.changed, the_order(account).external_status) == (0, "returnDefective")
