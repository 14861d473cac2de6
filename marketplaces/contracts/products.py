"""Products as a marketplace lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices


class ListingStatus(StatusChoices):
    """Whether a listing sells, in our words."""

    ON_SALE = "on_sale", "success", "check", False, _("On sale")
    READY = "ready", "info", "package", False, _("Ready to sell")
    NO_STOCK = "no_stock", "warning", "package-x", False, _("No stock")
    MODERATION = "moderation", "progress", "clock", False, _("In moderation")
    BLOCKED = "blocked", "danger", "ban", False, _("Blocked")
    ARCHIVED = "archived", "neutral", "archive", False, _("Archived")
    UNKNOWN = "unknown", "neutral", "circle-help", False, _("Unknown")


class Scheme(StrEnum):
    """Who stores and delivers. FBO numbers are never mixed with the others (R16)."""

    FBO = "fbo"
    FBS = "fbs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSnapshot:
    """One listing. Sizes in millimetres, weight in grams, money in `currency`.

    `external_id` is the item in the seller's cabinet, `marketplace_sku` the item on the site (the key of
    stock, orders and finance), `seller_sku` the seller's own article. `card_id` names the card that several
    listings share as its sizes, `size` which of them this is; both empty where each listing is a card of its own.
    Prices are None where they come by FetchesPrices.
    """

    external_id: str
    marketplace_sku: str
    seller_sku: str
    name: str
    barcodes: tuple[str, ...] = ()
    photo_url: str = ""
    category: str = ""
    category_id: str = ""
    card_id: str = ""
    size: str = ""
    status: ListingStatus
    external_status: str
    is_archived: bool = False
    price: Decimal | None = None
    old_price: Decimal | None = None
    min_price: Decimal | None = None
    currency: str = "RUB"
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    weight_g: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
