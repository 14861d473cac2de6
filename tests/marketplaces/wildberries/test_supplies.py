"""Supplies: each with its goods and boxes, whatever happens on the way, and in as few requests as there may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.supplies import SuppliesQuery, SupplyKind, SupplySnapshot, SupplyStatus
from marketplaces.wildberries import client, supply_reading
from marketplaces.wildberries import supplies as pull
from tests.marketplaces.wildberries.conftest import token
from tests.marketplaces.wildberries.depot import SKUS, Depot, Supply, good
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.wildberries.adapter import Adapter

MONTHS = timedelta(days=90)


def query(*held: str, until: datetime = NOW) -> SuppliesQuery:
    return SuppliesQuery(
        since=until - MONTHS, until=until, open_external_ids=tuple(sorted(held)), sku_by_barcode=SKUS
    )


def read(
    adapter: Adapter, *held: str, cursor: Cursor | None = None, until: datetime = NOW
) -> tuple[dict[str, SupplySnapshot], list[Page[SupplySnapshot]]]:
    pages = list(adapter.fetch_supplies(query(*held, until=until), cursor=cursor or {}))
    return {one.external_id: one for page in pages for one in page.snapshots}, pages


ACCEPTED = Supply(
    preorder_id=501,
    supply_id=901,
    status=5,
    fact="2026-11-12T09:30:00+03:00",
    updated="2026-11-13T01:15:00+03:00",
    goods=[
        good(quantity=10, acceptedQuantity=8, readyForSaleQuantity=6),
        good("2000000000024", quantity=5, acceptedQuantity=5, readyForSaleQuantity=5),
        good("2000000000031", quantity=4, acceptedQuantity=5, readyForSaleQuantity=0),
        good("4600000000000", quantity=1, acceptedQuantity=1, readyForSaleQuantity=1),
    ],
    boxes=[
        {"packageCode": "WB_1", "quantity": 15, "barcodes": [
            {"barcode": "2000000000017", "quantity": 10}, {"barcode": "2000000000024", "quantity": 5}]},
        {"packageCode": "WB_2", "quantity": 5, "barcodes": [
            {"barcode": "2000000000031", "quantity": 4}, {"barcode": "4600000000000", "quantity": 1}]},
    ],
    found=[
        {"packageCode": "WB_1", "items": [
            {"declaredSku": "2000000000017", "actualSku": "2000000000017", "declaredAmount": 10, "actualAmount": 8,
             "discrepancyQuantity": 2, "discrepancyType": "shortage"}]},
        {"packageCode": "WB_2", "items": [
            {"declaredSku": "2000000000031", "actualSku": "2000000000031", "declaredAmount": 4, "actualAmount": 5,
             "discrepancyQuantity": 1, "discrepancyType": "surplus"}]},
    ],
)  # fmt: skip


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


# ---- which ones are read ----------------------------------------------------------------------------------
def many(count: int) -> list[Supply]:
    return [
        Supply(
            preorder_id=1000 + number,
            supply_id=5000 + number,
            status=5 if number % 3 else 2,
            fact="2026-11-10T12:00:00+03:00",
        )
        for number in range(count)
    ]


def test_a_pull_asks_three_requests_for_a_supply_and_later_only_for_what_changed(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(many(30))
    told, pages = read(adapter_over(depot))
    assert len(told) == 30
    assert depot.calls == {"list": 3, "details": 30, "goods": 30, "package": 30}
    held = [key for key, one in told.items() if not one.status.is_final]

    depot.calls.clear()
    depot.supplies[1].updated = "2026-11-24T12:00:00+03:00"
    told, pages = read(adapter_over(depot), *held, cursor=pages[-1].cursor)
    assert set(told) == {*held, "1001"}
    assert depot.calls["details"] == len(held) + 1

    # Accepted ones that are still watched are counted again some hours later.
    depot.calls.clear()
    later = NOW + pull.COUNTED_EVERY
    told, pages = read(adapter_over(depot), *held, "1002", "1004", cursor=pages[-1].cursor, until=later)
    assert {"1002", "1004"} <= set(told)
    told, _pages = read(
        adapter_over(depot), *held, "1002", cursor=pages[-1].cursor, until=later + timedelta(minutes=15)
    )
    assert "1002" not in told


def test_days_are_asked_in_moscow_and_with_room(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([])
    _told, pages = read(adapter_over(depot), until=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    bodies = [
        httpx.Response(200, text=body).json() for path, body in depot.asked if path == "/api/v1/supplies"
    ]

    assert [body["dates"][0]["till"] for body in bodies if "dates" in body] == ["2026-12-02"] * 2
    assert [body["statusIDs"] for body in bodies if "statusIDs" in body] == [[1, 2, 3, 4, 6]]
    assert date.fromisoformat(bodies[0]["dates"][0]["from"]) == date(2026, 9, 2)
    assert pages[-1].cursor["watermark"] == "2026-11-30T22:30:00+00:00"


def test_a_supply_that_is_gone_was_given_up(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    _told, pages = read(adapter_over(depot))
    del depot.supplies[0]

    told, pages = read(adapter_over(depot), "1", "2", cursor=pages[-1].cursor)
    assert (told["1"].status, told["1"].external_status) == (SupplyStatus.CANCELLED, "gone")
    assert (told["1"].lines, told["1"].boxes) == (None, None)
    assert told["2"].status is SupplyStatus.BOOKED
    assert not [one for page in pages for one in page.rejected]


def test_one_that_goes_between_list_and_details_is_put_aside(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1), Supply(preorder_id=2)])
    depot.before = lambda kind: depot.supplies.clear() if kind == "details" else None

    told, pages = read(adapter_over(depot))
    assert told == {}
    assert [(one.external_id, one.reason) for page in pages for one in page.rejected] == [
        ("1", "missing_record"),
        ("2", "missing_record"),
    ]


def test_a_refusal_of_another_kind_says_nothing_of_a_supply(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1)])
    depot.spoil = lambda kind, answer: (
        httpx.Response(400, json={"detail": "неверный формат id (должен быть int64)"})
        if kind == "details"
        else answer
    )
    with pytest.raises(errors.RequestRejected):
        read(adapter_over(depot), "1")


def test_long_lists_are_read_to_their_end(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((pull, "SUPPLIES_A_PAGE"), (supply_reading, "SUPPLY_GOODS_A_PAGE")):
        monkeypatch.setattr(client, name, 4)
        monkeypatch.setattr(module, name, 4)
    depot = Depot(many(11))
    depot.supplies[0].goods = [good(f"46000000000{number:02}", quantity=1) for number in range(9)]
    told, _pages = read(adapter_over(depot))

    assert len(told) == 11
    assert len(told["1000"].lines or ()) == 9


# ---- discrepancies ----------------------------------------------------------------------------------------
def with_discrepancies(count: int) -> list[Supply]:
    return [
        Supply(preorder_id=100 + number, supply_id=900 + number, status=5, found=ACCEPTED.found)
        for number in range(count)
    ]


def test_discrepancies_are_asked_the_newest_first_a_few_a_pull_and_once(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot(with_discrepancies(pull.PAID_A_PULL + 2))
    told, pages = read(adapter_over(depot))
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL
    assert (told["106"].lines or ())[0].shortage == 2
    assert (told["100"].lines or ())[0].shortage is None

    told, pages = read(adapter_over(depot), *told, cursor=pages[-1].cursor)
    assert {key: (one.lines or ())[0].shortage for key, one in told.items()} == dict.fromkeys(told, 2)
    assert len(told) == pull.PAID_A_PULL + 2
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL + 2

    # What was told stays with every later look at the supply, and is asked again when it has changed.
    later = NOW + pull.COUNTED_EVERY
    for one in depot.supplies:
        one.fact = "2026-11-12T09:30:00+03:00"
    told, pages = read(adapter_over(depot), *told, cursor=pages[-1].cursor, until=later)
    assert {key: (one.lines or ())[0].shortage for key, one in told.items()} == dict.fromkeys(told, 2)
    assert depot.calls["discrepancies"] == pull.PAID_A_PULL + 2
    depot.supplies[0].found = [*ACCEPTED.found, *ACCEPTED.found]
    depot.supplies[0].updated = "2026-11-24T12:00:00+03:00"
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert (told["100"].lines or ())[0].shortage == 4


def test_the_lines_of_a_held_supply_wait_for_its_discrepancies(adapter_over: Callable[..., Adapter]) -> None:
    """After the daily reading nothing is forgotten: what was missing is not told as unknown for a while."""
    depot = Depot(with_discrepancies(pull.PAID_A_PULL + 2))
    _told, pages = read(adapter_over(depot), "100", "106")

    seen = [(one.external_id, one.lines is None) for page in pages for one in page.snapshots]
    assert seen[:7] == [(f"10{number}", number in (0, 6)) for number in range(7)]
    assert ("106", False) in seen[7:]


def test_nothing_missing_is_told_at_once(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot([Supply(preorder_id=1, supply_id=2, status=5)])
    told, _pages = read(adapter_over(depot))
    assert [(one.shortage, one.surplus) for one in told["1"].lines or ()] == [(0, 0)]
    assert depot.calls["discrepancies"] == 0


def test_one_supply_is_read_with_its_discrepancies_or_keeps_its_lines(
    adapter_over: Callable[..., Adapter],
) -> None:
    depot = Depot([ACCEPTED])
    (one,) = adapter_over(depot).fetch_supply("501").snapshots
    assert sum(line.shortage or 0 for line in one.lines or ()) == 2

    def far(kind: str) -> None:
        if kind == "discrepancies":
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=1))

    depot.before = far
    (one,) = adapter_over(depot).fetch_supply("501").snapshots
    assert (one.lines, one.status) == (None, SupplyStatus.ACCEPTED)
    (one,) = adapter_over(depot, key=token(acc=1)).fetch_supply("501").snapshots
    assert [line.shortage for line in one.lines or ()] == [None] * len(one.lines or ())


def test_a_turn_that_is_far_loses_nothing(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(3))
    told: dict[str, SupplySnapshot] = {}
    cursor: Cursor = {}
    runs = 0
    turns = 0

    def one_a_run(kind: str) -> None:
        nonlocal turns
        turns += kind == "discrepancies"
        if turns > 1:
            raise errors.TurnIsFar("far", retry_after=timedelta(minutes=1))

    depot.before = one_a_run
    is_done = False
    while not is_done:
        runs, turns = runs + 1, 0
        assert runs < 9
        try:
            for page in adapter_over(depot).fetch_supplies(query(), cursor=cursor):
                told |= {one.external_id: one for one in page.snapshots}
                cursor, is_done = page.cursor, page.is_last
        except errors.TurnIsFar:
            continue
    assert runs == 3
    assert [(told[key].lines or ())[0].shortage for key in ("100", "101", "102")] == [2, 2, 2]
    assert depot.calls["list"] == 3


@pytest.mark.parametrize("acc", [1, 2])
def test_base_and_test_tokens_do_not_ask_for_discrepancies(
    adapter_over: Callable[..., Adapter], acc: int
) -> None:
    depot = Depot(with_discrepancies(2))
    told, _pages = read(adapter_over(depot, key=token(acc=acc)))

    assert depot.calls["discrepancies"] == 0
    assert (told["100"].lines or ())[0].shortage is None


def test_a_refused_discrepancy_report_costs_nothing_else(adapter_over: Callable[..., Adapter]) -> None:
    depot = Depot(with_discrepancies(2))
    depot.spoil = lambda kind, answer: httpx.Response(403, json={}) if kind == "discrepancies" else answer
    told, pages = read(adapter_over(depot))

    assert len(told) == 2
    assert (pages[-1].is_last, pages[-1].cursor["owed"]) == (True, [])
    assert (told["100"].lines or ())[0].shortage is None
    depot.calls.clear()
    told, _pages = read(adapter_over(depot), cursor=pages[-1].cursor)
    assert depot.calls["discrepancies"] == 0


# ---- kills, hostile answers -------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(min_value=0, max_value=25), max_size=6))
def test_killed_anywhere_the_end_is_the_same(adapter_over: Callable[..., Adapter], kills: list[int]) -> None:
    depot = Depot([*many(7), ACCEPTED, Supply(supply_id=7, box_type=0, status=5)])
    whole, _pages = read(adapter_over(depot))
    told: dict[str, SupplySnapshot] = {}
    cursor: Cursor = {}
    for kill in [*kills, 10_000]:
        pages = adapter_over(depot).fetch_supplies(query(), cursor=cursor)
        for number, page in enumerate(pages):
            if number == kill:
                break
            told |= {one.external_id: one for one in page.snapshots}
            cursor = page.cursor
            if page.is_last:
                break
    assert told == whole


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
     {"preorderID": 0, "supplyID": None, "statusID": 2}, {"preorderID": 10**30, "statusID": 1}],
)  # fmt: skip
def test_hostile_rows_of_the_list_cost_nobody_else(adapter_over: Callable[..., Adapter], row: Any) -> None:
    depot = Depot([Supply(preorder_id=2)])
    depot.spoil = lambda kind, answer: [row, *answer] if kind == "list" else answer
    told, pages = read(adapter_over(depot))

    assert set(told) == {"2"}
    assert pages[-1].is_last


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
