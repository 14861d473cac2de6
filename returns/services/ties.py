"""Tying returns to their order, its line and the listing; those that cannot be tied say why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from psycopg.errors import ForeignKeyViolation

from catalog.models import Listing
from catalog.services.days import touch_days
from core.locks import lock_until_commit
from marketplaces.contracts.returns import ReturnStatus
from orders.models import Order, OrderLine
from returns.choices import Unmatched
from returns.models import Return

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount

# Tied anew in one run, no more than this of each sort; the rest waits for the next one.
MOST: Final = 20_000
_PORTION: Final = 1_000
_TRIES: Final = 3

_WRITE = """
    UPDATE returns_return AS held
    SET order_id = tied.order_id, line_id = tied.line_id, listing_id = tied.listing_id, unmatched = tied.unmatched,
        placed_date = tied.placed_date, cluster_to = tied.cluster_to, name = tied.name, seller_sku = tied.seller_sku,
        price = tied.price, amount = coalesce(tied.price, 0) * held.quantity
    FROM unnest(%(id)s::bigint[], %(order_id)s::bigint[], %(line_id)s::bigint[], %(listing_id)s::bigint[],
                %(unmatched)s::text[], %(placed_date)s::date[], %(cluster_to)s::text[], %(name)s::text[],
                %(seller_sku)s::text[], %(price)s::numeric[])
         AS tied (id, order_id, line_id, listing_id, unmatched, placed_date, cluster_to, name, seller_sku, price)
    WHERE held.id = tied.id AND (
        held.order_id, held.line_id, held.listing_id, held.unmatched, held.placed_date, held.cluster_to, held.name,
        held.seller_sku, held.price
    ) IS DISTINCT FROM (
        tied.order_id, tied.line_id, tied.listing_id, tied.unmatched, tied.placed_date, tied.cluster_to, tied.name,
        tied.seller_sku, tied.price
    )
    RETURNING held.registered_date
"""
_COLUMNS = (
    "id", "order_id", "line_id", "listing_id", "unmatched", "placed_date", "cluster_to", "name", "seller_sku", "price",
)  # fmt: skip
# What is read of a return to tie it.
_READ = (
    "company_id", "external_id", "order_external_id", "order_number", "marketplace_sku", "barcode", "seller_sku",
    "name", "price", "quantity", "status", "told",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Tie:
    """What a return is tied to, and what it borrows where the marketplace told nothing."""

    row: Return
    order: Order | None = None
    line: OrderLine | None = None
    listing: Listing | None = None
    unmatched: Unmatched = Unmatched.MATCHED

    def values(self) -> tuple[Any, ...]:
        """As `_WRITE` takes them."""
        order, line, listing = self.order, self.line, self.listing
        told = {name for names in self.row.told.get("ages", {}).values() for name in names}
        listing_id = line.listing_id if line is not None and line.listing_id else listing and listing.pk
        lent_price = line.price if line is not None else None
        return (
            self.row.pk,
            order and order.pk,
            line and line.pk,
            listing_id,
            self.unmatched.value,
            order and order.placed_date,
            order.cluster_to if order else "",
            self.row.name if "name" in told else _lent("name", line, listing),
            self.row.seller_sku if "seller_sku" in told else _lent("seller_sku", line, listing),
            self.row.price if "price" in told else lent_price,
        )


@dataclass(slots=True)
class _Known:
    """What the returns at hand may be tied to, read in a fixed number of queries."""

    orders: dict[str, Order] = field(default_factory=dict)
    of_number: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict)


def tie_returns(*, account: MarketplaceAccount, ids: Iterable[int]) -> int:
    """Tie the returns, those of the same order lines too, and say how many changed. Runs in the caller's
    transaction, which holds the lock of the account's returns."""
    rows = list(
        Return.objects.for_company(account.company_id)
        .filter(account=account, pk__in=list(ids))
        .only(*_READ)
        .order_by("pk")
    )
    if not rows:
        return 0
    ties = _tied(account, rows)
    ties += _tied(account, _neighbours(account, ties))
    _mark_too_many(ties)
    columns = list(zip(*(tie.values() for tie in ties), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)})
        days = [row[0] for row in cursor.fetchall()]
    touch_days(company_id=account.company_id, days=days)
    return len(days)


def tie_again(*, account: MarketplaceAccount, changed_since: datetime | None) -> int:
    """Tie returns whose order or listing became known, or whose order changed since; a bounded number of them.

    Each portion is a transaction of its own. Says how many changed.
    """
    waiting = sorted(
        {*_with_order_now(account), *_with_listing_now(account), *_of_changed(account, changed_since)}
    )
    tied = 0
    for start in range(0, len(waiting), _PORTION):
        tied += _tie_portion(account, waiting[start : start + _PORTION])
    return tied


def _tie_portion(account: MarketplaceAccount, ids: Sequence[int]) -> int:
    """Tie returns in a transaction of their own. An order that is rewritten meanwhile takes its lines away, which shows
    at the commit: orders do not wait for returns, so it is tried again."""
    tries = _TRIES
    while True:
        try:
            with transaction.atomic():
                lock_until_commit("returns", account.pk)
                return tie_returns(account=account, ids=ids)
        except IntegrityError as exc:
            tries -= 1
            if not tries or not isinstance(exc.__cause__, ForeignKeyViolation):
                raise


# By the order that is named, or where only the purchase is: its orders begin with its number, and an index finds those.
_WITH_ORDER = """
    (
        SELECT waiting.id FROM returns_return waiting
        JOIN orders_order placed ON placed.company_id = waiting.company_id AND placed.account_id = waiting.account_id
             AND placed.external_id = waiting.order_external_id
        WHERE waiting.company_id = %(company)s AND waiting.account_id = %(account)s AND waiting.unmatched <> ''
          AND waiting.order_external_id <> '' AND waiting.order_id IS NULL
        LIMIT %(most)s
    )
    UNION
    (
        SELECT waiting.id FROM returns_return waiting
        JOIN orders_order placed ON placed.company_id = waiting.company_id AND placed.account_id = waiting.account_id
             AND upper(placed.external_id) ~>=~ upper(waiting.order_number)
             AND upper(placed.external_id) ~<~ (upper(waiting.order_number) || '.')
             AND placed.number = waiting.order_number
        WHERE waiting.company_id = %(company)s AND waiting.account_id = %(account)s AND waiting.unmatched <> ''
          AND waiting.order_external_id = '' AND waiting.order_number <> '' AND waiting.order_id IS NULL
        LIMIT %(most)s
    )
"""
# By what the return says of its product, as `_listing_keys` has it; by the line that it has, once that has one.
_WITH_LISTING = """
    WITH waiting AS MATERIALIZED (
        SELECT id, line_id, marketplace_sku, barcode, seller_sku FROM returns_return
        WHERE company_id = %(company)s AND account_id = %(account)s AND listing_id IS NULL
    )
    SELECT id FROM waiting WHERE EXISTS (
        SELECT FROM catalog_listing listing
        WHERE listing.company_id = %(company)s AND listing.account_id = %(account)s
          AND listing.marketplace_sku = waiting.marketplace_sku AND waiting.marketplace_sku <> ''
    ) OR EXISTS (
        SELECT FROM catalog_listing listing
        WHERE listing.company_id = %(company)s AND listing.account_id = %(account)s
          AND listing.barcodes @> ARRAY[waiting.barcode]::varchar[] AND waiting.barcode <> ''
    ) OR EXISTS (
        SELECT FROM catalog_listing listing
        WHERE listing.company_id = %(company)s AND listing.account_id = %(account)s
          AND listing.seller_sku = waiting.seller_sku AND waiting.seller_sku <> '' AND waiting.marketplace_sku = ''
    ) OR EXISTS (
        SELECT FROM orders_orderline line WHERE line.id = waiting.line_id AND line.listing_id IS NOT NULL
    )
    LIMIT %(most)s
"""


def _with_order_now(account: MarketplaceAccount) -> list[int]:
    """Returns without their order that has come since."""
    return _ids(_WITH_ORDER, company=account.company_id, account=account.pk, most=MOST)


def _with_listing_now(account: MarketplaceAccount) -> list[int]:
    """Returns without a listing that the assortment has learnt of since."""
    return _ids(_WITH_LISTING, company=account.company_id, account=account.pk, most=MOST)


def _of_changed(account: MarketplaceAccount, changed_since: datetime | None) -> list[int]:
    """Returns whose order says something else by now, and those that lost their line to a rewritten order."""
    if changed_since is None:
        return []
    statement = """
        SELECT held.id FROM orders_order placed
        JOIN returns_return held ON held.company_id = placed.company_id AND held.order_id = placed.id
        WHERE placed.company_id = %(company)s AND placed.account_id = %(account)s AND placed.changed_at >= %(since)s
          AND (held.line_id IS NULL OR held.unmatched <> ''
               OR (held.placed_date, held.cluster_to) IS DISTINCT FROM (placed.placed_date, placed.cluster_to))
        LIMIT %(most)s
    """
    return _ids(statement, company=account.company_id, account=account.pk, since=changed_since, most=MOST)


def _ids(statement: str, **values: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _tied(account: MarketplaceAccount, rows: Sequence[Return]) -> list[_Tie]:
    if not rows:
        return []
    known = _known(account, rows)
    return [_tie(row, known) for row in rows]


def _tie(row: Return, known: _Known) -> _Tie:
    listing = next((known.listings[key] for key in _listing_keys(row) if key in known.listings), None)
    tie = _Tie(row=row, listing=listing)
    if not row.order_external_id and not row.order_number:
        tie.unmatched = Unmatched.NO_ORDER_NAMED
        return tie
    for order in _candidates(row, known):
        line = _line(row, known.lines[order.pk], listing)
        if line is not None:
            tie.order, tie.line = order, line
            return tie
        tie.order = order if row.order_external_id else None
    tie.unmatched = Unmatched.LINE_UNKNOWN if tie.order else Unmatched.ORDER_UNKNOWN
    return tie


def _candidates(row: Return, known: _Known) -> list[Order]:
    if row.order_external_id:
        found = known.orders.get(row.order_external_id)
        return [found] if found else []
    return known.of_number[row.order_number]


def _line(row: Return, lines: Sequence[OrderLine], listing: Listing | None) -> OrderLine | None:
    """The line that the return speaks of; the only one where the return names no product at all."""
    for line in lines:
        if row.marketplace_sku and line.marketplace_sku == row.marketplace_sku:
            return line
    for line in lines:
        if listing is not None and line.listing_id == listing.pk:
            return line
    for line in lines:
        if row.seller_sku and line.seller_sku == row.seller_sku:
            return line
    is_nameless = not (row.marketplace_sku or row.barcode or row.seller_sku)
    return lines[0] if is_nameless and len(lines) == 1 else None


def _known(account: MarketplaceAccount, rows: Sequence[Return]) -> _Known:
    known = _Known()
    orders = Order.objects.for_company(account.company_id).filter(account=account)
    orders = orders.only("company_id", "external_id", "number", "placed_date", "cluster_to")
    named = {row.order_external_id for row in rows if row.order_external_id}
    known.orders = {order.external_id: order for order in orders.filter(external_id__in=named)}
    numbers = {row.order_number for row in rows if row.order_number and not row.order_external_id}
    for order in _numbered(orders, numbers):
        known.of_number[order.number].append(order)
    found = [*known.orders.values(), *(order for some in known.of_number.values() for order in some)]
    lines = OrderLine.objects.for_company(account.company_id).filter(order__in=found)
    for line in lines.order_by("order_id", "position"):
        known.lines[line.order_id].append(line)
    known.listings = _listings(account, rows)
    return known


def _numbered(orders: Any, numbers: set[str]) -> list[Order]:
    """Orders of purchases by number, where the number begins the order's own (Ozon): the index finds no others."""
    if not numbers:
        return []
    begins = Q()
    for number in sorted(numbers):
        begins |= Q(external_id__istartswith=number)
    return list(orders.filter(begins, number__in=numbers).order_by("pk"))


def _listings(account: MarketplaceAccount, rows: Sequence[Return]) -> dict[tuple[str, str], Listing]:
    skus = {row.marketplace_sku for row in rows if row.marketplace_sku}
    barcodes = {row.barcode for row in rows if row.barcode}
    articles = {row.seller_sku for row in rows if row.seller_sku and not row.marketplace_sku}
    meant = Q(marketplace_sku__in=skus)
    if barcodes:
        meant |= Q(barcodes__overlap=sorted(barcodes))
    if articles:
        meant |= Q(seller_sku__in=articles)
    found: dict[tuple[str, str], Listing] = {}
    rows_of = Listing.objects.for_company(account.company_id).filter(meant, account=account)
    for listing in rows_of.order_by("is_archived", "pk"):
        for key in (
            ("sku", listing.marketplace_sku),
            *(("barcode", barcode) for barcode in listing.barcodes),
            ("article", listing.seller_sku),
        ):
            found.setdefault(key, listing)
    return found


def _listing_keys(row: Return) -> list[tuple[str, str]]:
    keys = [("sku", row.marketplace_sku), ("barcode", row.barcode), ("article", row.seller_sku)]
    return [key for key in keys if key[1]]


def _neighbours(account: MarketplaceAccount, ties: Sequence[_Tie]) -> list[Return]:
    """Other returns of the same orders: how many units came back is counted over all of them."""
    orders = {tie.order.pk for tie in ties if tie.order}
    if not orders:
        return []
    here = {tie.row.pk for tie in ties}
    held = Return.objects.for_company(account.company_id).filter(order_id__in=orders).only(*_READ)
    return [row for row in held.order_by("pk") if row.pk not in here]


def _mark_too_many(ties: Sequence[_Tie]) -> None:
    """Of the returns of a line, those beyond its units; what the buyer keeps does not count."""
    units: dict[int, int] = defaultdict(int)
    for tie in sorted(ties, key=lambda tie: tie.row.external_id):
        if tie.line is None or tie.row.status == ReturnStatus.REJECTED:
            continue
        units[tie.line.pk] += tie.row.quantity
        if units[tie.line.pk] > tie.line.quantity:
            tie.unmatched = Unmatched.TOO_MANY


def _lent(name: str, line: OrderLine | None, listing: Listing | None) -> str:
    for source in (line, listing):
        if source is not None and getattr(source, name):
            return str(getattr(source, name))
    return ""
