"""From snapshots to the rows of orders and their lines, and the rule by which orders are merged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import connection

from core.merge import MergeRule
from core.periods import business_day
from marketplaces.contracts.orders import OrderSnapshot, OrderStatus, Precision
from orders.models import Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from marketplaces.models import MarketplaceAccount

# Older than this at first sight, "now" is a worse guess for the time of a status than the promised date (ADR 2, 11).
_SEEN_LIVE = timedelta(hours=6)
# What an order without a promise took to its end, for want of anything told.
_USUAL_WAY = timedelta(days=3)
_HALF = 10  # bytes of each half of a fingerprint: the lines, then the rest

_CONTENT = (
    "number",
    "placed_at",
    "placed_date",
    "amount",
    "currency",
    "units",
    "lines_count",
    "title",
    "warehouse_id",
    "warehouse_name",
    "cluster_from",
    "cluster_to",
    "city",
    "delivery_type",
    "external_status",
    "external_substatus",
    "fingerprint",
    "observed_at",
    "changed_at",
)
# Told by some answers only: what is told once is kept.
_TOLD_ONCE = ("accepted_at", "delivered_at", "expected_from", "expected_to")
_WORDS_TOLD_ONCE = ("cancel_reason_id", "cancel_reason", "cancel_initiator")


def _rank_of(row: str) -> str:
    """SQL for how far the status of a row has come; a status that nobody knows stands at the beginning."""
    cases = " ".join(f"WHEN '{status.value}' THEN {status.rank}" for status in OrderStatus)
    return f"(CASE {row}.status {cases} ELSE 0 END)"


# A word that we do not know says nothing about how far the order has come.
_IS_KNOWN = "EXCLUDED.status <> 'unknown'"
# An order never moves back; delivery and cancellation, which share a rank, give way to each other.
_IS_OLD_NEWS = f"({_IS_KNOWN} AND {_rank_of('EXCLUDED')} < {_rank_of('t')})"
_MOVES = f"({_IS_KNOWN} AND EXCLUDED.status <> t.status)"
_HAS_OTHER_WORDS = (
    "(EXCLUDED.external_status, EXCLUDED.external_substatus) <> (t.external_status, t.external_substatus)"
)
# Estimates are for the first sight only; from then on we notice changes ourselves.
_IS_ESTIMATE = f"EXCLUDED.status_precision = '{Precision.ESTIMATED}'"

ORDERS = MergeRule(
    model=Order,
    columns=(
        "company_id",
        "account_id",
        "marketplace",
        "external_id",
        "status",
        "status_at",
        "status_precision",
        "created_at",
        *_TOLD_ONCE,
        *_WORDS_TOLD_ONCE,
        *_CONTENT,
    ),
    key=("company_id", "account_id", "external_id"),
    update={
        "status": f"CASE WHEN {_MOVES} THEN EXCLUDED.status ELSE t.status END",
        "status_at": f"CASE WHEN NOT {_MOVES} THEN t.status_at"
        f" WHEN {_IS_ESTIMATE} THEN EXCLUDED.observed_at ELSE EXCLUDED.status_at END",
        "status_precision": f"CASE WHEN NOT {_MOVES} THEN t.status_precision"
        f" WHEN {_IS_ESTIMATE} THEN '{Precision.OBSERVED}' ELSE EXCLUDED.status_precision END",
        **{name: f"coalesce(EXCLUDED.{name}, t.{name})" for name in _TOLD_ONCE},
        **{name: f"coalesce(nullif(EXCLUDED.{name}, ''), t.{name})" for name in _WORDS_TOLD_ONCE},
        **dict.fromkeys(_CONTENT),
    },
    when=f"EXCLUDED.observed_at >= t.observed_at AND NOT {_IS_OLD_NEWS} AND ("
    "EXCLUDED.fingerprint <> t.fingerprint"
    f" OR {_HAS_OTHER_WORDS}"
    f" OR {_MOVES}"
    " OR (EXCLUDED.delivered_at IS NOT NULL AND t.delivered_at IS NULL)"
    " OR (EXCLUDED.cancel_reason <> '' AND t.cancel_reason = ''))",
    new=("external_id", "status", "status_at", "status_precision", "placed_date", "units", "amount"),
    old=("status", "placed_date", "units", "amount", "fingerprint"),
)
_STEP = ("status", "status_at", "status_precision", *_TOLD_ONCE, *_WORDS_TOLD_ONCE)
_NEW = itemgetter(*(ORDERS.columns.index(name) for name in ORDERS.new))
# An answer that tells little more than the status: the rest of a held order stays as other answers told it.
STEPS = replace(
    ORDERS,
    update={
        **{name: ORDERS.update[name] for name in _STEP},
        **dict.fromkeys(("external_status", "external_substatus", "observed_at", "changed_at")),
    },
    when=f"EXCLUDED.observed_at >= t.observed_at AND NOT {_IS_OLD_NEWS} AND ("
    f"{_HAS_OTHER_WORDS}"
    f" OR {_MOVES}"
    " OR (EXCLUDED.delivered_at IS NOT NULL AND t.delivered_at IS NULL)"
    " OR (EXCLUDED.cancel_reason <> '' AND t.cancel_reason = ''))",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A row of the merge's answer: what stands now and what stood before (None in a new order)."""

    id: int
    is_new: bool
    external_id: str
    status: str
    status_at: datetime
    precision: str
    day: Any
    units: int
    amount: Any
    old_status: str | None = None
    old_day: Any = None
    old_units: int | None = None
    old_amount: Any = None
    old_fingerprint: bytes | None = None

    @classmethod
    def of_new(cls, pk: int, row: Sequence[Any]) -> Self:
        """Of a new order, from its row in the columns of `ORDERS`."""
        answer = (pk, True, *_NEW(row))
        return cls(*answer)


def order_row(
    snapshot: OrderSnapshot,
    *,
    account: MarketplaceAccount,
    zone: ZoneInfo,
    warehouse_id: int | None,
    observed_at: datetime,
    now: datetime,
    told: tuple[datetime, str] | None,
    told_of: bytes,
) -> tuple[Any, ...]:
    """The row of an order for `ORDERS`; `told` is a notice's (moment, our status) that came to be, `told_of` the
    snapshot's fingerprint."""
    status_at, precision = _status_time(snapshot, observed_at=observed_at, told=told)
    amount = snapshot.amount
    return (
        account.company_id,
        account.pk,
        account.marketplace,
        snapshot.external_id,
        snapshot.status.value,
        status_at,
        precision.value,
        now,
        snapshot.accepted_at,
        snapshot.delivered_at,
        snapshot.expected_from,
        snapshot.expected_to,
        snapshot.cancel_reason_id,
        snapshot.cancel_reason,
        snapshot.cancel_initiator,
        snapshot.number,
        snapshot.placed_at,
        business_day(snapshot.placed_at, zone),
        amount,
        snapshot.currency,
        snapshot.units,
        len(snapshot.lines),
        snapshot.lines[0].name,
        warehouse_id,
        snapshot.warehouse_name,
        snapshot.cluster_from,
        snapshot.cluster_to,
        snapshot.city,
        snapshot.delivery_type,
        snapshot.external_status,
        snapshot.external_substatus,
        told_of,
        observed_at,
        observed_at,
    )


def line_rows(
    snapshot: OrderSnapshot, *, company_id: int, order_id: int, listings: Mapping[str, int]
) -> list[tuple[Any, ...]]:
    """The rows of an order's lines, columns as in `LINE_COLUMNS`."""
    return [
        (
            company_id,
            order_id,
            position,
            listings.get(line.marketplace_sku),
            line.marketplace_sku,
            line.seller_sku,
            line.name,
            line.quantity,
            line.price,
            line.discount,
            snapshot.placed_at,
        )
        for position, line in enumerate(snapshot.lines, start=1)
    ]


LINE_COLUMNS = (
    "company_id",
    "order_id",
    "position",
    "listing_id",
    "marketplace_sku",
    "seller_sku",
    "name",
    "quantity",
    "price",
    "discount",
    "placed_at",
)


def fingerprint(snapshot: OrderSnapshot) -> bytes:
    """20 bytes that change when anything told of the order but its status changes, its lines in the first half."""
    lines = [
        (one.marketplace_sku, one.seller_sku, one.name, one.quantity, one.price, one.discount)
        for one in snapshot.lines
    ]
    rest = (
        snapshot.number,
        snapshot.placed_at,
        snapshot.currency,
        snapshot.warehouse_external_id,
        snapshot.warehouse_name,
        snapshot.cluster_from,
        snapshot.cluster_to,
        snapshot.city,
        snapshot.delivery_type,
    )
    return _digest(lines) + _digest(rest)


def has_other_lines(old: bytes | None, new: bytes) -> bool:
    """Whether the lines differ from those that the old fingerprint stands for."""
    return old is None or bytes(old)[:_HALF] != new[:_HALF]


class Held(NamedTuple):
    """What decides whether a snapshot says anything new of an order that we hold."""

    external_id: str
    fingerprint: bytes
    status: str
    external_status: str
    external_substatus: str
    delivered_at: datetime | None
    cancel_reason: str

    def raise_floor(self, snapshot: OrderSnapshot) -> OrderSnapshot:
        """The snapshot as it is; with our status and words where the order has come as far as the least it tells,
        or further."""
        if not snapshot.is_floor or self.status not in OrderStatus.values:
            return snapshot
        status = OrderStatus.of(self.status)
        if status.rank <= snapshot.status.rank and status is not snapshot.status:
            return snapshot
        return replace(
            snapshot,
            status=status,
            status_at=None if status is not snapshot.status else snapshot.status_at,
            external_status=self.external_status,
            external_substatus=self.external_substatus,
        )

    def is_all_of(self, snapshot: OrderSnapshot, *, told_of: bytes) -> bool:
        """Whether we hold everything that the snapshot says: the merge would change nothing (`ORDERS.when`)."""
        return (
            (snapshot.is_partial or bytes(self.fingerprint) == told_of)
            and (snapshot.external_status, snapshot.external_substatus)
            == (self.external_status, self.external_substatus)
            and snapshot.status in (self.status, OrderStatus.UNKNOWN)
            and not (snapshot.delivered_at and self.delivered_at is None)
            and not (snapshot.cancel_reason and not self.cancel_reason)
        )


# Each number is looked up in the index: the planner would rather read a table of some ten thousand orders whole.
_HELD = f"""
    SELECT held.* FROM unnest(%s::text[]) AS asked (external_id) CROSS JOIN LATERAL (
        SELECT {", ".join(Held._fields)} FROM {ORDERS.table} o
        WHERE o.company_id = %s AND o.account_id = %s AND o.external_id = asked.external_id
        OFFSET 0
    ) held
"""  # noqa: S608 - names of our own model


def held_orders(account: MarketplaceAccount, external_ids: Iterable[str]) -> dict[str, Held]:
    """What we hold of the orders, by their numbers there."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(external_ids), account.company_id, account.pk])
        return {row[0]: Held(*row) for row in cursor.fetchall()}


def _digest(value: object) -> bytes:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=_HALF).digest()


def _status_time(
    snapshot: OrderSnapshot, *, observed_at: datetime, told: tuple[datetime, str] | None
) -> tuple[datetime, Precision]:
    """When the order came to its status, and how well that is known."""
    if snapshot.status_at is not None:
        return snapshot.status_at, Precision.EXACT
    if snapshot.status is OrderStatus.ACCEPTED:
        return snapshot.accepted_at or snapshot.placed_at, Precision.EXACT
    if told is not None and told[1] == snapshot.status:
        return told[0], Precision.EXACT
    if observed_at - snapshot.placed_at < _SEEN_LIVE:
        return observed_at, Precision.OBSERVED
    usual = snapshot.placed_at + _USUAL_WAY if snapshot.status.is_final else observed_at
    return max(snapshot.placed_at, min(snapshot.expected_to or usual, observed_at)), Precision.ESTIMATED
