"""Stock of the made-up seller: what is held now, and how it was for two years."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.utils import timezone

from catalog.models import Listing, StockLevel, Warehouse
from fbo_cabinet.bench.database import run
from fbo_cabinet.bench.shop import HISTORY

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

# The stock of a listing at a warehouse changes once in so many days; each pair on a day of its own.
_EVERY: Final = 14
# Intervals end where the next one begins; the last one is open and holds what is held now.
_HISTORY: Final = """
    INSERT INTO catalog_stockinterval (
        company_id, listing_id, warehouse_id, valid_from, valid_to, available, reserved, preparing, requested,
        in_transit, waiting_docs, expiring, excess, defect, from_customers, to_seller, other
    )
    SELECT company_id, listing_id, warehouse_id, starts, lead(starts) OVER pair,
           CASE WHEN lead(starts) OVER pair IS NULL THEN available ELSE (id * 31 + step * 17) %% 40 END,
           step %% 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM (
        SELECT s.*, step,
               %(now)s - step * make_interval(days => %(every)s) - (s.id %% %(every)s) * interval '1 day' AS starts
        FROM catalog_stocklevel s, generate_series(0, %(steps)s) AS step
        WHERE s.company_id = %(company)s
    ) steps
    WINDOW pair AS (PARTITION BY listing_id, warehouse_id ORDER BY starts)
"""


def stock_up(account: MarketplaceAccount) -> None:
    """Every listing at every warehouse, as it is now."""
    now = timezone.now()
    warehouses = list(Warehouse.objects.for_company(account.company_id).order_by("pk"))
    listings = list(Listing.objects.for_company(account.company_id).order_by("pk"))
    StockLevel.all_companies.bulk_create(
        StockLevel(
            company_id=account.company_id,
            account=account,
            listing=listing,
            warehouse=warehouse,
            available=(listing.pk * 7 + warehouse.pk) % 40,
            ads=Decimal(listing.pk % 9),
            observed_at=now,
        )
        for listing in listings
        for warehouse in warehouses
    )
    Listing.objects.for_company(account.company_id).update(stock_as_of=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_stocklevel")


def remember(company: Company) -> None:
    """How the stock was, from two years ago until now."""
    steps = HISTORY.days // _EVERY
    run(_HISTORY, company=company.pk, now=timezone.now(), every=_EVERY, steps=steps)
    run("ANALYZE catalog_stockinterval")
