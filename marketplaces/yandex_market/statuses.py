"""Yandex Market's words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a
crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus

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

# `status` of a request for a supply. The slot counts as booked once the warehouse has agreed to it.
SUPPLY_STATUSES: Final[dict[str, SupplyStatus]] = {
    "CREATED": SupplyStatus.DRAFT,
    "VALIDATED": SupplyStatus.DRAFT,
    "PUBLISHED": SupplyStatus.DRAFT,
    "ACCEPTED_BY_WAREHOUSE_SYSTEM": SupplyStatus.BOOKED,
    "NEED_PREPARATION": SupplyStatus.BOOKED,
    "CANCELLATION_REQUESTED": SupplyStatus.BOOKED,
    "CANCELLATION_REJECTED": SupplyStatus.BOOKED,
    "READY_TO_WITHDRAW": SupplyStatus.READY,
    "READY_FOR_UTILIZATION": SupplyStatus.READY,
    "REGISTERED_IN_ELECTRONIC_QUEUE": SupplyStatus.READY,
    "ARRIVED_TO_XDOC_SERVICE": SupplyStatus.SHIPPED,
    "SHIPPED_TO_SERVICE": SupplyStatus.SHIPPED,
    "TRANSIT_MOVING": SupplyStatus.SHIPPED,
    "ARRIVED_TO_SERVICE": SupplyStatus.ARRIVED,
    "WAREHOUSE_SIGNED_ACT": SupplyStatus.ACCEPTING,
    "WAREHOUSE_HANDLING": SupplyStatus.ACCEPTING,
    "FINISHED": SupplyStatus.ACCEPTED,
    "CANCELLED": SupplyStatus.CANCELLED,
    "INVALID": SupplyStatus.CANCELLED,
}

# The same words of a withdrawal or a disposal: goods are picked, moved, and wait to be taken.
REMOVAL_STATUSES: Final[dict[str, SupplyStatus]] = {
    **SUPPLY_STATUSES,
    "WAREHOUSE_HANDLING": SupplyStatus.BOOKED,
    "READY_FOR_UTILIZATION": SupplyStatus.READY,
    "TRANSIT_MOVING": SupplyStatus.SHIPPED,
    "READY_TO_WITHDRAW": SupplyStatus.ARRIVED,
    "WAREHOUSE_SIGNED_ACT": SupplyStatus.ARRIVED,
}

# `subtype` of a request where it says more than the type: what it is, and what a seller calls it. Goods that change
# their place or their count on paper only are virtual supplies.
REQUEST_SUBTYPES: Final[dict[str, tuple[SupplyKind | None, str]]] = {
    "DEFAULT": (None, ""),
    "XDOC": (None, "Через транзитный склад"),
    "VIRTUAL_DISTRIBUTION_CENTER": (None, "Мультипоставка"),
    "VIRTUAL_DISTRIBUTION_CENTER_CHILD": (None, "Часть мультипоставки"),
    "INVENTORYING_SUPPLY": (SupplyKind.VIRTUAL, "Инвентаризация по запросу магазина"),
    "INVENTORYING_SUPPLY_WAREHOUSE_BASED_PER_SUPPLIER": (
        SupplyKind.VIRTUAL,
        "Инвентаризация по запросу склада",
    ),
    "MOVEMENT_SUPPLY": (SupplyKind.VIRTUAL, "Перемещение между складами: приход"),
    "ADDITIONAL_SUPPLY": (SupplyKind.VIRTUAL, "Дополнительная поставка непринятых товаров"),
    "MISGRADING_SUPPLY": (SupplyKind.VIRTUAL, "Пересортица в большую сторону"),
    "MOVEMENT_WITHDRAW": (SupplyKind.VIRTUAL, "Перемещение между складами: расход"),
    "MISGRADING_WITHDRAW": (SupplyKind.VIRTUAL, "Пересортица в меньшую сторону"),
    "OPER_LOST_INVENTORYING": (SupplyKind.VIRTUAL, "Не найдено при первой инвентаризации"),
    "FIX_LOST_INVENTORYING": (SupplyKind.VIRTUAL, "Не найдено при второй инвентаризации"),
    "ANOMALY_WITHDRAW": (SupplyKind.WITHDRAWAL, "Вывоз непринятых товаров"),
    "EXTERNAL_WITHDRAW_INT_OZON": (SupplyKind.WITHDRAWAL, "Вывоз на Ozon"),
    "EXTERNAL_WITHDRAW_INT_WB": (SupplyKind.WITHDRAWAL, "Вывоз на Wildberries"),
    "FORCE_PLAN": (SupplyKind.DISPOSAL, "Автоматическая утилизация по запросу склада"),
    "FORCE_PLAN_ANOMALY_PER_SUPPLY": (SupplyKind.DISPOSAL, "Утилизация непринятых товаров"),
    "PLAN_BY_SUPPLIER": (SupplyKind.DISPOSAL, "Утилизация по запросу магазина"),
    "MAN_UTIL": (SupplyKind.DISPOSAL, "Ручная утилизация по запросу склада"),
    "WITHDRAW_AUTO_UTILIZATION": (SupplyKind.DISPOSAL, "Утилизация: срок хранения вывоза истёк"),
}

# `type` of a request.
REQUEST_TYPES: Final[dict[str, SupplyKind]] = {
    "SUPPLY": SupplyKind.SUPPLY,
    "WITHDRAW": SupplyKind.WITHDRAWAL,
    "UTILIZATION": SupplyKind.DISPOSAL,
}

# `shipmentStatus` of a return: where all of it is.
SHIPMENT_STATUSES: Final[dict[str, ReturnStatus]] = {
    "CREATED": ReturnStatus.CLAIMED,
    "RECEIVED": ReturnStatus.IN_TRANSIT,
    "IN_TRANSIT": ReturnStatus.IN_TRANSIT,
    "FULFILMENT_RECEIVED": ReturnStatus.RECEIVED,
    "READY_FOR_EXPROPRIATION": ReturnStatus.CHECKED,
    "PREPARED_FOR_UTILIZATION": ReturnStatus.DEFECTIVE,
    "READY_FOR_PICKUP": ReturnStatus.WAITING_PICKUP,
    "NOT_IN_DEMAND": ReturnStatus.WAITING_PICKUP,
    "PICKED": ReturnStatus.HANDED_OVER,
    "UTILIZED": ReturnStatus.DISPOSED,
    "RECEIVED_FOR_EXPROPRIATION": ReturnStatus.COMPENSATED,
    "LOST": ReturnStatus.LOST,
    "CANCELLED": ReturnStatus.REJECTED,
    "EXPIRED": ReturnStatus.REJECTED,
    "UNKNOWN": ReturnStatus.UNKNOWN,
}

# `instances[].status`: where one unit is; of one that is back in the warehouse `stockType` says more.
INSTANCE_STATUSES: Final[dict[str, ReturnStatus]] = {
    "CREATED": ReturnStatus.CLAIMED,
    "RECEIVED": ReturnStatus.IN_TRANSIT,
    "IN_TRANSIT": ReturnStatus.IN_TRANSIT,
    "RECEIVED_ON_FULFILLMENT": ReturnStatus.RECEIVED,
    "PREPARED_FOR_UTILIZATION": ReturnStatus.DEFECTIVE,
    "READY_FOR_PICKUP": ReturnStatus.WAITING_PICKUP,
    "NOT_IN_DEMAND": ReturnStatus.WAITING_PICKUP,
    "PICKED": ReturnStatus.HANDED_OVER,
    "UTILIZED": ReturnStatus.DISPOSED,
    "EXPROPRIATED": ReturnStatus.COMPENSATED,
    "LOST": ReturnStatus.LOST,
    "CANCELLED": ReturnStatus.REJECTED,
}

# `instances[].stockType` of a unit that is back in the warehouse.
STOCK_TYPES: Final[dict[str, ReturnStatus]] = {
    "FIT": ReturnStatus.BACK_ON_SALE,
    # Sold on, at a lower price or as what it is.
    "MARKDOWN": ReturnStatus.BACK_ON_SALE,
    "DEMO": ReturnStatus.BACK_ON_SALE,
    "SERVICE": ReturnStatus.CHECKED,
    "REPAIR": ReturnStatus.CHECKED,
    "FIRMWARE": ReturnStatus.CHECKED,
    "SURPLUS": ReturnStatus.CHECKED,
    "MISGRADING": ReturnStatus.CHECKED,
    "UNDEFINED": ReturnStatus.RECEIVED,
    "UNKNOWN": ReturnStatus.RECEIVED,
    "DEFECT": ReturnStatus.DEFECTIVE,
    "ANOMALY": ReturnStatus.DEFECTIVE,
    "EXPIRED": ReturnStatus.DEFECTIVE,
    "INCORRECT_IMEI": ReturnStatus.DEFECTIVE,
    "INCORRECT_SERIAL_NUMBER": ReturnStatus.DEFECTIVE,
    "INCORRECT_CIS": ReturnStatus.DEFECTIVE,
    "PART_MISSING": ReturnStatus.DEFECTIVE,
    "NON_COMPLIENT": ReturnStatus.DEFECTIVE,
    "NOT_ACCEPTABLE": ReturnStatus.DEFECTIVE,
}

# `refundStatus`: the buyer's money; it speaks of the goods only while nothing is said of their way.
REFUND_STATUSES: Final[dict[str, ReturnStatus]] = {
    "STARTED_BY_USER": ReturnStatus.CLAIMED,
    "WAITING_FOR_DECISION": ReturnStatus.CLAIMED,
    "DECISION_MADE": ReturnStatus.CLAIMED,
    "REFUND_IN_PROGRESS": ReturnStatus.CLAIMED,
    "PREMODERATION_DISPUTE": ReturnStatus.CLAIMED,
    "PREMODERATION_DECISION_WAITING": ReturnStatus.CLAIMED,
    "PREMODERATION_DECISION_MADE": ReturnStatus.CLAIMED,
    "PREMODERATION_SELECT_DELIVERY": ReturnStatus.CLAIMED,
    "REFUNDED": ReturnStatus.CLAIMED,
    "REFUNDED_WITH_BONUSES": ReturnStatus.CLAIMED,
    "REFUNDED_BY_SHOP": ReturnStatus.CLAIMED,
    "COMPLETE_WITHOUT_REFUND": ReturnStatus.CLAIMED,
    "FAILED": ReturnStatus.CLAIMED,
    "CANCELLED": ReturnStatus.REJECTED,
    "REJECTED": ReturnStatus.REJECTED,
    "UNKNOWN": ReturnStatus.UNKNOWN,
}
# The buyer has his money back.
REFUNDED: Final = frozenset({"REFUNDED", "REFUNDED_WITH_BONUSES", "REFUNDED_BY_SHOP"})

# `returnType`.
RETURN_TYPES: Final[dict[str, ReturnKind]] = {
    "UNREDEEMED": ReturnKind.REFUSAL,
    "RETURN": ReturnKind.CLIENT_RETURN,
}

# `substatus` of a cancelled order that says that it never came to the buyer: nobody refused it.
LOST_ON_THE_WAY: Final = frozenset(
    {
        "DELIVERY_SERVICE_FAILED",
        "DELIVERY_SERVICE_LOST",
        "DELIVERY_SERVICE_UNDELIVERED",
        "DROPOFF_LOST",
        "LOST",
        "MISSING_ITEM",
        "SORTING_CENTER_LOST",
        "TECHNICAL_ERROR",
        "WAREHOUSE_FAILED_TO_SHIP",
    }
)

# `decisions[].reasonType` and `subreasonType`, as a seller reads them.
RETURN_REASONS: Final[dict[str, str]] = {
    "BAD_QUALITY": "Бракованный товар",
    "DOES_NOT_FIT": "Товар не подошёл",
    "WRONG_ITEM": "Привезли не тот товар",
    "DAMAGE_DELIVERY": "Товар повреждён при доставке",
    "LOYALTY_FAIL": "Виновник брака или пересортицы не установлен",
    "CONTENT_FAIL": "Ошибка в описании по вине Маркета",
    "DELIVERY_FAIL": "Товар не привезли",
    "UNKNOWN": "Причина не известна",
}
RETURN_SUBREASONS: Final[dict[str, str]] = {
    "USER_DID_NOT_LIKE": "не понравился",
    "USER_CHANGED_MIND": "покупатель передумал",
    "DELIVERED_TOO_LONG": "передумал из-за долгой доставки",
    "BAD_PACKAGE": "повреждена заводская упаковка",
    "DAMAGED": "царапины, сколы",
    "NOT_WORKING": "не включается, не работает",
    "INCOMPLETENESS": "некомплект",
    "WRAPPING_DAMAGED": "повреждена транспортная упаковка",
    "ITEM_WAS_USED": "следы использования",
    "BROKEN": "разбит",
    "BAD_FLOWERS": "некачественные цветы",
    "WRONG_ITEM": "не тот товар",
    "WRONG_COLOR": "другой цвет",
    "DID_NOT_MATCH_DESCRIPTION": "не соответствует описанию",
    "WRONG_ORDER": "чужой заказ",
    "WRONG_AMOUNT_DELIVERED": "неверное количество",
    "PARCEL_MISSING": "части заказа нет",
    "INCOMPLETE": "заказ привезли не полностью",
    "UNKNOWN": "",
}

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, OrderStatus | ListingStatus | SupplyStatus | ReturnStatus]]] = {
    "Order, `status`": ORDER_STATUSES,
    "Order in PROCESSING, `substatus` (other substatuses are kept as words)": PROCESSING_SUBSTATUSES,
    "Order in the statistics, `status` (not read yet)": STATISTICS_STATUSES,
    "Offer in the shop, `campaigns[].status`": SHOP_STATUSES,
    "Offer, `cardStatus`, when the shop's word is none of the above": CARD_STATUSES,
    "Request for a supply, `status`": SUPPLY_STATUSES,
    "Request for a withdrawal or a disposal, `status`": REMOVAL_STATUSES,
    "Unit of a return, `instances[].status`": INSTANCE_STATUSES,
    "Unit of a return that is back in the warehouse, `instances[].stockType`": STOCK_TYPES,
    "Return whose units are not told, `shipmentStatus`": SHIPMENT_STATUSES,
    "Return whose way is not told, `refundStatus`": REFUND_STATUSES,
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


def request_kind(type_: str, subtype: str) -> SupplyKind:
    """What a request is. One of a type that nobody documented is kept apart from the shipments."""
    told = REQUEST_SUBTYPES.get(subtype, (None, ""))[0]
    return told or REQUEST_TYPES.get(type_, SupplyKind.VIRTUAL)


def request_status(type_: str, status: str) -> SupplyStatus:
    """Our status of a request: the words mean another thing where goods leave."""
    table = SUPPLY_STATUSES if type_ == "SUPPLY" else REMOVAL_STATUSES
    return table.get(status, SupplyStatus.UNKNOWN)


def unit_status(status: str, stock_type: str) -> ReturnStatus:
    """Our status of a unit that came back."""
    found = INSTANCE_STATUSES.get(status, ReturnStatus.UNKNOWN)
    return STOCK_TYPES.get(stock_type, found) if found is ReturnStatus.RECEIVED and stock_type else found


def return_reason(reason: str, detail: str) -> tuple[str, str]:
    """The id and the words of a reason: `BAD_QUALITY/DAMAGED`, without the detail where none is told."""
    detail = "" if detail == "UNKNOWN" else detail
    words = (RETURN_REASONS.get(reason, reason), RETURN_SUBREASONS.get(detail, detail))
    return "/".join(filter(None, (reason, detail))), ": ".join(filter(None, words))
