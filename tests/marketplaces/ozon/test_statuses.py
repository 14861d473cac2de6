"""The documented words are all mapped, and unknown ones stay unknown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.ozon.statuses import (
    POSTING_STATUSES,
    POSTING_SUBSTATUSES,
    listing_status,
    order_status,
    order_status_of_state,
)

SPECIFICATION = Path(__file__).parents[4] / "shared/contracts/ozon/seller-api-fbo-subset-2026-08-13.json"

DOCUMENTED_STATUSES = {
    "awaiting_approve",
    "awaiting_packaging",
    "awaiting_deliver",
    "delivering",
    "delivered",
    "cancelled",
}
# Substatus → status, by the table of the push model in the document.
DOCUMENTED_STATES = {
    "posting_split_pending": "awaiting_packaging",
    "posting_created": "awaiting_packaging",
    "posting_packing": "awaiting_packaging",
    "posting_transferring_to_delivery": "awaiting_deliver",
    "posting_on_way_to_city": "delivering",
    "posting_transferred_to_courier_service": "delivering",
    "posting_returned_to_warehouse": "delivering",
    "posting_in_courier_service": "delivering",
    "posting_on_way_to_pickup_point": "delivering",
    "posting_in_pickup_point": "delivering",
    "posting_delivered": "delivered",
    "posting_received": "delivered",
    "posting_canceled": "cancelled",
}


def test_every_documented_status_is_mapped() -> None:
    assert set(POSTING_STATUSES) == DOCUMENTED_STATUSES
    assert OrderStatus.UNKNOWN not in POSTING_STATUSES.values()


def test_substatuses_agree_with_their_statuses() -> None:
    assert {
        state: POSTING_STATUSES[status] for state, status in DOCUMENTED_STATES.items()
    } == POSTING_SUBSTATUSES


@pytest.mark.wire
@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the saved specification is not beside the checkout")
def test_the_saved_specification_names_no_other_words() -> None:
    schemas = json.loads(SPECIFICATION.read_text())["components"]["schemas"]
    fields = schemas["posting.v3.PostingFboListResponse.Postings"]["properties"]

    statuses = set(re.findall(r"`([a-z_]+)`", fields["status"]["description"]))
    substatuses = set(re.findall(r"`([a-z_]+)`", fields["substatus"]["description"]))

    assert statuses <= set(POSTING_STATUSES)
    assert substatuses == set(POSTING_SUBSTATUSES)


@pytest.mark.parametrize(
    ("status", "substatus", "ours"),
    [
        ("delivering", "posting_received", OrderStatus.SHIPPED),
        ("awaiting_teleport", "posting_packing", OrderStatus.ACCEPTED),
        ("awaiting_teleport", "", OrderStatus.UNKNOWN),
        ("", "", OrderStatus.UNKNOWN),
        ("ДОСТАВЛЕНО", "posting_x", OrderStatus.UNKNOWN),
    ],
)
def test_status_speaks_first(status: str, substatus: str, ours: OrderStatus) -> None:
    assert order_status(status, substatus) is ours


def test_states_of_notices_are_read_with_and_without_their_prefix() -> None:
    for state, ours in POSTING_SUBSTATUSES.items():
        assert order_status_of_state(state) is ours
        assert order_status_of_state(state.removeprefix("posting_")) is ours


@pytest.mark.parametrize(
    ("word", "name", "failed", "is_archived", "has_price", "has_stock", "ours"),
    [
        ("price_sent", "Продается", "", False, True, True, ListingStatus.ON_SALE),
        ("price_sent", "Продается", "", False, None, None, ListingStatus.ON_SALE),
        ("price_sent", "Продается", "", False, True, False, ListingStatus.NO_STOCK),
        ("price_sent", "", "", False, False, True, ListingStatus.READY),
        ("price_sent", "", "", True, True, True, ListingStatus.ARCHIVED),
        ("price_sent", "", "moderation", False, True, True, ListingStatus.BLOCKED),
        ("price_sent", "", "none", False, True, True, ListingStatus.ON_SALE),
        ("moderating", "", "", False, True, True, ListingStatus.MODERATION),
        ("failed_moderation", "", "", False, True, True, ListingStatus.BLOCKED),
        ("novel_word", "Готов к продаже", "", False, True, True, ListingStatus.READY),
        ("novel_word", "Не продаётся", "", False, True, True, ListingStatus.BLOCKED),
        ("novel_word", "Новое слово", "", False, True, True, ListingStatus.UNKNOWN),
        ("", "", "", False, None, None, ListingStatus.UNKNOWN),
    ],
)
def test_listing_status(
    word: str,
    name: str,
    failed: str,
    is_archived: bool,
    has_price: bool | None,
    has_stock: bool | None,
    ours: ListingStatus,
) -> None:
    status = listing_status(
        word=word,
        name=name,
        failed=failed,
        is_archived=is_archived,
        has_price=has_price,
        has_stock=has_stock,
    )

    assert status is ours
