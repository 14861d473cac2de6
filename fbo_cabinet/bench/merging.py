"""Recording orders against the same rows written by hand in psycopg."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from psycopg import sql

from catalog.models import Listing, Warehouse
from core.periods import business_day
from fbo_cabinet.bench import shop
from fbo_cabinet.bench.database import bare_connection, vacuum
from fbo_cabinet.bench.report import Finding, Stopwatch, per_second
from orders.models import Order, OrderEvent, OrderLine
from orders.services.record import record_orders
from orders.services.rows import LINE_COLUMNS, ORDERS, fingerprint, line_rows, order_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import psycopg

    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.models import MarketplaceAccount

ORDERS_COUNT: Final = 200_000
QUICK_COUNT: Final = 10_000
# What the engine commits at once.
_PAGE: Final = 1_000
_GOAL: Final = 0.6
_EVENT_COLUMNS: Final = (
    "company_id", "order_id", "kind", "old_status", "new_status", "external_status", "happened_at",
    "precision", "recorded_at", "source",
)  # fmt: skip
_UPDATED: Final = tuple(name for name in ORDERS.columns if name not in {*ORDERS.key, "created_at"})


def measure(*, quick: bool = False, count: int | None = None) -> list[Finding]:
    """New orders, then all of them again with a tenth changed: ours, and by hand into another account."""
    count = count or (QUICK_COUNT if quick else ORDERS_COUNT)
    company, _owner = shop.make_company("merge")
    snapshots = list(shop.orders(count))
    moved = shop.later(snapshots, share=0.1)
    ours = _ours(shop.make_account(company), snapshots, moved)
    company, _owner = shop.make_company("byhand")
    theirs = _by_hand(shop.make_account(company), snapshots, moved)
    _compare()
    return [
        Finding(
            what=f"merge of {count} orders, {name}",
            against="psycopg by hand, ready rows",
            ours=per_second(count, mine),
            theirs=per_second(count, bare),
            ratio=bare / mine,
            goal=_GOAL,
            at_least=True,
        )
        for name, mine, bare in zip(("new", "10 % changed"), ours, theirs, strict=True)
    ]


def _compare() -> None:
    """Both ways must have left the same rows, or the ratio says nothing."""
    for model in (Order, OrderLine, OrderEvent):
        counts = [model.all_companies.filter(company__slug=slug).count() for slug in ("merge", "byhand")]
        if counts[0] != counts[1]:
            raise RuntimeError(f"{model.__name__}: recorded {counts[0]}, written by hand {counts[1]}")


def _ours(
    account: MarketplaceAccount, snapshots: Sequence[OrderSnapshot], moved: Sequence[OrderSnapshot]
) -> tuple[float, float]:
    now = timezone.now()
    return (
        _record(account, snapshots, observed_at=now - timedelta(minutes=10)),
        _record(account, moved, observed_at=now),
    )


def _record(
    account: MarketplaceAccount, snapshots: Sequence[OrderSnapshot], *, observed_at: datetime
) -> float:
    vacuum()
    with Stopwatch() as watch:
        for page in _pages(snapshots):
            record_orders(account=account, snapshots=page, observed_at=observed_at, source="poll")
    return watch.seconds


def _by_hand(
    account: MarketplaceAccount, snapshots: Sequence[OrderSnapshot], moved: Sequence[OrderSnapshot]
) -> tuple[float, float]:
    now = timezone.now()
    first = [_rows(account, page, observed_at=now - timedelta(minutes=10)) for page in _pages(snapshots)]
    second = [_rows(account, page, observed_at=now) for page in _pages(moved)]
    return _write(first), _write(second)


def _write(pages: Sequence[_PageRows]) -> float:
    vacuum()
    with bare_connection() as connection:
        connection.execute(_CREATE)
        connection.commit()
        with Stopwatch() as watch:
            for page in pages:
                with connection.transaction():
                    _write_page(connection.cursor(), page)
    return watch.seconds


class _PageRows:
    """Rows of a page, ready to be sent: nothing is left to be worked out while the clock runs."""

    __slots__ = ("events", "lines", "orders", "tally")

    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []
        self.lines: dict[str, list[tuple[Any, ...]]] = {}
        self.events: dict[str, tuple[Any, ...]] = {}
        self.tally: dict[tuple[Any, ...], list[Any]] = {}


def _rows(account: MarketplaceAccount, page: Sequence[OrderSnapshot], *, observed_at: datetime) -> _PageRows:
    places = dict(Warehouse.objects.for_company(account.company_id).values_list("external_id", "pk"))
    listings = dict(Listing.objects.for_company(account.company_id).values_list("marketplace_sku", "pk"))
    zone, rows = account.company.zone, _PageRows()
    for snapshot in page:
        row = order_row(
            snapshot,
            account=account,
            zone=zone,
            warehouse_id=places[snapshot.warehouse_external_id],
            observed_at=observed_at,
            now=observed_at,
            told=None,
            told_of=fingerprint(snapshot),
        )
        rows.orders.append(row)
        rows.lines[snapshot.external_id] = line_rows(
            snapshot, company_id=account.company_id, order_id=0, listings=listings
        )
        status_at, precision = (
            row[ORDERS.columns.index("status_at")],
            row[ORDERS.columns.index("status_precision")],
        )
        rows.events[snapshot.external_id] = (
            snapshot.accepted_at or snapshot.placed_at, snapshot.status.value, snapshot.external_status,
            status_at, precision, observed_at,
        )  # fmt: skip
        key = (account.company_id, account.pk, business_day(snapshot.placed_at, zone), snapshot.status.value)
        sums = rows.tally.setdefault(key, [0, 0, 0])
        sums[0], sums[1], sums[2] = sums[0] + 1, sums[1] + snapshot.units, sums[2] + snapshot.amount
    return rows


_CREATE: Final = sql.SQL(
    "CREATE TEMPORARY TABLE page ON COMMIT DELETE ROWS AS SELECT {} FROM orders_order WITH NO DATA"
).format(sql.SQL(", ").join(map(sql.Identifier, ORDERS.columns)))
_COPY: Final = sql.SQL("COPY page ({}) FROM STDIN").format(
    sql.SQL(", ").join(map(sql.Identifier, ORDERS.columns))
)
_UPSERT: Final = sql.SQL(
    "WITH written AS (INSERT INTO orders_order AS t ({columns}) SELECT {columns} FROM page"
    " ON CONFLICT ({key}) DO UPDATE SET {update}"
    " WHERE t.status <> EXCLUDED.status OR t.fingerprint <> EXCLUDED.fingerprint"
    " RETURNING id, external_id) SELECT written.id, written.external_id, held.status"
    " FROM written LEFT JOIN orders_order held ON held.id = written.id"
).format(
    columns=sql.SQL(", ").join(map(sql.Identifier, ORDERS.columns)),
    key=sql.SQL(", ").join(map(sql.Identifier, ORDERS.key)),
    update=sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in _UPDATED
    ),
)
_LINES: Final = sql.SQL("COPY orders_orderline ({}) FROM STDIN").format(
    sql.SQL(", ").join(map(sql.Identifier, LINE_COLUMNS))
)
_EVENTS: Final = sql.SQL("COPY orders_orderevent ({}) FROM STDIN").format(
    sql.SQL(", ").join(map(sql.Identifier, _EVENT_COLUMNS))
)
_TALLY: Final = (
    "INSERT INTO orders_ordertally AS t (company_id, account_id, day, status, orders, units, amount)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (company_id, day, account_id, status) DO UPDATE"
    " SET orders = t.orders + EXCLUDED.orders, units = t.units + EXCLUDED.units, amount = t.amount + EXCLUDED.amount"
)


def _write_page(cursor: psycopg.Cursor[Any], page: _PageRows) -> None:
    with cursor.copy(_COPY) as copy:
        for row in page.orders:
            copy.write_row(row)
    cursor.execute(_UPSERT)
    written = cursor.fetchall()
    new = [(pk, external_id) for pk, external_id, held in written if held is None]
    if new:
        with cursor.copy(_LINES) as copy:
            for pk, external_id in new:
                for company_id, _order, *rest in page.lines[external_id]:
                    copy.write_row((company_id, pk, *rest))
    if written:
        with cursor.copy(_EVENTS) as copy:
            for pk, external_id, held in written:
                for event in _events(page.orders[0][0], pk, page.events[external_id], held):
                    copy.write_row(event)
        cursor.executemany(_TALLY, [(*key, *sums) for key, sums in page.tally.items()])


def _events(company_id: int, pk: int, told: tuple[Any, ...], held: str | None) -> Iterator[tuple[Any, ...]]:
    """The same events that recording would tell: the beginning of a new order, and its step."""
    began_at, status, word, status_at, precision, recorded_at = told
    if held is None:
        yield (company_id, pk, "status", "", "accepted", word, began_at, "exact", recorded_at, "poll")
        if status != "accepted":
            yield (
                company_id,
                pk,
                "status",
                "accepted",
                status,
                word,
                status_at,
                precision,
                recorded_at,
                "poll",
            )
    else:
        yield (company_id, pk, "status", held, status, word, status_at, precision, recorded_at, "poll")


def _pages(snapshots: Sequence[OrderSnapshot]) -> Iterator[list[OrderSnapshot]]:
    rest = iter(snapshots)
    while page := list(islice(rest, _PAGE)):
        yield page
