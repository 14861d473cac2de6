"""A made-up seller: company, account, listings, warehouses, and orders as a marketplace would tell them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from catalog.models import Cluster, Listing, Product, Warehouse
from companies.choices import Role
from companies.models import Company, Membership, User
from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrderStatus
from marketplaces.models import MarketplaceAccount, StreamState
from marketplaces.registry import streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

LISTINGS: Final = 240
WAREHOUSES: Final = 12
CLUSTERS: Final = ("Москва", "Санкт-Петербург", "Урал", "Казань", "Юг", "Сибирь", "Дальний Восток", "Воронеж")
HISTORY: Final = timedelta(days=730)
_WORDS: Final = {
    OrderStatus.ACCEPTED: "awaiting_packaging",
    OrderStatus.PACKED: "awaiting_deliver",
    OrderStatus.SHIPPED: "delivering",
    OrderStatus.DELIVERED: "delivered",
    OrderStatus.CANCELLED: "cancelled",
}
# The steps of an order and how long after it was placed each comes, in hours: at least, and at most.
_STEPS: Final = {
    OrderStatus.ACCEPTED: (0, 1),
    OrderStatus.PACKED: (2, 10),
    OrderStatus.CANCELLED: (2, 10),
    OrderStatus.SHIPPED: (12, 40),
    OrderStatus.DELIVERED: (60, 200),
}


def make_company(slug: str) -> tuple[Company, User]:
    """A company and its owner."""
    owner = User.objects.create_user(f"{slug}@example.com", name="Анна Воронина")
    company = Company.objects.create(name=f"Лавка {slug}", slug=slug)
    Membership.all_companies.create(company=company, user=owner, role=Role.OWNER)
    return company, owner


def make_account(company: Company) -> MarketplaceAccount:
    """An account with its streams, its listings and its warehouses; nobody syncs it."""
    now = timezone.now()
    account: MarketplaceAccount = MarketplaceAccount.all_companies.create(
        company=company,
        marketplace="ozon",
        title="Ozon",
        external_id=f"bench-{company.slug}",
        base_url="http://127.0.0.1",
        credentials_sealed="",
    )
    StreamState.all_companies.bulk_create(
        StreamState(company=company, account=account, stream=code, succeeded_at=now, data_as_of=now)
        for code in streams()
    )
    products = Product.all_companies.bulk_create(
        Product(company=company, sku=f"LN-{number:05}", name=f"Плед {number}, хлопок")
        for number in range(LISTINGS)
    )
    Listing.all_companies.bulk_create(
        Listing(
            company=company,
            account=account,
            product=product,
            external_id=str(500_000 + number),
            marketplace_sku=str(1_482_000_000 + number),
            seller_sku=product.sku,
            name=product.name,
            external_status="price_sent",
            price=Decimal(900 + number * 10),
            observed_at=now,
        )
        for number, product in enumerate(products)
    )
    clusters = Cluster.all_companies.bulk_create(
        Cluster(company=company, marketplace="ozon", external_id=str(number), name=name)
        for number, name in enumerate(CLUSTERS)
    )
    Warehouse.all_companies.bulk_create(
        Warehouse(
            company=company,
            marketplace="ozon",
            external_id=str(22_000_000 + number),
            name=f"СКЛАД_{number}_РФЦ",
            cluster=clusters[number % len(clusters)],
        )
        for number in range(WAREHOUSES)
    )
    return account


def orders(count: int, *, seed: int = 7, until: datetime | None = None) -> Iterator[OrderSnapshot]:
    """Orders of two years, one to three positions each, oldest first; the late ones are still on their way."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    end = until or timezone.now()
    for index in range(count):
        placed_at = end - HISTORY + HISTORY * (index / count)
        yield _order(chance, index, placed_at=placed_at, age=end - placed_at)


def later(snapshots: Sequence[OrderSnapshot], *, share: float) -> list[OrderSnapshot]:
    """The same orders at the next look: every so many has moved on to another status."""
    step = round(1 / share)
    return [_moved(snapshot) if index % step == 0 else snapshot for index, snapshot in enumerate(snapshots)]


def looks(snapshots: Sequence[OrderSnapshot], *, seed: int = 11) -> Iterator[list[OrderSnapshot]]:
    """The orders as they are seen at one step after another, each step with its moment."""
    chance = random.Random(seed)  # noqa: S311 - nothing here is a secret
    for status, hours in _STEPS.items():
        yield [
            _seen(snapshot, status, snapshot.placed_at + timedelta(hours=chance.uniform(*hours)))
            for snapshot in snapshots
            if status in _way(snapshot.status)
        ]


def _way(status: OrderStatus) -> set[OrderStatus]:
    """The steps that an order has behind it by the time it has come to a status."""
    if status is OrderStatus.CANCELLED:
        return {OrderStatus.ACCEPTED, OrderStatus.CANCELLED}
    return {step for step in _STEPS if step.rank <= status.rank} - {OrderStatus.CANCELLED}


def _seen(snapshot: OrderSnapshot, status: OrderStatus, moment: datetime) -> OrderSnapshot:
    return replace(
        snapshot,
        status=status,
        external_status=_WORDS[status],
        status_at=moment,
        delivered_at=moment if status is OrderStatus.DELIVERED else None,
    )


def _moved(snapshot: OrderSnapshot) -> OrderSnapshot:
    status = OrderStatus.CANCELLED if snapshot.status is OrderStatus.DELIVERED else OrderStatus.DELIVERED
    return replace(snapshot, status=status, external_status=_WORDS[status])


def _order(chance: random.Random, index: int, *, placed_at: datetime, age: timedelta) -> OrderSnapshot:
    status = _status(chance, age)
    warehouse = chance.randrange(WAREHOUSES)
    number = f"{10_000_000 + index:08}-{chance.randrange(10_000):04}"
    return OrderSnapshot(
        external_id=f"{number}-1",
        number=number,
        status=status,
        external_status=_WORDS[status],
        placed_at=placed_at,
        accepted_at=placed_at + timedelta(minutes=2),
        lines=tuple(_line(chance) for _ in range(chance.choices((1, 2, 3), (8, 3, 1))[0])),
        warehouse_external_id=str(22_000_000 + warehouse),
        warehouse_name=f"СКЛАД_{warehouse}_РФЦ",
        cluster_from=CLUSTERS[warehouse % len(CLUSTERS)],
        cluster_to=chance.choice(CLUSTERS),
        city="Екатеринбург",
        delivery_type="PVZ",
    )


def _status(chance: random.Random, age: timedelta) -> OrderStatus:
    if chance.random() < 0.08:
        return OrderStatus.CANCELLED
    if age > timedelta(days=10):
        return OrderStatus.DELIVERED
    if age > timedelta(days=2):
        return OrderStatus.SHIPPED
    return OrderStatus.PACKED if age > timedelta(hours=12) else OrderStatus.ACCEPTED


def _line(chance: random.Random) -> OrderLineSnapshot:
    listing = chance.randrange(LISTINGS)
    return OrderLineSnapshot(
        marketplace_sku=str(1_482_000_000 + listing),
        seller_sku=f"LN-{listing:05}",
        name=f"Плед {listing}, хлопок",
        quantity=chance.choices((1, 2, 3), (9, 2, 1))[0],
        price=Decimal(900 + listing * 10),
        discount=Decimal(100),
    )
