"""Supplies: each with its goods and boxes, and hostile answers about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces import errors
from marketplaces.contracts.supplies import SupplyKind, SupplySnapshot, SupplyStatus
from tests.marketplaces.wildberries.depot import ACCEPTED, Depot, Supply, good, many, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.wildberries.adapter import Adapter


# ---- what a supply is -------------------------------------------------------------------------------------
def test_a_supply_is_told_whole(adapter_over: Callable[..., Adapter]) -> None:
    told, _pages = read(adapter_over(Depot([ACCEPTED])))
    (one,) = told.values()

    assert (one.external_id, one.number, one.kind) == ("501", "901", SupplyKind.SUPPLY)
    assert (one.status, one.external_status) == (SupplyStatus.ACCEPTED, "5")
    assert (one.warehouse_external_id, one.warehouse_name) == ("507", "Коледино")
    assert one.created_at == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert one.changed_at == datetime(2026, 11, 12, 22, 15, tzinfo=UTC)
    assert one.arrived_at == datetime(2026, 11, 12, 6, 30, tzinfo=UTC)
    # A day of Moscow: its hours they do not tell.
    assert one.slot_from == datetime(2026, 11, 19, 21, tzinfo=UTC)
    assert one.slot_to == datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert one.slot_zone == "Europe/Moscow"
    assert one.lines is not None
    assert [
        (line.marketplace_sku, line.barcode, line.declared, line.shipped, line.accepted, line.on_sale)
        for line in one.lines
    ] == [
        ("701", "2000000000017", 15, 15, 13, 11),
        ("702", "2000000000031", 4, 4, 5, 0),
        ("", "4600000000000", 1, 1, 1, 1),
    ]
    assert [(line.shortage, line.surplus, line.defect) for line in one.lines] == [
        (2, 0, None),
        (0, 1, None),
        (0, 0, None),
    ]
    assert one.boxes is not None
    assert [(box.code, box.contents) for box in one.boxes] == [
        ("WB_1", (("701", 15),)),
        ("WB_2", (("702", 4), ("4600000000000", 1))),
    ]
    assert one.documents is None


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_not_told_of_one_barcode_of_a_size_is_not_nought(
    adapter_over: Callable[..., Adapter], is_first: bool
) -> None:
    silent = good(quantity=10, supplierBoxAmount=None, acceptedQuantity=5, readyForSaleQuantity=None)
    whole = good(
        "2000000000024", quantity=10, supplierBoxAmount=10, acceptedQuantity=10, readyForSaleQuantity=9
    )
    goods = [silent, whole] if is_first else [whole, silent]
    told, _pages = read(adapter_over(Depot([Supply(preorder_id=1, supply_id=9, status=5, goods=goods)])))

    lines = told["1"].lines or ()
    assert [(one.marketplace_sku, one.declared, one.shipped, one.accepted, one.on_sale) for one in lines] == [
        ("701", 20, None, 15, None)
    ]


def test_goods_in_place_of_others_are_missing_of_one_and_too_many_of_the_other(
    adapter_over: Callable[..., Adapter],
) -> None:
    supply = Supply(
        preorder_id=1,
        supply_id=2,
        status=5,
        goods=[good(acceptedQuantity=7)],
        found=[
            {
                "packageCode": "WB_1",
                "items": [
                    {
                        "declaredSku": "2000000000017",
                        "actualSku": "2000000000031",
                        "discrepancyQuantity": 3,
                        "discrepancyType": "re-sorting",
                    }
                ],
            }
        ],
    )
    told, _pages = read(adapter_over(Depot([supply])))

    assert [
        (one.marketplace_sku, one.declared, one.shortage, one.surplus) for one in told["1"].lines or ()
    ] == [
        ("701", 10, 3, 0),
        ("702", 0, 0, 3),
    ]


@pytest.mark.parametrize(
    ("status", "ours", "counted"),
    [
        (1, SupplyStatus.DRAFT, None),
        (2, SupplyStatus.BOOKED, None),
        (3, SupplyStatus.READY, None),
        (6, SupplyStatus.ARRIVED, None),
        (4, SupplyStatus.ACCEPTING, 0),
        (5, SupplyStatus.ACCEPTED, 0),
        (77, SupplyStatus.UNKNOWN, None),
    ],
)
def test_their_statuses_in_the_order_of_a_life(
    adapter_over: Callable[..., Adapter], status: int, ours: SupplyStatus, counted: int | None
) -> None:
    told, _pages = read(adapter_over(Depot([Supply(preorder_id=1, supply_id=2, status=status)])))

    assert (told["1"].status, told["1"].external_status) == (ours, str(status))
    assert [one.accepted for one in told["1"].lines or ()] == [counted]


def test_unloaded_at_the_gate_comes_before_acceptance() -> None:
    assert SupplyStatus.ARRIVED.rank < SupplyStatus.ACCEPTING.rank


@pytest.mark.parametrize(
    ("reason", "updated", "status", "ours"),
    [
        ("Пропуск просрочен", "2026-11-21T00:00:00+03:00", 2, SupplyStatus.OVERDUE),
        ("Пропуск просрочен", "2026-11-20T23:59:59+03:00", 2, SupplyStatus.BOOKED),
        ("Склад закрыт", "2026-11-18T12:00:00+03:00", 3, SupplyStatus.READY),
        ("", "2026-11-21T12:00:00+03:00", 2, SupplyStatus.BOOKED),
        ("Пропуск просрочен", "2026-11-21T12:00:00+03:00", 4, SupplyStatus.ACCEPTING),
    ],
)
def test_one_that_they_refuse_after_its_day_has_missed_it(
    adapter_over: Callable[..., Adapter], reason: str, updated: str, status: int, ours: SupplyStatus
) -> None:
    supply = Supply(
        preorder_id=1, supply_id=2, status=status, updated=updated, details={"rejectReason": reason or None}
    )
    told, _pages = read(adapter_over(Depot([supply])))

    assert (told["1"].status, told["1"].reason) == (ours, reason)


@pytest.mark.parametrize(
    ("type_id", "word"), [(0, "Перенос остатков"), (1, "Обезличка"), (5, "Допринято"), (42, "42")]
)
def test_a_virtual_supply_is_no_shipment(
    adapter_over: Callable[..., Adapter], type_id: int, word: str
) -> None:
    supply = Supply(
        supply_id=34601223, status=5, box_type=0, planned=None, details={"virtualTypeID": type_id}
    )
    # Numbers of pre-orders and of supplies may meet: they are two supplies.
    other = Supply(preorder_id=34601223)
    depot = Depot([supply, other])
    told, _pages = read(adapter_over(depot))

    assert set(told) == {"S34601223", "34601223"}
    one = told["S34601223"]
    assert (one.kind, one.number, one.external_substatus) == (SupplyKind.VIRTUAL, "34601223", word)
    assert (one.boxes, one.slot_from, one.slot_zone) == (None, None, "")
    assert depot.calls["package"] == 0


def test_a_pre_order_keeps_its_id_when_it_becomes_a_supply(adapter_over: Callable[..., Adapter]) -> None:
    supply = Supply(preorder_id=501, status=1, planned=None, updated=None)
    depot = Depot([supply])
    told, pages = read(adapter_over(depot))
    assert (told["501"].number, told["501"].status) == ("501", SupplyStatus.DRAFT)
    assert (told["501"].changed_at, told["501"].boxes) == (told["501"].created_at, None)

    supply.supply_id, supply.status, supply.updated = 901, 2, "2026-11-24T12:00:00+03:00"
    told, _pages = read(adapter_over(depot), "501", cursor=pages[-1].cursor)
    assert (told["501"].number, told["501"].status, told["501"].boxes) == ("901", SupplyStatus.BOOKED, ())


def test_one_supply_is_read_by_the_id_of_its_pre_order(adapter_over: Callable[..., Adapter]) -> None:
    adapter = adapter_over(Depot([ACCEPTED, Supply(supply_id=7, box_type=0, status=5)]))

    (one,) = adapter.fetch_supply("501").snapshots
    assert (one.external_id, one.number) == ("501", "901")
    (virtual,) = adapter.fetch_supply("S7").snapshots
    assert (virtual.external_id, virtual.kind) == ("S7", SupplyKind.VIRTUAL)
    with pytest.raises(errors.RequestRejected):
        adapter.fetch_supply("999")


# ---- hostile answers ---------------------------------------------------------------------------------------
BROKEN: list[dict[str, Any]] = [
    {"statusID": None},
    {"statusID": "five"},
    {"quantity": -1},
    {"quantity": 10**30},
    {"discrepancies": "many"},
    {"warehouseID": {"id": 1}},
]


@pytest.mark.parametrize("change", BROKEN)
def test_a_broken_supply_is_put_aside_and_the_others_go_on(
    adapter_over: Callable[..., Adapter], change: dict[str, Any]
) -> None:
    depot = Depot([Supply(preorder_id=1, details=change), Supply(preorder_id=2)])
    told, pages = read(adapter_over(depot))

    assert set(told) == {"2"}
    (rejected,) = [one for page in pages for one in page.rejected]
    assert rejected.external_id == "1"
    assert "phone" not in rejected.payload


@pytest.mark.parametrize(
    "change",
    [{"barcode": None}, {"barcode": ""}, {"quantity": -3}, {"quantity": "x"}, {"acceptedQuantity": 10**12}],
)
def test_a_broken_good_leaves_the_lines_as_they_are_held(
    adapter_over: Callable[..., Adapter], change: dict[str, Any]
) -> None:
    depot = Depot([Supply(preorder_id=1, goods=[good(), good("2000000000031")], details={"quantity": 20})])
    depot.supplies[0].goods[1] |= change
    told, pages = read(adapter_over(depot))

    assert (told["1"].lines, told["1"].status) == (None, SupplyStatus.BOOKED)
    assert [one.external_id for page in pages for one in page.rejected] == ["1"]


def test_an_empty_list_of_goods_is_not_believed(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1)])
    depot.spoil = lambda kind, answer: [] if kind == "goods" else answer
    told, _pages = read(adapter_over(depot))
    assert told["1"].lines is None


@pytest.mark.parametrize(
    "row",
    [None, 7, "x", [], {}, {"statusID": 2}, {"preorderID": "nonsense", "statusID": 2}, {"preorderID": -5, "statusID": 2},
     {"preorderID": 0, "supplyID": None, "statusID": 2}, {"preorderID": 10**30, "statusID": 1},
     {"preorderID": None, "supplyID": 900, "statusID": 2}, {"preorderID": "", "supplyID": 900, "statusID": 2},
     {"supplyID": 900, "statusID": 2}],
)  # fmt: skip
def test_hostile_rows_of_the_list_cost_nobody_else(adapter_over: Callable[..., Adapter], row: Any) -> None:
    depot = Depot([Supply(preorder_id=2)])
    depot.spoil = lambda kind, answer: [row, *answer] if kind == "list" else answer
    told, pages = read(adapter_over(depot))

    assert set(told) == {"2"}
    assert pages[-1].is_last


def test_rows_of_the_list_that_cannot_be_read_are_told_apart(adapter_over: Callable[..., Adapter]) -> None:
    rows = [
        {"preorderID": 0, "supplyID": 900, "statusID": None},
        {"preorderID": 0, "supplyID": 901, "statusID": None},
        {"preorderID": 77, "supplyID": 902, "statusID": None},
        {"preorderID": "78", "supplyID": None, "statusID": None},
        {"preorderID": None, "supplyID": 903, "statusID": 2},
        {"preorderID": None, "supplyID": 904, "statusID": 2},
    ]
    depot = Depot([Supply(preorder_id=2)])
    depot.spoil = lambda kind, answer: [*rows, *answer] if kind == "list" else answer
    _told, pages = read(adapter_over(depot))

    refused = sorted(one.external_id for page in pages for one in page.rejected)
    assert refused == ["", "", "77", "78", "S900", "S901"], "as supplies are told, each once"


@pytest.mark.parametrize("answer", ["null", "7", '"x"', '{"rows": []}'])
def test_an_answer_that_is_no_list_is_named(adapter_over: Callable[..., Adapter], answer: str) -> None:
    depot = Depot([Supply(preorder_id=2)])
    depot.spoil = lambda kind, was: httpx.Response(200, text=answer) if kind == "list" else was
    with pytest.raises(errors.UnexpectedResponse):
        read(adapter_over(depot))


def test_repeated_and_reordered_pages_tell_the_same(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([*many(9), ACCEPTED])
    whole, _pages = read(adapter_over(depot))
    depot.spoil = lambda kind, answer: (
        [*answer, *answer[: len(answer) // 2]][::-1] if kind in ("list", "goods", "package") else answer
    )
    told, _pages = read(adapter_over(depot))
    assert {key: _sorted(one) for key, one in told.items()} == {
        key: _sorted(one) for key, one in whole.items()
    }


def _sorted(one: SupplySnapshot) -> tuple[Any, ...]:
    lines = sorted(
        (
            line.marketplace_sku,
            line.barcode,
            line.declared,
            line.accepted,
            line.on_sale,
            line.shortage,
            line.surplus,
        )
        for line in one.lines or ()
    )
    boxes = sorted((box.code, tuple(sorted(box.contents))) for box in one.boxes or ())
    return one.external_id, one.number, one.status, one.changed_at, lines, boxes


def test_cards_are_asked_once_for_barcodes_that_nobody_knows(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=number, goods=[good("4600000000000")]) for number in (1, 2, 3)])
    told, _pages = read(adapter_over(depot))

    # An empty list of cards is asked three times before it is believed; the trash is not.
    assert depot.calls["cards"] == 4
    assert [(line.marketplace_sku, line.barcode) for line in told["3"].lines or ()] == [("", "4600000000000")]
