"""Lines of orders: written with them, and tied to listings that the assortment learnt of later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from catalog.services.days import touch_days
from catalog.services.stock import listing_ids
from core.locks import lock_until_commit
from core.merge import append
from core.periods import business_day
from orders.models import OrderLine
from orders.services.rows import LINE_COLUMNS, has_other_lines, line_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marketplaces.contracts.orders import OrderSnapshot
    from marketplaces.models import MarketplaceAccount
    from orders.services.rows import Written

_LINK = """
    UPDATE orders_orderline line SET listing_id = listing.id
    FROM catalog_listing listing, orders_order placed
    WHERE line.company_id = %(company)s AND line.listing_id IS NULL
      AND placed.id = line.order_id AND placed.account_id = %(account)s
      AND listing.company_id = line.company_id AND listing.account_id = %(account)s
      AND listing.marketplace_sku = line.marketplace_sku
    RETURNING line.placed_at
"""


def write_lines(
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


@transaction.atomic(savepoint=False)
def link_lines(*, account: MarketplaceAccount) -> int:
    """Give lines without a listing theirs, if it is known by now; say how many were tied."""
    lock_until_commit("orders", account.pk)
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"company": account.company_id, "account": account.pk})
        placed = [row[0] for row in cursor.fetchall()]
    touch_days(
        company_id=account.company_id, days={business_day(moment, account.company.zone) for moment in placed}
    )
    return len(placed)
