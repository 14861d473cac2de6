"""Supplies and returns of the made-up seller, as a marketplace would tell them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fbo_cabinet.bench.shop import CLUSTERS, LISTINGS, WAREHOUSES
from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.contracts.supplies import SupplyKind, SupplyLineSnapshot, SupplySnapshot, SupplyStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from orders.models import Order

LINES: Final = 20
# Their id of the first return that `waiting` makes.
WAITING_FROM: Final = 80_000_000
# A supply has its slot so long after the one before, the last this far ahead: two thousand fill two years.
_APART: Final = timedelta(hours=9)
_AHEAD: Final = timedelta(days=20)
_REASONS: Final = (
    "Брак", "Не подошёл размер", "Цвет отличается от фото", "Повреждена упаковка", "Покупатель передумал",
    "Долго везли", "Не работает", "Неполный комплект", "Не понравился", "Не соответствует описанию",
    "Привезли другой товар", "По решению склада", "Пятна на ткани", "Нашёл дешевле", "Слова без правила",
)  # fmt: skip
_SETTLED: Final = (
    ReturnStatus.BACK_ON_SALE, ReturnStatus.BACK_ON_SALE, ReturnStatus.BACK_ON_SALE, ReturnStatus.HANDED_OVER,
    ReturnStatus.DISPOSED, ReturnStatus.COMPENSATED, ReturnStatus.LOST,
)  # fmt: skip
_OPEN: Final = (
    ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED, ReturnStatus.CHECKED, ReturnStatus.DEFECTIVE,
    ReturnStatus.WAITING_PICKUP,
)  # fmt: skip


def returns(orders: Sequence[Order], *, until: datetime) -> Iterator[ReturnSnapshot]:
    """A return of each of the orders: cancelled ones were refused, the others came back from the buyer."""
    chance = random.Random(13)  # noqa: S311 - nothing here is a secret
    for number, order in enumerate(orders):
        line = order.lines.all()[0]
        registered_at = min(order.status_at + timedelta(days=chance.uniform(1, 12)), until)
        is_settled = until - registered_at > timedelta(days=60)
        status = chance.choice(_SETTLED) if is_settled else _OPEN[number % len(_OPEN)]
        waits = status is ReturnStatus.WAITING_PICKUP
        yield ReturnSnapshot(
            external_id=str(70_000_000 + number),
            number=str(70_000_000 + number),
            order_external_id=order.external_id,
            order_number=order.number,
            kind=_kind(order, number),
            status=status,
            external_status=status.value,
            registered_at=registered_at,
            changed_at=min(registered_at + timedelta(days=chance.uniform(2, 20)), until),
            marketplace_sku=line.marketplace_sku,
            price=line.price,
            reason=_REASONS[number % len(_REASONS)],
            place_name=f"СКЛАД_{number % WAREHOUSES}_РФЦ",
            pick_up_until=(until + timedelta(days=number % 14)).date() if waits else None,
            storage_from=(until - timedelta(days=3)).date() if waits else None,
            storage_cost=Decimal("4.50") if waits else None,
            disposal_on=(until + timedelta(days=number % 14 + 1)).date() if waits else None,
        )


def waiting(orders: Sequence[Order], *, until: datetime) -> Iterator[ReturnSnapshot]:
    """A return of each of the orders that waits to be picked up, at every warehouse in turn."""
    for number, told in enumerate(returns(orders, until=until)):
        yield replace(
            told,
            external_id=str(WAITING_FROM + number),
            number=str(WAITING_FROM + number),
            status=ReturnStatus.WAITING_PICKUP,
            external_status=ReturnStatus.WAITING_PICKUP.value,
            place_name=f"СКЛАД_{number % WAREHOUSES}_РФЦ",
            pick_up_until=(until + timedelta(days=number % 14)).date(),
            storage_from=(until - timedelta(days=3)).date(),
            storage_cost=Decimal("4.50"),
            disposal_on=(until + timedelta(days=number % 14 + 1)).date(),
        )


def _kind(order: Order, number: int) -> ReturnKind:
    if order.status == OrderStatus.CANCELLED:
        return ReturnKind.CANCELLATION if number % 2 else ReturnKind.REFUSAL
    return ReturnKind.PARTIAL_REFUSAL if number % 9 == 0 else ReturnKind.CLIENT_RETURN


def supplies(count: int, *, until: datetime) -> Iterator[SupplySnapshot]:
    """Supplies until some weeks ahead at an even pace, oldest first; the late ones are on their way."""
    chance = random.Random(17)  # noqa: S311 - nothing here is a secret
    for number in range(count):
        slot_from = (until + _AHEAD - _APART * (count - number)).replace(minute=0, second=0)
        status = _status(chance, until - slot_from)
        is_counted = status in {SupplyStatus.DISCREPANCY, SupplyStatus.ACCEPTED}
        warehouse = number % WAREHOUSES
        yield SupplySnapshot(
            external_id=str(30_000_000 + number),
            number=str(30_000_000 + number),
            kind=SupplyKind.WITHDRAWAL if number % 40 == 39 else SupplyKind.SUPPLY,
            status=status,
            external_status=status.value,
            created_at=min(slot_from - timedelta(days=9), until),
            changed_at=min(slot_from + timedelta(days=4), until),
            slot_from=slot_from,
            slot_to=slot_from + timedelta(hours=1),
            slot_zone="Europe/Moscow",
            arrived_at=slot_from if status.rank >= SupplyStatus.ARRIVED.rank and slot_from < until else None,
            accepted_at=min(slot_from + timedelta(days=3), until) if is_counted else None,
            warehouse_external_id=str(22_000_000 + warehouse),
            warehouse_name=f"СКЛАД_{warehouse}_РФЦ",
            cluster_name=CLUSTERS[warehouse % len(CLUSTERS)],
            lines=tuple(
                _line((number * LINES + place) % LISTINGS, chance, is_counted=is_counted)
                for place in range(LINES)
            ),
        )


def _status(chance: random.Random, age: timedelta) -> SupplyStatus:
    """Where a supply is, so long after its slot."""
    if age > timedelta(days=20):
        endings = (SupplyStatus.ACCEPTED, SupplyStatus.CANCELLED, SupplyStatus.OVERDUE)
        return chance.choices(endings, (88, 8, 4))[0]
    if age > timedelta(days=6):
        return chance.choice((SupplyStatus.ACCEPTED, SupplyStatus.ACCEPTED, SupplyStatus.DISCREPANCY))
    if age > timedelta(days=2):
        return SupplyStatus.ACCEPTING
    if age > timedelta(0):
        return chance.choice((SupplyStatus.SHIPPED, SupplyStatus.ARRIVED))
    return SupplyStatus.READY if age > timedelta(days=-5) else SupplyStatus.BOOKED


def _line(listing: int, chance: random.Random, *, is_counted: bool) -> SupplyLineSnapshot:
    declared = chance.randrange(5, 120)
    short = chance.choices((0, 1, 3), (90, 7, 3))[0] if is_counted else 0
    return SupplyLineSnapshot(
        marketplace_sku=str(1_482_000_000 + listing),
        seller_sku=f"LN-{listing:05}",
        name=f"Плед {listing}, хлопок",
        declared=declared,
        accepted=declared - short if is_counted else None,
        shortage=short if is_counted else None,
        surplus=0 if is_counted else None,
        defect=0 if is_counted else None,
    )
