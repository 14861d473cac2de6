"""Returns and refusals as a marketplace tells them, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices


class ReturnKind(models.TextChoices):
    """At which point the buyer and the goods parted. Only a client return counts in a return rate."""

    CANCELLATION = "cancellation", _("Cancelled before hand-over")
    REFUSAL = "refusal", _("Refused at hand-over")
    PARTIAL_REFUSAL = "partial_refusal", _("Refused in part at hand-over")
    CLIENT_RETURN = "client_return", _("Returned by the buyer")
    TECHNICAL = "technical", _("Technical return")
    UNKNOWN = "unknown", _("Unknown")


class ReturnStatus(StatusChoices):
    """Where the unit is, in the order of its life; `rank` orders them. Every return shall end in a final one."""

    UNKNOWN = "unknown", "neutral", "circle-help", False, _("Unknown")
    CLAIMED = "claimed", "info", "message-square", False, _("Asked for by the buyer")
    IN_TRANSIT = "in_transit", "progress", "truck", False, _("On its way back")
    RECEIVED = "received", "progress", "warehouse", False, _("Received")
    CHECKED = "checked", "progress", "scan-line", False, _("Checked")
    DEFECTIVE = "defective", "warning", "triangle-alert", False, _("Defective")
    WAITING_PICKUP = "waiting_pickup", "warning", "package", False, _("Waits for pick-up")
    BACK_ON_SALE = "back_on_sale", "success", "check", True, _("Back on sale")
    HANDED_OVER = "handed_over", "success", "hand", True, _("Handed to the seller")
    DISPOSED = "disposed", "neutral", "trash-2", True, _("Disposed of")
    COMPENSATED = "compensated", "success", "banknote", True, _("Compensated")
    LOST = "lost", "danger", "circle-slash", True, _("Lost")
    REJECTED = "rejected", "neutral", "x", True, _("Return rejected")

    @property
    def rank(self) -> int:
        """How far the unit has come. The endings share one: each may correct another."""
        return _RANKS[self.value]


_RANKS = {
    "unknown": 0, "claimed": 1, "in_transit": 2, "received": 3, "checked": 4, "defective": 5, "waiting_pickup": 6,
    "back_on_sale": 7, "handed_over": 7, "disposed": 7, "compensated": 7, "lost": 7, "rejected": 7,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSnapshot:
    """One product of one return, in units. Moments are aware UTC; None and empty: not told by this answer, what
    we hold stays.

    `external_id` is stable and belongs to this product of the return alone; `number` is what people call the
    return there. `registered_at` is when the return began (the buyer refused or handed it in): the day it is
    counted on. `changed_at` is when it came to `status`; an older answer changes nothing, and between two of
    unknown age the one that has come further stands. `reason` and `reason_id` are the marketplace's words, never
    a buyer's own text. `kind_else` is what it is taken for while no answer has told its kind. `price` is the seller's price of a unit in `currency`. Where several sources tell of one
    return, each tells a part (`is_partial`): the status then moves forward only.
    """

    external_id: str
    number: str = ""
    order_external_id: str = ""
    order_number: str = ""
    kind: ReturnKind
    kind_else: ReturnKind = ReturnKind.UNKNOWN
    status: ReturnStatus
    external_status: str = ""
    registered_at: datetime | None = None
    changed_at: datetime | None = None
    received_at: datetime | None = None
    settled_at: datetime | None = None
    marketplace_sku: str = ""
    barcode: str = ""
    seller_sku: str = ""
    name: str = ""
    quantity: int = 1
    price: Decimal | None = None
    currency: str = ""
    reason_id: str = ""
    reason: str = ""
    place_name: str = ""
    place_address: str = ""
    pick_up_until: date | None = None
    storage_from: date | None = None
    storage_cost: Decimal | None = None
    disposal_on: date | None = None
    disposal_cost: Decimal | None = None
    compensation: Decimal | None = None
    compensation_status: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsQuery:
    """What to pull: returns changed since `since`, and again those that we hold as not settled."""

    since: datetime
    until: datetime
    open_external_ids: tuple[str, ...] = ()
