"""Ozon's words for what happens in the world."""

import json
from functools import lru_cache

from sandbox.world.orders import Delivery, Reason, Step
from sandbox.world.returns import BackStep, Why

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

#: Step of a return → the name of its visual status; what is being looked over was given back to Ozon.
BACK_STATUS = {
    BackStep.REGISTERED: "MovingToOzon",
    BackStep.RECEIVED: "ReturnedToOzon",
    BackStep.CHECKED: "ReturnedToOzon",
    BackStep.DEFECTIVE: "MovingToSeller",
    BackStep.WAITING: "ArrivedAtReturnPlace",
    BackStep.HANDED_OVER: "ReceivedBySeller",
    BackStep.DISPOSED: "Utilized",
    BackStep.COMPENSATED: "WaitingCompensation",
}
#: Visual statuses as rows hold them.
BACK_WORDS = {
    name: {"id": id_, "display_name": title, "sys_name": name}
    for id_, name, title in (
        (3, "ArrivedAtReturnPlace", "В пункте выдачи"),
        (15, "ReceivedBySeller", "Получен"),
        (16, "MovingToSeller", "Едет к вам"),
        (19, "Utilized", "Утилизирован"),
        (26, "WaitingCompensation", "Ожидает компенсации"),
        (30, "MovingToOzon", "Едет на склад Ozon"),
        (31, "ReturnedToOzon", "На складе Ozon"),
    )
}
UNKNOWN_BACK = {"id": 99, "display_name": "Телепортируется", "sys_name": "Teleporting"}
#: Visual status → what it says in the words of our lifecycle; the end of the way and compensations say more.
BACK_LIFE = {
    "MovingToOzon": "in_transit",
    "ReturnedToOzon": "received",
    "MovingToSeller": "in_transit",
    "WaitingCompensation": "checked",
    "ArrivedAtReturnPlace": "waiting_pickup",
    "ReceivedBySeller": "handed_over",
    "Utilized": "disposed",
}
#: Kind of a return → its type.
BACK_KIND = {
    "cancellation": "Cancellation",
    "refusal": "FullReturn",
    "partial_refusal": "PartialReturn",
    "client_return": "ClientReturn",
    "technical": "Unknown",
}
COMPENSATIONS = {
    1: {"id": 1, "display_name": "Отправлено на компенсацию", "sys_name": "Sent"},
    2: {"id": 2, "display_name": "Вы получили компенсацию", "sys_name": "Received"},
}
#: Why something comes back, in Ozon's words.
WHY = {
    Why.SIZE: "Не подошёл размер",
    Why.COLOR_DIFFERS: "Не подошёл цвет",
    Why.DEFECT_SEAM: "Обнаружен брак: дефект швов",
    Why.STAIN_SMELL: "Товар со следами использования: пятна или запах",
    Why.CHANGED_MIND: "Покупатель передумал",
    Why.WRONG_ITEM: "Привезли не тот товар",
    Why.DAMAGED_PACKAGE: "Повреждена упаковка",
    Why.INCOMPLETE: "Неполная комплектация",
    Why.NOT_AS_DESCRIBED: "Не соответствует описанию или фото",
    Why.LATE: "Покупателя не устроил срок доставки",
    Why.NOT_COLLECTED: "Покупатель не забрал заказ",
    Why.REFUSED: "Покупатель отказался при вручении: недоволен качеством товара",
    Why.CHEAPER: "Покупатель нашёл дешевле",
    Why.NO_ROUTE: "Возврат из службы доставки: нет доставки в указанный регион",
    Why.LOST_ON_THE_WAY: "Заказ утерян службой доставки",
    Why.UNKNOWN: "Другая причина",
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
