"""Tying order lines to listings that the assortment learnt of later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from catalog.services.days import touch_days
from core.locks import lock_until_commit
from core.periods import business_day

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

_LINK = """
    UPDATE orders_orderline line SET listing_id = listing.id
    FROM catalog_listing listing, orders_order placed
    WHERE line.company_id = %(company)s AND line.listing_id IS NULL
      AND placed.id = line.order_id AND placed.account_id = %(account)s
      AND listing.company_id = line.company_id AND listing.account_id = %(account)s
      AND listing.marketplace_sku = line.marketplace_sku
    RETURNING line.placed_at
"""


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
