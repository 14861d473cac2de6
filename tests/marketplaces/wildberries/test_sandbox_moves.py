"""Supplies and returns read through the adapter from the sandbox: in the end all that the world did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces import errors, http
from marketplaces.adapter import AdapterContext
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.contracts.supplies import SuppliesQuery, SupplyKind, SupplySnapshot, SupplyStatus
from marketplaces.http import Http
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.credentials import WildberriesCredentials
from sandbox.accounts import DEMO_WILDBERRIES
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.wildberries import ids
from sandbox.wildberries.prices_book import PriceBook
from sandbox.world import World, WorldSettings
from sandbox.world.moments import DAY, instant
from sandbox.world.returns import CLIENT_RETURN, REFUSAL, BackStep, Return, Why
from sandbox.world.supplies import LEAD, SUPPLY, WITHDRAWAL, Stage
from sandbox.world.units import srid, units
from sandbox.world.world import roubles
from tests.marketplaces.wildberries.conftest import NoLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marketplaces.contracts.pages import Cursor, Page, Rejected

NOW = datetime.fromisoformat("2026-11-24T12:10:00+00:00")
BASE_URL = "http://sandbox.test/wildberries/{host}"
SETTINGS = WorldSettings(
    channel="wildberries", skus=60, first_day=date(2026, 10, 15), days=40, per_day=60.0, return_rate=0.12
)
FAULTS = ("429", "500", "drop", "truncated", "duplicate_page", "shifting_page", "out_of_order", "empty_page")
ODD_FAULTS = ("stale", "unknown_status")
MONTHS = timedelta(days=90)
EVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_DEFECTS = {Why.DEFECT_SEAM, Why.STAIN_SMELL, Why.DAMAGED_PACKAGE, Why.INCOMPLETE}

pytestmark = pytest.mark.usefixtures("_no_pauses")


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "USUAL_PAUSE", timedelta(0))


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return make_app(
        {DEMO_WILDBERRIES.client_id: world},
        accounts=[DEMO_WILDBERRIES],
        clock=Clock(NOW, frozen=True),
        rate=None,
    )


@pytest.fixture
def adapter(app: App) -> Iterator[Adapter]:
    """The adapter over the sandbox, at its time and without limits."""
    credentials = WildberriesCredentials.model_validate({"token": DEMO_WILDBERRIES.api_key})
    opened = Http(
        BASE_URL,
        marketplace="wildberries",
        own_url=BASE_URL,
        headers=Adapter.headers(credentials),
        explain=Adapter.explain,
        limiter=NoLimiter(),
        transport=httpx.WSGITransport(app),
    )
    yield Adapter(AdapterContext(credentials=credentials, http=opened, now=app.clock.now))
    opened.close()


def skus(world: World) -> dict[str, str]:
    return {
        barcode: str(ids.chrt_id(world, world.assortment[index]))
        for index, listed in world.listed.items()
        for barcode in listed.barcodes
    }


class Shelf:
    """What the cabinet would hold: the rules of the recording services in short."""

    def __init__(self) -> None:
        self.supplies: dict[str, SupplySnapshot] = {}
        self.returns: dict[str, ReturnSnapshot] = {}
        self.rejected: list[Rejected] = []

    def keep_supply(self, told: SupplySnapshot) -> None:
        held = self.supplies.get(told.external_id)
        if held is not None:
            if held.changed_at and told.changed_at and told.changed_at < held.changed_at:
                return
            if told.lines is None:
                told = replace(told, lines=held.lines)
        self.supplies[told.external_id] = told

    def keep_return(self, told: ReturnSnapshot) -> None:
        assert told.is_partial
        held = self.returns.get(told.external_id)
        self.returns[told.external_id] = told if held is None else merged(held, told)


def merged(one: ReturnSnapshot, other: ReturnSnapshot) -> ReturnSnapshot:
    """Two parts of one return, whichever came first; the reason of the newer stands."""
    further, rest = (other, one) if other.status.rank > one.status.rank else (one, other)
    kinds = [part.kind for part in (one, other) if part.kind is not ReturnKind.TECHNICAL]
    newer, older = sorted((one, other), key=lambda part: (part.changed_at or EVER, part.reason), reverse=True)
    told_why = newer if newer.reason_id or newer.reason else older
    days = [part.registered_at for part in (one, other) if part.registered_at]
    filled: dict[str, Any] = {
        name: getattr(further, name) or getattr(rest, name)
        for name in ("order_external_id", "marketplace_sku", "barcode", "price", "pick_up_until")
    }
    return replace(
        further,
        kind=kinds[0] if kinds else one.kind,
        registered_at=min(days, default=None),
        reason_id=told_why.reason_id,
        reason=told_why.reason,
        **filled,
    )


def pull(
    pages: Callable[[Cursor], Iterator[Page[Any]]],
    keep: Callable[[Any], None],
    shelf: Shelf,
    *,
    cursor: Cursor | None = None,
    most: int = 400,
) -> Cursor:
    """Read to the end, beginning again at the last page that was kept whenever something breaks."""
    place: Cursor = cursor or {}
    for _try in range(most):
        try:
            for page in pages(place):
                for told in page.snapshots:
                    keep(told)
                shelf.rejected += page.rejected
                place = page.cursor
                if page.is_last:
                    return place
        except errors.CursorRejected:
            place = {}
        except (errors.TemporaryError, errors.UnexpectedResponse):
            continue
    raise AssertionError("never came to an end")


def pull_supplies(adapter: Adapter, world: World, shelf: Shelf, *, cursor: Cursor | None = None) -> Cursor:
    now = adapter.context.now()
    held = tuple(sorted(key for key, one in shelf.supplies.items() if one.kind is SupplyKind.SUPPLY))
    query = SuppliesQuery(since=now - MONTHS, until=now, open_external_ids=held, sku_by_barcode=skus(world))
    return pull(
        lambda place: adapter.fetch_supplies(query, cursor=place), shelf.keep_supply, shelf, cursor=cursor
    )


def pull_all_supplies(
    adapter: Adapter, world: World, shelf: Shelf, *, cursor: Cursor | None = None
) -> Cursor:
    """Pull until no discrepancies are owed."""
    place = pull_supplies(adapter, world, shelf, cursor=cursor)
    for _more in range(30):
        if not place["owed"]:
            return place
        place = pull_supplies(adapter, world, shelf, cursor=place)
    raise AssertionError("discrepancies are owed for ever")


def pull_returns(adapter: Adapter, shelf: Shelf, *, cursor: Cursor | None = None) -> Cursor:
    now = adapter.context.now()
    query = ReturnsQuery(since=now - MONTHS, until=now)
    return pull(
        lambda place: adapter.fetch_returns(query, cursor=place), shelf.keep_return, shelf, cursor=cursor
    )


# ---- what is true -----------------------------------------------------------------------------------------
STATUSES = {
    Stage.DRAFT: SupplyStatus.DRAFT,
    Stage.BOOKED: SupplyStatus.BOOKED,
    Stage.READY: SupplyStatus.READY,
    Stage.SHIPPED: SupplyStatus.READY,
    Stage.ARRIVED: SupplyStatus.ARRIVED,
    Stage.ACCEPTING: SupplyStatus.ACCEPTING,
    Stage.CHECKING: SupplyStatus.ACCEPTING,
    Stage.ACCEPTED: SupplyStatus.ACCEPTED,
    Stage.OVERDUE: SupplyStatus.OVERDUE,
}


def true_supplies(world: World, at: datetime) -> dict[str, Any]:
    now = instant(at)
    told = {}
    for one in world.supply_book.between(world.streams.opened - LEAD, now + 1):
        stage = one.stage_at(now)
        if one.kind != SUPPLY or stage is Stage.CANCELLED:
            continue
        status = STATUSES[stage]
        if stage is Stage.OVERDUE and now < one.slot_to + 2 * DAY:
            status = SupplyStatus.UNKNOWN  # it depends on the hour: compared by no one
        is_settled = stage is Stage.ACCEPTED
        lines = {}
        for line in one.lines:
            count = one.count_at(line, now)
            lines[str(ids.chrt_id(world, world.assortment[line.product]))] = (
                count.planned,
                count.shipped,
                (count.accepted or 0) if stage in (Stage.ACCEPTING, Stage.CHECKING, Stage.ACCEPTED) else None,
                count.on_sale if stage in (Stage.ACCEPTING, Stage.CHECKING, Stage.ACCEPTED) else None,
                line.shortage if is_settled else None,
                line.surplus if is_settled else None,
            )
        told[str(ids.preorder_id(one))] = (status, lines)
    return told


def told_supplies(shelf: Shelf) -> dict[str, Any]:
    return {
        key: (
            one.status,
            {
                line.marketplace_sku: (
                    line.declared, line.shipped, line.accepted, line.on_sale, line.shortage, line.surplus
                )
                for line in one.lines or ()
            },
        )
        for key, one in shelf.supplies.items()
        if one.kind is SupplyKind.SUPPLY
    }  # fmt: skip


def assert_supplies(shelf: Shelf, world: World, at: datetime) -> None:
    told, true = told_supplies(shelf), true_supplies(world, at)
    given_up = {key for key, (status, _lines) in told.items() if status is SupplyStatus.CANCELLED}
    assert set(told) - given_up == set(true)
    for key, (status, lines) in true.items():
        assert told[key][1] == lines, key
        assert status in (told[key][0], SupplyStatus.UNKNOWN), key


def true_status(one: Return, at: int) -> ReturnStatus | None:
    """Where a thing is as far as Wildberries tells; None while a refusal is told by its order only."""
    times = dict(zip(one.path, one.times, strict=True))
    steps = (
        (BackStep.HANDED_OVER, ReturnStatus.HANDED_OVER),
        (BackStep.DISPOSED, ReturnStatus.DISPOSED),
        (BackStep.WAITING, ReturnStatus.WAITING_PICKUP),
    )
    for step, status in steps:
        if BackStep.WAITING in times and times.get(step, at + 1) <= at:
            return status
    if one.kind == REFUSAL and one.why in (Why.REFUSED, Why.NOT_COLLECTED):
        return ReturnStatus.IN_TRANSIT
    if one.kind != CLIENT_RETURN:
        return (
            ReturnStatus.IN_TRANSIT
            if times.get(BackStep.DEFECTIVE, at + 1) <= at and BackStep.WAITING in times
            else None
        )
    return ReturnStatus.DEFECTIVE if one.why in _DEFECTS else ReturnStatus.RECEIVED


KINDS = {CLIENT_RETURN: ReturnKind.CLIENT_RETURN, REFUSAL: ReturnKind.REFUSAL}


def true_reason(one: Return) -> str:
    if one.kind == REFUSAL:
        return "receipt" if one.why is Why.REFUSED else "expire"
    return "returnDefective" if one.kind == CLIENT_RETURN and one.why in _DEFECTS else ""


def true_returns(world: World, at: datetime) -> dict[str, Any]:
    now, prices = instant(at), PriceBook(world)
    told: dict[str, Any] = {}
    for one in world.return_book.between(world.streams.opened, now + 1):
        status = true_status(one, now)
        if status is None:
            continue
        kind = KINDS.get(one.kind, ReturnKind.TECHNICAL)
        sku = str(ids.chrt_id(world, world.assortment[one.product]))
        price = roubles(prices.of_day(one.product, one.order.created).kopecks)
        for thing in units(one.order):
            if thing.place == one.place and thing.number < one.quantity:
                is_technical = kind is ReturnKind.TECHNICAL
                told[srid(world, thing)] = (
                    kind,
                    status,
                    sku,
                    None if is_technical else price,
                    true_reason(one),
                )
    return told


def true_removals(world: World, at: datetime) -> int:
    """How many things of his own stock the seller takes back."""
    found = world.supply_book.between(world.streams.opened - LEAD, instant(at) + 1)
    return sum(
        line.shipped
        for one in found
        if one.kind == WITHDRAWAL and one.path[-1] is Stage.ACCEPTED
        for line in one.lines
    )


def told_returns(shelf: Shelf, world: World) -> dict[str, Any]:
    by_barcode = skus(world)
    return {
        key: (one.kind, one.status, one.marketplace_sku or by_barcode[one.barcode], one.price, one.reason_id)
        for key, one in shelf.returns.items()
        if one.reason != "Возврат по инициативе продавца"
    }


def assert_returns(shelf: Shelf, world: World, at: datetime) -> None:
    told, true = told_returns(shelf, world), true_returns(world, at)
    assert set(told) == set(true)
    for key, row in true.items():
        assert told[key] == row, key
    removed = [one for one in shelf.returns.values() if one.reason == "Возврат по инициативе продавца"]
    assert len(removed) == true_removals(world, at)
    assert {one.kind for one in removed} <= {ReturnKind.TECHNICAL}
    assert not any(one.order_external_id for one in removed)


# ---- supplies ---------------------------------------------------------------------------------------------
def test_all_supplies_are_those_of_the_world(adapter: Adapter, world: World) -> None:
    shelf = Shelf()
    pull_all_supplies(adapter, world, shelf)

    assert_supplies(shelf, world, NOW)
    assert len(shelf.supplies) > 60
    assert shelf.rejected == []
    statuses = {one.status for one in shelf.supplies.values()}
    assert {SupplyStatus.ACCEPTED, SupplyStatus.ACCEPTING} < statuses
    assert any(one.kind is SupplyKind.VIRTUAL for one in shelf.supplies.values())
    lines = [line for one in shelf.supplies.values() for line in one.lines or ()]
    assert all(any(getattr(line, name) for line in lines) for name in ("shortage", "surplus"))
    assert all(line.marketplace_sku for line in lines)


def test_pulls_as_time_goes_by_end_where_one_pull_ends(adapter: Adapter, app: App, world: World) -> None:
    """Pre-orders become supplies, some are given up, numbers move: hour by hour for ten days."""
    app.clock.advance(timedelta(days=-10))
    shelf = Shelf()
    cursor = pull_all_supplies(adapter, world, shelf)
    for _step in range(30):
        app.clock.advance(timedelta(hours=8))
        cursor = pull_all_supplies(adapter, world, shelf, cursor=cursor)

    assert app.clock.now() == NOW
    assert_supplies(shelf, world, NOW)
    assert shelf.rejected == []


def test_under_faults_the_supplies_are_the_same(adapter: Adapter, app: App, world: World) -> None:
    app.faults = Faults(0.25, kinds=FAULTS, seed=11, stall=0.0)
    shelf = Shelf()
    for _again in range(3):
        pull_supplies(adapter, world, shelf)
    app.faults = Faults()
    pull_all_supplies(adapter, world, shelf)

    assert_supplies(shelf, world, NOW)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_old_or_odd_is_mended_by_the_next_pull(
    adapter: Adapter, app: App, world: World, seed: int
) -> None:
    app.faults = Faults(0.3, kinds=(*FAULTS, *ODD_FAULTS), seed=seed, stall=0.0)
    shelf = Shelf()
    for _again in range(2):
        pull_supplies(adapter, world, shelf)
    app.faults = Faults()
    pull_all_supplies(adapter, world, shelf)
    assert_supplies(shelf, world, NOW)


# ---- returns ----------------------------------------------------------------------------------------------
def test_all_returns_are_those_of_the_world(adapter: Adapter, app: App, world: World) -> None:
    """Within a month of the opening, so that the feed still tells of every defect."""
    app.clock.advance(timedelta(days=-11))
    shelf = Shelf()
    pull_returns(adapter, shelf)

    assert_returns(shelf, world, app.clock.now())
    assert len(shelf.returns) > 100
    assert shelf.rejected == []
    statuses = {one.status for one in shelf.returns.values()}
    assert {ReturnStatus.RECEIVED, ReturnStatus.DEFECTIVE, ReturnStatus.WAITING_PICKUP} <= statuses
    days = {key: one.registered_at for key, one in shelf.returns.items()}
    for one in world.return_book.between(world.streams.opened, instant(app.clock.now()) + 1):
        for thing in units(one.order):
            if one.kind == CLIENT_RETURN and thing.place == one.place and thing.number < one.quantity:
                when = days[srid(world, thing)]
                assert when is not None
                assert abs(instant(when) - one.registered) < 1_000_000


def test_returns_as_time_goes_by_end_where_one_pull_ends(adapter: Adapter, app: App, world: World) -> None:
    app.clock.advance(timedelta(days=-20))
    shelf = Shelf()
    cursor = pull_returns(adapter, shelf)
    for _step in range(20):
        app.clock.advance(timedelta(days=1))
        cursor = pull_returns(adapter, shelf, cursor=cursor)

    assert app.clock.now() == NOW
    assert_returns(shelf, world, NOW)
    assert shelf.rejected == []


@pytest.mark.parametrize("seed", range(2))
def test_under_faults_the_returns_are_the_same(adapter: Adapter, app: App, world: World, seed: int) -> None:
    app.clock.advance(timedelta(days=-11))
    app.faults = Faults(0.3, kinds=(*FAULTS, *ODD_FAULTS), seed=seed, stall=0.0)
    shelf = Shelf()
    for _again in range(3):
        pull_returns(adapter, shelf)
    app.faults = Faults()
    pull_returns(adapter, shelf)
    assert_returns(shelf, world, app.clock.now())


def test_no_buyer_is_known_by_what_is_kept(adapter: Adapter, app: App) -> None:
    shelf = Shelf()
    pull_returns(adapter, shelf)
    assert "+7 900" not in repr(shelf.returns) + repr(shelf.rejected)
    assert "Мария" not in repr(shelf.returns)


def test_refusals_are_told_by_their_orders(adapter: Adapter, app: App, world: World) -> None:
    """What a buyer did not take is a cancelled order whose reason says so."""
    from marketplaces.contracts.orders import OrdersQuery

    app.clock.advance(timedelta(days=-11))
    now = app.clock.now()
    query = OrdersQuery(since=now - MONTHS, until=now, sku_by_barcode=skus(world))
    told = {
        one.external_id
        for page in adapter.fetch_orders(query, cursor={"watermark": (now - timedelta(days=30)).isoformat(), "changes": "", "read_at": now.isoformat()})
        for one in page.snapshots
        if one.cancel_reason_id in Adapter.refusal_reasons
    }  # fmt: skip
    refused = {
        srid(world, thing)
        for back in world.return_book.between(instant(now) - 29 * DAY, instant(now))
        if back.kind == REFUSAL and back.why in (Why.REFUSED, Why.NOT_COLLECTED)
        for thing in units(back.order)
        if thing.place == back.place
    }
    assert refused
    assert refused <= told
