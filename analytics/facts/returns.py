"""The SQL of the facts of deliveries and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analytics.facts.orders import IS_DELIVERED, ORDERS_OF_DAYS
from analytics.facts.tables import FactTable, bounds, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from companies.models import Company

_DELIVERED_ON: Final = "(coalesce(o.delivered_at, o.status_at) AT TIME ZONE %(zone)s)::date"
# A claim that is not granted, or not yet, leaves the goods with the buyer.
IS_RETURN: Final = "r.status NOT IN ('claimed', 'rejected')"
RETURNS: Final = FactTable(
    name="analytics_dailyreturns",
    key=("account_id", "listing_id", "placed_day", "kind", "reason_id", "cluster_to", "warehouse_name"),
    sums=("units", "amount", "cost"),
    select=f"""
        SELECT
            r.account_id, r.listing_id, r.registered_date AS day, r.placed_date AS placed_day, r.kind, r.reason_id,
            r.cluster_to, coalesce(o.warehouse_name, '') AS warehouse_name,
            sum(r.quantity)::int AS units, sum(r.amount) AS amount,
            sum(coalesce(r.storage_cost, 0) + coalesce(r.disposal_cost, 0)) AS cost
        FROM returns_return r
        LEFT JOIN orders_order o ON o.id = r.order_id
        WHERE r.company_id = %(company)s AND r.registered_date = ANY(%(days)s) AND {IS_RETURN}
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    """,  # noqa: S608 - constants of this module
)
DELIVERIES: Final = FactTable(
    name="analytics_deliveries",
    key=("account_id", "listing_id", "delivered_day"),
    sums=("units", "amount"),
    select=f"""
        SELECT
            o.account_id, l.listing_id, o.placed_date AS day,
            {_DELIVERED_ON} AS delivered_day,
            sum(l.quantity)::int AS units, sum(l.quantity * l.price) AS amount
        FROM {ORDERS_OF_DAYS}
        JOIN orders_orderline l ON l.order_id = o.id
        WHERE {IS_DELIVERED}
        GROUP BY 1, 2, 3, 4
    """,  # noqa: S608 - constants of this module
)
PLACES: Final = FactTable(
    name="analytics_placedeliveries",
    key=("account_id", "warehouse_name", "cluster_to", "delivered_day"),
    sums=("units", "amount"),
    select=f"""
        SELECT
            o.account_id, o.placed_date AS day, o.warehouse_name, o.cluster_to, {_DELIVERED_ON} AS delivered_day,
            sum(o.units)::int AS units, sum(o.amount) AS amount
        FROM {ORDERS_OF_DAYS}
        WHERE {IS_DELIVERED}
        GROUP BY 1, 2, 3, 4, 5
    """,  # noqa: S608 - constants of this module
)

# A return says everything else itself, and its day is touched when it changes; the warehouse is told by its order.
_ELSEWHERE: Final = f"""
    SELECT DISTINCT day FROM (
        SELECT r.registered_date AS day, r.placed_date, r.account_id, o.warehouse_name, sum(r.quantity) AS units
        FROM {ORDERS_OF_DAYS}
        JOIN returns_return r ON r.company_id = o.company_id AND r.order_id = o.id AND r.placed_date = o.placed_date
        WHERE {IS_RETURN}
        GROUP BY 1, 2, 3, 4
        EXCEPT
        SELECT day, placed_day, account_id, warehouse_name, sum(units)
        FROM analytics_dailyreturns
        WHERE company_id = %(company)s AND placed_day = ANY(%(days)s)
        GROUP BY 1, 2, 3, 4
    ) elsewhere
"""  # noqa: S608 - constants of this module


def days_elsewhere(company: Company, days: Sequence[date]) -> set[date]:
    """The days of returns that are counted at another warehouse than their orders of these days left by now."""
    return {day for (day,) in rows(_ELSEWHERE, bounds(company, days))}
