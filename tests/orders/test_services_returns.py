"""orders.services.record: returns, and answers that tell only a part of an order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from marketplaces.contracts.orders import OrderStatus
from orders.models import EventKind, Order, OrderEvent, OrderLine
from tests.factories.catalog import ListingFactory
from tests.orders.snapshots import PLACED, SEEN, line, order
from tests.orders.test_services_record import MINUTE, counted_from_orders, history, record, tally, the_order

if TYPE_CHECKING:
    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.models import MarketplaceAccount

BACK = PLACED + timedelta(days=9)


def step(status: OrderStatus, word: str, **changes: object) -> OrderSnapshot:
    """What a feed tells: the status, and of the goods no more than their SKU."""
    told = order(
        status=status,
        number="",
        external_status=word,
        lines=(line(seller_sku="", name="", quantity=1, price=Decimal("500.00")),),
        warehouse_external_id="",
        warehouse_name="",
        cluster_from="",
        is_partial=True,
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # fields of the snapshot


def whole(status: OrderStatus = OrderStatus.ACCEPTED, word: str = "", **changes: object) -> OrderSnapshot:
    told = order(
        status=status, external_status=word or status.value, lines=(line(quantity=1, price=Decimal(500)),)
    )
    return replace(told, **changes)  # type: ignore[arg-type]  # fields of the snapshot


def test_a_return_goes_on_from_the_delivery(account: MarketplaceAccount) -> None:
    for minutes, status in enumerate([OrderStatus.ACCEPTED, OrderStatus.DELIVERED, OrderStatus.RETURNED]):
        record(account, whole(status), at=SEEN + minutes * MINUTE)

    assert history(account) == [("", "accepted"), ("accepted", "delivered"), ("delivered", "returned")]
    kinds = OrderEvent.objects.for_company(account.company_id).values_list("kind", flat=True)
    assert set(kinds) == {EventKind.STATUS}
    assert tally(account) == counted_from_orders(account)


def test_a_part_comes_back_and_then_the_rest(account: MarketplaceAccount) -> None:
    steps = [OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED]
    for minutes, status in enumerate(steps):
        record(account, whole(status), at=SEEN + minutes * MINUTE)

    assert history(account)[1:] == [
        ("accepted", "delivered"),
        ("delivered", "partly_returned"),
        ("partly_returned", "returned"),
    ]


def test_an_order_first_seen_returned_tells_of_its_delivery(account: MarketplaceAccount) -> None:
    delivered_at = PLACED + timedelta(days=2)
    record(
        account,
        whole(OrderStatus.RETURNED, status_at=BACK, delivered_at=delivered_at),
        at=BACK + MINUTE,
    )

    events = OrderEvent.objects.for_company(account.company_id).order_by("id")
    assert [(str(one.new_status), one.happened_at) for one in events] == [
        ("accepted", PLACED),
        ("delivered", delivered_at),
        ("returned", BACK),
    ]


def test_what_came_back_is_not_delivered_again_by_old_news(account: MarketplaceAccount) -> None:
    record(account, whole(OrderStatus.RETURNED), at=SEEN)
    record(account, whole(OrderStatus.DELIVERED), at=SEEN + MINUTE)

    assert the_order(account).status == OrderStatus.RETURNED


def test_a_part_of_the_news_moves_the_status_and_keeps_the_rest(account: MarketplaceAccount) -> None:
    record(account, whole(), at=SEEN)
    before = OrderLine.objects.for_company(account.company_id).get().pk
    result = record(
        account, step(OrderStatus.DELIVERED, "buyout", delivered_at=PLACED + MINUTE), at=SEEN + MINUTE
    )

    held = the_order(account)
    assert result.changed == 1
    assert (held.status, held.external_status) == (OrderStatus.DELIVERED, "buyout")
    assert held.delivered_at == PLACED + MINUTE
    assert (held.number, held.warehouse_name, held.cluster_from) == (
        "48217735-0193",
        "ХОРУГВИНО_РФЦ",
        "Москва",
    )
    assert OrderLine.objects.for_company(account.company_id).get().pk == before
    assert tally(account) == counted_from_orders(account)


def test_the_same_part_again_changes_nothing(account: MarketplaceAccount) -> None:
    record(account, whole(), at=SEEN)
    record(account, step(OrderStatus.CANCELLED, "cancel"), at=SEEN + MINUTE)
    again = record(account, step(OrderStatus.CANCELLED, "cancel"), at=SEEN + 2 * MINUTE)

    assert (again.changed, again.unchanged) == (0, 1)


def test_a_part_of_an_order_that_nobody_knows_is_kept(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1482000001", seller_sku="LN-1", name="Плед")
    record(account, step(OrderStatus.ACCEPTED, "created"), at=SEEN)

    held, held_line = the_order(account), OrderLine.objects.for_company(account.company_id).get()
    assert held.amount == Decimal("500.00")
    assert (held_line.listing_id, held_line.seller_sku, held_line.name) == (listing.pk, "LN-1", "Плед")
    assert held.title == "Плед"

    record(account, whole(is_floor=True), at=SEEN + MINUTE)
    assert the_order(account).number == "48217735-0193"


def test_the_least_status_leaves_an_order_where_it_has_come(account: MarketplaceAccount) -> None:
    record(account, step(OrderStatus.DELIVERED, "buyout"), at=SEEN)
    late = whole(is_floor=True, number="the purchase")
    result = record(account, late, at=SEEN + MINUTE)

    held = the_order(account)
    assert result.changed == 1, "the rest is news"
    assert (held.status, held.external_status, held.number) == (
        OrderStatus.DELIVERED,
        "buyout",
        "the purchase",
    )
    assert record(account, late, at=SEEN + 2 * MINUTE).unchanged == 1


@pytest.mark.parametrize("turn", list(itertools.permutations(range(4))))
def test_in_whatever_order_parts_and_wholes_come_the_end_is_the_same(
    account: MarketplaceAccount, turn: tuple[int, ...]
) -> None:
    told = [
        whole(is_floor=True),
        step(OrderStatus.DELIVERED, "buyout", delivered_at=PLACED + timedelta(days=2)),
        step(OrderStatus.RETURNED, "return"),
        whole(is_floor=True),
    ]
    for minutes, number in enumerate(turn):
        record(account, told[number], at=SEEN + minutes * MINUTE)

    held = Order.objects.for_company(account.company_id).get()
    assert (held.status, held.number, held.amount) == (
        OrderStatus.RETURNED,
        "48217735-0193",
        Decimal("500.00"),
    )
    assert tally(account) == counted_from_orders(account)


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))))
def test_parts_and_wholes_in_one_page_are_put_together(
    account: MarketplaceAccount, turn: tuple[int, ...]
) -> None:
    told = [
        whole(is_floor=True),
        step(OrderStatus.DELIVERED, "buyout", delivered_at=PLACED + timedelta(days=2)),
        step(OrderStatus.RETURNED, "return"),
    ]
    record(account, *(told[number] for number in turn), at=SEEN)

    held = the_order(account)
    assert (held.status, held.external_status, held.number) == (
        OrderStatus.RETURNED,
        "return",
        "48217735-0193",
    )
