"""The documented words are all mapped, and unknown ones stay unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.ozon.statuses import (
    DISPOSAL_WORDS,
    POSTING_STATUSES,
    POSTING_SUBSTATUSES,
    REMOVAL_STATES,
    RETURN_KINDS,
    RETURN_STATUSES,
    SUPPLY_STATES,
    TABLES,
    listing_status,
    order_status,
    order_status_of_state,
    phrase,
    removal_status,
    return_kind,
    return_status,
    supply_status,
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


@pytest.mark.wire
@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the saved specification is not beside the checkout")
def test_words_of_supplies_and_returns_are_all_mapped() -> None:
    document = json.loads(SPECIFICATION.read_text())

    supplies = _enumerated(document, "/v3/supply-order/get", "state") | _enumerated(
        document, "/v1/supply-order/details", "supply_state"
    )
    removals = _described(document, "/v1/removal/from-stock/list", "return_state", r"`([а-яё ]+)`")
    visual = _described(document, "/v1/returns/list", "visual_status_name", r"`([A-Za-z]+)`")
    kinds = _described(document, "/v1/returns/list", "type", r"`([A-Za-z]+)`")

    assert supplies == set(SUPPLY_STATES)
    assert {phrase(word) for word in removals} == set(REMOVAL_STATES)
    assert visual == set(RETURN_STATUSES)
    assert {kind.lower() for kind in kinds} == set(RETURN_KINDS)


def _described(document: dict[str, Any], path: str, name: str, words: str) -> set[str]:
    texts = (field.get("description", "") for field in _fields(document, document["paths"][path], name))
    return {word for text in texts for word in re.findall(words, text)}


def _enumerated(document: dict[str, Any], path: str, name: str) -> set[str]:
    return {
        word for field in _fields(document, document["paths"][path], name) for word in field.get("enum", ())
    }


def _fields(document: dict[str, Any], value: Any, name: str) -> Iterator[dict[str, Any]]:
    """The schemas of the fields of this name, wherever they are."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return
    reference = value.get("$ref")
    if isinstance(reference, str) and "/schemas/" in reference:
        value = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    if isinstance(field := value.get("properties", {}).get(name), dict):
        reference = field.get("$ref", "")
        yield document["components"]["schemas"][reference.rsplit("/", 1)[1]] if reference else field
    for item in value.values():
        yield from _fields(document, item, name)


def test_no_documented_word_is_unknown_to_us() -> None:
    silent = {
        (name, word)
        for name, table in TABLES.items()
        for word, ours in table.items()
        if ours.value == "unknown"
    }

    assert silent == {("Supply, `state` (a slot and cross-docking decide further)", "UNSPECIFIED")}
    assert REMOVAL_STATES.keys() - {"в процессе утилизации"} >= DISPOSAL_WORDS - {"в процессе утилизации"}


@pytest.mark.parametrize(
    ("state", "has_slot", "is_crossdock", "ours"),
    [
        ("DATA_FILLING", False, False, SupplyStatus.DRAFT),
        ("DATA_FILLING", True, True, SupplyStatus.BOOKED),
        ("ORDER_STATE_IN_TRANSIT", True, True, SupplyStatus.SHIPPED),
        ("ACCEPTED_AT_SUPPLY_WAREHOUSE", True, False, SupplyStatus.ARRIVED),
        ("ACCEPTED_AT_SUPPLY_WAREHOUSE", True, True, SupplyStatus.SHIPPED),
        ("REJECTED_AT_SUPPLY_WAREHOUSE", True, False, SupplyStatus.CANCELLED),
        ("Completed", True, False, SupplyStatus.UNKNOWN),
        ("", False, False, SupplyStatus.UNKNOWN),
    ],
)
def test_supply_status(state: str, has_slot: bool, is_crossdock: bool, ours: SupplyStatus) -> None:
    assert supply_status(state, has_slot=has_slot, is_crossdock=is_crossdock) is ours


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("Передаём  в логистику", SupplyStatus.READY),
        ("МОЖНО ЗАБИРАТЬ ВСЕ", SupplyStatus.ARRIVED),
        ("можно забрать всё", SupplyStatus.ARRIVED),
        ("улетела", SupplyStatus.UNKNOWN),
        ("", SupplyStatus.UNKNOWN),
    ],
)
def test_removal_status(state: str, ours: SupplyStatus) -> None:
    assert removal_status(state) is ours


def test_return_kinds_and_statuses_of_unknown_words() -> None:
    assert return_kind(" PARTIALRETURN ") is ReturnKind.PARTIAL_REFUSAL
    assert return_kind("Teleported") is ReturnKind.UNKNOWN
    assert return_status("Teleporting", is_at_end=True, compensation="") is ReturnStatus.UNKNOWN
    assert return_status("", is_at_end=False, compensation="Sent") is ReturnStatus.UNKNOWN


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
