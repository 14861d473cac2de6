"""The SQL of the facts of orders: by listing and cluster, each alone, by hour, and the tally by status."""

from __future__ import annotations

from typing import Final

from analytics.facts.spans import SpanTable
from analytics.facts.tables import DAYS, FactTable

# The moments let the index on placed_at find the orders of a day; the date decides. It was given in the zone that the
# company had then: of those to choose from none are further apart.
_ZONES_APART: Final = "interval '10 hours'"
ORDERS_OF_DAYS: Final = f"""
    {DAYS}
    JOIN orders_order o
        ON o.company_id = %(company)s
        AND o.placed_at >= d.starts - {_ZONES_APART} AND o.placed_at < d.ends + {_ZONES_APART}
        AND o.placed_date = d.day
"""
IS_DELIVERED: Final = "o.status IN ('delivered', 'partly_returned', 'returned')"

DAILY: Final = FactTable(
    name="analytics_dailyfact",
    key=("account_id", "listing_id", "cluster_to"),
    sums=(
        "ordered_units", "ordered_amount", "cancelled_units", "cancelled_amount", "delivered_units",
        "delivered_amount",
    ),
    select=f"""
        SELECT
            o.account_id, l.listing_id, o.placed_date AS day, o.cluster_to,
            sum(l.quantity)::int AS ordered_units,
            sum(l.quantity * l.price) AS ordered_amount,
            coalesce(sum(l.quantity) FILTER (WHERE o.status = 'cancelled'), 0)::int AS cancelled_units,
            coalesce(sum(l.quantity * l.price) FILTER (WHERE o.status = 'cancelled'), 0) AS cancelled_amount,
            coalesce(sum(l.quantity) FILTER (WHERE {IS_DELIVERED}), 0)::int AS delivered_units,
            coalesce(sum(l.quantity * l.price) FILTER (WHERE {IS_DELIVERED}), 0) AS delivered_amount
        FROM {ORDERS_OF_DAYS}
        JOIN orders_orderline l ON l.order_id = o.id
        GROUP BY o.account_id, l.listing_id, o.placed_date, o.cluster_to
    """,  # noqa: S608 - constants of this module
)  # fmt: skip
HOURLY: Final = FactTable(
    name="analytics_hourlyorders",
    key=("account_id", "hour"),
    sums=(
        "orders", "units", "amount", "delivered", "cancelled", "delivered_units", "cancelled_units",
    ),
    select=f"""
        SELECT
            o.account_id, o.placed_date AS day, extract(hour FROM o.placed_at AT TIME ZONE %(zone)s)::smallint AS hour,
            count(*) AS orders, sum(o.units) AS units, sum(o.amount) AS amount,
            count(*) FILTER (WHERE {IS_DELIVERED}) AS delivered,
            count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled,
            coalesce(sum(o.units) FILTER (WHERE {IS_DELIVERED}), 0) AS delivered_units,
            coalesce(sum(o.units) FILTER (WHERE o.status = 'cancelled'), 0) AS cancelled_units
        FROM {ORDERS_OF_DAYS}
        GROUP BY 1, 2, 3
    """,  # noqa: S608 - constants of this module
)  # fmt: skip
# Summed from the facts by day, which are built before them in the same transaction.
_SUMS: Final = ("ordered_units", "ordered_amount", "cancelled_units", "delivered_units")
_SUMMED: Final = """
    SELECT account_id, day, {key},
           sum(ordered_units)::int AS ordered_units, sum(ordered_amount) AS ordered_amount,
           sum(cancelled_units)::int AS cancelled_units, sum(delivered_units)::int AS delivered_units
    FROM analytics_dailyfact
    WHERE company_id = %(company)s AND day = ANY(%(days)s)
    GROUP BY account_id, day, {key}
"""
BY_LISTING: Final = SpanTable(
    name="analytics_listingsales",
    key=("account_id", "listing_id"),
    sums=_SUMS,
    select=_SUMMED.format(key="listing_id"),
)
BY_REGION: Final = SpanTable(
    name="analytics_regionsales",
    key=("account_id", "cluster_to"),
    sums=_SUMS,
    select=_SUMMED.format(key="cluster_to"),
)
# Kept by the recorder in the transaction of the orders: no queue excuses a difference.
TALLIES: Final = FactTable(
    name="orders_ordertally",
    key=("account_id", "status"),
    sums=("orders", "units", "amount"),
    select=f"""
        SELECT o.account_id, o.placed_date AS day, o.status,
               count(*)::int AS orders, sum(o.units)::int AS units, sum(o.amount) AS amount
        FROM {ORDERS_OF_DAYS}
        GROUP BY o.account_id, o.placed_date, o.status
    """,  # noqa: S608 - constants of this module
    is_queued=False,
    ignores_empty=True,
)
