"""Supplies in our words: kinds, statuses, numbers, slots, papers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.contracts.supplies import DocumentSnapshot, SupplyKind, SupplySnapshot, SupplyStatus
from marketplaces.yandex_market import statuses
from marketplaces.yandex_market.mapping_supplies import slot_zone, supply_snapshot
from marketplaces.yandex_market.schemas_supplies import SupplyDocument, SupplyItem, SupplyRequest
from tests.marketplaces.yandex_market.payloads import (
    money,
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


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (REQUESTS, statuses.SUPPLY_STATUSES),
        (REQUESTS, statuses.REMOVAL_STATUSES),
        (SUBTYPES, statuses.REQUEST_SUBTYPES),
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
    assert snapshot.accepted_at is None


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


def test_money_of_a_line_is_exact() -> None:
    (line,) = supplied(items=[supply_item(price=money(1234.565))]).lines or ()
    assert line.price == Decimal("1234.57")


WORDS = st.sampled_from([*REQUESTS.split(), "", "ТЕЛЕПОРТ", "x" * 64])
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
