"""The SQL of the facts of stock: what a day closed with."""

from __future__ import annotations

from typing import Final

from analytics.facts.tables import DAYS, FactTable

# An interval is half-open: one that ended with the day was still what the day closed with. A day that has not ended
# is closed with what is held now.
CLOSING: Final = FactTable(
    name="analytics_closingstock",
    key=("listing_id",),
    sums=("available", "reserved"),
    select=f"""
        SELECT s.listing_id, d.day, sum(s.available) AS available, sum(s.reserved) AS reserved
        FROM {DAYS}
        JOIN catalog_stockinterval s
            ON s.company_id = %(company)s
            AND s.valid_from < d.ends
            AND (s.valid_to IS NULL OR s.valid_to >= d.ends)
        GROUP BY s.listing_id, d.day
    """,  # noqa: S608 - constants of this module
)
