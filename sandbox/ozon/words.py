"""Ozon's words for what happens in the world."""

import json
from functools import lru_cache

from sandbox.world.orders import Delivery, Reason, Step

STATUS = {
    Step.CREATED: "awaiting_packaging",
    Step.PACKING: "awaiting_packaging",
    Step.PACKED: "awaiting_deliver",
    Step.SHIPPED: "delivering",
    Step.LAST_MILE: "delivering",
    Step.AT_POINT: "delivering",
    Step.RECEIVED: "delivered",
    Step.CANCELLED: "cancelled",
}

_TO_POINT = {
    Step.CREATED: "posting_created",
    Step.PACKING: "posting_packing",
    Step.PACKED: "posting_transferring_to_delivery",
    Step.SHIPPED: "posting_on_way_to_city",
    Step.LAST_MILE: "posting_on_way_to_pickup_point",
    Step.AT_POINT: "posting_in_pickup_point",
    Step.RECEIVED: "posting_received",
    Step.CANCELLED: "posting_canceled",
}
_TO_DOOR = {
    **_TO_POINT,
    Step.LAST_MILE: "posting_transferred_to_courier_service",
    Step.AT_POINT: "posting_in_courier_service",
    Step.RECEIVED: "posting_delivered",
}
SUBSTATUS = {Delivery.PICKUP: _TO_POINT, Delivery.COURIER: _TO_DOOR, Delivery.LOCKER: _TO_POINT}
DELIVERY_TYPE = {Delivery.PICKUP: "PVZ", Delivery.COURIER: "Courier", Delivery.LOCKER: "Postamat"}

PAYMENTS = (
    "карта Ozon Банка",
    "картой онлайн",
    "Система Быстрых Платежей",
    "автосписание с карты Ozon Банка при выдаче",
    "SberPay",
    "Ozon Рассрочка",
    "оплата на расчётный счёт",
    "сохранённой картой при получении",
)

#: Reason → id, name, initiator, type.
REASONS = {
    Reason.CHANGED_MIND: (507, "Покупатель передумал", "Покупатель", "customer"),
    Reason.CHEAPER: (508, "Покупатель нашёл дешевле", "Клиент", "client"),
    Reason.LONG_WAIT: (509, "Покупателя не устроил срок доставки", "Покупатель", "customer"),
    Reason.NOT_COLLECTED: (665, "Покупатель не забрал заказ", "Клиент", "client"),
    Reason.REFUSED: (537, "Не вручен", "Служба доставки", "delivery"),
    Reason.NO_ROUTE: (666, "Возврат из службы доставки: нет доставки в указанный регион", "Ozon", "ozon"),
    Reason.LOST: (667, "Заказ утерян службой доставки", "Система", "system"),
}
UNKNOWN_STATUS, UNKNOWN_SUBSTATUS = "awaiting_teleport", "posting_in_parcel_drone"


@lru_cache(maxsize=100_000)
def number(kopecks: int) -> str:
    """Write kopecks as a JSON number of roubles, without needless zeros."""
    whole, rest = divmod(kopecks, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def quoted(text: str) -> str:
    """Write a JSON string."""
    return json.dumps(text, ensure_ascii=False)
