"""Supplies to a marketplace's warehouses as it tells them, in our words; withdrawals and disposals beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _said

from core.statuses import StatusChoices


class SupplyKind(models.TextChoices):
    """What moves which way. Only a supply is a shipment of the seller; the others are kept apart from it."""

    SUPPLY = "supply", _("Supply")
    VIRTUAL = "virtual", _("Virtual supply")  # nothing travelled: transfers, additional acceptance
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    DISPOSAL = "disposal", _("Disposal")


class SupplyStatus(StatusChoices):
    """The life of a supply, in the order of its steps; `rank` orders them."""

    UNKNOWN = "unknown", "neutral", "circle-help", False, _said("supply", "Unknown")
    DRAFT = "draft", "neutral", "pencil", False, _said("supply", "Draft")
    BOOKED = "booked", "info", "calendar-check", False, _said("supply", "Slot booked")
    READY = "ready", "info", "package-check", False, _said("supply", "Ready to ship")
    SHIPPED = "shipped", "progress", "truck", False, _said("supply", "Shipped")
    ARRIVED = "arrived", "progress", "warehouse", False, _said("supply", "Arrived")
    ACCEPTING = "accepting", "progress", "scan-line", False, _said("supply", "Being accepted")
    DISCREPANCY = "discrepancy", "warning", "scale", False, _said("supply", "Discrepancies to settle")
    ACCEPTED = "accepted", "success", "check", True, _said("supply", "Accepted")
    CANCELLED = "cancelled", "neutral", "x", True, _said("supply", "Cancelled")
    OVERDUE = "overdue", "danger", "alarm-clock", True, _said("supply", "Overdue")

    @property
    def rank(self) -> int:
        """How far the supply has come. The three endings share one: each may correct another."""
        return _RANKS[self.value]

    @classmethod
    def steps(cls) -> tuple[SupplyStatus, ...]:
        """The way of a supply that goes well."""
        return (cls.DRAFT, cls.BOOKED, cls.READY, cls.SHIPPED, cls.ARRIVED, cls.ACCEPTING, cls.ACCEPTED)


_RANKS = {
    "unknown": 0, "draft": 1, "booked": 2, "ready": 3, "shipped": 4, "arrived": 5, "accepting": 6, "discrepancy": 7,
    "accepted": 8, "cancelled": 8, "overdue": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyLineSnapshot:
    """One product of a supply, in units. None: the marketplace does not tell it (yet).

    `declared` is what the seller said he brings, `accepted` what was counted as good, `on_sale` how much of that
    can be bought or was sold already. `shortage`, `surplus` and `defect` are told, never computed by an adapter.
    Nought is told. Of these five and of the price, one that no line of an answer has is not told by it: what we hold
    stays. One that any line has is told of all of them.
    A line is known by `marketplace_sku`, or by `barcode` where the answer names only that. `price` is the value
    of a unit in their papers.
    """

    marketplace_sku: str = ""
    barcode: str = ""
    seller_sku: str = ""
    name: str = ""
    declared: int
    shipped: int | None = None
    accepted: int | None = None
    on_sale: int | None = None
    shortage: int | None = None
    surplus: int | None = None
    defect: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSnapshot:
    """A box or pallet as the marketplace knows it; `contents` is units by marketplace SKU or barcode."""

    code: str
    is_pallet: bool = False
    external_status: str = ""
    contents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSnapshot:
    """A paper of a supply. Its link is not kept: links of the marketplaces live for minutes."""

    kind: str
    number: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplySnapshot:
    """One supply. Moments are aware UTC.

    `external_id` never changes in the life of the supply; `number` is what people call it there (Wildberries:
    the id that a pre-order gets once it is planned). `changed_at` is when the marketplace last changed it: an
    older answer changes nothing. The slot is in UTC, and `slot_zone` the IANA zone of the warehouse in which it is
    printed. `lines`, `boxes` and `documents` None: not told by this answer, what we hold stays.
    `parent_external_id` names the supply that this one was split from; only the children are counted.
    """

    external_id: str
    number: str = ""
    kind: SupplyKind = SupplyKind.SUPPLY
    status: SupplyStatus
    external_status: str
    external_substatus: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    slot_from: datetime | None = None
    slot_to: datetime | None = None
    slot_zone: str = ""
    fill_until: datetime | None = None
    shipped_at: datetime | None = None
    arrived_at: datetime | None = None
    accepted_at: datetime | None = None
    warehouse_external_id: str = ""
    warehouse_name: str = ""
    drop_off_name: str = ""
    cluster_name: str = ""
    parent_external_id: str = ""
    reason: str = ""
    lines: tuple[SupplyLineSnapshot, ...] | None = None
    boxes: tuple[BoxSnapshot, ...] | None = None
    documents: tuple[DocumentSnapshot, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliesQuery:
    """What to pull: supplies changed since `since`, and again those that we hold as not settled.

    `open_external_ids` are supplies that may still move, and accepted ones whose numbers may, in a stable order.
    `sku_by_barcode` gives the marketplace SKU of every barcode of the assortment.
    """

    since: datetime
    until: datetime
    open_external_ids: tuple[str, ...] = ()
    sku_by_barcode: Mapping[str, str] = field(default_factory=dict)
