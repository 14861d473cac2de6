"""Rows of a change of prices as the marketplaces' contract knows them, and who may set prices at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy

from marketplaces import registry
from marketplaces.adapter import SetsPrices
from marketplaces.contracts.prices import PriceWish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from catalog.models import Listing, PriceChange

# Why a row is refused, or rejected, by us: what a marketplace says comes with its own words.
REASONS: Final[dict[str, StrOrPromise]] = {
    "no_price": gettext_lazy("It has no price yet that could be changed."),
    "not_positive": gettext_lazy("The new price would not be above zero."),
    "too_large": gettext_lazy("The new price is larger than any that can be kept."),
    "unchanged": gettext_lazy("The prices stay the same."),
    "archived": gettext_lazy("The listing lies in the archive."),
    "on_its_way": gettext_lazy("Another new price of the listing is on its way."),
    "account_off": gettext_lazy("The account is not connected now."),
    "cannot_set": gettext_lazy("The cabinet cannot change prices of this marketplace."),
    "sizes_differ": gettext_lazy("Sizes of one card share a price, and these would get different ones."),
    "changed_meanwhile": gettext_lazy("The price has changed since the draft: make the change anew."),
    "key_refused": gettext_lazy("The marketplace refused the key. Nothing was sent."),
    "right_missing": gettext_lazy("The key has no right to change prices."),
    "portion_refused": gettext_lazy("The marketplace refused the whole request."),
    "not_confirmed": gettext_lazy("The marketplace neither confirmed nor rejected the price in time."),
}


def reason_text(code: str) -> str:
    """The reason in the language of the reader; the code itself for one that is not ours."""
    return str(REASONS.get(code, code))


def setter_of(marketplace: str) -> type[SetsPrices] | None:
    """The adapter's class when the marketplace takes prices from the cabinet."""
    known = registry.adapters()
    if marketplace not in known:
        return None
    adapter_class = known[marketplace]
    return adapter_class if issubclass(adapter_class, SetsPrices) else None


def wish_of(change: PriceChange, listing: Listing) -> PriceWish:
    """The row as it is sent."""
    return PriceWish(
        external_id=listing.external_id,
        marketplace_sku=listing.marketplace_sku,
        seller_sku=listing.seller_sku,
        price=change.price,
        old_price=change.old_price,
        min_price=change.min_price,
        currency=change.currency,
        card_id=listing.card_id,
        was_price=change.was_price,
        was_old_price=change.was_old_price,
        was_min_price=change.was_min_price,
    )


def refusal(code: str) -> dict[str, Any]:
    """A problem of ours as a row keeps it; its text is worded when it is shown."""
    return {"code": code, "text": "", "is_fatal": True}


def problem_texts(problems: Sequence[dict[str, Any]]) -> list[str]:
    """The problems of a row in words."""
    return [one["text"] or reason_text(one["code"]) for one in problems]
