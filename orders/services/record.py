"""Recording orders as a marketplace tells them: rows, events, tally, touched days, holds on the stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from catalog.models import Listing
from catalog.services.warehouses import warehouses_named
from core.locks import lock_until_commit
from core.merge import MergeRule, insert, merge
from core.money import LARGEST
from marketplaces.contracts.orders import OrderSnapshot
from marketplaces.contracts.pages import Rejected
from marketplaces.streams import PageResult
from orders.models import Order
from orders.services.events import append_events
from orders.services.holds import hold_stock
from orders.services.lines import write_lines
from orders.services.rows import ORDERS, STEPS, Written, fingerprint, held_orders, order_row
from orders.services.tally import keep_tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount

_FUTURE: Final = timedelta(days=1)
_STATUS_FIELDS: Final = (
    "status", "external_status", "external_substatus", "status_at", "cancel_reason_id", "cancel_reason",
    "cancel_initiator",
)  # fmt: skip


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
    places = _places(account, sound)
    now = timezone.now()
    written = _write(
        sound,
        known,
        {
            number: order_row(
                snapshot,
                account=account,
                zone=account.company.zone,
                warehouse_id=places.get(snapshot.warehouse_external_id),
                observed_at=observed_at,
                now=now,
                told=told,
                told_of=prints[number],
            )
            for number, snapshot in sound.items()
        },
    )
    if written:
        whole = [row for row in written if not (sound[row.external_id].is_partial and not row.is_new)]
        listings = write_lines(account=account, written=whole, sound=sound, prints=prints)
        append_events(account=account, written=written, sound=sound, source=source, recorded_at=now)
        keep_tally(account=account, written=written)
        hold_stock(
            account=account,
            written=written,
            sound=sound,
            listings=listings,
            warehouses=places,
            learnt_at=observed_at,
        )
    return _result(written, asked=len(snapshots), rejected=rejected)


def _places(account: MarketplaceAccount, sound: Mapping[str, OrderSnapshot]) -> Mapping[str, int]:
    """The warehouses that the orders left, by the marketplace's own id."""
    told = {one.warehouse_external_id: one.warehouse_name for one in sound.values()}
    return warehouses_named(account=account, names={id_: name for id_, name in told.items() if id_})


def _write(
    sound: Mapping[str, OrderSnapshot], known: Collection[str], rows: Mapping[str, tuple[Any, ...]]
) -> list[Written]:
    """Write the orders: those we do not hold, those told whole, those of which a step is told."""
    steps = {number for number in known if sound[number].is_partial}
    return [
        *_insert([row for number, row in rows.items() if number not in known]),
        *_merge(ORDERS, [row for number, row in rows.items() if number in known and number not in steps]),
        *_merge(STEPS, [row for number, row in rows.items() if number in steps]),
    ]


def _result(written: Sequence[Written], *, asked: int, rejected: Sequence[Rejected]) -> PageResult:
    inserted = sum(1 for row in written if row.is_new)
    return PageResult(
        inserted=inserted,
        changed=len(written) - inserted,
        unchanged=asked - len(rejected) - len(written),
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
