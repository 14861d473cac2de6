"""core.statuses: a status knows its label, tone and end, and comes back from the database as itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation

from marketplaces.contracts.orders import OrderStatus
from orders.models import Order
from tests.factories.orders import OrderFactory

if TYPE_CHECKING:
    from companies.models import Company


def test_member_carries_its_label_tone_and_end() -> None:
    with translation.override("ru"):
        assert str(OrderStatus.SHIPPED.label) == "Передан в доставку"
    assert (OrderStatus.SHIPPED.tone, OrderStatus.SHIPPED.is_final) == ("progress", False)
    assert OrderStatus.finals() == [
        OrderStatus.DELIVERED,
        OrderStatus.CANCELLED,
        OrderStatus.PARTLY_RETURNED,
        OrderStatus.RETURNED,
    ]


def test_database_gives_the_member_back(company: Company) -> None:
    OrderFactory(account__company=company, status=OrderStatus.SHIPPED)

    assert Order.objects.for_company(company).get().status is OrderStatus.SHIPPED


def test_value_that_the_enum_does_not_know_comes_back_as_text(company: Company) -> None:
    OrderFactory(account__company=company)
    Order.objects.for_company(company).update(status="teleported")

    assert Order.objects.for_company(company).get().status == "teleported"


def test_steps_are_in_the_order_of_their_ranks() -> None:
    ranks = [status.rank for status in OrderStatus.steps()]

    assert ranks == sorted(ranks)
    assert OrderStatus.CANCELLED.rank == OrderStatus.DELIVERED.rank
