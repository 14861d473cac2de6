"""Yandex Market's words for what happens in the world."""

from sandbox.world.orders import Delivery, Reason, Step

STATUS = {
    Step.CREATED: "PROCESSING",
    Step.PACKING: "PROCESSING",
    Step.PACKED: "PROCESSING",
    Step.SHIPPED: "DELIVERY",
    Step.LAST_MILE: "DELIVERY",
    Step.AT_POINT: "PICKUP",
    Step.RECEIVED: "DELIVERED",
    Step.CANCELLED: "CANCELLED",
}
SUBSTATUS = {
    Step.CREATED: "STARTED",
    Step.PACKING: "STARTED",
    Step.PACKED: "READY_TO_SHIP",
    Step.SHIPPED: "DELIVERY_SERVICE_RECEIVED",
    Step.LAST_MILE: "READY_FOR_LAST_MILE",
    Step.AT_POINT: "PICKUP_SERVICE_RECEIVED",
    Step.RECEIVED: "PICKUP_USER_RECEIVED",
}
#: A courier has no point where goods wait: they go on being delivered.
TO_DOOR = {
    Step.AT_POINT: ("DELIVERY", "LAST_MILE_STARTED"),
    Step.RECEIVED: ("DELIVERED", "DELIVERY_SERVICE_DELIVERED"),
}
CANCELLED = {
    Reason.CHANGED_MIND: "USER_CHANGED_MIND",
    Reason.CHEAPER: "USER_BOUGHT_CHEAPER",
    Reason.LONG_WAIT: "TOO_LONG_DELIVERY",
    Reason.NOT_COLLECTED: "PICKUP_EXPIRED",
    Reason.REFUSED: "USER_REFUSED_QUALITY",
    Reason.NO_ROUTE: "DELIVERY_SERVICE_UNDELIVERED",
    Reason.LOST: "DELIVERY_SERVICE_LOST",
}
ITEM = {
    Step.CREATED: "CREATED",
    Step.PACKING: "CREATED",
    Step.PACKED: "CREATED",
    Step.SHIPPED: "SHIPPED",
    Step.LAST_MILE: "SHIPPED",
    Step.AT_POINT: "SHIPPED",
    Step.RECEIVED: "DELIVERED_TO_BUYER",
    Step.CANCELLED: "CANCELLED",
}
DELIVERY = {Delivery.PICKUP: "PICKUP", Delivery.COURIER: "DELIVERY", Delivery.LOCKER: "PICKUP"}
#: When and how a buyer paid, by the number of the world's way of payment.
PAYMENTS = (
    ("PREPAID", "YANDEX"),
    ("PREPAID", "YANDEX"),
    ("PREPAID", "SBP"),
    ("POSTPAID", "BOUND_CARD_ON_DELIVERY"),
    ("PREPAID", "CREDIT"),
    ("PREPAID", "TINKOFF_INSTALLMENTS"),
    ("PREPAID", "B2B_ACCOUNT_PREPAYMENT"),
    ("POSTPAID", "CASH_ON_DELIVERY"),
)
UNKNOWN_STATUS, UNKNOWN_SUBSTATUS = "TELEPORTING", "PARCEL_DRONE"
