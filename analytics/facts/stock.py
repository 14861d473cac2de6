"""The SQL of the facts of stock: what a day closed with, and what was sold from it."""

from __future__ import annotations

from typing import Final

from analytics.facts.spans import SpanTable
from analytics.facts.tables import DAYS, FactTable

# An interval is half-open: one that ended with the day was still what the day closed with. A day that has not ended
# is closed with what is held now.
CLOSING: Final = FactTable(
    name="analytics_closingstock",
    key=("listing_id", "cluster"),
    sums=("available", "reserved"),
    select=f"""
        SELECT
            s.listing_id, coalesce(c.name, '') AS cluster, d.day,
            sum(s.available) AS available, sum(s.reserved) AS reserved
        FROM {DAYS}
        JOIN catalog_stockinterval s
            ON s.company_id = %(company)s
            AND s.valid_from < d.ends
            AND (s.valid_to IS NULL OR s.valid_to >= d.ends)
        JOIN catalog_warehouse w ON w.id = s.warehouse_id
        LEFT JOIN catalog_cluster c ON c.id = w.cluster_id
        GROUP BY 1, 2, 3
    """,  # noqa: S608 - constants of this module
)
# Summed from the facts by day, of which those of sales are built before it and those of stock build it again.
FLOWS: Final = SpanTable(
    name="analytics_listingflow",
    key=("listing_id",),
    sums=("known_days", "closing", "days_in_stock", "sold", "sold_on_known_days"),
    select="""
        WITH closed AS (
            SELECT listing_id, day, sum(available + reserved) AS units, sum(available) > 0 AS had_stock
            FROM analytics_closingstock
            WHERE company_id = %(company)s AND day = ANY(%(days)s)
            GROUP BY 1, 2
        ), sales AS (
            SELECT listing_id, day, sum(ordered_units - cancelled_units) AS units
            FROM analytics_listingsales
            WHERE company_id = %(company)s AND span = 'day' AND day = ANY(%(days)s) AND listing_id IS NOT NULL
            GROUP BY 1, 2
        )
        SELECT listing_id, day,
               count(closed.units)::int AS known_days, coalesce(sum(closed.units), 0)::bigint AS closing,
               count(*) FILTER (WHERE had_stock)::int AS days_in_stock, coalesce(sum(sales.units), 0)::int AS sold,
               coalesce(sum(sales.units) FILTER (WHERE closed.units IS NOT NULL), 0)::int AS sold_on_known_days
        FROM closed FULL JOIN sales USING (listing_id, day)
        GROUP BY 1, 2
    """,
    is_queued=False,
)
