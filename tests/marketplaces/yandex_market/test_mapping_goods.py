"""Supplies and returns in our words: statuses, kinds, numbers, slots, reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from marketplaces.contracts.supplies import DocumentSnapshot, SupplyKind, SupplySnapshot, SupplyStatus
from marketplaces.yandex_market import statuses
from marketplaces.yandex_market.mapping_returns import Refused, refusals, return_snapshots
from marketplaces.yandex_market.mapping_supplies import slot_zone, supply_snapshot
from marketplaces.yandex_market.schemas import BusinessOrder
from marketplaces.yandex_market.schemas_returns import MarketReturn
from marketplaces.yandex_market.schemas_supplies import SupplyDocument, SupplyItem, SupplyRequest
from tests.marketplaces.yandex_market.payloads import (
    item,
    market_return,
    money,
    order,
    return_item,
    supply_document,
    supply_item,
    supply_request,
)

REQUESTS = (
    "CREATED VALIDATED INVALID PUBLISHED CANCELLATION_REQUESTED CANCELLATION_REJECTED CANCELLED NEED_PREPARATION "
    "REGISTERED_IN_ELECTRONIC_QUEUE ARRIVED_TO_SERVICE ARRIVED_TO_XDOC_SERVICE SHIPPED_TO_SERVICE TRANSIT_MOVING "
    "WAREHOUSE_HANDLING ACCEPTED_BY_WAREHOUSE_SYSTEM WAREHOUSE_SIGNED_ACT READY_TO_WITHDRAW READY_FOR_UTILIZATION "
    "FINISHED"
)
SUBTYPES = (
    "DEFAULT XDOC INVENTORYING_SUPPLY INVENTORYING_SUPPLY_WAREHOUSE_BASED_PER_SUPPLIER MOVEMENT_SUPPLY "
    "ADDITIONAL_SUPPLY VIRTUAL_DISTRIBUTION_CENTER VIRTUAL_DISTRIBUTION_CENTER_CHILD FORCE_PLAN "
    "FORCE_PLAN_ANOMALY_PER_SUPPLY PLAN_BY_SUPPLIER ANOMALY_WITHDRAW FIX_LOST_INVENTORYING OPER_LOST_INVENTORYING "
    "MOVEMENT_WITHDRAW MISGRADING_SUPPLY MISGRADING_WITHDRAW MAN_UTIL WITHDRAW_AUTO_UTILIZATION "
    "EXTERNAL_WITHDRAW_INT_OZON EXTERNAL_WITHDRAW_INT_WB"
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


def supplied(
    *,
    items: list[dict[str, Any]] | None = None,
    documents: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> SupplySnapshot:
    return supply_snapshot(
        SupplyRequest.model_validate(supply_request(**changes)),
        items=None if items is None else [SupplyItem.model_validate(one) for one in items],
        documents=None if documents is None else [SupplyDocument.model_validate(one) for one in documents],
    )


def returned(refused: Refused | None = None, **changes: Any) -> ReturnSnapshot:
    (snapshot,), rejected = return_snapshots(MarketReturn.model_validate(market_return(**changes)), refused)
    assert rejected is None
    return snapshot


# ---- words ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "table"),
    [
        (REQUESTS, statuses.SUPPLY_STATUSES),
        (REQUESTS, statuses.REMOVAL_STATUSES),
        (SUBTYPES, statuses.REQUEST_SUBTYPES),
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


def test_their_final_words_are_final() -> None:
    final = {word for word, ours in statuses.SUPPLY_STATUSES.items() if ours.is_final}
    assert final == {"FINISHED", "CANCELLED", "INVALID"}


@pytest.mark.parametrize(
    ("type_", "subtype", "kind"),
    [
        ("SUPPLY", "DEFAULT", SupplyKind.SUPPLY),
        ("SUPPLY", "XDOC", SupplyKind.SUPPLY),
        ("SUPPLY", "VIRTUAL_DISTRIBUTION_CENTER_CHILD", SupplyKind.SUPPLY),
        ("SUPPLY", "MOVEMENT_SUPPLY", SupplyKind.VIRTUAL),
        ("SUPPLY", "ADDITIONAL_SUPPLY", SupplyKind.VIRTUAL),
        ("SUPPLY", "TELEPORTED", SupplyKind.SUPPLY),
        ("WITHDRAW", "DEFAULT", SupplyKind.WITHDRAWAL),
        ("WITHDRAW", "ANOMALY_WITHDRAW", SupplyKind.WITHDRAWAL),
        ("WITHDRAW", "FIX_LOST_INVENTORYING", SupplyKind.VIRTUAL),
        ("UTILIZATION", "MAN_UTIL", SupplyKind.DISPOSAL),
        ("WITHDRAW", "FORCE_PLAN", SupplyKind.DISPOSAL),
        ("TELEPORTATION", "DEFAULT", SupplyKind.VIRTUAL),
    ],
)
def test_a_request_is_what_its_types_say(type_: str, subtype: str, kind: SupplyKind) -> None:
    assert supplied(type=type_, subtype=subtype).kind is kind


# ---- supplies ---------------------------------------------------------------------------------------------
def test_a_finished_supply_is_told_whole() -> None:
    snapshot = supplied(items=[supply_item()], documents=[supply_document()])

    assert (snapshot.external_id, snapshot.number) == ("7001", "100200")
    assert (snapshot.kind, snapshot.status) == (SupplyKind.SUPPLY, SupplyStatus.ACCEPTED)
    assert (snapshot.external_status, snapshot.external_substatus) == ("FINISHED", "DEFAULT")
    assert snapshot.changed_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert snapshot.accepted_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert (snapshot.warehouse_external_id, snapshot.warehouse_name) == ("172", "Софьино")
    assert (snapshot.slot_from, snapshot.slot_zone) == (
        datetime(2026, 11, 19, 6, tzinfo=UTC),
        "Europe/Moscow",
    )
    assert (snapshot.slot_to, snapshot.boxes, snapshot.created_at) == (None, None, None)
    (line,) = snapshot.lines or ()
    assert (line.marketplace_sku, line.seller_sku, line.name) == ("LN-01", "LN-01", "Скатерть")
    assert (line.declared, line.accepted, line.shortage, line.surplus, line.defect) == (30, 27, 2, 0, 1)
    assert (line.shipped, line.on_sale, line.price) == (None, None, Decimal(1200))
    assert snapshot.documents == (
        DocumentSnapshot(kind="SECONDARY_RECEPTION_ACT", created_at=datetime(2026, 11, 20, 8, tzinfo=UTC)),
    )


def test_zeros_before_the_goods_are_counted_say_nothing() -> None:
    counters = {"planCount": 30, "factCount": 0, "surplusCount": 0, "shortageCount": 0, "defectCount": 0}
    booked = supplied(items=[supply_item(counters=counters)], status="ACCEPTED_BY_WAREHOUSE_SYSTEM")
    counting = supplied(items=[supply_item(counters=counters)], status="WAREHOUSE_HANDLING")

    assert [(one.accepted, one.shortage) for one in booked.lines or ()] == [(None, None)]
    assert [(one.accepted, one.shortage) for one in counting.lines or ()] == [(0, 0)]
    assert (booked.accepted_at, counting.accepted_at) == (None, None)


def test_goods_and_papers_that_could_not_be_read_are_not_told() -> None:
    snapshot = supplied()
    assert (snapshot.lines, snapshot.documents) == (None, None)
    assert snapshot.accepted_at == snapshot.changed_at


def test_through_a_transit_warehouse_the_slot_is_there_and_in_its_zone() -> None:
    transit = {"serviceId": 9, "name": "Артём", "requestedDate": "2026-12-01T00:30:00+10:00", "type": "XDOC"}
    snapshot = supplied(subtype="XDOC", status="SHIPPED_TO_SERVICE", transitLocation=transit)

    assert (snapshot.warehouse_name, snapshot.drop_off_name) == ("Софьино", "Артём")
    assert snapshot.slot_from == datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    assert snapshot.slot_from.astimezone(ZoneInfo(snapshot.slot_zone)).isoformat() == (
        "2026-12-01T00:30:00+10:00"
    )
    assert (snapshot.status, snapshot.reason) == (SupplyStatus.SHIPPED, "Через транзитный склад")


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("2026-11-19T09:00:00+02:00", "Europe/Kaliningrad"),
        ("2026-11-19T09:00:00+03:00", "Europe/Moscow"),
        ("2026-11-19T09:00:00+10:00", "Asia/Vladivostok"),
        ("2026-11-19T09:00:00Z", "Europe/Moscow"),
        ("2026-11-19T09:00:00+05:30", "Europe/Moscow"),
        ("2026-11-19T09:00:00", "Europe/Moscow"),
    ],
)
def test_a_slot_is_printed_in_the_zone_of_its_offset(told: str, zone: str) -> None:
    moment = datetime.fromisoformat(told)
    assert slot_zone(moment) == zone
    if moment.utcoffset() and zone != "Europe/Moscow":
        assert moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.utcoffset()


def test_a_part_names_the_supply_that_was_split_and_other_links_do_not() -> None:
    def parent(kind: str) -> dict[str, Any]:
        return {"id": {"id": 6999, "marketplaceRequestId": "100199"}, "type": kind}

    assert supplied(parentLink=parent("VIRTUAL_DISTRIBUTION")).parent_external_id == "6999"
    for kind in ("WITHDRAW", "UTILIZATION", "ADDITIONAL_SUPPLY", "TELEPORTED"):
        assert supplied(parentLink=parent(kind)).parent_external_id == ""


def test_nothing_travels_in_a_supply_that_was_split() -> None:
    def link(kind: str) -> dict[str, Any]:
        return {"id": {"id": 7002, "marketplaceRequestId": "100201"}, "type": kind}

    whole = {"subtype": "VIRTUAL_DISTRIBUTION_CENTER"}
    assert supplied(**whole).kind is SupplyKind.SUPPLY
    assert supplied(**whole, childrenLinks=[link("VIRTUAL_DISTRIBUTION")]).kind is SupplyKind.VIRTUAL
    assert supplied(childrenLinks=[link("WITHDRAW"), link("ADDITIONAL_SUPPLY")]).kind is SupplyKind.SUPPLY


def test_a_withdrawal_has_words_of_its_own() -> None:
    told = {
        word: supplied(type="WITHDRAW", status=word).status
        for word in ("WAREHOUSE_HANDLING", "TRANSIT_MOVING", "READY_TO_WITHDRAW", "FINISHED", "TELEPORTED")
    }
    assert list(told.values()) == [
        SupplyStatus.BOOKED,
        SupplyStatus.SHIPPED,
        SupplyStatus.ARRIVED,
        SupplyStatus.ACCEPTED,
        SupplyStatus.UNKNOWN,
    ]


def test_of_papers_of_a_kind_the_latest_is_kept_and_no_link() -> None:
    documents = [
        supply_document(type="CARGO_UNITS", createdAt="never"),
        supply_document(type="CARGO_UNITS", createdAt="2026-11-01T00:00:00+03:00"),
        supply_document(type="CARGO_UNITS", createdAt="2026-11-02T00:00:00+03:00"),
        supply_document(type="TELEPORTED"),
    ]
    told = supplied(documents=documents).documents or ()
    assert [one.kind for one in told] == ["CARGO_UNITS", "TELEPORTED"]
    assert told[0].created_at == datetime(2026, 11, 1, 21, tzinfo=UTC)
    assert "https" not in repr(told)


# ---- returns ----------------------------------------------------------------------------------------------
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


def test_a_refused_parcel_is_on_its_way_back_at_once() -> None:
    changes = {"returnType": "UNREDEEMED", "shipmentStatus": "CREATED", "refundStatus": None}
    snapshot = returned(items=[return_item(instances=None, decisions=None)], **changes)
    assert (snapshot.kind, snapshot.status) == (ReturnKind.REFUSAL, ReturnStatus.IN_TRANSIT)


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


def test_an_unknown_order_leaves_a_refusal_whole() -> None:
    snapshot = returned(returnType="UNREDEEMED", items=[return_item(decisions=None)])
    assert (snapshot.kind, snapshot.reason_id) == (ReturnKind.REFUSAL, "")
    assert returned(returnType="TELEPORTED").kind is ReturnKind.UNKNOWN


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


# ---- whatever comes ---------------------------------------------------------------------------------------
WORDS = st.sampled_from([*REQUESTS.split(), *INSTANCES.split(), *SHIPMENTS.split(), "", "ТЕЛЕПОРТ", "x" * 64])
TEXTS = st.none() | st.text(max_size=700) | WORDS


@given(type_=WORDS, subtype=WORDS, status=WORDS, updated=TEXTS, name=TEXTS, number=TEXTS)
def test_any_request_becomes_a_supply(
    type_: str, subtype: str, status: str, updated: str | None, name: str | None, number: str | None
) -> None:
    snapshot = supplied(
        type=type_,
        subtype=subtype,
        status=status,
        updatedAt=updated,
        id={"id": 7, "marketplaceRequestId": number},
        targetLocation={"name": name, "requestedDate": updated, "serviceId": None},
        items=[],
        documents=[],
    )
    assert snapshot.external_id == "7"
    assert len(snapshot.number) <= 100
    assert len(snapshot.warehouse_name) <= 200


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


def test_money_of_a_line_is_exact() -> None:
    (line,) = supplied(items=[supply_item(price=money(1234.565))]).lines or ()
    assert line.price == Decimal("1234.57")
