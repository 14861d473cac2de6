"""Ozon's words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus

# `status` of a posting.
POSTING_STATUSES: Final[dict[str, OrderStatus]] = {
    "awaiting_approve": OrderStatus.ACCEPTED,
    "awaiting_packaging": OrderStatus.ACCEPTED,
    "awaiting_deliver": OrderStatus.PACKED,
    "delivering": OrderStatus.SHIPPED,
    "delivered": OrderStatus.DELIVERED,
    "cancelled": OrderStatus.CANCELLED,
}

# `substatus` of a posting, and `new_state` of a notice.
POSTING_SUBSTATUSES: Final[dict[str, OrderStatus]] = {
    "posting_split_pending": OrderStatus.ACCEPTED,
    "posting_created": OrderStatus.ACCEPTED,
    "posting_packing": OrderStatus.ACCEPTED,
    "posting_transferring_to_delivery": OrderStatus.PACKED,
    "posting_on_way_to_city": OrderStatus.SHIPPED,
    "posting_returned_to_warehouse": OrderStatus.SHIPPED,
    "posting_transferred_to_courier_service": OrderStatus.SHIPPED,
    "posting_in_courier_service": OrderStatus.SHIPPED,
    "posting_on_way_to_pickup_point": OrderStatus.SHIPPED,
    "posting_in_pickup_point": OrderStatus.SHIPPED,
    "posting_delivered": OrderStatus.DELIVERED,
    "posting_received": OrderStatus.DELIVERED,
    "posting_canceled": OrderStatus.CANCELLED,
}

# `statuses.status` of a product: free words without a published list; these are the ones met so far and those
# of the document's examples. ON_SALE here means "passed every check": price and stock decide further.
PRODUCT_STATUSES: Final[dict[str, ListingStatus]] = {
    "price_sent": ListingStatus.ON_SALE,
    "active": ListingStatus.ON_SALE,
    "published": ListingStatus.ON_SALE,
    "ready": ListingStatus.READY,
    "ready_to_supply": ListingStatus.READY,
    "to_supply": ListingStatus.READY,
    "pending": ListingStatus.MODERATION,
    "created": ListingStatus.MODERATION,
    "imported": ListingStatus.MODERATION,
    "processing": ListingStatus.MODERATION,
    "moderating": ListingStatus.MODERATION,
    "validating": ListingStatus.MODERATION,
    "moderated": ListingStatus.READY,
    "failed": ListingStatus.BLOCKED,
    "failed_import": ListingStatus.BLOCKED,
    "failed_validation": ListingStatus.BLOCKED,
    "failed_moderation": ListingStatus.BLOCKED,
    "declined": ListingStatus.BLOCKED,
    "banned": ListingStatus.BLOCKED,
    "disabled": ListingStatus.BLOCKED,
    "removed_from_sale": ListingStatus.BLOCKED,
    "archived": ListingStatus.ARCHIVED,
}

# `statuses.status_name`: what the seller reads in Ozon's cabinet, asked when the word is none of the above.
PRODUCT_STATUS_NAMES: Final[dict[str, ListingStatus]] = {
    "продается": ListingStatus.ON_SALE,
    "активен": ListingStatus.ON_SALE,
    "готов к продаже": ListingStatus.READY,
    "нет в наличии": ListingStatus.NO_STOCK,
    "нет на складе": ListingStatus.NO_STOCK,
    "на модерации": ListingStatus.MODERATION,
    "на проверке": ListingStatus.MODERATION,
    "не прошел модерацию": ListingStatus.BLOCKED,
    "не продается": ListingStatus.BLOCKED,
    "снят с продажи": ListingStatus.BLOCKED,
    "заблокирован": ListingStatus.BLOCKED,
    "в архиве": ListingStatus.ARCHIVED,
}

# `cancellation_type` of a posting and `type_id` of a cancel reason, as Ozon words them to the seller.
CANCEL_INITIATORS: Final[dict[str, str]] = {
    "seller": "Продавец",
    "client": "Клиент",
    "customer": "Покупатель",
    "ozon": "Ozon",
    "system": "Система",
    "delivery": "Служба доставки",
}

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, OrderStatus | ListingStatus]]] = {
    "Posting, `status`": POSTING_STATUSES,
    "Posting, `substatus`, and `new_state` of a notice": POSTING_SUBSTATUSES,
    "Product, `statuses.status` (free words; price and stock decide further)": PRODUCT_STATUSES,
    "Product, `statuses.status_name`, when the word is none of the above": PRODUCT_STATUS_NAMES,
}

# Nothing failed, though the field is filled.
_NO_FAILURE: Final = frozenset({"", "none", "null"})


def order_status(status: str, substatus: str = "") -> OrderStatus:
    """Our status of a posting; the substatus speaks only when the status is a word that we do not know."""
    known = POSTING_STATUSES.get(status)
    return known if known is not None else order_status_of_state(substatus)


def order_status_of_state(state: str) -> OrderStatus:
    """Our status for a state of the push model, with or without its prefix `posting_`."""
    word = state if state.startswith("posting_") else f"posting_{state}"
    return POSTING_SUBSTATUSES.get(word, OrderStatus.UNKNOWN)


def listing_status(
    *,
    word: str,
    name: str,
    failed: str,
    is_archived: bool,
    has_price: bool | None,
    has_stock: bool | None,
) -> ListingStatus:
    """Our status of a product: archive first, then failures, then the word, then whether it can be bought."""
    if is_archived:
        return ListingStatus.ARCHIVED
    if failed.strip().lower() not in _NO_FAILURE:
        return ListingStatus.BLOCKED
    status = PRODUCT_STATUSES.get(word.strip().lower())
    if status is None:
        status = PRODUCT_STATUS_NAMES.get(name.strip().lower().replace("ё", "е"), ListingStatus.UNKNOWN)
    if status is ListingStatus.ON_SALE and has_price is False:
        return ListingStatus.READY
    if status is ListingStatus.ON_SALE and has_stock is False:
        return ListingStatus.NO_STOCK
    return status
