"""Every documented word has its place; others are kept and crash nothing."""

from __future__ import annotations

import pytest

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.yandex_market import statuses

STATUSES = (
    "PLACING RESERVED UNPAID PROCESSING DELIVERY PICKUP DELIVERED CANCELLED PENDING PARTIALLY_RETURNED RETURNED "
    "UNKNOWN"
)
STATISTICS = (
    "CANCELLED_BEFORE_PROCESSING CANCELLED_IN_PROCESSING CANCELLED_IN_DELIVERY PENDING RESERVED UNPAID PROCESSING "
    "DELIVERY PICKUP DELIVERED PARTIALLY_DELIVERED PARTIALLY_RETURNED RETURNED LOST UNKNOWN"
)
SHOP = (
    "PUBLISHED CHECKING DISABLED_BY_PARTNER DISABLED_AUTOMATICALLY REJECTED_BY_MARKET CREATING_CARD NO_CARD NO_STOCKS "
    "ARCHIVED READY_FOR_PUBLICATION"
)
CARD = (
    "HAS_CARD_CAN_NOT_UPDATE HAS_CARD_CAN_UPDATE HAS_CARD_CAN_UPDATE_ERRORS HAS_CARD_CAN_UPDATE_PROCESSING "
    "NO_CARD_NEED_CONTENT NO_CARD_MARKET_WILL_CREATE NO_CARD_ERRORS NO_CARD_PROCESSING NO_CARD_ADD_TO_CAMPAIGN"
)
# The reasons that the document explains.
REASONS = (
    "RESERVATION_EXPIRED USER_NOT_PAID USER_UNREACHABLE USER_CHANGED_MIND USER_REFUSED_DELIVERY USER_REFUSED_PRODUCT "
    "SHOP_FAILED USER_REFUSED_QUALITY USER_IDENTIFICATION_MISMATCH PURCHASE_GROUP_THRESHOLD_NOT_REACHED_CANCELLED "
    "REPLACING_ORDER PROCESSING_EXPIRED PICKUP_EXPIRED TOO_MANY_DELIVERY_DATE_CHANGES TOO_LONG_DELIVERY "
    "INCORRECT_PERSONAL_DATA TECHNICAL_ERROR"
)


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (STATUSES, statuses.ORDER_STATUSES),
        (STATISTICS, statuses.STATISTICS_STATUSES),
        (SHOP, statuses.SHOP_STATUSES),
        (CARD, statuses.CARD_STATUSES),
    ],
)
def test_every_documented_word_has_its_place(words: str, table: dict[str, object]) -> None:
    assert set(words.split()) == set(table)


def test_every_explained_reason_is_worded() -> None:
    assert set(REASONS.split()) <= set(statuses.CANCEL_REASONS)
    assert all(
        who in {"customer", "seller", "system", "delivery"} for who, _why in statuses.CANCEL_REASONS.values()
    )


@pytest.mark.parametrize(
    ("status", "substatus", "ours"),
    [
        ("PROCESSING", "STARTED", OrderStatus.ACCEPTED),
        ("PROCESSING", "READY_TO_SHIP", OrderStatus.PACKED),
        ("PROCESSING", "ANTIFRAUD", OrderStatus.ACCEPTED),
        ("DELIVERY", "READY_TO_SHIP", OrderStatus.SHIPPED),
        ("PICKUP", "", OrderStatus.SHIPPED),
        ("PARTIALLY_RETURNED", "", OrderStatus.PARTLY_RETURNED),
        ("TELEPORTING", "STARTED", OrderStatus.UNKNOWN),
        ("", "", OrderStatus.UNKNOWN),
    ],
)
def test_an_order_stands_where_its_words_say(status: str, substatus: str, ours: OrderStatus) -> None:
    assert statuses.order_status(status, substatus) is ours


def test_an_archived_offer_is_archived_whatever_is_said() -> None:
    for shop in (*SHOP.split(), "TELEPORTED", ""):
        found = statuses.listing_status(shop=shop, card="HAS_CARD_CAN_UPDATE", is_archived=True)
        assert found is ListingStatus.ARCHIVED
