"""The SQL of the facts of stock: what a day closed with."""

from __future__ import annotations

from typing import Final

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
