"""Pulls of supplies over the sandbox: all of the world's, resumable at every page, also when pages lie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces import errors
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot, SupplyStatus
from sandbox.accounts import Account
from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.ozon import removals, shipments
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import instant, moment
from sandbox.world.supplies import SUPPLY, Stage, Supply
from tests.marketplaces.ozon.conftest import NOW, Recorder
from tests.marketplaces.ozon.payloads_supplies import act, item, removal_row, supply, supply_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from marketplaces.contracts.pages import Page
    from marketplaces.ozon.adapter import Adapter
    from sandbox.app import App
    from sandbox.world import World

AT = instant(NOW)
ALL = SuppliesQuery(since=NOW - timedelta(days=90), until=NOW)
LYING = ("duplicate_page", "shifting_page", "out_of_order", "empty_page")
Line = tuple[int, int | None, int | None, int | None, int | None]
Seen = dict[str, tuple[Any, ...]]


def merged(pages: Iterable[Page[SupplySnapshot]]) -> dict[str, SupplySnapshot]:
    """The snapshots as a merge by key leaves them."""
    return {one.external_id: one for page in pages for one in page.snapshots}


def seen(supplies: dict[str, SupplySnapshot]) -> Seen:
    return {
        one.external_id: (
            one.kind.value,
            one.status.value,
            one.number,
            one.warehouse_external_id,
            (one.slot_from, one.slot_to, one.slot_zone),
            {
                x.marketplace_sku: (x.declared, x.accepted, x.shortage, x.surplus, x.defect)
                for x in one.lines or ()
            },
            {x.code: dict(x.contents) for x in one.boxes or ()},
        )
        for one in supplies.values()
    }


def truth(world: World, at: int = AT) -> Seen:
    """What the world knows, as far as Ozon tells it."""
    found = list(world.supply_book.between(0, at + 1))
    return dict(_told(world, one, at) if one.kind == SUPPLY else _removed(world, one, at) for one in found)


def _told(world: World, one: Supply, at: int) -> tuple[str, tuple[Any, ...]]:
    has_slot = one.stage_at(at) is not Stage.DRAFT
    packed = one.time_of(Stage.READY)
    boxes = one.boxes if packed is not None and packed <= at else ()
    slot = (moment(one.slot_from), moment(one.slot_to), one.zone) if has_slot else (None, None, "")
    return str(shipments.supply_id(one.serial)), (
        "supply",
        shipments.told_status(one, at),
        shipments.order_number(one.serial),
        str(WAREHOUSES[one.warehouse].id) if one.drop_off is None else "",
        slot,
        {_sku(world, line.product): _counts(one, line, at) for line in one.lines},
        {
            str(shipments.cargo_id(one.serial, box.number)): {
                _sku(world, one.lines[place].product): units for place, units in box.contents
            }
            for box in boxes
        },
    )


def _counts(one: Supply, line: Any, at: int) -> Line:
    counts = one.count_at(line, at)
    return (
        shipments.declared(one, line, at),
        counts.accepted,
        counts.shortage,
        counts.surplus,
        counts.defect,
    )


def _removed(world: World, one: Supply, at: int) -> tuple[str, tuple[Any, ...]]:
    number = str(removals.removal_id(one.serial))
    lines = {_sku(world, line.product): (line.planned, None, None, None, None) for line in one.lines}
    return f"removal-{number}", (
        one.kind,
        removals.told_status(one, at),
        number,
        "",
        (None, None, ""),
        lines,
        {},
    )


def _sku(world: World, product: int) -> str:
    return str(world.assortment[product].sku)


def test_supplies_equal_the_truth(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    supplies = merged(pages)

    assert len(supplies) > 90
    assert seen(supplies) == truth(world)
    assert [page.rejected for page in pages if page.rejected] == []
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].cursor.keys() == {"watermark", "kept"}
    assert pages[-1].cursor["watermark"] == NOW.isoformat()
    assert {one.status for one in supplies.values()} >= {
        SupplyStatus.BOOKED,
        SupplyStatus.ACCEPTING,
        SupplyStatus.ACCEPTED,
        SupplyStatus.CANCELLED,
    }
    assert any(one.slot_zone == "Asia/Vladivostok" for one in supplies.values())
    assert any(x.shortage for one in supplies.values() for x in one.lines or ())
    assert all(one.cluster_name for one in supplies.values() if one.kind == "supply")


def test_acts_bring_papers_and_prices(adapter: Adapter) -> None:
    supplies = merged(adapter.fetch_supplies(ALL, cursor={})).values()
    accepted = [one for one in supplies if one.kind == "supply" and one.status is SupplyStatus.ACCEPTED]

    assert all(one.documents and one.documents[0].kind == "ACCEPTANCE" for one in accepted)
    assert all(one.accepted_at == one.changed_at for one in accepted)
    assert all(one.arrived_at or one.shipped_at for one in accepted)
    assert all(x.price for one in accepted for x in one.lines or () if x.accepted)
    for one in accepted:
        kinds = {document.kind for document in one.documents or ()}
        assert ("SHORTCOMING" in kinds) == any(x.shortage for x in one.lines or ())
        assert ("DEFECT" in kinds) == any(x.defect for x in one.lines or ())


@pytest.mark.parametrize("killed_after", [1, 2, 4, 6, 9])
def test_supplies_go_on_where_a_killed_run_stopped(adapter: Adapter, world: World, killed_after: int) -> None:
    whole = list(adapter.fetch_supplies(ALL, cursor={}))
    committed: list[Page[Any]] = []
    for page in adapter.fetch_supplies(ALL, cursor={}):
        committed.append(page)
        if len(committed) == killed_after:
            break

    rest = list(adapter.fetch_supplies(ALL, cursor=committed[-1].cursor))

    assert seen(merged([*committed, *rest])) == truth(world)
    assert len(rest) <= len(whole) - killed_after
    assert rest[-1].cursor == whole[-1].cursor


@pytest.mark.parametrize("seed", range(8))
def test_supplies_are_whole_under_lying_pages(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], world: World, seed: int
) -> None:
    adapter = adapter_over(spoiled(0.25, LYING, seed=seed))

    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    lost = {one.external_id for page in pages for one in page.rejected}
    assert lost == set()
    assert seen(merged(pages)) == truth(world)


def test_an_unknown_state_is_kept(spoiled: Callable[..., App], adapter_over: Callable[..., Adapter]) -> None:
    adapter = adapter_over(spoiled(1.0, ("unknown_status",)))

    odd = [one for one in merged(adapter.fetch_supplies(ALL, cursor={})).values() if one.status == "unknown"]

    assert {one.external_status for one in odd} == {"AWAITING_TELEPORT", "телепортируется"}
    assert all(one.lines for one in odd)


def test_stale_answers_are_never_newer(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], adapter: Adapter
) -> None:
    true = merged(adapter.fetch_supplies(ALL, cursor={}))
    stale = merged(adapter_over(spoiled(1.0, ("stale",))).fetch_supplies(ALL, cursor={}))

    assert stale.keys() == true.keys()
    for id_, one in stale.items():
        changed_at = true[id_].changed_at
        if one.changed_at is not None and changed_at is not None:
            assert one.changed_at <= changed_at
            assert one.status is true[id_].status or one.status.rank <= true[id_].status.rank


def test_the_next_pull_reads_what_changed_and_what_is_open(
    app: App, adapter_over: Callable[..., Adapter], world: World
) -> None:
    recorder = Recorder(httpx.WSGITransport(app=app))
    adapter = adapter_over(recorder)
    before = NOW - timedelta(days=20)
    old = sorted(
        id_
        for id_, one in merged(adapter.fetch_supplies(ALL, cursor={})).items()
        if one.changed_at and one.changed_at < before
    )
    recorder.paths.clear()
    cursor = {"watermark": NOW.isoformat()}

    quiet = merged(adapter.fetch_supplies(ALL, cursor=cursor))
    asked = len(recorder.paths)
    query = SuppliesQuery(since=ALL.since, until=NOW, open_external_ids=(*old[:3], "999"))
    again = merged(adapter.fetch_supplies(query, cursor=cursor))

    assert asked < 160
    assert not set(quiet) & set(old)
    assert set(old[:3]) <= set(again)
    assert not set(again) & set(old[3:])
    for id_ in old[:3]:
        one = again[id_]
        assert (one.lines is None, one.boxes is None) == (False, one.status.is_final)


def test_time_goes_by(app: App, adapter_over: Callable[..., Adapter], world: World) -> None:
    adapter = adapter_over(app)
    held = merged(adapter.fetch_supplies(ALL, cursor={}))
    for step in range(1, 5):
        app.clock.advance(timedelta(days=2))
        now = NOW + timedelta(days=2 * step)
        unsettled = tuple(sorted(held))
        query = SuppliesQuery(since=ALL.since, until=now, open_external_ids=unsettled)
        found = merged(
            adapter.fetch_supplies(query, cursor={"watermark": (now - timedelta(days=2)).isoformat()})
        )
        for id_, one in found.items():
            boxes = one.boxes if one.boxes is not None or id_ not in held else held[id_].boxes
            held[id_] = one
            object.__setattr__(one, "boxes", boxes)

    assert seen(held) == truth(world, instant(app.clock.now()))


def test_one_supply_reads_as_in_the_list(adapter: Adapter) -> None:
    supplies = merged(adapter.fetch_supplies(ALL, cursor={}))
    some = [id_ for id_, one in supplies.items() if one.kind == "supply"][::17]
    withdrawn = [id_ for id_ in supplies if id_.startswith("removal-")][::9]

    for id_ in (*some, *withdrawn):
        page = adapter.fetch_supply(id_)
        assert page.snapshots == (supplies[id_],)
        assert page.is_last


@pytest.mark.parametrize("external_id", ["1", "removal-1", "нет"])
def test_a_supply_that_is_not_there_is_refused(adapter: Adapter, external_id: str) -> None:
    with pytest.raises(errors.RequestRejected):
        adapter.fetch_supply(external_id)


def test_without_the_right_to_cargoes_and_acts_supplies_come_without_them(
    world: World, adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        __import__("sandbox.ozon.cabinet", fromlist=["ROLES"]).ROLES,
        "Supply order",
        ("/v3/supply-order/", "/v1/supply-order/bundle"),
    )
    account = Account(client_id="77", api_key="another-key", roles=("Supply order",))
    app = make_app(world, accounts=[account], clock=Clock(NOW, frozen=True), rate=None)
    adapter = adapter_over(app, client_id="77", api_key="another-key")

    assert "supplies" not in adapter.check().missing
    supplies = merged(adapter.fetch_supplies(ALL, cursor={})).values()

    assert len(supplies) > 50
    assert all(one.kind == "supply" and one.lines for one in supplies)
    assert all(one.boxes is None and one.documents is None and not one.cluster_name for one in supplies)
    assert all(x.accepted is None for one in supplies for x in one.lines or ())


# ---- answers that no document shows -----------------------------------------------------------------------
def changed(**changes: Any) -> dict[str, Any]:
    """A request that changed not long ago."""
    return supply_order(state_updated_date="2026-11-20T10:00:00Z", **changes)


def answers(**changes: Any) -> Callable[[str, dict[str, Any]], Any]:
    """Answers of a shop with one request, changed by the last part of the path."""
    usual: dict[str, Any] = {
        "/v3/supply-order/list": {"order_ids": ["84882285"], "last_id": ""},
        "/v3/supply-order/get": {"orders": [changed()]},
        "/v1/supply-order/bundle": {
            "items": [item(1, 5)],
            "total_count": 1,
            "has_next": False,
            "last_id": "",
        },
        "/v1/cargoes/get": {"supply": []},
        "/v1/supply-order/act/summary/get": {"supplies_acts": []},
        "/v1/supply-order/act/product/get": {"supply_acts": []},
        "/v1/removal/from-stock/list": {"returns_summary_report_rows": [], "last_id": ""},
        "/v2/cluster/list": {"result": []},
    }
    named = {f"/{path.replace('__', '/').replace('_', '-')}": answer for path, answer in changes.items()}

    def answer(path: str, body: dict[str, Any]) -> Any:
        found = named.get(path, usual[path])
        return found(body) if callable(found) else found

    return answer


def refused(status: int, code: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "details": []})


def test_a_supply_with_a_broken_line_keeps_its_state(canned: Callable[..., Adapter]) -> None:
    bundle = {"items": [item(1, 5), item(2, "many")], "total_count": 2, "has_next": False}  # type: ignore[arg-type]
    adapter = canned(answers(v1__supply_order__bundle=bundle))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [(one.external_id, one.lines) for one in first.snapshots] == [("2000000000017", None)]
    assert [(one.external_id, one.reason, one.detail) for one in first.rejected] == [
        ("2000000000017", "wrong_type", "items[2].quantity")
    ]


def test_a_broken_line_of_a_box_is_told_of_the_supply(canned: Callable[..., Adapter]) -> None:
    def bundle(body: dict[str, Any]) -> Any:
        units: Any = "many" if body["bundle_ids"] == ["box"] else 5
        return {"items": [item(1, units)], "total_count": 1, "has_next": False}

    cargo = {"cargo_id": 12, "bundle_id": "box", "type": "BOX"}
    boxes = {"supply": [{"supply_id": 2000000000017, "cargoes": [cargo]}]}
    adapter = canned(answers(v1__supply_order__bundle=bundle, v1__cargoes__get=boxes))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [(one.external_id, one.detail) for one in first.rejected] == [
        ("2000000000017", "cargoes[12].items[1].quantity")
    ]


def test_half_of_a_bundle_is_not_the_whole(canned: Callable[..., Adapter]) -> None:
    bundle = {"items": [item(1, 5)], "total_count": 3, "has_next": False}
    adapter = canned(answers(v1__supply_order__bundle=bundle))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [one.lines for one in first.snapshots] == [None]


@pytest.mark.parametrize(
    ("state", "since", "is_boxed"),
    [
        ("COMPLETED", "2026-11-20T10:00:00Z", True),
        ("COMPLETED", "2026-09-20T10:00:00Z", False),
        ("IN_TRANSIT", "2026-09-20T10:00:00Z", True),
    ],
)
def test_boxes_of_supplies_that_are_long_settled_are_not_asked_for(
    canned: Callable[..., Adapter], state: str, since: str, is_boxed: bool
) -> None:
    asked: list[Any] = []

    def boxes(body: dict[str, Any]) -> Any:
        asked.extend(body["supply_ids"])
        return {"supply": [{"supply_id": 2000000000017, "cargoes": [{"cargo_id": 1, "type": "BOX"}]}]}

    one = supply_order(state=state, state_updated_date=since, supplies=[supply(state=state)])
    adapter = canned(answers(v3__supply_order__get={"orders": [one]}, v1__cargoes__get=boxes))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [x.boxes is not None for x in first.snapshots] == [is_boxed]
    assert asked == (["2000000000017"] if is_boxed else [])


def test_a_broken_act_does_not_say_that_nothing_was_counted(canned: Callable[..., Adapter]) -> None:
    acts = {
        "supply_acts": [
            act("ACCEPTANCE", (1, 5, 5)),
            {"act_id": 9, "type": "DEFECT", "items": [{"fact_quantity": "x"}]},
        ]
    }
    orders = {"orders": [changed(state="COMPLETED", supplies=[supply(state="COMPLETED")])]}
    adapter = canned(answers(v3__supply_order__get=orders, v1__supply_order__act__product__get=acts))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    (one,) = first.snapshots
    assert [(x.declared, x.accepted, x.defect) for x in one.lines or ()] == [(5, None, None)]
    assert [(one.external_id, one.detail) for one in first.rejected] == [
        ("2000000000017", "supply_acts[9].items.0.fact_quantity")
    ]


def test_removals_that_are_refused_cost_no_supply(canned: Callable[..., Adapter]) -> None:
    adapter = canned(answers(v1__removal__from_stock__list=refused(404, 5, "method is not allowed")))

    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    assert merged(pages).keys() == {"2000000000017"}
    assert pages[-1].is_last


def test_a_bundle_that_is_gone_leaves_the_lines(canned: Callable[..., Adapter]) -> None:
    adapter = canned(answers(v1__supply_order__bundle=refused(404, 5, "BUNDLE_NOT_FOUND")))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [one.lines for one in first.snapshots] == [None]


def test_what_the_list_names_and_the_details_leave_out_is_rejected(canned: Callable[..., Adapter]) -> None:
    ids = {"order_ids": ["84882285", "5", "нет", "5"], "last_id": ""}
    adapter = canned(answers(v3__supply_order__list=ids))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [one.external_id for one in first.snapshots] == ["2000000000017"]
    assert {one.external_id: one.reason for one in first.rejected} == {
        "нет": "wrong_type",
        "5": "missing_record",
    }


def test_a_broken_request_costs_nobody_else(canned: Callable[..., Adapter]) -> None:
    orders = [changed(), changed(order_id=5, supplies=[supply(supply_id="x")])]
    adapter = canned(
        answers(
            v3__supply_order__list={"order_ids": ["84882285", "5"], "last_id": ""},
            v3__supply_order__get={"orders": orders},
        )
    )

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert [one.external_id for one in first.snapshots] == ["2000000000017"]
    assert [(one.external_id, one.reason) for one in first.rejected] == [("5", "wrong_type")]


def test_a_broken_request_is_told_of_the_supplies_that_it_names(canned: Callable[..., Adapter]) -> None:
    parts = [supply(supply_id=71), supply(supply_id="72", state=None), supply(supply_id="x")]
    adapter = canned(answers(v3__supply_order__get={"orders": [changed(supplies=parts)]}))

    first, *_rest = adapter.fetch_supplies(ALL, cursor={})

    assert first.snapshots == ()
    assert [(one.external_id, one.reason, one.detail) for one in first.rejected] == [
        ("71", "wrong_type", "orders[84882285].supplies.1.state"),
        ("72", "wrong_type", "orders[84882285].supplies.1.state"),
    ]


@pytest.mark.parametrize("is_left_out", [False, True])
def test_a_page_of_broken_requests_does_not_end_the_list(
    canned: Callable[..., Adapter], is_left_out: bool
) -> None:
    def ids(body: dict[str, Any]) -> Any:
        pages = {"": (["5"], "a"), "a": (["84882285"], "b"), "b": (["6"], "c")}
        found, last_id = pages[body["last_id"]]
        return {"order_ids": found, "last_id": last_id}

    def orders(body: dict[str, Any]) -> Any:
        if body["order_ids"] == ["5"]:
            return {"orders": [] if is_left_out else [changed(order_id=5, state=None)]}
        if body["order_ids"] == ["6"]:
            old = supply_order(order_id=6, state_updated_date="2025-01-01T00:00:00Z")
            return {"orders": [old | {"supplies": [supply(supply_id=6)]}]}
        return {"orders": [changed()]}

    adapter = canned(answers(v3__supply_order__list=ids, v3__supply_order__get=orders))

    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    assert merged(pages).keys() == {"2000000000017"}
    assert [len(page.rejected) for page in pages[:3]] == [1, 0, 0]
    assert [page.cursor.get("last_id") for page in pages[:3]] == ["a", "b", None]


def test_a_forgotten_place_begins_the_list_anew(canned: Callable[..., Adapter]) -> None:
    def ids(body: dict[str, Any]) -> Any:
        if body["last_id"]:
            return refused(400, 3, "last_id: invalid value")
        return {"order_ids": ["84882285"], "last_id": ""}

    adapter = canned(answers(v3__supply_order__list=ids))
    cursor = {"since": ALL.since.isoformat(), "watermark": NOW.isoformat(), "last_id": "gone"}

    first, *_rest = adapter.fetch_supplies(ALL, cursor=cursor)

    assert [one.external_id for one in first.snapshots] == ["2000000000017"]


def test_a_list_that_turns_in_a_circle_ends(canned: Callable[..., Adapter]) -> None:
    turns = iter("abab" * 10)
    adapter = canned(
        answers(v3__supply_order__list=lambda _body: {"order_ids": ["84882285"], "last_id": next(turns)})
    )

    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    assert merged(pages).keys() == {"2000000000017"}
    assert len(pages) < 15


@pytest.mark.parametrize("is_open", [False, True])
def test_an_open_removal_is_looked_for_further_back(canned: Callable[..., Adapter], is_open: bool) -> None:
    asked: list[str] = []

    def removed(body: dict[str, Any]) -> Any:
        asked.append(body["date_from"])
        is_there = body["date_from"] <= "2026-09-02" <= body["date_to"]
        return {"returns_summary_report_rows": [removal_row()] if is_there else [], "last_id": ""}

    adapter = canned(answers(v1__removal__from_stock__list=removed))
    query = SuppliesQuery(
        since=ALL.since, until=NOW, open_external_ids=("removal-934457",) if is_open else ()
    )

    pages = list(adapter.fetch_supplies(query, cursor={"watermark": NOW.isoformat()}))

    assert ("removal-934457" in merged(pages)) is is_open
    assert min(asked) == ("2026-08-27" if is_open else "2026-09-26")


@pytest.mark.parametrize(
    ("asked_on", "is_found"), [("2026-08-20", True), ("2025-10-25", True), ("2025-09-01", False)]
)
def test_an_open_removal_may_be_older_than_the_history(
    canned: Callable[..., Adapter], asked_on: str, is_found: bool
) -> None:
    def removed(body: dict[str, Any]) -> Any:
        is_there = body["date_from"] <= asked_on <= body["date_to"]
        return {"returns_summary_report_rows": [removal_row()] if is_there else [], "last_id": ""}

    adapter = canned(answers(v1__removal__from_stock__list=removed))
    query = SuppliesQuery(since=ALL.since, until=NOW, open_external_ids=("removal-934457",))

    pages = list(adapter.fetch_supplies(query, cursor={"watermark": NOW.isoformat()}))

    assert ("removal-934457" in merged(pages)) is is_found
    assert pages[-1].is_last


def test_an_open_removal_that_cannot_be_read_is_found_all_the_same(canned: Callable[..., Adapter]) -> None:
    asked: list[str] = []

    def removed(body: dict[str, Any]) -> Any:
        asked.append(body["date_from"])
        is_there = body["date_from"] <= "2026-11-20" <= body["date_to"]
        rows = [removal_row(quantity_for_return="x")] if is_there else []
        return {"returns_summary_report_rows": rows, "last_id": ""}

    adapter = canned(answers(v1__removal__from_stock__list=removed))
    query = SuppliesQuery(since=ALL.since, until=NOW, open_external_ids=("removal-934457",))

    list(adapter.fetch_supplies(query, cursor={"watermark": NOW.isoformat()}))
    page = adapter.fetch_supply("removal-934457")

    assert min(asked) == "2026-09-26"
    assert page.snapshots == ()
    assert [one.external_id for one in page.rejected] == ["removal-934457"]


@pytest.mark.parametrize("box", [2, None])
def test_a_removal_with_a_broken_box_waits(canned: Callable[..., Adapter], box: int | None) -> None:
    rows = [
        removal_row(),
        removal_row(return_id=7),
        removal_row(return_id=7, box_id=box, quantity_for_return="x"),
    ]
    adapter = canned(
        answers(v1__removal__from_stock__list={"returns_summary_report_rows": rows, "last_id": ""})
    )

    pages = list(adapter.fetch_supplies(ALL, cursor={}))

    assert {one for one in merged(pages) if one.startswith("removal-")} == {"removal-934457"}
    assert {(one.external_id, one.detail) for page in pages for one in page.rejected} == {
        ("removal-7", f"boxes[{box or ''}].quantity_for_return")
    }


@pytest.mark.parametrize(
    "path", ["v3__supply_order__list", "v3__supply_order__get", "v1__removal__from_stock__list"]
)
@pytest.mark.parametrize("body", [b"{}", b"[]", b"<html></html>", b'{"orders": 5}'])
def test_answers_of_another_shape_are_no_empty_lists(
    canned: Callable[..., Adapter], path: str, body: bytes
) -> None:
    adapter = canned(answers(**{path: body}))

    with pytest.raises((errors.TemporaryError, errors.UnexpectedResponse)):
        list(adapter.fetch_supplies(ALL, cursor={}))
