"""The history of an order: the steps that an answer tells of, and when each was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.merge import MergeRule, append, merge
from marketplaces.contracts.orders import OrderSnapshot, OrderStatus, Precision
from orders.models import EventKind, OrderEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount
    from orders.services.rows import Written

_DELIVERED: Final = (OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED)
_RETURNED: Final = (OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED)

_EVENTS: Final = MergeRule(
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

# (kind, old status, new status, when, how well that is known)
Change = tuple[EventKind, str, str, "datetime", str]


def append_events(
    *,
    account: MarketplaceAccount,
    written: Iterable[Written],
    sound: Mapping[str, OrderSnapshot],
    source: str,
    recorded_at: datetime,
) -> None:
    """Write the steps of orders that were written; those of new ones without a look at what is there."""
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
