"""Yandex Market's words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a
crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus

# `status` of an order. The first four are not worked on yet; they hold goods already, so they count as accepted.
ORDER_STATUSES: Final[dict[str, OrderStatus]] = {
    "PLACING": OrderStatus.ACCEPTED,
    "RESERVED": OrderStatus.ACCEPTED,
    "UNPAID": OrderStatus.ACCEPTED,
    "PENDING": OrderStatus.ACCEPTED,
    "PROCESSING": OrderStatus.ACCEPTED,
    "DELIVERY": OrderStatus.SHIPPED,
    "PICKUP": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.DELIVERED,
    "CANCELLED": OrderStatus.CANCELLED,
    "PARTIALLY_RETURNED": OrderStatus.PARTLY_RETURNED,
    "RETURNED": OrderStatus.RETURNED,
    "UNKNOWN": OrderStatus.UNKNOWN,
}

# `substatus` of an order in PROCESSING, where it says more than the status.
PROCESSING_SUBSTATUSES: Final[dict[str, OrderStatus]] = {
    "STARTED": OrderStatus.ACCEPTED,
    "PACKAGING": OrderStatus.ACCEPTED,
    "READY_TO_SHIP": OrderStatus.PACKED,
    "SHIPPED": OrderStatus.SHIPPED,
}

# `status` of an order in the statistics: another list, which the stream of orders does not read.
STATISTICS_STATUSES: Final[dict[str, OrderStatus]] = {
    "RESERVED": OrderStatus.ACCEPTED,
    "UNPAID": OrderStatus.ACCEPTED,
    "PENDING": OrderStatus.ACCEPTED,
    "PROCESSING": OrderStatus.ACCEPTED,
    "DELIVERY": OrderStatus.SHIPPED,
    "PICKUP": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.DELIVERED,
    "PARTIALLY_DELIVERED": OrderStatus.DELIVERED,
    "PARTIALLY_RETURNED": OrderStatus.PARTLY_RETURNED,
    "RETURNED": OrderStatus.RETURNED,
    "CANCELLED_BEFORE_PROCESSING": OrderStatus.CANCELLED,
    "CANCELLED_IN_PROCESSING": OrderStatus.CANCELLED,
    "CANCELLED_IN_DELIVERY": OrderStatus.CANCELLED,
    "LOST": OrderStatus.CANCELLED,
    "UNKNOWN": OrderStatus.UNKNOWN,
}

# `campaigns[].status`: an offer in the shop.
SHOP_STATUSES: Final[dict[str, ListingStatus]] = {
    "PUBLISHED": ListingStatus.ON_SALE,
    "READY_FOR_PUBLICATION": ListingStatus.READY,
    "NO_STOCKS": ListingStatus.NO_STOCK,
    "CHECKING": ListingStatus.MODERATION,
    "CREATING_CARD": ListingStatus.MODERATION,
    "NO_CARD": ListingStatus.BLOCKED,
    "DISABLED_BY_PARTNER": ListingStatus.BLOCKED,
    "DISABLED_AUTOMATICALLY": ListingStatus.BLOCKED,
    "REJECTED_BY_MARKET": ListingStatus.BLOCKED,
    "ARCHIVED": ListingStatus.ARCHIVED,
}

# `cardStatus`: the card of an offer, asked when the shop says nothing that we know.
CARD_STATUSES: Final[dict[str, ListingStatus]] = {
    "HAS_CARD_CAN_NOT_UPDATE": ListingStatus.READY,
    "HAS_CARD_CAN_UPDATE": ListingStatus.READY,
    "HAS_CARD_CAN_UPDATE_ERRORS": ListingStatus.READY,
    "HAS_CARD_CAN_UPDATE_PROCESSING": ListingStatus.MODERATION,
    "NO_CARD_NEED_CONTENT": ListingStatus.BLOCKED,
    "NO_CARD_MARKET_WILL_CREATE": ListingStatus.MODERATION,
    "NO_CARD_ERRORS": ListingStatus.BLOCKED,
    "NO_CARD_PROCESSING": ListingStatus.MODERATION,
    "NO_CARD_ADD_TO_CAMPAIGN": ListingStatus.READY,
}

# `substatus` of a cancelled order: who cancelled (core words of `orders`), and why, as a seller reads it. Others
# are shown as they come.
CANCEL_REASONS: Final[dict[str, tuple[str, str]]] = {
    "RESERVATION_EXPIRED": ("customer", "Покупатель не завершил оформление за 10 минут"),
    "USER_NOT_PAID": ("customer", "Покупатель не оплатил заказ за 30 минут"),
    "USER_UNREACHABLE": ("customer", "Не удалось связаться с покупателем"),
    "USER_CHANGED_MIND": ("customer", "Покупатель передумал"),
    "USER_REFUSED_DELIVERY": ("customer", "Покупателя не устроили условия доставки"),
    "USER_REFUSED_PRODUCT": ("customer", "Покупателю не подошёл товар"),
    "SHOP_FAILED": ("seller", "Магазин не может выполнить заказ"),
    "USER_REFUSED_QUALITY": ("customer", "Покупателя не устроило качество товара"),
    "USER_IDENTIFICATION_MISMATCH": ("customer", "Документ покупателя не совпал с данными заказа"),
    "PURCHASE_GROUP_THRESHOLD_NOT_REACHED_CANCELLED": ("system", "Групповая покупка не набрала участников"),
    "REPLACING_ORDER": ("customer", "Покупатель заменил товар другим"),
    "PROCESSING_EXPIRED": ("system", "Заказ не обработали вовремя"),
    "PICKUP_EXPIRED": ("customer", "Покупатель не забрал заказ вовремя"),
    "TOO_MANY_DELIVERY_DATE_CHANGES": ("system", "Заказ переносили слишком много раз"),
    "TOO_LONG_DELIVERY": ("system", "Заказ доставляли слишком долго"),
    "INCORRECT_PERSONAL_DATA": ("customer", "Неверные данные получателя"),
    "TECHNICAL_ERROR": ("system", "Техническая ошибка Маркета"),
    "USER_BOUGHT_CHEAPER": ("customer", "Покупатель нашёл дешевле"),
    "USER_PLACED_OTHER_ORDER": ("customer", "Покупатель оформил другой заказ"),
    "DELIVERY_SERVICE_UNDELIVERED": ("delivery", "Служба доставки не доставила заказ"),
    "DELIVERY_SERVICE_FAILED": ("delivery", "Служба доставки не смогла доставить заказ"),
    "DELIVERY_SERVICE_LOST": ("delivery", "Служба доставки потеряла заказ"),
    "SORTING_CENTER_LOST": ("delivery", "Заказ потерян в сортировочном центре"),
    "WAREHOUSE_FAILED_TO_SHIP": ("system", "Склад не смог отгрузить заказ"),
    "MISSING_ITEM": ("system", "Товара не оказалось на складе"),
    "BROKEN_ITEM": ("customer", "Товар повреждён"),
    "WRONG_ITEM": ("customer", "Привезли не тот товар"),
}

# `verdicts[].type` of a price in quarantine, as a seller reads it.
VERDICTS: Final[dict[str, str]] = {
    "PRICE_CHANGE": "цена слишком сильно отличается от прежней",
    "LOW_PRICE": "цена намного ниже рыночной",
    "LOW_PRICE_PROMO": "цена с учётом акций намного ниже рыночной",
}

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, OrderStatus | ListingStatus]]] = {
    "Order, `status`": ORDER_STATUSES,
    "Order in PROCESSING, `substatus` (other substatuses are kept as words)": PROCESSING_SUBSTATUSES,
    "Order in the statistics, `status` (not read yet)": STATISTICS_STATUSES,
    "Offer in the shop, `campaigns[].status`": SHOP_STATUSES,
    "Offer, `cardStatus`, when the shop's word is none of the above": CARD_STATUSES,
}


def order_status(status: str, substatus: str = "") -> OrderStatus:
    """Our status of an order; the substatus speaks only while the order is worked on."""
    if status == "PROCESSING":
        return PROCESSING_SUBSTATUSES.get(substatus, OrderStatus.ACCEPTED)
    return ORDER_STATUSES.get(status, OrderStatus.UNKNOWN)


def listing_status(*, shop: str, card: str, is_archived: bool) -> ListingStatus:
    """Our status of an offer: archive first, then the word of the shop, then that of the card."""
    if is_archived:
        return ListingStatus.ARCHIVED
    if shop in SHOP_STATUSES:
        return SHOP_STATUSES[shop]
    return ListingStatus.UNKNOWN if shop else CARD_STATUSES.get(card, ListingStatus.UNKNOWN)
