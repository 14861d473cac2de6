"""Supplies and removals: slots in the zone of their place, what acts count, what is never told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from marketplaces.contracts.supplies import SupplyKind, SupplySnapshot, SupplyStatus
from marketplaces.ozon.mapping_supplies import Told, removal_snapshot, slot_of, supply_snapshot
from marketplaces.ozon.schemas_supplies import (
    Act,
    BundleItem,
    Cargo,
    CountedAct,
    RemovalRow,
    Slot,
    SupplyOrder,
)
from tests.marketplaces.ozon.payloads_supplies import act, item, removal_row, slot, supply, supply_order

NOTHING = Told()


def mapped(payload: dict[str, Any], told: Told = NOTHING, **clusters: str) -> SupplySnapshot:
    order = SupplyOrder.model_validate(payload)
    return supply_snapshot(order, order.supplies[0], told=told, clusters=clusters)


def with_state(state: str, **changes: Any) -> dict[str, Any]:
    return supply_order(state=state, supplies=[supply(state=state, **changes)])


def counted(*acts: dict[str, Any], items: list[dict[str, Any]], state: str = "COMPLETED") -> SupplySnapshot:
    told = Told(
        items=[BundleItem.model_validate(one) for one in items],
        acts=[CountedAct.model_validate(one) for one in acts],
    )
    return mapped(with_state(state), told)


# ---- a supply ---------------------------------------------------------------------------------------------
def test_a_supply_as_the_document_shows_it() -> None:
    one = mapped(supply_order(), **{"4039": "Москва"})

    assert (one.external_id, one.number, one.kind) == ("2000000000017", "2111140905880", SupplyKind.SUPPLY)
    assert (one.status, one.external_status, one.external_substatus) == (
        SupplyStatus.READY,
        "READY_TO_SUPPLY",
        "",
    )
    assert one.created_at == datetime(2026, 1, 23, tzinfo=UTC)
    assert one.changed_at == datetime(2026, 2, 3, 11, 32, 41, 613489, tzinfo=UTC)
    assert one.fill_until == datetime(2026, 2, 14, 23, 59, 59, tzinfo=UTC)
    assert (one.warehouse_external_id, one.warehouse_name) == ("15431806189000", "ХОРУГВИНО_РФЦ")
    assert (one.drop_off_name, one.cluster_name, one.parent_external_id) == ("Центральный", "Москва", "")
    assert (one.lines, one.boxes, one.documents) == (None, None, None)
    assert (one.shipped_at, one.arrived_at, one.accepted_at) == (None, None, None)


@pytest.mark.parametrize(
    ("zone", "start", "end", "utc_start", "utc_end"),
    [
        ("Europe/Kaliningrad", "2026-03-31T23:00:00Z", "2026-04-01T00:00:00Z", (3, 31, 21), (3, 31, 22)),
        ("Europe/Moscow", "2026-02-28T23:00:00Z", "2026-03-01T01:00:00Z", (2, 28, 20), (2, 28, 22)),
        ("Europe/Moscow", "2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", (2, 28, 22), (2, 28, 23)),
        ("Asia/Vladivostok", "2026-06-01T08:00:00Z", "2026-06-01T09:00:00Z", (5, 31, 22), (5, 31, 23)),
        ("Asia/Vladivostok", "2026-06-01T09:30:00Z", "2026-06-01T10:30:00Z", (5, 31, 23, 30), (6, 1, 0, 30)),
    ],
)
def test_a_slot_is_local_though_it_is_marked_with_z(
    zone: str, start: str, end: str, utc_start: tuple[int, ...], utc_end: tuple[int, ...]
) -> None:
    found = slot_of(Slot.model_validate(slot(start, end, zone)))

    assert found == (
        datetime(2026, *utc_start, tzinfo=UTC),  # type: ignore[arg-type, misc]
        datetime(2026, *utc_end, tzinfo=UTC),  # type: ignore[arg-type, misc]
        zone,
    )


@pytest.mark.parametrize(
    ("zone", "offset", "hour", "told"),
    [
        ("", "+10:00", 23, ""),
        ("", "36000", 23, ""),
        ("Nowhere/City", "-03:30", 12, ""),
        ("Europe", "+03:00", 6, ""),
        ("../../etc/passwd", "+03:00", 6, ""),
        ("\x00", "+03:00", 6, ""),
        ("Europe/Moscow", "+10:00", 6, "Europe/Moscow"),
    ],
)
def test_an_offset_stands_in_for_a_zone_that_nobody_knows(
    zone: str, offset: str, hour: int, told: str
) -> None:
    start, _end, name = slot_of(Slot.model_validate(slot("2026-02-15T09:00:00Z", None, zone, offset)))

    assert start is not None
    assert (start.hour, name) == (hour, told)


@pytest.mark.parametrize("offset", ["", "soon", "+99:00", "900000", None])
def test_a_slot_without_a_zone_is_none(offset: Any) -> None:
    given_slot = slot("2026-02-15T09:00:00Z", "2026-02-15T10:00:00Z", None, offset)

    assert slot_of(Slot.model_validate(given_slot)) == (None, None, "")


def test_a_slot_with_an_offset_of_its_own_means_it() -> None:
    start, end, _zone = slot_of(
        Slot.model_validate(slot("2026-02-15T09:00:00+03:00", "", "Asia/Vladivostok"))
    )

    assert (start, end) == (datetime(2026, 2, 15, 6, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("state", "changes", "ours"),
    [
        ("DATA_FILLING", {}, SupplyStatus.BOOKED),
        ("ACCEPTED_AT_SUPPLY_WAREHOUSE", {}, SupplyStatus.ARRIVED),
        ("ACCEPTED_AT_SUPPLY_WAREHOUSE", {"is_crossdock": True}, SupplyStatus.SHIPPED),
        ("IN_TRANSIT", {"is_crossdock": True}, SupplyStatus.SHIPPED),
        ("REPORT_REJECTED", {}, SupplyStatus.DISCREPANCY),
        ("AWAITING_TELEPORT", {}, SupplyStatus.UNKNOWN),
        ("UNSPECIFIED", {}, SupplyStatus.UNKNOWN),
        ("OVERDUE", {}, SupplyStatus.OVERDUE),
    ],
)
def test_states(state: str, changes: dict[str, Any], ours: SupplyStatus) -> None:
    one = mapped(with_state(state, **changes))

    assert (one.status, one.external_status) == (ours, state)


def test_a_request_without_a_slot_is_a_draft() -> None:
    order = with_state("DATA_FILLING") | {"timeslot": None}

    assert mapped(order).status is SupplyStatus.DRAFT
    assert mapped(order | {"timeslot": slot(None, None, "Europe/Moscow")}).status is SupplyStatus.DRAFT


def test_supplies_of_one_request_are_siblings() -> None:
    order = SupplyOrder.model_validate(
        supply_order(
            state="COMPLETED", supplies=[supply(state="COMPLETED"), supply(supply_id=2, state="IN_TRANSIT")]
        )
    )
    one, two = (supply_snapshot(order, part, told=NOTHING, clusters={}) for part in order.supplies)

    assert (one.external_id, two.external_id) == ("2000000000017", "2")
    assert one.number == two.number
    assert one.parent_external_id == two.parent_external_id == "order-84882285"
    assert (two.external_status, two.external_substatus) == ("IN_TRANSIT", "COMPLETED")
    assert one.accepted_at == one.changed_at, "the request tells when it came to the state of this one"
    assert mapped(supply_order(supplies=[supply(state="COMPLETED")])).accepted_at is None


def test_a_virtual_supply_is_no_shipment() -> None:
    assert mapped(supply_order(order_tags={"is_virtual": True})).kind is SupplyKind.VIRTUAL


@pytest.mark.parametrize("seconds", [3600, "3600", None, ""])
def test_a_deadline_in_seconds_is_not_a_moment(seconds: Any) -> None:
    assert mapped(supply_order(data_filling_deadline_utc=seconds)).fill_until is None


# ---- lines ------------------------------------------------------------------------------------------------
def test_acts_tell_what_was_found() -> None:
    one = counted(
        act("ACCEPTANCE", (1, 10, 10), (2, 8, 5), (3, 4, 6), (4, 9, 7)),
        act("SHORTCOMING", (2, 8, 5)),
        act("SURPLUS", (3, 4, 6), (5, 0, 2)),
        act("DEFECT", (4, 9, 2)),
        items=[item(1, 10), item(2, 8), item(3, 4), item(4, 9)],
    )
    assert one.lines is not None

    told = {x.marketplace_sku: (x.declared, x.accepted, x.shortage, x.surplus, x.defect) for x in one.lines}
    assert told == {
        "1": (10, 10, 0, 0, 0),
        "2": (8, 5, 3, 0, 0),
        "3": (4, 6, 0, 2, 0),
        "4": (9, 7, 0, 0, 2),
        "5": (0, 0, 0, 2, 0),
    }
    assert {x.shipped for x in one.lines} == {x.on_sale for x in one.lines} == {None}
    assert {x.price for x in one.lines} == {Decimal("60.00")}
    assert (one.lines[0].seller_sku, one.lines[0].barcode) == ("A-1", "4600000000001")


def test_an_act_may_name_the_difference_itself() -> None:
    one = counted(act("ACCEPTANCE", (1, 5, 2)), act("SHORTCOMING", (1, 3, 3)), items=[item(1, 5)])

    assert one.lines is not None
    assert one.lines[0].shortage == 3


def test_goods_that_an_act_names_without_a_number_are_not_told_as_none() -> None:
    row = act("SHORTCOMING", (1, 5, 3), (2, 4, 4))
    row["items"][1]["fact_quantity"] = None

    one = counted(act("ACCEPTANCE", (1, 5, 2)), row, items=[item(1, 5), item(2, 4), item(3, 1)])

    assert [x.shortage for x in one.lines or ()] == [2, None, 0]


def test_while_goods_are_counted_what_no_act_names_is_not_known() -> None:
    one = counted(
        act("ACCEPTANCE", (1, 10, 4)),
        items=[item(1, 10), item(2, 3)],
        state="ACCEPTANCE_AT_STORAGE_WAREHOUSE",
    )
    assert one.lines is not None

    assert [(x.accepted, x.shortage, x.surplus, x.defect) for x in one.lines] == [
        (4, None, None, None),
        (None, None, None, None),
    ]


def test_without_acts_only_what_was_declared_is_told() -> None:
    for acts in (None, []):
        one = mapped(with_state("COMPLETED"), Told(items=[BundleItem.model_validate(item(1, 5))], acts=acts))
        assert one.lines is not None
        assert [(x.declared, x.accepted, x.shortage, x.price) for x in one.lines] == [(5, None, None, None)]


def test_a_price_without_vat_stands_in_where_nothing_was_found() -> None:
    row = act("SHORTCOMING", (1, 5, 0))
    row["items"][0]["fact_amount"] = None
    row["items"][0]["sku_info"]["price_without_vat"] = {"amount": "49.995", "currency": "RUB"}

    one = counted(row, items=[item(1, 5)])

    assert one.lines is not None
    assert (one.lines[0].price, one.lines[0].shortage) == (Decimal("50.00"), 5)


# ---- boxes and papers -------------------------------------------------------------------------------------
def test_boxes_hold_what_their_bundles_tell() -> None:
    tracking = {"date": "2026-02-15T06:11:00Z", "status": "ON_WAREHOUSE", "type": "ACTUAL_ARRIVAL"}
    cargoes = [
        Cargo.model_validate({"cargo_id": 12, "bundle_id": "b", "type": "PALLET", "tracking_info": tracking}),
        Cargo.model_validate({"cargo_id": 9, "bundle_id": "a", "type": "BOX", "tracking_info": None}),
    ]
    told = Told(cargoes=cargoes, contents={"a": [BundleItem.model_validate(item(1, 5))]})

    one = mapped(supply_order(), told)

    assert one.boxes is not None
    assert [(x.code, x.is_pallet, x.external_status, x.contents) for x in one.boxes] == [
        ("9", False, "", (("1", 5),)),
        ("12", True, "ON_WAREHOUSE", ()),
    ]
    assert (one.arrived_at, one.shipped_at) == (datetime(2026, 2, 15, 6, 11, tzinfo=UTC), None)
    crossdock = mapped(supply_order(supplies=[supply(is_crossdock=True, storage_warehouse=None)]), told)
    assert (crossdock.arrived_at, crossdock.shipped_at) == (None, datetime(2026, 2, 15, 6, 11, tzinfo=UTC))
    assert (crossdock.warehouse_external_id, crossdock.warehouse_name) == ("", "")


def test_papers_are_the_acts() -> None:
    papers = [
        Act.model_validate({"type": "SURPLUS", "act_number": "7-2", "created_date": "2026-02-16T10:00:00Z"}),
        Act.model_validate({"type": None, "act_number": "7-3", "created_date": ""}),
    ]

    one = mapped(supply_order(), Told(papers=papers))

    assert one.documents is not None
    assert [(x.kind, x.number, x.created_at) for x in one.documents] == [
        ("SURPLUS", "7-2", datetime(2026, 2, 16, 10, tzinfo=UTC))
    ]


# ---- removals ---------------------------------------------------------------------------------------------
def removal(*rows: dict[str, Any]) -> SupplySnapshot:
    return removal_snapshot([RemovalRow.model_validate(row) for row in rows])


def test_a_removal_as_the_document_shows_it() -> None:
    one = removal(removal_row())

    assert (one.external_id, one.number, one.kind) == ("removal-934457", "934457", SupplyKind.WITHDRAWAL)
    assert (one.status, one.external_status) == (SupplyStatus.CANCELLED, "Отклонено складом")
    assert one.created_at == datetime(2025, 3, 13, 6, 49, 37, 591000, tzinfo=UTC)
    assert (one.changed_at, one.accepted_at) == (None, None)
    assert (one.warehouse_name, one.drop_off_name) == ("ХОРУГВИНО_РФЦ", "РАЗДОРЫ_4")
    assert one.lines is not None
    assert [(x.marketplace_sku, x.declared, x.accepted) for x in one.lines] == [("12314324", 1, None)]


def test_boxes_of_a_removal_add_up_by_product() -> None:
    one = removal(
        removal_row(return_state="Завершено", quantity_for_return=3, given_out_date="2025-03-14T10:00:00Z"),
        removal_row(return_state="Завершено", quantity_for_return=4, box_id=2, given_out_date=""),
        removal_row(return_state="Завершено", quantity_for_return=2, sku=0, barcode="460", box_id=3),
        removal_row(return_state="Завершено", quantity_for_return=1, sku=None, barcode=None, box_id=3),
    )

    assert one.lines is not None
    assert [(x.marketplace_sku, x.barcode, x.declared) for x in one.lines] == [
        ("12314324", "", 7),
        ("", "460", 2),
    ]
    assert one.status is SupplyStatus.ACCEPTED
    assert one.accepted_at == datetime(2025, 3, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "box", "kind", "status"),
    [
        ("Утилизирована", "утилизирована", SupplyKind.DISPOSAL, SupplyStatus.ACCEPTED),
        ("создаётся", "В процессе  утилизации", SupplyKind.DISPOSAL, SupplyStatus.DRAFT),
        ("Собирается на складе", "подготовка к вывозу", SupplyKind.WITHDRAWAL, SupplyStatus.BOOKED),
        ("передаём в логистику", "собрано", SupplyKind.WITHDRAWAL, SupplyStatus.READY),
        ("телепортируется", "в пути", SupplyKind.WITHDRAWAL, SupplyStatus.UNKNOWN),
    ],
)
def test_phrases_of_removals(state: str, box: str, kind: SupplyKind, status: SupplyStatus) -> None:
    one = removal(removal_row(return_state=state, box_state=box))

    assert (one.kind, one.status) == (kind, status)


@pytest.mark.parametrize(
    ("state", "boxes", "kind"),
    [
        ("завершено", ("утилизирована", "получена"), SupplyKind.WITHDRAWAL),
        ("завершено", ("получена", "утилизирована"), SupplyKind.WITHDRAWAL),
        ("завершено", ("утилизирована", "в процессе утилизации"), SupplyKind.DISPOSAL),
        ("утилизирована", ("получена", ""), SupplyKind.DISPOSAL),
    ],
)
def test_one_destroyed_box_makes_no_disposal(state: str, boxes: tuple[str, ...], kind: SupplyKind) -> None:
    given, destroyed = "2026-03-14T10:00:00Z", "2026-03-20T10:00:00Z"
    one = removal(
        *(
            removal_row(
                return_state=state,
                box_id=number,
                box_state=word,
                given_out_date=given,
                utilization_date=destroyed,
            )
            for number, word in enumerate(boxes, 1)
        )
    )

    assert (one.kind, one.status) == (kind, SupplyStatus.ACCEPTED)
    assert one.accepted_at == datetime(2026, 3, 20 if kind is SupplyKind.DISPOSAL else 14, 10, tzinfo=UTC)


# ---- anything ---------------------------------------------------------------------------------------------
_values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=70), st.just([]), st.just({}))


@given(
    changes=st.dictionaries(st.sampled_from(sorted(supply_order())), _values),
    of_supply=st.dictionaries(st.sampled_from(sorted(supply())), _values),
    zone=st.text(max_size=80),
    offset=st.text(max_size=12),
)
def test_mapping_is_total(changes: dict[str, Any], of_supply: dict[str, Any], zone: str, offset: str) -> None:
    times = slot("2026-02-15T09:00:00Z", "9999-12-31T23:59:59Z", zone, offset)
    payload = supply_order(timeslot=times, supplies=[supply(**of_supply)]) | changes
    try:
        order = SupplyOrder.model_validate(payload)
    except ValidationError:
        return
    for part in order.supplies:
        one = supply_snapshot(order, part, told=NOTHING, clusters={})
        assert len(one.external_id) <= 19
        assert len(one.number) <= 100
        assert len(one.slot_zone) <= 64
