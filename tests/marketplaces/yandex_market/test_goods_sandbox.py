"""Supplies and returns of the sandbox through the adapter: what is read equals what is true, whatever goes wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from marketplaces.contracts.returns import ReturnsQuery, ReturnStatus
from marketplaces.contracts.supplies import SuppliesQuery, SupplyKind, SupplyStatus
from marketplaces.errors import MarketplaceError
from sandbox import movements
from sandbox.faults import PAGING, Faults
from sandbox.world import World, WorldSettings
from sandbox.world.moments import instant
from sandbox.yandex_market.requests import true_supplies as told_truly
from sandbox.yandex_market.returns import true_return
from tests.marketplaces.contract.cases import NOW, sandbox_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.yandex_market.adapter import Adapter
    from sandbox.app import App
    from sandbox.clock import Clock

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
SETTINGS = WorldSettings(
    channel="yandex_market",
    skus=80,
    first_day=date(2026, 10, 15),
    days=42,
    per_day=60.0,
    return_rate=0.12,
)
HELD = dict[str, Any]
Pull = "Callable[[Adapter, datetime, Cursor], Iterator[Page[Any]]]"

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture(scope="module")
def big_world() -> World:
    return World(SETTINGS)


@pytest.fixture
def shop(big_world: World, clock: Clock) -> App:
    return sandbox_of("yandex_market", big_world, clock=clock)


def supplies(adapter: Adapter, until: datetime, cursor: Cursor) -> Iterator[Page[Any]]:
    return adapter.fetch_supplies(SuppliesQuery(since=SINCE, until=until), cursor=cursor)


def returns(adapter: Adapter, until: datetime, cursor: Cursor) -> Iterator[Page[Any]]:
    return adapter.fetch_returns(ReturnsQuery(since=SINCE, until=until), cursor=cursor)


def keep(held: HELD, pages: Iterator[Page[Any]]) -> Cursor:
    """What the recording does with them, in short: an older answer changes nothing, what is not told stays."""
    cursor: Cursor = {}
    for page in pages:
        for one in page.snapshots:
            known = held.get(one.external_id)
            if known is not None and one.changed_at < known.changed_at:
                continue
            if known is not None and getattr(one, "lines", ()) is None:
                one = replace(one, lines=known.lines)  # noqa: PLW2901 - what we hold stays
            held[one.external_id] = one
        cursor = page.cursor
    return cursor


def true_supplies(world: World, at: datetime) -> dict[str, tuple[Any, ...]]:
    rows = (
        told
        for supply, row in movements.supplies(world, at)
        for told in told_truly(world, supply, instant(at), row)
    )
    names = ("sku", "declared", "accepted", "shortage", "surplus", "defect")
    return {
        row["number"]: (
            row["kind"],
            row["status"],
            datetime.fromisoformat(row["slot_from"]),
            frozenset(tuple(line[name] for name in names) for line in row["lines"]),
        )
        for row in rows
    }


def told_supplies(held: HELD) -> dict[str, tuple[Any, ...]]:
    return {
        number: (
            str(one.kind),
            str(one.status),
            one.slot_from,
            frozenset(
                (
                    line.marketplace_sku,
                    line.declared,
                    line.accepted,
                    line.shortage,
                    line.surplus,
                    line.defect,
                )
                for line in one.lines
            ),
        )
        for number, one in held.items()
    }


def true_returns(world: World, at: datetime) -> dict[str, tuple[Any, ...]]:
    rows = (true_return(world, one, instant(at), row) for one, row in movements.returns(world, at))
    return {
        row["number"]: (
            row["order"],
            row["sku"],
            row["kind"],
            row["status"],
            row["quantity"],
            row["reason"],
            datetime.fromisoformat(row["registered_at"]),
        )
        for row in rows
        if row is not None
    }


def told_returns(held: HELD) -> dict[str, tuple[Any, ...]]:
    return {
        number: (
            one.order_external_id,
            one.marketplace_sku,
            str(one.kind),
            str(one.status),
            one.quantity,
            one.reason_id,
            one.registered_at,
        )
        for number, one in held.items()
    }


NOUNS = pytest.mark.parametrize(
    ("pull", "told", "true"),
    [(supplies, told_supplies, true_supplies), (returns, told_returns, true_returns)],
    ids=["supplies", "returns"],
)


@NOUNS
def test_all_that_is_read_is_true_and_all_that_is_true_is_read(
    big_world: World, shop: App, adapter_over: Callable[..., Adapter], pull: Any, told: Any, true: Any
) -> None:
    held: HELD = {}
    keep(held, pull(adapter_over(shop), NOW, {}))
    assert told(held) == true(big_world, NOW)


def test_the_world_has_all_that_the_tests_speak_of(shop: App, adapter_over: Callable[..., Adapter]) -> None:
    adapter, some, back = adapter_over(shop), {}, {}
    keep(some, supplies(adapter, NOW, {}))
    keep(back, returns(adapter, NOW, {}))

    assert {SupplyKind.SUPPLY, SupplyKind.WITHDRAWAL} <= {one.kind for one in some.values()}
    assert {
        SupplyStatus.DRAFT,
        SupplyStatus.BOOKED,
        SupplyStatus.ACCEPTING,
        SupplyStatus.ACCEPTED,
        SupplyStatus.CANCELLED,
    } <= {one.status for one in some.values()}
    parts = [one for one in some.values() if one.parent_external_id]
    assert parts
    for one in parts:
        whole = some[one.parent_external_id]
        assert (one.kind, whole.kind) == (SupplyKind.SUPPLY, SupplyKind.VIRTUAL)
        assert one.lines == whole.lines
    zones = {one.slot_zone for one in some.values()}
    assert {"Europe/Kaliningrad", "Europe/Moscow", "Asia/Vladivostok"} <= zones
    for one in some.values():
        local = one.slot_from.astimezone(ZoneInfo(one.slot_zone))
        assert (local.minute, local.second) == (0, 0), "slots stand on whole hours of their own zone"
    assert any(line.shortage for one in some.values() for line in one.lines)
    assert any(line.defect for one in some.values() for line in one.lines)
    assert len({one.kind for one in back.values()}) == 4
    assert {ReturnStatus.BACK_ON_SALE, ReturnStatus.WAITING_PICKUP, ReturnStatus.HANDED_OVER} <= {
        one.status for one in back.values()
    }
    waiting = [one for one in back.values() if one.status is ReturnStatus.WAITING_PICKUP]
    assert all(one.pick_up_until and one.place_name for one in waiting)


@NOUNS
def test_as_time_goes_by_what_changed_is_followed(
    big_world: World,
    shop: App,
    clock: Clock,
    adapter_over: Callable[..., Adapter],
    pull: Any,
    told: Any,
    true: Any,
) -> None:
    held: HELD = {}
    clock.set(NOW - timedelta(days=4))
    cursor: Cursor = {}
    for _step in range(9):
        cursor = keep(held, pull(adapter_over(shop), clock.now(), cursor))
        assert told(held) == true(big_world, clock.now())
        clock.advance(timedelta(hours=12))


@NOUNS
@pytest.mark.parametrize("kind", PAGING)
def test_lists_that_move_lose_nothing(
    big_world: World,
    clock: Clock,
    adapter_over: Callable[..., Adapter],
    kind: str,
    pull: Any,
    told: Any,
    true: Any,
) -> None:
    faults = Faults(0.3, kinds=(kind,), seed=11)
    rough = sandbox_of("yandex_market", big_world, clock=clock, faults=faults)
    held: HELD = {}
    keep(held, pull(adapter_over(rough), NOW, {}))
    assert told(held) == true(big_world, NOW)


@NOUNS
@pytest.mark.parametrize("seed", [3, 4])
def test_under_faults_and_kills_the_end_is_the_truth(
    big_world: World,
    clock: Clock,
    adapter_over: Callable[..., Adapter],
    seed: int,
    pull: Any,
    told: Any,
    true: Any,
) -> None:
    kinds = (
        *PAGING, "429", "500", "truncated", "drop", "html_200", "stale", "unknown_status", "empty_page",
        "wrong_types", "nulls",
    )  # fmt: skip
    rough = sandbox_of("yandex_market", big_world, clock=clock, faults=Faults(0.1, kinds=kinds, seed=seed))
    held: HELD = {}
    cursor: Cursor = {}
    for run in range(120):
        pages = pull(adapter_over(rough), NOW, cursor)
        try:
            for number, page in enumerate(pages):
                keep(held, iter([page]))
                cursor = page.cursor
                if number % 17 == run % 17:
                    break  # killed
            else:
                break
        except MarketplaceError:
            continue
    assert "watermark" in cursor
    # What a fault hid or worded oddly, the whole read again tells.
    rough.faults = Faults()
    keep(held, pull(adapter_over(rough), NOW, {}))
    assert told(held) == true(big_world, NOW)
