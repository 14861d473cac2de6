"""Wildberries' words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.contracts.supplies import SupplyStatus

CREATED: Final = "created"
BUYOUT: Final = "buyout"
CANCEL: Final = "cancel"
RETURN: Final = "return"
RETURN_DEFECTIVE: Final = "returnDefective"

# `status` of the order feed.
FEED_STATUSES: Final[dict[str, OrderStatus]] = {
    CREATED: OrderStatus.ACCEPTED,
    BUYOUT: OrderStatus.DELIVERED,
    CANCEL: OrderStatus.CANCELLED,
    RETURN: OrderStatus.RETURNED,
    RETURN_DEFECTIVE: OrderStatus.RETURNED,
}

# `cancelType` of a cancelled order of the feed, in the seller's language as their help words them.
CANCEL_TYPES: Final[dict[str, str]] = {
    "app": "Отказ до получения",
    "receipt": "Отказ при получении",
    "expire": "Истёк срок получения",
    "other": "Иное",
}
# Those in which the goods had left and the buyer did not take them.
REFUSALS: Final = frozenset({"receipt", "expire"})
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

# `statusID` of a supply. 6, unloaded at the gate, comes before 4. They have no word for a cancelled supply: a pre-order
# that is given up is gone.
SUPPLY_STATUSES: Final[dict[str, SupplyStatus]] = {
    "1": SupplyStatus.DRAFT,
    "2": SupplyStatus.BOOKED,
    "3": SupplyStatus.READY,
    "6": SupplyStatus.ARRIVED,
    "4": SupplyStatus.ACCEPTING,
    "5": SupplyStatus.ACCEPTED,
}
ACCEPTED: Final = "5"
# From here on goods have been counted.
COUNTED: Final = frozenset({"4", "5"})
# Until here nothing has arrived.
AHEAD: Final = frozenset({"1", "2", "3"})
# What stands for the word where a supply is no longer known to them, or cannot be accepted any more.
GONE: Final = "gone"
SUPPLY_ENDS: Final[dict[str, SupplyStatus]] = {
    GONE: SupplyStatus.CANCELLED,
    "rejectReason": SupplyStatus.OVERDUE,
}

# `virtualTypeID`, of supplies in which nothing travels, as their help words them.
VIRTUAL_TYPES: Final[dict[str, str]] = {
    "0": "Перенос остатков",
    "1": "Обезличка",
    "4": "QR-поставка",
    "5": "Допринято",
    "6": "Скан-приёмка",
}

# What comes back from a buyer, by the feed. "return" is their last word of a good unit: when it sells again is not told.
FEED_RETURNS: Final[dict[str, ReturnStatus]] = {
    RETURN: ReturnStatus.RECEIVED,
    RETURN_DEFECTIVE: ReturnStatus.DEFECTIVE,
}

# `status_ex` of a claim: what becomes of the goods. 2, scrap, and 5, left to the buyer, are written off for good.
CLAIMS: Final[dict[str, ReturnStatus]] = {
    "0": ReturnStatus.CLAIMED,
    "1": ReturnStatus.REJECTED,
    "2": ReturnStatus.DISPOSED,
    "5": ReturnStatus.DISPOSED,
    "8": ReturnStatus.IN_TRANSIT,
    "10": ReturnStatus.IN_TRANSIT,
}

# `returnStatus` of goods on their way to the seller: their words in small letters, an open list.
ITEM_RETURNS: Final[dict[str, ReturnStatus]] = {
    "оформлен": ReturnStatus.IN_TRANSIT,
    "в пути в пвз": ReturnStatus.IN_TRANSIT,
    "готов к выдаче": ReturnStatus.WAITING_PICKUP,
    "истек срок хранения": ReturnStatus.WAITING_PICKUP,
    "истек срок хранения на пвз": ReturnStatus.WAITING_PICKUP,
    "выдано": ReturnStatus.HANDED_OVER,
    "выдан": ReturnStatus.HANDED_OVER,
    "утилизирован": ReturnStatus.DISPOSED,
    "отмена по задержке": ReturnStatus.DISPOSED,
}

Ours = OrderStatus | ListingStatus | SupplyStatus | ReturnStatus

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, Ours]]] = {
    "Order feed, `status`": FEED_STATUSES,
    "Order feed, `cancelType` of a cancelled order": CANCEL_TYPE_STATUSES,
    "Statistics, `isCancel` of an order row": {
        str(is_cancel).lower(): FEED_STATUSES[word] for is_cancel, word in ORDER_ROWS.items()
    },
    "Statistics, the first letter of `saleID` of a sale row": {
        letter: FEED_STATUSES[word] for letter, word in SALE_ROWS.items()
    },
    "Where a card lies (cards have no status)": CARD_PLACES,
    "Supply, `statusID`": SUPPLY_STATUSES,
    "Supply that is gone, or that has a `rejectReason` and a day that is over": SUPPLY_ENDS,
    "Return, `status` of the order feed": FEED_RETURNS,
    "Claim of a buyer, `status_ex`": CLAIMS,
    "Goods on their way to the seller, `returnStatus`": ITEM_RETURNS,
}


def order_status(word: str) -> OrderStatus:
    """Our status for a word of the feed."""
    return FEED_STATUSES.get(word, OrderStatus.UNKNOWN)


def supply_status(word: str) -> SupplyStatus:
    """Our status for a `statusID`."""
    return SUPPLY_STATUSES.get(word, SupplyStatus.UNKNOWN)


def claim_status(word: str) -> ReturnStatus:
    """Our status for a `status_ex`."""
    return CLAIMS.get(word, ReturnStatus.UNKNOWN)


def item_return_status(word: str) -> ReturnStatus:
    """Our status for a `returnStatus`, however it is written."""
    return ITEM_RETURNS.get(word.strip().lower().replace("ё", "е"), ReturnStatus.UNKNOWN)
