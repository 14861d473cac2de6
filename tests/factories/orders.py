"""Orders with their lines, events and tallies."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from core.periods import business_day
from marketplaces.contracts.orders import OrderStatus, Precision
from orders.models import Order, OrderEvent, OrderLine, OrderTally
from tests.factories.base import CompanyOwnedFactory
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory


class OrderFactory(CompanyOwnedFactory):
    """Accepted an hour ago, one line of one unit at 2 490 ₽, Москва → Урал.

    `lines` is how many lines are made with the order (0 for none); traits move it on.
    """

    class Meta:
        model = Order
        skip_postgeneration_save = True

    class Params:
        packed = factory.Trait(status=OrderStatus.PACKED, external_status="awaiting_deliver")
        shipped = factory.Trait(status=OrderStatus.SHIPPED, external_status="delivering")
        delivered = factory.Trait(
            status=OrderStatus.DELIVERED,
            external_status="delivered",
            delivered_at=factory.SelfAttribute("status_at"),
        )
        cancelled = factory.Trait(
            status=OrderStatus.CANCELLED,
            external_status="cancelled",
            cancel_reason_id="501",
            cancel_reason="Покупатель отменил заказ",
            cancel_initiator="client",
        )

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    marketplace = factory.SelfAttribute("account.marketplace")
    external_id = factory.Sequence(lambda n: f"48217735-{n:04}-1")
    number = factory.LazyAttribute(lambda row: row.external_id.rpartition("-")[0])
    status = OrderStatus.ACCEPTED
    external_status = "awaiting_packaging"
    placed_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    placed_date = factory.LazyAttribute(lambda row: business_day(row.placed_at))
    accepted_at = factory.SelfAttribute("placed_at")
    status_at = factory.SelfAttribute("placed_at")
    status_precision = Precision.EXACT
    amount = Decimal("2490.00")
    units = 1
    lines_count = 1
    title = "Плед 130×170, хлопок, овсяный"
    warehouse_name = factory.LazyAttribute(
        lambda row: row.warehouse.name if row.warehouse else "ХОРУГВИНО_РФЦ"
    )
    warehouse = None
    cluster_from = "Москва"
    cluster_to = "Урал"
    city = "Екатеринбург"
    fingerprint = factory.LazyAttribute(lambda row: hashlib.sha1(row.external_id.encode()).digest())
    observed_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("placed_at")

    @factory.post_generation
    def lines(self: Order, create: bool, extracted: int | None, **fields: object) -> None:
        if not create:
            return
        for position in range(1 if extracted is None else extracted):
            OrderLineFactory(order=self, position=position, **fields)


class OrderLineFactory(CompanyOwnedFactory):
    class Meta:
        model = OrderLine

    company = factory.SelfAttribute("order.company")
    order = factory.SubFactory(OrderFactory, lines=0)
    position = 0
    listing = factory.SubFactory(ListingFactory, account=factory.SelfAttribute("..order.account"))
    marketplace_sku = factory.LazyAttribute(lambda row: row.listing.marketplace_sku if row.listing else "1")
    seller_sku = factory.LazyAttribute(lambda row: row.listing.seller_sku if row.listing else "UNKNOWN")
    name = factory.LazyAttribute(lambda row: row.listing.name if row.listing else "Неизвестный товар")
    quantity = 1
    price = Decimal("2490.00")
    discount = Decimal("240.00")
    placed_at = factory.SelfAttribute("order.placed_at")


class OrderEventFactory(CompanyOwnedFactory):
    class Meta:
        model = OrderEvent

    company = factory.SelfAttribute("order.company")
    order = factory.SubFactory(OrderFactory)
    old_status = ""
    new_status = OrderStatus.ACCEPTED
    external_status = "awaiting_packaging"
    happened_at = factory.SelfAttribute("order.placed_at")
    recorded_at = factory.LazyAttribute(lambda row: row.happened_at + timedelta(minutes=3))
    precision = Precision.EXACT
    source = "poll"


class OrderTallyFactory(CompanyOwnedFactory):
    class Meta:
        model = OrderTally

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    day = factory.LazyFunction(lambda: business_day(timezone.now()))
    status = OrderStatus.ACCEPTED
    orders = 1
    units = 1
    amount = Decimal("2490.00")
