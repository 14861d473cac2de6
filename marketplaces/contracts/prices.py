"""Prices: as a marketplace tells them, as the seller wishes them, and what became of a wish."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSnapshot:
    """The prices of one listing now, in `currency`.

    `price` is what the seller asks after his own discount (the marketplace's discounts are not in it),
    `old_price` what stands crossed out beside it, `min_price` the lowest that he allows; None where there is none.
    `held_price` is a new price that the marketplace holds back, `hold_reason` why, in its words.
    """

    external_id: str
    price: Decimal | None
    old_price: Decimal | None = None
    min_price: Decimal | None = None
    currency: str = "RUB"
    held_price: Decimal | None = None
    hold_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWish:
    """The prices that the seller wants for one listing, whole, beside those that stand now.

    `old_price` and `min_price` None mean "none". `card_id` names the card whose sizes share a price where the
    marketplace prices cards.
    """

    external_id: str
    marketplace_sku: str
    seller_sku: str
    price: Decimal
    old_price: Decimal | None = None
    min_price: Decimal | None = None
    currency: str = "RUB"
    card_id: str = ""
    was_price: Decimal | None = None
    was_old_price: Decimal | None = None
    was_min_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceProblem:
    """What the marketplace's own rules say against a wish. A wish with a fatal problem is not sent; any other is a
    warning: it may be sent, and is likely to be held back."""

    code: str
    text: StrOrPromise
    is_fatal: bool


class PriceOutcome(StatusChoices):
    """What became of a price that was sent."""

    PENDING = "pending", "progress", "clock", False, _("not decided yet")
    CONFIRMED = "confirmed", "success", "check", True, _("in force")
    REJECTED = "rejected", "danger", "x", True, _("rejected")
    HELD = "held", "warning", "shield-alert", True, _("held back by the marketplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAnswer:
    """What the marketplace says of one sent price: `code` is its own word, `reason` its text, both may be empty."""

    external_id: str
    outcome: PriceOutcome
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSent:
    """The answer to a sending: the marketplace's task (empty where there is none) and what is decided at once."""

    reference: str = ""
    answers: tuple[PriceAnswer, ...] = ()
