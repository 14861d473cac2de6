"""Wildberries' words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus

CREATED: Final = "created"
BUYOUT: Final = "buyout"
CANCEL: Final = "cancel"
RETURN: Final = "return"

# `status` of the order feed.
FEED_STATUSES: Final[dict[str, OrderStatus]] = {
    CREATED: OrderStatus.ACCEPTED,
    BUYOUT: OrderStatus.DELIVERED,
    CANCEL: OrderStatus.CANCELLED,
    RETURN: OrderStatus.RETURNED,
    "returnDefective": OrderStatus.RETURNED,
}

# `cancelType` of a cancelled order of the feed, in the seller's language as their help words them.
CANCEL_TYPES: Final[dict[str, str]] = {
    "app": "Отказ до получения",
    "receipt": "Отказ при получении",
    "expire": "Истёк срок получения",
    "other": "Иное",
}
CANCEL_TYPE_STATUSES: Final = dict.fromkeys(CANCEL_TYPES, OrderStatus.CANCELLED)

# Rows of statistics have no word of their own: the words of the feed stand in, so that both tell the same.
ORDER_ROWS: Final[dict[bool, str]] = {False: CREATED, True: CANCEL}
# The first letter of `saleID`.
SALE_ROWS: Final[dict[str, str]] = {"S": BUYOUT, "R": RETURN}

# A card has no status: whether it sells is told by where it lies and whether it can be shown.
ON_SALE: Final = "card"
NO_PHOTO: Final = "card without photo"
TRASH: Final = "trash"
CARD_PLACES: Final[dict[str, ListingStatus]] = {
    ON_SALE: ListingStatus.ON_SALE,
    NO_PHOTO: ListingStatus.READY,
    TRASH: ListingStatus.ARCHIVED,
}

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, OrderStatus | ListingStatus]]] = {
    "Order feed, `status`": FEED_STATUSES,
    "Order feed, `cancelType` of a cancelled order": CANCEL_TYPE_STATUSES,
    "Statistics, `isCancel` of an order row": {
        str(is_cancel).lower(): FEED_STATUSES[word] for is_cancel, word in ORDER_ROWS.items()
    },
    "Statistics, the first letter of `saleID` of a sale row": {
        letter: FEED_STATUSES[word] for letter, word in SALE_ROWS.items()
    },
    "Where a card lies (cards have no status)": CARD_PLACES,
}


def order_status(word: str) -> OrderStatus:
    """Our status for a word of the feed."""
    return FEED_STATUSES.get(word, OrderStatus.UNKNOWN)
