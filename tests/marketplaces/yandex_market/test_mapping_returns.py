"""Returns in our words: kinds, where the units are, reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.yandex_market import statuses
from marketplaces.yandex_market.mapping_returns import Refused, refusals, return_snapshots
from marketplaces.yandex_market.schemas import BusinessOrder
from marketplaces.yandex_market.schemas_returns import MarketReturn
from tests.marketplaces.yandex_market.payloads import (
    item,
    market_return,
    order,
    return_item,
)

SHIPMENTS = (
    "CREATED RECEIVED IN_TRANSIT READY_FOR_PICKUP PICKED LOST EXPIRED CANCELLED FULFILMENT_RECEIVED "
    "PREPARED_FOR_UTILIZATION NOT_IN_DEMAND UTILIZED READY_FOR_EXPROPRIATION RECEIVED_FOR_EXPROPRIATION UNKNOWN"
)
INSTANCES = (
    "CREATED RECEIVED IN_TRANSIT READY_FOR_PICKUP PICKED RECEIVED_ON_FULFILLMENT CANCELLED LOST UTILIZED "
    "PREPARED_FOR_UTILIZATION EXPROPRIATED NOT_IN_DEMAND"
)
STOCK_TYPES = (
    "FIT DEFECT ANOMALY SURPLUS EXPIRED MISGRADING UNDEFINED INCORRECT_IMEI INCORRECT_SERIAL_NUMBER INCORRECT_CIS "
    "PART_MISSING NON_COMPLIENT NOT_ACCEPTABLE SERVICE MARKDOWN DEMO REPAIR FIRMWARE UNKNOWN"
)
REFUNDS = (
    "STARTED_BY_USER REFUND_IN_PROGRESS REFUNDED FAILED WAITING_FOR_DECISION DECISION_MADE REFUNDED_WITH_BONUSES "
    "REFUNDED_BY_SHOP CANCELLED REJECTED COMPLETE_WITHOUT_REFUND PREMODERATION_DISPUTE "
    "PREMODERATION_DECISION_WAITING PREMODERATION_DECISION_MADE PREMODERATION_SELECT_DELIVERY UNKNOWN"
)
REASONS = (
    "BAD_QUALITY DOES_NOT_FIT WRONG_ITEM DAMAGE_DELIVERY LOYALTY_FAIL CONTENT_FAIL DELIVERY_FAIL UNKNOWN"
)
SUBREASONS = (
    "USER_DID_NOT_LIKE USER_CHANGED_MIND DELIVERED_TOO_LONG BAD_PACKAGE DAMAGED NOT_WORKING INCOMPLETENESS "
    "WRONG_ITEM WRONG_COLOR DID_NOT_MATCH_DESCRIPTION WRONG_ORDER WRONG_AMOUNT_DELIVERED WRAPPING_DAMAGED "
    "ITEM_WAS_USED BROKEN BAD_FLOWERS PARCEL_MISSING INCOMPLETE UNKNOWN"
)


def returned(refused: Refused | None = None, **changes: Any) -> ReturnSnapshot:
    (snapshot,), rejected = return_snapshots(MarketReturn.model_validate(market_return(**changes)), refused)
    assert rejected is None
    return snapshot


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (SHIPMENTS, statuses.SHIPMENT_STATUSES),
        (INSTANCES, statuses.INSTANCE_STATUSES),
        (STOCK_TYPES, statuses.STOCK_TYPES),
        (REFUNDS, statuses.REFUND_STATUSES),
        (REASONS, statuses.RETURN_REASONS),
        (SUBREASONS, statuses.RETURN_SUBREASONS),
    ],
)
def test_every_documented_word_has_its_place(words: str, table: dict[str, object]) -> None:
    assert set(words.split()) == set(table)


def test_a_client_return_is_told_by_offer() -> None:
    snapshot = returned()

    assert (snapshot.external_id, snapshot.number, snapshot.order_external_id) == (
        "9001/LN-01",
        "9001",
        "5001",
    )
    assert (snapshot.kind, snapshot.status) == (ReturnKind.CLIENT_RETURN, ReturnStatus.BACK_ON_SALE)
    assert snapshot.external_status == "RECEIVED_ON_FULFILLMENT/FIT"
    assert snapshot.registered_at == datetime(2026, 11, 15, 7, tzinfo=UTC)
    assert snapshot.changed_at == datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert (snapshot.marketplace_sku, snapshot.quantity) == ("LN-01", 1)
    assert (snapshot.reason_id, snapshot.reason) == (
        "BAD_QUALITY/DAMAGED",
        "Бракованный товар: царапины, сколы",
    )
    assert snapshot.price is None, "what the buyer gets back is not the seller's price"
    assert "900 000" not in repr(snapshot)


@pytest.mark.parametrize(
    ("status", "stock_type", "ours"),
    [
        ("CREATED", None, ReturnStatus.CLAIMED),
        ("RECEIVED", None, ReturnStatus.IN_TRANSIT),
        ("RECEIVED_ON_FULFILLMENT", None, ReturnStatus.RECEIVED),
        ("RECEIVED_ON_FULFILLMENT", "DEFECT", ReturnStatus.DEFECTIVE),
        ("RECEIVED_ON_FULFILLMENT", "TELEPORTED", ReturnStatus.RECEIVED),
        ("READY_FOR_PICKUP", "DEFECT", ReturnStatus.WAITING_PICKUP),
        ("PICKED", "DEFECT", ReturnStatus.HANDED_OVER),
        ("UTILIZED", "DEFECT", ReturnStatus.DISPOSED),
        ("EXPROPRIATED", None, ReturnStatus.COMPENSATED),
        ("LOST", None, ReturnStatus.LOST),
        ("TELEPORTED", "FIT", ReturnStatus.UNKNOWN),
    ],
)
def test_a_unit_stands_where_its_words_say(status: str, stock_type: str | None, ours: ReturnStatus) -> None:
    snapshot = returned(items=[return_item(instances=[{"status": status, "stockType": stock_type}])])
    assert snapshot.status is ours
    assert snapshot.external_status == "/".join(filter(None, (status, stock_type)))


def test_units_that_differ_stand_where_the_last_of_them_does() -> None:
    def units(*words: str) -> ReturnSnapshot:
        instances = [dict(zip(("status", "stockType"), word.split("/"), strict=False)) for word in words]
        return returned(items=[return_item(count=len(words), instances=instances)])

    assert units("RECEIVED_ON_FULFILLMENT/FIT", "IN_TRANSIT").status is ReturnStatus.IN_TRANSIT
    assert units("RECEIVED_ON_FULFILLMENT/FIT", "PICKED").status is ReturnStatus.HANDED_OVER
    assert units("UTILIZED", "PICKED").status is ReturnStatus.DISPOSED


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({"shipmentStatus": "READY_FOR_PICKUP"}, ReturnStatus.WAITING_PICKUP),
        ({"shipmentStatus": "TELEPORTED"}, ReturnStatus.UNKNOWN),
        ({"shipmentStatus": None, "refundStatus": "STARTED_BY_USER"}, ReturnStatus.CLAIMED),
        ({"shipmentStatus": None, "refundStatus": "REJECTED"}, ReturnStatus.REJECTED),
        ({"shipmentStatus": "CREATED", "refundStatus": "CANCELLED"}, ReturnStatus.REJECTED),
        ({"shipmentStatus": "PICKED", "refundStatus": "CANCELLED"}, ReturnStatus.HANDED_OVER),
        ({"shipmentStatus": None, "fastReturn": True}, ReturnStatus.DISPOSED),
        ({"shipmentStatus": None, "refundStatus": None}, ReturnStatus.UNKNOWN),
    ],
)
def test_without_units_the_shipment_tells_and_without_it_the_money(
    changes: dict[str, Any], ours: ReturnStatus
) -> None:
    assert returned(items=[return_item(instances=None)], **changes).status is ours


@pytest.mark.parametrize("silent", [{}, {"status": None, "stockType": "FIT"}, {"status": "", "cis": "1"}])
def test_a_unit_without_a_status_hides_nothing(silent: dict[str, Any]) -> None:
    waits = returned(items=[return_item(instances=[silent])], shipmentStatus="READY_FOR_PICKUP")
    assert (waits.status, waits.external_status) == (ReturnStatus.WAITING_PICKUP, "READY_FOR_PICKUP")

    units = [silent, {"status": "PICKED"}]
    picked = returned(items=[return_item(count=2, instances=units)], shipmentStatus="READY_FOR_PICKUP")
    assert (picked.status, picked.external_status) == (ReturnStatus.HANDED_OVER, "PICKED")


def test_a_refused_parcel_is_on_its_way_back_at_once() -> None:
    changes = {"returnType": "UNREDEEMED", "shipmentStatus": "CREATED", "refundStatus": None}
    snapshot = returned(items=[return_item(instances=None, decisions=None)], **changes)
    assert (snapshot.kind_else, snapshot.status) == (ReturnKind.REFUSAL, ReturnStatus.IN_TRANSIT)


@pytest.mark.parametrize("refund", ["CANCELLED", "REJECTED", "REFUNDED"])
def test_of_a_refused_parcel_the_money_tells_nothing(refund: str) -> None:
    changes = {"returnType": "UNREDEEMED", "shipmentStatus": "CREATED", "refundStatus": refund}
    snapshot = returned(items=[return_item(instances=None, decisions=None)], **changes)
    assert (snapshot.status, snapshot.external_status) == (ReturnStatus.IN_TRANSIT, "CREATED")

    silent = returned(items=[return_item(instances=None)], **{**changes, "shipmentStatus": None})
    assert (silent.status, silent.external_status) == (ReturnStatus.UNKNOWN, "")


@pytest.mark.parametrize(
    ("status", "substatus", "units", "kind", "reason_id"),
    [
        ("CANCELLED", "PICKUP_EXPIRED", 2, ReturnKind.REFUSAL, "PICKUP_EXPIRED"),
        ("CANCELLED", "DELIVERY_SERVICE_LOST", 2, ReturnKind.TECHNICAL, "DELIVERY_SERVICE_LOST"),
        ("DELIVERED", "DELIVERY_SERVICE_DELIVERED", 1, ReturnKind.PARTIAL_REFUSAL, ""),
        ("PARTIALLY_RETURNED", "", 1, ReturnKind.PARTIAL_REFUSAL, ""),
        ("PICKUP", "PICKUP_SERVICE_RECEIVED", 2, ReturnKind.REFUSAL, ""),
        ("PICKUP", "PICKUP_SERVICE_RECEIVED", 1, ReturnKind.PARTIAL_REFUSAL, ""),
    ],
)
def test_the_order_tells_whether_all_of_it_was_refused_and_why(
    status: str, substatus: str, units: int, kind: ReturnKind, reason_id: str
) -> None:
    row = MarketReturn.model_validate(
        market_return(returnType="UNREDEEMED", items=[return_item(count=units, decisions=None)])
    )
    theirs = BusinessOrder.model_validate(order(status=status, substatus=substatus, items=[item(count=2)]))
    (snapshot,), _ = return_snapshots(row, refusals({"5001": theirs}, [row])["5001"])

    assert (snapshot.kind, snapshot.reason_id) == (kind, reason_id)
    assert bool(snapshot.reason) == bool(reason_id)


def test_without_its_order_an_unredeemed_return_is_taken_for_a_whole_refusal() -> None:
    snapshot = returned(returnType="UNREDEEMED", items=[return_item(decisions=None)])
    assert (snapshot.kind, snapshot.kind_else, snapshot.reason_id) == (
        ReturnKind.UNKNOWN,
        ReturnKind.REFUSAL,
        "",
    )
    strange = returned(returnType="TELEPORTED")
    assert (strange.kind, strange.kind_else) == (ReturnKind.UNKNOWN, ReturnKind.UNKNOWN)


@pytest.mark.parametrize(
    ("reason", "detail", "told"),
    [
        ("DOES_NOT_FIT", "USER_CHANGED_MIND", ("DOES_NOT_FIT/USER_CHANGED_MIND", "Товар не подошёл: покупатель передумал")),
        ("WRONG_ITEM", None, ("WRONG_ITEM", "Привезли не тот товар")),
        ("UNKNOWN", "UNKNOWN", ("UNKNOWN", "Причина не известна")),
        ("TELEPORTED", "DRONE", ("TELEPORTED/DRONE", "TELEPORTED: DRONE")),
        (None, None, ("", "")),
    ],
)  # fmt: skip
def test_a_reason_is_told_in_their_words_and_in_a_sellers(
    reason: str | None, detail: str | None, told: tuple[str, str]
) -> None:
    decisions = [{"count": 1, "reasonType": reason, "subreasonType": detail}]
    snapshot = returned(items=[return_item(decisions=decisions)])
    assert (snapshot.reason_id, snapshot.reason) == told


def test_where_and_until_when_it_waits() -> None:
    point = {
        "name": "Пункт вывоза 12",
        "address": {"country": "Россия", "city": "Москва", "street": "Стрелецкая улица", "house": "9к2"},
    }
    snapshot = returned(logisticPickupPoint=point, pickupTillDate="2026-12-01T00:00:00+03:00")
    assert (snapshot.place_name, snapshot.place_address) == (
        "Пункт вывоза 12",
        "Москва, Стрелецкая улица, 9к2",
    )
    assert snapshot.pick_up_until == date(2026, 12, 1)


def test_an_offer_named_twice_is_one_of_all_its_units() -> None:
    instances = [{"status": "IN_TRANSIT"}]
    snapshot = returned(items=[return_item(), return_item(count=2, instances=instances)])
    assert (snapshot.quantity, snapshot.status) == (3, ReturnStatus.IN_TRANSIT)


@pytest.mark.parametrize("count", [[0], [1_000_000, 1]])
def test_units_that_cannot_be_are_rejected(count: list[int]) -> None:
    row = market_return(items=[return_item(count=one) for one in count])
    snapshots, rejected = return_snapshots(MarketReturn.model_validate(row), None)
    assert snapshots == ()
    assert isinstance(rejected, Rejected)
    assert rejected.detail == "items.count"
    assert rejected.external_id == returned().external_id, "the return settles it once it can be read"


WORDS = st.sampled_from([*INSTANCES.split(), *SHIPMENTS.split(), "", "ТЕЛЕПОРТ", "x" * 64])
TEXTS = st.none() | st.text(max_size=700) | WORDS


@given(kind=TEXTS, refund=TEXTS, shipment=TEXTS, unit=TEXTS, stock=TEXTS, reason=TEXTS, fast=st.booleans())
def test_any_return_has_a_kind_and_a_status(
    kind: str | None,
    refund: str | None,
    shipment: str | None,
    unit: str | None,
    stock: str | None,
    reason: str | None,
    fast: bool,
) -> None:
    snapshot = returned(
        returnType=kind,
        refundStatus=refund,
        shipmentStatus=shipment,
        fastReturn=fast,
        items=[
            return_item(
                instances=[{"status": unit, "stockType": stock}],
                decisions=[{"count": 1, "reasonType": reason, "subreasonType": reason}],
            )
        ],
    )
    assert snapshot.kind in ReturnKind
    assert snapshot.status in ReturnStatus
    assert len(snapshot.reason_id) <= 100
    assert len(snapshot.external_status) <= 100
