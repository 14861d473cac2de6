"""Orders as a marketplace tells them, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices


class OrderStatus(StatusChoices):
    """The life of an order, in the order of its steps; `rank` orders them."""

    UNKNOWN = "unknown", "neutral", "circle-help", False, _("Unknown")
    ACCEPTED = "accepted", "info", "check", False, _("Accepted")
    PACKED = "packed", "info", "package", False, _("Packed")
    SHIPPED = "shipped", "progress", "truck", False, _("Handed to delivery")
    DELIVERED = "delivered", "success", "check", True, _("Delivered")
    CANCELLED = "cancelled", "neutral", "x", True, _("Cancelled")
    PARTLY_RETURNED = "partly_returned", "warning", "undo-2", True, _("Returned in part")
    RETURNED = "returned", "warning", "undo-2", True, _("Returned")

    @property
    def rank(self) -> int:
        """How far the order has come; an order never moves to a lower rank. Delivery and cancellation share one:
        each may correct the other."""
        return _RANKS[self.value]

    @property
    def is_always_shown(self) -> bool:
        """Whether counters show it also where no order stands in it: not every marketplace tells of returns."""
        return self not in (OrderStatus.UNKNOWN, OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED)

    @classmethod
    def steps(cls) -> tuple[OrderStatus, ...]:
        """The four steps that a seller sees."""
        return (cls.ACCEPTED, cls.PACKED, cls.SHIPPED, cls.DELIVERED)


_RANKS = {
    "unknown": 0, "accepted": 1, "packed": 2, "shipped": 3, "delivered": 4, "cancelled": 4, "partly_returned": 5,
    "returned": 6,
}  # fmt: skip


class Precision(StrEnum):
    """How well the time of an event is known."""

    EXACT = "exact"  # the marketplace said when
    OBSERVED = "observed"  # when we noticed; it happened some time before
    ESTIMATED = "estimated"  # it happened before our first look; the promised or usual date stands in
    DAY = "day"  # only the day is known


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineSnapshot:
    """One position. `price` is the seller's price of one unit in the order's currency.

    `seller_sku` and `name` may be empty where the answer does not tell them: the listing's stand in.
    """

    marketplace_sku: str
    seller_sku: str
    name: str
    quantity: int
    price: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """One order (Ozon: a posting). Moments are aware UTC.

    `status_at` is when the order came to `status`, if the marketplace said so; None lets the moment we
    noticed stand. `external_status` is their word, kept and shown.

    `is_partial` marks an answer that tells the status and little else: of an order that we hold it moves only the
    status and what belongs to it, and an order that is new is kept as far as it is told. `is_floor` marks a status
    that the order has at least reached: one that has come as far or further keeps its own, and the words for it.
    `needs_order` marks a step that does not tell what it takes to keep a new order: of one that we do not hold it
    says nothing.
    """

    external_id: str
    number: str = ""
    status: OrderStatus
    external_status: str
    external_substatus: str = ""
    placed_at: datetime
    accepted_at: datetime | None = None
    status_at: datetime | None = None
    delivered_at: datetime | None = None
    delivered_precision: Precision = Precision.EXACT
    expected_from: datetime | None = None
    expected_to: datetime | None = None
    lines: tuple[OrderLineSnapshot, ...]
    currency: str = "RUB"
    warehouse_external_id: str = ""
    warehouse_name: str = ""
    cluster_from: str = ""
    cluster_to: str = ""
    city: str = ""
    delivery_type: str = ""
    cancel_reason_id: str = ""
    cancel_reason: str = ""
    cancel_initiator: str = ""
    is_partial: bool = False
    is_floor: bool = False
    needs_order: bool = False

    @property
    def amount(self) -> Decimal:
        """The sum of the lines at the seller's price."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def units(self) -> int:
        """The units of all lines."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersQuery:
    """What to pull: orders placed since `since`, and again those that we still hold as open.

    `open_external_ids` are the orders that may still move, in a stable order. `sku_by_barcode` gives the
    marketplace SKU of every barcode that the assortment knows, for answers that name only the barcode.
    """

    since: datetime
    until: datetime
    open_external_ids: tuple[str, ...] = ()
    sku_by_barcode: Mapping[str, str] = field(default_factory=dict)
