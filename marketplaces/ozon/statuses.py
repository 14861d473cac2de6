"""Ozon's words → ours. An unknown word is kept as it came and becomes UNKNOWN: never dropped, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.statuses import StatusChoices
from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.contracts.supplies import SupplyStatus

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

# `state` of a request and of its supplies. A slot makes DATA_FILLING one that is booked, and a supply without
# cross-docking that is taken at its drop-off point has arrived.
SUPPLY_STATES: Final[dict[str, SupplyStatus]] = {
    "UNSPECIFIED": SupplyStatus.UNKNOWN,
    "DATA_FILLING": SupplyStatus.DRAFT,
    "READY_TO_SUPPLY": SupplyStatus.READY,
    "ACCEPTED_AT_SUPPLY_WAREHOUSE": SupplyStatus.SHIPPED,
    "IN_TRANSIT": SupplyStatus.SHIPPED,
    "ACCEPTANCE_AT_STORAGE_WAREHOUSE": SupplyStatus.ACCEPTING,
    "ACCEPTED_AT_STORAGE_WAREHOUSE": SupplyStatus.ACCEPTING,
    "REPORTS_CONFIRMATION_AWAITING": SupplyStatus.DISCREPANCY,
    "REPORT_REJECTED": SupplyStatus.DISCREPANCY,
    "COMPLETED": SupplyStatus.ACCEPTED,
    "REJECTED_AT_SUPPLY_WAREHOUSE": SupplyStatus.CANCELLED,
    "CANCELLED": SupplyStatus.CANCELLED,
    "OVERDUE": SupplyStatus.OVERDUE,
}

# `return_state` of a removal, in small letters and without ё: phrases; «складке» is the document's own.
REMOVAL_STATES: Final[dict[str, SupplyStatus]] = {
    "заполнение данных": SupplyStatus.DRAFT,
    "создается": SupplyStatus.DRAFT,
    "создана": SupplyStatus.BOOKED,
    "обрабатывается": SupplyStatus.BOOKED,
    "собирается на складе": SupplyStatus.BOOKED,
    "собирается на складке": SupplyStatus.BOOKED,
    "подготовка к выдаче": SupplyStatus.BOOKED,
    "собрана складом": SupplyStatus.READY,
    "готово к вывозу": SupplyStatus.READY,
    "передаем в логистику": SupplyStatus.READY,
    "передается в логистику": SupplyStatus.READY,
    "в пути": SupplyStatus.SHIPPED,
    "можно забирать часть": SupplyStatus.ARRIVED,
    "можно забрать часть": SupplyStatus.ARRIVED,
    "можно забирать все": SupplyStatus.ARRIVED,
    "можно забрать все": SupplyStatus.ARRIVED,
    "выдача": SupplyStatus.ARRIVED,
    "завершена": SupplyStatus.ACCEPTED,
    "завершено": SupplyStatus.ACCEPTED,
    "утилизирована": SupplyStatus.ACCEPTED,
    "утилизировано": SupplyStatus.ACCEPTED,
    "отклонено складом": SupplyStatus.CANCELLED,
}

# `return_state` and `box_state` that say that the goods are not carried home but destroyed.
DISPOSAL_WORDS: Final[frozenset[str]] = frozenset({"утилизирована", "утилизировано", "в процессе утилизации"})

# `type` of a return.
RETURN_KINDS: Final[dict[str, ReturnKind]] = {
    "cancellation": ReturnKind.CANCELLATION,
    "fullreturn": ReturnKind.REFUSAL,
    "partialreturn": ReturnKind.PARTIAL_REFUSAL,
    "clientreturn": ReturnKind.CLIENT_RETURN,
    "unknown": ReturnKind.TECHNICAL,
}

# `visual.status.sys_name` of a return. What is told of money says where the unit is as far as it can: the buyer
# keeps it when a claim is turned down or a part of the money is given back; a decision about a compensation, also
# one against it, leaves it where it was looked over.
RETURN_STATUSES: Final[dict[str, ReturnStatus]] = {
    "DisputeOpened": ReturnStatus.CLAIMED,
    "DisputeYouOpened": ReturnStatus.CLAIMED,
    "DisputeOpening": ReturnStatus.CLAIMED,
    "SendingError": ReturnStatus.CLAIMED,
    "OnSellerApproval": ReturnStatus.CLAIMED,
    "OnSellerClarification": ReturnStatus.CLAIMED,
    "OnSellerClarificationAfterPartialCompensation": ReturnStatus.CLAIMED,
    "OfferedPartialCompensation": ReturnStatus.CLAIMED,
    "PartialCompensationInProcess": ReturnStatus.CLAIMED,
    "ReturnMoneyApproved": ReturnStatus.CLAIMED,
    "Approved": ReturnStatus.CLAIMED,
    "ApprovedByOzon": ReturnStatus.CLAIMED,
    "WaitingShipment": ReturnStatus.CLAIMED,
    "MoneyReturned": ReturnStatus.IN_TRANSIT,
    "MoneyReturnedBySystem": ReturnStatus.IN_TRANSIT,
    "MovingToOzon": ReturnStatus.IN_TRANSIT,
    "MovingToSeller": ReturnStatus.IN_TRANSIT,
    "ReturningToSellerByCourier": ReturnStatus.IN_TRANSIT,
    "ReturnedToOzon": ReturnStatus.RECEIVED,
    "WaitingCompensation": ReturnStatus.CHECKED,
    "CompensationOffered": ReturnStatus.CHECKED,
    "CompensationRejected": ReturnStatus.CHECKED,
    "CompensationRejectedBySla": ReturnStatus.CHECKED,
    "CompensationRejectedBySeller": ReturnStatus.CHECKED,
    "Utilizing": ReturnStatus.DEFECTIVE,
    "ArrivedAtReturnPlace": ReturnStatus.WAITING_PICKUP,
    "ReceivedBySeller": ReturnStatus.HANDED_OVER,
    "Utilized": ReturnStatus.DISPOSED,
    "PartialCompensationReturned": ReturnStatus.REJECTED,
    "CancelledDisputeNotOpen": ReturnStatus.REJECTED,
    "Rejected": ReturnStatus.REJECTED,
    "CrmRejected": ReturnStatus.REJECTED,
    "Cancelled": ReturnStatus.REJECTED,
}
# `compensation_status.status.sys_name` of one that the seller has got.
COMPENSATION_RECEIVED: Final = "Received"

# For docs/statuses.md: what the words are of, and the words.
TABLES: Final[dict[str, Mapping[str, StatusChoices]]] = {
    "Posting, `status`": POSTING_STATUSES,
    "Posting, `substatus`, and `new_state` of a notice": POSTING_SUBSTATUSES,
    "Product, `statuses.status` (free words; price and stock decide further)": PRODUCT_STATUSES,
    "Product, `statuses.status_name`, when the word is none of the above": PRODUCT_STATUS_NAMES,
    "Supply, `state` (a slot and cross-docking decide further)": SUPPLY_STATES,
    "Removal, `return_state`": REMOVAL_STATES,
    "Return, `visual.status.sys_name` (the end of the way and the compensation decide further)": RETURN_STATUSES,
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


def supply_status(state: str, *, has_slot: bool, is_crossdock: bool) -> SupplyStatus:
    """Our status of a supply."""
    status = SUPPLY_STATES.get(state.removeprefix("ORDER_STATE_"), SupplyStatus.UNKNOWN)
    if status is SupplyStatus.DRAFT and has_slot:
        return SupplyStatus.BOOKED
    if state == "ACCEPTED_AT_SUPPLY_WAREHOUSE" and not is_crossdock:
        return SupplyStatus.ARRIVED
    return status


def removal_status(state: str) -> SupplyStatus:
    """Our status of a removal."""
    return REMOVAL_STATES.get(phrase(state), SupplyStatus.UNKNOWN)


def phrase(text: str) -> str:
    """A Russian phrase as the tables above write it."""
    return " ".join(text.lower().replace("ё", "е").split())


def return_kind(word: str) -> ReturnKind:
    """Our kind of a return; a word that nobody documented is not one of the four, and not a technical one."""
    return RETURN_KINDS.get(word.strip().lower(), ReturnKind.UNKNOWN)


def return_status(word: str, *, is_at_end: bool, compensation: str) -> ReturnStatus:
    """Our status of a return: at Ozon's and at the end of its way it is on sale again; a compensation that the
    seller has got ends one that has no other end."""
    status = RETURN_STATUSES.get(word, ReturnStatus.UNKNOWN)
    if status is ReturnStatus.RECEIVED and is_at_end:
        status = ReturnStatus.BACK_ON_SALE
    if compensation == COMPENSATION_RECEIVED and not status.is_final:
        return ReturnStatus.COMPENSATED
    return status
