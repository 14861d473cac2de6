"""What the cabinet would hold of supplies and returns, and what is true of them in the world of the sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from marketplaces import errors
from marketplaces.contracts.pages import KEPT
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.contracts.supplies import SuppliesQuery, SupplyKind, SupplySnapshot, SupplyStatus
from sandbox.wildberries import ids
from sandbox.wildberries.prices_book import PriceBook
from sandbox.world import World
from sandbox.world.moments import DAY, instant
from sandbox.world.returns import CLIENT_RETURN, REFUSAL, BackStep, Return, Why
from sandbox.world.supplies import LEAD, SUPPLY, WITHDRAWAL, Stage
from sandbox.world.units import srid, units
from sandbox.world.world import roubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marketplaces.contracts.pages import Cursor, Page, Rejected
    from marketplaces.wildberries.adapter import Adapter

MONTHS = timedelta(days=90)
EVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_DEFECTS = {Why.DEFECT_SEAM, Why.STAIN_SMELL, Why.DAMAGED_PACKAGE, Why.INCOMPLETE}


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
        if not place[KEPT]["owed"]:
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
