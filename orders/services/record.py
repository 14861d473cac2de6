"""Recording orders as a marketplace tells them: rows, events, tally, touched days, holds on the stock."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from catalog.models import Listing
from catalog.services.days import touch_days
from catalog.services.stock import NewUnits, hold_for_new_orders, listing_ids, release_holds
from catalog.services.warehouses import warehouses_named
from core.locks import lock_until_commit
from core.merge import MergeRule, append, insert, merge
from core.money import LARGEST
from marketplaces.contracts.orders import OrderSnapshot, OrderStatus, Precision
from marketplaces.contracts.pages import Rejected
from marketplaces.streams import PageResult
from orders.models import EventKind, Order, OrderEvent, OrderLine, OrderTally
from orders.services.rows import (
    LINE_COLUMNS,
    ORDERS,
    STEPS,
    Written,
    fingerprint,
    has_other_lines,
    held_orders,
    line_rows,
    order_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount

_AT_WAREHOUSE = (OrderStatus.ACCEPTED, OrderStatus.PACKED)
_DELIVERED = (OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED)
_RETURNED = (OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED)
_FUTURE = timedelta(days=1)
_STATUS_FIELDS = (
    "status", "external_status", "external_substatus", "status_at", "cancel_reason_id", "cancel_reason",
    "cancel_initiator",
)  # fmt: skip

_EVENTS = MergeRule(
    model=OrderEvent,
    columns=(
        "company_id",
        "order_id",
        "kind",
        "old_status",
        "new_status",
        "external_status",
        "happened_at",
        "precision",
        "recorded_at",
        "source",
    ),
    key=("order_id", "new_status", "happened_at"),
)

_TALLY = MergeRule(
    model=OrderTally,
    columns=("company_id", "account_id", "day", "status", "orders", "units", "amount"),
    key=("company_id", "day", "account_id", "status"),
    update={name: f"t.{name} + EXCLUDED.{name}" for name in ("orders", "units", "amount")},
)


@transaction.atomic(savepoint=False)
def record_orders(
    *,
    account: MarketplaceAccount,
    snapshots: Sequence[OrderSnapshot],
    observed_at: datetime,
    source: str,
    told: tuple[datetime, str] | None = None,
) -> PageResult:
    """Write orders with their lines and the events of real changes.

    `observed_at` is when the request was sent; an answer older than what we hold changes nothing, nor does a
    status that the order has already passed. `told` is a notice's (moment, our status), which dates the
    change if the order indeed came to that status. Snapshots that break a rule come back as rejected.
    """
    lock_until_commit("orders", account.pk)
    sound, rejected = _sound(snapshots, observed_at=observed_at)
    sound, prints, known = _news(account, sound)
    sound = _named(account, sound)
    warehouses = warehouses_named(
        account=account,
        names={
            one.warehouse_external_id: one.warehouse_name
            for one in sound.values()
            if one.warehouse_external_id
        },
    )
    zone, now = account.company.zone, timezone.now()
    rows = {
        number: order_row(
            snapshot,
            account=account,
            zone=zone,
            warehouse_id=warehouses.get(snapshot.warehouse_external_id),
            observed_at=observed_at,
            now=now,
            told=told,
            told_of=prints[number],
        )
        for number, snapshot in sound.items()
    }
    steps = {number for number in known if sound[number].is_partial}
    written = [
        *_insert([row for number, row in rows.items() if number not in known]),
        *_merge(ORDERS, [rows[number] for number in known - steps]),
        *_merge(STEPS, [rows[number] for number in steps]),
    ]
    if written:
        listings = _write_lines(
            account=account,
            written=[row for row in written if row.external_id not in steps],
            sound=sound,
            prints=prints,
        )
        _write_events(account=account, written=written, sound=sound, source=source, recorded_at=now)
        _keep_tally(account=account, written=written)
        _hold_stock(
            account=account,
            written=written,
            sound=sound,
            listings=listings,
            warehouses=warehouses,
            learnt_at=observed_at,
        )
    inserted = sum(1 for row in written if row.is_new)
    return PageResult(
        inserted=inserted,
        changed=len(written) - inserted,
        unchanged=len(snapshots) - len(rejected) - len(written),
        rejected=tuple(rejected),
    )


def _insert(rows: Sequence[tuple[Any, ...]]) -> Iterable[Written]:
    """Write orders that we do not hold: nobody else can, as long as we hold the lock of the account."""
    return map(Written.of_new, insert(Order, ORDERS.columns, rows), rows) if rows else ()


def _merge(rule: MergeRule, rows: Sequence[tuple[Any, ...]]) -> Iterable[Written]:
    return (Written(*row) for row in merge(rule, rows)) if rows else ()


def _sound(
    snapshots: Iterable[OrderSnapshot], *, observed_at: datetime
) -> tuple[dict[str, OrderSnapshot], list[Rejected]]:
    """The snapshots that keep the rules, the furthest of each order, and those that do not."""
    sound: dict[str, OrderSnapshot] = {}
    rejected = []
    for snapshot in snapshots:
        broken = _broken_rule(snapshot, observed_at=observed_at)
        if broken:
            rejected.append(
                Rejected(
                    external_id=snapshot.external_id,
                    reason=broken,
                    detail=f"{snapshot.placed_at:%Y-%m-%d %H:%M}, {len(snapshot.lines)}",
                    payload={"posting_number": snapshot.external_id, "status": snapshot.external_status},
                )
            )
            continue
        known = sound.get(snapshot.external_id)
        sound[snapshot.external_id] = snapshot if known is None else _together(known, snapshot)
    return sound, rejected


def _together(earlier: OrderSnapshot, later: OrderSnapshot) -> OrderSnapshot:
    """What two answers of a page say of one order: the furthest status, and the rest from the one that tells it
    whole."""
    further, other = (later, earlier) if later.status.rank >= earlier.status.rank else (earlier, later)
    if further.needs_order <= other.needs_order and (not further.is_partial or other.is_partial):
        return further
    return replace(
        other,
        **{name: getattr(further, name) for name in _STATUS_FIELDS},
        delivered_at=further.delivered_at or other.delivered_at,
        is_floor=further.is_floor,
    )


def _broken_rule(snapshot: OrderSnapshot, *, observed_at: datetime) -> str:
    if not snapshot.lines:
        return "no_lines"
    if any(line.quantity <= 0 or line.price < 0 for line in snapshot.lines):
        return "out_of_range"
    if snapshot.amount > LARGEST:
        return "out_of_range"
    if snapshot.placed_at > observed_at + _FUTURE:
        return "from_the_future"
    return ""


def _news(
    account: MarketplaceAccount, sound: Mapping[str, OrderSnapshot]
) -> tuple[dict[str, OrderSnapshot], dict[str, bytes], set[str]]:
    """The snapshots that say something we do not hold yet, the fingerprints of them all, and which of the orders
    that they speak of we hold.

    Most of what is read again is the same: it need not be made into rows and sent to PostgreSQL to be told so.
    """
    prints = {number: fingerprint(snapshot) for number, snapshot in sound.items()}
    held = held_orders(account, sound)
    told = {
        number: held[number].raise_floor(snapshot) if number in held else snapshot
        for number, snapshot in sound.items()
    }
    news = {
        number: snapshot
        for number, snapshot in told.items()
        if (
            not held[number].is_all_of(snapshot, told_of=prints[number])
            if number in held
            else not snapshot.needs_order
        )
    }
    return news, prints, held.keys() & news.keys()


def _named(account: MarketplaceAccount, sound: dict[str, OrderSnapshot]) -> dict[str, OrderSnapshot]:
    """The snapshots with the article and the name of the listing where the marketplace told none."""
    skus = {
        line.marketplace_sku
        for snapshot in sound.values()
        for line in snapshot.lines
        if not (line.name and line.seller_sku)
    }
    if not skus:
        return sound
    rows = Listing.objects.for_company(account.company_id).filter(account=account, marketplace_sku__in=skus)
    names = {
        sku: (article, name)
        for sku, article, name in rows.values_list("marketplace_sku", "seller_sku", "name")
    }
    return {
        number: replace(
            snapshot,
            lines=tuple(
                replace(
                    line,
                    seller_sku=line.seller_sku or names[line.marketplace_sku][0],
                    name=line.name or names[line.marketplace_sku][1],
                )
                if line.marketplace_sku in names
                else line
                for line in snapshot.lines
            ),
        )
        for number, snapshot in sound.items()
    }


def _write_lines(
    *,
    account: MarketplaceAccount,
    written: Iterable[Written],
    sound: Mapping[str, OrderSnapshot],
    prints: Mapping[str, bytes],
) -> dict[str, int]:
    """Write the lines of new orders and of those whose lines changed; give the listings of their SKUs."""
    rewritten = [row for row in written if has_other_lines(row.old_fingerprint, prints[row.external_id])]
    skus = {line.marketplace_sku for row in rewritten for line in sound[row.external_id].lines}
    listings = listing_ids(account=account, marketplace_skus=skus)
    stale = [row.id for row in rewritten if not row.is_new]
    if stale:
        OrderLine.objects.for_company(account.company_id).filter(order_id__in=stale).delete()
    append(
        OrderLine,
        LINE_COLUMNS,
        (
            line
            for row in rewritten
            for line in line_rows(
                sound[row.external_id], company_id=account.company_id, order_id=row.id, listings=listings
            )
        ),
    )
    return listings


def _write_events(
    *,
    account: MarketplaceAccount,
    written: Iterable[Written],
    sound: Mapping[str, OrderSnapshot],
    source: str,
    recorded_at: datetime,
) -> None:
    first: list[tuple[Any, ...]] = []
    later: list[tuple[Any, ...]] = []
    for row in written:
        snapshot = sound[row.external_id]
        for kind, old, new, happened_at, precision in _changes(row, snapshot, noticed_at=recorded_at):
            (first if row.is_new else later).append(
                (
                    account.company_id,
                    row.id,
                    kind.value,
                    old,
                    new,
                    snapshot.external_status,
                    happened_at,
                    precision,
                    recorded_at,
                    source,
                )
            )
    append(OrderEvent, _EVENTS.columns, first)
    if later:
        merge(_EVENTS, later)


def _changes(
    row: Written, snapshot: OrderSnapshot, *, noticed_at: datetime
) -> list[tuple[EventKind, str, str, datetime, str]]:
    """The steps to tell of: (kind, old status, new status, when, how well known)."""
    if row.is_new:
        accepted = OrderStatus.ACCEPTED.value
        delivered = OrderStatus.DELIVERED.value
        began = (
            EventKind.STATUS,
            "",
            accepted,
            snapshot.accepted_at or snapshot.placed_at,
            Precision.EXACT.value,
        )
        if row.status == accepted:
            return [began]
        if row.status in _RETURNED and snapshot.delivered_at:
            came = (
                EventKind.STATUS,
                accepted,
                delivered,
                snapshot.delivered_at,
                snapshot.delivered_precision.value,
            )
            return [began, came, (EventKind.STATUS, delivered, row.status, row.status_at, row.precision)]
        return [began, (EventKind.STATUS, accepted, row.status, row.status_at, row.precision)]
    if row.old_status is None or row.status == row.old_status:
        return []
    # A return goes on from the delivery; any other way out of a final status corrects it.
    is_correction = OrderStatus.of(row.old_status).is_final and not (
        row.old_status in _DELIVERED and row.status in _RETURNED
    )
    kind = EventKind.CORRECTION if is_correction else EventKind.STATUS
    if row.status == OrderStatus.ACCEPTED:
        # Out of a status that nobody understood: when it was accepted is the first event already.
        return [(kind, row.old_status, row.status, noticed_at, Precision.OBSERVED.value)]
    return [(kind, row.old_status, row.status, row.status_at, row.precision)]


def _keep_tally(*, account: MarketplaceAccount, written: Iterable[Written]) -> None:
    sums: dict[tuple[Any, str], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for row in written:
        _add(sums[row.day, row.status], 1, row.units, row.amount)
        if row.old_status is not None:
            _add(sums[row.old_day, row.old_status], -1, -(row.old_units or 0), -row.old_amount)
    merge(
        _TALLY,
        [
            (account.company_id, account.pk, day, status, *totals)
            for (day, status), totals in sorted(sums.items())
            if any(totals)
        ],
    )
    touch_days(company_id=account.company_id, days={day for day, _status in sums})


def _add(totals: list[Any], orders: int, units: int, amount: Decimal) -> None:
    totals[0] += orders
    totals[1] += units
    totals[2] += amount


def _hold_stock(
    *,
    account: MarketplaceAccount,
    written: Iterable[Written],
    sound: Mapping[str, OrderSnapshot],
    listings: Mapping[str, int],
    warehouses: Mapping[str, int],
    learnt_at: datetime,
) -> None:
    """Take new orders off the available stock, give back what cancelled ones held."""
    units = [
        NewUnits(
            order_external_id=row.external_id,
            listing_id=listings[line.marketplace_sku],
            warehouse_id=warehouses[snapshot.warehouse_external_id],
            quantity=line.quantity,
            placed_at=snapshot.placed_at,
        )
        for row in written
        if row.is_new
        and row.status in _AT_WAREHOUSE
        and (snapshot := sound[row.external_id]).warehouse_external_id in warehouses
        for line in snapshot.lines
        if line.marketplace_sku in listings
    ]
    hold_for_new_orders(account=account, units=units, learnt_at=learnt_at)
    cancelled = [row.external_id for row in written if not row.is_new and row.status == OrderStatus.CANCELLED]
    release_holds(account=account, order_external_ids=cancelled)
