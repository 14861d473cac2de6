"""Recording stock as a marketplace tells it, its history, and what new orders take off it meanwhile."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from catalog.models import Listing, StockHold, StockInterval, StockLevel
from catalog.services.days import touch_days
from catalog.services.warehouses import record_warehouses
from core.locks import lock_until_commit
from core.merge import MergeRule, merge
from core.periods import business_day
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.stock import StockQuantities, StockSnapshot
from marketplaces.streams import PageResult

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount

QUANTITIES = tuple(StockQuantities.__dataclass_fields__)
_EMPTY = astuple(StockQuantities(available=0))
_CONTENT = (*QUANTITIES, "ads", "cluster_ads", "days_without_sales", "turnover_grade")

_LEVELS = MergeRule(
    model=StockLevel,
    columns=(
        "company_id",
        "account_id",
        "listing_id",
        "warehouse_id",
        *_CONTENT,
        "held",
        "observed_at",
        "changed_at",
    ),
    key=("company_id", "listing_id", "warehouse_id"),
    update={**dict.fromkeys(_CONTENT), "observed_at": None, "changed_at": None},
    when="EXCLUDED.observed_at >= t.observed_at AND ({held}) IS DISTINCT FROM ({new})".format(
        held=", ".join(f"t.{name}" for name in _CONTENT),
        new=", ".join(f"EXCLUDED.{name}" for name in _CONTENT),
    ),
    new=("listing_id", "warehouse_id", *QUANTITIES),
    old=QUANTITIES,
)

_INTERVALS = MergeRule(
    model=StockInterval,
    columns=("company_id", "listing_id", "warehouse_id", *QUANTITIES, "valid_from"),
    key=("company_id", "listing_id", "warehouse_id", "valid_from"),
)

_CLOSE_INTERVALS = """
    UPDATE catalog_stockinterval held SET valid_to = %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS changed(listing_id, warehouse_id)
    WHERE held.company_id = %s AND held.valid_to IS NULL
      AND held.listing_id = changed.listing_id AND held.warehouse_id = changed.warehouse_id
"""

# What new orders hold at each place …
_SUM_HOLDS = """
    UPDATE catalog_stocklevel level SET held = coalesce(holds.units, 0)
    FROM catalog_stocklevel one
    LEFT JOIN (
        SELECT listing_id, warehouse_id, sum(quantity) AS units FROM catalog_stockhold
        WHERE company_id = %(company)s AND listing_id = ANY(%(listings)s) GROUP BY listing_id, warehouse_id
    ) holds USING (listing_id, warehouse_id)
    WHERE level.id = one.id AND one.company_id = %(company)s AND one.listing_id = ANY(%(listings)s)
      AND level.held <> coalesce(holds.units, 0)
"""

# … and what is left to buy of each listing over all warehouses.
_SUM_AVAILABLE = """
    UPDATE catalog_listing listing SET stock_available = sums.units
    FROM (
        SELECT listing_id, sum(greatest(available - held, 0)) AS units FROM catalog_stocklevel
        WHERE company_id = %(company)s AND listing_id = ANY(%(listings)s) GROUP BY listing_id
    ) sums
    WHERE listing.id = sums.listing_id AND listing.stock_available <> sums.units
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnits:
    """Units of a new order that stand at a warehouse and that the last stock reading may not know."""

    order_external_id: str
    listing_id: int
    warehouse_id: int
    quantity: int
    placed_at: datetime


@transaction.atomic(savepoint=False)
def record_stock(
    *,
    account: MarketplaceAccount,
    snapshots: Sequence[StockSnapshot],
    covers: Collection[str],
    observed_at: datetime,
) -> PageResult:
    """Write the stock of the SKUs in `covers`; a warehouse not named for one of them holds none of it.

    A changed quantity closes the open interval of the history and opens another. Holds of orders that the
    reading already includes are dropped. SKUs that the assortment does not know go to quarantine.
    """
    lock_until_commit("stock", account.company_id)
    listings = listing_ids(
        account=account, marketplace_skus={*covers, *(one.marketplace_sku for one in snapshots)}
    )
    known = [snapshot for snapshot in snapshots if snapshot.marketplace_sku in listings]
    warehouses = record_warehouses(account=account, warehouses=[snapshot.warehouse for snapshot in known])
    levels = {
        (listings[one.marketplace_sku], warehouses[one.warehouse.external_id]): (
            *astuple(one.quantities),
            one.ads,
            one.cluster_ads,
            one.days_without_sales,
            one.turnover_grade,
        )
        for one in known
    }
    covered = [listings[sku] for sku in covers if sku in listings]
    for place in _held_places(account=account, listing_ids=covered):
        levels.setdefault(place, (*_EMPTY, None, None, None, ""))
    written = merge(
        _LEVELS,
        [
            (account.company_id, account.pk, *place, *content, 0, observed_at, observed_at)
            for place, content in levels.items()
        ],
    )
    _write_history(account=account, written=written, observed_at=observed_at)
    _forget_holds(account=account, listing_ids=covered, observed_at=observed_at)
    return _result(snapshots=snapshots, known=known, written=written)


@transaction.atomic(savepoint=False)
def hold_for_new_orders(
    *, account: MarketplaceAccount, units: Sequence[NewUnits], learnt_at: datetime
) -> None:
    """Take units of new orders off the available stock until a later reading includes them.

    Only orders placed after the listing's last stock reading count; the same order twice counts once.
    """
    if not units:
        return
    lock_until_commit("stock", account.company_id)
    read_at = dict(
        Listing.objects.for_company(account.company_id)
        .filter(pk__in={one.listing_id for one in units})
        .values_list("pk", "stock_as_of")
    )
    newer = [
        one
        for one in units
        if (as_of := read_at.get(one.listing_id)) is not None and one.placed_at > as_of and learnt_at > as_of
    ]
    if not newer:
        return
    StockHold.all_companies.bulk_create(
        [
            StockHold(
                company_id=account.company_id,
                listing_id=one.listing_id,
                warehouse_id=one.warehouse_id,
                order_external_id=one.order_external_id,
                quantity=one.quantity,
                held_at=learnt_at,
            )
            for one in newer
        ],
        ignore_conflicts=True,
    )
    _sum_up(company_id=account.company_id, listing_ids={one.listing_id for one in newer})


@transaction.atomic(savepoint=False)
def release_holds(*, account: MarketplaceAccount, order_external_ids: Collection[str]) -> None:
    """Give back what cancelled orders held."""
    if not order_external_ids:
        return
    holds = StockHold.objects.for_company(account.company_id).filter(order_external_id__in=order_external_ids)
    listings = set(holds.values_list("listing_id", flat=True))
    if listings:
        lock_until_commit("stock", account.company_id)
        holds.delete()
        _sum_up(company_id=account.company_id, listing_ids=listings)


def listing_ids(*, account: MarketplaceAccount, marketplace_skus: Collection[str]) -> dict[str, int]:
    """Our listing of each marketplace SKU that the assortment knows."""
    held = Listing.objects.for_company(account.company_id).filter(
        account=account, marketplace_sku__in=list(marketplace_skus)
    )
    return dict(held.values_list("marketplace_sku", "pk"))


def _held_places(*, account: MarketplaceAccount, listing_ids: Collection[int]) -> list[tuple[int, int]]:
    held = StockLevel.objects.for_company(account.company_id).filter(listing_id__in=listing_ids)
    return list(held.values_list("listing_id", "warehouse_id"))


def _write_history(
    *, account: MarketplaceAccount, written: Sequence[tuple[object, ...]], observed_at: datetime
) -> None:
    """Close and open the intervals of the places whose quantities changed."""
    count = len(QUANTITIES)
    changed = [row[2 : 4 + count] for row in written if row[1] or row[4 : 4 + count] != row[4 + count :]]
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE_INTERVALS,
            [observed_at, [row[0] for row in changed], [row[1] for row in changed], account.company_id],
        )
    merge(_INTERVALS, [(account.company_id, *row, observed_at) for row in changed])
    touch_days(company_id=account.company_id, days=[business_day(observed_at, account.company.zone)])


def _forget_holds(
    *, account: MarketplaceAccount, listing_ids: Collection[int], observed_at: datetime
) -> None:
    Listing.objects.for_company(account.company_id).filter(pk__in=listing_ids).exclude(
        stock_as_of__gt=observed_at
    ).update(stock_as_of=observed_at)
    StockHold.objects.for_company(account.company_id).filter(
        listing_id__in=listing_ids, held_at__lte=observed_at
    ).delete()
    _sum_up(company_id=account.company_id, listing_ids=listing_ids)


def _sum_up(*, company_id: int, listing_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        for statement in (_SUM_HOLDS, _SUM_AVAILABLE):
            cursor.execute(statement, {"company": company_id, "listings": list(listing_ids)})


def _result(
    *,
    snapshots: Sequence[StockSnapshot],
    known: Sequence[StockSnapshot],
    written: Sequence[tuple[object, ...]],
) -> PageResult:
    inserted = sum(1 for row in written if row[1])
    unknown = {one.marketplace_sku for one in snapshots} - {one.marketplace_sku for one in known}
    return PageResult(
        inserted=inserted,
        changed=len(written) - inserted,
        unchanged=max(0, len(known) - len(written)),
        rejected=tuple(
            Rejected(external_id=sku, reason="unknown_sku", detail="sku", payload={"sku": sku})
            for sku in sorted(unknown)
        ),
    )
